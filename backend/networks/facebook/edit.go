package facebook

import (
	"context"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed: its message, with no end to it, where the same application made
// the post. A video's words are its description, which no document lets a page's post change.
const docEdit = "Graph API reference, Page Post, \"Updating\", as noted 2026-11"

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	switch {
	case part > 0 && commentForm.MatchString(id): // docSpec, Comment: its message can be changed
	case part == 0 && isStory(p):
		return network.Reject("", "a story has no words to change")
	case !postForm.MatchString(id):
		return network.Reject("", "this post's id cannot be read; change it on Facebook")
	}
	for _, m := range p.Parts[part].Media {
		if m.Kind == network.Video {
			return network.Reject("", "the words of a video stay as they are; change them on Facebook")
		}
	}
	text := strings.TrimSpace(p.Parts[part].Text)
	if text == "" {
		return network.Reject(network.IssueEmpty, "Facebook is documented to change a text, and not to take it off")
	}
	reply, err := c.Prepare(ctx, "edit 1", withForm(request(a, "POST", "/"+id, nil), url.Values{"message": {p.Parts[part].Text}}))
	if err != nil {
		return asError(err)
	}
	said, err := read[struct {
		Success bool `json:"success"`
	}](reply, "the change")
	if codeOf(err) == codeGone {
		return network.Reject("", "the post is not there any more")
	}
	if err == nil && !said.Success {
		return unreadable("the change")
	}
	return err
}
