// Package matrix publishes into a room on Matrix, on any homeserver.
//
// The specification lets the client choose the transaction id of an event: the same id from the same
// device is the same event (shape K). It is derived from the plan's key, and the key travels in the
// event as well, so that after a lost answer the room's own list proves whether the event is there,
// whatever device asks. How long a server remembers a transaction id is said nowhere; it is trusted for
// less time than any known server keeps one.
//
// A room whose events are encrypted is refused, when it is connected and again before every post:
// what Postbag sends would stand there in clear.
package matrix

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is the project's mark as Simple Icons 16.37.0 draws it (CC0 1.0, 2026-11).
//
//go:embed icon.svg
var icon []byte

const (
	docSend    = "matrix-org/matrix-spec, api/client-server/room_send.yaml, 2026-07-21"
	docErrors  = "Matrix client-server API, \"Standard error response\" and \"Common error codes\", read 2026-11"
	docOther   = "Matrix client-server API, \"Other error codes\", read 2026-11"
	docAuth    = "Matrix client-server API, \"Using access tokens\", read 2026-11"
	docThreads = "Matrix client-server API, \"Threading\", read 2026-11"
	docSize    = "Matrix client-server API, \"Size limits\": an event has at most 65,536 bytes, read 2026-11"
	docRates   = "matrix-org/matrix-spec, api/client-server/definitions/errors/rate_limited.yaml, 2026-07-21"
)

// Keys of the options of a post.
const (
	optionNotice   = "notice"
	optionReplies  = "replies"
	optionDescribe = "describe"
)

// refusals is the documented table: which answer proves that there is no event. The code decides, and
// only together with the status: a page of whatever stands before the server has none.
var refusals = []network.Refusal{
	{Status: 400, Code: "M_BAD_JSON", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "M_NOT_JSON", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "M_INVALID_PARAM", Kind: network.Rejected, Source: docOther},
	{Status: 400, Code: "M_MISSING_PARAM", Kind: network.Rejected, Source: docOther},
	{Status: 400, Code: "M_TOO_LARGE", Kind: network.Rejected, Source: docOther},
	{Status: 400, Code: "M_UNKNOWN", Kind: network.Rejected, Source: docThreads + ", \"Validation of m.thread relationships\"; " + docErrors},
	{Status: 401, Code: "M_MISSING_TOKEN", Kind: network.Reauth, Source: docAuth},
	{Status: 401, Code: "M_UNKNOWN_TOKEN", Kind: network.Reauth, Source: docAuth},
	{Status: 403, Code: "M_FORBIDDEN", Kind: network.Reauth, Source: docErrors + "; not in the room, or without the right to write there"},
	{Status: 403, Code: "M_GUEST_ACCESS_FORBIDDEN", Kind: network.Reauth, Source: docOther},
	{Status: 401, Code: "M_USER_LOCKED", Kind: network.Reauth, Source: "Matrix specification 1.12, MSC3939, read 2026-11"},
	{Status: 403, Code: "M_USER_SUSPENDED", Kind: network.Reauth, Source: "Matrix specification 1.13, MSC3823, read 2026-11"},
	{Status: 404, Code: "M_NOT_FOUND", Kind: network.Rejected, Source: docErrors},
	{Status: 413, Code: "M_TOO_LARGE", Kind: network.Rejected, Source: docOther},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// keyed is how doubt is settled. "The scope of a transaction ID is for a single device, and a single
// HTTP endpoint" (client-server API, "Transaction identifiers", read 2026-11); for how long, it does
// not say. Synapse and Dendrite keep answers for 30 to 60 minutes, Dendrite for an access token (their
// sources, read 2026-11).
var keyed = network.Reconcile{Shape: network.ShapeKey, KeyLife: 20 * time.Minute, Quarantine: 90 * time.Second}

// Network is every homeserver. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Editor   = Network{}
	_ network.Network  = Network{}
	_ network.Finder   = Network{}
	_ network.Deleter  = Network{}
	_ network.Limiter  = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "matrix",
		Name:   "Matrix",
		Icon:   icon,
		Colour: "#000000", // Simple Icons 16.37.0, 2026-11
		About:  "A room on any Matrix server, written to with an account of your own; encrypted rooms are not possible.",
		Server: true,
		Limits: stock(),
		Options: []network.Option{
			{Key: optionNotice, Label: "Send as a notice, as bots do", Kind: "flag"},
			{Key: optionReplies, Label: "Answer in the room, not in a thread", Kind: "flag"},
			{Key: optionDescribe, Label: "Write the alt text under the text", Kind: "flag"},
		},
		Measure:     func(_ network.Limits, text string) int { return measure.CodePoints(text) },
		Also:        also,
		Preview:     "short",
		Reconcile:   keyed,
		Thread:      network.ThreadChain,
		Edit:        network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true, Source: docEdit},
		PrepareLife: 24 * time.Hour, // content that was uploaded stays until an administrator removes it
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: "Postbag's own count, since the limit of a text is; " + docSize},
			{Text: "é", Count: 1, Source: "Postbag's own count, since the limit of a text is; " + docSize},
		},
	}
}

// classify judges the answer to a new event. The only acceptance is a 200 with an event's id; its
// address needs the room, which the name of the step says.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var s sent
	if err := json.Unmarshal(r.Body, &s); err != nil || r.Status != 200 || !validEvent(s.EventID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the homeserver answered with success, but with no event"}
	}
	receipt := network.Receipt{RemoteID: s.EventID}
	if p, ok := placeOfStep(step); ok {
		receipt.URL = p.address(s.EventID)
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	var p problem
	said := ""
	if json.Unmarshal(r.Body, &p) != nil {
		p = problem{}
	}
	if p.Error != "" {
		said = "the homeserver answered: " + p.Error
	}
	err := network.Judge("the homeserver", refusals, r, network.Printable(p.Code), said)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Throttled && e.Wait == 0 { //nolint:errorlint // Judge makes it, never wrapped
		e.Wait = wait(p.Wait)
	}
	return err
}

// wait reads retry_after_ms, the older way to say how long to wait (docRates), at most a day.
func wait(ms int64) time.Duration {
	const longest = 24 * time.Hour
	return time.Duration(min(max(ms, 0), longest.Milliseconds())) * time.Millisecond
}

// read asks for something and reads the answer.
func read(ctx context.Context, c network.Calls, step, what string, r network.Request, into any) error {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	return decode(reply, what, into)
}

// decode reads an answer that must be a success.
func decode(reply network.Reply, what string, into any) error {
	if !reply.OK() {
		return judge(reply)
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the homeserver's answer about " + what + " cannot be read"}
}

// owner is the answer to who a token belongs to.
type owner struct {
	User string `json:"user_id"`
}

// whoAmI asks whose token it is.
func whoAmI(ctx context.Context, c network.Calls, a network.Account) (string, error) {
	var who owner
	if err := read(ctx, c, "who am I", "the account", request("GET", a, clientPath+"/account/whoami"), &who); err != nil {
		return "", err
	}
	if !validUser(who.User) {
		return "", unreadable("the account")
	}
	return who.User, nil
}

// Verify asks who the token belongs to, and whether that account is in the room still.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	p, ok := placeOf(a)
	if !ok {
		return a, &network.Error{Kind: network.Ambiguous, Message: "this room's id cannot be read"}
	}
	user, err := whoAmI(ctx, c, a)
	if err != nil {
		return a, err
	}
	if user != p.user {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	if err := inside(ctx, c, a, p); err != nil {
		return a, err
	}
	return named(ctx, c, a, p), nil
}

// inside makes sure that the account is in the room.
func inside(ctx context.Context, c network.Calls, a network.Account, p place) error {
	var member struct {
		Membership string `json:"membership"`
	}
	if err := read(ctx, c, "member", "the room", request("GET", a, statePath(p, "m.room.member", p.user)), &member); err != nil {
		return err
	}
	if member.Membership != "join" {
		return &network.Error{Kind: network.Reauth, Message: "the account is not in the room any more"}
	}
	return nil
}

// named fills in what people call the room: its name and its alias, as far as it has them.
func named(ctx context.Context, c network.Calls, a network.Account, p place) network.Account {
	var room struct {
		Name  string `json:"name"`
		Alias string `json:"alias"`
	}
	if read(ctx, c, "name", "the room", request("GET", a, statePath(p, "m.room.name", "")), &room) == nil {
		a.Name = network.Printable(room.Name)
	}
	if a.Handle == "" {
		a.Handle = p.room
	}
	if read(ctx, c, "alias", "the room", request("GET", a, statePath(p, "m.room.canonical_alias", "")), &room) == nil && validAlias(room.Alias) {
		a.Handle = network.Printable(room.Alias)
	}
	return a
}

// Delete takes the content of an event away (a redaction); one that is gone already is success. The
// transaction id is of the event's making, so that asking again makes no second redaction.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	p, ok := placeOf(a)
	if !ok || !validEvent(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this event's id cannot be read"}
	}
	sum := sha256.Sum256([]byte(r.RemoteID))
	path := fmt.Sprintf("%s/redact/%s/postbag-delete-%s", roomPath(p), url.PathEscape(r.RemoteID), hex.EncodeToString(sum[:16]))
	redaction, err := with(request("PUT", a, path), struct{}{})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, redaction)
	if err != nil {
		return asError(err)
	}
	var why problem
	if reply.OK() || reply.Status == 404 && json.Unmarshal(reply.Body, &why) == nil && why.Code == "M_NOT_FOUND" {
		return nil
	}
	return judge(reply)
}
