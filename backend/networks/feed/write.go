package feed

import (
	"context"
	"slices"
	"strings"

	"postbag/backend/network"
)

// endings are the file endings of the media types a feed takes.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/gif": ".gif", "image/avif": ".avif",
	"video/mp4": ".mp4", "video/webm": ".webm",
}

// itemOf is the record of a plan.
func itemOf(p network.Plan) item {
	i := item{ID: idOf(p.Delivery), Published: stamp(p.CreatedAt), Language: language(p.Language)}
	i.Postbag.Warning = p.Warning
	for _, from := range p.Parts {
		to := part{Text: from.Text}
		for _, m := range from.Media {
			to.Media = append(to.Media, mediumOf(i, m))
		}
		i.Postbag.Parts = append(i.Postbag.Parts, to)
	}
	if l := p.Link; l != nil && safeLink(l.URL) {
		i.Postbag.Link = &card{URL: l.URL, Title: l.Title, Description: l.Description}
		if l.Thumb != nil {
			thumb := mediumOf(i, *l.Thumb)
			i.Postbag.Link.Thumb = &thumb
		}
	}
	return i
}

func mediumOf(i item, m network.Media) medium {
	return medium{
		Path: "media/" + i.UUID() + "/" + shortHash(m.SHA256) + endings[m.Type],
		Kind: string(m.Kind), Type: m.Type, Bytes: m.Bytes, Width: m.Width, Height: m.Height,
		DurationMs: m.DurationMs, Alt: m.Alt,
	}
}

func shortHash(sum string) string {
	if len(sum) > 32 {
		return sum[:32]
	}
	return sum
}

func safeLink(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// language lets only what looks like a BCP 47 tag through.
func language(tag string) string {
	for _, r := range tag {
		if r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return ""
		}
	}
	return tag
}

// publication lists the files that make the newest post live: its media, then its pages, then
// the feeds, then feed.json.
func (f *feed) publication(p network.Plan) ([]network.FilePut, error) {
	var files []network.FilePut
	place := func(m network.Media) {
		path := mediumOf(f.doc.Items[0], m).Path
		if !slices.ContainsFunc(files, func(o network.FilePut) bool { return o.Path == path }) {
			files = append(files, network.FilePut{Path: path, Body: network.Body{{File: m.File()}}})
		}
	}
	for _, part := range p.Parts {
		for _, m := range part.Media {
			place(m)
		}
	}
	if f.doc.Items[0].Postbag.Link != nil && p.Link.Thumb != nil {
		place(*p.Link.Thumb)
	}
	f.derive()
	newest := f.doc.Items[0]
	html, err := f.postPage(newest)
	if err != nil {
		return nil, err
	}
	files = append(files,
		network.FilePut{Path: newest.page(), Body: network.Bytes(html)},
		network.FilePut{Path: newest.recordPath(), Body: network.Bytes(encode(newest))})
	if f.full != nil { // the page that was the newest now links to the new one
		more, err := f.page(f.doc.Postbag.Page-1, f.full)
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	more, err := f.page(f.doc.Postbag.Page, f.itemsOf(f.doc.Postbag.Page))
	if err != nil {
		return nil, err
	}
	return f.withFeeds(append(files, more...))
}

// withdrawal lists the files that take a post out; nil if it is in none.
func (f *feed) withdrawal(ctx context.Context, c network.Calls, gone item) ([]network.FilePut, error) {
	n := gone.Postbag.Page
	items := f.itemsOf(n)
	switch {
	case n < f.doc.Postbag.Page: // the window may hold a part of an older page
		page, err := f.readPage(ctx, c, n)
		if err != nil {
			return nil, err
		}
		items = page.Items
	case f.index(gone.ID) < 0:
		return nil, nil
	}
	is := func(i item) bool { return i.ID == gone.ID }
	if f.index(gone.ID) < 0 && !slices.ContainsFunc(items, is) {
		return nil, nil
	}
	f.doc.Items = slices.DeleteFunc(slices.Clone(f.doc.Items), is)
	f.derive()
	files, err := f.page(n, slices.DeleteFunc(slices.Clone(items), is))
	if err != nil {
		return nil, err
	}
	return f.withFeeds(files)
}

// itemsOf returns the window's posts of a page.
func (f *feed) itemsOf(page int) []item {
	var items []item
	for _, i := range f.doc.Items {
		if i.Postbag.Page == page {
			items = append(items, i)
		}
	}
	return items
}

// page writes one page of the archive, for people and for programs.
func (f *feed) page(n int, items []item) ([]network.FilePut, error) {
	items = slices.Clone(items)
	for k := range items {
		f.deriveItem(&items[k])
	}
	html, err := f.listPage(n, items)
	if err != nil {
		return nil, err
	}
	doc := f.doc
	doc.FeedURL, doc.NextURL, doc.Items = f.base+pageFile(n, "json"), "", items
	doc.Postbag.Page, doc.Postbag.Older = n, n > 1
	if n > 1 {
		doc.NextURL = f.base + pageFile(n-1, "json")
	}
	if doc.Items == nil {
		doc.Items = []item{}
	}
	return []network.FilePut{
		{Path: pageFile(n, "html"), Body: network.Bytes(html)},
		{Path: pageFile(n, "json"), Body: network.Bytes(encode(doc))},
	}, nil
}

// withFeeds adds the feeds and the front page to files, feed.json last.
func (f *feed) withFeeds(files []network.FilePut) ([]network.FilePut, error) {
	rss, err := f.rss()
	if err != nil {
		return nil, err
	}
	atom, err := f.atom()
	if err != nil {
		return nil, err
	}
	index, err := f.listPage(0, f.doc.Items)
	if err != nil {
		return nil, err
	}
	return append(files,
		network.FilePut{Path: "rss.xml", Body: network.Bytes(rss)},
		network.FilePut{Path: "atom.xml", Body: network.Bytes(atom)},
		network.FilePut{Path: "index.html", Body: network.Bytes(index)},
		network.FilePut{Path: feedFile, Body: network.Bytes(encode(f.doc))},
	), nil
}

// derive fills in everything that follows from the records and the folder's address.
func (f *feed) derive() {
	d := &f.doc
	d.Version, d.Title, d.Language = "https://jsonfeed.org/version/1.1", f.title(), language(f.account.Options["language"])
	d.HomePageURL, d.FeedURL, d.NextURL = f.base+"index.html", f.base+feedFile, ""
	if d.Items == nil {
		d.Items = []item{}
	}
	if n := len(d.Items); d.Postbag.Older && n > 0 {
		d.NextURL = f.base + pageFile(d.Items[n-1].Postbag.Page, "json")
	}
	for n := range d.Items {
		f.deriveItem(&d.Items[n])
	}
}

func (f *feed) deriveItem(i *item) {
	i.URL, i.Image, i.Attachments = f.base+i.page(), "", nil
	var texts []string
	for _, p := range i.Postbag.Parts {
		if p.Text != "" {
			texts = append(texts, p.Text)
		}
		for _, m := range p.Media {
			a := attachment{URL: f.base + m.Path, Type: m.Type, Title: m.Alt, Bytes: m.Bytes, Duration: float64(m.DurationMs) / 1000}
			i.Attachments = append(i.Attachments, a)
			if i.Image == "" && strings.HasPrefix(m.Type, "image/") {
				i.Image = a.URL
			}
		}
	}
	i.ContentText = strings.Join(texts, "\n\n")
	i.ContentHTML = string(content(*i, f.base))
}

// title is what the feed calls itself.
func (f *feed) title() string {
	for _, s := range []string{f.account.Name, f.account.Handle} {
		if s = network.Printable(s); s != "" {
			return s
		}
	}
	return "Posts"
}
