package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed. A request says all of it anew: what it leaves out (media, for
// one) is taken off. A post with a poll stays as it is, since a poll that is said anew loses its votes.
const docEdit = "Mastodon documentation, methods/statuses, \"Edit a status\" (3.5.0; descriptions of media 4.1.0), 2026-07-02"

// change is the body of PUT /api/v1/statuses/:id.
type change struct {
	Status      string        `json:"status"`
	SpoilerText string        `json:"spoiler_text"`
	Sensitive   bool          `json:"sensitive"`
	Language    string        `json:"language,omitempty"`
	MediaIDs    []string      `json:"media_ids,omitempty"`
	Described   []description `json:"media_attributes,omitempty"`
	ContentType string        `json:"content_type,omitempty"`
}

type description struct {
	ID          string `json:"id"`
	Description string `json:"description"`
}

// shownMedium is the part of a MediaAttachment that an edit reads.
type shownMedium struct {
	ID          string `json:"id"`
	Description string `json:"description"`
}

// Edit implements network.Editor. It reads which media the post has, since they are named anew.
func (n Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !validID(id) {
		return network.Reject("", "this post's id cannot be read")
	}
	limits := n.Describe().LimitsFor(a)
	address := "/api/v1/statuses/" + url.PathEscape(id)
	step := fmt.Sprintf("edit %d", part+1)
	is, err := c.Read(ctx, step+" now", get(a, address))
	if err != nil {
		return asError(err)
	}
	if !is.OK() {
		return judge(step, is)
	}
	var now status
	if json.Unmarshal(is.Body, &now) != nil || is.Status != 200 || now.ID != id {
		return &network.Error{Kind: network.Ambiguous, Message: "what the server shows of the post cannot be read"}
	}
	body := change{
		Status: p.TextWithLink(part), SpoilerText: p.Warning, Sensitive: p.Chosen(optionSensitive) || p.Warning != "", Language: language(p.Language),
	}
	if asksFormat(limits) {
		body.ContentType = "text/plain"
	}
	if err := body.keep(limits, now, p.Parts[part].Media); err != nil {
		return err
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Reject("", "the change cannot be encoded")
	}
	r := get(a, address)
	r.Method, r.Body = "PUT", network.Bytes(encoded)
	r.Header["Content-Type"] = "application/json"
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(step, reply)
	}
	var done status
	if json.Unmarshal(reply.Body, &done) != nil || reply.Status != 200 || done.ID != id {
		return &network.Error{Kind: network.Ambiguous, Message: "the server's answer to the change cannot be read"}
	}
	return nil
}

// keep names the media that the post has, with their descriptions where those change. Only Mastodon is
// documented to take descriptions of media that are out.
func (b *change) keep(l network.Limits, now status, planned []network.Media) error {
	if len(now.Media) != len(planned) {
		return network.Reject("", "the post has other media than it was published with; change it on the server")
	}
	for i, raw := range now.Media {
		var m shownMedium
		if json.Unmarshal(raw, &m) != nil || !validID(m.ID) {
			return &network.Error{Kind: network.Ambiguous, Message: "the media of the post cannot be read"}
		}
		b.MediaIDs = append(b.MediaIDs, m.ID)
		if m.Description == planned[i].Alt {
			continue
		}
		if l.Reconcile.Shape != network.ShapeKey {
			return network.Reject("", "this server does not let descriptions of media be changed once they are out")
		}
		b.Described = append(b.Described, description{m.ID, planned[i].Alt})
	}
	return nil
}
