package pinterest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// scopes is all that publishing needs: who one is, one's public boards and pins (docAPI, pins/create).
var scopes = []string{"boards:read", "boards:write", "pins:read", "pins:write", "user_accounts:read"}

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
)

// endsField is when a token ends, in Unix seconds, as long as the conversation lasts.
const endsField = "ends"

// beginSignIn sends the person to Pinterest's own page.
func (n Network) beginSignIn(app, secret, redirect string) (network.Step, error) {
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: app, Redirect: redirect, State: state, Challenge: proof.Challenge(),
		Extra: map[string]string{"scope": strings.Join(scopes, ",")}, // with commas between (developers.pinterest.com, as quoted in 2026)
	}.URL(n.web + "/oauth/")
	if err != nil {
		return notSignedIn(askApp(app), err), nil
	}
	return network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		appField: app, secretField: secret, carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
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
		return ask.After(asError(err), name, network.ReasonSignIn, "", "Pinterest did not finish the sign-in; please begin again."), nil
	}
	token, err := parseToken(reply)
	if err != nil {
		return ask.After(err, name, network.ReasonRefused, keySecret, "Pinterest does not accept the App ID with this key; copy both again."), nil
	}
	if missing := missingScope(token.Scopes); missing != "" {
		return ask.Because(network.ReasonNotAllowed, "", "Pinterest did not give the permission "+missing+"; please begin again."), nil
	}
	return n.boards(ctx, c, secretOf(answers.Carry, token, reply), "")
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Pinterest's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Pinterest did not finish the sign-in; please begin again.")
}

// tokens is the address of the token endpoint.
func (n Network) tokens() string { return n.api + "/v5/oauth/token" }

// client is the person's application, which proves who it is in the Authorization header (docAPI,
// security scheme basic).
func client(s network.Secret) oauth.Client {
	return oauth.Client{ID: s.Field(appField), Secret: network.NewSecret(s.Field(secretField)), Auth: oauth.AuthBasic}
}

// parseToken reads the answer of the token endpoint. Its refusals are Pinterest's own and not those of
// OAuth: 401 says that the application or what it brought is not accepted.
func parseToken(r network.Reply) (oauth.Token, error) {
	if r.Status == 401 {
		return oauth.Token{}, &network.Error{Kind: network.Reauth, Message: "Pinterest does not accept the application or its sign-in any more"}
	}
	return oauth.ParseToken(r, "bearer")
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

// missingScope returns the first scope that a sign-in was not given, "" if none is missing or Pinterest
// does not say.
func missingScope(given []string) string {
	has := strings.FieldsFunc(strings.Join(given, " "), func(r rune) bool { return r == ',' || r == ' ' })
	for _, s := range scopes {
		if len(has) > 0 && !slices.Contains(has, s) {
			return s
		}
	}
	return ""
}

// Refresh asks for new tokens. The answer may bring a new refresh token, which lives 60 days from then
// (docAPI, oauth/token, continuous refresh). A token that was pasted cannot be renewed.
func (n Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	refresh := a.Secret.Field(refreshField)
	if refresh == "" || a.Secret.Field(appField) == "" || a.Secret.Field(secretField) == "" {
		return a, &network.Error{Kind: network.Reauth, Message: "this token cannot be renewed; connect the channel again"}
	}
	reply, err := c.Prepare(ctx, "refresh", client(a.Secret).Refresh(a.Server+"/v5/oauth/token", network.NewSecret(refresh)))
	if err != nil {
		return a, asError(err)
	}
	token, err := parseToken(reply)
	if err != nil {
		return a, err
	}
	a.Secret = secretOf(a.Secret, token, reply)
	a.Expires = ends(a.Secret)
	return a, nil
}
