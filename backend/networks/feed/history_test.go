package feed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"postbag/backend/network"
	"postbag/backend/networks/feed"
)

// TestAHistoryIsKeptWholeAtAConstantCost publishes more than any window holds.
func TestAHistoryIsKeptWholeAtAConstantCost(t *testing.T) {
	t.Parallel() // it waits for the disk most of the time
	const posts = 105
	f := newFolder(t)
	most := 0
	for i := range posts {
		f.publish(say(i, fmt.Sprintf("post %d", i)))
		most = max(most, len(f.puts[i].Files))
	}
	if f.reads > posts*2 || most > 10 {
		t.Errorf("%d reads and at most %d files for %d posts", f.reads, most, posts)
	}
	if n := len(f.feed().Items); n != 50 {
		t.Errorf("feed.json has %d posts, want 50", n)
	}
	seen := map[string]bool{}
	for _, path := range []string{"pages/1.json", "pages/2.json", "pages/3.json"} {
		page, err := gofeed.NewParser().Parse(bytes.NewReader(f.mustRead(path)))
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page.Items {
			if seen[i.GUID] {
				t.Errorf("%s is on two pages", i.GUID)
			}
			seen[i.GUID] = true
		}
	}
	if len(seen) != posts {
		t.Errorf("the pages have %d posts, want %d", len(seen), posts)
	}
	for path, wants := range map[string][]string{
		"index.html":   {`href="pages/2.html" rel="next"`},
		"pages/3.html": {`href="../index.html" rel="prev"`, `href="../pages/2.html" rel="next"`},
		"pages/2.html": {`href="../pages/3.html" rel="prev"`, `href="../pages/1.html" rel="next"`},
		"pages/1.html": {`href="../pages/2.html" rel="prev"`},
	} {
		for _, want := range wants {
			if !bytes.Contains(f.mustRead(path), []byte(want)) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
	}
}

// TestAnOldPostIsFoundAndDeleted is about posts that left feed.json.
func TestAnOldPostIsFoundAndDeleted(t *testing.T) {
	t.Parallel()
	f := newFolder(t)
	picture := f.Picture("image/png", 1, 0)
	first := plan(0, network.Part{Text: "first", Media: []network.Media{picture, picture}})
	receipt := f.publish(first)
	for i := range 101 {
		f.publish(say(1+i, "more"))
	}
	if got, found, err := feed.New().Find(t.Context(), f, f.account, first); err != nil || !found || got != receipt {
		t.Errorf("found %t %+v: %v", found, got, err)
	}
	puts := len(f.puts)
	if again := f.publish(first); again != receipt || len(f.puts) != puts {
		t.Errorf("published once more as %+v with %d requests", again, len(f.puts)-puts)
	}
	for range 2 {
		if err := feed.New().Delete(t.Context(), f, f.account, receipt); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := feed.New().Find(t.Context(), f, f.account, first); err != nil || found {
		t.Errorf("after its deletion: found %t, %v", found, err)
	}
	for _, path := range f.list() {
		if strings.Contains(path, first.Delivery) || (!strings.HasPrefix(path, "media") && bytes.Contains(f.mustRead(path), []byte(first.Delivery))) {
			t.Errorf("%s is left of it", path)
		}
	}
}

// TestADeletionCutShortIsFinishedByTheNext stops a deletion after each of its requests.
func TestADeletionCutShortIsFinishedByTheNext(t *testing.T) {
	for stop := range 5 {
		f := newFolder(t)
		p := plan(1, network.Part{Text: "gone", Media: []network.Media{f.Picture("image/png", 1, 0)}})
		receipt := f.publish(p)
		f.publish(say(2, "stays"))
		cut := &cutShort{folder: f, left: stop}
		if err := feed.New().Delete(t.Context(), cut, f.account, receipt); (err == nil) != (stop > 3) {
			t.Errorf("stopped after %d requests: %v", stop, err)
		}
		if err := feed.New().Delete(t.Context(), f, f.account, receipt); err != nil {
			t.Fatal(err)
		}
		if posts := f.Posts(); len(posts) != 1 || posts[0].Text != "stays" {
			t.Errorf("left is %+v", posts)
		}
		for _, path := range f.list() {
			if strings.Contains(path, p.Delivery) {
				t.Errorf("stopped after %d requests: %s is left", stop, path)
			}
		}
	}
}

type cutShort struct {
	*folder
	left int
}

func (c *cutShort) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if c.left == 0 {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "the power is off"}
	}
	c.left--
	return c.folder.Prepare(ctx, step, r)
}

func TestAPublishThatNeverEndedIsAbsent(t *testing.T) {
	f := newFolder(t)
	f.publish(say(1, "before"))
	half := say(2, "half")
	// Everything but feed.json is in place, as a crash between two renames leaves it.
	whole := newFolder(t)
	whole.publish(say(1, "before"))
	whole.publish(half)
	for _, path := range whole.list() {
		if path == "feed.json" {
			continue
		}
		if err := os.WriteFile(filepath.Join(f.root, f.folder(), filepath.FromSlash(path)), whole.mustRead(path), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, found, err := feed.New().Find(t.Context(), f, f.account, half); found || err != nil {
		t.Fatalf("found %t, %v: want absent", found, err)
	}
	f.publish(half)
	if posts := f.Posts(); len(posts) != 2 {
		t.Errorf("%d posts, want 2", len(posts))
	}
}

func TestAFeedChangedMeanwhileIsReadAgain(t *testing.T) {
	f := newFolder(t)
	f.publish(say(1, "one"))
	racing := &racer{folder: f}
	_, err := feed.New().Publish(t.Context(), racing, f.account, say(2, "two"))
	if network.KindOf(err) != network.Throttled {
		t.Fatalf("got %v, want throttled", err)
	}
	f.publish(say(2, "two"))
	if posts := f.Posts(); len(posts) != 3 {
		t.Errorf("%d posts, want 3", len(posts))
	}
}

// racer lets another post in between the reading and the writing.
type racer struct{ *folder }

func (r *racer) Publish(ctx context.Context, step string, q network.Request) (network.Reply, error) {
	r.publish(say(3, "three"))
	return r.folder.Publish(ctx, step, q)
}

func TestADamagedFeedIsLeftAlone(t *testing.T) {
	for _, damage := range []string{
		"{", "[]", "null",
		`{"version":"https://jsonfeed.org/version/1.1","items":[],"_postbag":{"format":2,"page":1}}`,
		`{"version":"https://jsonfeed.org/version/1.1","_postbag":{"format":1,"page":1},"items":[{"id":"urn:uuid:../../x","_postbag":{"page":1,"parts":[{}]}}]}`,
	} {
		f := newFolder(t)
		f.publish(say(1, "one"))
		path := filepath.Join(f.root, f.folder(), "feed.json")
		if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := feed.New().Publish(t.Context(), f, f.account, say(2, "two"))
		e, ok := errors.AsType[*network.Error](err)
		if !ok || e.Kind != network.Rejected || e.Code != "feed_damaged" {
			t.Errorf("%s: %v, want a refusal", damage, err)
		}
		if _, found, err := feed.New().Find(t.Context(), f, f.account, say(1, "one")); err == nil {
			t.Errorf("%s: found=%t is no proof", damage, found)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != damage {
			t.Errorf("feed.json was changed to %q", b)
		}
	}
}

func TestLinksFollowTheSiteAndIDsStay(t *testing.T) {
	f := newFolder(t)
	local := f.publish(say(1, "one"))
	f.account.Options = map[string]string{feed.SiteURL: "https://example.org/notes"}
	public := f.publish(say(2, "two"))
	if !strings.HasPrefix(local.URL, "file:///") || public.URL != "https://example.org/notes/posts/0199a1b2-c3d4-7e5f-8a6b-000000000002.html" {
		t.Errorf("links to %q and %q", local.URL, public.URL)
	}
	for _, file := range []string{"feed.json", "rss.xml", "atom.xml"} {
		got, err := gofeed.NewParser().Parse(bytes.NewReader(f.mustRead(file)))
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range got.Items {
			if !strings.HasPrefix(i.Link, "https://example.org/notes/posts/") || !strings.HasPrefix(i.GUID, "urn:uuid:") {
				t.Errorf("%s links %s to %s", file, i.GUID, i.Link)
			}
		}
		if bytes.Contains(f.mustRead(file), []byte("file:///")) {
			t.Errorf("%s shows where the folder is on this machine", file)
		}
	}
}

func TestTheSamePlansMakeTheSameFolder(t *testing.T) {
	read := func() map[string]string {
		f, _ := hostileFolder(t)
		f.account.Options = map[string]string{feed.SiteURL: "https://example.org/"}
		f.publish(say(9, "last"))
		files := map[string]string{}
		for _, path := range f.list() {
			if path != "posts/0199a1b2-c3d4-7e5f-8a6b-000000000001.json" { // written when the folder's own, temporary address held
				files[path] = string(f.mustRead(path))
			}
		}
		return files
	}
	if a, b := read(), read(); !maps.Equal(a, b) {
		t.Errorf("two folders differ: %q and %q", slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
	}
}

// long is a plan of n parts of the longest text, all of it characters that HTML escapes.
func long(n, parts int) network.Plan {
	p := plan(n)
	for range parts {
		p.Parts = append(p.Parts, network.Part{Text: strings.Repeat("&", 10_000)})
	}
	return p
}

func TestAPostTooLongForAFeedIsRefusedAtOnce(t *testing.T) {
	f := newFolder(t)
	_, err := feed.New().Publish(t.Context(), f, f.account, long(1, 25))
	if network.KindOf(err) != network.Rejected || f.reads > 0 {
		t.Errorf("%v after %d reads, want a refusal before any", err, f.reads)
	}
}

func TestTheLongestPostsNeverMakeAFeedThatCannotBeRead(t *testing.T) {
	f := newFolder(t)
	for i := range 6 {
		f.publish(long(i, 14))
		for _, path := range []string{"feed.json", "pages/1.json"} {
			if n := len(f.mustRead(path)); n > network.MaxReply*3/4 {
				t.Fatalf("%s has %d bytes after %d posts", path, n, i+1)
			}
		}
	}
	if _, found, err := feed.New().Find(t.Context(), f, f.account, long(0, 14)); !found || err != nil {
		t.Errorf("the first is found %t, %v", found, err)
	}
}
