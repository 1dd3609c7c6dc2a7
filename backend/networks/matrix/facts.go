package matrix

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		event   = "matrix-org/matrix-spec, event-schemas, m.room.message: an event shows one file, 2026-07-21"
		content = "matrix-org/matrix-spec, api/client-server/content-repo.yaml, m.upload.size, 2026-07-21"
		doubt   = "Each server decides for itself, and says so."
	)
	return []network.Fact{
		{About: network.FactText, Value: "30000 codepoints", Source: docSize, Doubt: "An event has 65,536 bytes in all; this much leaves room for the formatted form of the text."},
		{About: network.FactTextBytes, Value: "30000 bytes", Source: docSize, Doubt: "As for the length."},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "1", Source: event},
		{About: network.FactVideos, Value: "1", Source: event},
		{About: network.FactImageBytes, Value: "no limit known", Source: content, Doubt: doubt},
		{About: network.FactVideoBytes, Value: "no limit known", Source: content, Doubt: doubt},
		{About: network.FactAlt, Value: "1500 codepoints", Source: "our own, the specification names no length, 2026-11"},
	}
}
