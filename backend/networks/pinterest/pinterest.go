// Package pinterest publishes pins on a board of a Pinterest account, through a developer application that
// the person made there: with a picture, with two to five of them (a carousel), or with a video. A picture beside a video is its cover.
//
// Pictures go inside the one request that makes the pin, as base64 text. A video takes four requests: an
// upload is registered, the video goes to the address that the answer names, Pinterest works on it, and
// then one request makes the pin. Until that last one nothing can be seen. Pinterest knows no key that would make a repeated request harmless, so after a lost answer the
// pins of the board are listed and compared (shape L). What is not found stays in doubt, because nothing
// says how late Pinterest may still take a request.
//
// A carousel's pictures have no descriptions for people who cannot see them, as a pin has one. The pin's is
// that of the first picture; each picture's own is the text that the API has for it.
package pinterest

import (
	"context"
	_ "embed"
	"encoding/json"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// Keys of the options of a post.
const (
	optionTitle = "title"
	optionLink  = "link"
	optionCover = "cover"
)

// Where a sign-in comes back to. An application names its redirect URIs exactly, so that the port is a
// fixed one: that of Pinterest's own quickstart (pinterest/api-quickstart, 2022).
const (
	callbackPort = 8085
	callbackPath = "/"
)

// Network is Pinterest. It has no state but where Pinterest is.
type Network struct{ api, web string }

// New returns Pinterest itself.
func New() Network {
	return Network{api: "https://api.pinterest.com", web: "https://www.pinterest.com"}
}

// At returns a Pinterest whose API and sign-in page are below base, for tests.
func At(base string) Network { return Network{api: base, web: base} }

var (
	_ network.Network   = Network{}
	_ network.Lister    = Network{}
	_ network.Deleter   = Network{}
	_ network.Verifier  = Network{}
	_ network.Refresher = Network{}
)

const (
	docAPI   = "OpenAPI description of API v5, 5.23.0, 2025-12-11"
	docRates = "developers.pinterest.com, rate limits: org_write 100 a minute for a user of an app, as quoted in 2026"
	docTrial = "Pinterest's own words in an answer: \"Apps with Trial access may not create Pins in production\", seen 2025-11-28"
)

const (
	mostTitle       = 100  // docAPI, PinCreate
	mostDescription = 800  // docAPI, PinCreate
	mostAlt         = 500  // docAPI, PinCreate
	mostLink        = 2048 // docAPI, PinCreate
	mostPictures    = 5    // docAPI, PinMediaSourceImagesBase64
	mostImage       = 20_000_000
	mostSeconds     = 900
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "pinterest",
		Name:   "Pinterest",
		Icon:   icon,
		Colour: "#BD081C",
		About:  "Pins with pictures or a video on a board of your Pinterest account, with an application of your own.",

		SignIn: network.SignIn{Loopback: true, Port: callbackPort, Path: callbackPath, Application: true},
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostDescription, Unit: network.UnitCodePoints, Required: true},
			Media: network.MediaLimit{
				Max: mostPictures, Videos: 1, Mixed: true, Needed: true, // a video, and its cover
				// Pictures: docAPI, ContentType. Pinterest's help page, video specifications, as known in 2026: MP4, MOV or M4V of at most
				// 2 GB and 15 minutes. One that is too short or too narrow is refused while it is worked on.
				Types: []string{"image/jpeg", "image/png", "video/mp4", "video/quicktime", "video/x-m4v"},
				// The help page's size for the web; its application takes 32 MB (as known in 2026): the stricter.
				ImageBytes: mostImage,
				VideoBytes: 2_000_000_000,
				VideoMs:    mostSeconds * 1000,
			},
			// The description has alt_text for every pin, whatever its medium.
			Alt: network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		},
		Options: []network.Option{
			{Key: optionTitle, Label: "Title", Kind: "text"},
			{Key: optionLink, Label: "Link of the pin (empty: the post's link)", Kind: "text"},
			{Key: optionCover, Label: "Second of the video that is the cover (a picture beside it goes first)", Kind: "text", Default: "0"},
		},
		Measure: func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:    also,
		Preview: "picture",
		// No document says in which order pins are listed, how long a new one can be missing, nor that a
		// request is not taken late: no bound, and what is not found stays in doubt.
		Reconcile: network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute},
		Thread:    network.ThreadNone,
		// No document says how long an upload can be used. Where Pinterest knows one no more, the video is
		// uploaded again (errStale).
		PrepareLife: 6 * time.Hour,
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docAPI},
			{Text: "𝔘𝔫𝔦", Count: 3, Source: docAPI + ": maxLength of JSON Schema counts characters (RFC 8259)"},
			{Text: "👩‍👩‍👧‍👦", Count: 7, Source: docAPI + ": maxLength of JSON Schema counts characters (RFC 8259)"},
		},
	}
}

// The names of the steps before the one that publishes.
const (
	stepRegister = "video register"
	stepUpload   = "video upload"
	stepReady    = "video ready"
)

// budgets knows the limit of what is written: registering an upload, and the pin. The video itself goes
// elsewhere.
func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{{Name: "writes", Scope: network.ScopeAccount, Points: 100, Per: time.Minute, Source: docRates}},
		Host:    "api.pinterest.com",
		Cost: func(_ network.Window, u network.Use) int {
			if u.Kind == network.UseRead || u.Step == stepUpload {
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) []network.Use {
			pin := network.Use{Step: "pin", Kind: network.UsePublish, Parts: 1}
			if _, is := videoOf(p); !is {
				return []network.Use{pin}
			}
			return []network.Use{
				{Step: stepRegister, Kind: network.UsePrepare},
				{Step: stepUpload, Kind: network.UsePrepare},
				{Step: stepReady, Kind: network.UseRead},
				pin,
			}
		},
	}
}

// classify judges the answer to a new pin. The only acceptance is a success with the id of a pin, on the
// board that the step names.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var p pin
	board := boardIn(step)
	if r.Status != 200 && r.Status != 201 || json.Unmarshal(r.Body, &p) != nil || !validID(p.ID) || p.Board != "" && board != "" && p.Board != board {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "Pinterest answered with success, but with no pin of this board"}
	}
	return receipt(p.ID), nil
}

// receipt is the proof of the pin with an id.
func receipt(id string) network.Receipt {
	return network.Receipt{RemoteID: id, URL: "https://www.pinterest.com/pin/" + id + "/"}
}

// Verify asks whose token it is, and whether the board is still there.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	at, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read"}
	}
	who, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if who.ID != at.user {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	var there board
	if err := read(ctx, c, "board", get(a, "/boards/"+at.board, nil), "the board", &there); err != nil {
		return a, err
	}
	if there.ID != at.board {
		return a, unreadable("the board")
	}
	a.Handle = network.Printable(who.Username)
	if at.section == "" { // the name of a section stays as it was when it was chosen
		a.Name = network.Printable(there.Name)
	}
	return a, nil
}

// Delete removes a pin; one that is gone already (404, docAPI) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this pin's id cannot be read"}
	}
	request := get(a, "/pins/"+r.RemoteID, nil)
	request.Method = "DELETE"
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
	switch {
	case err != nil:
		return asError(err)
	case reply.Status == 204, reply.Status == 404:
		return nil
	case reply.OK():
		return unreadable("the pin")
	}
	return judge(reply)
}
