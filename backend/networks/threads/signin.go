package threads

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The sign-in is that of docGuide and the collection. Its redirects are https alone, so that nothing on this
// machine can wait for the browser: the person copies the address at which it ends. There is no PKCE in it;
// the application's secret is the proof.

// What an application must be allowed to do: two for threads of several posts, and one to delete (docGuide).
const scopes = "threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,threads_delete"

// needed are the permissions without which an account is not connected, the most important one first. Without
// the one to delete everything else works.
var needed = []string{"threads_content_publish", "threads_manage_replies", "threads_read_replies"}

const (
	youngest = 25 * time.Hour      // a token can be renewed when it is 24 hours old (docGuide)
	longest  = 60 * 24 * time.Hour // docGuide
)

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryID       = "id"
	carrySecret   = "secret"
	carryRedirect = "redirect"
	carryState    = "state"
)

// beginSignIn sends the person to Threads's page.
func (n Network) beginSignIn(f form) (network.Step, error) {
	state := oauth.NewState()
	return network.Step{
		Name: turnCode,
		Ask:  []network.Question{{Key: keyAddress, Label: "Address", Help: addressHelp, Secret: true}},
		Browse: n.web + "/oauth/authorize?" + url.Values{
			"client_id": {f.id}, "redirect_uri": {f.redirect}, "response_type": {"code"}, "scope": {scopes}, "state": {state},
		}.Encode(),
		Carry: network.SecretOf(map[string]string{carryID: f.id, carrySecret: f.secret, carryRedirect: f.redirect, carryState: state}),
	}, nil
}

// finishSignIn takes the address that the person brought back and exchanges its code for tokens.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	f := form{id: carry(carryID), secret: carry(carrySecret), redirect: carry(carryRedirect)}
	back, err := queryOf(strings.TrimSpace(answers.Answers[keyAddress]), f.redirect)
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	code, err := oauth.Code(back, carry(carryState), "")
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	r := network.Request{
		Method: "POST", URL: n.auth + "/oauth/access_token",
		Header: map[string]string{"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
		Body: network.Bytes([]byte(url.Values{
			"client_id": {f.id}, "client_secret": {f.secret}, "grant_type": {"authorization_code"}, "redirect_uri": {f.redirect}, "code": {code},
		}.Encode())),
	}
	reply, err := c.Prepare(ctx, "token", r)
	if err != nil {
		return f.ask().After(asError(err), name, network.ReasonSignIn, "", "Threads did not finish the sign-in; please begin again."), nil
	}
	short, err := shortIn(reply)
	if err != nil {
		return f.ask().After(err, name, network.ReasonRefused, keySecret, "Threads does not accept the app ID with this secret and redirect address; copy them again."), nil
	}
	reply, err = c.Prepare(ctx, "long token", n.exchange(f.secret, short))
	if err != nil {
		return f.ask().After(asError(err), name, network.ReasonSignIn, "", "Threads did not finish the sign-in; please begin again."), nil
	}
	token, renew, err := longIn(reply)
	if err != nil {
		return f.ask().After(err, name, network.ReasonSignIn, "", "Threads gave no lasting sign-in; please begin again."), nil
	}
	return n.connected(ctx, c, f, token, renew)
}

// queryOf reads the answers from the address at which the browser ended up. Threads puts "#_" behind it
// (docGuide), and the dashboard may put a slash behind the redirect address.
func queryOf(pasted, redirect string) (map[string]string, error) {
	before, query, ok := strings.Cut(pasted, "?")
	if !ok || strings.TrimSuffix(before, "/") != strings.TrimSuffix(redirect, "/") {
		return nil, oauth.ErrNoCode
	}
	query, _, _ = strings.Cut(query, "#")
	return oauth.Answers(query)
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Threads's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	case errors.Is(err, oauth.ErrNoCode):
		return ask.Because(network.ReasonSignIn, "", "This is not the address at which the browser ended; it begins with the redirect address and has code= in it. Please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Threads did not finish the sign-in; please begin again.")
}

// shortIn reads the answer of the token endpoint, a token of an hour. Its refusals have an error_type or the
// form of the API's.
func shortIn(r network.Reply) (string, error) {
	if r.Status == 429 {
		return "", judge(r)
	}
	var said struct {
		Token string          `json:"access_token"`
		Kind  string          `json:"error_type"`
		Error json.RawMessage `json:"error"`
	}
	err := json.Unmarshal(r.Body, &said)
	if err == nil && r.Status == 400 && (said.Kind != "" || len(said.Error) > 0) {
		return "", network.Reject("", "the sign-in was refused")
	}
	if err != nil || r.Status != 200 || !tokenForm.MatchString(said.Token) {
		return "", unreadable("the sign-in")
	}
	return said.Token, nil
}

// exchange asks for a token of 60 days. Threads wants the application's secret in the address, where only
// the carrier puts it. The token is in the header, as the Graph API takes it everywhere; docGuide
// has it in the address too, which a token in clear must not be in.
func (n Network) exchange(secret, token string) network.Request {
	return network.Request{
		Method: "GET", URL: n.api + "/access_token?grant_type=th_exchange_token&client_secret=" + network.KeyMark,
		Header: map[string]string{"Accept": "application/json", "Authorization": "Bearer " + token}, Key: network.NewSecret(secret),
	}
}

// longIn reads a token of 60 days, and by when to renew it: halfway, since a program that is not running
// renews nothing, and a token that has ended cannot be renewed.
func longIn(r network.Reply) (token string, renew time.Time, err error) {
	if !r.OK() {
		return "", renew, judge(r)
	}
	t, err := oauth.ParseToken(r, "bearer")
	if err != nil {
		return "", renew, err
	}
	if token = t.Access.Reveal(); !tokenForm.MatchString(token) {
		return "", renew, unreadable("the sign-in")
	}
	if t.Life <= 0 || t.Life > longest {
		t.Life = longest
	}
	return token, time.Now().Add(max(t.Life/2, min(youngest, t.Life*9/10))), nil
}

// Refresh asks for a new token. It needs nothing but the old one, which must not have ended.
func (Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	old := a.Secret.Field(tokenField)
	if !tokenForm.MatchString(old) {
		return a, &network.Error{Kind: network.Reauth, Message: "this sign-in cannot be renewed; connect the account again"}
	}
	reply, err := c.Prepare(ctx, "refresh", network.Request{
		Method: "GET", URL: a.Server + "/refresh_access_token?grant_type=th_refresh_token&access_token=" + network.KeyMark,
		Header: map[string]string{"Accept": "application/json"}, Key: network.NewSecret(old),
	})
	if err != nil {
		return a, asError(err)
	}
	token, renew, err := longIn(reply)
	if err != nil {
		return a, err
	}
	a.Secret, a.Expires = network.SecretOf(map[string]string{tokenField: token}), renew
	return a, nil
}
