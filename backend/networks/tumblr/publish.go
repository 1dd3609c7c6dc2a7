package tumblr

import (
	"context"
	"fmt"
	"strings"

	"postbag/backend/network"
)

// Publish sends the whole post in one request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	if !uuidForm.MatchString(a.RemoteID) || !blogForm.MatchString(a.Handle) {
		return network.Receipt{}, network.Reject("", "this channel's blog cannot be read; connect it again")
	}
	r, err := postRequest(a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	step := toBlog + a.Handle
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// postRequest makes the request of a post: JSON alone, or the first part of a form with the media behind
// it, each under the name that its block says ("User Uploaded Media"). The same plan makes the same bytes.
func postRequest(a network.Account, p network.Plan) (network.Request, error) {
	if mark(p.Key(0)) == "" { // without it no look-up could tell the post
		return network.Request{}, network.Reject("", "this post has no key")
	}
	media := p.Parts[0].Media
	names := make([]string, len(media))
	for i := range media {
		names[i] = fmt.Sprintf("media-%d", i+1)
	}
	source, _ := sourceOf(p)
	body := newPost{Content: content(p, names), State: statePublished, Slug: slug(p), Tags: strings.Join(tagsOf(p), ","), Source: source}
	if p.Chosen(optionNoReblogs) {
		body.Reblog = reblogNoone
	}
	encoded, err := encode(body)
	if err != nil {
		return network.Request{}, err
	}
	r := request(a, "POST", blogPath(a, "/posts"), nil)
	if len(media) == 0 {
		r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
		return r, nil
	}
	fields := []network.Field{{Name: "json", Value: string(encoded), Type: "application/json"}}
	for i := range media {
		fields = append(fields, network.Field{Name: names[i], Media: &media[i]})
	}
	r.Header["Content-Type"], r.Body = network.Form("tumblr post "+p.Key(0), fields...)
	return r, nil
}
