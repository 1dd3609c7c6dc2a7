package facebook

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const quoted = "widely quoted, as known in 2026"
	return []network.Fact{
		{About: network.FactText, Value: "63206 utf16", Source: quoted, Doubt: "No document of the API names a length; the unit is the stricter reading."},
		{About: network.FactMedia, Value: "10", Source: quoted, Doubt: "No document names how many pictures a post may have."},
		{About: network.FactVideos, Value: "1", Source: docVideo},
		{About: network.FactImageBytes, Value: "4000000 bytes", Source: docPhotos, Doubt: "The document says 10 MB; an error text names 4 MB, which is the stricter reading."},
		{About: network.FactVideoBytes, Value: "1750000000 bytes", Source: docVideo, Doubt: "Pages differ: 1.75 GB and 45 minutes, 2 GB and 40 minutes, or 10 GB and 4 hours; this is the stricter reading."},
		{About: network.FactVideoLength, Value: "2400000 ms", Source: docVideo, Doubt: "Pages differ: 40 minutes, 45 minutes or 4 hours; this is the stricter reading. A reel has 3 to 90 seconds, a video in a story 3 to 60."},
		{About: network.FactAlt, Value: "1000 codepoints", Source: quoted, Doubt: "No document names a length."},
	}
}
