package mastodon

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var _ network.Profiler = Network{}

// Profile implements network.Profiler: the account's page on its own server.
func (Network) Profile(a network.Account) string {
	user, _, _ := strings.Cut(a.Handle, "@")
	if user == "" || a.Server == "" {
		return ""
	}
	return a.Server + "/@" + url.PathEscape(user)
}
