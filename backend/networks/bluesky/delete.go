package bluesky

import (
	"context"
	"fmt"

	"postbag/backend/network"
)

// Delete removes a post, or all posts of a thread, the last one first. Gates go last: a post that
// is left when the rest fails still has them. The server answers the
// same for a record that is gone already (lexicon com.atproto.repo.deleteRecord, 2026-08-20).
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	at, err := parsePostAddress(r.RemoteID)
	if err != nil {
		return network.Reject("not_found", "this receipt is not of a post on Bluesky")
	}
	if at.did != a.RemoteID {
		return network.Reject("not_found", "this post belongs to another account")
	}
	if err := signedIn(a); err != nil {
		return err
	}
	first, err := parseTID(at.key)
	if err != nil {
		return network.Reject("not_found", "this receipt is not of a post on Bluesky")
	}
	if err := ready(ctx, c, a, firstReady); err != nil {
		return err
	}
	for _, d := range remains(at, first, r.Ref) {
		request, err := procedure(a.Server, deleteRecord, map[string]string{
			"repo": d.at.did, "collection": d.at.collection, "rkey": d.at.key,
		})
		if err != nil {
			return err
		}
		reply, err := c.Prepare(ctx, d.step, signed(request, a))
		if err != nil {
			return err
		}
		if err := judge(reply); err != nil {
			return err
		}
	}
	return nil
}

// remain is one record to delete.
type remain struct {
	step string
	at   recordAddress
}

// remains lists the records of a post in the order in which they are deleted.
func remains(at recordAddress, first tid, ref string) []remain {
	var posts, gates []remain
	n, wall := readRef(ref)
	for i := n; i >= 0; i-- {
		key := first.part(i).String()
		posts = append(posts, remain{fmt.Sprintf("delete %d", i+1), recordAddress{at.did, postCollection, key}})
		if wall.quotes {
			gates = append(gates, remain{fmt.Sprintf("delete postgate %d", i+1), recordAddress{at.did, postgateCollection, key}})
		}
	}
	if wall.replies {
		gates = append(gates, remain{"delete threadgate", recordAddress{at.did, threadgateCollection, at.key}})
	}
	return append(posts, gates...)
}
