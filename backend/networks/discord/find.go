package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 100             // the most the API gives (docAPI)
	maxPages = 5               // as far back as a search goes before it gives up without an answer
	skew     = 2 * time.Minute // how far Discord's clock may be behind ours
)

// Find looks in the channel for the part in doubt. A message is it if the bot wrote it after the
// plan's time, it answers the same message, and has the same text and number of files. Of several
// nothing tells them apart, so none is. Absent is said only after reading every message back to then.
func (n Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	at, ok := placeOf(a)
	i := len(p.Done)
	if !ok || i >= len(p.Parts) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	parent := ""
	if i > 0 {
		parent = p.Done[i-1].RemoteID
	}
	var found []network.Receipt
	complete, err := eachMessage(ctx, c, a, at, p.CreatedAt.Add(-skew), func(m message) {
		if m.Author.ID == at.bot && m.parent() == parent && len(m.Attachments) == len(p.Parts[i].Media) && fold(m.Content) == fold(p.TextWithLink(i)) {
			found = append(found, network.Receipt{RemoteID: m.ID, URL: at.address(m.ID)})
		}
	})
	switch {
	case err != nil:
		return network.Receipt{}, false, err
	case len(found) > 1:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("%d messages look exactly like it", len(found))}
	case len(found) == 1:
		return found[0], true, nil
	case !complete:
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "there are too many newer messages to look through"}
	}
	return network.Receipt{}, false, nil
}

// eachMessage shows the channel's messages back to since, newest first. It reports whether it came
// to the end.
func eachMessage(ctx context.Context, c network.Calls, a network.Account, at place, since time.Time, show func(message)) (complete bool, err error) {
	before := ""
	for page := 1; page <= maxPages; page++ {
		path := fmt.Sprintf("%s?limit=%d", messagesPath(at), pageSize)
		if before != "" {
			path += "&before=" + before
		}
		reply, err := c.Read(ctx, fmt.Sprintf("find %d", page), get(a, path))
		if err != nil {
			return false, asError(err)
		}
		if !reply.OK() {
			err := judge(reply)
			if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // Judge makes it, never wrapped
				e.Kind = network.Ambiguous // a refused look-up is no refused message
			}
			return false, err
		}
		var list []message
		if err := json.Unmarshal(reply.Body, &list); err != nil || list == nil || reply.Status != 200 {
			return false, unreadable("the channel's messages")
		}
		for _, m := range list {
			made := m.made()
			if !validID(m.ID) || made.IsZero() {
				return false, unreadable("the channel's messages")
			}
			if made.Before(since) {
				return true, nil
			}
			show(m)
		}
		if len(list) < pageSize {
			return true, nil
		}
		before = list[len(list)-1].ID
	}
	return false, nil
}

// fold leaves of a text what Discord does not change: no white space, composed characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}
