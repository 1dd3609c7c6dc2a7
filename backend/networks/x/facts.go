package x

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		spec = "xdevplatform/docs, openapi.json 2.167, 2026-08-22"
	)
	return []network.Fact{
		{About: network.FactText, Value: "280 weighted", Source: docText, Doubt: "An account with Premium has 25,000, as X says of it."},
		{About: network.FactTextURL, Value: "23 weighted", Source: docText},
		{About: network.FactParts, Value: "25", Source: "our own, X knows no end of a thread, 2026-11"},
		{About: network.FactMedia, Value: "4", Source: docMedia},
		{About: network.FactVideos, Value: "1", Source: docMedia},
		{About: network.FactImageBytes, Value: "5000000 bytes", Source: docMedia, Doubt: "An animation may have 15 MB; the stricter, since both are pictures here."},
		{About: network.FactVideoBytes, Value: "4194304000 bytes", Source: "xdevplatform/docs, openapi.json 2.167, segment_index is 0 to 999, 2026-08-22", Doubt: "X takes 8 GB by its best practices of 2026-09, in at most 1,000 pieces; pieces of 4 MiB are what people send."},
		{About: network.FactVideoLength, Value: "1200000 ms", Source: docMedia, Doubt: "It was 140 seconds before September 2026; an account with Premium has 125 minutes."},
		{About: network.FactAlt, Value: "1000 codepoints", Source: "xdevplatform/docs, openapi.json 2.167, media metadata, 2026-08-22"},
		{About: network.FactPollOptions, Value: "4", Source: spec},
		{About: network.FactPollChars, Value: "25 codepoints", Source: spec},
	}
}
