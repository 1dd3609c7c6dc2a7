package bluesky

import (
	"context"
	"errors"
	"slices"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

const (
	browserStep = "browser"
	redirectKey = "redirect_uri"

	// wideScope allows what an app password allows (AT Protocol specification, "OAuth", section
	// "Transitional Scopes", 2026-04): posts, gates, pictures, and the permission for the video service.
	wideScope = "transition:generic"
	tokenType = "dpop"
)

// What a sign-in remembers while the browser is open, besides the account's own fields.
const (
	carryDID      = "did"
	carryHandle   = "handle"
	carryIssuer   = "issuer"
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
)

// scopes are what a person is asked to allow.
func scopes() []string { return []string{"atproto", wideScope} }

// beginBrowser sends a person to the page of the server that signs them in. Postbag has no document of
// its own on the web: the server makes up what it would say from the client's name (oauth.LoopbackClient),
// and gives such a sign-in two weeks at most (AT Protocol specification, "OAuth", "Clients", 2026-04).
func beginBrowser(ctx context.Context, c network.Calls, given credentials, redirect string) (network.Step, error) {
	who, err := locate(ctx, c, given.server, given.identifier)
	if err != nil {
		return notFound(given, err), ctx.Err()
	}
	is, err := findIssuer(ctx, c, who.server)
	if err != nil {
		return notFound(given, err), ctx.Err()
	}
	client, err := oauth.LoopbackClient(redirect, scopes())
	if err != nil {
		return told(given, network.ReasonSignIn, "", "The sign-in failed", err), nil
	}
	key, state, proof := oauth.NewProofKey(), oauth.NewState(), oauth.NewProof()
	asked := oauth.Authorization{
		ClientID: client, Redirect: redirect, Scopes: scopes(), State: state, Challenge: proof.Challenge(),
		Extra: map[string]string{"login_hint": given.identifier},
	}
	request, err := oauth.Client{ID: client, Auth: oauth.AuthNone}.Push(is.Push, asked)
	if err != nil {
		return told(given, network.ReasonSignIn, "", "The sign-in failed", err), nil
	}
	reply, err := askTokens(ctx, c, "push", request, key)
	if err != nil {
		return notFound(given, err), ctx.Err()
	}
	name, err := oauth.ParsePushed(reply)
	if err != nil {
		return notSignedIn(given, err), nil
	}
	address, err := oauth.PushedURL(is.Authorize, client, name)
	if err != nil {
		return told(given, network.ReasonSignIn, "", "The sign-in failed", err), nil
	}
	return network.Step{Name: browserStep, Browse: address, Carry: network.SecretOf(map[string]string{
		serverKey: who.server, identifierKey: given.identifier, carryDID: who.did, carryHandle: who.handle,
		carryIssuer: is.Name, endpointField: is.Token, clientField: client, keyField: key.Reveal(),
		carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
	})}, nil
}

// finishBrowser takes what the browser brought back, and exchanges it for tokens. They have to be of the
// account that was looked up before, on the server that its document names: a sign-in server speaks for
// its own accounts alone (AT Protocol specification, "OAuth", "Identity Authentication", 2026-04).
func (n Network) finishBrowser(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	given := credentials{server: carry(serverKey), identifier: carry(identifierKey)}
	code, err := oauth.Code(answers.Answers, carry(carryState), carry(carryIssuer))
	if err != nil {
		return notSignedIn(given, err), nil
	}
	key, client := network.NewSecret(carry(keyField)), oauth.Client{ID: carry(clientField), Auth: oauth.AuthNone}
	reply, err := askTokens(ctx, c, "token",
		client.Exchange(carry(endpointField), code, carry(carryRedirect), oauth.Proof{Verifier: carry(carryVerifier)}), key)
	if err != nil {
		return notFound(given, err), ctx.Err()
	}
	token, err := oauth.ParseToken(reply, tokenType)
	switch {
	case err != nil:
		return notSignedIn(given, err), nil
	case token.Subject != carry(carryDID):
		return ask(given).Because(network.ReasonSignIn, identifierKey, "You signed in as another account; please begin again with its handle."), nil
	case token.Refresh.IsZero() || !agreed(token.Scopes):
		return ask(given).Because(network.ReasonNotAllowed, "", "The server did not give the permission to post; please begin again."), nil
	}
	a := network.Account{RemoteID: carry(carryDID), Handle: carry(carryHandle), Server: carry(serverKey)}
	a, err = n.Verify(ctx, c, boundAccount(a, token, reply, key, carry(endpointField), client.ID))
	if err != nil {
		return ask(given).After(err, "The server", network.ReasonNotAllowed, "", "The server signed you in, and does not let Postbag use it."), nil
	}
	return network.Step{Name: "done", Account: &a}, nil
}

// agreed reports whether a person has agreed to what was asked; a server that does not say gave that.
func agreed(given []string) bool {
	return given == nil || slices.Contains(given, "atproto") && slices.Contains(given, wideScope)
}

// notFound asks again after a server or an account that could not be found.
func notFound(given credentials, err error) network.Step {
	switch {
	case errors.Is(err, errHandle):
		return ask(given).Because(network.ReasonNotFound, identifierKey, capital(errHandle.Error())+".")
	case errors.Is(err, errNoLogin):
		return ask(given).Because(network.ReasonNotUnderstood, passwordKey, capital(errNoLogin.Error())+".")
	}
	return ask(given).After(err, "The server", network.ReasonSignIn, "", "The server does not begin a sign-in; give an app password instead.")
}

// notSignedIn asks again, and says why a sign-in did not end in tokens.
func notSignedIn(given credentials, err error) network.Step {
	text := "The server did not accept the sign-in; please begin again."
	refused, isRefusal := errors.AsType[*oauth.RefusedError](err)
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask(given).Because(network.ReasonDenied, "", "You did not agree on the server's page, so nothing was connected.")
	case network.KindOf(err) == network.Throttled:
		return ask(given).Because(network.ReasonWait, "", "The server asks to wait, or this computer's clock is wrong; please try again in a few minutes.")
	case isRefusal:
		text = "The server did not finish the sign-in: " + refused.Code + ". Please begin again."
	case errors.Is(err, oauth.ErrState), errors.Is(err, oauth.ErrIssuer):
		text = "The answer does not belong to this sign-in; please begin again."
	case errors.Is(err, oauth.ErrNoCode):
		text = "The server's code is missing; please begin again."
	}
	return ask(given).Because(network.ReasonSignIn, "", text)
}

// capital makes a sentence of an error.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
