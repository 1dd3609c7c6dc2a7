package slack

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "4000 utf16", Source: docText, Doubt: "Slack cuts a text at 40,000 characters and advises 4,000; people report that a longer one becomes several messages."},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: "our own, a message may have 50 blocks by Slack's reference of Block Kit, 2026-11"},
		{About: network.FactImageBytes, Value: "1000000000 bytes", Source: "Slack's documentation: files of 1 GB, as quoted in 2026", Doubt: "Which of its pages says so was not written down."},
		{About: network.FactAlt, Value: "1000 codepoints", Source: docFiles, Doubt: "A block takes 2,000, an upload 1,000; both get it, so the stricter."},
	}
}
