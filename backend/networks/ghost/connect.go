package ghost

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation, the keys of its answers, and the field of the secret.
const (
	siteStep = "site"
	siteKey  = "site"
	keyKey   = "key"
	keyField = "key"

	oldest = 5 // the first version whose Admin API has no version in its address
)

const (
	siteHelp = "Where readers find it, such as https://example.com, or the API URL that Ghost shows beside the key."
	keyHelp  = "In Ghost: Settings, Integrations, Add custom integration, then copy the Admin API key: 24 letters and digits, a colon, and 64 more."
)

// Connect asks for a site and an Admin API key, and tries them.
func (Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[siteKey])
	key := strings.TrimSpace(answers.Answers[keyKey])
	again := ask(typed)
	_, _, good := splitKey(key)
	switch {
	case answers.Name != siteStep:
		return again, nil
	case typed == "":
		return again.Because(network.ReasonMissing, siteKey, "Please give the address of the site."), nil
	case key == "":
		return again.Because(network.ReasonMissing, keyKey, "Please give an Admin API key."), nil
	case !good:
		return again.Because(network.ReasonMalformed, keyKey, "That is no Admin API key: it has 24 letters and digits, a colon, and 64 more. The Content API key is another."), nil
	}
	server, err := siteURL(typed)
	if err != nil {
		return noSite(again, err), nil
	}
	a := network.Account{Server: server, Secret: network.SecretOf(map[string]string{keyField: key})}
	d, err := open(ctx, c, a, "site")
	if e, ok := errors.AsType[*movedError](err); ok {
		return ask(e.to).Because(network.ReasonElsewhere, siteKey,
			"The site sends its visitors, or those who write there, on to "+e.to+". If that is yours too, try again with it."), nil
	}
	switch {
	case err != nil:
		return again.After(err, "The site", network.ReasonNotFound, siteKey, "There is no Ghost at this address."), nil
	case d.tooOld():
		return again.Because(network.ReasonTooOld, siteKey, "This site's Ghost is version "+d.about.Version+"; it must be 5 or newer."), nil
	}
	if err := d.tryKey(ctx, "key"); err != nil {
		return again.After(err, "The site", network.ReasonRefused, keyKey,
			"The site does not accept this key, or its plan has no custom integrations."), nil
	}
	a.RemoteID, a.Name = siteName(server), network.Printable(d.about.Title)
	a.Handle = a.RemoteID
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(site string) network.Step {
	settings := ""
	if address, err := siteURL(site); err == nil && site != "" {
		settings = address + "/ghost/#/settings/integrations"
	}
	return network.Step{Name: siteStep, Ask: []network.Question{
		{Key: siteKey, Label: "Address of the site", Help: siteHelp, Default: network.Printable(site)},
		{Key: keyKey, Label: "Admin API key", Help: keyHelp, Secret: true, Link: settings},
	}}
}

// noSite asks again after something that siteURL does not take.
func noSite(again network.Step, err error) network.Step {
	return again.Because(network.ReasonMalformed, siteKey, "That is no address of a site: "+err.Error()+".")
}

// tooOld reports whether a site says that it is older than what is spoken here.
func (d *desk) tooOld() bool {
	major, _, _ := strings.Cut(strings.TrimPrefix(d.about.Version, "v"), ".")
	n, err := strconv.Atoi(major)
	return err == nil && n < oldest
}

// movedError says that a site's Admin API is at another address.
type movedError struct{ to string }

func (e *movedError) Error() string { return "the answer was a redirect" }

// moved returns the site that a redirect leads to, "" if it is none. A key is sent to the address that a
// person gave and to no other, so that it is shown and not followed.
func moved(r network.Reply, server string) string {
	if r.Status < 300 || r.Status >= 400 {
		return ""
	}
	to, err := url.Parse(r.Header["Location"])
	if err != nil || to.Host == "" || to.Scheme == "http" && strings.HasPrefix(server, "https:") {
		return ""
	}
	instead, err := siteURL(to.String())
	if err != nil || instead == server {
		return ""
	}
	return instead
}

// siteName is a site's address without its scheme.
func siteName(server string) string {
	_, name, _ := strings.Cut(server, "://")
	return name
}

// siteURL makes a base address of what a person types: "example.com/blog", the address of the admin pages or
// of the API, or one on this machine. Addresses elsewhere are https, since what opens the site goes there.
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
	case u.Scheme == "http" && !network.Loopback(u.Host):
		return "", errors.New("only https:// keeps your key from others on the way")
	case strings.Trim(strings.ToLower(u.Host), "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") != "":
		return "", errors.New("its name has letters that must be written as xn--")
	}
	path, _, _ := strings.Cut(strings.TrimRight(u.EscapedPath(), "/")+"/", "/ghost/")
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host + strings.TrimRight(path, "/"), nil
}
