package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// scopes is all that publishing needs: who one is, one's own posts, posting, uploading.
var scopes = []string{"read:accounts", "read:statuses", "write:statuses", "write:media"}

// fitting are the scopes as the server knows them. One that says which there are, and has none of this
// name, gets the whole of its kind (Mastodon documentation, methods/oauth, "Discover OAuth Server
// Configuration", 2026-07-02). Pixelfed says nothing, refuses the names it does not know, and has but
// "read" and "write" (Pixelfed's AuthServiceProvider).
func fitting(ctx context.Context, c network.Calls, server string) []string {
	open := network.Account{Server: server}
	var said struct {
		Scopes []string `json:"scopes_supported"`
	}
	reply, err := c.Read(ctx, "oauth", get(open, "/.well-known/oauth-authorization-server"))
	if err != nil || reply.Status != 200 || json.Unmarshal(reply.Body, &said) != nil || len(said.Scopes) == 0 {
		said.Scopes = scopes
		if name, _ := readSoftware(ctx, c, open); name == kindPixelfed {
			said.Scopes = []string{"read", "write"}
		}
	}
	var list []string
	for _, scope := range scopes {
		whole, _, _ := strings.Cut(scope, ":")
		if !slices.Contains(said.Scopes, scope) && slices.Contains(said.Scopes, whole) {
			scope = whole
		}
		if !slices.Contains(list, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// outOfBand makes the server show the code instead of calling back (Mastodon documentation,
// methods/oauth, 2026-07-02).
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryServer   = "server"
	carryRedirect = "redirect"
	carryClient   = "client_id"
	carrySecret   = "client_secret"
	carryState    = "state"
	carryVerifier = "verifier"
)

// beginSignIn registers Postbag with the server, for exactly the callback that was bound, and
// sends the person to the server's page. Without a callback the page shows a code to paste.
func beginSignIn(ctx context.Context, c network.Calls, server, redirect string) (network.Step, error) {
	if redirect == "" {
		redirect = outOfBand
	}
	wanted := fitting(ctx, c, server)
	reply, err := c.Prepare(ctx, "register app", form(server, "/api/v1/apps", url.Values{
		"client_name": {"Postbag"}, "redirect_uris": {redirect}, "scopes": {strings.Join(wanted, " ")},
	}))
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonSignIn, "", "The server does not begin a sign-in; use an access token."), nil
	}
	app, err := registered(reply)
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonSignIn, "", "The server does not let new apps sign in; use an access token."), nil
	}
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: app.ID, Redirect: redirect, Scopes: wanted, State: state, Challenge: proof.Challenge(),
	}.URL(server + "/oauth/authorize")
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonSignIn, "", "The server does not begin a sign-in; use an access token."), nil
	}
	step := network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		carryServer: server, carryRedirect: redirect, carryClient: app.ID, carrySecret: app.Secret,
		carryState: state, carryVerifier: proof.Verifier,
	})}
	if redirect == outOfBand {
		step.Ask = []network.Question{{
			Key: keyCode, Label: "Code", Secret: true, Help: "The server shows it after you have agreed.",
		}}
	}
	return step, nil
}

// application is the part of a CredentialApplication that is read.
type application struct {
	ID     string `json:"client_id"`
	Secret string `json:"client_secret"`
}

func registered(reply network.Reply) (application, error) {
	var app application
	if !reply.OK() {
		return app, judge("register app", reply)
	}
	if err := json.Unmarshal(reply.Body, &app); err != nil || !validID(app.ID) || !validID(app.Secret) {
		return app, &network.Error{Kind: network.Ambiguous, Message: "it registers no apps"}
	}
	return app, nil
}

// finishSignIn takes what the callback or the person brought back and exchanges it for a token.
func finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	server, redirect := carry(carryServer), carry(carryRedirect)
	back := answers.Answers
	if redirect == outOfBand { // pasted by the person who began, so there is no state in it
		back = map[string]string{keyCode: strings.TrimSpace(back[keyCode]), "state": carry(carryState)}
	}
	code, err := oauth.Code(back, carry(carryState), "")
	switch {
	case err != nil:
		return notSignedIn(askServer(server), err), nil
	case back["iss"] != "" && !sameServer(back["iss"], server): // RFC 9207; servers may leave it out
		return notSignedIn(askServer(server), oauth.ErrIssuer), nil
	}
	client := oauth.Client{ID: carry(carryClient), Secret: network.NewSecret(carry(carrySecret)), Auth: oauth.AuthPost}
	reply, err := c.Prepare(ctx, "token", client.Exchange(server+"/oauth/token", code, redirect, oauth.Proof{Verifier: carry(carryVerifier)}))
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonSignIn, "", "The server does not begin a sign-in; use an access token."), nil
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return notSignedIn(askServer(server), err), nil
	}
	if len(token.Scopes) > 0 && !slices.Contains(token.Scopes, "write") && !slices.Contains(token.Scopes, "write:statuses") {
		return askServer(server).Because(network.ReasonNotAllowed, "", "The server did not give the permission to post; please begin again."), nil
	}
	// The client is kept with the token: both are needed to revoke it.
	return finish(ctx, c, server, network.SecretOf(map[string]string{
		"token": token.Access.Reveal(), "client_id": carry(carryClient), "client_secret": carry(carrySecret),
	}))
}

// notSignedIn asks again, and says why a sign-in did not end in a token.
func notSignedIn(ask network.Step, err error) network.Step {
	text := "The server did not accept the code; please begin again."
	var refused *oauth.RefusedError
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on the server's page, so nothing was connected.")
	case errors.As(err, &refused):
		text = "The server did not finish the sign-in: " + refused.Code + ". Please begin again."
	case errors.Is(err, oauth.ErrState), errors.Is(err, oauth.ErrIssuer):
		text = "The answer does not belong to this sign-in; please begin again."
	case errors.Is(err, oauth.ErrNoCode):
		text = "The server's code is missing; please begin again."
	}
	return ask.Because(network.ReasonSignIn, "", text)
}

// sameServer reports whether an issuer names server.
func sameServer(issuer, server string) bool {
	a, err := url.Parse(issuer)
	if err != nil {
		return false
	}
	b, err := url.Parse(server)
	return err == nil && strings.EqualFold(a.Host, b.Host)
}

// form returns a POST of values without a token.
func form(server, path string, values url.Values) network.Request {
	r := get(network.Account{Server: server}, path)
	r.Method, r.Body = "POST", network.Bytes([]byte(values.Encode()))
	r.Header["Content-Type"] = "application/x-www-form-urlencoded"
	return r
}
