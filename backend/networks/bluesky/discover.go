package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// maxMetadata is the longest description of a server that is read, in bytes. Real ones have two thousand.
const maxMetadata = 64 << 10

// identity is an account and where it lives.
type identity struct{ did, handle, server string }

// Why an account or its sign-in was not found. These are shown.
var (
	errHandle  = errors.New("this handle does not exist, or its server cannot be found")
	errNoLogin = errors.New("this server offers no sign-in in the browser that Postbag can use; give an app password instead")
)

// locate finds an account's DID and its own server: handle → DID → document → server, and back, since a
// DID that does not name the handle is somebody else's (AT Protocol specification, "Handle", 2026-04).
// A server on this machine is the account's own without a document, which no directory of the web knows.
func locate(ctx context.Context, c network.Calls, server, identifier string) (identity, error) {
	who := identity{did: identifier, server: server}
	if validHandle(identifier) {
		reply, err := c.Read(ctx, "resolve handle", query(server, resolveHandle, "handle", identifier))
		if err != nil {
			return identity{}, err
		}
		if reply.Status >= 500 || reply.Status == 429 {
			return identity{}, judge(reply)
		}
		if !reply.OK() {
			return identity{}, errHandle
		}
		who.did, who.handle = didIn(reply), identifier
	}
	if !validDID(who.did) {
		return identity{}, errHandle
	}
	if isLoopback(server) {
		return who, nil
	}
	doc := documentOf(ctx, c, who.did)
	if who.server = parseDocument(doc, who.did); who.server == "" || numbered(who.server) {
		return identity{}, errHandle
	}
	if who.handle != "" && !namesHandle(doc, who.handle) {
		return identity{}, errHandle
	}
	return who, nil
}

// namesHandle reports whether a DID document has the handle as its first name.
func namesHandle(doc []byte, handle string) bool {
	var d struct {
		Names []string `json:"alsoKnownAs"`
	}
	if json.Unmarshal(doc, &d) != nil {
		return false
	}
	for _, name := range d.Names {
		if rest, ok := strings.CutPrefix(name, "at://"); ok {
			return strings.EqualFold(rest, handle)
		}
	}
	return false
}

// issuer is the server of a sign-in in the browser (RFC 8414).
type issuer struct {
	Name      string   `json:"issuer"`
	Authorize string   `json:"authorization_endpoint"`
	Token     string   `json:"token_endpoint"`
	Push      string   `json:"pushed_authorization_request_endpoint"`
	Scopes    []string `json:"scopes_supported"`
	Proofs    []string `json:"dpop_signing_alg_values_supported"`
	Codes     []string `json:"code_challenge_methods_supported"`
	Clients   []string `json:"token_endpoint_auth_methods_supported"`
	NamesSelf bool     `json:"authorization_response_iss_parameter_supported"`
	Documents bool     `json:"client_id_metadata_document_supported"`
}

// findIssuer asks an account's server who signs its people in, and that one how (AT Protocol
// specification, "OAuth", sections "Authorization Servers" and "Server Metadata", 2026-04). Redirects and
// long documents are not followed and not read; what has no https is not asked.
func findIssuer(ctx context.Context, c network.Calls, server string) (issuer, error) {
	var resource struct {
		Resource string   `json:"resource"`
		Issuers  []string `json:"authorization_servers"`
	}
	if err := describe(ctx, c, "sign-in", server+"/.well-known/oauth-protected-resource", &resource); err != nil {
		return issuer{}, err
	}
	if resource.Resource != server || len(resource.Issuers) != 1 || !public(resource.Issuers[0], server) {
		return issuer{}, errNoLogin
	}
	name := resource.Issuers[0]
	if clean, err := cleanServer(name); err != nil || clean != name { // scheme, host and port alone
		return issuer{}, errNoLogin
	}
	var is issuer
	if err := describe(ctx, c, "sign-in server", name+"/.well-known/oauth-authorization-server", &is); err != nil {
		return issuer{}, err
	}
	switch {
	case is.Name != name, !public(is.Authorize, name), !public(is.Token, name), !public(is.Push, name),
		!slices.Contains(is.Scopes, "atproto"), !slices.Contains(is.Scopes, wideScope), !slices.Contains(is.Proofs, "ES256"),
		!slices.Contains(is.Codes, "S256"), !slices.Contains(is.Clients, "none"), !is.NamesSelf, !is.Documents:
		return issuer{}, errNoLogin
	}
	return is, nil
}

// describe reads one of a server's documents about itself.
func describe(ctx context.Context, c network.Calls, step, address string, into any) error {
	reply, err := c.Read(ctx, step, network.Request{Method: "GET", URL: address, Header: map[string]string{"Accept": "application/json"}})
	switch {
	case err != nil:
		return err
	case reply.Status >= 500 || reply.Status == 429:
		return judge(reply)
	case reply.Status != 200 || len(reply.Body) > maxMetadata || json.Unmarshal(reply.Body, into) != nil:
		return errNoLogin
	}
	return nil
}

// public reports whether an address that from names can be asked: https and a name of the web. What is on
// this machine may name this machine.
func public(address, from string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return false
	}
	origin := u.Scheme + "://" + u.Host
	if isLoopback(origin) {
		return isLoopback(from) && (u.Scheme == "http" || u.Scheme == "https")
	}
	return u.Scheme == "https" && !numbered(origin)
}

// numbered reports whether a server is named by its number, which may be one of somebody's own network.
func numbered(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return true
	}
	_, err = netip.ParseAddr(u.Hostname())
	return err == nil
}
