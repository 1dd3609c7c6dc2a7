package ghost

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours = "our own, any number may stand in a post, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "none", Source: docPosts},
		{About: network.FactTextBytes, Value: "262144 bytes", Source: "our own, Ghost has no limit, and a site formats a text whenever it shows it: this much is a book, 2026-11"},
		{About: network.FactMedia, Value: "20", Source: ours},
		{About: network.FactVideos, Value: "20", Source: ours},
		{About: network.FactImageBytes, Value: "10485760 bytes", Source: "plans of Ghost(Pro), the smallest that is told of, as known in 2026", Doubt: "Ghost itself has no limit, and the documentation names none."},
		{About: network.FactImageSide, Value: "2560 px", Source: "our own, Ghost shows smaller copies that it makes itself, 2026-11"},
		{About: network.FactVideoBytes, Value: "67108864 bytes", Source: "our own, a site does not say how much it takes, 2026-11", Doubt: "A refusal comes before the post."},
		{About: network.FactAlt, Value: "500 codepoints", Source: "our own, Ghost has no limit but for a feature image, 191, 2026-11"},
	}
}
