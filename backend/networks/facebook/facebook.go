// Package facebook publishes on a Facebook Page that the person looks after.
//
// It speaks the Graph API with an application that the person made at Meta for Developers, and with the
// Page's own access token. A Page's token that comes from a long-lived token of a person does not end by
// itself. Profiles and groups take posts from no application.
//
// Texts, links and pictures become visible with one request, POST /{page}/feed; pictures are uploaded
// before it, unpublished. A video is uploaded in pieces, and becomes visible with the request that ends the
// upload. Neither request has a key: client_mutation_id is among the parameters, and no document says that
// it does anything. So the network is of the shape L: the Page's published posts are read and compared, and
// what is not found stays in doubt, because no document says how late a request may still be taken.
//
// There is another way, which would be of the shape P: a post with published=false, and then is_published.
// It is not taken. The guide wants a time of publication with published=false ("Posts", Pages API, as read
// in 2026), which would hand the post to Facebook's own scheduler; no document in force says that an
// unpublished post without one is shown like any other once it is published, nor that publishing it twice
// is the same as once.
//
// Facebook may refuse a post that repeats the last one (code 506). That proves that this request made
// nothing, not that the post in doubt is there: it is doubt with a pointer.
package facebook

import (
	"context"
	_ "embed"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const name = "Facebook"

// Network is Facebook. It has no state but where Facebook is.
type Network struct{ api, web string }

// New returns Facebook itself.
func New() Network { return Network{api: home, web: "https://www.facebook.com"} }

// At returns a Facebook whose API and sign-in are below base, for tests.
func At(base string) Network { return Network{api: base, web: base} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Lister   = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

const (
	docPosts       = "developers.facebook.com, Pages API, Posts, as read in 2026"
	docPhotos      = "developers.facebook.com, Graph API reference, Page Photos, v25.0 to v26.0, as read in 2026"
	docVideo       = "developers.facebook.com, Video API, Publishing, Resumable Upload, as quoted in 2026"
	docVideoErrors = "developers.facebook.com, Video API, Error Codes, as read in 2026"
	docReels       = "developers.facebook.com, Video API, Reels Publishing, as read in 2026"
	docStories     = "developers.facebook.com, Stories API, as read in 2026"
	docErrors      = "developers.facebook.com, Graph API, Handling Errors, as read in 2026"
	docRates       = "developers.facebook.com, Graph API, Rate Limits, as read in 2026"
	docSpec        = "facebook/facebook-business-sdk-codegen, api_specs, 2026-04-15"
)

const (
	mostText         = 63206
	mostPictures     = 10
	mostPictureBytes = 4_000_000
	mostVideoBytes   = 1_750_000_000
	mostVideoMinutes = 40
	mostAlt          = 1000
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "facebook",
		Name:   "Facebook Page",
		Icon:   icon,
		Colour: "#0866FF",
		About:  "A Facebook Page that you look after, written to by an application of your own.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostText, Unit: network.UnitUTF16, Required: true},
			Media: network.MediaLimit{
				Max: mostPictures, Videos: 1,
				// It takes BMP and TIFF as well, and shows an animated GIF as a still picture.
				Types:      []string{"image/jpeg", "image/png", "video/mp4", "video/quicktime"},
				ImageBytes: mostPictureBytes,
				VideoBytes: mostVideoBytes,
				VideoMs:    int64(mostVideoMinutes * time.Minute / time.Millisecond),
			},
			Alt: network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		},
		Options: []network.Option{
			{Key: optionPlace, Label: "Where it goes", Kind: "choice", Choices: []string{placeFeed, placeReel, placeStory}, Default: placeFeed},
			{Key: network.OptionComment, Label: "First comment", Kind: "text"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:    also,
		Preview: "article",

		Reconcile:   network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:      network.ThreadComment,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText}, Source: docEdit},
		PrepareLife: time.Hour, // Facebook keeps an unpublished picture for about a day; of an upload of a video nobody says
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals(),
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docPosts},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the stricter reading of \"characters\"; no document names the unit, 2026"},
		},
	}
}

// The names of the requests that publish. Those of a video and a reel have its id, because the answer has not;
// that of a story has the Page's, and that of a comment the post's.
const (
	stepPost    = "post 1"
	stepReel    = "reel "
	stepStory   = "story of "
	stepComment = "comment on "
)

var stepVideo = regexp.MustCompile(`^(video|reel) ([0-9]{3,30})$`)

// The edges of a Page that take reels, and videos for stories.
const (
	edgeReels   = "video_reels"
	edgeStories = "video_stories"
)

// classify judges the answer to a request that publishes: a post is accepted with its id (docPosts), a video
// with success:true (docVideo), a reel as well (docReels), a story with success:true and its id (docStories),
// a comment with its id.
func classify(step string, r network.Reply) (network.Receipt, error) {
	under, isComment := strings.CutPrefix(step, stepComment)
	if !r.OK() && isComment {
		return network.Receipt{}, judgeComment(r)
	} else if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var said struct {
		ID      string      `json:"id"`
		Success bool        `json:"success"`
		Post    json.Number `json:"post_id"`
	}
	if r.Status == 200 && json.Unmarshal(r.Body, &said) == nil {
		m, page := stepVideo.FindStringSubmatch(step), strings.TrimPrefix(step, stepStory)
		switch {
		case m != nil && said.Success && m[1] == "reel":
			return reelReceipt(m[2]), nil
		case m != nil && said.Success:
			return receiptOf(m[2]), nil
		case m != nil:
		case isComment:
			if commentForm.MatchString(said.ID) && commentForm.MatchString(under) {
				return commentReceipt(under, said.ID), nil
			}
		case page != step:
			if said.Success && idForm.MatchString(said.Post.String()) {
				return network.Receipt{RemoteID: said.Post.String(), URL: "https://www.facebook.com/" + page}, nil
			}
		case postForm.MatchString(said.ID):
			return receiptOf(said.ID), nil
		}
	}
	return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Facebook answered with success, but did not name the post"}
}

// receiptOf names a post or a video. Facebook leads from either's id to where it is shown.
func receiptOf(id string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: "https://www.facebook.com/" + id}
}

// reelReceipt names a reel.
func reelReceipt(id string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: "https://www.facebook.com/reel/" + id}
}

// windowReels is how many reels applications publish on a Page.
const windowReels = "reels"

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{{Name: windowReels, Scope: network.ScopeAccount, Points: 30, Per: 24 * time.Hour, Source: docReels + ": 30 in 24 hours"}},
		Host:    "graph.facebook.com", Expect: expect,
		Cost: func(_ network.Window, u network.Use) int {
			if u.Kind == network.UsePublish && strings.HasPrefix(u.Step, stepReel) {
				return 1
			}
			return 0
		},
	}
}

// expect lists the requests of a plan. Into how many pieces a video goes, Facebook says at the time.
func expect(p network.Plan) (list []network.Use) {
	if len(p.Parts) > 0 {
		for _, m := range p.Parts[0].Media {
			list = append(list, network.Use{Step: "media", Kind: network.UsePrepare})
			if m.Kind == network.Video {
				list = append(list, network.Use{Step: "piece", Kind: network.UsePrepare})
			}
		}
	}
	step := stepPost
	if isReel(p) {
		step = stepReel
	}
	if list = append(list, network.Use{Step: step, Kind: network.UsePublish, Parts: 1}); len(p.Parts) > 1 {
		list = append(list, network.Use{Step: stepComment, Kind: network.UsePublish, Parts: 1})
	}
	return list
}

// Delete removes a post or a video. What Facebook does not find (code 100, sub-code 33) is gone already:
// the same answer for a missing permission would be about a post that this very channel has made.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !postForm.MatchString(r.RemoteID) && !idForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read; delete it on Facebook"}
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request(a, "DELETE", "/"+r.RemoteID, nil))
	if err != nil {
		return asError(err)
	}
	said, err := read[struct {
		Success bool `json:"success"`
	}](reply, "the deletion")
	if codeOf(err) == codeGone {
		return nil
	}
	if err == nil && !said.Success {
		return unreadable("the deletion")
	}
	return err
}
