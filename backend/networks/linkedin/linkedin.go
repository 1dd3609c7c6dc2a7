// Package linkedin publishes on LinkedIn: on a member's profile, or on a page that the member looks after.
//
// It speaks the versioned Posts API with an application that the person made in LinkedIn's developer
// portal, and a token that the person got for it, in the browser or from the portal's token generator. A
// token lives for 60 days and cannot be renewed by itself; then the person signs in again.
//
// One request makes a post visible, and nothing in it can serve as a key. What can be known after a lost
// answer depends on who writes:
//
//   - A page's posts can be listed with the permission r_organization_social, so a page is of the shape L:
//     its posts are read and compared. What is not found stays in doubt, because no document says how late
//     a request may still be taken.
//   - A member's posts can be listed only with r_member_social, which LinkedIn gives to no new application.
//     So a member's profile is of the shape N: a person looks, and decides.
//
// A post has up to twenty pictures, or a video, or a link card. Pictures can also go as a document (PDF), which
// LinkedIn shows as pages to leaf through.
//
// LinkedIn refuses a post that repeats another (DUPLICATE_POST) and names that one. That proves that this
// request made nothing. It does not prove that the post in doubt is there: the one it names may have been
// written by hand or for another delivery, and people report that it names posts that are deleted or
// were never shown (ComposioHQ/composio, issue 2710, 2026-02-22). So it is doubt with a pointer, and
// never an acceptance.
package linkedin

import (
	"context"
	_ "embed"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// Network is LinkedIn. It has no state but where LinkedIn is.
type Network struct{ api, site string }

// New returns LinkedIn itself.
func New() Network { return Network{api: "https://api.linkedin.com", site: "https://www.linkedin.com"} }

// At returns a LinkedIn whose API and sign-in are below base, for tests.
func At(base string) Network { return Network{api: base, site: base} }

var (
	_ network.Editor   = Network{}
	_ network.Binder   = Network{}
	_ network.Network  = Network{}
	_ network.Lister   = Network{}
	_ network.Limiter  = Network{}
	_ network.Deleter  = Network{}
	_ network.Verifier = Network{}
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

const (
	docPosts     = "learn.microsoft.com, LinkedIn, Posts API, version 2026-01"
	docMulti     = "learn.microsoft.com, LinkedIn, MultiImage API, as read in 2026"
	docImages    = "learn.microsoft.com, LinkedIn, Images API, version 2025-01"
	docDocuments = "learn.microsoft.com, LinkedIn, Documents API, version 2025-01: PDF of at most 100 MB and 300 pages"
	docVideos    = "learn.microsoft.com, LinkedIn, Videos API, version 2026-01"
	docErrors    = "learn.microsoft.com, LinkedIn, API concepts, Error Handling, as read in 2026"
	docVersions  = "learn.microsoft.com, LinkedIn, Marketing API Versioning, 2026-01"
	docShare     = "learn.microsoft.com, LinkedIn, Share on LinkedIn, Rate Limits, as quoted 2026-10-08"
)

const (
	mostText        = 3000
	mostPictures    = 20          // fewest 2, else it is one picture (docMulti)
	mostPixels      = 36_152_319  // "less than 36,152,320" (docImages)
	mostBytes       = 5_000_000   // no document says; LinkedIn's own window took 5 MB where it took the least, 2026
	mostVideo       = 500_000_000 // bytes (docVideos); another page says 5 GB
	leastVideo      = 75_000      // bytes (docVideos)
	mostVideoMs     = 30 * 60 * 1000
	leastVideoMs    = 3000
	mostAlt         = 1000 // the window's; the API is said to take 4,086
	mostTitle       = 400  // of a link card; as quoted in 2026
	mostDescription = 4086 // of a link card; as quoted in 2026
	perDay          = 150  // requests of a member (docShare)
)

// How a plan's visibilities are called here. LinkedIn's CONNECTIONS are those whom the member is
// connected with, fewer than the followers.
const visiblePrivate = "private"

// Describe returns the facts. Its limits are those of a member's profile.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "linkedin",
		Name:   "LinkedIn",
		Icon:   icon,
		Colour: "#0A66C2",
		About:  "A LinkedIn profile or page, written to by an application of your own.",

		SignIn: network.SignIn{Loopback: true, Port: loopbackPort, Application: true},
		Limits: memberLimits(),
		Options: []network.Option{
			{Key: optionDocument, Label: "Pictures as a document to leaf through", Kind: "flag"},
			{Key: optionDocumentTitle, Label: "Title of the document (empty: the first line)", Kind: "text"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:    also,
		Preview: "article",

		Reconcile:   network.Reconcile{Shape: network.ShapeNone},
		Thread:      network.ThreadNone, // an answer to one's own post is a comment here
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText}, Source: docEdit},
		PrepareLife: time.Hour, // of an address to upload to; its end is in the answer, and not in any document
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docPosts},
			{Text: "(a) [b] #c", Count: 10, Source: "the text before its escapes: LinkedIn names the length of the text in its refusal (n8n-io/n8n, issue 22899, 2025-12-07)"},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the stricter reading of \"characters\", " + docPosts},
		},
	}
}

func memberLimits() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: mostText, Unit: network.UnitUTF16, Required: true},
		Media: network.MediaLimit{
			Max: mostPictures, Videos: 1,
			// It takes GIF as well. An animation counts as a video here, and is shown as a still picture.
			Types:       []string{"image/jpeg", "image/png", "video/mp4"},
			ImageBytes:  mostBytes,
			ImagePixels: mostPixels,
			VideoBytes:  mostVideo,
			VideoMs:     mostVideoMs,
		},
		Alt:          network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		Visibilities: []string{network.VisibilityPublic, visiblePrivate},
	}
}

// pageLimits are a page's: everybody sees it, and where its posts can be listed, doubt is settled by that.
func pageLimits(listed bool) network.Limits {
	l := memberLimits()
	l.Visibilities = []string{network.VisibilityPublic}
	if listed {
		l.Reconcile = network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute}
	}
	return l
}

// Limits implements network.Limiter. A page's depend on whether the token may list its posts, which is
// tried.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	if _, page := pageOf(a); !page {
		return memberLimits(), nil
	}
	listed, err := canList(ctx, c, a)
	return pageLimits(listed), err
}

// canList tries to list an account's posts. Only a documented no is one.
func canList(ctx context.Context, c network.Calls, a network.Account) (bool, error) {
	_, err := listPage(ctx, c, a, 0, 1)
	if e := codeOf(err); e == codeDenied {
		return false, nil
	}
	return err == nil, err
}

// budgets knows the one documented limit. A page's application has others, which only the portal shows.
func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{{Name: "requests", Scope: network.ScopeAccount, Points: perDay, Per: 24 * time.Hour, Source: docShare}},
		// The pieces of a video go to the store of files, whose requests no document counts: a long one has more
		// of them than a day has requests.
		Cost: func(_ network.Window, u network.Use) int {
			if strings.HasPrefix(u.Step, stepVideo+": part") {
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) []network.Use {
			pictures := 0
			for _, part := range p.Parts {
				pictures += len(part.Media)
			}
			if m, is := videoOf(p); is {
				return append(videoUses(m), network.Use{Step: "post", Kind: network.UsePublish, Parts: 1})
			}
			if p.Link != nil && p.Link.Thumb != nil {
				pictures++
			}
			if p.Chosen(optionDocument) && pictures > 0 {
				pictures = 1
			}
			var list []network.Use
			for range pictures {
				list = append(list,
					network.Use{Step: "picture", Kind: network.UsePrepare}, network.Use{Step: "picture", Kind: network.UsePrepare},
					network.Use{Step: "picture", Kind: network.UseRead})
			}
			return append(list, network.Use{Step: "post", Kind: network.UsePublish, Parts: 1})
		},
	}
}

// classify judges the answer to a new post. The only acceptance is 201 with the post's URN in the header
// x-restli-id (docPosts); its body is empty.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if err := judge(r); err != nil {
		return network.Receipt{}, err
	}
	id := r.Header["X-Restli-Id"]
	if r.Status != 201 || !postForm.MatchString(id) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "LinkedIn answered with success, but did not name the post"}
	}
	return receiptOf(id), nil
}

func receiptOf(id string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: "https://www.linkedin.com/feed/update/" + id + "/"}
}

// Delete removes a post. LinkedIn answers 204 again for what is gone already (docPosts).
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !postForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read; delete it on LinkedIn"}
	}
	req := request(a, "DELETE", "/rest/posts/"+escaped(r.RemoteID), nil)
	req.Header["X-Restli-Method"] = "DELETE"
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, req)
	if err != nil {
		return asError(err)
	}
	if err := judge(reply); err != nil {
		return err
	}
	if reply.Status != 204 {
		return unreadable("the deletion")
	}
	return nil
}
