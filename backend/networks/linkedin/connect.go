package linkedin

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
)

// The turns of the conversation and the keys of its answers.
const (
	turnApp  = "application"
	turnCode = "code"
	turnDone = "done"

	keyID      = "client_id"
	keySecret  = "client_secret"
	keyPage    = "page"
	keyToken   = "token"
	keyVersion = "version"
	keyAddress = "address"
)

const (
	appsPage  = "https://www.linkedin.com/developers/apps"
	tokenPage = "https://www.linkedin.com/developers/tools/oauth/token-generator"
)

// What an application must be allowed to do.
var (
	memberScopes = []string{"openid", "profile", "w_member_social"}
	pageScopes   = []string{"w_organization_social", "r_organization_social", "rw_organization_admin"}
)

// longest is how long LinkedIn's tokens live (learn.microsoft.com, LinkedIn, Authorization Code Flow, 2026).
const longest = 60 * 24 * time.Hour

// form is what a person has filled in.
type form struct{ id, secret, page, token, version string }

func formOf(answers map[string]string) form {
	get := func(key string) string { return strings.TrimSpace(answers[key]) }
	return form{
		id: get(keyID), secret: get(keySecret), page: get(keyPage), version: get(keyVersion),
		token: strings.TrimSpace(strings.TrimPrefix(get(keyToken), "Bearer ")),
	}
}

// ask asks for the application, with what is no secret filled in.
func (f form) ask() network.Step {
	version := f.version
	if version == "" {
		version = apiVersion
	}
	return network.Step{Name: turnApp, Ask: []network.Question{
		{
			Key: keyID, Label: "Client ID", Default: f.id, Link: appsPage,
			Help: "1. In LinkedIn's developer portal: Create app. It wants the LinkedIn page of a company (one of your own is quickly made) and a logo. " +
				"2. Under Products add Share on LinkedIn and Sign In with LinkedIn using OpenID Connect. " +
				"3. Under Auth add the redirect URL " + redirectURL + ". The Client ID is on the same page.",
		},
		{Key: keySecret, Label: "Client secret", Help: "Under Auth, below the Client ID.", Secret: true},
		{
			Key: keyPage, Label: "Page", Default: f.page, Optional: true,
			Help: "Leave it empty to post on your own profile. For a page you look after: the address of its admin view, such as " +
				"https://www.linkedin.com/company/12345/admin/. The application then needs the product Community Management API, which LinkedIn reviews.",
		},
		{
			Key: keyToken, Label: "Access token", Secret: true, Optional: true, Link: tokenPage,
			Help: "Leave it empty to sign in with your browser. Otherwise: the portal's token generator, with openid, profile and w_member_social " +
				"(for a page: w_organization_social, r_organization_social and rw_organization_admin).",
		},
		{
			Key: keyVersion, Label: "API version", Default: version, Optional: true,
			Help: "Leave it as it is, unless LinkedIn says that it is too old: year and month, such as " + apiVersion + ".",
		},
	}}
}

// Connect asks for an application, and signs in to it with the browser, or takes a token that was made
// for it. Who writes is the member, or the page that is named.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == turnCode && !answers.Carry.IsZero() {
		return n.finishSignIn(ctx, c, answers)
	}
	f := formOf(answers.Answers)
	if answers.Name != turnApp {
		return f.ask(), nil
	}
	if reason, about, wrong := f.wrong(); wrong != "" {
		return f.ask().Because(reason, about, wrong), nil
	}
	if f.token == "" {
		return n.beginSignIn(f, answers.Answers["redirect_uri"]), nil
	}
	expires := time.Now().Add(longest) // at the latest
	if f.id != "" && f.secret != "" {
		until, again := n.inspect(ctx, c, f)
		if again != nil {
			return *again, nil
		}
		if !until.IsZero() {
			expires = until
		}
	}
	return n.finish(ctx, c, f, f.token, expires)
}

// wrong says what is wrong with the answers as they look, "" if nothing is.
func (f form) wrong() (reason network.Reason, about, text string) {
	_, page := pageIn(f.page)
	switch {
	case f.token == "" && f.id == "":
		return network.ReasonMissing, keyID, "Please give the Client ID of your application."
	case f.token == "" && f.secret == "":
		return network.ReasonMissing, keySecret, "Please give the client secret of your application."
	case !visible(f.id) || strings.Contains(f.id, "@"):
		return network.ReasonMalformed, keyID, "This is no Client ID; copy it from the application's Auth page."
	case !visible(f.secret):
		return network.ReasonMalformed, keySecret, "A client secret has no spaces; copy it again."
	case !visible(f.token):
		return network.ReasonMalformed, keyToken, "A token has no spaces; copy it again."
	case !page:
		return network.ReasonMalformed, keyPage, "This is no page by its number. Open the page as its admin and copy the address: it looks like https://www.linkedin.com/company/12345/admin/."
	case f.version != "" && !versionForm.MatchString(f.version):
		return network.ReasonMalformed, keyVersion, "A version is a year and a month, such as " + apiVersion + "."
	}
	return "", "", ""
}

// visible reports whether s can stand in a header.
func visible(s string) bool {
	return len(s) <= 4096 && network.Visible(s)
}

var numberForm = regexp.MustCompile(`^[0-9]{1,20}$`)

// pageIn reads the URN of a page from the address of its admin view, its URN or its number, and "" from
// nothing. A page's name in its address is no number, and no application may look it up.
func pageIn(typed string) (urn string, ok bool) {
	if typed == "" {
		return "", true
	}
	if pageForm.MatchString(typed) {
		return typed, true
	}
	if !numberForm.MatchString(typed) {
		u, err := url.Parse(typed)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Host != "linkedin.com" && !strings.HasSuffix(u.Host, ".linkedin.com") {
			return "", false
		}
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) < 2 || !slices.Contains([]string{"company", "showcase", "school"}, parts[0]) || !numberForm.MatchString(parts[1]) {
			return "", false
		}
		typed = parts[1]
	}
	return "urn:li:organization:" + typed, true
}

// finish ends the conversation with the member or page that a token writes as.
func (n Network) finish(ctx context.Context, c network.Calls, f form, token string, expires time.Time) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: network.SecretOf(map[string]string{tokenField: token}), Expires: expires}
	if f.version != "" && f.version != apiVersion {
		a.Options = map[string]string{versionOption: f.version}
	}
	urn, _ := pageIn(f.page)
	if urn == "" {
		who, err := self(ctx, c, a)
		if err != nil {
			return after(f.ask(), err, network.ReasonRefused, keyToken,
				"LinkedIn does not say whose token this is. It needs the permissions openid and profile."), nil
		}
		a.RemoteID, a.Handle, a.Name = "urn:li:person:"+who.Sub, who.Name, who.Name
		return network.Step{Name: turnDone, Account: &a}, nil
	}
	a.RemoteID = urn
	mine, err := looksAfter(ctx, c, a)
	switch {
	case err != nil:
		return after(f.ask(), err, network.ReasonRefused, keyToken, "LinkedIn does not say which pages this token may write on. It needs the permission rw_organization_admin."), nil
	case !mine:
		return f.ask().Because(network.ReasonNotAllowed, keyPage, "LinkedIn does not count you among those who may post on this page."), nil
	}
	if a.Handle, a.Name, err = titles(ctx, c, a); err != nil {
		return after(f.ask(), err, network.ReasonNotFound, keyPage, "LinkedIn does not find this page."), nil
	}
	listed, err := canList(ctx, c, a)
	if err != nil {
		return after(f.ask(), err, network.ReasonNotUnderstood, keyPage, "LinkedIn does not show this page's posts."), nil
	}
	limits := pageLimits(listed)
	a.Limits = &limits
	return network.Step{Name: turnDone, Account: &a}, nil
}

// after says what went wrong; an old version is told by its name.
func after(s network.Step, err error, reason network.Reason, about, refused string) network.Step {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Code == codeVersion {
		return s.Because(network.ReasonRefused, keyVersion, "LinkedIn no longer takes this version of its API; give a newer one.")
	}
	return s.After(err, "LinkedIn", reason, about, refused)
}

// self reads whom a token belongs to.
func self(ctx context.Context, c network.Calls, a network.Account) (userinfo, error) {
	var who userinfo
	reply, err := c.Read(ctx, "member", request(a, "GET", "/v2/userinfo", nil))
	if err != nil {
		return who, asError(err)
	}
	if err := decode(reply, "the member", &who); err != nil {
		return who, err
	}
	if who.Name = network.Printable(who.Name); !personForm.MatchString("urn:li:person:"+who.Sub) || who.Name == "" {
		return who, unreadable("the member")
	}
	return who, nil
}

// writers are the roles that may post on a page (docPosts; learn.microsoft.com, LinkedIn, Organization
// Access Control by Role, which writes the last one in full).
var writers = []string{"ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER", "CONTENT_ADMIN", "CONTENT_ADMINISTRATOR"}

// looksAfter asks whether the token's member may post on an account's page.
func looksAfter(ctx context.Context, c network.Calls, a network.Account) (bool, error) {
	req := request(a, "GET", "/rest/organizationAcls", url.Values{"q": {"roleAssignee"}, "state": {"APPROVED"}, "count": {"100"}})
	req.Header["X-Restli-Method"] = "FINDER"
	reply, err := c.Read(ctx, "roles", req)
	if err != nil {
		return false, asError(err)
	}
	var list acls
	if err := decode(reply, "your pages", &list); err != nil {
		return false, err
	}
	if list.Elements == nil {
		return false, unreadable("your pages")
	}
	for _, it := range list.Elements {
		if (it.Organization == a.RemoteID || it.Target == a.RemoteID) && it.State == "APPROVED" && slices.Contains(writers, it.Role) {
			return true, nil
		}
	}
	return false, nil
}

// titles reads how a page is called.
func titles(ctx context.Context, c network.Calls, a network.Account) (handle, name string, err error) {
	number, _ := pageOf(a)
	reply, err := c.Read(ctx, "page", request(a, "GET", "/rest/organizations/"+number, nil))
	if err != nil {
		return "", "", asError(err)
	}
	var it organization
	if err := decode(reply, "the page", &it); err != nil {
		return "", "", err
	}
	if name = network.Printable(it.Name); name == "" {
		return "", "", unreadable("the page")
	}
	if handle = strings.TrimLeft(network.Printable(it.Vanity), "@"); handle == "" {
		handle = name
	}
	return handle, name, nil
}

// Verify asks whether the token still writes as the account.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	if _, page := pageOf(a); page {
		mine, err := looksAfter(ctx, c, a)
		if err != nil {
			return a, err
		}
		if !mine {
			return a, &network.Error{Kind: network.Reauth, Message: "you may no longer post on this page"}
		}
		handle, name, err := titles(ctx, c, a)
		if err == nil {
			a.Handle, a.Name = handle, name
		}
		return a, err
	}
	who, err := self(ctx, c, a)
	if err != nil {
		return a, err
	}
	if "urn:li:person:"+who.Sub != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the token belongs to another member"}
	}
	a.Handle, a.Name = who.Name, who.Name
	return a, nil
}
