package youtube

import (
	"context"
	"errors"
	"slices"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// scope takes uploads, changes, playlists and deleting, and scopeCaptions captions (docAPI). Without the second a
// channel works on; only captions are refused.
const (
	scope         = "https://www.googleapis.com/auth/youtube"
	scopeCaptions = "https://www.googleapis.com/auth/youtube.force-ssl"
)

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
)

// endsField is when a token ends, in Unix seconds.
const endsField = "ends"

// beginSignIn sends the person to Google's own page. Offline access with consent is what brings a refresh
// token every time (developers.google.com/identity/protocols/oauth2/native-app, as quoted in 2026).
func (n Network) beginSignIn(client, secret, redirect string) (network.Step, error) {
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: client, Redirect: redirect, State: state, Challenge: proof.Challenge(), Scopes: []string{scope, scopeCaptions},
		Extra: map[string]string{"access_type": "offline", "prompt": "consent"},
	}.URL(n.web + "/o/oauth2/v2/auth")
	if err != nil {
		return notSignedIn(askApp(client), err), nil
	}
	return network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		appField: client, secretField: secret, carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
	})}, nil
}

// finishSignIn takes what the browser brought back and exchanges it for tokens.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	ask := askApp(carry(appField))
	code, err := oauth.Code(answers.Answers, carry(carryState), "")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	reply, err := c.Prepare(ctx, "token", client(answers.Carry).Exchange(n.tokens(), code, carry(carryRedirect), oauth.Proof{Verifier: carry(carryVerifier)}))
	if err != nil {
		return ask.After(asError(err), name, network.ReasonSignIn, "", "Google did not finish the sign-in; please begin again."), nil
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return ask.After(err, name, network.ReasonRefused, keySecret, "Google does not accept the Client ID with this secret; copy both again."), nil
	}
	if len(token.Scopes) > 0 && !slices.Contains(token.Scopes, scope) {
		return ask.Because(network.ReasonNotAllowed, "", "You did not let the application manage your YouTube account; begin again and tick it."), nil
	}
	if token.Refresh.IsZero() {
		return ask.Because(network.ReasonSignIn, "", "Google gave no lasting sign-in; please begin again."), nil
	}
	return n.connected(ctx, c, secretOf(answers.Carry, token, reply))
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Google's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Google did not finish the sign-in; please begin again.")
}

// tokens is the address of the token endpoint.
func (n Network) tokens() string { return n.auth + "/token" }

// client is the person's application. Google takes what it calls a secret in the form.
func client(s network.Secret) oauth.Client {
	return oauth.Client{ID: s.Field(appField), Secret: network.NewSecret(s.Field(secretField)), Auth: oauth.AuthPost}
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

// Refresh asks for a new token. The refresh token stays as it is, unless Google sends another.
func (n Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	refresh := a.Secret.Field(refreshField)
	if refresh == "" {
		return a, &network.Error{Kind: network.Reauth, Message: "this sign-in cannot be renewed; connect the channel again"}
	}
	reply, err := c.Prepare(ctx, "refresh", client(a.Secret).Refresh(n.tokens(), network.NewSecret(refresh)))
	if err != nil {
		return a, asError(err)
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if network.KindOf(err) == network.Rejected { // the application is gone, or its secret was changed
		return a, &network.Error{Kind: network.Reauth, Code: codeOf(err), Message: "Google does not accept your application any more; connect the channel again", Err: err}
	}
	if err != nil {
		return a, err
	}
	a.Secret = secretOf(a.Secret, token, reply)
	a.Expires = ends(a.Secret)
	return a, nil
}

// codeOf is the network's own code of an error, "" if it has none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}
