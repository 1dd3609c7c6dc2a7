// Package tiktok publishes videos and pictures on TikTok, through an application that the person made at TikTok
// for Developers.
//
// A video goes there in two ways, which the person chooses. A direct post is posted by TikTok itself, to whom
// the person said. An upload goes to the inbox of the account: TikTok sends a notification there, and the
// person writes the text and posts it in the app. What Postbag calls published is then that the video is in
// the inbox; nobody else sees it yet.
//
// In both ways TikTok first gives an id (publish_id) and an address. The video goes there in parts, and with
// the last byte TikTok begins to post by itself. So a post is of two phases (shape P): the id is written down
// before any byte is sent, and the last part is the request that may make it visible. The answer to it says
// only that TikTok has the whole video and works on it, and what it refuses it refuses after that. So this
// answer proves nothing: each post is settled by asking its id what became of it, within minutes. A direct
// post is published when TikTok says that it is posted, and an upload when it is in the inbox. One that
// TikTok refused comes before a person, with the reason. The same part sent twice is one post.
//
// Pictures TikTok does not take as bytes: it fetches them from the person's public storage, at an address that
// TikTok knows to be theirs (the person proves that to it once, in the application's settings). Here the request
// that begins a post is the one that publishes it, and only its answer has the publish_id (file photos.go). That
// id is written down with the answer, and asked for like that of a video. Where the answer is lost nothing can
// be asked, and a person is.
package tiktok

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
	optionWay      = "way"
	optionPrivacy  = "privacy"
	optionComments = "comments"
	optionDuets    = "duets"
	optionStitches = "stitches"
	optionBrand    = "brand"
	optionPaid     = "paid"
	optionAI       = "ai"
	optionCover    = "cover"
	optionTitle    = "title"
	optionMusic    = "music"
)

// The ways to TikTok.
const (
	wayDirect = "direct"
	wayInbox  = "inbox"
)

// Who may see a direct post. The first is no answer: TikTok wants it to be chosen each time, with nothing
// chosen before (docGuidelines).
const (
	privacyUnsaid    = "unsaid"
	privacyPublic    = "everyone"
	privacyFollowers = "followers"
	privacyFriends   = "friends"
	privacySelf      = "self"
)

// Network is TikTok. It has no state but where TikTok is.
type Network struct{ api, web string }

// New returns TikTok itself.
func New() Network {
	return Network{api: "https://open.tiktokapis.com", web: "https://www.tiktok.com"}
}

// At returns a TikTok whose API and sign-in page are below base, for tests.
func At(base string) Network { return Network{api: base, web: base} }

var (
	_ network.Network   = Network{}
	_ network.Phaser    = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
	_ network.Limiter   = Network{}
	_ network.Profiler  = Network{}
)

// The documents behind what is said here. TikTok has none that a machine reads.
const (
	docDirect     = "developers.tiktok.com/doc/content-posting-api-reference-direct-post, as quoted in 2026"
	docInbox      = "developers.tiktok.com/doc/content-posting-api-reference-upload-video, as quoted in 2026"
	docPhoto      = "developers.tiktok.com/doc/content-posting-api-reference-photo-post, as quoted in 2026"
	docTransfer   = "developers.tiktok.com/doc/content-posting-api-media-transfer-guide, as quoted in 2026"
	docStatus     = "developers.tiktok.com/doc/content-posting-api-reference-get-video-status, as quoted in 2026"
	docCreator    = "developers.tiktok.com/doc/content-posting-api-reference-query-creator-info, as quoted in 2026"
	docGuidelines = "developers.tiktok.com/doc/content-sharing-guidelines, as quoted in 2026"
	docErrors     = "developers.tiktok.com/doc/tiktok-api-v2-error-handling, as quoted in 2026"
	docDesktop    = "developers.tiktok.com/doc/login-kit-desktop, as quoted in 2026"
	docTokens     = "developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token, 2026-11-02"
)

const (
	mostText    = 2200       // UTF-16 units beside a video (docDirect, title)
	mostWords   = 4000       // UTF-16 units beside pictures (docPhoto, description)
	mostTitle   = 90         // UTF-16 units (docPhoto, title)
	mostPhotos  = 35         // docPhoto, photo_images
	mostPhoto   = 20_000_000 // docTransfer: 20MB, read as the smaller one
	mostWide    = 1920       // docTransfer: 1080p, read as 1080 by 1920 pixels whichever way it is turned
	mostNarrow  = 1080
	mostBytes   = 4_000_000_000 // docTransfer: 4GB, read as the smaller one
	mostSeconds = 600           // docTransfer: 10 minutes
	leastSide   = 360           // px (docTransfer)
	mostSide    = 4096          // px (docTransfer)
)

// uploadLife is how long the address of an upload is relied on: TikTok says one hour (docDirect).
const uploadLife = time.Hour

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "tiktok",
		Name:   "TikTok",
		Icon:   icon,
		Colour: "#000000",
		About: "Videos and pictures on TikTok, with an application of your own at TikTok for Developers. Until TikTok has audited it, " +
			"it posts only privately; or it puts the post into your TikTok inbox, and you post it in the app.",

		SignIn: network.SignIn{Loopback: true, Path: "/callback/", Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostWords, Video: mostText, Unit: network.UnitUTF16},
			Media: network.MediaLimit{
				Max: mostPhotos, Videos: 1, Needed: true,
				// docTransfer, photo restrictions, and docDirect, Content-Type
				Types:        []string{"image/jpeg", "image/webp", "video/mp4", "video/quicktime", "video/webm"},
				ImageBytes:   mostPhoto,
				ImageSide:    mostWide,
				ImageShort:   mostNarrow,
				VideoBytes:   mostBytes,
				VideoMs:      mostSeconds * 1000,
				PublicImages: true,
			},
		},
		Options: []network.Option{
			{Key: optionWay, Label: "How it gets to TikTok", Kind: "choice", Choices: []string{wayDirect, wayInbox}, Default: wayDirect},
			{
				Key: optionPrivacy, Label: "Who sees it", Kind: "choice", Default: privacyUnsaid,
				Choices: []string{privacyUnsaid, privacyPublic, privacyFriends, privacyFollowers, privacySelf},
			},
			{Key: optionComments, Label: "Allow comments", Kind: "flag"},
			{Key: optionDuets, Label: "Allow duets", Kind: "flag"},
			{Key: optionStitches, Label: "Allow stitches", Kind: "flag"},
			{Key: optionBrand, Label: "Promotes my own business", Kind: "flag"},
			{Key: optionPaid, Label: "Paid partnership", Kind: "flag"},
			{Key: optionAI, Label: "Made with AI", Kind: "flag"},
			{Key: optionCover, Label: "Second of the video, or number of the picture, that is the cover", Kind: "text"},
			{Key: optionTitle, Label: "Title of the pictures", Kind: "text"},
			{Key: optionMusic, Label: "Let TikTok add music to pictures", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "video",
		Reconcile: network.Reconcile{
			Shape: network.ShapePhase,
			// Most videos are ready in less than half a minute, and moderated within one (docStatus).
			Quarantine:    time.Minute,
			ContainerLife: uploadLife,
			// Not FailedAbsent, although TikTok says that the whole process has failed then: it would send the
			// same again, which TikTok forbids for most of the reasons. A person decides.
		},
		Thread:      network.ThreadNone,
		PrepareLife: uploadLife,
		Budgets:     budgets(),
		Classify:    classify,
		Container:   container,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docDirect},
			{Text: "é", Count: 1, Source: docDirect},
			{Text: "😀", Count: 2, Source: docDirect + ": 2200 UTF-16 units; " + docPhoto + ": 4000"},
		},
	}
}

// The names of the steps. The last has the id in its name, so that the journal says which one it was.
const (
	stepCreator = "creator"
	stepBegin   = "video begin"
	stepStatus  = "status "
	stepPiece   = "video piece at "
	stepLast    = "last piece of "
	stepFile    = "picture "
	stepPhotos  = "pictures"
)

// publishForm is that of a publish_id: "v_pub_file~v2-1.123456789", at most 64 characters (docDirect).
var publishForm = regexp.MustCompile(`^[A-Za-z0-9_.~-]{1,64}$`)

// container reads the publish_id from the answer to the step that begins an upload.
func container(step string, r network.Reply) string {
	if step != stepBegin {
		return ""
	}
	b, err := read[begun](r, "the upload")
	if err != nil || !publishForm.MatchString(b.ID) {
		return ""
	}
	return b.ID
}

// refusals are the documented answers to a part of a video that say that it was not taken (docTransfer):
// then the video is not whole, and is not posted. Of everything else, 416 and 400 too, the publish_id is asked.
var refusals = []network.Refusal{
	{Status: 403, Kind: network.Throttled, Stale: true, Source: docTransfer + ": the upload_url has expired"},
	{Status: 404, Kind: network.Throttled, Stale: true, Source: docTransfer + ": no valid upload task for the upload_url"},
}

// classify judges the answer to the last part of a video. It never accepts: the best that TikTok can say is
// that it has the whole video and will begin to post it, and what it refuses it refuses after that.
func classify(step string, r network.Reply) (network.Receipt, error) {
	switch {
	case step == stepPhotos:
		return begunPhotos(r)
	case r.Status == 201:
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Code: network.CodeTaken, Message: "TikTok has the whole video, and says only later what became of it",
		}
	case r.OK():
		return network.Receipt{}, unreadable("the last part of the video")
	}
	return network.Receipt{}, refused(r)
}

// refused judges the answer to a part of a video that was not taken. Such an answer has no code of its own.
func refused(r network.Reply) error {
	message := ""
	switch r.Status {
	case 403, 404:
		message = "the address for the video was good for an hour, and TikTok knows it no more; the upload begins anew"
	case 416:
		message = "TikTok has another part of the video than was thought"
	}
	return network.Judge(name, refusals, r, "", message)
}

// posted is the proof of a post. TikTok tells its own id only if everybody may see it and it was
// moderated; then the proof leads there, and otherwise to the account. Its own id is always the publish_id.
func posted(a network.Account, p network.Plan, id, post string) network.Receipt {
	page := Network{}.Profile(a)
	switch {
	case page == "":
		page = "https://www.tiktok.com/"
	case post != "" && pictures(p):
		page += "/photo/" + post
	case post != "":
		page += "/video/" + post
	}
	return network.Receipt{RemoteID: id, URL: page}
}

var handleForm = regexp.MustCompile(`^[A-Za-z0-9_.]{1,64}$`)

// Profile implements network.Profiler: the page of the account, "" if its name is not known.
func (Network) Profile(a network.Account) string {
	if !handleForm.MatchString(a.Handle) {
		return ""
	}
	return "https://www.tiktok.com/@" + a.Handle
}

// videoForm is that of a post's id, a whole number of 64 bits (docStatus).
var videoForm = regexp.MustCompile(`^[0-9]{5,20}$`)

// first returns the first id of a list that TikTok writes as numbers, "" if there is none.
func first(ids []json.RawMessage) string {
	for _, id := range ids {
		if text := strings.Trim(string(id), `"`); videoForm.MatchString(text) {
			return text
		}
	}
	return ""
}
