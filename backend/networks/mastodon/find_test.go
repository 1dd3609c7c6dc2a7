package mastodon_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

func (b bench) find(p network.Plan) (network.Receipt, bool) {
	b.Helper()
	r, found, err := mastodon.New().Find(b.Context(), b.calls, b.account(), p)
	if err != nil {
		b.Fatal(err)
	}
	return r, found
}

func TestFindKnowsAPostThroughTheServersMarkup(t *testing.T) {
	for _, text := range []string{
		"plain", "two\n\nparagraphs\nand a line", "<b>&amp; \"quotes\" 'single'", "see https://example.com/a_(b)?c=d&e=f.",
		"hi @bo@elsewhere.example and @cy #tag", "e\u0301 🎉 👩‍👩‍👧‍👦", "  leading and trailing  ",
	} {
		b := newBench(t, mastodontest.GoToSocial)
		b.must(plan("other", "another post"))
		p := plan("k", text)
		b.server.Fail(networktest.DropAfter)
		if _, err := b.publish(p); err == nil {
			t.Fatal("the answer was not lost")
		}
		*b.steps = nil
		r, found := b.find(p)
		if want := b.server.Statuses()[1].ID; !found || r.RemoteID != want {
			t.Errorf("%q: found %t %q, want %q", text, found, r.RemoteID, want)
		}
		for _, step := range *b.steps {
			if step[:4] != "read" {
				t.Errorf("%q: Find does %q", text, step)
			}
		}
	}
}

func TestFindTakesNothingElseForThePost(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	wanted := plan("k", "the same words")
	withMedia := plan("m", "the same words")
	withMedia.Parts[0].Media = []network.Media{b.files.Picture("image/png", 1, 0)}
	withWarning := plan("w", "the same words")
	withWarning.Warning = "careful"
	answering := plan("a", "first", "the same words")
	polled := plan("p", "the same words")
	polled.Poll = &network.Poll{Options: []string{"a", "b"}, DurationS: 3600}
	for _, p := range []network.Plan{withMedia, withWarning, answering, polled, plan("o", "the same words!")} {
		b.must(p)
	}
	if r, found := b.find(wanted); found {
		t.Errorf("took %q for the post", r.RemoteID)
	}
	for name, p := range map[string]network.Plan{"media": withMedia, "warning": withWarning, "poll": polled} {
		if _, found := b.find(p); !found {
			t.Errorf("the post with %s was not found", name)
		}
	}
}

func TestFindLeavesAloneWhatIsOlderThanThePlan(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "good morning")
	b.must(p)
	p.CreatedAt = time.Now().Add(24 * time.Hour) // tomorrow's
	if _, found := b.find(p); found {
		t.Error("yesterday's post passes for today's")
	}
	b.server.Advance(24 * time.Hour)
	p.Keys = []string{"tomorrow"}
	want := b.must(p)
	if r, found := b.find(p); !found || r.RemoteID != want.RemoteID {
		t.Errorf("found %t %q, want %q", found, r.RemoteID, want.RemoteID)
	}
}

func TestFindReadsAsManyPagesAsItTakes(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "deep down")
	want := b.must(p)
	for i := range 90 {
		other := plan(fmt.Sprintf("o%d", i), "x")
		other.Parts[0].Media = []network.Media{b.files.Picture("image/png", i, 0)}
		b.must(other)
	}
	if r, found := b.find(p); !found || r.RemoteID != want.RemoteID {
		t.Errorf("found %t %q, want %q", found, r.RemoteID, want.RemoteID)
	}
}

func TestAGhostIsFoundOnceItIsThere(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "boo")
	b.server.Fail(mastodontest.Ghost)
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("a cut connection: %v", err)
	}
	if _, found := b.find(p); found {
		t.Error("found before it was saved")
	}
	b.server.Settle()
	if _, found := b.find(p); !found {
		t.Error("not found after it was saved")
	}
	if again := b.must(p); again.RemoteID != b.server.Statuses()[0].ID || len(b.server.Statuses()) != 1 {
		t.Errorf("the same key makes %d posts", len(b.server.Statuses()))
	}
}

// A list that never ends proves nothing.
func TestFindGivesUpWithAnErrorAndNeverSaysAbsent(t *testing.T) {
	endless := readsOf(func(step string) network.Reply {
		body := `[{"id":"1","created_at":"2999-01-01T00:00:00Z","content":"<p>other</p>","media_attachments":[{}]}]`
		return network.Reply{Status: 200, Body: []byte(body)}
	})
	b := newBench(t, mastodontest.Mastodon)
	if _, found, err := mastodon.New().Find(t.Context(), endless, b.server.Account(), plan("k", "x")); err == nil || found {
		t.Errorf("found %t, %v", found, err)
	}
	near := readsOf(func(step string) network.Reply {
		if step[:4] == "find" {
			return network.Reply{Status: 200, Body: []byte(`[{"id":"1","created_at":"2999-01-01T00:00:00Z","content":"<p>other</p>"}]`)}
		}
		return network.Reply{Status: 502}
	})
	if _, found, err := mastodon.New().Find(t.Context(), near, b.server.Account(), plan("k", "x")); err == nil || found {
		t.Errorf("a source that cannot be read: found %t, %v", found, err)
	}
}

type readsOf func(step string) network.Reply

func (f readsOf) Read(_ context.Context, step string, _ network.Request) (network.Reply, error) {
	return f(step), nil
}

func (f readsOf) Prepare(_ context.Context, step string, _ network.Request) (network.Reply, error) {
	return f(step), nil
}

func (f readsOf) Publish(_ context.Context, step string, _ network.Request) (network.Reply, error) {
	return f(step), nil
}

func TestWithoutKeysNothingTellsTwoPostsOfTheSameWordsApart(t *testing.T) {
	p := plan("k", "good morning @bo@elsewhere.example")
	for flavour, keyless := range map[mastodontest.Flavour]bool{mastodontest.Mastodon: false, mastodontest.GoToSocial: true} {
		b := newBench(t, flavour)
		first := b.must(p)
		if r, found := b.find(p); !found || r.RemoteID != first.RemoteID {
			t.Errorf("%s: the only one is found %t %q, want %q", flavour, found, r.RemoteID, first.RemoteID)
		}
		byHand := p
		byHand.Keys = []string{"by hand"} // the person posts the same in the meantime
		last := b.must(byHand)
		r, found, err := mastodon.New().Find(t.Context(), b.calls, b.account(), p)
		if keyless && (err == nil || network.KindOf(err) != network.Ambiguous || found) {
			t.Errorf("%s: of two, %q is taken (%v)", flavour, r.RemoteID, err)
		}
		if !keyless && (err != nil || !found || r.RemoteID != last.RemoteID) {
			t.Errorf("%s: of two, %q is taken (%v), want the latest", flavour, r.RemoteID, err)
		}
		list, err := mastodon.New().List(t.Context(), b.calls, b.account(), p, p.CreatedAt.Add(-time.Second)) // a server says milliseconds
		if err != nil || !list.Complete || len(list.Posts) != 2 || list.Posts[0].Text != p.Parts[0].Text || list.Posts[1].Text != p.Parts[0].Text {
			t.Errorf("%s: the list is %+v (%v)", flavour, list, err)
		}
	}
}

func TestAListedPostThatOnlyReadsTheSameIsNeverTaken(t *testing.T) {
	b := newBench(t, mastodontest.GoToSocial)
	polled := plan("p", "the same words")
	polled.Poll = &network.Poll{Options: []string{"a", "b"}, DurationS: 3600}
	warned := plan("w", "the same words")
	warned.Warning = "careful"
	b.must(polled)
	b.must(warned)
	list, err := mastodon.New().List(t.Context(), b.calls, b.account(), plan("k", "the same words"), time.Now().Add(-time.Hour))
	if err != nil || len(list.Posts) != 2 {
		t.Fatalf("the list is %+v (%v)", list, err)
	}
	for _, s := range list.Posts {
		if s.Receipt.RemoteID != "" || s.Receipt.URL == "" {
			t.Errorf("a person is shown %+v, and it could be taken", s.Receipt)
		}
	}
}
