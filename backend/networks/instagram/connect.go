package instagram

import (
	"context"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"postbag/backend/network"
)

// The turns of the conversation and the keys of its answers.
const (
	turnApp  = "app"
	turnCode = "code"
	turnDone = "done"

	keyToken    = "token"
	keyID       = "app_id"
	keySecret   = "app_secret"
	keyRedirect = "redirect"
	keyAddress  = "address"
)

const (
	appsPage     = "https://developers.facebook.com/apps"
	redirectURL  = "https://localhost/"
	tokenHelp    = "1. Your Instagram account must be a business or creator account: see its settings. 2. At Meta for Developers, create an app with the use case for content on Instagram. 3. Under API setup with Instagram login, add the account and generate its access token. 4. Copy it here; nothing else is needed. For first comments, the app also needs " + scopeComment + "."
	idHelp       = "Only if you have no token: the Instagram app ID, under API setup with Instagram login."
	secretHelp   = "The Instagram app secret, below the ID."
	redirectHelp = "As it is under Business login settings. Instagram takes only https there. The page need not exist."
	addressHelp  = "After you agree, the browser shows a page that may not open. Copy its whole address; it has code= in it."
)

// The forms of what a person copies. The secret and the token go into addresses, so that nothing in them may
// end a part of it; no document promises their form.
var (
	appForm    = regexp.MustCompile(`^[0-9]{5,32}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9]{8,128}$`)
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9._~:-]{16,1000}$`)
)

// form is what a person has filled in.
type form struct {
	token, id, secret, redirect string
	mute                        bool // the sign-in may not write comments
}

// What is remembered of an account that may not write comments.
const (
	keyComments = "comments"
	commentsOff = "off"
)

func formOf(answers map[string]string) form {
	f := form{id: strings.TrimSpace(answers[keyID]), secret: strings.TrimSpace(answers[keySecret]), redirect: strings.TrimSpace(answers[keyRedirect])}
	f.token = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(answers[keyToken]), "Bearer "))
	if f.redirect == "" {
		f.redirect = redirectURL
	}
	return f
}

// ask asks for everything, with what is no secret filled in.
func (f form) ask() network.Step {
	redirect := f.redirect
	if redirect == "" {
		redirect = redirectURL
	}
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyToken, Label: "Access token", Help: tokenHelp, Secret: true, Link: appsPage},
		{Key: keyID, Label: "Instagram app ID", Help: idHelp, Default: f.id, Optional: true},
		{Key: keySecret, Label: "Instagram app secret", Help: secretHelp, Secret: true, Optional: true},
		{Key: keyRedirect, Label: "Redirect address", Help: redirectHelp, Default: redirect, Optional: true},
	}}
}

// Connect takes a token from the application's dashboard, or signs in to the application in the browser.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == turnCode && !answers.Carry.IsZero() {
		return n.finishSignIn(ctx, c, answers)
	}
	if answers.Name != turnApp {
		return form{}.ask(), nil
	}
	f := formOf(answers.Answers)
	if reason, about, wrong := f.wrong(); wrong != "" {
		return f.ask().Because(reason, about, wrong), nil
	}
	if f.token == "" {
		return n.beginSignIn(f)
	}
	// How old the token is nobody tells. In a day it can be renewed, and then its end is known.
	return n.connected(ctx, c, f, f.token, time.Now().Add(youngest))
}

// wrong says what is wrong with the answers as they look, "" if nothing is.
func (f form) wrong() (reason network.Reason, about, text string) {
	u, err := url.Parse(f.redirect)
	switch {
	case f.token != "" && !tokenForm.MatchString(f.token):
		return network.ReasonMalformed, keyToken, "This is no access token; copy it again, all of it."
	case f.token != "":
		return "", "", ""
	case f.id == "" && f.secret == "":
		return network.ReasonMissing, keyToken, "Please give the access token from your application's page."
	case f.id == "":
		return network.ReasonMissing, keyID, "Please give the Instagram app ID as well."
	case !appForm.MatchString(f.id):
		return network.ReasonMalformed, keyID, "An Instagram app ID is a number; copy it again."
	case f.secret == "":
		return network.ReasonMissing, keySecret, "Please give the Instagram app secret as well."
	case !secretForm.MatchString(f.secret):
		return network.ReasonMalformed, keySecret, "A secret has only letters and digits; copy it again."
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return network.ReasonMalformed, keyRedirect, "The redirect address begins with https:// and stands so in your application's settings."
	}
	return "", "", ""
}

// profile is the account that a token is for (Instagram API with Instagram login, Get Started, as known in
// 2026, which writes it inside a list; what is seen is the account alone).
type profile struct {
	User   json.RawMessage `json:"user_id"`
	Handle string          `json:"username"`
	Name   string          `json:"name"`
	Type   string          `json:"account_type"`
}

func (p profile) id() string { return strings.Trim(string(p.User), `"`) }

// self reads the account that a token is for.
func self(ctx context.Context, c network.Calls, a network.Account) (profile, error) {
	reply, err := c.Read(ctx, "account", get(a, "/me", url.Values{"fields": {"user_id,username,name,account_type"}}))
	if err != nil {
		return profile{}, asError(err)
	}
	said, err := read[struct {
		profile
		Data []profile `json:"data"`
	}](reply, "the account")
	if err != nil {
		return profile{}, err
	}
	p := said.profile
	if len(said.Data) == 1 {
		p = said.Data[0]
	}
	if !idForm.MatchString(p.id()) || !handleForm.MatchString(p.Handle) {
		return profile{}, unreadable("the account")
	}
	return p, nil
}

// connected ends the conversation with the account that a token is for.
func (n Network) connected(ctx context.Context, c network.Calls, f form, token string, renew time.Time) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: network.SecretOf(map[string]string{tokenField: token}), Expires: renew}
	me, err := self(ctx, c, a)
	switch {
	case err != nil:
		return f.ask().After(err, name, network.ReasonRefused, keyToken, "Instagram does not accept this token. It must be new, and made for a professional account."), nil
	case strings.EqualFold(me.Type, "PERSONAL"):
		return f.ask().Because(network.ReasonWrongKind, "", "This is a personal account. Make it a business or creator account in Instagram's settings."), nil
	}
	a.RemoteID = me.id()
	if f.mute {
		a.Options = map[string]string{keyComments: commentsOff}
	}
	named(&a, me)
	return network.Step{Name: turnDone, Account: &a}, nil
}

// named gives an account the names that it has now.
func named(a *network.Account, p profile) {
	a.Handle, a.Name = p.Handle, network.Printable(p.Name)
	if a.Name == "" {
		a.Name = a.Handle
	}
}

// Verify asks which account a token is for.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	me, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if me.id() != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in is for another account"}
	}
	named(&a, me)
	return a, nil
}
