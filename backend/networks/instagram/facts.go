package instagram

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	return []network.Fact{
		{About: network.FactText, Value: "2200 codepoints", Source: docMedia, Doubt: "The unit is not named; some tools count UTF-16 units."},
		{About: network.FactMedia, Value: "10", Source: docGuide, Doubt: "The app itself takes 20."},
		{About: network.FactVideos, Value: "10", Source: docGuide},
		{About: network.FactImageBytes, Value: "8000000 bytes", Source: docMedia, Doubt: "An error text of 2026-06-02 says 8 MiB; this is the stricter reading."},
		{About: network.FactVideoBytes, Value: "300000000 bytes", Source: docMedia, Doubt: "That is of a reel, and other pages say 1 GB; a video in a story or a carousel has 100 MB."},
		{About: network.FactVideoLength, Value: "900000 ms", Source: docMedia, Doubt: "That is of a reel; a video in a story or a carousel has 60 seconds."},
		{About: network.FactAlt, Value: "1000 codepoints", Source: docMedia, Doubt: "Only of pictures in the feed; the unit is not named."},
	}
}
