package instagram

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The sign-in is that of Meta's page "Business Login for Instagram" of 2026-03-13, which is called docLogin
// here. Its redirects are https alone, so that nothing on this machine can wait for the browser: the person
// copies the address at which it ends. There is no PKCE in it; the application's secret is the proof.

// What an application must be allowed to do (docLogin).
const (
	scopeBasic   = "instagram_business_basic"
	scopePublish = "instagram_business_content_publish"
	scopeComment = "instagram_business_manage_comments" // docComments; asked for, not demanded
)

const (
	youngest = 25 * time.Hour      // a token can be renewed when it is 24 hours old (docLogin)
	longest  = 60 * 24 * time.Hour // docLogin
)

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryID       = "id"
	carrySecret   = "secret"
	carryRedirect = "redirect"
	carryState    = "state"
)

// beginSignIn sends the person to Instagram's page.
func (n Network) beginSignIn(f form) (network.Step, error) {
	state := oauth.NewState()
	return network.Step{
		Name: turnCode,
		Ask:  []network.Question{{Key: keyAddress, Label: "Address", Help: addressHelp, Secret: true}},
		Browse: n.web + "/oauth/authorize?" + url.Values{
			"client_id": {f.id}, "redirect_uri": {f.redirect}, "response_type": {"code"}, "scope": {scopeBasic + "," + scopePublish + "," + scopeComment}, "state": {state},
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
		return f.ask().After(asError(err), name, network.ReasonSignIn, "", "Instagram did not finish the sign-in; please begin again."), nil
	}
	short, err := shortIn(reply)
	if err != nil {
		return f.ask().After(err, name, network.ReasonRefused, keySecret, "Instagram does not accept the app ID with this secret and redirect address; copy them again."), nil
	}
	if !short.allows(scopePublish) {
		return f.ask().Because(network.ReasonNotAllowed, "", "You did not let the application publish on your account; begin again and allow it."), nil
	}
	reply, err = c.Prepare(ctx, "long token", n.exchange(f.secret, short.Token))
	if err != nil {
		return f.ask().After(asError(err), name, network.ReasonSignIn, "", "Instagram did not finish the sign-in; please begin again."), nil
	}
	token, renew, err := longIn(reply)
	if err != nil {
		return f.ask().After(err, name, network.ReasonSignIn, "", "Instagram gave no lasting sign-in; please begin again."), nil
	}
	f.mute = !short.allows(scopeComment)
	return n.connected(ctx, c, f, token, renew)
}

// queryOf reads the answers from the address at which the browser ended up. Instagram puts "#_" behind it
// (docLogin), and the dashboard may put a slash behind the redirect address.
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
		return ask.Because(network.ReasonDenied, "", "You did not agree on Instagram's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	case errors.Is(err, oauth.ErrNoCode):
		return ask.Because(network.ReasonSignIn, "", "This is not the address at which the browser ended; it begins with the redirect address and has code= in it. Please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Instagram did not finish the sign-in; please begin again.")
}

// short is a token of an hour. Its permissions are a list or one text with commas (docLogin has both).
type short struct {
	Token       string          `json:"access_token"`
	Permissions json.RawMessage `json:"permissions"`
}

// allows reports whether a permission was given, or nothing is said of any.
func (s short) allows(scope string) bool {
	var list []string
	var text string
	if json.Unmarshal(s.Permissions, &list) != nil && json.Unmarshal(s.Permissions, &text) == nil {
		list = strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
	}
	return len(list) == 0 || slices.Contains(list, scope)
}

// shortIn reads the answer of the token endpoint, which puts the token into a list or does not (docLogin).
// Its errors are not those of the API: {"error_type", "code", "error_message"}, without an error around them.
func shortIn(r network.Reply) (short, error) {
	if r.Status == 429 {
		return short{}, judge(r)
	}
	var said struct {
		short
		Data []short `json:"data"`
		Kind string  `json:"error_type"`
	}
	err := json.Unmarshal(r.Body, &said)
	if err == nil && r.Status == 400 && said.Kind != "" {
		return short{}, network.Reject("", "the sign-in was refused")
	}
	s := said.short
	if len(said.Data) == 1 {
		s = said.Data[0]
	}
	if err != nil || r.Status != 200 || !tokenForm.MatchString(s.Token) {
		return short{}, unreadable("the sign-in")
	}
	return s, nil
}

// exchange asks for a token of 60 days. Instagram wants the application's secret in the address, where only
// the carrier puts it. The token is in the header, as everywhere in the API; docLogin has it in the address
// too, which a token in clear must not be in.
func (n Network) exchange(secret, token string) network.Request {
	return network.Request{
		Method: "GET", URL: n.api + "/access_token?grant_type=ig_exchange_token&client_secret=" + network.KeyMark,
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
		Method: "GET", URL: a.Server + "/refresh_access_token?grant_type=ig_refresh_token&access_token=" + network.KeyMark,
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
