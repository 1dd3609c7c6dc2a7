package feed_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
)

// folder is a feed with a content store, and calls without a journal.
type folder struct {
	*server
	*networktest.Files
	account network.Account
	reads   int
	puts    []network.Request
}

func newFolder(t *testing.T) *folder {
	f := &folder{server: newServer(t), Files: networktest.NewFiles()}
	f.UseFiles(f.Files)
	f.account = f.Account()
	return f
}

func (f *folder) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	f.reads++
	return f.Send(ctx, r, nil)
}

func (f *folder) Prepare(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	f.puts = append(f.puts, r)
	return f.Send(ctx, r, nil)
}

func (f *folder) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := f.Prepare(ctx, step, r)
	if err == nil {
		_, err = feed.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func plan(n int, parts ...network.Part) network.Plan {
	return network.Plan{
		Delivery:  fmt.Sprintf("0199a1b2-c3d4-7e5f-8a6b-%012x", n),
		CreatedAt: time.Date(2026, 3, 14, 15, 9, 26, 535e6, time.FixedZone("", 3600)).Add(time.Duration(n) * time.Minute),
		Parts:     parts, Language: "en",
	}
}

func say(n int, text string) network.Plan { return plan(n, network.Part{Text: text}) }

func (f *folder) publish(p network.Plan) network.Receipt {
	f.t.Helper()
	r, err := feed.New().Publish(f.t.Context(), f, f.account, p)
	if err != nil {
		f.t.Fatalf("publish %s: %v", p.Delivery, err)
	}
	return r
}

func (f *folder) mustRead(path string) []byte {
	f.t.Helper()
	b, ok := f.read(path)
	if !ok {
		f.t.Fatalf("there is no %s", path)
	}
	return b
}

// list returns every file of the folder.
func (f *folder) list() []string {
	var paths []string
	root := filepath.Join(f.root, f.folder())
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(root, path)
			paths = append(paths, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return paths
}

const hostile = "<script>alert(1)</script> ]]> & \"'\u202eevil\u0001\u0008\ufffe\U0001ffff {{.}} <!-- \r\n\r\nhttps://example.org/?a=<b>&\"c javascript:alert(1) é👩‍👩‍👧‍👦"

func hostileFolder(t *testing.T) (*folder, network.Plan) {
	f := newFolder(t)
	f.account.Name = `A "feed" & <b>more</b> ]]>`
	picture, film := f.Picture("image/png", 1, 0), f.Picture("video/mp4", 1, 0)
	picture.Alt, film.Alt = `" onerror="alert(1) `+hostile, "a film"
	p := plan(1, network.Part{Text: hostile, Media: []network.Media{picture, film}}, network.Part{Text: "second part"})
	p.Warning = "spoilers <i>&\u0002"
	thumb := f.Picture("image/jpeg", 2, 0)
	p.Link = &network.Link{URL: `https://example.org/"><script>`, Title: "<b>card", Description: "]]>\u0000", Thumb: &thumb}
	f.publish(p)
	return f, p
}

// TestEveryFormatIsReadByAnIndependentReader reads hostile words back from all three.
func TestEveryFormatIsReadByAnIndependentReader(t *testing.T) {
	f, p := hostileFolder(t)
	f.publish(say(2, "plain"))
	for file, kind := range map[string]string{"rss.xml": "rss", "atom.xml": "atom", "feed.json": "json"} {
		got, err := gofeed.NewParser().Parse(bytes.NewReader(f.mustRead(file)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if got.FeedType != kind || len(got.Items) != 2 {
			t.Fatalf("%s is %s with %d items", file, got.FeedType, len(got.Items))
		}
		if kind != "json" && got.Title != `A "feed" & <b>more</b> ]]>` {
			t.Errorf("%s has the title %q", file, got.Title)
		}
		newest, oldest := got.Items[0], got.Items[1]
		if newest.GUID != "urn:uuid:0199a1b2-c3d4-7e5f-8a6b-000000000002" || oldest.GUID != "urn:uuid:"+p.Delivery {
			t.Errorf("%s has the ids %q and %q", file, newest.GUID, oldest.GUID)
		}
		if want := time.Date(2026, 3, 14, 14, 10, 26, 0, time.UTC); oldest.PublishedParsed == nil || !oldest.PublishedParsed.Equal(want) {
			t.Errorf("%s has the date %v, want %v", file, oldest.PublishedParsed, want)
		}
		if !strings.HasPrefix(newest.Link, "file:///") || !strings.HasSuffix(newest.Link, "/posts/0199a1b2-c3d4-7e5f-8a6b-000000000002.html") {
			t.Errorf("%s links to %q", file, newest.Link)
		}
		if len(oldest.Enclosures) == 0 || oldest.Enclosures[0].Type != "image/png" || oldest.Enclosures[0].Length == "0" {
			t.Errorf("%s has the enclosures %v", file, oldest.Enclosures)
		}
		body := oldest.Content + oldest.Description
		for _, bad := range []string{"<script", "onerror=\"", "javascript:alert(1)\"", "\u0001", "ZgotmplZ"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s lets %q through", file, bad)
			}
		}
		for _, good := range []string{"&lt;script&gt;", "<details><summary", "second part", `<img src="file:///`, "<video controls", `href="https://example.org/`} {
			if !strings.Contains(body, good) {
				t.Errorf("%s has lost %q in %s", file, good, body)
			}
		}
	}
}

// TestStrictRulesOfXMLFeedsAreKept checks what validators complain of.
func TestStrictRulesOfXMLFeedsAreKept(t *testing.T) {
	f, _ := hostileFolder(t)
	for file, wants := range map[string][]string{
		"rss.xml": {
			`<rss version="2.0"`, `<atom:link href="file:///`, `rel="self" type="application/rss+xml"`, `<guid isPermaLink="false">urn:uuid:`,
			`<pubDate>Sat, 14 Mar 2026 14:10:26 +0000</pubDate>`, `<lastBuildDate>Sat, 14 Mar 2026 14:10:26 +0000</lastBuildDate>`,
			`type="image/png"></enclosure>`,
		},
		"atom.xml": {
			`<feed xmlns="http://www.w3.org/2005/Atom"`, `rel="self" type="application/atom+xml"`, `rel="alternate" type="text/html"`,
			`<id>urn:uuid:`, `<updated>2026-03-14T14:10:26Z</updated>`, `<published>2026-03-14T14:10:26Z</published>`, `<author>`, `<name>`,
			`xml:lang="en"`, `rel="enclosure" type="video/mp4"`,
		},
	} {
		b := f.mustRead(file)
		wellFormed(t, file, b)
		for _, want := range wants {
			if !bytes.Contains(b, []byte(want)) {
				t.Errorf("%s lacks %s", file, want)
			}
		}
		if bytes.Contains(b, []byte("\ufffd")) {
			t.Errorf("%s holds replaced characters", file)
		}
	}
	if n := bytes.Count(f.mustRead("atom.xml"), []byte("<link ")); n != 2+1+2 {
		t.Errorf("atom.xml has %d links, want two of the feed, one of the post and two enclosures", n)
	}
}

func wellFormed(t *testing.T, name string, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
	}
}

var (
	styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	stylePolicy  = regexp.MustCompile(`style-src &#39;sha256-([^&]*(?:&#43;[^&]*)*)&#39;`)
	localLink    = regexp.MustCompile(`(?:href|src)="([^":]+)"`)
)

// TestPagesAreInertAccessibleAndWhole looks at every page as a browser would.
func TestPagesAreInertAccessibleAndWhole(t *testing.T) {
	t.Parallel()
	f, _ := hostileFolder(t)
	for i := range 51 {
		f.publish(say(10+i, fmt.Sprintf("post %d", i)))
	}
	pages := 0
	for _, path := range f.list() {
		if !strings.HasSuffix(path, ".html") {
			continue
		}
		pages++
		page := string(f.mustRead(path))
		for _, bad := range []string{"<script", "onerror=\"", "ZgotmplZ", "\u0001", "\u0002"} {
			if strings.Contains(page, bad) {
				t.Errorf("%s has %q", path, bad)
			}
		}
		for _, want := range []string{"<!doctype html>", `<html lang="`, "<main>", `name="viewport"`, "default-src &#39;none&#39;", "<h1 "} {
			if strings.Count(page, want) != 1 {
				t.Errorf("%s has %q %d times", path, want, strings.Count(page, want))
			}
		}
		if strings.Count(page, "<img ") != strings.Count(page, `alt="`) {
			t.Errorf("%s has a picture without alt", path)
		}
		sum := sha256.Sum256([]byte(styleElement.FindStringSubmatch(page)[1]))
		allowed := strings.ReplaceAll(stylePolicy.FindStringSubmatch(page)[1], "&#43;", "+")
		if allowed != base64.StdEncoding.EncodeToString(sum[:]) {
			t.Errorf("%s forbids its own style", path)
		}
		for _, m := range localLink.FindAllStringSubmatch(page, -1) {
			to := filepath.Join(f.root, f.folder(), filepath.FromSlash(filepath.Dir(path)), filepath.FromSlash(m[1]))
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s links to %s, which is not there", path, m[1])
			}
		}
	}
	if pages != 52+2+1 {
		t.Errorf("%d pages, want one a post, two of the archive and the front page", pages)
	}
}
