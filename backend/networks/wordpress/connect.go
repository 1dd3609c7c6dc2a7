package wordpress

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"postbag/backend/network"
)

// The turn of the conversation, the keys of its answers, and the fields of the secret.
const (
	siteStep    = "site"
	siteKey     = "site"
	userKey     = "user"
	passwordKey = "password"

	userField     = "user"
	passwordField = "password"
)

const (
	siteHelp     = "Where readers find it, such as https://example.com or https://example.com/blog."
	userHelp     = "The name or e-mail address you sign in to the site with. The role must be Author or higher."
	passwordHelp = "On the site: Users, Profile, Application Passwords, then Add New. It looks like xxxx xxxx xxxx xxxx xxxx xxxx."
)

// Connect asks for a site, a user and an application password, and tries them.
func (Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[siteKey])
	name := strings.TrimSpace(answers.Answers[userKey])
	password := withoutSpace(answers.Answers[passwordKey])
	again := ask(typed, name)
	switch {
	case answers.Name != siteStep:
		return again, nil
	case typed == "":
		return again.Because(network.ReasonMissing, siteKey, "Please give the address of the site."), nil
	case name == "":
		return again.Because(network.ReasonMissing, userKey, "Please give your user name."), nil
	case strings.Contains(name, ":") || len(name) > 200:
		return again.Because(network.ReasonMalformed, userKey, "A user name has no colon and at most 200 letters."), nil
	case password == "":
		return again.Because(network.ReasonMissing, passwordKey, "Please give an application password. "+passwordHelp), nil
	case len(password) > 200:
		return again.Because(network.ReasonMalformed, passwordKey, "That is too long for an application password."), nil
	}
	site, err := siteURL(typed)
	if err != nil {
		return noSite(again, err), nil
	}
	a := network.Account{Secret: network.SecretOf(map[string]string{userField: name, passwordField: password})}
	about, err := discover(ctx, c, site, &a)
	if e, ok := errors.AsType[*movedError](err); ok {
		return ask(e.to, name).Because(network.ReasonElsewhere, siteKey,
			"The site sends visitors on to "+e.to+". If that is yours too, try again with it."), nil
	}
	if errors.Is(err, errNoPasswords) {
		return again.Because(network.ReasonNotAllowed, siteKey,
			"This site has application passwords switched off: they need https, and some security plug-ins forbid them."), nil
	}
	if network.KindOf(err) == network.Rejected {
		return again.After(err, "The site", network.ReasonNotFound, siteKey,
			"There is no WordPress at this address, or its REST API is switched off."), nil
	}
	var who user
	if err == nil {
		who, err = self(ctx, c, a)
	}
	if err != nil {
		return again.After(err, "The site", network.ReasonRefused, passwordKey,
			"The site does not accept this user name and application password. "+
				"If they are right, its web server keeps the Authorization header from WordPress."), nil
	}
	if lacks := who.lacks(); lacks != "" {
		return again.Because(network.ReasonNotAllowed, userKey, "This user cannot be used: "+lacks+"."), nil
	}
	a.RemoteID, a.Handle, a.Name = remoteID(a, who), handle(a, who), network.Printable(about.Name)
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(site, user string) network.Step {
	profile := ""
	if address, err := siteURL(site); err == nil && site != "" {
		profile = address + "/wp-admin/profile.php"
	}
	return network.Step{Name: siteStep, Ask: []network.Question{
		{Key: siteKey, Label: "Address of the site", Help: siteHelp, Default: network.Printable(site)},
		{Key: userKey, Label: "User name", Help: userHelp, Default: network.Printable(user)},
		{Key: passwordKey, Label: "Application password", Help: passwordHelp, Secret: true, Link: profile},
	}}
}

// noSite asks again after something that siteURL does not take.
func noSite(again network.Step, err error) network.Step {
	return again.Because(network.ReasonMalformed, siteKey, "That is no address of a site: "+err.Error()+".")
}

// errNoPasswords says that a site knows no application passwords.
var errNoPasswords = errors.New("the site has application passwords switched off")

// movedError says that a site is at another address.
type movedError struct{ to string }

func (e *movedError) Error() string { return "the site is at " + e.to }

// discover finds the root of a site's API, and writes it into the account. The password goes nowhere but
// to the address that a person gave, and only if the site describes itself to nobody else (handbook,
// "Require authentication for all requests"); a redirect is shown and not followed.
func discover(ctx context.Context, c network.Calls, site string, a *network.Account) (about index, err error) {
	var last error
	for i, root := range []string{"/wp-json", byParameter} {
		at := network.Account{Server: site + root}
		reply, err := c.Read(ctx, "site "+strconv.Itoa(i+1), request(at, "GET", "/", nil))
		if err == nil && (reply.Status == 401 || reply.Status == 403) {
			at.Secret = a.Secret
			reply, err = c.Read(ctx, "site "+strconv.Itoa(i+1)+" signed in", request(at, "GET", "/", nil))
		}
		if err != nil {
			return about, err
		}
		if reply.Status == 200 && json.Unmarshal(reply.Body, &about) == nil && slices.Contains(about.Namespaces, "wp/v2") {
			var ways map[string]json.RawMessage
			if json.Unmarshal(about.Authentication, &ways) != nil || ways["application-passwords"] == nil {
				return about, errNoPasswords
			}
			a.Server = at.Server
			return about, nil
		}
		if to := moved(reply, site, root); to != "" {
			return about, &movedError{to}
		}
		if kind := network.KindOf(judge(reply)); !reply.OK() && (kind == network.Throttled || kind == network.Reauth) {
			return about, judge(reply)
		}
		last = network.Reject("", "there is no WordPress here")
	}
	return about, last
}

// moved returns the site that a redirect leads to, "" if it is none.
func moved(r network.Reply, site, root string) string {
	if r.Status < 300 || r.Status >= 400 {
		return ""
	}
	to, err := url.Parse(r.Header["Location"])
	if err != nil || to.Host == "" {
		return ""
	}
	if to.Scheme == "http" && strings.HasPrefix(site, "https:") {
		return ""
	}
	path, _, _ := strings.Cut(to.String(), root)
	instead, err := siteURL(path)
	if err != nil || instead == site {
		return ""
	}
	return instead
}

// self reads the user that a password belongs to.
func self(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	query := url.Values{"context": {"edit"}, "_fields": {userFields}}
	reply, err := c.Read(ctx, "user", request(a, "GET", "/wp/v2/users/me", query))
	if err != nil {
		return user{}, asError(err)
	}
	if !reply.OK() {
		return user{}, judge(reply)
	}
	var who user
	if reply.Status != 200 || json.Unmarshal(reply.Body, &who) != nil || who.ID <= 0 {
		return user{}, unreadable("the user")
	}
	return who, nil
}

// lacks says what a user may not do that publishing needs, "" if nothing.
func (u user) lacks() string {
	switch {
	case !u.Capabilities["publish_posts"]:
		return "the role on this site does not allow to publish; it must be Author or higher"
	case !u.Capabilities["upload_files"]:
		return "the role on this site does not allow to upload pictures"
	}
	return ""
}

// remoteID is a user of a site: ids are each site's own, and all begin with 1.
func remoteID(a network.Account, who user) string {
	return strconv.FormatInt(who.ID, 10) + "@" + siteName(a)
}

func handle(a network.Account, who user) string {
	name := network.Printable(who.Slug)
	if name == "" {
		name = strconv.FormatInt(who.ID, 10)
	}
	return name + "@" + siteName(a)
}

// siteName is a site's address without its scheme.
func siteName(a network.Account) string {
	_, name, _ := strings.Cut(home(a), "://")
	return name
}

// withoutSpace drops the spaces that application passwords are shown with.
func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// siteURL makes a base address of what a person types: "example.com/blog", the address of its sign-in
// page, or one on this machine. Addresses elsewhere are https, since the password goes there.
func siteURL(typed string) (string, error) {
	text := strings.TrimSpace(typed)
	if len(text) > 300 {
		return "", errors.New("it is too long")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return "", errors.New("it cannot be read as an address")
	case u.User != nil:
		return "", errors.New("an address with a user name or password in it is not taken")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the address must begin with https://")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("only https:// keeps your password from others on the way")
	case strings.Trim(strings.ToLower(u.Host), "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") != "":
		return "", errors.New("its name has letters that must be written as xn--")
	}
	path := u.EscapedPath()
	for _, part := range []string{"/wp-json", "/wp-admin", "/wp-login.php", "/index.php"} {
		path, _, _ = strings.Cut(path, part)
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host + strings.TrimRight(path, "/"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
