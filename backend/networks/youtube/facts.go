package youtube

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		discovery = "discovery document of YouTube Data API v3, revision 20261019 (2026-10-19)"
	)
	return []network.Fact{
		{About: network.FactText, Value: "5000 codepoints", Source: docVideos, Doubt: "The limit is of bytes; as many characters are the most that can have so few."},
		{About: network.FactTextBytes, Value: "5000 bytes", Source: docVideos},
		{About: network.FactMedia, Value: "2", Source: discovery + ": a video, and its thumbnail"},
		{About: network.FactImageBytes, Value: "2000000 bytes", Source: docThumbs, Doubt: "The discovery document takes 52428800 bytes."},
		{About: network.FactVideos, Value: "1", Source: discovery},
		{About: network.FactVideoBytes, Value: "274877906944 bytes", Source: discovery},
		{About: network.FactVideoLength, Value: "43200000 ms", Source: "YouTube's help, upload videos longer than 15 minutes, as known in 2026", Doubt: "A channel that has not confirmed a telephone number has 15 minutes; no answer tells which holds."},
		{About: network.FactAlt, Value: "none", Source: discovery},
	}
}
