// Package practice is a network that posts to nowhere: for first steps, demonstrations and
// tests of everything around it. It enforces limits and takes every request through Calls
// like a real network, so what works here works there.
//
// It is also the folder to copy for a new network. A network has four files: api.go with the
// service's wire types and requests, this one with the facts and the sequence of requests,
// icon.svg, and a test that calls networktest.Run with a stand-in written from the service's
// documentation. What the service answers to whom is data in Describe; nothing here waits,
// retries, reads a clock or opens a connection.
package practice

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// source names where the facts below come from; a real network cites a document and a date.
const source = "practice's own rules, 2026-11-22"

// refusals is the documented table: which answer proves what. Everything else is ambiguous.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: source},
	{Status: 401, Kind: network.Reauth, Source: source},
	{Status: 422, Kind: network.Rejected, Source: source},
	{Status: 429, Kind: network.Throttled, Source: source},
}

// Network is the practice network. It has no state.
type Network struct{}

// New returns the practice network.
func New() Network { return Network{} }

var (
	_ network.Network = Network{}
	_ network.Deleter = Network{}
	_ network.Editor  = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:    "practice",
		Name:  "Practice",
		Icon:  icon,
		About: "Rehearses everything and publishes nothing. It needs only a name.",

		Rehearsal: true,
		Limits: network.Limits{
			Text: network.TextLimit{Max: 500, Unit: network.UnitGraphemes, Required: true},
			Media: network.MediaLimit{
				Max:        4,
				Videos:     1,
				Types:      []string{"image/jpeg", "image/png", "image/webp", "image/gif"},
				ImageBytes: 8 << 20,
				VideoBytes: 8 << 20, // an animated picture counts as a video
				ImageSide:  8192,
			},
			Alt:     network.AltLimit{Max: 1500, Unit: network.UnitGraphemes},
			Poll:    &network.PollLimit{Options: 4, Chars: 50, MinS: 300, MaxS: 2_592_000}, // 30 days
			Warning: network.WarnText,
			Parts:   25,
		},
		Measure:     func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		Preview:     "short",
		Reconcile:   network.Reconcile{Shape: network.ShapeKey, KeyLife: 24 * time.Hour, Quarantine: 90 * time.Second},
		Thread:      network.ThreadChain,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText, network.EditAlt}, Source: source},
		PrepareLife: 24 * time.Hour,
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: source},
			{Text: "e\u0301", Count: 1, Source: "Unicode UAX #29, 2025-08-17: a letter and its combining mark are one character"},
			{Text: "👩‍👩‍👧‍👦", Count: 1, Source: "Unicode UAX #29, 2025-08-17: an emoji sequence joined by ZWJ is one character"},
		},
	}
}

// Connect asks for a name and nothing else.
func (Network) Connect(_ context.Context, _ network.Calls, answers network.Step) (network.Step, error) {
	ask := network.Step{Name: "name", Ask: []network.Question{{
		Key: "name", Label: "Name", Help: "Any name: it only tells your practice channels apart.",
	}}}
	if answers.Name != ask.Name {
		return ask, nil
	}
	name := network.Printable(answers.Answers["name"])
	if name == "" || measure.Graphemes(name) > 50 {
		return ask.Because(network.ReasonMalformed, "name", "Please give a name of 1 to 50 characters."), nil
	}
	handle := strings.Join(strings.Fields(strings.ToLower(name)), "-")
	return network.Step{Name: "done", Account: &network.Account{RemoteID: handle, Handle: handle, Name: name}}, nil
}

// Publish makes one post of each part, each answering the one before, and returns the receipt
// of the first. Segments in p.Done are live already and are passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		receipt, err := publishPart(ctx, c, p, i, receipts)
		if err != nil {
			return network.Receipt{}, err
		}
		receipts = append(receipts[:i:i], receipt)
	}
	return receipts[0], nil
}

// publishPart uploads the pictures of part i, then publishes it as an answer to the last of live.
func publishPart(ctx context.Context, c network.Calls, p network.Plan, i int, live []network.Receipt) (network.Receipt, error) {
	out := post{Text: p.Parts[i].Text, Language: p.Language, Warning: p.Warning}
	if i == 0 && p.Poll != nil {
		out.Poll = &poll{Options: p.Poll.Options, DurationS: p.Poll.DurationS, Multiple: p.Poll.Multiple}
	}
	if i > 0 {
		out.InReplyTo = live[i-1].RemoteID
	}
	for j, m := range p.Parts[i].Media {
		id, err := upload(ctx, c, fmt.Sprintf("image %d of post %d", j+1, i+1), m)
		if err != nil {
			return network.Receipt{}, err
		}
		out.Media = append(out.Media, image{ID: id, Alt: m.Alt})
	}
	request, err := postRequest(i, p.Key(i), out)
	if err != nil {
		return network.Receipt{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	step := fmt.Sprintf("post %d", i+1)
	reply, err := c.Publish(ctx, step, request)
	if err != nil {
		return network.Receipt{}, err
	}
	return classify(step, reply)
}

func upload(ctx context.Context, c network.Calls, step string, m network.Media) (string, error) {
	reply, err := c.Prepare(ctx, step, uploadRequest(m))
	if err != nil {
		return "", err
	}
	receipt, err := classify(step, reply)
	return receipt.RemoteID, err
}

// classify reads the answer to a write: an id and a success together are the proof. The post
// can be seen nowhere, so its receipt has no address.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		var why problem
		_ = json.Unmarshal(r.Body, &why) // an answer without a reason still has its status
		return network.Receipt{}, network.Judge("Practice", refusals, r, "", why.Error)
	}
	var m made
	if err := json.Unmarshal(r.Body, &m); err != nil || m.ID == "" {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the answer of Practice has no id", Err: err}
	}
	return network.Receipt{RemoteID: m.ID}, nil
}

// Delete takes a post back.
func (Network) Delete(ctx context.Context, c network.Calls, _ network.Account, r network.Receipt) error {
	reply, err := c.Prepare(ctx, "delete", deleteRequest(r.RemoteID))
	if reply.Status == 404 { // it is gone, which is what was wanted
		return nil
	}
	if err != nil {
		return err
	}
	_, err = classify("delete", reply)
	return err
}
