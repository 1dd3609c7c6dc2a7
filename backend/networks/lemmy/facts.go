package lemmy

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		address = "LemmyNet/lemmy, post/create.rs: a post has one address, 2026-08-12"
	)
	return []network.Fact{
		{About: network.FactText, Value: "50000 codepoints", Source: docText},
		{About: network.FactMedia, Value: "1", Source: address},
		{About: network.FactVideos, Value: "1", Source: address, Doubt: "Only animated pictures are taken; films are left to each server."},
		{About: network.FactImageBytes, Value: "20000000 bytes", Source: "LemmyNet/lemmy-ansible, templates/nginx.conf: 20M for the whole request, 2026-11", Doubt: "Each server decides for itself, and tells nobody."},
		{About: network.FactVideoBytes, Value: "no limit known", Source: "LemmyNet/lemmy, crates/utils/src/utils/validation.rs, 2026-08-12", Doubt: "Animated pictures have the limit of pictures."},
		{About: network.FactAlt, Value: "1500 codepoints", Source: docText},
	}
}
