package googlebusiness

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "1500 codepoints", Source: docText, Doubt: "The reference of the API names no length."},
		{About: network.FactMedia, Value: "1", Source: docPost, Doubt: "The reference has a list of media; the profile's editor takes one picture."},
		{About: network.FactImageBytes, Value: "5000000 bytes", Source: docPhoto, Doubt: "The reference of the API names no size."},
		{About: network.FactAlt, Value: "none", Source: docPost},
	}
}
