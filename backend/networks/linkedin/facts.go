package linkedin

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		window = "LinkedIn's own window, as seen in 2026"
	)
	return []network.Fact{
		{About: network.FactText, Value: "3000 utf16", Source: docPosts, Doubt: "The unit is not named: the stricter reading."},
		{About: network.FactMedia, Value: "20", Source: docMulti},
		{About: network.FactVideos, Value: "1", Source: docVideos},
		{About: network.FactVideoBytes, Value: "500000000 bytes", Source: docVideos, Doubt: "Another page says 5 GB."},
		{About: network.FactVideoLength, Value: "1800000 ms", Source: docVideos},
		{About: network.FactImageBytes, Value: "5000000 bytes", Source: window, Doubt: "No document names a size; the window took 5 to 8 MB."},
		{About: network.FactImagePixels, Value: "36152319 pixels", Source: docImages},
		{About: network.FactAlt, Value: "1000 codepoints", Source: window, Doubt: "The API is said to take 4,086 characters."},
	}
}
