package discord

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		uploads = "discord/discord-api-docs, reference, \"Uploading Files\", 2026-08-06"
		boosted = "Others quote 20 MiB of the same page since 2026-09-03; it is more where a server was boosted, which is not asked. The stricter reading."
	)
	return []network.Fact{
		{About: network.FactText, Value: "2000 utf16", Source: docMessages, Doubt: "The description of the API (2026-07-18) lets a bot have 4,000; the client has 2,000, and the unit is not named: the stricter reading of both."},
		{About: network.FactParts, Value: "25", Source: "our own, as many as a person reads through, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: docAPI},
		{About: network.FactVideos, Value: "10", Source: docAPI},
		{About: network.FactImageBytes, Value: "10485760 bytes", Source: uploads, Doubt: boosted},
		{About: network.FactVideoBytes, Value: "10485760 bytes", Source: uploads, Doubt: boosted},
		{About: network.FactAlt, Value: "1024 utf16", Source: docAPI, Doubt: "The unit is not named: the stricter reading."},
	}
}
