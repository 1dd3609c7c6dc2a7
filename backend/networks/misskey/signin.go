package misskey

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// permissions are all that publishing needs: who one is, notes, and files of the drive (docHub,
// "Permission list").
var permissions = []string{"read:account", "write:notes", "write:drive"}

// What a sign-in remembers from the browser's opening to its answer.
const (
	carryServer   = "server"
	carryRedirect = "redirect"
	carrySession  = "session"
)

// callbackMark makes a callback the answer of a sign-in to whoever waits for it: one has a code. A
// server keeps the query of the address that it is given and adds the session (misskey-dev/misskey,
// pages/miauth.vue, read 2026-11).
const callbackMark = "?code=miauth"

// beginSignIn sends the person to the server's page, under a session that nobody else knows (docHub,
// "MiAuth"). Nothing is registered before. Without a callback the person says when it is done.
func beginSignIn(ctx context.Context, c network.Calls, server, redirect string) network.Step {
	if _, err := readMeta(ctx, c, server); err != nil { // before a browser is opened at somebody's page
		return notConnected(server, err)
	}
	session := newSession()
	q := url.Values{"name": {"Postbag"}, "permission": {strings.Join(permissions, ",")}}
	if redirect != "" {
		q.Set("callback", redirect+callbackMark)
	}
	step := network.Step{Name: turnAllow, Browse: server + "/miauth/" + session + "?" + q.Encode(), Carry: network.SecretOf(map[string]string{
		carryServer: server, carryRedirect: redirect, carrySession: session,
	})}
	if redirect == "" {
		step.Ask = []network.Question{{Key: keyAllowed, Label: "Allowed", Help: allowedHelp, Optional: true}}
	}
	return step
}

// newSession returns a UUID of version 4 (RFC 9562, 5.4).
func newSession() string {
	b, err := base64.RawURLEncoding.DecodeString(oauth.NewState())
	if err != nil || len(b) < 16 { // it is what NewState writes
		panic("misskey: a state that is no base64")
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// finishSignIn asks the server what became of the session. A callback that names another session is
// somebody else's.
func finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	server, session := carry(carryServer), carry(carrySession)
	if carry(carryRedirect) != "" && subtle.ConstantTimeCompare([]byte(answers.Answers[keySession]), []byte(session)) != 1 {
		return askServer(server).Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again."), nil
	}
	// The session is as good as the token until it is spent, so the carrier alone sees it.
	r := bare(network.Account{Server: server}, "miauth/"+network.KeyMark+"/check")
	r.Key = network.NewSecret(session)
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes([]byte("{}"))
	reply, err := c.Prepare(ctx, "token", r)
	if err != nil {
		return notConnected(server, asError(err)), nil
	}
	token, err := given(reply)
	if err != nil {
		return notConnected(server, err), nil
	}
	if token == "" {
		return askServer(server).Because(network.ReasonDenied, "", "You did not allow Postbag on the server's page, so nothing was connected."), nil
	}
	return finish(ctx, c, server, token), nil
}

// given reads the token that a session became, "" if it was not allowed or is spent.
func given(r network.Reply) (string, error) {
	var answer struct {
		OK    bool   `json:"ok"`
		Token string `json:"token"`
	}
	switch {
	case !r.OK():
		return "", judge(r)
	case r.Status != 200 || json.Unmarshal(r.Body, &answer) != nil:
		return "", unreadable("the sign-in")
	case !answer.OK:
		return "", nil
	}
	return answer.Token, nil
}
