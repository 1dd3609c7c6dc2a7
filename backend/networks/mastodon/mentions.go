package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Mentions asks the account's server for accounts it knows (Mastodon documentation, methods/accounts,
// "Search for matching accounts", 2026-07-02; scope read:accounts). Without "resolve" the server asks
// no other one.
func (Network) Mentions(ctx context.Context, c network.Calls, a network.Account, prefix string) ([]network.Mention, error) {
	q := url.Values{"q": {prefix}, "limit": {strconv.Itoa(network.MostMentions)}, "resolve": {"false"}}
	reply, err := c.Read(ctx, "mentions", get(a, "/api/v1/accounts/search?"+q.Encode()))
	if err != nil {
		return nil, asError(err)
	}
	if !reply.OK() {
		return nil, judge("mentions", reply)
	}
	var found []account
	if err := json.Unmarshal(reply.Body, &found); err != nil {
		return nil, &network.Error{Kind: network.Ambiguous, Message: "the server's answer about accounts cannot be read", Err: err}
	}
	_, domain, _ := strings.Cut(a.Handle, "@")
	list := []network.Mention{}
	for _, one := range found[:min(len(found), network.MostMentions)] {
		if handle := one.handle(domain); handle != "" {
			list = append(list, network.Mention{Handle: handle, Name: network.Printable(one.DisplayName)})
		}
	}
	return list, nil
}
