package pinterest

import (
	"slices"

	"postbag/backend/network"
)

// videoOf returns the video of a plan. One that has none has pictures.
func videoOf(p network.Plan) (network.Media, bool) {
	return firstOf(p, func(m network.Media) bool { return m.Kind == network.Video })
}

// coverPicture returns the picture beside a video, which is its cover.
func coverPicture(p network.Plan) (network.Media, bool) {
	return firstOf(p, func(m network.Media) bool { return m.Kind != network.Video })
}

func firstOf(p network.Plan, fits func(network.Media) bool) (network.Media, bool) {
	if len(p.Parts) == 0 {
		return network.Media{}, false
	}
	i := slices.IndexFunc(p.Parts[0].Media, fits)
	if i < 0 {
		return network.Media{}, false
	}
	return p.Parts[0].Media[i], true
}

// The words that the API has for what a pin shows (docAPI, PinMedia).
const (
	shownVideo    = "video"
	shownPicture  = "image"
	shownPictures = "multiple_images"
)

// showing is what a pin of the plan shows.
func showing(p network.Plan) string {
	if _, is := videoOf(p); is {
		return shownVideo
	}
	if len(p.Parts[0].Media) > 1 {
		return shownPictures
	}
	return shownPicture
}

// pinOf makes the pin of a plan, and of its video if it has one, which was uploaded.
func pinOf(at place, p network.Plan, video string) newPin {
	return newPin{
		Board: at.board, Section: at.section, Title: titleOf(p), Description: p.Parts[0].Text, Link: linkOf(p), Alt: altOf(p),
		Source: sourceOf(p, video),
	}
}

// altOf is the one description that a pin has: the video's, or else its cover's, or that of the first picture.
func altOf(p network.Plan) string {
	if m, is := videoOf(p); is && m.Alt != "" {
		return m.Alt
	}
	m, _ := coverPicture(p)
	return m.Alt
}

// sourceOf is what the pin shows.
func sourceOf(p network.Plan, video string) any {
	media := p.Parts[0].Media
	switch showing(p) {
	case shownVideo:
		source := videoByKey{Type: "video_id", Media: video}
		if m, has := coverPicture(p); has {
			cover := network.Embed(m)
			source.CoverContent, source.CoverData = m.Type, &cover
			return source
		}
		second, _ := coverOf(p) // also has seen to it
		source.Cover = &second
		return source
	case shownPicture:
		return picture{Type: "image_base64", Content: media[0].Type, Data: network.Embed(media[0])}
	}
	all := pictures{Type: "multiple_image_base64"}
	for _, m := range media {
		all.Items = append(all.Items, slot{Description: m.Alt, Link: linkOf(p), Content: m.Type, Data: network.Embed(m)})
	}
	return all
}
