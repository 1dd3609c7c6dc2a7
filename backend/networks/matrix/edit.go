package matrix

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"

	"postbag/backend/network"
)

// docEdit says what of a message can be changed: its sender replaces its content, with no end to it. A caption
// is left alone: the file would have to be named anew by an address that Postbag does not keep.
const docEdit = "matrix-org/matrix-spec, client-server API, \"Event replacements\", and relations.yaml, 2026-07-21"

// replacement is a message in place of another: for apps that know no replacements the new text, marked.
type replacement struct {
	content
	New content `json:"m.new_content"`
}

// replacing is the part of a replacement that is read.
type replacing struct {
	New struct {
		Type string `json:"msgtype"`
		Body string `json:"body"`
	} `json:"m.new_content"`
}

// Edit implements network.Editor. It reads the latest replacement first: one that says the same is the change
// itself, and another one makes this a change of its own, with a transaction id that no earlier change has.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	to, ok := placeOf(a)
	id := p.Done[part].RemoteID
	if !ok || !validEvent(id) {
		return network.Reject("", "this event's id cannot be read")
	}
	if err := refuseEncrypted(ctx, c, a, to); err != nil {
		return err
	}
	new := message(p, part, "", p.Done)
	new.Relation, new.Key = nil, ""
	latest, err := latestOf(ctx, c, a, to, id)
	if err != nil {
		return err
	}
	var was replacing
	if latest.ID != "" && json.Unmarshal(latest.Content, &was) == nil && was.New.Body == new.Body && was.New.Type == new.Type {
		return nil
	}
	all := replacement{content: new, New: new}
	all.Body = "* " + new.Body
	if new.Formatted != "" {
		all.Formatted = "* " + new.Formatted
	}
	all.Relation = &relation{Type: "m.replace", Event: id}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%s\n%s\n%s", id, latest.ID, new.Type, new.Body))
	path := roomPath(to) + "/send/m.room.message/postbag-edit-" + hex.EncodeToString(sum[:16])
	r, err := with(request("PUT", a, path), all)
	if err != nil {
		return err
	}
	if r.Body.Len() > mostContent {
		return network.Reject(network.IssueTooLong, "a change carries the text twice, which is too long for one event here")
	}
	step := fmt.Sprintf("edit %d%s%s", part+1, inRoom, to.remoteID())
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	_, err = classify(step, reply)
	return err
}

// latestOf reads the last event that replaces one, the zero event if none does.
func latestOf(ctx context.Context, c network.Calls, a network.Account, at place, id string) (event, error) {
	path := fmt.Sprintf("/_matrix/client/v1/rooms/%s/relations/%s/m.replace/m.room.message?limit=1", url.PathEscape(at.room), url.PathEscape(id))
	var list page
	if err := read(ctx, c, "replacements", "the message", request("GET", a, path), &list); err != nil {
		return event{}, err
	}
	switch {
	case list.Chunk == nil:
		return event{}, unreadable("the message")
	case len(list.Chunk) == 0:
		return event{}, nil
	case !validEvent(list.Chunk[0].ID):
		return event{}, unreadable("the message")
	}
	return list.Chunk[0], nil
}
