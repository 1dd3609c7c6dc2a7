package micropub

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours = "our own, any number may stand in a post, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "none", Source: "Micropub, W3C Recommendation, 2017-05-23"},
		{About: network.FactTextBytes, Value: "262144 bytes", Source: "our own, Micropub has no limit, and a site formats a text whenever it shows it: this much is a book, 2026-11"},
		{About: network.FactMedia, Value: "20", Source: ours},
		{About: network.FactVideos, Value: "20", Source: ours},
		{About: network.FactImageBytes, Value: "2097152 bytes", Source: "PHP manual, php.ini, upload_max_filesize is 2M where nobody changed it, 8.2, 2022-12", Doubt: "An endpoint does not say how much it takes, nor what it is written in."},
		{About: network.FactVideoBytes, Value: "67108864 bytes", Source: "our own, an endpoint does not say how much it takes, 2026-11", Doubt: "A refusal comes before the post."},
		{About: network.FactAlt, Value: "1500 codepoints", Source: "Mastodon documentation, entities/Instance, 2026-07-02", Doubt: "Micropub has no limit; sites pass posts on to Mastodon, which takes so much."},
	}
}
