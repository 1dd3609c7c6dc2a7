package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"postbag/backend/network"
)

const (
	pageSize = 100       // events a page
	maxPages = 10        // as far back as a search goes before it gives up without an answer
	skew     = time.Hour // how far the server's clock may be behind ours
)

// Find looks in the room for the part in doubt: an event of the account's own that carries the part's
// key, or of which the server says that this very device sent it under the part's transaction id. Absent
// is said only after every message of the account's own back to the plan's time was read, and none of
// them has lost its content: that one might have been it.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	at, ok := placeOf(a)
	i := len(p.Done)
	if !ok || i >= len(p.Parts) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	var found string
	lost := false
	complete, err := eachMessage(ctx, c, a, at, p.CreatedAt.Add(-skew), func(e event) (more bool) {
		key, whole := e.read()
		if key != "" && key == p.Key(i) || e.Unsigned.Transaction == transaction(p, i) {
			found = e.ID
		}
		lost = lost || !whole
		return found == ""
	})
	switch {
	case err != nil:
		return network.Receipt{}, false, err
	case found != "":
		return network.Receipt{RemoteID: found, URL: at.address(found)}, true, nil
	case !complete:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "there are too many newer messages to look through"}
	case lost:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "a message of yours was deleted meanwhile, which may have been this one"}
	}
	return network.Receipt{}, false, nil
}

// eachMessage shows the account's own messages in the room back to since, newest first, until show has
// seen enough. It reports whether it came to the end. A page without messages is not the end: only one without a token for the
// next is (message_pagination.yaml, 2026-07-21).
func eachMessage(ctx context.Context, c network.Calls, a network.Account, at place, since time.Time, show func(event) (more bool)) (complete bool, err error) {
	filter, err := json.Marshal(map[string][]string{"senders": {at.user}, "types": {"m.room.message"}})
	if err != nil {
		return false, asError(err)
	}
	query := url.Values{"dir": {"b"}, "limit": {fmt.Sprint(pageSize)}, "filter": {string(filter)}}
	for number := 1; number <= maxPages; number++ {
		var list page
		err := read(ctx, c, fmt.Sprintf("find %d", number), "the room's messages", request("GET", a, roomPath(at)+"/messages?"+query.Encode()), &list)
		if err != nil {
			return false, unproved(err)
		}
		if list.Chunk == nil {
			return false, unreadable("the room's messages")
		}
		for _, e := range list.Chunk {
			if !validEvent(e.ID) || e.At <= 0 || e.Type == "" {
				return false, unreadable("the room's messages")
			}
			if e.Type != "m.room.message" || e.Sender != at.user {
				continue // a server may know no filters
			}
			if e.made().Before(since) {
				return true, nil
			}
			if !show(e) {
				return false, nil
			}
		}
		if list.End == "" {
			return true, nil
		}
		query.Set("from", list.End)
	}
	return false, nil
}
