package mastodon

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var _ network.Linker = Network{}

// Linked implements network.Linker. The last piece of a post's page is its id on Mastodon
// ("/@user/ID", also "/users/user/statuses/ID"; documentation, entities/Status, 2026-07-02); servers
// of other kinds whose pages are not named so have a post there, and it is not known which.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return network.Receipt{}, false
	}
	user, domain, _ := strings.Cut(a.Handle, "@")
	server, err := url.Parse(a.Server)
	if err != nil || !strings.EqualFold(u.Host, server.Host) && !strings.EqualFold(u.Host, domain) {
		return network.Receipt{}, false
	}
	u.RawQuery, u.Fragment = "", ""
	at := network.Receipt{URL: u.String()}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	id := parts[len(parts)-1]
	switch {
	case len(parts) == 2 && strings.EqualFold(parts[0], "@"+user):
	case len(parts) == 3 && strings.EqualFold(parts[0], "@"+user) && parts[1] == "statuses":
	case len(parts) == 4 && parts[0] == "users" && strings.EqualFold(parts[1], user) && parts[2] == "statuses":
	case strings.HasPrefix(parts[0], "@"), parts[0] == "users", parts[0] == "":
		return network.Receipt{}, false // somebody else's, or no post
	default:
		return at, true
	}
	if !validID(id) {
		return network.Receipt{}, false
	}
	at.RemoteID = id
	return at, true
}
