package mastodon

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		doubt = "Each server decides for itself; what it says of itself goes before this."
	)
	return []network.Fact{
		{About: network.FactText, Value: "500 graphemes", Source: docText, Doubt: doubt},
		{About: network.FactTextURL, Value: "23 graphemes", Source: docText},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "4", Source: docText, Doubt: doubt},
		{About: network.FactVideos, Value: "1", Source: docText},
		{About: network.FactImageBytes, Value: "16777216 bytes", Source: docText, Doubt: doubt},
		{About: network.FactImagePixels, Value: "33177600 pixels", Source: docText},
		{About: network.FactVideoBytes, Value: "103809024 bytes", Source: docText, Doubt: doubt},
		{About: network.FactAlt, Value: "1500 codepoints", Source: docText},
		{About: network.FactPollOptions, Value: "4", Source: docText},
		{About: network.FactPollChars, Value: "50 codepoints", Source: docText},
	}
}
