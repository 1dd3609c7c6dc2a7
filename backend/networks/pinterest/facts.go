package pinterest

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		help   = "Pinterest's help, video specifications, as known in 2026"
		images = "Pinterest's help, pictures, as known in 2026: 20 MB on the web"
	)
	return []network.Fact{
		{About: network.FactText, Value: "800 codepoints", Source: docAPI},
		{About: network.FactMedia, Value: "5", Source: docAPI + ": a carousel has 2 to 5 pictures"},
		{About: network.FactVideos, Value: "1", Source: docAPI},
		{About: network.FactImageBytes, Value: "20000000 bytes", Source: images, Doubt: "The description of the API names no size, and another page says 32 MB."},
		{About: network.FactVideoBytes, Value: "2000000000 bytes", Source: help, Doubt: "The description of the API names no size."},
		{About: network.FactVideoLength, Value: "900000 ms", Source: help, Doubt: "The description of the API names no length."},
		{About: network.FactAlt, Value: "500 codepoints", Source: docAPI},
	}
}
