package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"

	"postbag/backend/network"
)

// videoOf is the video of a plan.
func videoOf(p network.Plan) (network.Media, bool) {
	return firstOf(p, func(m network.Media) bool { return m.Kind == network.Video })
}

// pictureOf is the picture beside it, which is its thumbnail.
func pictureOf(p network.Plan) (network.Media, bool) {
	return firstOf(p, func(m network.Media) bool { return m.Kind != network.Video })
}

func firstOf(p network.Plan, fits func(network.Media) bool) (network.Media, bool) {
	if len(p.Parts) == 0 {
		return network.Media{}, false
	}
	for _, m := range p.Parts[0].Media {
		if fits(m) {
			return m, true
		}
	}
	return network.Media{}, false
}

// issueSmall is the code of a picture that YouTube finds too small.
const issueSmall = "media_too_small"

// wrongMedia is what is wrong with pictures: without a video, or too small for a thumbnail.
func wrongMedia(p network.Plan) (issues []network.Issue) {
	if _, has := videoOf(p); !has && len(p.Parts) > 0 && len(p.Parts[0].Media) > 0 {
		issues = append(issues, network.Issue{
			Code: network.IssueMediaNeeded, Field: "media", Media: -1, OverflowAt: -1,
			Message: "YouTube needs a video; a picture beside it is its thumbnail", Values: map[string]string{},
		})
	}
	for _, part := range p.Parts {
		for i, m := range part.Media {
			if m.Kind == network.Image && m.Width < leastThumbnail {
				issues = append(issues, network.Issue{
					Code: issueSmall, Field: "media", Media: i, OverflowAt: -1, Warning: true,
					Message: "YouTube asks for a thumbnail of at least 640 pixels in width, best 1280 by 720",
					Values:  map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)},
				})
			}
		}
	}
	return issues
}

// dress sets the thumbnail of a private video. The same one set again changes nothing.
func dress(ctx context.Context, c network.Calls, a network.Account, id string, m network.Media) error {
	r := request(a, "POST", "/upload/youtube/v3/thumbnails/set", url.Values{"videoId": {id}, "uploadType": {"media"}})
	r.Header["Content-Type"], r.Body = m.Type, network.Body{{File: m.File()}}
	reply, err := c.Prepare(ctx, stepThumb, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return undressed(judge(reply))
	}
	var set struct {
		Kind string `json:"kind"`
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, &set) != nil || set.Kind != "youtube#thumbnailSetResponse" {
		if reply.Kept {
			return stale("YouTube's answer about the thumbnail could not be read; it begins anew")
		}
		return unreadable("the thumbnail")
	}
	return nil
}

// undressed says what a person can do about a refused thumbnail.
func undressed(err error) error {
	e, ok := errors.AsType[*network.Error](err)
	if !ok || e.Kind != network.Rejected {
		return err
	}
	other := *e
	switch e.Code {
	case reasonForbidden:
		other.Message = "YouTube takes no thumbnail on this channel: confirm a telephone number at youtube.com/verify, or leave the picture out"
	case reasonImage:
		other.Message = "YouTube cannot use this picture as a thumbnail; it takes JPEG and PNG of at most 2 MB"
	}
	return &other
}
