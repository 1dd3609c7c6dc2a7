package ghost

import (
	"context"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed. A text with pictures in it is left alone: they stand between its
// paragraphs by addresses that Postbag does not keep.
const docEdit = "TryGhost/Docs, Admin API, \"Updating a post\", 2026-08-22"

// rewording is the part of a post that an edit changes. What it does not name stays.
type rewording struct {
	Title     string `json:"title"`
	HTML      string `json:"html"`
	UpdatedAt string `json:"updated_at"` // as the post says it: who changed it since is not written over
}

type rewordings struct {
	Posts []rewording `json:"posts"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !validID(id) {
		return network.Reject("", "this post's id cannot be read")
	}
	d, err := open(ctx, c, a, "site for edit")
	if err != nil {
		return err
	}
	is, err := d.read(ctx, "edit now", postRoute(id), shape())
	if err != nil {
		return err
	}
	if isGone(is) {
		return network.Reject("", "the post is not there any more")
	}
	if !is.OK() {
		return judgeRead(is)
	}
	now, ok := onePost(is)
	if !ok || is.Status != 200 || now.ID != id || now.UpdatedAt == "" {
		return unreadable("the post")
	}
	query := shape()
	query.Set("source", "html")
	r, err := d.sending("PUT", postRoute(id), query, rewordings{[]rewording{{title(p), content(p.TextWithLink(part), nil), now.UpdatedAt}}})
	if err != nil {
		return err
	}
	reply, err := d.prepare(ctx, "edit 1", r)
	if err != nil {
		return err
	}
	if !reply.OK() {
		return judge(reply, refusals)
	}
	if done, ok := onePost(reply); !ok || reply.Status != 200 || done.ID != id {
		return unreadable("the changed post")
	}
	return nil
}
