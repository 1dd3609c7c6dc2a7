package wordpress

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"path"
	"strconv"
	"strings"

	"postbag/backend/network"
)

const (
	termsPage     = 100 // the most the API gives of a list (WP-API/docs, using-the-rest-api/pagination)
	maxTermsPages = 10
)

// Publish uploads the media, writes a draft, and makes it visible, or leaves it one if that is what
// was chosen.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	id, err := draft(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	step, status := wanted(p)
	step += id
	r, err := send(a, postRoute(id), postFields, map[string]string{"status": status})
	if err != nil {
		return network.Receipt{}, err
	}
	r.Container = id
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// draft writes everything of a post into one that readers do not see, and returns its id.
func draft(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (string, error) {
	body := newPost{Status: statusDraft, Title: field.Replace(title(p)), Excerpt: field.Replace(p.Options[optionExcerpt]), Slug: slug(p)}
	var media []picture
	for i, m := range p.Parts[0].Media {
		made, err := upload(ctx, c, a, p, i, m)
		if err != nil {
			return "", err
		}
		if i == 0 && featured(p, m) { // designs show it above the text
			body.Featured = made.ID
			continue
		}
		media = append(media, picture{made, m})
	}
	body.Content = content(p.TextWithLink(0), media)
	var err error
	if body.Categories, err = categories(ctx, c, a, list(p.Options[optionCategories])); err != nil {
		return "", err
	}
	if body.Tags, err = tags(ctx, c, a, list(p.Options[optionTags])); err != nil {
		return "", err
	}
	r, err := send(a, "/wp/v2/posts", postFields, body)
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, draftStep, r)
	if err != nil {
		return "", err
	}
	if !reply.OK() {
		return "", judgePrepared(reply)
	}
	id := container(draftStep, reply)
	if id == "" {
		return "", unreadable("the draft")
	}
	return id, nil
}

// featured reports whether a post's first medium is its featured image; a video cannot be one.
func featured(p network.Plan, first network.Media) bool {
	yes, err := strconv.ParseBool(p.Options[optionFeatured])
	return err == nil && yes && first.Kind != network.Video
}

// upload sends one file with its description. The library writes a description into attributes without
// escaping entities again, and drops what looks like markup: so "<" goes as an entity.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, m network.Media) (made attachment, err error) {
	m.Name = fileName(m)
	r := request(a, "POST", "/wp/v2/media", url.Values{"_fields": {mediaFields}})
	fields := []network.Field{{Name: "file", Media: &m}}
	if m.Alt != "" {
		fields = append(fields, network.Field{Name: "alt_text", Value: strings.ReplaceAll(m.Alt, "<", "&lt;")})
	}
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s\nmedia %d", p.Delivery, i+1), fields...)
	reply, err := c.Prepare(ctx, fmt.Sprintf("media %d", i+1), r)
	if err != nil {
		return made, err
	}
	if !reply.OK() {
		return made, judgePrepared(reply)
	}
	if reply.Status != 201 || json.Unmarshal(reply.Body, &made) != nil || made.ID <= 0 {
		return made, unreadable("the upload")
	}
	if u, err := url.Parse(made.Source); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return made, unreadable("the upload")
	}
	return made, nil
}

// endings of file names, by which WordPress tells what a file is (wp_get_mime_types, 6.1).
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
}

// fileName is a medium's name with the ending of its type.
func fileName(m network.Media) string {
	name := strings.TrimSuffix(m.Name, path.Ext(m.Name))
	if name == "" || len(name) > 80 {
		name = "file"
	}
	return name + endings[m.Type]
}

// categories returns the ids of categories by their names or slugs. Authors may not make new ones, so
// one that is not there is refused before anything is written.
func categories(ctx context.Context, c network.Calls, a network.Account, names []string) (ids []int, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	known := map[string]int{}
	for page := 1; page <= maxTermsPages; page++ {
		query := url.Values{"per_page": {strconv.Itoa(termsPage)}, "page": {strconv.Itoa(page)}, "_fields": {termFields}}
		reply, err := c.Read(ctx, fmt.Sprintf("categories %d", page), request(a, "GET", "/wp/v2/categories", query))
		if err != nil {
			return nil, err
		}
		if !reply.OK() {
			return nil, judgeRead(reply)
		}
		var terms []term
		if reply.Status != 200 || json.Unmarshal(reply.Body, &terms) != nil || terms == nil {
			return nil, unreadable("its categories")
		}
		for _, t := range terms {
			known[strings.ToLower(html.UnescapeString(t.Name))] = t.ID
			if _, taken := known[t.Slug]; !taken { // a name goes before a slug
				known[t.Slug] = t.ID
			}
		}
		if len(terms) < termsPage {
			break
		}
	}
	for _, name := range names {
		id, ok := known[strings.ToLower(name)]
		if !ok || id <= 0 {
			return nil, network.Reject("category", network.Printable(fmt.Sprintf("the site has no category %q; make it there first", name)))
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// tags returns the ids of tags, and makes those that are not there. One that is there is refused with
// its id (documented: term_exists).
func tags(ctx context.Context, c network.Calls, a network.Account, names []string) (ids []int, err error) {
	for i, name := range names {
		r, err := send(a, "/wp/v2/tags", termFields, map[string]string{"name": name})
		if err != nil {
			return nil, err
		}
		reply, err := c.Prepare(ctx, fmt.Sprintf("tag %d", i+1), r)
		if err != nil {
			return nil, err
		}
		id := 0
		var made term
		var there struct {
			ID int `json:"term_id"`
		}
		switch p := problemOf(reply); {
		case reply.Status == 201 && json.Unmarshal(reply.Body, &made) == nil:
			id = made.ID
		case reply.Status == 400 && p.Code == "term_exists" && json.Unmarshal(p.Data, &there) == nil:
			id = there.ID
		case !reply.OK():
			return nil, judgePrepared(reply)
		}
		if id <= 0 {
			return nil, unreadable("a tag")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
