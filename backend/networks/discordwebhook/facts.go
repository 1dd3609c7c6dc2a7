package discordwebhook

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		uploads = "discord/discord-api-docs, reference, \"Uploading Files\", 2026-08-06"
		unit    = "The unit is not named: the stricter reading."
		boosted = "Others quote 20 MiB of the same page since 2026-09-03; it is more where a server was boosted, which a webhook cannot know. The stricter reading."
	)
	return []network.Fact{
		{About: network.FactText, Value: "2000 utf16", Source: docWebhooks, Doubt: unit},
		{About: network.FactMedia, Value: "10", Source: docAPI},
		{About: network.FactVideos, Value: "10", Source: docAPI},
		{About: network.FactImageBytes, Value: "10485760 bytes", Source: uploads, Doubt: boosted},
		{About: network.FactVideoBytes, Value: "10485760 bytes", Source: uploads, Doubt: boosted},
		{About: network.FactAlt, Value: "1024 utf16", Source: docAPI, Doubt: unit},
	}
}
