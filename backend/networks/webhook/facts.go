package webhook

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "50000 codepoints", Source: docWebhook},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: docWebhook},
		{About: network.FactVideos, Value: "10", Source: docWebhook},
		{About: network.FactImageBytes, Value: "10000000 bytes", Source: docWebhook},
		{About: network.FactVideoBytes, Value: "100000000 bytes", Source: docWebhook},
		{About: network.FactAlt, Value: "2000 codepoints", Source: docWebhook},
	}
}
