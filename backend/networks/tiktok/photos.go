package tiktok

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

const pathPhotos = "/v2/post/publish/content/init/"

// pictures reports whether a plan is one of pictures.
func pictures(p network.Plan) bool {
	return len(p.Parts) > 0 && slices.ContainsFunc(p.Parts[0].Media, func(m network.Media) bool { return m.Kind == network.Image })
}

// photoPost is the request that begins a post of pictures and publishes it (docPhoto).
type photoPost struct {
	Type   string      `json:"media_type"`
	Mode   string      `json:"post_mode"`
	Info   photoInfo   `json:"post_info"`
	Source photoSource `json:"source_info"`
}

// photoInfo is what it says. What only a direct post has stays out of one for the inbox.
type photoInfo struct {
	Title   string `json:"title,omitempty"`
	Text    string `json:"description,omitempty"`
	Privacy string `json:"privacy_level,omitempty"`
	Closed  *bool  `json:"disable_comment,omitempty"`
	Music   *bool  `json:"auto_add_music,omitempty"`
	Paid    *bool  `json:"brand_content_toggle,omitempty"`
	Brand   *bool  `json:"brand_organic_toggle,omitempty"`
}

type photoSource struct {
	Source string   `json:"source"`
	Images []string `json:"photo_images"`
	Cover  int64    `json:"photo_cover_index"`
}

// publishPhotos puts the pictures on the person's public storage and tells TikTok where they are. That one
// request makes the post and publishes it: TikTok fetches the pictures after its answer, and then posts them.
func publishPhotos(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	in := photoPost{Type: "PHOTO", Mode: "MEDIA_UPLOAD", Source: photoSource{Source: "PULL_FROM_URL"}}
	in.Info = photoInfo{Title: titleOf(p), Text: p.TextWithLink(0)}
	if way(p) == wayDirect {
		in.Mode, in.Info.Privacy = "DIRECT_POST", level(p.Options[optionPrivacy])
		in.Info.Closed, in.Info.Music = new(!p.Chosen(optionComments)), new(p.Chosen(optionMusic))
		in.Info.Paid, in.Info.Brand = new(p.Chosen(optionPaid)), new(p.Chosen(optionBrand))
	}
	if cover, _ := coverOf(p, int64(len(p.Parts[0].Media))); cover > 0 {
		in.Source.Cover = cover - 1
	}
	for i, m := range p.Parts[0].Media {
		address, err := network.Shelved(ctx, c, a, p, stepFile+strconv.Itoa(i+1), m)
		if err != nil {
			return network.Receipt{}, err
		}
		in.Source.Images = append(in.Source.Images, address)
	}
	r, err := send(a, pathPhotos, in)
	if err != nil {
		return network.Receipt{}, err
	}
	reply, err := c.Publish(ctx, stepPhotos, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(stepPhotos, reply)
}

// begunPhotos judges the answer to that request. It never accepts: TikTok has not even fetched the pictures.
// The publish_id in it is all that the post can be asked for by.
func begunPhotos(r network.Reply) (network.Receipt, error) {
	b, err := read[begun](r, "the post")
	switch {
	case err != nil:
		return network.Receipt{}, err
	case !publishForm.MatchString(b.ID):
		return network.Receipt{}, unreadable("the post")
	}
	return network.Receipt{RemoteID: b.ID}, &network.Error{
		Kind: network.Ambiguous, Code: network.CodeTaken, Message: "TikTok fetches the pictures, and says only later what became of them",
	}
}

// titleOf is the title of a post of pictures, "" without one.
func titleOf(p network.Plan) string { return strings.TrimSpace(p.Options[optionTitle]) }

// alsoPhotos adds what is wrong with a plan of pictures to the issues.
func alsoPhotos(p network.Plan, option func(label, value, message string)) {
	most := len(p.Parts[0].Media)
	if n, ok := coverOf(p, int64(most)); !ok || n == 0 && strings.TrimSpace(p.Options[optionCover]) != "" {
		option("Cover", p.Options[optionCover], fmt.Sprintf("the cover of pictures is the number of one of them, from 1 to %d", most))
	}
	if title := titleOf(p); measure.UTF16(title) > mostTitle || strings.ContainsAny(title, "\r\n") || !utf8.ValidString(title) {
		option("Title", title, fmt.Sprintf("the title of pictures is one line of at most %d characters", mostTitle))
	}
	if p.Chosen(optionAI) {
		option("Made with AI", "", "TikTok takes that word with videos alone: say it in the app")
	}
}
