// Package threads publishes on Threads, through an application that the person made at Meta for Developers.
//
// Threads takes no bytes: it fetches every picture and video from a public address. So each file is first put
// on the person's own public storage (the shelf: scheme), and Threads is told its address.
//
// Every post is first a container, which nobody sees: of a text, of one picture or video, or of a carousel
// of several that are containers themselves. A container is asked until it is finished, and then one request
// publishes it. So a post is of two phases (shape P): the container's id is written down first, and after a
// lost answer the container is asked, and the account's own posts are looked through for the one that it
// became. A thread is a chain of such posts, each in answer to the one before it. auto_publish_text, which
// would be one request, is not used for that.
//
// A poll goes with a text alone and runs a day: the documents give nobody a choice. Threads has no address of a post
// in its answer: what is published is shown by the account's page, what was adopted by its own address.
package threads

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"postbag/backend/network"
)

//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionReplies = "reply_control"
	optionTopic   = "topic"
)

const everyone = "everyone"

const name = "Threads"

// Network is Threads. It has no state but where Threads is.
type Network struct{ api, web, auth string }

// New returns Threads itself.
func New() Network {
	return Network{api: "https://graph.threads.net", web: "https://threads.net", auth: "https://graph.threads.net"}
}

// At returns an Threads whose API, sign-in page and tokens are below base, for tests.
func At(base string) Network { return Network{api: base, web: base, auth: base} }

var (
	_ network.Network   = Network{}
	_ network.Phaser    = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
	_ network.Profiler  = Network{}
	_ network.Deleter   = Network{}
)

// The documents behind what is said here. The collection is Meta's own list of requests.
const (
	docCollection = "fbsamples/threads_api 44df04d, Postman collection, 2026-01-02"
	docGuide      = "developers.facebook.com/docs/threads, as quoted between 2026-07 and 2026-09"
	docPolls      = "developers.facebook.com/docs/threads/create-posts/polls, as stored in 2026"
	docDelete     = "developers.facebook.com/docs/threads/posts/delete-posts, as stored in 2026"
	docDebug      = "developers.facebook.com/docs/threads/reference/debug, as stored in 2026"
	docCodes      = "Threads' sub-codes as gitroomhq/postiz-app 74b01ad knows them, 2026"
	docGraph      = "developers.facebook.com/docs/graph-api/guides/error-handling, as known in 2026"
	docRates      = "developers.facebook.com/docs/graph-api/overview/rate-limiting, as known in 2026"
)

const (
	mostText         = 500
	mostLinks        = 5 // of a post, since 2025-12-22 (docGuide)
	mostTopic        = 50
	mostParts        = 25 // our own
	mostAlt          = 1000
	mostItems        = 20 // of a carousel
	mostImageBytes   = 8_000_000
	mostVideoBytes   = 1_000_000_000
	mostVideoSeconds = 300
	mostVideoWidth   = 1920 // px
	mostAnswers      = 4    // of a poll (docPolls)
	mostAnswer       = 25   // characters of one (docPolls)
	pollSeconds      = 24 * 3600
)

// life is how long a container, and what it was made of, is relied on: Threads says 24 hours (docGuide).
const life = 23 * time.Hour

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "threads",
		Name:   name,
		Icon:   icon,
		Colour: "#000000",
		About: "Posts, threads, pictures and videos on your Threads account, with an application of your own at Meta. " +
			"Threads fetches pictures and videos from a public address: they need your own public storage.",

		SignIn: network.SignIn{Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostText, Unit: network.UnitWeighted, Required: true},
			Media: network.MediaLimit{
				Max: mostItems, Videos: mostItems, Mixed: true,
				Types:      []string{"image/jpeg", "image/png", "video/mp4", "video/quicktime"},
				ImageBytes: mostImageBytes,
				VideoBytes: mostVideoBytes,
				VideoMs:    mostVideoSeconds * 1000,
				PublicURL:  true,
			},
			Alt:   network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
			Poll:  &network.PollLimit{Options: mostAnswers, Chars: mostAnswer, MinS: pollSeconds, MaxS: pollSeconds},
			Parts: mostParts,
		},
		Options: []network.Option{
			{
				Key: optionReplies, Label: "Who may reply", Kind: "choice", Default: everyone,
				Choices: []string{everyone, "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"},
			},
			{Key: optionTopic, Label: "Topic", Kind: "text"},
		},
		Measure:    count,
		Also:       also,
		LinkInText: true, // the text is proof that the link is there; link_attachment says which one is the card
		Preview:    "short",
		Reconcile: network.Reconcile{
			Shape:         network.ShapePhase,
			Quarantine:    time.Minute, // docGuide: a container is asked once a minute
			ContainerLife: life,
			ExpiredAbsent: true, // docGuide, EXPIRED: it was not published within 24 hours
			// Not FailedAbsent: ERROR says that publishing failed, and not that nothing is there.
		},
		Thread:      network.ThreadChain,
		PrepareLife: life,
		Budgets:     budgets(),
		Classify:    classify,
		Container:   container,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docGuide},
			{Text: "é", Count: 1, Source: docGuide + ": characters"},
			{Text: "👍🏽", Count: 8, Source: docGuide + ": emoji count as their bytes"},
			{Text: "👩‍👩‍👧‍👦", Count: 25, Source: docGuide + ": emoji count as their bytes"},
		},
	}
}

// The names of the steps, each with the number of its part. That which publishes has the container and the
// account in its name, so that the answer can be judged by it alone.
const (
	stepQuota     = "quota"
	stepFile      = "file"
	stepItem      = "item"
	stepItemState = "state of item"
	stepContainer = "container "
	stepState     = "state "
	stepPublish   = "publish "
	stepReply     = "reply "
	stepBy        = " by "
)

// at is the name of a step about one medium of a part.
func at(step string, part, medium int) string {
	return fmt.Sprintf("%s %d of part %d", step, medium+1, part+1)
}

// The forms of ids and names, which go into addresses, names of steps and the journal.
var (
	idForm     = regexp.MustCompile(`^[0-9]{5,32}$`)
	handleForm = regexp.MustCompile(`^[A-Za-z0-9_.]{1,30}$`)
)

// made is what Threads answers when it has made something.
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
	if !strings.HasPrefix(step, stepContainer) {
		return ""
	}
	return idIn(r)
}

// publishing is the name of the step that publishes a container of an account. Replies are counted apart.
func publishing(a network.Account, part int, id string) string {
	step := stepPublish
	if part > 0 {
		step = stepReply
	}
	if !handleForm.MatchString(a.Handle) {
		return step + id
	}
	return step + id + stepBy + a.Handle
}

// classify judges the answer to the request that publishes a container. The only acceptance is a 200 with
// the id of a post. Threads does not tell its address, so the proof leads to the account's page.
func classify(step string, r network.Reply) (network.Receipt, error) {
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

// page is the page of an account, or Threads itself if its name is not known.
func page(handle string) string {
	if !handleForm.MatchString(handle) {
		return "https://www.threads.com/"
	}
	return "https://www.threads.com/@" + handle
}

// Profile implements network.Profiler: the page of the account, "" if its name is not known.
func (Network) Profile(a network.Account) string {
	if !handleForm.MatchString(a.Handle) {
		return ""
	}
	return page(a.Handle)
}
