package lemmy

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the community, as the account's own server shows it.
func (Network) Profile(a network.Account) string {
	at, err := placeOf(a)
	if err != nil || a.Handle == "" {
		return ""
	}
	name, host, _ := strings.Cut(a.Handle, "@")
	if host == at.host || host == "" {
		return a.Server + "/c/" + url.PathEscape(name)
	}
	return a.Server + "/c/" + url.PathEscape(name) + "@" + host
}

// Linked implements network.Linker. A post's page is /post/ID on the server where the account is; on a
// 1.0 also /c/community/p/ID. Other servers have other ids for it.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || !webAddress(u.String()) || !strings.EqualFold(u.Host, hostOf(a.Server)) {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	id := ""
	switch {
	case len(parts) >= 2 && parts[0] == "post":
		id = parts[1]
	case len(parts) >= 4 && parts[0] == "c" && parts[2] == "p":
		id = parts[3]
	}
	n := numberOf(id)
	if n == 0 {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: n.String(), URL: a.Server + "/post/" + n.String()}, true
}
