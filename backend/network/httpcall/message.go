package httpcall

import (
	"errors"
	"fmt"
	"maps"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// expectFrom is the size, in bytes, from which a body asks for leave before it is sent.
// curl draws the line at the same place (curl 8, lib/http.h, read 2026-11).
const expectFrom = 1 << 20

// target is where a request goes. Only host may be shown.
type target struct {
	secure bool
	host   string // without port and brackets
	port   string
	header string // what the Host header says
	path   string // path and query as they stand in the request line
}

// parseTarget reads an address. Errors do not repeat it: a query can hold a secret.
func parseTarget(address string) (target, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return target{}, refused("the address cannot be read")
	}
	t := target{secure: u.Scheme == "https", host: strings.ToLower(u.Hostname()), port: u.Port(), header: u.Host, path: u.RequestURI()}
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return target{}, refused("only https addresses can be asked")
	case u.User != nil:
		return target{}, refused("an address with a name or password in it is not asked")
	case t.host == "" || strings.Trim(t.host, "abcdefghijklmnopqrstuvwxyz0123456789-._:") != "":
		return target{}, refused("the host name is not written in plain ASCII")
	case !t.secure && t.host != "127.0.0.1" && t.host != "::1" && t.host != "localhost":
		return target{}, refused("a connection to " + t.host + " without encryption is not made; use https")
	case strings.ContainsFunc(t.path, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return target{}, refused("the address has characters that must be percent-encoded")
	}
	if t.port == "" {
		t.port, t.header = "80", strings.TrimSuffix(t.header, ":")
		if t.secure {
			t.port = "443"
		}
	}
	if n, err := strconv.ParseUint(t.port, 10, 16); err != nil || n == 0 {
		return target{}, refused("the address has an impossible port")
	}
	return t, nil
}

// message is a request ready to be written.
type message struct {
	method string
	head   []byte
	expect bool
	body   *body
}

// own are the headers that say how the message is framed; a request may not set them.
var own = []string{
	"Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te",
	"Trailer", "Transfer-Encoding", "Upgrade",
}

// message writes the request line and headers. Errors name a header and never repeat its value.
func (c *Client) message(t target, r network.Request) (message, error) {
	m := message{method: methodOf(r)}
	if !isToken(m.method) {
		return m, refused("the method is not a word")
	}
	if len(r.Files) > 0 {
		return m, refused("a set of files goes to a folder, not to a server")
	}
	header := map[string]string{"User-Agent": c.agent, "Accept-Encoding": "identity"}
	asked := map[string]bool{}
	for name, value := range r.Header {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		switch {
		case !isToken(name):
			return m, refused("a header has a name that is not a word")
		case slices.Contains(own, canonical):
			return m, refused("the header " + canonical + " is set by the carrier")
		case asked[canonical]:
			return m, refused("the header " + canonical + " is given twice")
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return m, refused("the header " + canonical + " has a line break or a control character in its value")
		}
		asked[canonical] = true
		header[canonical] = value
	}

	size := r.Body.Len()
	m.expect = size >= expectFrom
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", m.method, t.path, t.header)
	if size > 0 || m.method == "POST" || m.method == "PUT" || m.method == "PATCH" { // RFC 9110, 8.6
		fmt.Fprintf(&b, "Content-Length: %d\r\n", size)
	}
	if m.expect {
		b.WriteString("Expect: 100-continue\r\n")
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(&b, "%s: %s\r\n", name, header[name])
	}
	b.WriteString("\r\n")
	m.head = []byte(b.String())
	return m, nil
}

// refused is what a request is told that cannot be sent as it is.
func refused(message string) *network.Error {
	return notSent("this request cannot be sent", errors.New(message))
}

// methodOf returns the method of a request, which is GET if it names none.
func methodOf(r network.Request) string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

// isToken reports whether s is a token of RFC 9110, 5.6.2.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
