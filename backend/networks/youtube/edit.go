package youtube

import (
	"context"
	"net/url"

	"postbag/backend/network"
)

// Edit implements network.Editor: a video's words are said anew as a whole, its title, tags and category among
// them, as they were said when it was published. Who may see it stays.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	if !videoForm.MatchString(id) {
		return network.Reject("", "this video's id cannot be read")
	}
	r, err := send(a, "PUT", "/youtube/v3/videos", url.Values{"part": {"snippet"}}, video{ID: id, Snippet: words(p)})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "edit 1", r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	if container(stepDetails, reply) != id {
		return unreadable("the video")
	}
	return nil
}
