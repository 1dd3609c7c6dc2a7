package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/network"
)

// Publish sends a post in one request. A plan that is live already makes none.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	if _, ok := addressOf(a); !ok {
		return network.Receipt{}, network.Reject("", "this channel's address cannot be read; connect it again")
	}
	r, err := postRequest(a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	const step = "post 1"
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// postRequest makes the one request of a plan. The same plan makes the same bytes.
func postRequest(a network.Account, p network.Plan) (network.Request, error) {
	document, files := documentOf(p)
	encoded, err := json.Marshal(document)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := request(a, encoded)
	r.Header[headerKey] = document.Key
	if len(files) == 0 {
		return r, nil
	}
	fields := []network.Field{{Name: postField, Type: "application/json", Value: string(encoded)}}
	for i := range files {
		fields = append(fields, network.Field{Name: fileName(i), Media: &files[i]})
	}
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\nwebhook", fields...)
	return r, nil
}

// documentOf writes a plan as the document of a post, and lists the files it speaks of in their order.
func documentOf(p network.Plan) (post, []network.Media) {
	var files []network.Media
	describe := func(m network.Media) medium {
		files = append(files, m)
		out := medium{
			File: fileName(len(files) - 1), Kind: string(m.Kind), Name: network.FormFileName(m), Type: m.Type,
			Bytes: m.Bytes, SHA256: m.SHA256, Width: m.Width, Height: m.Height, DurationMs: m.DurationMs,
			Alt: m.Alt, Decorative: m.Decorative,
		}
		if m.Focus != nil {
			out.Focus = &point{X: m.Focus.X, Y: m.Focus.Y}
		}
		return out
	}
	out := post{
		Postbag: version, Type: "post", Key: p.Key(0), Created: p.CreatedAt.UTC().Format(time.RFC3339),
		Text: p.Parts[0].Text, Language: p.Language, Warning: p.Warning,
	}
	if out.Key == "" {
		out.Key = p.Delivery
	}
	for _, written := range p.Parts {
		it := part{Text: written.Text}
		for _, m := range written.Media {
			it.Media = append(it.Media, describe(m))
		}
		out.Parts = append(out.Parts, it)
	}
	if p.Link != nil && p.Link.URL != "" {
		out.Link = &link{URL: p.Link.URL, Title: p.Link.Title, Description: p.Link.Description}
		if p.Link.Thumb != nil {
			image := describe(*p.Link.Thumb)
			out.Link.Image = &image
		}
	}
	return out, files
}

// fileName is the name of the form's field that holds file number i, counted from 0.
func fileName(i int) string { return fmt.Sprintf("media-%d", i+1) }
