// Package instagram publishes on Instagram professional accounts (business and creator), through an
// application that the person made at Meta for Developers, with Instagram's own login and no Facebook page.
//
// Instagram takes no bytes from such an application: it fetches every picture and video from a public
// address. So each file is first put on the person's own public storage (the shelf: scheme), and Instagram
// is told its address. Meta's resumable upload is for applications with Facebook's login alone (the guide
// says so on 2026-09-19; some projects saw it work with Instagram's login, which is not relied on).
//
// Of an address Instagram makes a container, which nobody sees. One picture is one container, one video is
// the container of a reel, and several of them become containers of items and then one of the carousel. A
// container is worked on, is asked until it is finished, and then one request publishes it. So a post is of
// two phases (shape P): the container's id is written down first, and after a lost answer the container is
// asked, and the account's own posts are looked through for the one that it became.
//
// Instagram deletes no posts for applications that is documented, and has no address of a post in its
// answer: what is published is shown by the account's page, what was adopted by its own address.
package instagram

import (
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

// Keys of the options of a post.
const (
	optionPlace         = "place"
	optionCollaborators = "collaborators"
	optionCover         = "cover"
	optionReelsOnly     = "reels_only"
)

// Where a post goes.
const (
	placeFeed  = "feed"
	placeStory = "story"
)

const name = "Instagram"

// Network is Instagram. It has no state but where Instagram is.
type Network struct{ api, web, auth string }

// New returns Instagram itself.
func New() Network {
	return Network{api: "https://graph.instagram.com", web: "https://www.instagram.com", auth: "https://api.instagram.com"}
}

// At returns an Instagram whose API, sign-in page and tokens are below base, for tests.
func At(base string) Network { return Network{api: base, web: base, auth: base} }

var (
	_ network.Network   = Network{}
	_ network.Phaser    = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
	_ network.Profiler  = Network{}
)

// The documents behind what is said here.
const (
	docSpec      = "facebook/facebook-business-sdk-codegen ad2b0b6, IGUser and IGMedia, 2026-04-15"
	docGuide     = "developers.facebook.com/docs/instagram-platform/content-publishing, as quoted on 2026-09-19"
	docMedia     = "developers.facebook.com, Instagram Platform, reference IG User Media, as quoted on 2026-09-19"
	docContainer = "developers.facebook.com, Instagram Platform, reference IG Container, as quoted on 2026-09-19"
	docErrors    = "developers.facebook.com, Instagram Platform, reference Error Codes, 2026-06-02"
	docComments  = "developers.facebook.com, Instagram Platform, reference IG Media Comments, as read in 2026"
	docGraph     = "developers.facebook.com/docs/graph-api/guides/error-handling, as known in 2026"
	docRates     = "developers.facebook.com/docs/graph-api/overview/rate-limiting, as known in 2026"
)

const (
	mostCaption       = 2200 // characters (docMedia)
	mostTags          = 30   // hashtags in a caption (docMedia)
	mostMentions      = 20   // names in a caption (docMedia)
	mostAlt           = 1000 // characters (docMedia)
	mostItems         = 10   // of a carousel (docGuide)
	mostImageBytes    = 8_000_000
	mostReelBytes     = 300_000_000
	mostShortBytes    = 100_000_000 // of a video in a story (docMedia); in a carousel it is the stricter reading
	mostReelSeconds   = 900
	mostShortSeconds  = 60 // of a video in a story (docMedia); in a carousel as others have it
	leastSeconds      = 3
	mostVideoWidth    = 1920 // px (docMedia)
	mostCollaborators = 3    // docMedia; another page says 5
)

// life is how long a container, and what it was made of, is relied on: Instagram says 24 hours (docContainer).
const life = 23 * time.Hour

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "instagram",
		Name:   name,
		Icon:   icon,
		Colour: "#E4405F",
		About: "Pictures, carousels, reels and stories on your professional Instagram account, with an application of your own at Meta. " +
			"Instagram fetches the files from a public address: it needs your own public storage.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostCaption, Unit: network.UnitCodePoints},
			Media: network.MediaLimit{
				Max: mostItems, Videos: mostItems, Mixed: true, Needed: true,
				Types:      []string{"image/jpeg", "video/mp4", "video/quicktime"},
				ImageBytes: mostImageBytes,
				VideoBytes: mostReelBytes,
				VideoMs:    mostReelSeconds * 1000,
				PublicURL:  true,
			},
			Alt: network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		},
		Options: []network.Option{
			{Key: optionPlace, Label: "Where it goes", Kind: "choice", Choices: []string{placeFeed, placeStory}, Default: placeFeed},
			{Key: optionCollaborators, Label: "Collaborators (names, with commas between)", Kind: "text"},
			{Key: optionCover, Label: "Second of the reel that is the cover", Kind: "text"},
			{Key: network.OptionComment, Label: "First comment", Kind: "text"},
			{Key: optionReelsOnly, Label: "A reel only among the reels, not in the feed", Kind: "flag"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		// A caption has no links and no card: the address of a post's link is at least to be read.
		LinkInText: true,
		Preview:    "picture",
		Reconcile: network.Reconcile{
			Shape:         network.ShapePhase,
			Quarantine:    time.Minute, // docGuide: a container is asked once a minute
			ContainerLife: life,
			ExpiredAbsent: true, // docContainer, EXPIRED: it was not published within 24 hours
			// Not FailedAbsent: ERROR says that publishing failed, and not that nothing is there.
		},
		Thread:      network.ThreadComment,
		PrepareLife: life,
		Budgets:     budgets(),
		Classify:    classify,
		Container:   container,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docMedia},
			{Text: "é", Count: 1, Source: docMedia + ": characters"},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docMedia + ": characters, read as code points, the stricter reading"},
		},
	}
}

// The names of the steps. The last has the container and the account in its name, so that the answer can be
// judged by it alone.
const (
	stepQuota     = "quota"
	stepFile      = "file "
	stepItem      = "item "
	stepItemState = "state of item "
	stepContainer = "container"
	stepState     = "state"
	stepPublish   = "publish "
	stepComment   = "comment on "
	stepBy        = " by "
)

// The forms of ids and names, which go into addresses, names of steps and the journal.
var (
	idForm     = regexp.MustCompile(`^[0-9]{5,32}$`)
	handleForm = regexp.MustCompile(`^[A-Za-z0-9_.]{1,30}$`)
)

// made is what Instagram answers when it has made something.
type made struct {
	ID string `json:"id"`
}

// idIn reads the id from an answer of success, "" if there is none.
func idIn(r network.Reply) string {
	var m made
	if r.Status != 200 || json.Unmarshal(r.Body, &m) != nil || !idForm.MatchString(m.ID) {
		return ""
	}
	return m.ID
}

// container reads the id of the container that will be published; those of a carousel's items are not.
func container(step string, r network.Reply) string {
	if step != stepContainer {
		return ""
	}
	return idIn(r)
}

// publishing is the name of the step that publishes a container of an account.
func publishing(a network.Account, id string) string {
	if !handleForm.MatchString(a.Handle) {
		return stepPublish + id
	}
	return stepPublish + id + stepBy + a.Handle
}

// classify judges the answer to the request that publishes a container. The only acceptance is a 200 with
// the id of a post or a comment. Instagram does not tell its address, so the proof leads to the account's page.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() && strings.HasPrefix(step, stepComment) {
		return network.Receipt{}, judgeComment(r)
	}
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	id := idIn(r)
	if id == "" {
		return network.Receipt{}, unreadable("the post")
	}
	_, handle, _ := strings.Cut(step, stepBy)
	return network.Receipt{RemoteID: id, URL: page(handle)}, nil
}

// page is the page of an account, or Instagram itself if its name is not known.
func page(handle string) string {
	if !handleForm.MatchString(handle) {
		return "https://www.instagram.com/"
	}
	return "https://www.instagram.com/" + handle + "/"
}

// Profile implements network.Profiler: the page of the account, "" if its name is not known.
func (Network) Profile(a network.Account) string {
	if !handleForm.MatchString(a.Handle) {
		return ""
	}
	return page(a.Handle)
}
