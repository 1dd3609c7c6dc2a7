package tumblr

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		videos = "tumblr/docs, api.md, \"Video Posts\", 2024-10-18"
	)
	return []network.Fact{
		{About: network.FactText, Value: "none", Source: docNPF, Doubt: "A text block has 4,096 characters and a post 1,000 blocks."},
		{About: network.FactTextBytes, Value: "262144 bytes", Source: docNPF, Doubt: "A post has 1 MB as Tumblr stores it; this keeps to that with every description at its longest."},
		{About: network.FactMedia, Value: "30", Source: docNPF},
		{About: network.FactVideos, Value: "1", Source: docNPF},
		{About: network.FactImageBytes, Value: "10000000 bytes", Source: "tumblr/docs, api.md, \"Photo Posts\", 2024-10-18", Doubt: "It is said of the older form of posts; elsewhere 20 MB is said, with 10 MB for GIF."},
		{About: network.FactVideoBytes, Value: "500000000 bytes", Source: videos},
		{About: network.FactVideoLength, Value: "600000 ms", Source: videos},
		{About: network.FactAlt, Value: "4096 codepoints", Source: "tumblr/docs, npf-spec.md, \"Image\", 2024-10-18"},
	}
}
