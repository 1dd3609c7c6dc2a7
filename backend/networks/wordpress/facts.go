package wordpress

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		ours = "our own, any number may stand in a post, 2026-11"
	)
	return []network.Fact{
		{About: network.FactText, Value: "none", Source: docPosts},
		{About: network.FactTextBytes, Value: "262144 bytes", Source: "our own, WordPress has no limit, and a site formats a text whenever it shows it: this much is a book, 2026-11", Doubt: "PHP takes 8 MB of a request where nobody changed it."},
		{About: network.FactMedia, Value: "20", Source: ours},
		{About: network.FactVideos, Value: "20", Source: ours},
		{About: network.FactImageBytes, Value: "2097152 bytes", Source: "PHP manual, php.ini, upload_max_filesize is 2M where nobody changed it, 8.2, 2022-12", Doubt: "A site does not say how much it takes."},
		{About: network.FactImageSide, Value: "2560 px", Source: "WordPress 5.3, big_image_size_threshold, 2019-11", Doubt: "Larger ones are taken, and shown as a copy of this size."},
		{About: network.FactVideoBytes, Value: "67108864 bytes", Source: "our own, a site does not say how much it takes, 2026-11", Doubt: "Hosts differ; a refusal comes before the post."},
		{About: network.FactAlt, Value: "500 codepoints", Source: "our own, WordPress has no limit, 2026-11"},
	}
}
