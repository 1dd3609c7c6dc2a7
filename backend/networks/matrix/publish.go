package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// inRoom stands in the name of a publishing step between the part and the place.
const inRoom = " in "

// Publish makes sure that the room is not encrypted, uploads all media, then sends the parts in order,
// and returns the receipt of the first. Parts in p.Done are live already and are passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	to, ok := placeOf(a)
	if !ok {
		return network.Receipt{}, network.Reject("", "this room's id cannot be read; connect it again")
	}
	live := p.Done
	if len(live) >= len(p.Parts) {
		return live[0], nil
	}
	if err := refuseEncrypted(ctx, c, a, to); err != nil {
		return network.Receipt{}, err
	}
	uris, err := upload(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	for i := len(live); i < len(p.Parts); i++ {
		r, err := with(request("PUT", a, roomPath(to)+"/send/m.room.message/"+url.PathEscape(transaction(p, i))), message(p, i, uris[i], live))
		if err != nil {
			return network.Receipt{}, err
		}
		r.Segment = i
		step := fmt.Sprintf("post %d%s%s", i+1, inRoom, to.remoteID())
		reply, err := c.Publish(ctx, step, r)
		if err != nil {
			return network.Receipt{}, asError(err)
		}
		receipt, err := classify(step, reply)
		if err != nil {
			return network.Receipt{}, err
		}
		live = append(live[:i:i], receipt)
	}
	return live[0], nil
}

// placeOfStep reads where a publishing step goes from its name.
func placeOfStep(step string) (place, bool) {
	_, id, ok := strings.Cut(step, inRoom)
	p, valid := readPlace(id)
	return p, ok && valid
}

// transaction is the transaction id of part i. Other apps that share the device make theirs otherwise.
func transaction(p network.Plan, i int) string {
	if key := p.Key(i); key != "" {
		return "postbag-" + key
	}
	return "postbag-" + p.Delivery + "-" + strconv.Itoa(i)
}

// sayEncrypted is why an encrypted room is refused.
const sayEncrypted = "This room is encrypted, and Postbag cannot encrypt: what it sends would stand there for everybody to read. Choose a room without encryption."

// refuseEncrypted asks whether the room is encrypted. Only the server's own "there is no such state"
// says that it is not.
func refuseEncrypted(ctx context.Context, c network.Calls, a network.Account, p place) error {
	reply, err := c.Read(ctx, "encryption", request("GET", a, statePath(p, "m.room.encryption", "")))
	if err != nil {
		return asError(err)
	}
	var state map[string]json.RawMessage
	var why problem
	switch {
	case reply.Status == 404 && json.Unmarshal(reply.Body, &why) == nil && why.Code == "M_NOT_FOUND":
		return nil
	case !reply.OK():
		return unproved(judge(reply))
	case reply.Status != 200 || json.Unmarshal(reply.Body, &state) != nil || state == nil:
		return unreadable("encryption")
	}
	// Every such state names its algorithm (m.room.encryption.yaml, 2026-07-21). Whoever was put out of a
	// room may be answered with some other state of it (Dendrite 0.13.8, observed 2026-11).
	if state["algorithm"] == nil {
		if err := inside(ctx, c, a, p); err != nil {
			return unproved(err)
		}
	}
	return network.Reject("encrypted", sayEncrypted)
}

// upload sends the media of every part that is not live yet, and returns their addresses by part.
// Everything is uploaded before the first part is sent: a refused file cannot leave half a thread.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan) ([]string, error) {
	uris := make([]string, len(p.Parts))
	for i := len(p.Done); i < len(p.Parts); i++ {
		for _, m := range p.Parts[i].Media {
			r := request("POST", a, uploadPath+"?filename="+url.QueryEscape(network.FormFileName(m)))
			r.Header["Content-Type"], r.Body = m.Type, network.Body{{File: m.File()}}
			reply, err := c.Prepare(ctx, fmt.Sprintf("media %d", i+1), r)
			if err != nil {
				return nil, asError(err)
			}
			var made uploaded
			if err := decode(reply, "an upload", &made); err != nil {
				if reply.Status == 413 { // RFC 9110, 15.5.14, from the server or a proxy: nobody can see an upload either way
					return nil, network.Reject(network.IssueMediaBytes, "the homeserver says that the file is too large")
				}
				return nil, refusedUpload(reply, err)
			}
			if !validMXC(made.URI) {
				return nil, unreadable("an upload")
			}
			uris[i] = made.URI
		}
	}
	return uris, nil
}

// refusedUpload keeps an upload that is forbidden from reading as a sign-in that has ended: "the server
// does not permit the file type", or a quota is reached (content-repo.yaml, 2026-07-21).
func refusedUpload(reply network.Reply, err error) error {
	if e, ok := err.(*network.Error); ok && reply.Status == 403 && e.Kind == network.Reauth { //nolint:errorlint // judge makes it, never wrapped
		e.Kind = network.Rejected
	}
	return err
}

// unproved keeps a refused question from reading as a refused post.
func unproved(err error) error {
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // judge makes it, never wrapped
		e.Kind = network.Ambiguous
	}
	return err
}
