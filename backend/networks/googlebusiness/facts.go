package googlebusiness

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "1500 codepoints", Source: docText, Doubt: "The reference of the API names no length."},
		{About: network.FactMedia, Value: "none", Source: docPost, Doubt: "The API takes pictures from a public address alone."},
		{About: network.FactAlt, Value: "none", Source: docPost},
	}
}
