package nostr

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours    = "our own, Nostr has no limit, 2026-11"
		servers = "our own, it is the media server that decides, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "none", Source: docLimit, Doubt: "Nostr has no limit of its own; a relay may have one, and says so."},
		{About: network.FactTextBytes, Value: "30000 bytes", Source: "our own, to keep a note below 64 KiB, the smallest message that relays commonly take, 2026-11", Doubt: "What a relay says of itself goes before this."},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: ours},
		{About: network.FactVideos, Value: "10", Source: ours},
		{About: network.FactImageBytes, Value: "no limit known", Source: servers},
		{About: network.FactVideoBytes, Value: "no limit known", Source: servers},
		{About: network.FactAlt, Value: "1000 codepoints", Source: "our own, NIP-92 names no length, 2026-11"},
	}
}
