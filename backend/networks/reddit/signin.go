package reddit

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// scopes is all that publishing needs: who one is, posts, deleting them, what communities say of
// themselves, one's own list, and flairs (Reddit's API documentation names one for every address).
var scopes = []string{"identity", "submit", "edit", "read", "history", "flair"}

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryClient   = "client"
	carryOwner    = "owner"
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
	carryEnds     = "ends" // when the token ends, in Unix seconds
)

// beginSignIn sends the person to Reddit's own page. Reddit knows no PKCE; its parameters are left unread
// there, and state ties the answer to the question. "permanent" asks for a refresh token.
func (n Network) beginSignIn(client, secret, owner, redirect string) (network.Step, error) {
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: client, Redirect: redirect, Scopes: scopes, State: state, Challenge: proof.Challenge(),
		Extra: map[string]string{"duration": "permanent"},
	}.URL(n.web + "/api/v1/authorize")
	if err != nil {
		return notSignedIn(askApp(client, owner), err), nil
	}
	return network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		carryClient: client, secretField: secret, carryOwner: owner, carryRedirect: redirect, carryState: state, carryVerifier: proof.Verifier,
	})}, nil
}

// finishSignIn takes what the browser brought back and exchanges it for tokens.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	ask := askApp(carry(carryClient), carry(carryOwner))
	code, err := oauth.Code(answers.Answers, carry(carryState), "")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	app := client(carry(carryClient), carry(secretField))
	request := named(app.Exchange(tokens(n.web), code, carry(carryRedirect), oauth.Proof{Verifier: carry(carryVerifier)}), carry(carryClient), carry(carryOwner))
	reply, err := c.Prepare(ctx, "token", request)
	if err != nil {
		return ask.After(asError(err), name, network.ReasonSignIn, "", "Reddit did not finish the sign-in; please begin again."), nil
	}
	token, err := parseToken(reply)
	switch {
	case err != nil:
		return ask.After(err, name, network.ReasonRefused, keyClient, "Reddit does not accept the application, or its sign-in has ended; please begin again."), nil
	case token.Refresh.IsZero():
		return ask.Because(network.ReasonSignIn, "", "Reddit gave no lasting sign-in; please begin again."), nil
	}
	if missing := missingScope(token.Scopes); missing != "" {
		return ask.Because(network.ReasonNotAllowed, "", "Reddit did not give the permission "+missing+"; please begin again."), nil
	}
	fields := map[string]string{
		tokenField: token.Access.Reveal(), refreshField: token.Refresh.Reveal(), secretField: carry(secretField),
		carryClient: carry(carryClient), carryOwner: carry(carryOwner), carryEnds: oauth.Stamp(token.RenewBy(reply)),
	}
	return n.signedIn(ctx, c, fields)
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Reddit's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Reddit did not finish the sign-in; please begin again.")
}

// tokens is the address of the token endpoint. It is not where the API is.
func tokens(web string) string { return web + "/api/v1/access_token" }

// webOf is where an account's API has its sign-in.
func webOf(a network.Account) string {
	if a.Server == New().api {
		return New().web
	}
	return a.Server
}

// client is the person's application, which proves who it is in the Authorization header; an installed one
// with an empty password (wiki OAuth2, 2017).
func client(id, secret string) oauth.Client {
	return oauth.Client{ID: id, Secret: network.NewSecret(secret), Auth: oauth.AuthBasic}
}

// named gives a request the name that Reddit wants of every client.
func named(r network.Request, client, owner string) network.Request {
	r.Header["User-Agent"] = agent(client, owner)
	return r
}

// parseToken reads the answer of the token endpoint. Its refusals are Reddit's own and not those of OAuth:
// 401 says that the application is not accepted, 400 that the refresh token is not, and a code that is no
// good any more is told with status 200 (wiki OAuth2, 2017; praw-dev/prawcore's recorded answers).
func parseToken(r network.Reply) (oauth.Token, error) {
	var said struct {
		Error string `json:"error"`
	}
	switch {
	case r.Status == 401:
		return oauth.Token{}, &network.Error{Kind: network.Reauth, Message: "Reddit does not accept the application any more"}
	case r.Status == 400, r.Status == 200 && json.Unmarshal(r.Body, &said) == nil && said.Error == "invalid_grant":
		return oauth.Token{}, &network.Error{Kind: network.Reauth, Message: "Reddit does not accept the sign-in any more"}
	}
	return oauth.ParseToken(r, "bearer")
}

// missingScope returns the first scope that a sign-in was not given, "" if none is missing or Reddit does
// not say. "*" is all of them.
func missingScope(given []string) string {
	has := strings.FieldsFunc(strings.Join(given, " "), func(r rune) bool { return r == ',' || r == ' ' })
	for _, s := range scopes {
		if len(has) > 0 && !slices.Contains(has, s) && !slices.Contains(has, "*") {
			return s
		}
	}
	return ""
}

// Refresh asks for a new token. The refresh token lasts, unless the answer brings another.
func (Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	refresh, id, secret := a.Secret.Field(refreshField), a.Options[clientOption], a.Secret.Field(secretField)
	if refresh == "" || id == "" {
		return a, &network.Error{Kind: network.Reauth, Message: "this sign-in cannot be renewed; connect the channel again"}
	}
	request := named(client(id, secret).Refresh(tokens(webOf(a)), network.NewSecret(refresh)), id, a.Options[ownerOption])
	reply, err := c.Prepare(ctx, "refresh", request)
	if err != nil {
		return a, asError(err)
	}
	token, err := parseToken(reply)
	if err != nil {
		return a, err
	}
	if !token.Refresh.IsZero() {
		refresh = token.Refresh.Reveal()
	}
	a.Secret = network.SecretOf(map[string]string{tokenField: token.Access.Reveal(), refreshField: refresh, secretField: secret})
	a.Expires = token.RenewBy(reply)
	return a, nil
}
