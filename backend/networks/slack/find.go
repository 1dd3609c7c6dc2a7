package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = "200"           // the most that is recommended (docHistory)
	maxPages = 5               // as far back as a search goes before it gives up without an answer
	skew     = 2 * time.Minute // how far Slack's clock may be behind ours
)

// Find looks for the part in doubt by the key in its metadata: the first part in the channel's history,
// another one among the answers to the first. Absent is said only after reading every message back to
// the plan's time; a history that Slack cuts short proves nothing.
func (n Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	at, ok := placeOf(a)
	i := len(p.Done)
	if !ok || i >= len(p.Parts) || p.Key(i) == "" || i > 0 && !tsForm.MatchString(p.Done[0].RemoteID) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	method, query := "conversations.history", url.Values{
		"channel": {at.channel}, "limit": {pageSize}, "include_all_metadata": {"true"},
		"oldest": {fmt.Sprintf("%d.000000", max(p.CreatedAt.Add(-skew).Unix(), 0))},
	}
	if i > 0 {
		method = "conversations.replies"
		query.Set("ts", p.Done[0].RemoteID)
		query.Del("oldest") // a thread is read whole: its first message is always in the answer
	}
	found, err := withKey(ctx, c, a, at, method, query, p.Key(i))
	switch {
	case err != nil:
		return network.Receipt{}, false, err
	case len(found) > 1:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("%d messages carry its key", len(found))}
	case len(found) == 1:
		m := found[0]
		return network.Receipt{RemoteID: m.TS, URL: permalink(workspaceOf(a), at.channel, m.TS, m.ThreadTS)}, true, nil
	}
	return network.Receipt{}, false, nil
}

// withKey reads all pages and returns the app's messages that carry a key. A page that cannot be
// read to its end is an error.
func withKey(ctx context.Context, c network.Calls, a network.Account, at place, method string, query url.Values, key string) (found []message, err error) {
	seen := map[string]bool{}
	for n := 1; n <= maxPages; n++ {
		reply, err := c.Read(ctx, fmt.Sprintf("find %d", n), request(a, "GET", method, query))
		if err != nil {
			return nil, asError(err)
		}
		var p page
		if err := decode(reply, "the channel's messages", &p); err != nil {
			return nil, unproved(err)
		}
		if p.Messages == nil {
			return nil, unreadable("the channel's messages")
		}
		for _, m := range p.Messages {
			if !tsForm.MatchString(m.TS) {
				return nil, unreadable("the channel's messages")
			}
			if m.key() == key && (m.User == "" || m.User == at.user) && !seen[m.TS] {
				found = append(found, m)
			}
			seen[m.TS] = true
		}
		cursor := p.Metadata.NextCursor
		if cursor == "" && len(found) == 0 && (p.HasMore || p.Limited) {
			return nil, &network.Error{Kind: network.Ambiguous, Message: "Slack does not show all messages of the channel"}
		}
		if cursor == "" {
			return found, nil
		}
		query.Set("cursor", cursor)
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, &network.Error{Kind: network.Ambiguous, Message: "there are too many newer messages to look through"}
}

// unproved makes sure that a refused look-up is no refused message.
func unproved(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		other := *e
		other.Kind = network.Ambiguous
		return &other
	}
	return err
}
