package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// Where a server's name says which homeserver is behind it (client-server API, "Well-known URI", read
// 2026-11), and how many redirects are followed there ("SHOULD", wellknown.yaml, 2026-07-21).
const (
	wellKnown     = "/.well-known/matrix/client"
	mostRedirects = 3
)

// sayServer asks for what could not be found out.
const sayServer = "Give the address of the homeserver, such as https://matrix.example.org."

// discover finds the homeserver of a user: the address that was typed, or what the user's server says
// at its well-known place, or that server itself if it says nothing. What is found must answer as a
// homeserver does. It returns the base of its addresses, or what to tell the person.
func discover(ctx context.Context, c network.Calls, user, typed string) (base string, bad again) {
	_, name, _ := strings.Cut(user, ":")
	if typed != "" {
		if !strings.Contains(typed, "://") {
			typed = "https://" + typed
		}
		server, err := baseURL(typed)
		if err != nil {
			return "", because(network.ReasonMalformed, serverKey, "This is no address of a server: "+err.Error()+".")
		}
		return server, speaks(ctx, c, server)
	}
	said, bad := askWellKnown(ctx, c, hostOf(name))
	if bad != nil {
		return "", bad
	}
	if said == "" {
		said = "https://" + name
	}
	server, err := baseURL(said)
	if err != nil {
		return "", because(network.ReasonNotUnderstood, serverKey, "The server "+name+" names an address that cannot be used: "+err.Error()+". "+sayServer)
	}
	return server, speaks(ctx, c, server)
}

// hostOf cuts the port off a server's name.
func hostOf(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 && !strings.HasSuffix(name, "]") {
		return name[:i]
	}
	return name
}

// askWellKnown returns the address that a host names, "" if it has no such place.
func askWellKnown(ctx context.Context, c network.Calls, host string) (base string, bad again) {
	address := "https://" + host + wellKnown
	for range 1 + mostRedirects {
		reply, err := c.Read(ctx, "well-known", network.Request{
			Method: "GET", URL: address, Header: map[string]string{"Accept": "application/json"},
		})
		if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.NotSent {
			return "", because(network.ReasonUnreachable, serverKey, "The server "+host+" cannot be reached. "+sayServer)
		}
		if err != nil {
			break
		}
		if next := redirect(address, reply); next != "" {
			address = next
			continue
		}
		if reply.Status == 404 {
			return "", nil
		}
		var said struct {
			Homeserver struct {
				Base string `json:"base_url"`
			} `json:"m.homeserver"`
		}
		if reply.Status != 200 || json.Unmarshal(reply.Body, &said) != nil || said.Homeserver.Base == "" {
			break
		}
		return said.Homeserver.Base, nil
	}
	return "", because(network.ReasonNotUnderstood, serverKey, "The server "+host+" does not say where its homeserver is. "+sayServer)
}

// redirect returns where an answer points to, "" if it points nowhere that may be asked.
func redirect(from string, reply network.Reply) string {
	if reply.Status < 301 || reply.Status > 308 || reply.Header["Location"] == "" {
		return ""
	}
	base, err := url.Parse(from)
	if err != nil {
		return ""
	}
	to, err := base.Parse(reply.Header["Location"])
	if err != nil || to.Scheme != "https" || to.User != nil || to.Host == "" {
		return ""
	}
	to.Fragment = ""
	return to.String()
}

// speaks makes sure that a homeserver answers at base which knows the present API, or says what is wrong.
func speaks(ctx context.Context, c network.Calls, base string) (bad again) {
	var said struct {
		Versions []string `json:"versions"`
	}
	err := read(ctx, c, "versions", "its versions", request("GET", network.Account{Server: base}, "/_matrix/client/versions"), &said)
	if err != nil {
		return because(network.ReasonNotFound, serverKey, "There is no homeserver at "+base+". "+sayServer)
	}
	for _, v := range said.Versions {
		if strings.HasPrefix(v, "v1.") || v == "v1" {
			return nil
		}
	}
	return because(network.ReasonTooOld, serverKey, "The homeserver at "+base+" is too old for Postbag: it does not know version 1.1 of the specification.")
}

// baseURL reads the address of a homeserver. Addresses elsewhere are https; user names, queries and
// fragments are refused, since the password goes there.
func baseURL(text string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	switch {
	case err != nil || len(text) > 300:
		return "", errors.New("it cannot be read")
	case u.User != nil:
		return "", errors.New("an address with a user name or password in it is not taken")
	case u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return "", errors.New("it has more than a host and a path")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("only https:// keeps your password from others on the way")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("it must begin with https://")
	case !validServer(u.Host):
		return "", errors.New("its host has letters, digits, dots and hyphens; others are written as xn--")
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
