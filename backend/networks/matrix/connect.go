package matrix

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation: the second asks for a password where no token was given.
const (
	signInStep   = "sign_in"
	passwordStep = "password"
)

// The keys of the answers.
const (
	userKey     = "user"
	passwordKey = "password"
	tokenKey    = "token"
	roomKey     = "room"
	serverKey   = "server"

	tokenField = "token" // of the secret
)

const (
	userHelp     = "Your full name on Matrix, as your profile shows it: @name:server."
	passwordHelp = "It is used once, to sign in as a device of its own called Postbag, and is not kept."
	tokenHelp    = "Leave it empty to sign in with your password. For servers that sign in by browser: in Element, All settings, Help & About, Access Token. It ends when that app signs out."
	roomHelp     = "Its address (#room:server) or the link from Share. The room must not be encrypted. Postbag joins it if it may."
	serverHelp   = "Leave it empty unless your server cannot be found by your Matrix ID."
)

// Connect asks for an account and a room, and for a password where there is no token; it signs in, joins
// the room, and makes sure that it is not encrypted and that the account may write there.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	form := entries{answers.Answers}
	switch answers.Name {
	case signInStep:
	case passwordStep:
		form = form.after(answers.Carry)
	default:
		return form.ask(), nil
	}
	wish, bad := form.wish()
	if bad != nil {
		return bad(form.ask()), nil
	}
	server, bad := discover(ctx, c, wish.user, form.get(serverKey))
	if bad != nil {
		return bad(form.ask()), nil
	}
	a := network.Account{Server: server, Secret: network.SecretOf(map[string]string{tokenField: wish.token})}
	if wish.token == "" {
		if err := takesPasswords(ctx, c, a); err != nil {
			return failed(err, network.ReasonNotUnderstood, "", "The server does not say how one signs in.")(form.ask()), nil
		}
		if wish.password == "" {
			return form.askPassword(), nil
		}
		var err error
		if a, wish.user, err = signIn(ctx, c, a, wish); err != nil {
			return failed(err, network.ReasonRefused, passwordKey, "The server does not accept this password for "+wish.user+".")(form.askPassword()), nil
		}
	} else if user, err := whoAmI(ctx, c, a); err != nil {
		return failed(err, network.ReasonRefused, tokenKey, "The server does not know this access token; copy it again.")(form.ask()), nil
	} else if user != wish.user {
		return form.ask().Because(network.ReasonRefused, tokenKey, "This access token belongs to "+user+"."), nil
	}
	connected, bad := enter(ctx, c, a, wish)
	if bad != nil {
		if wish.token == "" {
			signOut(ctx, c, a)
		}
		return bad(form.ask()), nil
	}
	limits, err := n.Limits(ctx, c, connected)
	if err == nil {
		connected.Limits = &limits // a server that does not say has what every server has
	}
	return network.Step{Name: "done", Account: &connected}, nil
}

// enter joins the room and returns the account as a channel, or says why that cannot be.
func enter(ctx context.Context, c network.Calls, a network.Account, w wish) (_ network.Account, bad again) {
	room, err := join(ctx, c, a, w)
	if err != nil {
		return a, failed(err, network.ReasonNotFound, roomKey, "This room does not exist, or you may not join it: have somebody invite you first.")
	}
	p := place{room: room, user: w.user}
	if err := refuseEncrypted(ctx, c, a, p); err != nil {
		if e, ok := errors.AsType[*network.Error](err); ok && e.Code == "encrypted" {
			return a, because(network.ReasonWrongKind, roomKey, sayEncrypted)
		}
		return a, failed(err, network.ReasonNotFound, roomKey, "The server does not show this room to you.")
	}
	if !mayWrite(ctx, c, a, p) {
		return a, because(network.ReasonNotAllowed, roomKey, "You may not write in this room. Ask one of its administrators for the right to.")
	}
	a.RemoteID = p.remoteID()
	return named(ctx, c, a, p), nil
}

// wish is what a person wants, read from the answers.
type wish struct {
	user, password, token string
	room                  string // an id or an alias
	via                   []string
	device                string
}

// entries are the answers as they were typed.
type entries struct{ typed map[string]string }

func (e entries) get(key string) string { return strings.TrimSpace(e.typed[key]) }

// wish reads the answers, or says what is wrong with them.
func (e entries) wish() (w wish, bad again) {
	w = wish{user: e.get(userKey), password: e.typed[passwordKey], token: e.get(tokenKey), room: e.get(roomKey)}
	if room, _, via, ok := readLink(w.room); ok {
		w.room, w.via = room, via
	}
	switch {
	case w.user == "":
		return w, because(network.ReasonMissing, userKey, "Please give your Matrix ID.")
	case !validUser(w.user):
		return w, because(network.ReasonMalformed, userKey, "This is no Matrix ID. "+userHelp)
	case len(w.token) > 4096 || !network.Visible(w.token):
		return w, because(network.ReasonMalformed, tokenKey, "An access token has no spaces or other signs; copy it again.")
	case w.room == "":
		return w, because(network.ReasonMissing, roomKey, "Please name the room.")
	case !validRoom(w.room) && !validAlias(w.room):
		return w, because(network.ReasonMalformed, roomKey, "This is no room. "+roomHelp)
	}
	w.device = deviceOf(w.user, w.room)
	return w, nil
}

// deviceOf names the device that posts to a room. It is always the same: whoever signs in again goes on
// as the device that the server knows, and so under the same transaction ids, while another room has
// another device, whose sign-in does not end this one's (client-server API, "Relationship between access
// tokens and devices", read 2026-11).
func deviceOf(user, room string) string {
	sum := sha256.Sum256([]byte(user + "\n" + strings.ToLower(room)))
	return "POSTBAG" + strings.ToUpper(hex.EncodeToString(sum[:5]))
}

func (e entries) ask() network.Step {
	return network.Step{Name: signInStep, Ask: []network.Question{
		{Key: userKey, Label: "Matrix ID", Help: userHelp, Default: network.Printable(e.get(userKey))},
		{Key: roomKey, Label: "Room", Help: roomHelp, Default: network.Printable(e.get(roomKey))},
		{Key: tokenKey, Label: "Access token", Help: tokenHelp, Secret: true, Optional: true},
		{Key: serverKey, Label: "Server address", Help: serverHelp, Default: network.Printable(e.get(serverKey)), Optional: true},
	}}
}

// askPassword is the second turn, which carries the answers of the first.
func (e entries) askPassword() network.Step {
	carry := map[string]string{}
	for _, key := range []string{userKey, roomKey, serverKey} {
		carry[key] = e.get(key)
	}
	return network.Step{
		Name: passwordStep, Carry: network.SecretOf(carry),
		Ask: []network.Question{{Key: passwordKey, Label: "Password", Help: passwordHelp, Secret: true}},
	}
}

// after returns the answers of the first turn with the password of the second.
func (e entries) after(carry network.Secret) entries {
	typed := map[string]string{passwordKey: e.typed[passwordKey]}
	for _, key := range []string{userKey, roomKey, serverKey} {
		typed[key] = carry.Field(key)
	}
	return entries{typed}
}

// passwordFlow is the one way to sign in without a browser (login.yaml, 2026-07-21).
const passwordFlow = "m.login.password"

// errNoPassword says that a server signs in by browser only.
var errNoPassword = &network.Error{Kind: network.Rejected, Code: "no_password", Message: "This server signs in by browser only; give an access token instead."}

// takesPasswords asks the server how one signs in.
func takesPasswords(ctx context.Context, c network.Calls, a network.Account) error {
	reply, err := c.Read(ctx, "login flows", request("GET", network.Account{Server: a.Server}, clientPath+"/login"))
	if err != nil {
		return asError(err)
	}
	if reply.Status == 404 {
		return errNoPassword // "OAuth 2.0 authentication is in use on this homeserver" (login.yaml)
	}
	var offered struct {
		Flows []struct {
			Type string `json:"type"`
		} `json:"flows"`
	}
	if err := decode(reply, "signing in", &offered); err != nil {
		return err
	}
	for _, f := range offered.Flows {
		if f.Type == passwordFlow {
			return nil
		}
	}
	return errNoPassword
}

// signIn signs in with the password and returns the account with its token, and whose it is. No refresh
// token is asked for: a renewed token may be another session to an older server, which would forget
// the transaction ids of the one before.
func signIn(ctx context.Context, c network.Calls, a network.Account, w wish) (network.Account, string, error) {
	bare := network.Account{Server: a.Server}
	r, err := with(request("POST", bare, clientPath+"/login"), map[string]any{
		"type":       passwordFlow,
		"identifier": map[string]string{"type": "m.id.user", "user": w.user},
		"password":   w.password, "device_id": w.device, "initial_device_display_name": "Postbag",
	})
	if err != nil {
		return a, w.user, err
	}
	reply, err := c.Prepare(ctx, "sign in", r)
	if err != nil {
		return a, w.user, asError(err)
	}
	var session struct {
		User  string `json:"user_id"`
		Token string `json:"access_token"`
	}
	if err := decode(reply, "signing in", &session); err != nil {
		return a, w.user, err
	}
	if !validUser(session.User) || session.Token == "" || !network.Visible(session.Token) {
		return a, w.user, unreadable("signing in")
	}
	a.Secret = network.SecretOf(map[string]string{tokenField: session.Token})
	return a, session.User, nil
}

// signOut ends a session that came to nothing, so that no device is left behind.
func signOut(ctx context.Context, c network.Calls, a network.Account) {
	if r, err := with(request("POST", a, clientPath+"/logout"), struct{}{}); err == nil {
		_, _ = c.Prepare(ctx, "sign out", r) // it ends by itself otherwise
	}
}

// join makes the account a member of the room, which it may be already, and returns the room's id.
func join(ctx context.Context, c network.Calls, a network.Account, w wish) (string, error) {
	path := clientPath + "/join/" + url.PathEscape(w.room)
	if len(w.via) > 0 {
		path += "?" + url.Values{"via": slices.Clone(w.via)}.Encode()
	}
	r, err := with(request("POST", a, path), struct{}{})
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, "join", r)
	if err != nil {
		return "", asError(err)
	}
	var joined struct {
		Room string `json:"room_id"`
	}
	if err := decode(reply, "the room", &joined); err != nil {
		return "", err
	}
	if !validRoom(joined.Room) {
		return "", unreadable("the room")
	}
	return joined.Room, nil
}

// again asks a turn anew, with why; nil where nothing is wrong.
type again func(network.Step) network.Step

func because(reason network.Reason, about, text string) again {
	return func(s network.Step) network.Step { return s.Because(reason, about, text) }
}

// failed says why a request failed; reason and refused are for an answer that says no.
func failed(err error, reason network.Reason, about, refused string) again {
	if errors.Is(err, errNoPassword) {
		return because(network.ReasonSignIn, tokenKey, errNoPassword.Message)
	}
	return func(s network.Step) network.Step { return s.After(err, "The server", reason, about, refused) }
}
