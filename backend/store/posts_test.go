package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/domain"
)

// desk is a workspace with two channels and one picture.
type desk struct {
	*DB
	t        *testing.T
	space    domain.WorkspaceID
	channels []domain.ChannelID
	picture  domain.AssetID
}

func newDesk(t *testing.T) desk {
	t.Helper()
	d := desk{DB: open(t), t: t}
	w, err := d.AddWorkspace(t.Context(), "Bakery")
	d.must(err)
	d.space = w.ID
	for i := range 2 {
		c, err := d.SaveChannel(t.Context(), domain.Channel{Workspace: w.ID, Network: "n", RemoteID: fmt.Sprint(i)}, "", 0, nil)
		d.must(err)
		d.channels = append(d.channels, c.ID)
	}
	d.picture = d.asset("one").ID
	return d
}

func (d desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d desk) asset(name string) domain.Asset {
	d.t.Helper()
	a, _, err := d.AddAsset(d.t.Context(), newAsset(d.space, name), "/photos/"+name, time.Unix(1, 0))
	d.must(err)
	return a
}

func (d desk) post(text string) domain.Post {
	d.t.Helper()
	p, err := d.AddPost(d.t.Context(), domain.Post{Workspace: d.space, Content: domain.Content{Text: text}})
	d.must(err)
	return p
}

// deliver plans a post's variant and moves the delivery to a state the triggers allow from planned.
func (d desk) deliver(p domain.Post, v domain.Variant, state domain.DeliveryState) domain.Delivery {
	d.t.Helper()
	list, err := d.AddDeliveries(d.t.Context(), []domain.Delivery{{
		ID: domain.DeliveryID(domain.NewID(time.Now())), Variant: v.ID, Post: p.ID, Due: time.Now(), Late: domain.DefaultLate(),
		Plan: []byte("{}"), PlanHash: "h",
	}}, func(domain.Delivery) []string { return []string{"key"} })
	d.must(err)
	if state != domain.Planned {
		_, err = d.write.Exec("UPDATE delivery SET state = ?, wake_at_ms = NULL WHERE id = ?", state, list[0].ID)
		d.must(err)
	}
	return list[0]
}

func ptr[T any](v T) *T { return &v }

func (d desk) wholePost() domain.Post {
	d.t.Helper()
	p, err := d.AddPost(d.t.Context(), domain.Post{
		Workspace: d.space,
		Content: domain.Content{
			Text: "Bread", Parts: []string{"two", "three"}, Link: "https://example.org", Language: "en", Warning: "gluten",
			Visibility: "public", Poll: &domain.Poll{Options: []string{"rye", "oat"}, DurationS: 3600, Multiple: true},
			Media: []domain.Media{{Asset: d.picture, Alt: "a loaf", Focus: &domain.Point{X: 0.25, Y: 0.75}, Part: 1, Preset: "a/size", Crops: map[string]domain.Crop{"a/size": {X: 0.5, Width: 0.5, Height: 1}}}},
		},
		Variants: []domain.Variant{
			{Channel: d.channels[0], Options: map[string]string{"k": "v"}},
			{Channel: d.channels[1], Own: domain.Override{
				Text: ptr(""), Parts: &[]string{}, Media: &[]domain.Media{{Asset: d.picture, Decorative: true}}, Warning: ptr("none"), Only: ptr(1), Poll: &domain.Poll{},
			}},
		},
	})
	d.must(err)
	return p
}

func TestAPostComesBackAsItWasSaved(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	got, err := d.Post(t.Context(), p.ID)
	d.must(err)
	if !reflect.DeepEqual(got, p) {
		t.Errorf("got  %+v\nwant %+v", got, p)
	}
	own := got.Variants[1].Own
	if own.Text == nil || *own.Text != "" || own.Parts == nil || len(*own.Parts) != 0 || own.Link != nil || len(*own.Media) != 1 {
		t.Errorf("overrides: an empty field of its own is not the same as following: %+v", own)
	}
	if c := got.Content; c.Poll == nil || c.Poll.Options[1] != "oat" || *c.Media[0].Focus != (domain.Point{X: 0.25, Y: 0.75}) {
		t.Errorf("content: %+v", c)
	}
}

func TestASaveThatChangesNothingMakesNoVersion(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	before, err := d.Hashes(t.Context())
	d.must(err)
	p.Variants[0], p.Variants[1] = p.Variants[1], p.Variants[0] // their order means nothing
	saved, err := d.SavePost(t.Context(), p)
	d.must(err)
	after, err := d.Hashes(t.Context())
	d.must(err)
	if saved.Version != 1 || !reflect.DeepEqual(before, after) {
		t.Errorf("version %d, rows changed: %v", saved.Version, !reflect.DeepEqual(before, after))
	}
}

func TestASaveFromAnOldVersionChangesNothingAndShowsWhatIsStored(t *testing.T) {
	d := newDesk(t)
	old := d.post("first")
	p := old
	p.Content.Text = "second"
	if _, err := d.SavePost(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	old.Content.Text = "late"
	stored, err := d.SavePost(t.Context(), old)
	if !errors.Is(err, domain.ErrConflict) {
		t.Fatalf("got %v", err)
	}
	if stored.Content.Text != "second" || stored.Version != 2 {
		t.Errorf("stored: %+v", stored)
	}
}

func TestOfManySavesAtOnceOneWins(t *testing.T) {
	d := newDesk(t)
	p := d.post("start")
	var won, lost int
	var mu sync.Mutex
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			mine := p
			mine.Content.Text = fmt.Sprint("writer ", i)
			_, err := d.SavePost(context.WithoutCancel(t.Context()), mine)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				won++
			case errors.Is(err, domain.ErrConflict):
				lost++
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won != 1 || lost != 7 {
		t.Errorf("%d won, %d lost", won, lost)
	}
}

func TestEveryVersionIsKeptWhole(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	first := p
	p.Content = domain.Content{Text: "Only this"}
	p.Variants = p.Variants[:1]
	p, err := d.SavePost(t.Context(), p)
	d.must(err)
	if len(p.Content.Parts) != 0 || len(p.Content.Media) != 0 || p.Content.Poll != nil || len(p.Variants) != 1 || p.Version != 2 {
		t.Errorf("after the save: %+v", p)
	}
	list, err := d.PostVersions(t.Context(), p.ID)
	d.must(err)
	if len(list) != 2 || list[0].Number != 2 || list[1].Number != 1 {
		t.Fatalf("versions: %+v", list)
	}
	v, err := d.PostVersion(t.Context(), p.ID, 1)
	d.must(err)
	if !reflect.DeepEqual(v.Content, first.Content) || !reflect.DeepEqual(v.Variants, first.Variants) {
		t.Errorf("version 1: %+v", v)
	}
	if _, err := d.PostVersion(t.Context(), p.ID, 3); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("version 3: %v", err)
	}
}

func TestAVariantWithDeliveriesIsKeptWhenItIsTakenOff(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	gone, plain := p.Variants[1], p.Variants[0]
	del := d.deliver(p, gone, domain.Planned)
	p.Variants = []domain.Variant{plain}
	if _, err := d.SavePost(t.Context(), p); !errors.Is(err, domain.ErrNotAllowed) {
		t.Fatalf("a channel with an open delivery was taken off: %v", err)
	}
	if got, _ := d.Post(t.Context(), p.ID); got.Version != 1 || len(got.Variants) != 2 {
		t.Fatalf("a refused save left something: %+v", got)
	}
	_, err := d.write.Exec("UPDATE delivery SET state = 'missed', wake_at_ms = NULL WHERE id = ?", del.ID)
	d.must(err)
	p, err = d.SavePost(t.Context(), p)
	d.must(err)
	var removed, all int
	d.must(d.read.QueryRow("SELECT sum(removed), count(*) FROM variant").Scan(&removed, &all))
	if removed != 1 || all != 2 || len(p.Variants) != 1 {
		t.Fatalf("%d of %d variants are marked removed; the post shows %d", removed, all, len(p.Variants))
	}
	// Back again, now with nothing of its own: the row and its id stay, its old lists do not.
	p.Variants = append(p.Variants, domain.Variant{Channel: gone.Channel})
	p, err = d.SavePost(t.Context(), p)
	d.must(err)
	back, _ := p.Variant(gone.Channel)
	if back.ID != gone.ID || back.Own != (domain.Override{}) {
		t.Errorf("came back as %+v", back)
	}
}

func TestAPostTakesOnlyItsWorkspacesChannelsAndMedia(t *testing.T) {
	d := newDesk(t)
	other, err := d.AddWorkspace(t.Context(), "Rival")
	d.must(err)
	for name, p := range map[string]domain.Post{
		"channels": {Workspace: other.ID, Variants: []domain.Variant{{Channel: d.channels[0]}}},
		"media[0]": {Workspace: other.ID, Content: domain.Content{Media: []domain.Media{{Asset: d.picture}}}},
	} {
		var wrong *domain.FieldError
		if _, err := d.AddPost(t.Context(), p); !errors.As(err, &wrong) || wrong.Field != name {
			t.Errorf("%s of another workspace: %v", name, err)
		}
	}
	d.must(d.RemoveChannel(t.Context(), d.channels[0]))
	if _, err := d.AddPost(t.Context(), domain.Post{Workspace: d.space, Variants: []domain.Variant{{Channel: d.channels[0]}}}); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("a removed channel: %v", err)
	}
	if _, err := d.AddPost(t.Context(), domain.Post{Workspace: "nowhere"}); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("no such workspace: %v", err)
	}
	list, err := d.Posts(t.Context(), other.ID, false, "", "", 10)
	if err != nil || len(list) != 0 {
		t.Errorf("refused posts left %d behind, %v", len(list), err)
	}
}

func TestAListIsPagedAndSearchedWithoutCaseAndAccents(t *testing.T) {
	d := newDesk(t)
	for i := range 7 {
		d.post(fmt.Sprintf("Crème brûlée number %d", i))
	}
	threaded := d.wholePost()
	var seen []string
	var after domain.PostID
	for {
		page, err := d.Posts(t.Context(), d.space, false, "CREME brulee", after, 3)
		d.must(err)
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			seen = append(seen, p.Content.Text[len(p.Content.Text)-1:])
		}
		after = page[len(page)-1].ID
	}
	if got := strings.Join(seen, ""); got != "6543210" {
		t.Errorf("pages in order: %s", got)
	}
	for _, query := range []string{"THREE", "bread gluten", "example.org"} {
		page, err := d.Posts(t.Context(), d.space, false, query, "", 3)
		if err != nil || len(page) != 1 || page[0].ID != threaded.ID {
			t.Errorf("%q found %d, %v", query, len(page), err)
		}
	}
	if page, err := d.Posts(t.Context(), d.space, false, "bread absent", "", 3); err != nil || len(page) != 0 {
		t.Errorf("every word must match: %d, %v", len(page), err)
	}
}

func TestTheBinGivesBackAndOnlyThenForgets(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	if err := d.PurgePost(t.Context(), p.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Fatalf("purged outside of the bin: %v", err)
	}
	del := d.deliver(p, p.Variants[0], domain.Planned)
	if err := d.BinPost(t.Context(), p.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Fatalf("a planned post went to the bin: %v", err)
	}
	_, err := d.write.Exec("UPDATE delivery SET state = 'cancelled', wake_at_ms = NULL WHERE id = ?", del.ID)
	d.must(err)
	d.must(d.BinPost(t.Context(), p.ID))
	p.Content.Text = "edited in the bin"
	if _, err := d.SavePost(t.Context(), p); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("edited in the bin: %v", err)
	}
	if in, _ := d.Posts(t.Context(), d.space, true, "", "", 9); len(in) != 1 {
		t.Errorf("%d in the bin", len(in))
	}
	if err := d.PurgePost(t.Context(), p.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("a post with a delivery was purged: %v", err)
	}
	d.must(d.UnbinPost(t.Context(), p.ID))
	if out, _ := d.Posts(t.Context(), d.space, false, "", "", 9); len(out) != 1 {
		t.Errorf("%d came back", len(out))
	}

	draft := d.wholePost()
	d.must(d.BinPost(t.Context(), draft.ID))
	d.must(d.PurgePost(t.Context(), draft.ID))
	if _, err := d.Post(t.Context(), draft.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("purged: %v", err)
	}
	for _, err := range []error{d.BinPost(t.Context(), draft.ID), d.UnbinPost(t.Context(), draft.ID), d.PurgePost(t.Context(), draft.ID)} {
		if !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a post that is not there: %v", err)
		}
	}
}

func TestTheChangeLogRebuildsPostsAndAssets(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	p.Content.Parts = []string{"two", "3"}
	p.Variants = p.Variants[:1]
	_, err := d.SavePost(t.Context(), p)
	d.must(err)
	gone := d.wholePost()
	d.must(d.BinPost(t.Context(), gone.ID))
	d.must(d.PurgePost(t.Context(), gone.ID))
	_, err = d.SetTags(t.Context(), d.picture, []string{"bread", "rye"}, nil)
	d.must(err)
	_, err = d.SetTags(t.Context(), d.picture, nil, []string{"rye"})
	d.must(err)
	twin := open(t)
	replay(t, d.DB, twin)
	want, err := d.Hashes(t.Context())
	d.must(err)
	got, err := twin.Hashes(t.Context())
	d.must(err)
	for table, hash := range want {
		if followed(table) && got[table] != hash {
			t.Errorf("table %s differs after the replay", table)
		}
	}
}

func TestDeliveriesOfPostsAreToldApart(t *testing.T) {
	d := newDesk(t)
	a, b := d.wholePost(), d.wholePost()
	d.deliver(a, a.Variants[0], domain.Cancelled)
	d.deliver(a, a.Variants[0], domain.Planned)
	got, err := d.DeliveriesOfPosts(t.Context(), []domain.PostID{a.ID, b.ID})
	d.must(err)
	if len(got[a.ID]) != 2 || len(got[b.ID]) != 0 || got[a.ID][1].Occurrence != "once-2" || got[a.ID][1].State != domain.Planned {
		t.Errorf("got %+v", got)
	}
	if none, err := d.DeliveriesOfPosts(t.Context(), nil); err != nil || len(none) != 0 {
		t.Errorf("of no posts: %v, %v", none, err)
	}
}
