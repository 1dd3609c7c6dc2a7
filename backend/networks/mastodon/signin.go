package mastodon

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// scopes is all that publishing needs: who one is, one's own posts, posting, uploading.
const scopes = "read:accounts read:statuses write:statuses write:media"

// outOfBand makes the server show the code instead of calling back (Mastodon documentation,
// methods/oauth, 2026-07-02).
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// beginSignIn registers Postbag with the server, for exactly the callback that was bound, and
// sends the person to the server's page. Without a callback the page shows a code to paste.
func beginSignIn(ctx context.Context, c network.Calls, server, redirect string) (network.Step, error) {
	if redirect == "" {
		redirect = outOfBand
	}
	reply, err := c.Prepare(ctx, "register app", form(server, "/api/v1/apps", url.Values{
		"client_name": {"Postbag"}, "redirect_uris": {redirect}, "scopes": {scopes},
	}))
	if err != nil {
		return askServer(server, why(err, "")), nil
	}
	var app struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	if !reply.OK() || json.Unmarshal(reply.Body, &app) != nil || !validID(app.ClientID) || !validID(app.ClientSecret) {
		if err := judge("register app", reply); err != nil {
			return askServer(server, why(err, "The server does not let new apps sign in; use an access token.")), nil
		}
		return askServer(server, "This does not look like a Mastodon server."), nil
	}
	carry := map[string]string{
		"server": server, "client_id": app.ClientID, "client_secret": app.ClientSecret, "redirect": redirect,
	}
	sum := sha256.Sum256([]byte(derive(app.ClientSecret, "verifier")))
	query := url.Values{
		"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {redirect}, "scope": {scopes},
		"state":          {derive(app.ClientSecret, "state")},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	step := askCode(server+"/oauth/authorize?"+query.Encode(), redirect, "")
	step.Carry = network.SecretOf(carry)
	return step, nil
}

// askCode is the turn at which the browser is open.
func askCode(address, redirect, message string) network.Step {
	step := network.Step{Name: turnCode, Browse: address, Message: message}
	if redirect == outOfBand {
		step.Ask = []network.Question{{
			Key: keyCode, Label: "Code", Secret: true, Help: "The server shows it after you have agreed.",
		}}
	}
	return step
}

// derive makes the state and the PKCE verifier of the client's secret, which the server made
// for this one conversation: nobody else can guess them, and nothing has to be remembered.
func derive(secret, use string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("postbag " + use))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// finishSignIn takes what the callback or the person brought back and exchanges it for a token.
func finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	server, redirect := answers.Carry.Field("server"), answers.Carry.Field("redirect")
	secret := answers.Carry.Field("client_secret")
	back := answers.Answers
	code := strings.TrimSpace(back[keyCode])
	switch {
	case back["error"] == "access_denied":
		return askServer(server, "You did not agree on the server's page, so nothing was connected."), nil
	case back["error"] != "":
		return askServer(server, network.Printable("The server did not finish the sign-in: "+back["error"]+".")), nil
	case redirect != outOfBand && subtle.ConstantTimeCompare([]byte(back["state"]), []byte(derive(secret, "state"))) != 1:
		return askServer(server, "The answer does not belong to this sign-in; please begin again."), nil
	case back["iss"] != "" && !sameServer(back["iss"], server): // RFC 9207
		return askServer(server, "The answer came from another server; please begin again."), nil
	case code == "" || len(code) > 4096:
		return askServer(server, "The server's code is missing; please begin again."), nil
	}
	reply, err := c.Prepare(ctx, "token", form(server, "/oauth/token", url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect},
		"client_id": {answers.Carry.Field("client_id")}, "client_secret": {secret},
		"code_verifier": {derive(secret, "verifier")},
	}))
	if err != nil {
		return askServer(server, why(err, "")), nil
	}
	var token struct {
		AccessToken string `json:"access_token"`
		Scope       string `json:"scope"`
	}
	if !reply.OK() || json.Unmarshal(reply.Body, &token) != nil || token.AccessToken == "" {
		return askServer(server, "The server did not accept the code; please begin again."), nil
	}
	if granted := strings.Fields(token.Scope); len(granted) > 0 &&
		!slices.Contains(granted, "write") && !slices.Contains(granted, "write:statuses") {
		return askServer(server, "The server did not give the permission to post; please begin again."), nil
	}
	return finish(ctx, c, server, network.SecretOf(map[string]string{
		"token": token.AccessToken, "client_id": answers.Carry.Field("client_id"), "client_secret": secret,
	}))
}

// sameServer reports whether an issuer names server.
func sameServer(issuer, server string) bool {
	a, err := url.Parse(issuer)
	b, err2 := url.Parse(server)
	return err == nil && err2 == nil && strings.EqualFold(a.Host, b.Host)
}

// form returns a POST of values without a token.
func form(server, path string, values url.Values) network.Request {
	r := get(network.Account{Server: server}, path)
	r.Method, r.Body = "POST", network.Bytes([]byte(values.Encode()))
	r.Header["Content-Type"] = "application/x-www-form-urlencoded"
	return r
}
