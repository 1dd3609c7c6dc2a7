package x

import (
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler.
func (Network) Profile(a network.Account) string {
	if !handleForm.MatchString(a.Handle) {
		return ""
	}
	return "https://x.com/" + a.Handle
}

// Linked implements network.Linker: "Copy link" of a post gives x.com/HANDLE/status/ID, sometimes with a
// picture's number behind it; addresses without a handle are x.com/i/status/ID and x.com/i/web/status/ID.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return network.Receipt{}, false
	}
	host := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(u.Host), "www."), "mobile.")
	if host != "x.com" && host != "twitter.com" {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) > 3 && parts[0] == "i" && parts[1] == "web" {
		parts = slices.Delete(parts, 1, 2)
	}
	if len(parts) < 3 || parts[0] != "i" && !strings.EqualFold(parts[0], a.Handle) || parts[1] != "status" || !idForm.MatchString(parts[2]) {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: parts[2], URL: permalink(parts[2])}, true
}
