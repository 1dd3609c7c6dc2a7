package devto

import (
	"context"
	"encoding/json"

	"postbag/backend/network"
)

// words is what an edit changes of an article. What it does not name (tags, series, original address) stays.
type words struct {
	Title        string `json:"title"`
	BodyMarkdown string `json:"body_markdown"`
}

// rewording is Article, the body of PUT /articles/{id}.
type rewording struct {
	Article words `json:"article"`
}

// Edit implements network.Editor.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := numberOf(p.Done[part].RemoteID)
	if id == 0 {
		return network.Reject("", "this article's id cannot be read")
	}
	title, _ := headed(p)
	if why := wrongTitle(title); why != "" {
		return network.Reject("", why)
	}
	request, err := send(a, "PUT", pathArticles+"/"+id.String(), rewording{Article: words{Title: title, BodyMarkdown: bodyOf(p)}})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "edit 1", request)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var done article
	if reply.Status != 200 || json.Unmarshal(reply.Body, &done) != nil || done.ID != id {
		return unreadable("the article that was changed")
	}
	return nil
}
