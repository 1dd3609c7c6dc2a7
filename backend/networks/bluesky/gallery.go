package bluesky

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"postbag/backend/network"
)

// Up to four pictures are what every app shows (app.bsky.embed.images). More make a gallery, of which
// an app that does not know the newer lexicon shows nothing; so it is never made of fewer.
const (
	maxImages = 4
	// maxGallery is how many pictures an app should offer to show; the lexicon's own 20 is there for
	// later (app.bsky.embed.gallery, 2026-08-20).
	maxGallery = 10
	// maxBody is what the server reads of one request (applyWrites.ts, jsonLimit, 0.5.35), less a
	// little for what is not known before the mentions are resolved.
	maxBody = 1_000_000 - 20_000
)

type (
	galleryEmbed struct {
		Type  string        `json:"$type"`
		Items []galleryItem `json:"items"`
	}
	galleryItem struct {
		Type        string      `json:"$type"`
		Image       blob        `json:"image"`
		Alt         string      `json:"alt"`
		AspectRatio aspectRatio `json:"aspectRatio"`
	}
)

// showImages makes what a post shows of its pictures.
func showImages(images []image) any {
	if len(images) <= maxImages {
		return imagesEmbed{Type: "app.bsky.embed.images", Images: images}
	}
	g := galleryEmbed{Type: "app.bsky.embed.gallery"}
	for _, i := range images {
		item := galleryItem{Type: "app.bsky.embed.gallery#image", Image: i.Image, Alt: i.Alt}
		if i.AspectRatio != nil {
			item.AspectRatio = *i.AspectRatio // wrongGallery has seen to it
		}
		g.Items = append(g.Items, item)
	}
	return g
}

// wrongGallery finds pictures that a gallery cannot show, since it must say how wide they are.
func wrongGallery(p network.Plan) []network.Issue {
	var issues []network.Issue
	for i, part := range p.Parts {
		if len(part.Media) <= maxImages {
			continue
		}
		for j, m := range part.Media {
			if ratioOf(m) == nil {
				issues = append(issues, network.Issue{
					Code: network.IssueMediaSize, Field: "media", Part: i, Media: j, OverflowAt: -1,
					Message: "the width and height of this picture are not known",
					Values:  map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)},
				})
			}
		}
	}
	return issues
}

// tooLarge finds a thread that does not go into one request. All of it does, unless its descriptions
// are very long.
func tooLarge(p network.Plan) []network.Issue {
	if len(p.Parts) < 2 || mostBytes(p) <= maxBody {
		return nil
	}
	size := 0
	for i := range p.Parts {
		if size += sizeOf(p, i); size > maxBody {
			return []network.Issue{{
				Code: network.IssueParts, Field: "parts", Part: i, Media: -1, OverflowAt: -1,
				Message: fmt.Sprintf("Bluesky takes a thread at once, and %d parts of this one fit: use shorter descriptions", i),
				Values: map[string]string{
					"length": strconv.Itoa(len(p.Parts)), "limit": strconv.Itoa(i), "over": strconv.Itoa(len(p.Parts) - i),
				},
			}}
		}
	}
	return nil
}

// mostBytes is a size that the request for a plan never has, found at a glance.
func mostBytes(p network.Plan) int {
	size := 1000
	for _, part := range p.Parts {
		size += 2000 + 60*len(part.Text) // every third byte could be a tag with a facet of its own
		for _, m := range part.Media {
			size += 500 + 6*len(m.Alt) // every byte could have to be written as six
		}
	}
	if p.Link != nil {
		size += 1000 + 6*(len(p.Link.URL)+len(p.Link.Title)+len(p.Link.Description))
	}
	return size
}

// sizeOf measures what part i takes of the request, its gates included, with strangers in the place
// of those that it mentions and of what is uploaded.
func sizeOf(p network.Plan, i int) int {
	sum, err := multihash.Sum(nil, multihash.SHA2_256, -1)
	if err != nil {
		return 0
	}
	did := "did:plc:" + strings.Repeat("a", 24)
	some := blob{Type: "blob", Ref: link{cid.NewCidV1(cid.Raw, sum)}, MimeType: "image/jpeg", Size: maxVideo}
	r := newPost(p, i)
	pieces := findFacets(p.Parts[i].Text)
	dids := map[string]string{}
	for _, f := range pieces {
		if f.kind == mentionFeature {
			dids[f.value] = did
		}
	}
	r.Facets = makeFacets(pieces, dids)
	at := strongRef{"at://" + did + "/" + postCollection + "/" + strings.Repeat("a", tidLength), some.Ref.id.String()}
	r.Reply = &replyRef{at, at}
	var images []image
	for _, m := range p.Parts[i].Media {
		images = append(images, image{Alt: m.Alt, Image: some, AspectRatio: &aspectRatio{m.Width, m.Height}})
	}
	switch {
	case len(images) > 0:
		r.Embed = showImages(images)
	case p.Link != nil && i == 0:
		r.Embed = externalEmbed{Type: "app.bsky.embed.external", External: external{
			URI: p.Link.URL, Title: p.Link.Title, Description: p.Link.Description, Thumb: &some,
		}}
	}
	body, err := encode(createWrite{Type: applyWrites + "#create", Collection: postCollection, Key: at.CID, Value: r})
	if err != nil {
		return 0
	}
	const gates = 1000 // a postgate and, beside the first part, a threadgate
	return len(body) + gates
}
