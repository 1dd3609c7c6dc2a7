package micropub

import (
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of an endpoint, and nothing else: this file is what a reader compares
// with the Recommendation (W3C, Micropub, 2017-05-23) and its extensions.

// Where an account keeps what was found out when it was connected.
const (
	endpointOption    = "endpoint"    // the address of the endpoint
	destinationOption = "destination" // which of several sites behind one endpoint it is, "" if there is one

	tokenField = "token" // of the secret
)

// entry is a new post: microformats 2 in JSON, where every value is a list.
type entry struct {
	Type       []string   `json:"type"`
	Properties properties `json:"properties"`
}

// properties are those of a new post. What begins with mp- is a wish to the endpoint and no part of the
// post. There is no "published": a time that the site's clock has not reached yet makes some sites keep
// the post back.
type properties struct {
	Name        []string `json:"name,omitempty"`
	Content     []string `json:"content,omitempty"` // a string is plain text
	Category    []string `json:"category,omitempty"`
	Photo       []any    `json:"photo,omitempty"` // addresses, or photos
	Video       []string `json:"video,omitempty"`
	Status      []string `json:"post-status,omitempty"`
	Visibility  []string `json:"visibility,omitempty"`
	Slug        []string `json:"mp-slug,omitempty"`
	SyndicateTo []string `json:"mp-syndicate-to,omitempty"`
	Destination []string `json:"mp-destination,omitempty"`
}

// photo is a picture with its description ("Uploading a photo with alt text").
type photo struct {
	Value string `json:"value"`
	Alt   string `json:"alt"`
}

// source is a page of an endpoint's list of posts (extension "query for post list").
type source struct {
	Items  []item `json:"items"`
	Paging *struct {
		After json.RawMessage `json:"after"` // what comes after the page, not there if nothing does
	} `json:"paging"`
}

// item is a post in a list: properties by name, of which each is a list of anything.
type item struct {
	Properties map[string]json.RawMessage `json:"properties"`
}

// request returns a request for the endpoint, with the account's token.
func request(a network.Account, method, address string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: method, URL: address, Header: h}
}

// query returns a question to the endpoint, whose own query stays as it is ("Querying").
func query(a network.Account, q string, more url.Values) network.Request {
	values := url.Values{"q": {q}}
	if d := a.Options[destinationOption]; d != "" {
		values.Set("mp-destination", d)
	}
	for k, v := range more {
		values[k] = v
	}
	address, mark := a.Options[endpointOption], "?"
	if strings.Contains(address, "?") {
		mark = "&"
	}
	return request(a, "GET", address+mark+values.Encode())
}

// maxAddress is how long an address may be: longer ones are nobody's post.
const maxAddress = 2000

// resolve returns the address of a page that an answer names, which may be relative to base.
func resolve(base, address string) (string, bool) {
	if address == "" || len(address) > maxAddress || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "", false
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	if !u.IsAbs() {
		from, err := url.Parse(base)
		if err != nil || from.Host == "" {
			return "", false
		}
		u = from.ResolveReference(u)
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Opaque != "" {
		return "", false
	}
	return u.String(), true
}

// safe reports whether a token may be sent to an address: by https to anywhere but this machine, or to
// this machine if the site is on it.
func safe(site, address string) bool {
	u, err := url.Parse(address)
	from, bad := url.Parse(site)
	if err != nil || bad != nil || u.Host == "" || u.User != nil || u.Fragment != "" || strings.Contains(address, network.KeyMark) {
		return false
	}
	if loopback(from.Hostname()) {
		return u.Scheme == "https" || u.Scheme == "http" && loopback(u.Hostname())
	}
	return u.Scheme == "https" && !loopback(u.Hostname())
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}

// originOf is an address without its path, "" if it cannot be read.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the site", err) }

// judgeRead judges the answer to a question that is not a success: a refused question is no refused post.
func judgeRead(r network.Reply) error {
	err := judge(r)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		e.Kind = network.Ambiguous
	}
	return err
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the site's answer about " + what + " cannot be read"}
}
