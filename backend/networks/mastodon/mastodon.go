// Package mastodon publishes to Mastodon and to the servers that speak its API.
//
// Every server is somebody's own, with limits of its own, so the descriptor holds those of a
// stock Mastodon and each channel keeps what its server said of itself (Limits). Two things
// differ between the kinds of server in ways that matter here, and both travel in those
// limits. How a text is counted: Mastodon counts grapheme clusters with links at a fixed
// price, the others count code points with links in full. And how a lost answer is settled:
// Mastodon remembers an Idempotency-Key for an hour, so the same post may be sent again with
// the same key; no other server is known to, so a post in doubt is looked for there, and never
// sent again by itself. The little that no limit can say is in kinds.go.
//
// The facts come from the Mastodon documentation (2026-07-02), GoToSocial's API description
// (2025-10-03) and that server's behaviour on loopback (2025-10), Pleroma's documentation
// (development/API/differences_in_mastoapi_responses) and Pixelfed's controllers (app/Http/
// Controllers/Api, app/Exceptions/Handler.php), the last two as read 2026-11.
package mastodon

import (
	"context"
	_ "embed" // the icon
	"encoding/json"
	"net/textproto"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// icon is the project's mark as Simple Icons 16.37.0 draws it (CC0 1.0, 2026-11).
//
//go:embed icon.svg
var icon []byte

const (
	docStatuses = "Mastodon documentation, methods/statuses, 2026-07-02"
	docRates    = "Mastodon documentation, api/rate-limits, 2026-07-02"
	docErrors   = "Mastodon documentation, client/token and entities/Error, 2026-07-02"
	docText     = "Mastodon documentation, user/posting and entities/Instance, 2026-07-02"
	docGTS      = "GoToSocial API description, POST /api/v1/statuses, 2025-10-03"
)

// explained is the code of an answer whose body is the API's error object, {"error": "…"}. The
// API has no codes of its own; this one tells the server's refusals from those of whatever
// stands before it: a proxy's or a hotel's page with the same status proves nothing.
const explained = "error"

// refusals is the documented table. The status decides, never the words, which are prose in
// the server's language.
var refusals = []network.Refusal{
	{Status: 400, Code: explained, Kind: network.Rejected, Source: docGTS},
	{Status: 401, Code: explained, Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: explained, Kind: network.Reauth, Source: docErrors + "; a scope is missing or the account is limited"},
	{Status: 404, Code: explained, Kind: network.Rejected, Source: docStatuses + "; the status answered to is gone"},
	{Status: 410, Code: explained, Kind: network.Rejected, Source: docStatuses},
	{Status: 422, Code: explained, Kind: network.Rejected, Source: docStatuses},
	{Status: 429, Kind: network.Throttled, Source: docRates},
}

// How doubt is settled. Keys live an hour; the margin is for clocks and slow servers.
var (
	keyed  = network.Reconcile{Shape: network.ShapeKey, KeyLife: 50 * time.Minute, Quarantine: 90 * time.Second}
	lookUp = network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute}
)

// Network is everything that speaks the Mastodon API. It has no state.
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

// Describe returns the facts about a stock Mastodon.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "mastodon",
		Name:   "Mastodon",
		Icon:   icon,
		Colour: "#6364FF", // Simple Icons 16.37.0, 2026-11
		About:  "Posts to Mastodon, GoToSocial and other servers with the same API; it needs an account on one.",
		Server: true,
		SignIn: network.SignIn{Loopback: true},
		Limits: stock(),
		Options: []network.Option{
			{Key: optionSensitive, Label: "Hide pictures until asked", Kind: "flag"},
		},
		Measure:       count,
		CountsWarning: true,
		Also:          also,
		Preview:       "short",
		Reconcile:     keyed,
		Thread:        network.ThreadChain,
		Edit:          network.EditRule{Fields: []network.EditField{network.EditText, network.EditAlt}, Source: docEdit},
		PrepareLife:   12 * time.Hour, // servers drop unused uploads after about a day
		Budgets:       budgets(),
		Classify:      classify,
		Refusals:      refusals,
		Facts:         facts(),
		Examples: []network.Example{
			{Text: "hello", Count: 5, Source: docText},
			{Text: "see https://example.com/a/path/longer/than/twenty-three", Count: 4 + 23, Source: docText},
			{Text: "hi @ana@social.example", Count: 3 + 4, Source: docText},
			{Text: "👩‍👩‍👧‍👦", Count: 1, Source: docText},
		},
	}
}

// count measures a text as the server with limits l does.
func count(l network.Limits, text string) int {
	if l.Text.Unit == network.UnitCodePoints {
		return measure.CodePoints(text)
	}
	return measure.Mastodon(text, l.Text.URL)
}

// classify judges the answer to a new post. The only acceptance is a 200 with a status that has
// an id; a scheduled status is none, since it is not public.
func classify(step string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(step, r)
	}
	var s status
	if err := json.Unmarshal(r.Body, &s); err != nil || r.Status != 200 || !validID(s.ID) || s.ScheduledAt != "" {
		return network.Receipt{}, &network.Error{
			Kind: network.Ambiguous, Message: "the server answered with success, but with no post",
		}
	}
	return s.receipt(), nil
}

// judge turns an answer that is not a success into an *Error by the table.
func judge(step string, r network.Reply) error {
	code, message := "", ""
	var p problem
	if json.Unmarshal(r.Body, &p) == nil && p.Error != "" {
		code, message = explained, "the server answered: "+p.Error
	}
	err := network.Judge("the server", refusals, r, code, message)
	e, ok := err.(*network.Error) //nolint:errorlint // Judge makes it, never wrapped
	if !ok {
		return err
	}
	e.Code = ""
	if e.Kind == network.Throttled && e.Wait == 0 {
		e.Wait = untilReset(r)
	}
	// A server without keys refuses media it has attached already just like bad content, so
	// this may be the second answer to a post that is live.
	if e.Kind == network.Rejected && strings.HasSuffix(step, mediaOnce) && (r.Status == 400 || r.Status == 422) {
		e.Kind = network.Ambiguous
	}
	return e
}

// untilReset reads how long the rate limit still holds: the time in X-RateLimit-Reset less the
// server's own Date, so that no clock of ours comes into it. Zero if either is unusable.
func untilReset(r network.Reply) time.Duration {
	const longest = 24 * time.Hour
	reset, err := time.Parse(time.RFC3339Nano, header(r, "X-RateLimit-Reset"))
	if err != nil {
		return 0
	}
	now, err := time.Parse(time.RFC1123, header(r, "Date"))
	if err != nil {
		return 0
	}
	wait := reset.Sub(now)
	if wait <= 0 {
		return 0
	}
	return min(wait.Round(time.Second), longest)
}

func header(r network.Reply, name string) string {
	return strings.TrimSpace(r.Header[textproto.CanonicalMIMEHeaderKey(name)])
}

// Verify asks who the token belongs to. An account that is another than before is Reauth.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	who, err := verify(ctx, c, a)
	if err != nil {
		return a, err
	}
	if id, _, _ := strings.Cut(a.RemoteID, "@"); id != who.ID {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	_, domain, _ := strings.Cut(a.Handle, "@")
	a.Handle, a.Name = who.handle(domain), who.name()
	return a, nil
}

// verify reads the account that a token belongs to.
func verify(ctx context.Context, c network.Calls, a network.Account) (account, error) {
	reply, err := c.Read(ctx, "verify", get(a, "/api/v1/accounts/verify_credentials"))
	if err != nil {
		return account{}, asError(err)
	}
	if !reply.OK() {
		return account{}, judge("verify", reply)
	}
	var who account
	if err := json.Unmarshal(reply.Body, &who); err != nil || reply.Status != 200 || !validID(who.ID) || who.Acct == "" {
		return account{}, &network.Error{Kind: network.Ambiguous, Message: "the server's answer about the account cannot be read"}
	}
	return who, nil
}

// Delete removes a status; one that is gone already is success.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	request := get(a, "/api/v1/statuses/"+url.PathEscape(r.RemoteID))
	request.Method = "DELETE"
	reply, err := c.Prepare(ctx, "delete "+network.Printable(r.RemoteID), request)
	switch {
	case err != nil:
		return asError(err)
	case reply.OK():
		return nil
	case reply.Status == 404 || reply.Status == 410:
		var p problem
		if json.Unmarshal(reply.Body, &p) == nil && p.Error != "" {
			return nil
		}
	}
	return judge("delete", reply)
}
