// Package youtube publishes videos on a YouTube channel, through a Google Cloud application that the
// person made.
//
// A video is uploaded as private, where nobody but the channel sees it. Its words are written, YouTube
// works on it, it goes into a playlist if one was named, and then one request sets who may see it. So a
// post is of two phases (shape P): the video's id is written down before anybody can see it, and after a
// lost answer the video itself is asked. The same video made visible twice is one video.
//
// The file goes to an address that YouTube gives for it, and goes on where YouTube says that it stands,
// after a broken connection or on another day (network.Upload). If YouTube no longer knows that address,
// which it keeps about a week, the file is uploaded again: what may be left of the first one is private.
//
// A Short is a video like any other: YouTube makes one of whatever is square or taller than wide and at
// most three minutes long. A picture beside the video is its thumbnail, which is set while it is private, as captions are.
// Pictures alone and posts of text are not in the API. Captions are, but they are files of their own (WebVTT,
// SubRip), which the library does not keep.
package youtube

import (
	_ "embed"
	"encoding/json"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionTitle     = "title"
	optionPrivacy   = "privacy"
	optionKids      = "kids"
	optionCategory  = "category"
	optionTags      = "tags"
	optionPlaylist  = "playlist"
	optionSynthetic = "synthetic"

	optionCaptions   = "captions"
	optionCaptionsIn = "captions_language"
)

// Who may see a video (docAPI, VideoStatus.privacyStatus).
const (
	privacyPublic   = "public"
	privacyUnlisted = "unlisted"
	privacyPrivate  = "private"
)

// What a person says of children. The first is no answer: the law of several countries wants one, and
// nobody but the person knows it. Such a video has no comments and no personal ads (YouTube's help,
// "Determining if your content is made for kids", as known in 2026).
const (
	kidsUnsaid = "unsaid"
	kidsNo     = "not_for_kids"
	kidsYes    = "for_kids"
)

// Network is YouTube. It has no state but where YouTube is.
type Network struct{ api, web, auth string }

// New returns YouTube itself.
func New() Network {
	return Network{api: "https://www.googleapis.com", web: "https://accounts.google.com", auth: "https://oauth2.googleapis.com"}
}

// At returns a YouTube whose API, sign-in page and tokens are below base, for tests.
func At(base string) Network { return Network{api: base, web: base, auth: base} }

var (
	_ network.Editor    = Network{}
	_ network.Network   = Network{}
	_ network.Phaser    = Network{}
	_ network.Deleter   = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
	_ network.Linker    = Network{}
	_ network.Profiler  = Network{}
)

const (
	docAPI    = "discovery document of YouTube Data API v3, revision 20261019"
	docErrors = "developers.google.com/youtube/v3/docs/errors, as known in 2026"
	docResume = "developers.google.com/youtube/v3/guides/using_resumable_upload_protocol, as quoted in 2026"
	docQuota  = "developers.google.com/youtube/v3/determine_quota_cost, as quoted in June 2026"
	docThumbs = "YouTube's help, add video thumbnails: JPEG or PNG, 1280 by 720, at least 640 wide, under 2 MB, as known in 2026"
	docVideos = "developers.google.com/youtube/v3/docs/videos, as quoted in 2026"
)

const (
	mostTitle       = 100  // characters (docVideos, snippet.title)
	mostDescription = 5000 // bytes (docVideos, snippet.description)
	mostTags        = 500  // characters, counted as tagsLength does (docVideos, snippet.tags[])
	mostBytes       = 274_877_906_944
	mostHours       = 12
	mostThumbnail   = 2_000_000 // bytes (docThumbs)
	leastThumbnail  = 640       // px wide (docThumbs)
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "youtube",
		Name:   "YouTube",
		Icon:   icon,
		Colour: "#FF0000",
		About:  "Videos and Shorts on your YouTube channel, with an application of your own at Google; Google may keep the videos of one that it has not audited private.",

		SignIn: network.SignIn{Loopback: true, Application: true},
		Limits: network.Limits{
			// The limit is of bytes. As many characters are the most that can have so few bytes.
			Text: network.TextLimit{Max: mostDescription, Unit: network.UnitCodePoints, MaxBytes: mostDescription},
			Media: network.MediaLimit{
				Max: 2, Videos: 1, Mixed: true, Needed: true, // a video and its thumbnail
				// docAPI, videos.insert takes video/*; these are of the formats that YouTube's help names.
				Types: []string{
					"video/mp4", "video/quicktime", "video/webm", "video/x-matroska", "video/x-m4v", "video/mpeg", "video/x-msvideo", "video/3gpp",
					"image/jpeg", "image/png", // docAPI, thumbnails.set
				},
				ImageBytes: mostThumbnail, // docAPI says 52,428,800: the stricter
				VideoBytes: mostBytes,     // docAPI, videos.insert, maxSize
				// YouTube's help: 12 hours, and 15 minutes for a channel that has not confirmed a telephone
				// number. Which of them holds no answer tells; a video too long is rejected while it is private.
				VideoMs: mostHours * 3600 * 1000,
			},
		},
		Options: []network.Option{
			{Key: optionKids, Label: "Made for kids", Kind: "choice", Choices: []string{kidsUnsaid, kidsNo, kidsYes}, Default: kidsUnsaid},
			{Key: optionTitle, Label: "Title (empty: the first line)", Kind: "text"},
			{Key: optionPrivacy, Label: "Who sees it", Kind: "choice", Choices: []string{privacyPublic, privacyUnlisted, privacyPrivate}, Default: privacyPublic},
			{Key: optionCategory, Label: "Category", Kind: "choice", Choices: categoryNames(), Default: categoryPeople},
			{Key: optionTags, Label: "Tags, with commas between", Kind: "text"},
			{Key: optionPlaylist, Label: "Playlist (its link)", Kind: "text"},
			{Key: optionCaptions, Label: "Captions (the content of an .srt or .vtt file)", Kind: network.OptionLines},
			{Key: optionCaptionsIn, Label: "Language of the captions (empty: the post's)", Kind: "text"},
			{Key: optionSynthetic, Label: "Altered or synthetic, and looks real", Kind: "flag"},
		},
		Measure:    func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:       also,
		LinkInText: true,
		Preview:    "video",
		Reconcile: network.Reconcile{
			Shape: network.ShapePhase, Quarantine: 2 * time.Minute,
			// A private video stays for good. The address it was uploaded to, by which Publish finds it
			// again, is kept about a week (docResume); so a person is asked before that.
			ContainerLife: uploadLife,
		},
		Thread:      network.ThreadNone,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText}, Source: docVideos + ", videos.update"},
		PrepareLife: uploadLife,
		Budgets:     budgets(),
		Classify:    classify,
		Container:   container,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docVideos},
			{Text: "é", Count: 1, Source: docVideos + ": characters are shown, bytes are counted beside them"},
		},
	}
}

// uploadLife is how long the address of an upload is relied on.
const uploadLife = 6 * 24 * time.Hour

// The names of the steps. The last says in its name which video becomes visible to whom, so that its
// answer can be judged by it alone.
const (
	stepVideo    = "video"
	stepDetails  = "details"
	stepState    = "state"
	stepThumb    = "thumbnail"
	stepCaptions = "captions"
	stepThere    = "in playlist"
	stepPlaylist = "playlist"
	stepShow     = "show "
)

// shown reads the name of a publishing step.
func shown(step string) (privacy, id string, ok bool) {
	rest, ok := strings.CutPrefix(step, stepShow)
	privacy, id, found := strings.Cut(rest, " ")
	return privacy, id, ok && found && videoForm.MatchString(id)
}

// container reads the id of the private video from the answer to the step that wrote its words.
func container(step string, r network.Reply) string {
	var v video
	if step != stepDetails || r.Status != 200 || json.Unmarshal(r.Body, &v) != nil || !videoForm.MatchString(v.ID) {
		return ""
	}
	return v.ID
}

// classify judges the answer to the request that makes a video visible. The only acceptance is a 200 with
// that very video, which says that it is what was asked for. One that stayed private proves nothing by
// itself: the video is asked again.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	privacy, id, ok := shown(step)
	var v video
	if !ok || r.Status != 200 || json.Unmarshal(r.Body, &v) != nil || v.ID != id || v.Status == nil {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "YouTube answered with success, but with no such video"}
	}
	if v.Status.Privacy != privacy {
		message := "YouTube answered with success, but the video is " + network.Printable(v.Status.Privacy) + " and not " + privacy
		if v.Status.Privacy == privacyPrivate {
			message = keptPrivate
		}
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: message}
	}
	return receipt(id), nil
}

// keptPrivate is what Google says of applications that were made after 2020-07-28 and not audited
// (docVideos, videos.insert). The discovery document of 2026 says the contrary.
const keptPrivate = "YouTube keeps the video private; it does so with applications that Google has not audited"

// receipt is the proof of the video with an id. The address leads to a Short as well.
func receipt(id string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: "https://www.youtube.com/watch?v=" + id}
}

// wanted is who may see the video of a plan.
func wanted(p network.Plan) string {
	if privacy := p.Options[optionPrivacy]; privacy != "" {
		return privacy
	}
	return privacyPublic
}
