package feed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

const (
	format    = 1 // of our own fields in feed.json
	feedFile  = "feed.json"
	window    = 50      // posts in feed.json and the other feeds
	pageItems = 50      // posts on a page
	maxPage   = 1 << 20 // bytes of posts after which a page is full
	maxItem   = 1 << 20 // bytes of one post; with maxPage this keeps feed.json below network.MaxReply
)

// document is feed.json and, with fewer fields, pages/<n>.json: JSON Feed 1.1
// (jsonfeed.org/version/1.1, 2020-08-07).
type document struct {
	Version     string `json:"version"`
	Title       string `json:"title"`
	HomePageURL string `json:"home_page_url,omitempty"`
	FeedURL     string `json:"feed_url,omitempty"`
	NextURL     string `json:"next_url,omitempty"`
	Language    string `json:"language,omitempty"`
	Postbag     state  `json:"_postbag"`
	Items       []item `json:"items"` // newest first; required, so never null
}

// state is what the feed knows of itself besides its posts.
type state struct {
	Format int  `json:"format"`
	Page   int  `json:"page"`            // the page that new posts go to, from 1
	Older  bool `json:"older,omitempty"` // there are posts that are no longer in feed.json
}

// item is one post. Everything but ID, Published, Language and Postbag is derived from those.
type item struct {
	ID          string       `json:"id"`
	URL         string       `json:"url,omitempty"`
	ContentHTML string       `json:"content_html,omitempty"`
	ContentText string       `json:"content_text,omitempty"`
	Image       string       `json:"image,omitempty"`
	Published   string       `json:"date_published"`
	Language    string       `json:"language,omitempty"`
	Attachments []attachment `json:"attachments,omitempty"`
	Postbag     record       `json:"_postbag"`
}

type attachment struct {
	URL      string  `json:"url"`
	Type     string  `json:"mime_type"`
	Title    string  `json:"title,omitempty"`
	Bytes    int64   `json:"size_in_bytes,omitempty"`
	Duration float64 `json:"duration_in_seconds,omitempty"`
}

// record is the post as it was planned.
type record struct {
	Page    int    `json:"page"`
	Warning string `json:"warning,omitempty"`
	Parts   []part `json:"parts"`
	Link    *card  `json:"link,omitempty"`
}

type part struct {
	Text  string   `json:"text"`
	Media []medium `json:"media,omitempty"`
}

type medium struct {
	Path       string `json:"path"`
	Kind       string `json:"kind"`
	Type       string `json:"type"`
	Bytes      int64  `json:"bytes"`
	Width      int    `json:"width,omitempty"`
	Height     int    `json:"height,omitempty"`
	DurationMs int64  `json:"duration_ms,omitempty"`
	Alt        string `json:"alt,omitempty"`
}

type card struct {
	URL         string  `json:"url"`
	Title       string  `json:"title,omitempty"`
	Description string  `json:"description,omitempty"`
	Thumb       *medium `json:"thumb,omitempty"`
}

// feed is the state that was read and where it was.
type feed struct {
	account network.Account
	base    string // address of the folder, with a slash at its end
	etag    string // of feed.json as it was read; "" if there was none
	doc     document
	full    []item // the posts of the page that add found full
}

// decode reads one of our own documents strictly enough to trust it.
func decode(b []byte) (document, error) {
	var d document
	if err := json.Unmarshal(b, &d); err != nil {
		return document{}, err
	}
	if d.Postbag.Format != format || d.Postbag.Page < 1 || !strings.HasPrefix(d.Version, "https://jsonfeed.org/version/") {
		return document{}, fmt.Errorf("not a feed of this program (format %d)", d.Postbag.Format)
	}
	for _, i := range d.Items {
		if err := i.check(); err != nil {
			return document{}, err
		}
	}
	return d, nil
}

// check refuses records that would lead out of the folder.
func (i item) check() error {
	if !uuid.MatchString(i.UUID()) || len(i.Postbag.Parts) == 0 || i.Postbag.Page < 1 {
		return errors.New("a post has no proper record")
	}
	for _, m := range i.media() {
		if !strings.HasPrefix(m.Path, "media/"+i.UUID()+"/") || strings.Contains(m.Path, "..") {
			return errors.New("a picture has no proper place")
		}
	}
	return nil
}

// UUID is the id without its prefix, for templates.
func (i item) UUID() string { return strings.TrimPrefix(i.ID, "urn:uuid:") }

func (i item) page() string { return "posts/" + i.UUID() + ".html" }

func (i item) recordPath() string { return "posts/" + i.UUID() + ".json" }

// size is how much room the post takes in a document, in bytes.
func (i item) size() int { return len(encode(i)) }

// largest is the size of the finished post with the longest address a folder may have. Its HTML
// can be several times its text, so the text alone says too little.
func (i item) largest() int {
	f := feed{base: strings.Repeat("x", 1024)}
	f.deriveItem(&i)
	return i.size()
}

// media lists the pictures and videos of all parts and of the link card.
func (i item) media() []medium {
	var all []medium
	for _, p := range i.Postbag.Parts {
		all = append(all, p.Media...)
	}
	if l := i.Postbag.Link; l != nil && l.Thumb != nil {
		all = append(all, *l.Thumb)
	}
	return all
}

// paths lists the post's own files, its record last.
func (i item) paths() []string {
	var paths []string
	for _, m := range i.media() {
		if !slices.Contains(paths, m.Path) {
			paths = append(paths, m.Path)
		}
	}
	return append(paths, i.page(), i.recordPath())
}

// encode writes JSON without escaping what HTML would need; a feed is no page.
func encode(v any) []byte {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // our own types of strings and numbers always encode
		panic(err)
	}
	return []byte(b.String())
}

// add puts a new post first, on a new page if the present one is full, and lets the oldest
// leave the window. Posts of the present page never leave it.
func (f *feed) add(added item) {
	bytes := 0
	present := f.itemsOf(f.doc.Postbag.Page)
	for _, i := range present {
		bytes += i.size()
	}
	if len(present) >= pageItems || bytes >= maxPage {
		f.full = present
		f.doc.Postbag.Page++
	}
	added.Postbag.Page = f.doc.Postbag.Page
	f.deriveItem(&added)
	items := append([]item{added}, f.doc.Items...)
	bytes = 0
	for n, i := range items {
		bytes += i.size()
		if i.Postbag.Page != f.doc.Postbag.Page && (n >= window || bytes > maxPage) {
			f.doc.Postbag.Older = true
			f.doc.Items = items[:n]
			return
		}
	}
	f.doc.Items = items
}

// has reports whether the post with an id is live.
func (f *feed) has(ctx context.Context, c network.Calls, id string) (bool, error) {
	i, err := f.record(ctx, c, id)
	if err != nil || i == nil {
		return false, err
	}
	if f.index(id) >= 0 {
		return true, nil
	}
	// A record on the present page that is not in feed.json was written by a publish that
	// never ended. On an older page it counts if the page has it: pages are complete once closed.
	if i.Postbag.Page >= f.doc.Postbag.Page {
		return false, nil
	}
	page, err := f.readPage(ctx, c, i.Postbag.Page)
	return slices.ContainsFunc(page.Items, func(o item) bool { return o.ID == id }), err
}

func (f *feed) index(id string) int {
	return slices.IndexFunc(f.doc.Items, func(i item) bool { return i.ID == id })
}

// record returns the post with an id from the window or from its own file; nil if neither has it.
func (f *feed) record(ctx context.Context, c network.Calls, id string) (*item, error) {
	wanted := item{ID: id}
	if !uuid.MatchString(wanted.UUID()) {
		return nil, network.Reject("bad_id", "this is no post of a feed")
	}
	if n := f.index(id); n >= 0 {
		return &f.doc.Items[n], nil
	}
	reply, err := c.Read(ctx, "record", f.request("GET", wanted.recordPath()))
	if err != nil || reply.Status == 404 {
		return nil, err
	}
	var found item
	if reply.Status != 200 {
		return nil, &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the folder of the feed answered %d", reply.Status)}
	}
	if err := errors.Join(json.Unmarshal(reply.Body, &found), found.check()); err != nil || found.ID != id {
		return nil, &network.Error{Kind: network.Ambiguous, Message: "the record of the post cannot be read", Err: err}
	}
	return &found, nil
}

func (f *feed) readPage(ctx context.Context, c network.Calls, n int) (document, error) {
	reply, err := c.Read(ctx, "page "+strconv.Itoa(n), f.request("GET", pageFile(n, "json")))
	if err != nil {
		return document{}, err
	}
	page, err := decode(reply.Body)
	if reply.Status != 200 || err != nil {
		return document{}, &network.Error{Kind: network.Ambiguous, Message: "a page of the feed cannot be read", Err: err}
	}
	return page, nil
}

func pageFile(n int, ending string) string { return "pages/" + strconv.Itoa(n) + "." + ending }

// request is about one file of the channel's folder.
func (f *feed) request(method, path string) network.Request {
	return network.Request{Method: method, URL: "file:///" + f.folder() + "/" + path}
}

// put writes a set on the condition that feed.json is what was read.
func (f *feed) put(files []network.FilePut) network.Request {
	r := f.request("PUT", "")
	r.Files = files
	r.Header = map[string]string{"If-None-Match": "*"}
	if f.etag != "" {
		r.Header = map[string]string{"If-Match": f.etag}
	}
	return r
}

// folder is the channel's; an account that is not yet a channel has its id.
func (f *feed) folder() string {
	if f.account.Folder != "" {
		return f.account.Folder
	}
	return f.account.RemoteID
}

func (f *feed) receipt(i item) network.Receipt {
	return network.Receipt{RemoteID: i.ID, URL: f.base + i.page()}
}

// writtenOf lists the files a carrier says it wrote.
func writtenOf(r network.Reply) []string {
	var names struct {
		Written []string `json:"written"`
	}
	if json.Unmarshal(r.Body, &names) != nil {
		return nil
	}
	return names.Written
}
