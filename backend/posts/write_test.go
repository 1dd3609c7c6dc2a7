package posts

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/measure"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/practice"
	"postbag/backend/store"
)

func TestUndoAndRedoGoThroughEveryStep(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "one"})
	write := func(text string) {
		t.Helper()
		var err error
		p, err = d.Write(t.Context(), p.ID, Edit{Content: domain.Content{Text: text}, Variants: p.Variants, Expected: p.Version})
		d.must(err)
	}
	write("two")
	write("three")
	room := func(back, forth int) {
		t.Helper()
		if r, err := d.Room(t.Context(), p.ID); err != nil || r != (Room{back, forth}) {
			t.Fatalf("room %+v, %v; want %d, %d", r, err, back, forth)
		}
	}
	room(2, 0)
	step := func(fn func() (domain.Post, error), want string) {
		t.Helper()
		var err error
		p, err = fn()
		if err != nil || p.Content.Text != want {
			t.Fatalf("%q, %v; want %q", p.Content.Text, err, want)
		}
	}
	undo := func() (domain.Post, error) { return d.Undo(t.Context(), p.ID) }
	redo := func() (domain.Post, error) { return d.Redo(t.Context(), p.ID) }
	step(undo, "two")
	step(undo, "one")
	step(undo, "one")
	room(0, 2)
	step(redo, "two")
	step(redo, "three")
	step(redo, "three")
	step(undo, "two")
	write("four")
	room(2, 0)
	step(undo, "two")
}

func TestAWriteOverSomebodyElsesChangeKeepsBoth(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "first"})
	_, err := d.Save(t.Context(), p.ID, domain.Content{Text: "theirs"}, p.Variants, p.Version)
	d.must(err)
	stored, err := d.Write(t.Context(), p.ID, Edit{Content: domain.Content{Text: "mine"}, Variants: p.Variants, Expected: p.Version})
	if !errors.Is(err, domain.ErrConflict) || stored.Content.Text != "theirs" {
		t.Fatalf("%q, %v", stored.Content.Text, err)
	}
	_, err = d.Write(t.Context(), p.ID, Edit{Content: domain.Content{Text: "mine"}, Variants: p.Variants})
	d.must(err)
	back, err := d.Undo(t.Context(), p.ID)
	if err != nil || back.Content.Text != "theirs" {
		t.Errorf("theirs is gone: %q, %v", back.Content.Text, err)
	}
}

func TestHistoryShowsNamedAndKeptVersionsAndOneInTenMinutes(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "0"})
	for _, text := range []string{"1", "2", "3", "4"} {
		e := Edit{Content: domain.Content{Text: text}, Expected: p.Version}
		if text == "3" {
			e.Reason = "split"
		}
		var err error
		p, err = d.Write(t.Context(), p.ID, e)
		d.must(err)
	}
	d.must(d.NameVersion(t.Context(), p.ID, 2, "  the\nfirst  "))
	list, err := d.History(t.Context(), p.ID)
	d.must(err)
	var got []int
	for _, v := range list {
		got = append(got, v.Number)
	}
	// All were saved now: only the newest stands for its ten minutes, unless they end just here.
	if len(got) < 3 || got[0] != 5 || list[len(list)-1].Name != "the first" || list[len(list)-2].Reason != "split" {
		t.Errorf("history %+v", list)
	}
	if err := d.NameVersion(t.Context(), p.ID, 1, strings.Repeat("x", 81)); err == nil {
		t.Error("a name of 81 characters was kept")
	}
}

func TestAPreviewIsThePlanOfEveryChannel(t *testing.T) {
	d := newDesk(t)
	a := d.asset(d.space, 1, func(a *domain.Asset) { a.Alt = "its own" })
	p := d.post(domain.Content{
		Text: "hello @you", Parts: []string{strings.Repeat("x", 501)}, Link: "https://e.org/a",
		Media: []domain.Media{{Asset: a.ID, Part: 1}},
	})
	d.must(d.PutCard(t.Context(), p.ID, domain.LinkCard{URL: "https://e.org/a", Title: "A page", FetchedAt: time.Now()}))
	p.Content.Media = append(p.Content.Media, domain.Media{Asset: domain.AssetID(domain.NewID(time.Now()))})
	list, err := d.Preview(t.Context(), p)
	d.must(err)
	if len(list) != 1 {
		t.Fatalf("%d previews", len(list))
	}
	v := list[0]
	if v.Layout != "short" || v.Card.Title != "A page" || len(v.Parts) != 2 || v.Parts[1].OverflowAt != 500 || v.Parts[0].OverflowAt != -1 {
		t.Errorf("preview %+v", v)
	}
	if len(v.Parts[1].Media) != 1 || v.Parts[1].Alts[0] != "its own" || len(v.Parts[0].Marks) != 1 {
		t.Errorf("parts %+v", v.Parts)
	}
}

// BenchmarkCheckDraft checks 5,000 characters for ten channels of four networks, most of them too long.
func BenchmarkCheckDraft(b *testing.B) {
	for name, text := range map[string]string{
		"latin": strings.Repeat("A sentence about #prints by @somebody, see https://example.org/a/page. ", 70)[:4900],
		"emoji": strings.Repeat("Здравей 👨‍👩‍👧 世界, #печат. ", 190),
	} {
		b.Run(name, func(b *testing.B) {
			d := benchDesk(b)
			post := domain.Post{Workspace: d.space, Content: domain.Content{Text: text}}
			for _, c := range d.channels {
				post.Variants = append(post.Variants, domain.Variant{Channel: c})
			}
			for b.Loop() {
				if _, err := d.Check(b.Context(), post); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// crowd is a service whose workspace has many channels.
type crowd struct {
	*Service
	space    domain.WorkspaceID
	channels []domain.ChannelID
}

// benchDesk is the service with ten channels.
func benchDesk(b *testing.B) (s crowd) {
	b.Helper()
	db, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "postbag.db"), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	w, err := db.AddWorkspace(b.Context(), "Bakery")
	if err != nil {
		b.Fatal(err)
	}
	all := []network.Network{bluesky.New(), mastodon.New(), practice.New(), feed.New()}
	s.Service, s.space = New(db, network.NewRegistry(all...), House{}), w.ID
	for i := range 10 {
		n := all[i%len(all)].Describe().ID
		c, err := db.SaveChannel(b.Context(), domain.Channel{Workspace: w.ID, Network: n, RemoteID: fmt.Sprint(i), Handle: fmt.Sprint(i)}, "", 0, nil)
		if err != nil {
			b.Fatal(err)
		}
		s.channels = append(s.channels, c.ID)
	}
	return s
}

func TestAPreviewMarksWhatItsNetworkSees(t *testing.T) {
	text := "で@anaを見た #メ～テレ"
	kinds := func(list []Mark) (out []string) {
		for _, m := range list {
			out = append(out, string(m.Kind)+" "+text[m.Start:m.End])
		}
		return out
	}
	if got := kinds(Marks(text)); !slices.Equal(got, []string{"tag #メ"}) {
		t.Errorf("most networks see %q", got)
	}
	if got := kinds(marksFor(network.Descriptor{Find: measure.FindX}, text)); !slices.Equal(got, []string{"mention @ana", "tag #メ～テレ"}) {
		t.Errorf("the one sees %q", got)
	}
}
