package tiktok

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// What is asked for. The first names the account; one of the other two suffices to publish.
const (
	scopeUser    = "user.info.basic"
	scopePublish = "video.publish"
	scopeUpload  = "video.upload"
)

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
)

// endsField is when a token ends, in Unix seconds.
const endsField = "ends"

// challenge is what the browser may know of a proof. TikTok wants the hash in hexadecimal (docDesktop), where
// RFC 7636 has base64url.
func challenge(p oauth.Proof) string {
	sum := sha256.Sum256([]byte(p.Verifier))
	return hex.EncodeToString(sum[:])
}

// beginSignIn sends the person to TikTok's own page. TikTok calls a client_id a client_key, and has commas
// between scopes (docDesktop).
func (n Network) beginSignIn(client, secret, redirect string) network.Step {
	state, proof := oauth.NewState(), oauth.NewProof()
	query := url.Values{
		"client_key": {client}, "response_type": {"code"}, "redirect_uri": {redirect}, "state": {state},
		"scope":          {strings.Join([]string{scopeUser, scopePublish, scopeUpload}, ",")},
		"code_challenge": {challenge(proof)}, "code_challenge_method": {"S256"},
	}
	return network.Step{Name: turnCode, Browse: n.web + "/v2/auth/authorize/?" + query.Encode(), Carry: network.SecretOf(map[string]string{
		appField: client, secretField: secret, carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
	})}
}

// finishSignIn takes what the browser brought back and exchanges it for tokens.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	ask := askApp(carry(appField))
	code, err := oauth.Code(answers.Answers, carry(carryState), "")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	token, reply, err := n.token(ctx, c, "token", answers.Carry, url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {carry(carryRedirect)}, "code_verifier": {carry(carryVerifier)},
	})
	if err != nil {
		return ask.After(err, name, network.ReasonRefused, keySecret, "TikTok does not accept the Client key with this secret; copy both again."), nil
	}
	scopes := scopesOf(token)
	if len(scopes) > 0 && (!slices.Contains(scopes, scopeUser) || !slices.Contains(scopes, scopePublish) && !slices.Contains(scopes, scopeUpload)) {
		return ask.Because(network.ReasonNotAllowed, "", "You did not let the application see your account and post videos; begin again and leave everything ticked."), nil
	}
	if token.Refresh.IsZero() {
		return ask.Because(network.ReasonSignIn, "", "TikTok gave no lasting sign-in; please begin again."), nil
	}
	return n.connected(ctx, c, secretOf(answers.Carry, token, reply))
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on TikTok's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "TikTok did not finish the sign-in; look whether the app has the products, the redirect URI and the scopes.")
}

// scopesOf are the scopes of a token, which TikTok writes with commas between.
func scopesOf(t oauth.Token) (list []string) {
	for _, s := range t.Scopes {
		list = append(list, strings.FieldsFunc(s, func(r rune) bool { return r == ',' })...)
	}
	return list
}

// token asks for tokens. An error of OAuth may come with the status 200 (as seen in September 2026), which
// the documents do not exclude: they name the errors and no status for them.
func (n Network) token(ctx context.Context, c network.Calls, step string, app network.Secret, form url.Values) (oauth.Token, network.Reply, error) {
	form.Set("client_key", app.Field(appField))
	form.Set("client_secret", app.Field(secretField))
	reply, err := c.Prepare(ctx, step, network.Request{
		Method: "POST", URL: n.api + pathToken, Body: network.Bytes([]byte(form.Encode())),
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
	})
	if err != nil {
		return oauth.Token{}, reply, asError(err)
	}
	var said struct {
		Error  string `json:"error"`
		Access string `json:"access_token"`
	}
	if reply.Status == 200 && json.Unmarshal(reply.Body, &said) == nil && said.Error != "" && said.Access == "" {
		reply.Status = 400
	}
	token, err := oauth.ParseToken(reply, "bearer")
	return token, reply, err
}

// secretOf keeps what a sign-in gave, with the application that can renew it.
func secretOf(old network.Secret, t oauth.Token, r network.Reply) network.Secret {
	fields := map[string]string{
		endsField:  oauth.Stamp(t.RenewBy(r)),
		tokenField: t.Access.Reveal(), refreshField: t.Refresh.Reveal(), appField: old.Field(appField), secretField: old.Field(secretField),
	}
	if t.Refresh.IsZero() { // the old one stays good
		fields[refreshField] = old.Field(refreshField)
	}
	return network.SecretOf(fields)
}

// ends is when the token of a secret has to be renewed by, zero if nobody said.
func ends(s network.Secret) time.Time { return oauth.Stamped(s.Field(endsField)) }

// Refresh asks for a new token. It comes with a new refresh token, and the old one ends with it (docTokens).
func (n Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	refresh := a.Secret.Field(refreshField)
	if refresh == "" {
		return a, &network.Error{Kind: network.Reauth, Message: "this sign-in cannot be renewed; connect the channel again"}
	}
	token, reply, err := n.token(ctx, c, "refresh", a.Secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}})
	if network.KindOf(err) == network.Rejected { // the application is gone, or its secret was changed
		return a, &network.Error{Kind: network.Reauth, Code: codeOf(err), Message: "TikTok does not accept your application any more; connect the channel again", Err: err}
	}
	if err != nil {
		return a, err
	}
	a.Secret = secretOf(a.Secret, token, reply)
	a.Expires = ends(a.Secret)
	return a, nil
}
