package matrix

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the room, by the page that opens it in any app.
func (Network) Profile(a network.Account) string {
	if p, ok := placeOf(a); ok {
		return p.address("")
	}
	return ""
}

// Linked implements network.Linker: "Share" gives https://matrix.to/#/ROOM/EVENT.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	room, event, _, ok := readLink(link)
	here, known := placeOf(a)
	if !ok || !known || !validEvent(event) || room != here.room && room != a.Handle {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: event, URL: here.address(event)}, true
}

// readLink reads the address of a room, or of an event in one: the two ways that the specification
// has for it (appendices, "Matrix URI scheme" and "matrix.to navigation"). via are servers that are there.
func readLink(link string) (room, event string, via []string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.User != nil {
		return "", "", nil, false
	}
	path, query := "", ""
	switch {
	case u.Scheme == "https" && strings.EqualFold(u.Host, "matrix.to") && strings.Trim(u.Path, "/") == "" && u.RawQuery == "":
		path, query, _ = strings.Cut(strings.TrimPrefix(u.EscapedFragment(), "/"), "?")
	case u.Scheme == "matrix" && u.Host == "":
		path, query = u.Opaque, u.RawQuery
		path = sigils(path)
	default:
		return "", "", nil, false
	}
	parts := strings.Split(path, "/")
	for i := range parts {
		if parts[i], err = url.PathUnescape(parts[i]); err != nil {
			return "", "", nil, false
		}
	}
	room = parts[0]
	if len(parts) > 2 || !validRoom(room) && !validAlias(room) || len(parts) == 2 && !validEvent(parts[1]) {
		return "", "", nil, false
	}
	if len(parts) == 2 {
		event = parts[1]
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return "", "", nil, false
	}
	for _, name := range values["via"] {
		if validServer(name) && len(via) < 5 {
			via = append(via, name)
		}
	}
	return room, event, via, true
}

// sigils writes the path of a matrix: address with the signs that identifiers begin with:
// "roomid/a:b/e/c" is "!a:b/$c".
func sigils(path string) string {
	for _, kind := range []struct{ word, sign string }{{"roomid/", "%21"}, {"r/", "%23"}} {
		if rest, ok := strings.CutPrefix(path, kind.word); ok {
			return kind.sign + strings.Replace(rest, "/e/", "/%24", 1)
		}
	}
	return ""
}
