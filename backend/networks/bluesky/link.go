package bluesky

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var _ network.Linker = Network{}

// Linked implements network.Linker: it reads the address of a record, or of its page in the
// network's own app ("/profile/HANDLE-OR-DID/post/KEY"). Of a page elsewhere it is not known which
// post is on it.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	link = strings.TrimSpace(link)
	if strings.HasPrefix(link, "at://") {
		at, err := parsePostAddress(link)
		return network.Receipt{RemoteID: at.String(), URL: at.web()}, err == nil && at.did == a.RemoteID
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Host == "" {
		return network.Receipt{}, false
	}
	if "https://"+strings.ToLower(u.Host) != webApp {
		return network.Receipt{URL: link}, true
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 4 || parts[0] != "profile" || parts[2] != "post" || parts[1] != a.RemoteID && !strings.EqualFold(parts[1], a.Handle) {
		return network.Receipt{}, false
	}
	at, err := parsePostAddress("at://" + a.RemoteID + "/" + postCollection + "/" + parts[3])
	return network.Receipt{RemoteID: at.String(), URL: at.web()}, err == nil
}
