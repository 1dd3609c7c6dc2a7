package devto

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		editor = "DEV's own editor: 800 kB of text, as known in 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "800000 codepoints", Source: editor, Doubt: "The description of the API names no length, and whether bytes are meant is not said."},
		{About: network.FactTextBytes, Value: "800000 bytes", Source: editor, Doubt: "The description of the API names no length."},
		{About: network.FactMedia, Value: "none", Source: docAPI, Doubt: "The API takes no files, only addresses in the text."},
		{About: network.FactAlt, Value: "none", Source: docAPI},
	}
}
