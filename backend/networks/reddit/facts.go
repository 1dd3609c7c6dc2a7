package reddit

import "postbag/backend/network"

// facts says where the limits are known from.
func facts() []network.Fact {
	const (
		doubt = "The upload itself asks for at most 20,971,520 bytes: the stricter reading."
	)
	return []network.Fact{
		{About: network.FactText, Value: "40000 codepoints", Source: docSubmit, Doubt: "The source is of 2021, and none newer is public."},
		{About: network.FactMedia, Value: "20", Source: docSubmit, Doubt: "A community can take fewer, or none."},
		{About: network.FactVideos, Value: "1", Source: docUpload, Doubt: "An animated GIF counts as a video, and goes as a picture."},
		{About: network.FactImageBytes, Value: "20000000 bytes", Source: docUpload, Doubt: doubt},
		{About: network.FactVideoBytes, Value: "20000000 bytes", Source: docUpload, Doubt: doubt},
		{About: network.FactAlt, Value: "none", Source: docPraw},
	}
}
