package micropub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"postbag/backend/network"
)

// rel is how a page says which of its links is the endpoint (registered with IANA by the Recommendation).
const rel = "micropub"

// maxMoves is how many redirects are followed from the address that a person typed.
const maxMoves = 5

var (
	errNoEndpoint = errors.New("the page names no Micropub endpoint")
	errNoPage     = errors.New("there is no page")
	errUnsafe     = errors.New("the endpoint is not at a safe address")
)

// discover reads the page of a site and returns its final address and the endpoint that it names
// ("Endpoint Discovery"). No token is sent. Redirects are followed by https alone.
func discover(ctx context.Context, c network.Calls, site string) (final, endpoint string, err error) {
	for n := 1; n <= maxMoves+1; n++ {
		r := network.Request{Method: "GET", URL: site, Header: map[string]string{"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"}}
		reply, err := c.Read(ctx, fmt.Sprintf("site %d", n), r)
		if err != nil {
			return site, "", asError(err)
		}
		if reply.Status >= 300 && reply.Status < 400 {
			to, ok := resolve(site, reply.Header["Location"])
			if !ok || !safe(site, withoutFragment(to)) {
				return site, "", errUnsafe
			}
			site = withoutFragment(to)
			continue
		}
		switch {
		case reply.Status == 404 || reply.Status == 410:
			return site, "", errNoPage
		case reply.Status != 200:
			return site, "", judgeRead(reply)
		}
		found := inHeader(reply.Header["Link"])
		base := site
		if found == "" {
			found, base = inPage(site, reply.Body)
		}
		if found == "" {
			return site, "", errNoEndpoint
		}
		address, ok := resolve(base, found)
		if !ok || !safe(site, address) {
			return site, "", errUnsafe
		}
		return site, address, nil
	}
	return site, "", errNoPage
}

func withoutFragment(address string) string {
	address, _, _ = strings.Cut(address, "#")
	return address
}

// inHeader returns the target of the first link of a Link header that is the endpoint's (RFC 8288,
// section 3), "" if none is.
func inHeader(header string) string {
	for rest := header; ; {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return ""
		}
		address, after, ok := strings.Cut(after, ">")
		if !ok {
			return ""
		}
		params, next := upToComma(after)
		for _, param := range params {
			name, value, _ := strings.Cut(param, "=")
			if strings.EqualFold(strings.TrimSpace(name), "rel") && isRel(strings.Trim(strings.TrimSpace(value), `"`)) {
				return strings.TrimSpace(address)
			}
		}
		rest = next
	}
}

// upToComma splits the parameters of one link, and returns what comes after it. Commas and semicolons
// in quotes belong to a value.
func upToComma(s string) (params []string, rest string) {
	quoted, start := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			params, start = append(params, s[start:i]), i+1
		case s[i] == ',' && !quoted:
			return append(params, s[start:i]), s[i+1:]
		}
	}
	return append(params, s[start:]), ""
}

// inHead are the tags that a head is made of. Any other begins the body, whether or not it says so (HTML
// Standard, "The in head insertion mode", 2026).
var inHead = []string{"html", "head", "title", "meta", "link", "base", "basefont", "bgsound", "script", "style", "noscript", "noframes", "template"}

// inPage returns the target of the first <link> in the head of a page that is the endpoint's, and what
// it is relative to. Nothing after the head counts: there, visitors may have written.
func inPage(site string, page []byte) (found, base string) {
	base = site
	tokens := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return "", base
		case html.EndTagToken:
			if name, _ := tokens.TagName(); string(name) == "head" {
				return "", base
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := tokens.TagName()
			if !slices.Contains(inHead, string(name)) {
				return "", base
			}
			switch string(name) {
			case "base":
				if to, ok := resolve(site, attributes(tokens, more)["href"]); ok && base == site {
					base = to
				}
			case "link":
				if a := attributes(tokens, more); isRel(a["rel"]) && strings.TrimSpace(a["href"]) != "" {
					return strings.TrimSpace(a["href"]), base
				}
			}
		case html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

// attributes reads those of a tag; of two with one name the first counts.
func attributes(tokens *html.Tokenizer, more bool) map[string]string {
	all := map[string]string{}
	for more {
		var key, value []byte
		key, value, more = tokens.TagAttr()
		if _, twice := all[string(key)]; !twice {
			all[string(key)] = string(value)
		}
	}
	return all
}

// isRel reports whether a list of relations names the endpoint's.
func isRel(list string) bool {
	for _, one := range strings.Fields(list) {
		if strings.EqualFold(one, rel) {
			return true
		}
	}
	return false
}

// siteURL makes an address of what a person types. Addresses elsewhere are https: the page decides where
// the token goes.
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
		return "", errors.New("only https:// keeps your token from others on the way")
	case strings.Trim(strings.ToLower(u.Host), "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") != "":
		return "", errors.New("its name has letters that must be written as xn--")
	}
	return tidy(u), nil
}

// tidy is the address of a site without what does not matter: a query, a port that goes without saying.
func tidy(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	return u.Scheme + "://" + host + path
}
