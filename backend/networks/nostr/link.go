package nostr

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

// gateway shows notes and people to everybody with a browser. Nostr itself has no pages; this is the
// gateway that clients link to most (njump.me, seen in their sources, 2026-11). It opens what NIP-19 names.
const gateway = "https://njump.me/"

// Profile implements network.Profiler.
func (Network) Profile(a network.Account) string {
	if !hexForm.MatchString(a.RemoteID) {
		return ""
	}
	return gateway + npub(a.RemoteID)
}

// Linked implements network.Linker: any page's address that ends in a note's name, nostr: before it
// (NIP-21), or the name alone. What it says of the author is not believed: whose note it is only a relay
// could say.
func (Network) Linked(_ network.Account, link string) (network.Receipt, bool) {
	name := strings.TrimPrefix(strings.TrimSpace(link), "nostr:")
	if strings.Contains(name, ":") {
		u, err := url.Parse(name)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return network.Receipt{}, false
		}
		name = u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	}
	id := eventOf(name)
	if id == "" {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: id, URL: gateway + nevent(id, "")}, true
}
