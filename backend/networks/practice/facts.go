package practice

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours = "our own, as an ordinary network, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "500 graphemes", Source: ours},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "4", Source: ours},
		{About: network.FactVideos, Value: "1", Source: ours},
		{About: network.FactImageBytes, Value: "8388608 bytes", Source: ours},
		{About: network.FactImageSide, Value: "8192 px", Source: ours},
		{About: network.FactVideoBytes, Value: "8388608 bytes", Source: ours},
		{About: network.FactAlt, Value: "1500 graphemes", Source: ours},
		{About: network.FactPollOptions, Value: "4", Source: ours},
		{About: network.FactPollChars, Value: "50 codepoints", Source: ours},
	}
}
