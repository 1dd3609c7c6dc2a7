package tumblr

import (
	"context"
	"errors"
	"slices"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// scopes is all that publishing needs: who one is, posting, and staying signed in (api.md, "OAuth2
// Authorization", 2024-10-18).
var scopes = []string{"basic", "write", "offline_access"}

// The fields of an account's secret, and the open option that names its application.
const (
	accessField  = "access"
	refreshField = "refresh"
	secretField  = "client_secret"
	clientOption = "client"
)

// What a sign-in remembers from one turn to the next, besides the fields of the secret.
const (
	carryClient   = "client_id"
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
	carryExpires  = "expires"
)

// margin is how long before its end a token is renewed. A large video takes longer to send, but a token
// is looked at when a request begins.
const margin = 5 * time.Minute

// beginSignIn sends the person to Tumblr's page. Tumblr's documentation knows no PKCE; its parameters are
// ones that a server that does not know them passes over (RFC 6749, 3.1).
func (n Network) beginSignIn(client, secret, redirect string) network.Step {
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: client, Redirect: redirect, Scopes: scopes, State: state, Challenge: proof.Challenge(),
	}.URL(n.web + "/oauth2/authorize")
	if err != nil {
		return askApp(client).Because(network.ReasonSignIn, "", "Signing in to Tumblr needs a browser on this computer.")
	}
	return network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		carryClient: client, secretField: secret, carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
	})}
}

// finishSignIn exchanges what the callback brought back for tokens.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	client := carry(carryClient)
	code, err := oauth.Code(answers.Answers, carry(carryState), "")
	if err != nil {
		return notSignedIn(askApp(client), err), nil
	}
	app := oauth.Client{ID: client, Secret: network.NewSecret(carry(secretField)), Auth: oauth.AuthPost}
	reply, err := c.Prepare(ctx, "token", app.Exchange(n.api+tokenPath, code, carry(carryRedirect), oauth.Proof{Verifier: carry(carryVerifier)}))
	if err != nil {
		return askApp(client).After(err, "Tumblr", network.ReasonSignIn, "", "Tumblr did not finish the sign-in; please begin again."), nil
	}
	token, err := tokenOf(reply)
	if err != nil {
		return askApp(client).After(err, "Tumblr", network.ReasonRefused, keySecret, "Tumblr does not accept this application: check the key and the secret key."), nil
	}
	if token.Refresh.IsZero() || token.Scopes != nil && !slices.Contains(token.Scopes, "write") {
		return askApp(client).Because(network.ReasonNotAllowed, "", "Tumblr did not give the permission to post and to stay signed in; please begin again."), nil
	}
	a := network.Account{Server: n.api, Options: map[string]string{clientOption: client}}
	return n.finish(ctx, c, signedIn(a, carry(secretField), token, reply))
}

const tokenPath = "/v2/oauth2/token"

// tokenOf reads the answer of the token endpoint. 401 is its documented refusal, of a code as of a
// refresh token, in the API's envelope or in that of OAuth.
func tokenOf(reply network.Reply) (oauth.Token, error) {
	if code, said := problemOf(reply); reply.Status == 401 && code != "" {
		return oauth.Token{}, &network.Error{Kind: network.Reauth, Message: said}
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected && reply.Status == 401 {
		e.Kind = network.Reauth
	}
	return token, err
}

// signedIn gives an account its tokens. When they end is counted from the answer's own Date: no clock of
// ours comes into it but where the queue compares.
func signedIn(a network.Account, clientSecret string, token oauth.Token, reply network.Reply) network.Account {
	a.Secret = network.SecretOf(map[string]string{
		accessField: token.Access.Reveal(), refreshField: token.Refresh.Reveal(), secretField: clientSecret,
	})
	a.Expires = time.Time{}
	if now, ok := network.ParseDate(reply.Header["Date"]); ok && token.Life > 0 {
		a.Expires = now.Add(max(token.Life-margin, token.Life/2))
	}
	return a
}

// Refresh asks for new tokens. The old refresh token is worth nothing afterwards.
func (n Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	client, secret, refresh := a.Options[clientOption], a.Secret.Field(secretField), a.Secret.Field(refreshField)
	if client == "" || secret == "" || refresh == "" {
		return network.Account{}, &network.Error{Kind: network.Reauth, Message: "this blog has to be connected again"}
	}
	app := oauth.Client{ID: client, Secret: network.NewSecret(secret), Auth: oauth.AuthPost}
	reply, err := c.Prepare(ctx, "refresh", app.Refresh(a.Server+tokenPath, network.NewSecret(refresh)))
	if err != nil {
		return network.Account{}, asError(err)
	}
	token, err := tokenOf(reply)
	if err != nil {
		return network.Account{}, err
	}
	if token.Refresh.IsZero() { // documented to come with every answer; without a new one the old may serve on
		token.Refresh = network.NewSecret(refresh)
	}
	return signedIn(a, secret, token, reply), nil
}

// carryOf and accountOf keep an account between two turns.
func carryOf(a network.Account) network.Secret {
	expires := ""
	if !a.Expires.IsZero() {
		expires = a.Expires.Format(time.RFC3339)
	}
	return network.SecretOf(map[string]string{
		accessField: a.Secret.Field(accessField), refreshField: a.Secret.Field(refreshField), secretField: a.Secret.Field(secretField),
		carryClient: a.Options[clientOption], carryServer: a.Server, carryExpires: expires,
	})
}

const carryServer = "server"

func accountOf(carry network.Secret) network.Account {
	expires, err := time.Parse(time.RFC3339, carry.Field(carryExpires))
	if err != nil {
		expires = time.Time{}
	}
	return network.Account{
		Server: carry.Field(carryServer), Expires: expires, Options: map[string]string{clientOption: carry.Field(carryClient)},
		Secret: network.SecretOf(map[string]string{
			accessField: carry.Field(accessField), refreshField: carry.Field(refreshField), secretField: carry.Field(secretField),
		}),
	}
}

// notSignedIn asks again, and says why a sign-in did not end in a token.
func notSignedIn(ask network.Step, err error) network.Step {
	text := "The answer of Tumblr's page cannot be read; please begin again."
	var refused *oauth.RefusedError
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Tumblr's page, so nothing was connected.")
	case errors.As(err, &refused):
		text = "Tumblr did not finish the sign-in: " + refused.Code + ". Is the redirect URL of the application the one that is named here?"
	case errors.Is(err, oauth.ErrState):
		text = "The answer does not belong to this sign-in; please begin again."
	case errors.Is(err, oauth.ErrNoCode):
		text = "Tumblr's code is missing; please begin again."
	}
	return ask.Because(network.ReasonSignIn, "", text)
}
