package remind

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours   = "our own, a channel can be given a lower one, 2026-11"
		copied = "our own, files are copied, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "10000 graphemes", Source: ours},
		{About: network.FactTextBytes, Value: "60000 bytes", Source: "our own, to keep a file in bounds, 2026-11"},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person pastes one by one, 2026-11"},
		{About: network.FactMedia, Value: "20", Source: ours},
		{About: network.FactVideos, Value: "20", Source: ours},
		{About: network.FactImageBytes, Value: "no limit known", Source: copied},
		{About: network.FactImageSide, Value: "4096 px", Source: ours},
		{About: network.FactVideoBytes, Value: "no limit known", Source: copied},
		{About: network.FactAlt, Value: "1500 graphemes", Source: "our own, 2026-11"},
	}
}
