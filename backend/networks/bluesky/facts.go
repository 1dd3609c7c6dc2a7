package bluesky

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		post  = "lexicon app.bsky.feed.post, 2026-08-20"
		video = "lexicon app.bsky.embed.video, 2026-08-20"
	)
	return []network.Fact{
		{About: network.FactText, Value: "300 graphemes", Source: post},
		{About: network.FactTextBytes, Value: "3000 bytes", Source: post},
		{About: network.FactParts, Value: "25", Source: "our own, to stay below what a server takes in one request, 2026-11"},
		{About: network.FactMedia, Value: "10", Source: "lexicon app.bsky.embed.gallery, 2026-08-20", Doubt: "The lexicon takes 20 and says that apps should show 10 for now; apps that do not know galleries show none beyond 4."},
		{About: network.FactVideos, Value: "1", Source: video},
		{About: network.FactImageBytes, Value: "2000000 bytes", Source: "lexicon app.bsky.embed.images, 2026-08-20", Doubt: "It was 1,000,000 before, and a server with the older lexicon refuses more."},
		{About: network.FactVideoBytes, Value: "300000000 bytes", Source: video, Doubt: "It was 100,000,000 before; a server can take less, and says so."},
		{About: network.FactVideoLength, Value: "180000 ms", Source: "blacksky-algorithms/blacksky.community, issue 169: Bluesky refuses a longer one, 2026-08-08", Doubt: "The lexicon names no length."},
		{About: network.FactAlt, Value: "2000 graphemes", Source: "the official app, bluesky-social/social-app, 2026-04", Doubt: "The lexicon names no length; for videos it once had 1,000."},
	}
}
