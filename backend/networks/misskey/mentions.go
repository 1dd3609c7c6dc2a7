package misskey

import (
	"context"
	"strings"

	"postbag/backend/network"
)

var _ network.Mentioner = Network{}

// Mentions asks the account's server for accounts it knows whose name goes on from prefix, those that
// are followed first (misskey-dev/misskey, endpoints/users/search-by-username-and-host.ts, read
// 2026-11). The server asks no other one.
func (Network) Mentions(ctx context.Context, c network.Calls, a network.Account, prefix string) ([]network.Mention, error) {
	ask := struct {
		Username string `json:"username"`
		Host     string `json:"host,omitempty"`
		Limit    int    `json:"limit"`
		Detail   bool   `json:"detail"`
	}{Limit: network.MostMentions}
	ask.Username, ask.Host, _ = strings.Cut(strings.TrimPrefix(prefix, "@"), "@")
	var found []struct {
		Username string `json:"username"`
		Host     string `json:"host"` // null for the server's own
		Name     string `json:"name"`
	}
	if err := read(ctx, c, "mentions", a, "users/search-by-username-and-host", ask, &found); err != nil {
		return nil, err
	}
	list := []network.Mention{}
	for _, one := range found[:min(len(found), network.MostMentions)] {
		if one.Host == "" {
			one.Host = hostOf(a)
		}
		if name := network.Printable(one.Username); name != "" {
			list = append(list, network.Mention{Handle: name + "@" + network.Printable(one.Host), Name: network.Printable(one.Name)})
		}
	}
	return list, nil
}
