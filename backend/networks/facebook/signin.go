package facebook

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The sign-in is that of developers.facebook.com, Facebook Login, Manually Build a Login Flow, as read in 2026.
//
// Facebook sends the browser only to https addresses, but for http://localhost while the application is in
// development; and what an application in development posts is seen by nobody but the people of the
// application (restfb/restfb, issue 1053, 2020-01-23; searlsco/posse_party, issue 25, 2026-01-05). So
// nothing on this machine waits for the browser: the person copies the address at which it ends. There is no
// PKCE in it; the application's secret is the proof.

// redirectURL is an address that no other machine can have, so that the code goes nowhere.
const redirectURL = "https://localhost/"

// What an application must be allowed to do (docPosts). The last two are
// asked for but not demanded: one is for comments, one where a Page belongs to a business portfolio.
const (
	scopeList     = "pages_show_list"
	scopeWrite    = "pages_manage_posts"
	scopeRead     = "pages_read_engagement"
	scopeComment  = "pages_manage_engagement"
	scopeBusiness = "business_management"
)

// What a conversation remembers from one turn to the next.
const (
	carryID     = "id"
	carrySecret = "secret"
	carryState  = "state"
	carryToken  = "token"
	carryMute   = "mute"
)

// beginSignIn sends the person to Facebook's page.
func (n Network) beginSignIn(f form) network.Step {
	state := oauth.NewState()
	return network.Step{
		Name: turnCode,
		Ask:  []network.Question{{Key: keyAddress, Label: "Address", Help: addressHelp, Secret: true}},
		Browse: n.web + version + "/dialog/oauth?" + url.Values{
			"client_id": {f.id}, "redirect_uri": {redirectURL}, "response_type": {"code"}, "state": {state},
			"scope": {strings.Join([]string{scopeList, scopeWrite, scopeRead, scopeComment, scopeBusiness}, ",")},
		}.Encode(),
		Carry: network.SecretOf(map[string]string{carryID: f.id, carrySecret: f.secret, carryState: state}),
	}
}

// finishSignIn takes the address that the person brought back and exchanges its code for a token.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	f := form{id: carry(carryID), secret: carry(carrySecret)}
	back, err := queryOf(strings.TrimSpace(answers.Answers[keyAddress]))
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	code, err := oauth.Code(back, carry(carryState), "")
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	token, err := n.token(ctx, c, "token", url.Values{
		"client_id": {f.id}, "client_secret": {f.secret}, "redirect_uri": {redirectURL}, "code": {code},
	})
	if err != nil {
		return f.ask().After(err, name, network.ReasonRefused, keySecret, "Facebook does not accept the app ID with this secret, or the sign-in has ended; please begin again."), nil
	}
	is, again := n.inspect(ctx, c, f, token)
	if again != nil {
		return *again, nil
	}
	f.mute = is.mute()
	return n.lasting(ctx, c, f, token)
}

// lasting exchanges a person's token for one of 60 days, and asks for the Page with it: the tokens of Pages
// that come from such a one do not end by themselves (developers.facebook.com, Get Long-Lived Access Tokens,
// as known in 2026). It is not kept.
func (n Network) lasting(ctx context.Context, c network.Calls, f form, token string) (network.Step, error) {
	long, err := n.token(ctx, c, "long token", url.Values{
		"grant_type": {"fb_exchange_token"}, "client_id": {f.id}, "client_secret": {f.secret}, "fb_exchange_token": {token},
	})
	if err != nil {
		return f.ask().After(err, name, network.ReasonSignIn, "", "Facebook gave no lasting sign-in; please begin again."), nil
	}
	return n.choose(ctx, c, f, long, "", false)
}

// token asks for a token. The documents ask with GET, and so put the secrets into the address; Facebook
// takes the same in a form, as every client of OAuth sends it (golang.org/x/oauth2 with its facebook
// endpoint, as known in 2026).
func (n Network) token(ctx context.Context, c network.Calls, step string, form url.Values) (string, error) {
	reply, err := c.Prepare(ctx, step, withForm(network.Request{
		Method: "POST", URL: n.api + version + "/oauth/access_token", Header: map[string]string{"Accept": "application/json"},
	}, form))
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() {
		return "", judge(reply)
	}
	t, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return "", err
	}
	if token := t.Access.Reveal(); tokenForm.MatchString(token) {
		return token, nil
	}
	return "", unreadable("the sign-in")
}

// What kinds of tokens there are.
const (
	kindUser = "USER"
	kindPage = "PAGE"
)

// inspection is the answer to GET /debug_token (developers.facebook.com, Debug Token, as known in 2026).
type inspection struct {
	App     string   `json:"app_id"`
	Kind    string   `json:"type"`
	Valid   bool     `json:"is_valid"`
	Expires int64    `json:"expires_at"` // s; 0 for never
	Scopes  []string `json:"scopes"`
}

// mute reports whether a token may not write comments.
func (is inspection) mute() bool { return !slices.Contains(is.Scopes, scopeComment) }

// inspect asks what a token is and may do. again is what to ask if it is of no use.
func (n Network) inspect(ctx context.Context, c network.Calls, f form, token string) (is inspection, again *network.Step) {
	wrong := func(s network.Step) (inspection, *network.Step) { return inspection{}, &s }
	r := request(n.account(f.id+"|"+f.secret), "GET", "/debug_token", nil)
	r.URL, r.Key = r.URL+"?input_token="+network.KeyMark, network.NewSecret(token)
	reply, err := c.Read(ctx, "inspect", r)
	if err != nil {
		return wrong(f.ask().After(asError(err), name, network.ReasonRefused, keySecret, ""))
	}
	said, err := read[struct {
		Data *inspection `json:"data"`
	}](reply, "the token")
	if err == nil && said.Data == nil {
		err = unreadable("the token")
	}
	if err != nil {
		return wrong(f.ask().After(err, name, network.ReasonRefused, keySecret, "Facebook does not accept the app ID with this secret; copy both again."))
	}
	is = *said.Data
	need := []string{scopeWrite, scopeRead}
	if is.Kind == kindUser {
		need = append(need, scopeList)
	}
	switch {
	case !is.Valid:
		return wrong(f.ask().Because(network.ReasonRefused, keyToken, "This token has ended or was revoked; make a new one."))
	case is.App != f.id:
		return wrong(f.ask().Because(network.ReasonRefused, keyToken, "This token was made for another app; choose yours where you make it."))
	case is.Kind != kindUser && is.Kind != kindPage:
		return wrong(f.ask().Because(network.ReasonWrongKind, keyToken, "This is neither the token of a person nor that of a Page."))
	}
	for _, scope := range need {
		if !slices.Contains(is.Scopes, scope) {
			return wrong(f.ask().Because(network.ReasonNotAllowed, "", "The sign-in lacks the permission "+scope+"; add it to the app, and allow it."))
		}
	}
	return is, nil
}

// queryOf reads the answers from the address at which the browser ended up. Facebook puts "#_=_" behind it.
func queryOf(pasted string) (map[string]string, error) {
	before, query, ok := strings.Cut(pasted, "?")
	if !ok || strings.TrimSuffix(before, "/") != strings.TrimSuffix(redirectURL, "/") {
		return nil, oauth.ErrNoCode
	}
	query, _, _ = strings.Cut(query, "#")
	return oauth.Answers(query)
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Facebook's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	case errors.Is(err, oauth.ErrNoCode):
		return ask.Because(network.ReasonSignIn, "", "This is not the address at which the browser ended; it begins with "+redirectURL+" and has code= in it. Please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Facebook did not finish the sign-in; please begin again.")
}
