package misskey

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the account's page on its own server.
func (Network) Profile(a network.Account) string {
	user, _, _ := strings.Cut(a.Handle, "@")
	if user == "" || a.Server == "" {
		return ""
	}
	return a.Server + "/@" + url.PathEscape(user)
}

// Linked implements network.Linker: a note's page is /notes/ID on its author's server. The address
// does not say whose note it is.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return network.Receipt{}, false
	}
	_, domain, _ := strings.Cut(a.Handle, "@")
	server, err := url.Parse(a.Server)
	if err != nil || !strings.EqualFold(u.Host, server.Host) && !strings.EqualFold(u.Host, domain) {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 || parts[0] != "notes" || !validID(parts[1]) {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: parts[1], URL: address(hostOf(a), parts[1])}, true
}
