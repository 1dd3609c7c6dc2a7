package misskey

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		doubt = "What the server allows the account goes before this."
	)
	return []network.Fact{
		{About: network.FactText, Value: "3000 utf16", Source: docCreate, Doubt: "Some servers count code points and old ones graphemes: the stricter reading. What the server says of itself goes before this."},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "16", Source: docCreate},
		{About: network.FactVideos, Value: "16", Source: docCreate},
		{About: network.FactImageBytes, Value: "31457280 bytes", Source: docFiles, Doubt: doubt},
		{About: network.FactVideoBytes, Value: "31457280 bytes", Source: docFiles, Doubt: doubt},
		{About: network.FactAlt, Value: "512 codepoints", Source: docFiles, Doubt: "Other servers of the family take more or less; what one says of itself goes before this."},
		{About: network.FactPollOptions, Value: "10", Source: docCreate},
		{About: network.FactPollChars, Value: "50 codepoints", Source: docCreate, Doubt: "Sharkey takes 150."},
	}
}
