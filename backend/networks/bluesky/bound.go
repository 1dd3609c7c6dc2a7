package bluesky

import (
	"context"
	"errors"
	"slices"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The second kind of secret: tokens that a sign-in in the browser gave, bound to a key of this account's
// own, which shows with every request that they are not stolen (DPoP, RFC 9449; AT Protocol specification,
// "OAuth", 2026-04). What the next refresh needs is kept beside them.
const (
	kindBound     = "oauth"
	keyField      = "key"
	endpointField = "token_endpoint"
	clientField   = "client_id"
)

// The names of ready's questions: before everything, and before the post.
const (
	firstReady = "session"
	lastReady  = "session 2"
)

// bound reports whether the account's tokens are bound to a key.
func bound(a network.Account) bool { return a.Secret.Field(kindField) == kindBound }

// signed adds the account's permission to a request.
func signed(r network.Request, a network.Account) network.Request {
	token := a.Secret.Field(accessField)
	if !bound(a) {
		r.Header["Authorization"] = "Bearer " + token
		return r
	}
	r.Header["Authorization"] = "DPoP " + token
	r.Proof = network.NewSecret(a.Secret.Field(keyField))
	return r
}

// read asks with the account's permission. A server that wants its nonce in the proof first has done
// nothing yet, and is asked once more.
func read(ctx context.Context, c network.Calls, step string, r network.Request) (network.Reply, error) {
	reply, err := c.Read(ctx, step, r)
	if err == nil && oauth.WantsNonce(reply) {
		return c.Read(ctx, step+onceMore, r)
	}
	return reply, err
}

// onceMore ends the name of a step that is repeated with the nonce that the server asked for.
const onceMore = " again"

// ready makes sure that the server will take the proofs of what follows: nonces end after minutes (the
// reference server's after three, oauth-provider/src/oauth-constants.ts, 0.22.9), and neither an upload
// nor a post is to be refused for that. Every answer brings the next nonce, so one question that changes
// nothing is enough. An account that is signed in by an app password needs none.
func ready(ctx context.Context, c network.Calls, a network.Account, step string) error {
	if !bound(a) {
		return nil
	}
	reply, err := read(ctx, c, step, signed(query(a.Server, getSession), a))
	if err != nil {
		return err
	}
	return judge(reply)
}

// long reports whether so much is sent before the post that a nonce can end meanwhile.
func long(p network.Plan) bool {
	return p.Link != nil && p.Link.Thumb != nil ||
		slices.ContainsFunc(p.Parts, func(part network.Part) bool { return len(part.Media) > 0 })
}

// askTokens makes a request of the sign-in's server with a proof.
func askTokens(ctx context.Context, c network.Calls, step string, r network.Request, key network.Secret) (network.Reply, error) {
	r.Fresh, r.Proof = true, key
	reply, err := c.Prepare(ctx, step, r)
	if err == nil && oauth.WantsNonce(reply) { // before it looks at the code or the token: RFC 9449, 8
		return c.Prepare(ctx, step+onceMore, r)
	}
	return reply, err
}

// boundAccount puts the tokens of a sign-in into an account. The reply is the one that brought them.
func boundAccount(a network.Account, t oauth.Token, r network.Reply, key network.Secret, endpoint, client string) network.Account {
	a.Secret = network.SecretOf(map[string]string{
		kindField: kindBound, accessField: t.Access.Reveal(), refreshField: t.Refresh.Reveal(),
		keyField: key.Reveal(), endpointField: endpoint, clientField: client,
	})
	a.Expires = t.RenewBy(r)
	return a
}

// refreshBound asks for new tokens with the old refresh token, which the server ends with that: a second
// use of it would end the whole sign-in (tried on 0.5.35). The queue renews one account at a time.
func refreshBound(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	key, endpoint := network.NewSecret(a.Secret.Field(keyField)), a.Secret.Field(endpointField)
	client := oauth.Client{ID: a.Secret.Field(clientField), Auth: oauth.AuthNone}
	reply, err := askTokens(ctx, c, "refresh", client.Refresh(endpoint, network.NewSecret(a.Secret.Field(refreshField))), key)
	if err != nil {
		return network.Account{}, err
	}
	token, err := oauth.ParseToken(reply, tokenType)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		// It is the sign-in that is refused and no post: only signing in again makes it good.
		return network.Account{}, &network.Error{Kind: network.Reauth, Code: e.Code, Message: "Bluesky no longer accepts this sign-in", Err: e.Err}
	}
	if err != nil {
		return network.Account{}, err
	}
	if token.Subject != a.RemoteID {
		return network.Account{}, &network.Error{Kind: network.Reauth, Message: "the server answered for another account"}
	}
	if token.Refresh.IsZero() {
		return network.Account{}, unusable("the answer to the sign-in", errors.New("it has no refresh token"))
	}
	return boundAccount(a, token, reply, key, endpoint, client.ID), nil
}
