package facebook

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
)

// The turns of the conversation and the keys of its answers. The last turn asks which Page, where there are
// several.
const (
	turnApp  = "app"
	turnCode = "code"
	turnPage = "page"
	turnDone = "done"

	keyID      = "app_id"
	keySecret  = "app_secret"
	keyToken   = "token"
	keyAddress = "address"
	keyPage    = "page"
)

const (
	appsPage     = "https://developers.facebook.com/apps"
	explorerPage = "https://developers.facebook.com/tools/explorer"
	idHelp       = "1. At Meta for Developers: Create app, with the use case Manage everything on your Page. " +
		"2. To the use case add pages_show_list, pages_manage_posts, pages_manage_engagement (for first comments), pages_read_engagement and business_management. " +
		"3. In the settings of Facebook Login, add " + redirectURL + " to the valid OAuth redirect URIs. " +
		"4. Publish the app: what an unpublished app posts is seen only by its own people. The app ID is under App settings, Basic."
	secretHelp = "Under App settings, Basic, beside the app ID."
	tokenHelp  = "Leave it empty to sign in with your browser. Otherwise: a user token or a Page token of this app from the Graph API Explorer, " +
		"with pages_show_list, pages_manage_posts, pages_manage_engagement and pages_read_engagement."
	addressHelp = "After you agree, the browser shows a page that cannot be opened. Copy its whole address; it begins with " + redirectURL + " and has code= in it."
	pageHelp    = "The name of the Page, or its number."
)

// The forms of what a person copies. The token goes into an address once; no document promises its form.
var (
	appForm    = regexp.MustCompile(`^[0-9]{5,32}$`)
	secretForm = regexp.MustCompile(`^[A-Za-z0-9]{8,128}$`)
	tokenForm  = regexp.MustCompile(`^[A-Za-z0-9._~:-]{16,1000}$`)
)

// taskCreate is what a person must be able to do on a Page (docPosts).
const taskCreate = "CREATE_CONTENT"

// form is what a person has filled in.
type form struct {
	id, secret, token string
	mute              bool // the sign-in may not write comments
}

// What is remembered of an account that may not write comments.
const (
	keyComments = "comments"
	commentsOff = "off"
)

func formOf(answers map[string]string) form {
	get := func(key string) string { return strings.TrimSpace(answers[key]) }
	return form{id: get(keyID), secret: get(keySecret), token: strings.TrimSpace(strings.TrimPrefix(get(keyToken), "Bearer "))}
}

// ask asks for the application, with what is no secret filled in.
func (f form) ask() network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyID, Label: "App ID", Help: idHelp, Default: network.Printable(f.id), Link: appsPage},
		{Key: keySecret, Label: "App secret", Help: secretHelp, Secret: true},
		{Key: keyToken, Label: "Access token", Help: tokenHelp, Secret: true, Optional: true, Link: explorerPage},
	}}
}

// Connect asks for an application, and signs in to it with the browser, or takes a token that was made for
// it. Every Page is a channel of its own.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnPage && !answers.Carry.IsZero():
		f := form{id: carry(carryID), secret: carry(carrySecret), mute: carry(carryMute) != ""}
		return n.choose(ctx, c, f, carry(carryToken), strings.TrimSpace(answers.Answers[keyPage]), true)
	case answers.Name != turnApp:
		return form{}.ask(), nil
	}
	f := formOf(answers.Answers)
	if reason, about, wrong := f.wrong(); wrong != "" {
		return f.ask().Because(reason, about, wrong), nil
	}
	if f.token == "" {
		return n.beginSignIn(f), nil
	}
	return n.pasted(ctx, c, f)
}

// wrong says what is wrong with the answers as they look, "" if nothing is.
func (f form) wrong() (reason network.Reason, about, text string) {
	switch {
	case f.id == "":
		return network.ReasonMissing, keyID, "Please give the app ID."
	case !appForm.MatchString(f.id):
		return network.ReasonMalformed, keyID, "An app ID is a number; copy it again."
	case f.secret == "":
		return network.ReasonMissing, keySecret, "Please give the app secret."
	case !secretForm.MatchString(f.secret):
		return network.ReasonMalformed, keySecret, "An app secret has only letters and digits; copy it again."
	case f.token != "" && !tokenForm.MatchString(f.token):
		return network.ReasonMalformed, keyToken, "This is no access token; copy it again, all of it."
	}
	return "", "", ""
}

// account is one that a token asks with.
func (n Network) account(token string) network.Account {
	return network.Account{Server: n.api, Secret: network.SecretOf(map[string]string{tokenField: token})}
}

// pasted takes a token that the person made: that of a person, which is exchanged for a lasting one, or that
// of a Page, which is taken as it is.
func (n Network) pasted(ctx context.Context, c network.Calls, f form) (network.Step, error) {
	is, again := n.inspect(ctx, c, f, f.token)
	switch {
	case again != nil:
		return *again, nil
	case is.Kind == kindUser:
		f.mute = is.mute()
		return n.lasting(ctx, c, f, f.token)
	}
	f.mute = is.mute()
	a := n.account(f.token)
	if is.Expires > 0 {
		a.Expires = time.Unix(is.Expires, 0).UTC()
	}
	reply, err := c.Read(ctx, "page", request(a, "GET", "/me", url.Values{"fields": {"id,name,username"}}))
	if err != nil {
		return f.ask().After(asError(err), name, network.ReasonRefused, keyToken, ""), nil
	}
	own, err := read[page](reply, "the Page")
	if err != nil {
		return f.ask().After(err, name, network.ReasonRefused, keyToken, "Facebook does not say whose token this is."), nil
	}
	return n.connected(ctx, c, f, a, own)
}

// choose ends the conversation with the Page that is named, or with the only one, or asks which. again says
// that it was asked before.
func (n Network) choose(ctx context.Context, c network.Calls, f form, token, named string, again bool) (network.Step, error) {
	reply, err := c.Read(ctx, "pages", request(n.account(token), "GET", "/me/accounts", url.Values{"fields": {"id,name,username,access_token,tasks"}, "limit": {"100"}}))
	if err != nil {
		return f.ask().After(asError(err), name, network.ReasonRefused, "", ""), nil
	}
	list, err := read[struct {
		Data *[]page `json:"data"`
	}](reply, "your Pages")
	if err == nil && list.Data == nil {
		err = unreadable("your Pages")
	}
	switch {
	case err != nil:
		return f.ask().After(err, name, network.ReasonNotAllowed, "", "Facebook does not show your Pages. The sign-in needs the permission pages_show_list."), nil
	case len(*list.Data) == 0:
		return f.ask().Because(network.ReasonNotFound, "", "Facebook names no Page that you let this app write on; begin again and choose the Page there."), nil
	}
	pages, silent := *list.Data, ""
	if f.mute {
		silent = commentsOff
	}
	ask := network.Step{
		Name:  turnPage,
		Ask:   []network.Question{{Key: keyPage, Label: "Page", Help: pageHelp, Default: network.Printable(pages[0].Name)}},
		Carry: network.SecretOf(map[string]string{carryID: f.id, carrySecret: f.secret, carryToken: token, carryMute: silent}),
	}
	if len(pages) > 1 {
		if !again {
			return ask, nil
		}
		if named == "" {
			return ask.Because(network.ReasonMissing, keyPage, "Please name the Page."), nil
		}
		pages = slices.DeleteFunc(slices.Clone(pages), func(p page) bool { return !p.called(named) })
	}
	switch {
	case len(pages) == 0:
		return ask.Because(network.ReasonNotFound, keyPage, "None of your Pages has this name."), nil
	case len(pages) > 1:
		return ask.Because(network.ReasonNotFound, keyPage, "Several of your Pages have this name; give the number of the Page."), nil
	}
	own := pages[0]
	switch {
	case len(own.Tasks) > 0 && !slices.Contains(own.Tasks, taskCreate):
		return f.ask().Because(network.ReasonNotAllowed, "", "Facebook does not count you among those who may post on this Page."), nil
	case !tokenForm.MatchString(own.Token):
		return f.ask().After(unreadable("the Page"), name, network.ReasonNotUnderstood, "", ""), nil
	}
	return n.connected(ctx, c, f, n.account(own.Token), own)
}

// called reports whether a Page has a name or a number.
func (p page) called(named string) bool {
	named = strings.TrimPrefix(named, "@")
	return p.ID == named || strings.EqualFold(strings.TrimSpace(p.Name), named) || p.Username != "" && strings.EqualFold(p.Username, named)
}

// connected ends the conversation. The Page's posts are read once: without that no lost answer could ever
// be settled.
func (n Network) connected(ctx context.Context, c network.Calls, f form, a network.Account, own page) (network.Step, error) {
	ask := f.ask()
	if f.mute {
		a.Options = map[string]string{keyComments: commentsOff}
	}
	a.RemoteID = own.ID
	if a.Handle, a.Name = own.handleOf(); !idForm.MatchString(own.ID) || a.Name == "" {
		return ask.After(unreadable("the Page"), name, network.ReasonNotUnderstood, "", ""), nil
	}
	if _, err := listed(ctx, c, a, "posts", shelfOf(a, network.Plan{}), "1", ""); err != nil {
		return ask.After(err, name, network.ReasonNotAllowed, "", "Facebook does not show the Page's posts. The sign-in needs the permission "+scopeRead+"."), nil
	}
	return network.Step{Name: turnDone, Account: &a}, nil
}

// Verify asks whether the token still belongs to the Page.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	reply, err := c.Read(ctx, "page", request(a, "GET", "/me", url.Values{"fields": {"id,name,username"}}))
	if err != nil {
		return a, asError(err)
	}
	own, err := read[page](reply, "the Page")
	if err != nil {
		return a, err
	}
	handle, title := own.handleOf()
	switch {
	case !idForm.MatchString(own.ID) || title == "":
		return a, unreadable("the Page")
	case own.ID != a.RemoteID:
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another Page"}
	}
	a.Handle, a.Name = handle, title
	return a, nil
}
