package ghost

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"strings"

	"postbag/backend/network"
)

// Publish uploads the media, writes a draft, and publishes it.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	d, err := open(ctx, c, a, "site")
	if err != nil {
		return network.Receipt{}, err
	}
	made, err := d.draft(ctx, p)
	if err != nil {
		return network.Receipt{}, err
	}
	// The time of the draft's last change is the one that its own answer told, not one asked for now: what
	// somebody else has changed since is not ours to publish.
	r, err := d.sending("PUT", postRoute(made.ID), shape(), changes{[]change{{Status: statusPublished, UpdatedAt: made.UpdatedAt}}})
	if err != nil {
		return network.Receipt{}, err
	}
	r.Container = made.ID
	step := publishStep + made.ID
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

func postRoute(id string) string { return "posts/" + url.PathEscape(id) + "/" }

// shape keeps an answer small.
func shape() url.Values { return url.Values{"formats": {"plaintext"}} }

// draft writes everything of a post into one that readers do not see.
func (d *desk) draft(ctx context.Context, p network.Plan) (post, error) {
	body := newPost{
		Title: title(p), Status: statusDraft, Slug: slug(p), Visibility: access(p), Tags: tags(p), Excerpt: excerpt(p),
	}
	var media []picture
	for i, m := range p.Parts[0].Media {
		address, err := d.upload(ctx, p, i, m)
		if err != nil {
			return post{}, err
		}
		if i == 0 && featured(p, m) { // designs show it above the text
			body.Feature, body.FeatureAlt = address, m.Alt
			continue
		}
		media = append(media, picture{address, m})
	}
	body.HTML = content(p.TextWithLink(0), media)
	query := shape()
	query.Set("source", "html")
	r, err := d.sending("POST", "posts/", query, newPosts{[]newPost{body}})
	if err != nil {
		return post{}, err
	}
	reply, err := d.prepare(ctx, draftStep, r)
	if err != nil {
		return post{}, err
	}
	if !reply.OK() {
		return post{}, judge(reply, refusedBefore)
	}
	if container(draftStep, reply) == "" {
		return post{}, unreadable("the draft")
	}
	made, _ := onePost(reply)
	return made, nil
}

// upload sends one file and returns its address on the site.
func (d *desk) upload(ctx context.Context, p network.Plan, i int, m network.Media) (string, error) {
	m.Name = fileName(m)
	route, fields := "images/upload/", []network.Field{{Name: "purpose", Value: "image"}, {Name: "file", Media: &m}}
	if m.Kind == network.Video {
		route, fields = "media/upload/", fields[1:]
	}
	r := d.signed("POST", route, nil)
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s\nmedia %d", p.Delivery, i+1), fields...)
	step := fmt.Sprintf("media %d", i+1)
	reply, err := d.prepare(ctx, step, r)
	if err != nil {
		return "", err
	}
	if reply.Status == 401 {
		return "", d.late(ctx, step, reply)
	}
	if !reply.OK() {
		return "", judge(reply, refusedBefore)
	}
	var made uploaded
	if json.Unmarshal(reply.Body, &made) != nil {
		return "", unreadable("the upload")
	}
	list := made.Images
	if m.Kind == network.Video {
		list = made.Media
	}
	if len(list) != 1 || !webAddress(list[0].URL) {
		return "", unreadable("the upload")
	}
	return list[0].URL, nil
}

// late tells a key that is good no more from a file that was longer on its way than its token was good
// for: a web server before Ghost may pass on a file only once it has all of it.
func (d *desk) late(ctx context.Context, step string, refused network.Reply) error {
	if err := judge(refused, refusedBefore); network.KindOf(err) != network.Reauth {
		return err
	}
	if err := d.tryKey(ctx, "key after "+step); err != nil {
		return err
	}
	return &network.Error{Kind: network.Ambiguous, Message: "the file was longer on its way than the five minutes that Ghost gives it"}
}

// endings of file names, which Ghost wants beside the type (TryGhost/Ghost, web/api/middleware/upload.js).
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "video/mp4": ".mp4", "video/webm": ".webm",
}

// fileName is a medium's name with the ending of its type.
func fileName(m network.Media) string {
	name := strings.TrimSuffix(m.Name, path.Ext(m.Name))
	if name == "" || len(name) > 80 {
		name = "file"
	}
	return name + endings[m.Type]
}
