package oauth

import (
	"encoding/json"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// maxRequestURI is the longest name of a pushed authorization that is taken, in bytes.
const maxRequestURI = 2 << 10

// Push returns the request that tells a server of a before the browser goes there (RFC 9126): what a
// person is asked to allow then stands in no address. c is a.ClientID's client.
func (c Client) Push(endpoint string, a Authorization) (network.Request, error) {
	form := url.Values{}
	if err := a.into(form); err != nil {
		return network.Request{}, err
	}
	return c.request(endpoint, form), nil
}

// ParsePushed reads the answer to Push: the name that the server has given the authorization. Its errors
// are of the kinds of ParseToken, and none quotes the answer.
func ParsePushed(r network.Reply) (string, error) {
	if r.Status == 429 {
		return "", &network.Error{Kind: network.Throttled, Message: "the server asks to wait before signing in", Wait: network.RetryAfter(r)}
	}
	var said struct {
		Name        string `json:"request_uri"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	switch {
	case len(r.Body) > maxToken:
		return "", unusable("it is too long")
	case json.Unmarshal(r.Body, &said) != nil:
		return "", unusable("it is not JSON")
	case r.Status == 400 || r.Status == 401:
		return "", refusal(said.Error, said.Description)
	case r.Status != 201 && r.Status != 200: // RFC 9126, 2.2: 201
		return "", unusable("it has another status")
	case !visible(said.Name) || len(said.Name) > maxRequestURI:
		return "", unusable("it names no authorization")
	}
	return said.Name, nil
}

// PushedURL returns the address for the browser, for an authorization that was pushed as requestURI
// (RFC 9126, 4). The endpoint is held to the rules of Authorization.URL.
func PushedURL(endpoint, clientID, requestURI string) (string, error) {
	u, err := browserAddress(endpoint)
	if err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("client_id", clientID)
	q.Set("request_uri", requestURI)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// LoopbackClient is the client_id of an app that has no document of its own on the web, where a server
// derives what it would say (AT Protocol specification, "OAuth", section "Localhost Client Development",
// 2026-04): the callback, whose port does not count and is left out, and the scopes.
func LoopbackClient(redirect string, scopes []string) (string, error) {
	u, err := browserAddress(redirect)
	if err != nil || u.Scheme != "http" || u.Hostname() == "localhost" || u.RawQuery != "" {
		return "", errRedirect
	}
	host := u.Hostname()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	u.Host = host
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "http://localhost?redirect_uri=" + escape(u.String()) + "&scope=" + escape(strings.Join(scopes, " ")), nil
}
