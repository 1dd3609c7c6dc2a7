// Package misskey publishes notes to Misskey and to the servers that speak its API: Sharkey,
// Firefish, Iceshrimp, CherryPick and others.
//
// The servers differ, and say so: the descriptor holds what a stock Misskey takes, and each channel
// keeps what its server said of itself (Limits). Nothing is decided by a server's name.
//
// There is no key that would make the same note one, so a note in doubt is looked for among the
// account's own (shape L), and one that is not found stays in doubt: no document says how long after
// it was sent a note can still be accepted.
//
// The token goes into the Authorization header and nowhere else. Misskey reads it there since
// misskey-dev/misskey#11052 (2023-06-27), which every release from 2023.9 has; before, a token was
// read from the body alone, where it would reach journals. Such a server answers that a credential is
// missing, and the conversation says that it is too old.
//
// The facts come from the Misskey Hub (2026-05-28) and from the endpoints' own declarations in
// misskey-dev/misskey and in Sharkey (read 2026-11), which are what a server's /api.json is made of.
package misskey

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

const (
	docHub     = "Misskey Hub (misskey-dev/misskey-hub-next), for developers, 2026-05-28"
	docCreate  = "misskey-dev/misskey, endpoints/notes/create.ts, read 2026-11"
	docSharkey = "Sharkey, endpoints/notes/create.ts, read 2026-11"
	docFiles   = "misskey-dev/misskey, endpoints/drive/files/create.ts, read 2026-11"
	docCalls   = "misskey-dev/misskey, server/api/ApiCallService.ts, read 2026-11"
	docOld     = "misskey-dev/misskey, server/api/ApiCallService.ts of version 13, read 2026-11"
)

// Keys of the options of a note.
const (
	optionLocal     = "local_only"
	optionSensitive = "sensitive"
)

// refusals is the documented table. A code is one of the API's own; the same status from a proxy has
// none, and proves nothing. All of these are said before a note is made.
var refusals = []network.Refusal{
	{Status: 401, Code: "CREDENTIAL_REQUIRED", Kind: network.Reauth, Source: docCalls},
	{Status: 401, Code: "AUTHENTICATION_FAILED", Kind: network.Reauth, Source: docCalls},
	{Status: 403, Code: "AUTHENTICATION_FAILED", Kind: network.Reauth, Source: docOld},
	{Status: 403, Code: "PERMISSION_DENIED", Kind: network.Reauth, Source: docCalls},
	{Status: 400, Code: "PERMISSION_DENIED", Kind: network.Reauth, Source: docOld},
	{Status: 403, Code: "ROLE_PERMISSION_DENIED", Kind: network.Reauth, Source: docCalls},
	{Status: 403, Code: "YOUR_ACCOUNT_SUSPENDED", Kind: network.Reauth, Source: docCalls},
	{Status: 403, Code: "YOUR_ACCOUNT_MOVED", Kind: network.Reauth, Source: docCalls},
	{Status: 429, Kind: network.Throttled, Source: docHub},

	{Status: 400, Code: "INVALID_PARAM", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CONTENT_REQUIRED", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "MAX_LENGTH", Kind: network.Rejected, Source: docSharkey},
	{Status: 400, Code: "NO_SUCH_REPLY_TARGET", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CANNOT_REPLY_TO_A_PURE_RENOTE", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "YOU_HAVE_BEEN_BLOCKED", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CANNOT_CREATE_ALREADY_EXPIRED_POLL", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CONTAINS_PROHIBITED_WORDS", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "CONTAINS_TOO_MANY_MENTIONS", Kind: network.Rejected, Source: docCreate},
	{Status: 400, Code: "NO_SUCH_FILE", Kind: network.Throttled, Stale: true, Source: docCreate}, // somebody emptied the drive

	{Status: 400, Code: "INVALID_FILE_NAME", Kind: network.Rejected, Source: docFiles},
	{Status: 400, Code: "INAPPROPRIATE", Kind: network.Rejected, Source: docFiles},
	{Status: 400, Code: "NO_FREE_SPACE", Kind: network.Rejected, Source: docFiles},
	{Status: 400, Code: "MAX_FILE_SIZE_EXCEEDED", Kind: network.Rejected, Source: docHub},
}

// lookUp is how doubt is settled. There is no bound: nobody documents one.
var lookUp = network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute}

// Network is everything that speaks Misskey's API. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Network  = Network{}
	_ network.Finder   = Network{}
	_ network.Lister   = Network{}
	_ network.Deleter  = Network{}
	_ network.Limiter  = Network{}
	_ network.Verifier = Network{}
)

// Describe returns the facts about a stock Misskey.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "misskey",
		Name:   "Misskey",
		Icon:   icon,
		Colour: "#86B300", // the colour of a server nobody has changed
		About:  "Notes on Misskey, Sharkey, Firefish and other servers with the same API; it needs an account on one.",
		Server: true,
		SignIn: network.SignIn{Loopback: true},
		Limits: stock(),
		Options: []network.Option{
			{Key: optionLocal, Label: "Only for people on the same server", Kind: "flag"},
			{Key: optionSensitive, Label: "Hide pictures until asked", Kind: "flag"},
		},
		Measure:     func(_ network.Limits, text string) int { return measure.UTF16(text) },
		Also:        also,
		LinkInText:  true,
		Preview:     "short",
		Reconcile:   lookUp,
		Thread:      network.ThreadChain,
		Edit:        network.EditRule{Never: true, Source: "Misskey API, list of endpoints, 2026: there is notes/create and notes/delete, and nothing that changes a note"},
		PrepareLife: 30 * 24 * time.Hour, // a file stays in the drive until its owner deletes it
		Budgets:     budgets(),
		Classify:    classify,
		Refusals:    refusals,
		Facts:       facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docHub},
			{Text: "日本語", Count: 3, Source: docHub},
			{Text: "👩‍👩‍👧‍👦", Count: 11, Source: "the length of a string in JavaScript, " + docSharkey},
		},
	}
}

func budgets() network.Budgets {
	const notes, uploads = "notes", "uploads"
	return network.Budgets{
		Windows: []network.Window{
			{Name: notes, Scope: network.ScopeAccount, Points: 300, Per: time.Hour, Source: docCreate},
			{Name: uploads, Scope: network.ScopeAccount, Points: 120, Per: time.Hour, Source: docFiles},
		},
		Cost: func(w network.Window, u network.Use) int {
			if w.Name == notes && u.Kind == network.UsePublish || w.Name == uploads && u.Kind == network.UsePrepare {
				return 1
			}
			return 0
		},
	}
}

// classify judges the answer to a new note. The only acceptance is a 200 with a note that has an id;
// its address needs the server, which the name of the step says.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var made created
	if err := json.Unmarshal(r.Body, &made); err != nil || r.Status != 200 || made.Note == nil || !validID(made.Note.ID) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the server answered with success, but with no note"}
	}
	receipt := network.Receipt{RemoteID: made.Note.ID}
	if _, host, ok := strings.Cut(step, onServer); ok {
		receipt.URL = address(host, made.Note.ID)
	}
	return receipt, nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(r network.Reply) error {
	said := ""
	p := problemOf(r)
	if p.Error.Message != "" {
		said = "the server answered: " + p.Error.Message
	}
	err := network.Judge("the server", refusals, r, network.Printable(p.Error.Code), said)
	e, ok := err.(*network.Error) //nolint:errorlint // Judge makes it, never wrapped
	if ok && e.Kind == network.Throttled && !e.Stale && e.Wait == 0 {
		e.Wait = untilReset(p, r)
	}
	return err
}

func problemOf(r network.Reply) problem {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil {
		return problem{}
	}
	return p
}

// untilReset reads how long a rate limit still holds from info.resetMs (docCalls) less the server's
// own Date, so that no clock of ours comes into it. Zero if either is unusable.
func untilReset(p problem, r network.Reply) time.Duration {
	const longest = 24 * time.Hour
	now, ok := network.ParseDate(r.Header["Date"])
	if !ok || p.Error.Info.ResetMs == 0 {
		return 0
	}
	return min(max(time.UnixMilli(int64(p.Error.Info.ResetMs)).Sub(now), 0), longest).Round(time.Second)
}

// Verify asks who the token belongs to. An account that is another than before is Reauth.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	who, err := verify(ctx, c, a)
	if err != nil {
		return a, err
	}
	if who.ID != userID(a) {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	_, domain, _ := strings.Cut(a.Handle, "@")
	a.Handle, a.Name = who.handle(domain), who.name()
	return a, nil
}

// verify reads the account that a token belongs to.
func verify(ctx context.Context, c network.Calls, a network.Account) (self, error) {
	var who self
	if err := read(ctx, c, "account", a, "i", struct{}{}, &who); err != nil {
		return self{}, err
	}
	if !validID(who.ID) || who.Username == "" {
		return self{}, unreadable("the account")
	}
	return who, nil
}

// read asks an endpoint for something and reads the answer.
func read(ctx context.Context, c network.Calls, step string, a network.Account, endpoint string, body, into any) error {
	request, err := post(a, endpoint, body)
	if err != nil {
		return err
	}
	reply, err := c.Read(ctx, step, request)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable("the " + step)
	}
	return nil
}

// Delete removes a note; one that is gone already (NO_SUCH_NOTE, endpoints/notes/delete.ts) is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !validID(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this note's id cannot be read"}
	}
	request, err := post(a, "notes/delete", map[string]string{"noteId": r.RemoteID})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
	switch {
	case err != nil:
		return asError(err)
	case reply.OK(), reply.Status == 400 && problemOf(reply).Error.Code == "NO_SUCH_NOTE":
		return nil
	}
	return judge(reply)
}
