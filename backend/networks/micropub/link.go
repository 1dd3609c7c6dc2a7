package micropub

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the site.
func (Network) Profile(a network.Account) string {
	if a.Server == "" {
		return ""
	}
	return a.Server + "/"
}

// Linked implements network.Linker: any page of the site but its first can be a post, and its address is
// its id.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	address, ok := resolve("", strings.TrimSpace(link))
	if !ok {
		return network.Receipt{}, false
	}
	address = withoutFragment(address)
	u, err := url.Parse(address)
	site, bad := url.Parse(a.Server)
	if err != nil || bad != nil || hostOf(address) != hostOf(a.Server) ||
		u.RawQuery == "" && (strings.Trim(u.Path, "/") == "" || strings.Trim(u.Path, "/") == strings.Trim(site.Path, "/")) {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: address, URL: address}, true
}
