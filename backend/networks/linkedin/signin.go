package linkedin

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

// LinkedIn compares the redirect URL with those of the application, port and all, so the port is fixed.
// Its documents ask for https; http on this machine is taken in practice (LinkedIn's own sample
// application, linkedin-developers/linkedin-api-js-client, 2023-03-23, comes back to http://localhost; and
// names that only this machine knows are taken, pennersr/django-allauth, pull request 1812, 2017-08-28).
// Where it is not, a token from the portal's generator does the same.
const (
	loopbackPort = 28761
	redirectURL  = "http://127.0.0.1:28761/callback"
)

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryID       = "client_id"
	carrySecret   = "client_secret"
	carryPage     = "page"
	carryVersion  = "version"
	carryRedirect = "redirect"
	carryState    = "state"
)

// beginSignIn sends the person to LinkedIn's page. Where nobody waits for the browser, the person pastes
// the address at which it ended up. There is no PKCE: LinkedIn documents it only for applications that it
// has enabled for that, and asks for the client secret.
func (n Network) beginSignIn(f form, redirect string) network.Step {
	waiting := redirect != ""
	if !waiting {
		redirect = redirectURL
	}
	scopes, state := memberScopes, oauth.NewState()
	if f.page != "" {
		scopes = pageScopes
	}
	step := network.Step{
		Name: turnCode,
		Browse: n.site + "/oauth/v2/authorization?" + url.Values{
			"response_type": {"code"}, "client_id": {f.id}, "redirect_uri": {redirect}, "state": {state}, "scope": {strings.Join(scopes, " ")},
		}.Encode(),
		Carry: network.SecretOf(map[string]string{
			carryID: f.id, carrySecret: f.secret, carryPage: f.page, carryVersion: f.version, carryRedirect: redirect, carryState: state,
		}),
	}
	if !waiting {
		step.Ask = []network.Question{{
			Key: keyAddress, Label: "Address", Secret: true,
			Help: "After you agree, the browser shows a page that cannot be opened. Copy its whole address; it begins with " + redirectURL + ".",
		}}
	}
	return step
}

// finishSignIn takes what the browser or the person brought back and exchanges it for a token.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	f := form{id: carry(carryID), secret: carry(carrySecret), page: carry(carryPage), version: carry(carryVersion)}
	back := answers.Answers
	if pasted := strings.TrimSpace(back[keyAddress]); pasted != "" {
		var err error
		if back, err = queryOf(pasted, carry(carryRedirect)); err != nil {
			return notSignedIn(f.ask(), err), nil
		}
	}
	code, err := oauth.Code(back, carry(carryState), "")
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	reply, err := c.Prepare(ctx, "token", n.form("/oauth/v2/accessToken", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {carry(carryRedirect)},
		"client_id": {f.id}, "client_secret": {f.secret},
	}))
	if err != nil {
		return f.ask().After(err, "LinkedIn", network.ReasonSignIn, "", "LinkedIn did not finish the sign-in; please begin again."), nil
	}
	token, err := tokenIn(reply)
	if err != nil {
		return notSignedIn(f.ask(), err), nil
	}
	if missing := f.missing(strings.Join(token.Scopes, " ")); missing != "" {
		return f.ask().Because(network.ReasonNotAllowed, "", "LinkedIn did not give the permission "+missing+"; add the product that brings it to your application."), nil
	}
	life := token.Life
	if life <= 0 || life > longest {
		life = longest
	}
	return n.finish(ctx, c, f, token.Access.Reveal(), time.Now().Add(life))
}

// tokenIn reads the answer of the token endpoint, whose documented form names no token type.
func tokenIn(r network.Reply) (oauth.Token, error) {
	token, err := oauth.ParseToken(r, "bearer")
	if err != nil && r.Status == 200 {
		if untyped, other := oauth.ParseToken(r, ""); other == nil {
			return untyped, nil
		}
	}
	return token, err
}

// queryOf reads the answers from the address at which the browser ended up.
func queryOf(pasted, redirect string) (map[string]string, error) {
	before, query, ok := strings.Cut(pasted, "?")
	if !ok || before != redirect {
		return nil, oauth.ErrNoCode
	}
	query, _, _ = strings.Cut(query, "#")
	return oauth.Answers(query)
}

// missing returns the first permission of writing that a list lacks, "" if it lacks none or is empty.
// LinkedIn separates them by commas or by spaces.
func (f form) missing(scopes string) string {
	has := strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
	need := "w_member_social"
	if f.page != "" {
		need = "w_organization_social"
	}
	if len(has) > 0 && !slices.Contains(has, need) {
		return need
	}
	return ""
}

// notSignedIn asks again, and says why a sign-in did not end in a token.
func notSignedIn(ask network.Step, err error) network.Step {
	text := "LinkedIn did not accept the code; please begin again."
	var refused *oauth.RefusedError
	switch {
	case errors.As(err, &refused) && slices.Contains([]string{"user_cancelled_login", "user_cancelled_authorize"}, refused.Code), errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on LinkedIn's page, so nothing was connected.")
	case errors.As(err, &refused) && refused.Code == "unauthorized_scope_error":
		return ask.Because(network.ReasonNotAllowed, "", "The application may not ask for what posting needs: add the products in the developer portal.")
	case errors.As(err, &refused) && refused.Code == "invalid_client":
		return ask.Because(network.ReasonRefused, keySecret, "LinkedIn does not accept the Client ID with this secret; copy both again.")
	case errors.As(err, &refused):
		text = "LinkedIn did not finish the sign-in: " + refused.Code + ". Please begin again."
	case errors.Is(err, oauth.ErrState):
		text = "The answer does not belong to this sign-in; please begin again."
	case errors.Is(err, oauth.ErrNoCode):
		text = "LinkedIn's code is missing in the address; please begin again."
	}
	return ask.Because(network.ReasonSignIn, "", text)
}

// inspection is the answer to POST /oauth/v2/introspectToken (learn.microsoft.com, LinkedIn, Token
// Introspection, 2024-11).
type inspection struct {
	Active  *bool  `json:"active"`
	Status  string `json:"status"`
	Scope   string `json:"scope"`
	Expires int64  `json:"expires_at"` // s
}

// inspect asks what a pasted token may do and when it ends, zero if LinkedIn does not say. again is what
// to ask if the token is of no use.
func (n Network) inspect(ctx context.Context, c network.Calls, f form) (until time.Time, again *network.Step) {
	wrong := func(s network.Step) (time.Time, *network.Step) { return time.Time{}, &s }
	reply, err := c.Read(ctx, "inspect", n.form("/oauth/v2/introspectToken", url.Values{
		"client_id": {f.id}, "client_secret": {f.secret}, "token": {f.token},
	}))
	if err != nil {
		return wrong(f.ask().After(asError(err), "LinkedIn", network.ReasonRefused, keyToken, ""))
	}
	var is inspection
	switch {
	case reply.Status == 401:
		return wrong(f.ask().Because(network.ReasonRefused, keySecret, "LinkedIn does not accept this client secret; copy it again."))
	case reply.Status == 400:
		return wrong(f.ask().Because(network.ReasonRefused, keyToken, "LinkedIn does not know this token for this application. It must have been made for it."))
	case reply.Status != 200 || json.Unmarshal(reply.Body, &is) != nil || is.Active == nil:
		return wrong(f.ask().After(unreadable("the token"), "LinkedIn", network.ReasonRefused, keyToken, ""))
	case !*is.Active:
		return wrong(f.ask().Because(network.ReasonRefused, keyToken, "This token has ended or was revoked; make a new one."))
	}
	if missing := f.missing(is.Scope); missing != "" {
		return wrong(f.ask().Because(network.ReasonNotAllowed, keyToken, "The token lacks the permission "+missing+"; make one that has it."))
	}
	if is.Expires > 0 {
		until = time.Unix(is.Expires, 0).UTC()
	}
	return until, nil
}

// form returns a request to LinkedIn's sign-in. The secrets are in its body, as LinkedIn asks for.
func (n Network) form(path string, values url.Values) network.Request {
	return network.Request{
		Method: "POST", URL: n.site + path, Body: network.Bytes([]byte(values.Encode())),
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
	}
}
