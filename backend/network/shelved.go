package network

import (
	"context"
	"net/url"
)

// Shelved puts the file of a medium on the shelf of the channel's workspace in a Prepare step, and returns
// the address at which the public was proved to get it (package shelfcall has the rules). The descriptor's
// PrepareLife is at most three days: a shelf keeps a file no longer than its delivery needs it.
func Shelved(ctx context.Context, c Calls, a Account, p Plan, step string, m Media) (address string, err error) {
	reply, err := c.Prepare(ctx, step, Request{
		Method: "PUT", URL: "shelf:///" + a.Folder + "/" + p.Delivery, Header: map[string]string{"Content-Type": m.Type},
		Body: Body{{File: m.File()}},
	})
	if err != nil {
		return "", AsError("your public storage", err)
	}
	address = reply.Header["Location"]
	u, err := url.Parse(address)
	if reply.Status == 201 && err == nil && u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && Loopback(u.Host)) {
		return address, nil
	}
	if reply.Kept { // an earlier attempt kept it like any success
		return "", &Error{Kind: Throttled, Stale: true, Message: "your public storage gave no address for the file; it is put there again"}
	}
	return "", &Error{Kind: Ambiguous, Message: "your public storage gave no address for the file"}
}
