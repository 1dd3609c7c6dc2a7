package threads

import (
	"context"
	"net/url"
	"regexp"
	"slices"
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
	tokenHelp    = "1. At Meta for Developers, create an app with the use case Access the Threads API, and add the permissions threads_content_publish, threads_manage_replies, threads_read_replies and threads_delete. 2. Add your account as a Threads tester, and accept that in the settings of Threads. 3. With the User token generator, make an access token. 4. Copy it here; nothing else is needed."
	idHelp       = "Only if you have no token: the Threads app ID, in the settings of the use case. It is not the ID of the Meta app."
	secretHelp   = "The Threads app secret, below the ID."
	redirectHelp = "As it is among the redirect callback URLs of the use case. Threads takes only https there. The page need not exist."
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
type form struct{ token, id, secret, redirect string }

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
		{Key: keyID, Label: "Threads app ID", Help: idHelp, Default: f.id, Optional: true},
		{Key: keySecret, Label: "Threads app secret", Help: secretHelp, Secret: true, Optional: true},
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
		return network.ReasonMissing, keyID, "Please give the Threads app ID as well."
	case !appForm.MatchString(f.id):
		return network.ReasonMalformed, keyID, "An Threads app ID is a number; copy it again."
	case f.secret == "":
		return network.ReasonMissing, keySecret, "Please give the Threads app secret as well."
	case !secretForm.MatchString(f.secret):
		return network.ReasonMalformed, keySecret, "A secret has only letters and digits; copy it again."
	case err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return network.ReasonMalformed, keyRedirect, "The redirect address begins with https:// and stands so in your application's settings."
	}
	return "", "", ""
}

// profile is the account that a token is for (the collection, fields_profile).
type profile struct {
	ID     string `json:"id"`
	Handle string `json:"username"`
	Name   string `json:"name"`
}

// self reads the account that a token is for.
func self(ctx context.Context, c network.Calls, a network.Account) (profile, error) {
	reply, err := c.Read(ctx, "account", get(a, "/me", url.Values{"fields": {"id,username,name"}}))
	if err != nil {
		return profile{}, asError(err)
	}
	p, err := read[profile](reply, "the account")
	if err != nil {
		return profile{}, err
	}
	if !idForm.MatchString(p.ID) || !handleForm.MatchString(p.Handle) {
		return profile{}, unreadable("the account")
	}
	return p, nil
}

// connected ends the conversation with the account that a token is for.
func (n Network) connected(ctx context.Context, c network.Calls, f form, token string, renew time.Time) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: network.SecretOf(map[string]string{tokenField: token}), Expires: renew}
	me, err := self(ctx, c, a)
	if err != nil {
		return f.ask().After(err, name, network.ReasonRefused, keyToken, "Threads does not accept this token; make a new one."), nil
	}
	a.RemoteID = me.ID
	named(&a, me)
	if missing := lacking(ctx, c, a, needed); missing != "" {
		return f.ask().Because(network.ReasonNotAllowed, "", "The sign-in lacks the permission "+missing+"; add it to the application, and allow it."), nil
	}
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
	if me.ID != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in is for another account"}
	}
	named(&a, me)
	if missing := lacking(ctx, c, a, needed[:1]); missing != "" {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in lacks the permission " + missing + "; connect the account again with it"}
	}
	return a, nil
}

// lacking returns the first of the permissions that a token does not have (docDebug), "" if it has all of them
// or Threads does not say: what it lets an account do is seen when it posts.
func lacking(ctx context.Context, c network.Calls, a network.Account, want []string) string {
	r := get(a, "/debug_token", nil)
	r.URL = a.Server + version + "/debug_token?access_token=" + network.KeyMark + "&input_token=" + network.KeyMark
	reply, err := c.Read(ctx, "permissions", r)
	if err != nil {
		return ""
	}
	said, err := read[struct {
		Data struct {
			Valid  bool     `json:"is_valid"`
			Scopes []string `json:"scopes"`
		} `json:"data"`
	}](reply, "the permissions")
	if err != nil || !said.Data.Valid || len(said.Data.Scopes) == 0 {
		return ""
	}
	for _, scope := range want {
		if !slices.Contains(said.Data.Scopes, scope) {
			return scope
		}
	}
	return ""
}
