package x

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The one address that X may send the browser back to: it is compared letter by letter with what stands
// in the application's settings, and 127.0.0.1 is taken there while localhost is not advised
// (xdevplatform/docs, developer apps, callback URLs, 2026-08).
const (
	callbackPort = 53682
	callbackPath = "/callback"
)

var callback = fmt.Sprintf("http://127.0.0.1:%d%s", callbackPort, callbackPath)

// scopes is all that publishing needs: who one is, one's own posts, posting, uploading, and to go on
// after two hours (xdevplatform/docs, OAuth 2.0 authorization code flow with PKCE, 2026-08).
var scopes = []string{"tweet.read", "tweet.write", "users.read", "media.write", "offline.access"}

// needed are those without which nothing works.
var needed = []string{"tweet.write", "users.read", "media.write"}

// The fields of an account's secret, and of what a sign-in remembers until the browser is back.
const (
	accessField   = "access"
	refreshField  = "refresh"
	idField       = "client_id"
	secretField   = "client_secret"
	redirectField = "redirect"
	stateField    = "state"
	verifierField = "verifier"
)

// clientOption is where an account keeps the open name of its application, whose requests X counts together.
const clientOption = "client_id"

// margin is how long before its end a token is renewed.
const margin = 5 * time.Minute

func clientOf(s network.Secret) oauth.Client {
	c := oauth.Client{ID: s.Field(idField), Auth: oauth.AuthNone}
	if secret := s.Field(secretField); secret != "" { // a confidential client proves itself in the header
		c.Secret, c.Auth = network.NewSecret(secret), oauth.AuthBasic
	}
	return c
}

// begin sends the person to X's page. Where nobody waits for the browser, the person copies the address
// that it comes back to.
func (n Network) begin(id, secret, redirect string) (network.Step, error) {
	copied := redirect == ""
	if copied {
		redirect = callback
	}
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: id, Redirect: redirect, Scopes: scopes, State: state, Challenge: proof.Challenge(),
	}.URL(n.site + "/i/oauth2/authorize")
	if err != nil {
		return network.Step{}, fmt.Errorf("begin the sign-in: %w", err)
	}
	step := network.Step{Name: turnBrowser, Browse: address, Carry: network.SecretOf(map[string]string{
		idField: id, secretField: secret, redirectField: redirect, stateField: state, verifierField: proof.Verifier,
	})}
	if copied {
		step.Ask = []network.Question{{
			Key: keyAddress, Label: "Address", Secret: true,
			Help: "After you agree, the browser goes to a page that it cannot open. Copy that page's address here.",
		}}
	}
	return step, nil
}

// finish takes what the browser or the person brought back, exchanges it for tokens, and reads whose they are.
func (n Network) finish(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry
	ask := askApplication(carry.Field(idField))
	back := answers.Answers
	if pasted := strings.TrimSpace(back[keyAddress]); pasted != "" {
		_, query, _ := strings.Cut(pasted, "?")
		var err error
		if back, err = oauth.Answers(query); err != nil {
			return notSignedIn(ask, err), nil
		}
	}
	code, err := oauth.Code(back, carry.Field(stateField), "")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	exchange := clientOf(carry).Exchange(n.api+"/2/oauth2/token", code, carry.Field(redirectField), oauth.Proof{Verifier: carry.Field(verifierField)})
	reply, err := c.Prepare(ctx, "token", exchange)
	if err != nil {
		return ask.After(err, "X", network.ReasonSignIn, "", "X did not finish the sign-in; please begin again."), nil
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	if missing := lacking(token); missing != "" {
		return ask.Because(network.ReasonNotAllowed, "", "X did not give the permission "+missing+
			"; choose Read and write in the application's settings, and begin again."), nil
	}
	a := n.account(carry, token, reply)
	who, err := self(ctx, c, a)
	if err != nil {
		return ask.After(err, "X", network.ReasonNotAllowed, "", "X does not say whose account this is: "+messageOf(err)+"."), nil
	}
	limits := limitsOf(who.Subscription)
	a.RemoteID, a.Handle, a.Name, a.Limits = who.ID, who.Username, network.Printable(who.Name), &limits
	return network.Step{Name: turnDone, Account: &a}, nil
}

// lacking names the first permission that a sign-in needs and did not get, "" if it has all.
func lacking(t oauth.Token) string {
	for _, s := range needed {
		if len(t.Scopes) > 0 && !slices.Contains(t.Scopes, s) {
			return s
		}
	}
	if t.Refresh.IsZero() { // "offline.access" gives it
		return "offline.access"
	}
	return ""
}

// account makes an account of new tokens. When they end is counted from the answer's own date.
func (n Network) account(client network.Secret, t oauth.Token, r network.Reply) network.Account {
	id := client.Field(idField)
	a := network.Account{
		Server: n.api, Options: map[string]string{clientOption: id},
		Secret: network.SecretOf(map[string]string{
			idField: id, secretField: client.Field(secretField), accessField: t.Access.Reveal(), refreshField: t.Refresh.Reveal(),
		}),
	}
	if now, ok := network.ParseDate(header(r, "date")); ok && t.Life > margin {
		a.Expires = now.Add(t.Life - margin)
	}
	return a
}

// Refresh asks for new tokens. X is seen to end the old refresh token with its first use, so the newest
// one counts; where it gives none, the old one stays.
func (n Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	old := network.NewSecret(a.Secret.Field(refreshField))
	if old.IsZero() {
		return a, &network.Error{Kind: network.Reauth, Message: "this account has to be connected again"}
	}
	reply, err := c.Prepare(ctx, "refresh", clientOf(a.Secret).Refresh(a.Server+"/2/oauth2/token", old))
	if err != nil {
		return a, asError(err)
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return a, ended(err)
	}
	if token.Refresh.IsZero() {
		token.Refresh = old
	}
	fresh := Network{api: a.Server}.account(a.Secret, token, reply)
	a.Secret, a.Expires = fresh.Secret, fresh.Expires
	return a, nil
}

// ended makes a refused renewal a matter of signing in again: X says invalid_request, not
// invalid_grant, of a refresh token that is spent (as clients quote it, 2026).
func ended(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		other := *e
		other.Kind = network.Reauth
		return &other
	}
	return err
}

// notSignedIn asks again, and says why a sign-in did not end in a token.
func notSignedIn(ask network.Step, err error) network.Step {
	text := "X did not accept the sign-in; please begin again."
	var refused *oauth.RefusedError
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on X's page, so nothing was connected.")
	case errors.As(err, &refused) && (refused.Code == "invalid_client" || refused.Code == "unauthorized_client"):
		return ask.Because(network.ReasonRefused, keyClient, "X does not know this application, or wants its Client Secret.")
	case errors.As(err, &refused):
		text = "X did not finish the sign-in: " + refused.Code + ". Please begin again."
	case errors.Is(err, oauth.ErrState), errors.Is(err, oauth.ErrCallback):
		text = "The answer does not belong to this sign-in; please begin again."
	case errors.Is(err, oauth.ErrNoCode):
		text = "X's code is missing; please begin again."
	}
	return ask.Because(network.ReasonSignIn, "", text)
}

func messageOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Message
	}
	return "its answer cannot be read"
}
