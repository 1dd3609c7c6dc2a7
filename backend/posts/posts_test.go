package posts

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/practice"
	"postbag/backend/store"
)

// desk is the service on a real database, with one channel of the practice network.
type desk struct {
	*Service
	t       *testing.T
	db      *store.DB
	space   domain.WorkspaceID
	channel domain.Channel
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "postbag.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	d := desk{Service: New(db, network.NewRegistry(practice.New()), House{}), t: t, db: db}
	d.space, d.channel = d.workspace("Bakery")
	return d
}

func (d desk) workspace(name string) (domain.WorkspaceID, domain.Channel) {
	d.t.Helper()
	w, err := d.db.AddWorkspace(d.t.Context(), name)
	d.must(err)
	return w.ID, d.addChannel(w.ID, "practice", name)
}

func (d desk) addChannel(w domain.WorkspaceID, network, account string) domain.Channel {
	d.t.Helper()
	c, err := d.db.SaveChannel(d.t.Context(), domain.Channel{Workspace: w, Network: network, RemoteID: account, Handle: account}, "", 0, nil)
	d.must(err)
	return c
}

func (d desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// asset adds a picture of 800 × 600 px whose facts fn may change.
func (d desk) asset(w domain.WorkspaceID, n int, fn func(*domain.Asset)) domain.Asset {
	d.t.Helper()
	a := domain.Asset{
		Workspace: w, SHA256: fmt.Sprintf("%064x", n), Kind: domain.AssetImage, Format: "jpeg", Bytes: 90_000,
		Width: 800, Height: 600, Turn: 1, Frames: 1, Name: fmt.Sprintf("%d.jpg", n), Alt: fmt.Sprint("picture ", n),
	}
	if fn != nil {
		fn(&a)
	}
	a, _, err := d.db.AddAsset(d.t.Context(), a, a.Name, time.Unix(1, 0))
	d.must(err)
	return a
}

func (d desk) post(c domain.Content) domain.Post {
	d.t.Helper()
	p, err := d.Create(d.t.Context(), d.space, c, []domain.ChannelID{d.channel.ID})
	d.must(err)
	return p
}

func ptr[T any](v T) *T { return &v }

func TestAVariantFollowsFieldByFieldUntilItIsOverridden(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "shared", Link: "https://example.org", Parts: []string{"two"}})
	p, err := d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Text: ptr("own\r\ntext")}, p.Version)
	d.must(err)
	p, err = d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Parts: &[]string{}}, 0)
	d.must(err)
	c := p.Content
	c.Text, c.Link = "shared, better", "https://example.org/new"
	p, err = d.Save(t.Context(), p.ID, c, p.Variants, p.Version)
	d.must(err)
	got := p.Variants[0].Resolve(p.Content)
	if got.Text != "own\ntext" || got.Link != "https://example.org/new" || len(got.Parts) != 0 {
		t.Errorf("resolved: %+v", got)
	}
	p, err = d.Follow(t.Context(), p.ID, d.channel.ID, p.Version, FieldText, FieldParts)
	d.must(err)
	if got = p.Variants[0].Resolve(p.Content); got.Text != "shared, better" || len(got.Parts) != 1 {
		t.Errorf("following again: %+v", got)
	}
	if _, err := d.Follow(t.Context(), p.ID, d.channel.ID, 0, "colour"); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("a field that does not exist: %v", err)
	}
	if _, err := d.Override(t.Context(), p.ID, "other", domain.Override{}, 0); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("a channel the post does not go to: %v", err)
	}
}

func TestAnAutosaveWithoutAChangeMakesNoVersion(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "a\nb"})
	same, err := d.Save(t.Context(), p.ID, domain.Content{Text: "a\r\nb"}, p.Variants, p.Version)
	d.must(err)
	if same.Version != 1 {
		t.Errorf("version %d", same.Version)
	}
}

func TestASaveOverSomebodyElsesChangeIsRefusedAndLosesNothing(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "first"})
	_, err := d.Save(t.Context(), p.ID, domain.Content{Text: "theirs"}, p.Variants, p.Version)
	d.must(err)
	stored, err := d.Save(t.Context(), p.ID, domain.Content{Text: "mine"}, p.Variants, p.Version)
	if !errors.Is(err, domain.ErrConflict) || stored.Content.Text != "theirs" {
		t.Fatalf("got %q, %v", stored.Content.Text, err)
	}
	// The same words saved on top of what is stored now are a version of their own.
	mine, err := d.Save(t.Context(), p.ID, domain.Content{Text: "mine"}, stored.Variants, stored.Version)
	d.must(err)
	if mine.Version != 3 {
		t.Errorf("version %d", mine.Version)
	}
}

// racing lets somebody else save right before the first save of the service.
type racing struct {
	Store
	before func()
}

func (r *racing) SavePost(ctx context.Context, p domain.Post) (domain.Post, error) {
	if r.before != nil {
		before := r.before
		r.before = nil
		before()
	}
	return r.Store.SavePost(ctx, p)
}

func TestAChangeOfOneFieldIsMadeAgainOnWhatSomebodySavedMeanwhile(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "first"})
	race := &racing{Store: d.db, before: func() {
		_, err := d.Save(t.Context(), p.ID, domain.Content{Text: "theirs"}, p.Variants, 0)
		d.must(err)
	}}
	got, err := New(race, d.networks, House{}).SetOptions(t.Context(), p.ID, d.channel.ID, map[string]string{"a": "b", "": ""}, 0)
	d.must(err)
	if got.Content.Text != "theirs" || got.Variants[0].Options["a"] != "b" || len(got.Variants[0].Options) != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestAnOlderVersionComesBackAsTheNewest(t *testing.T) {
	d := newDesk(t)
	kept, lost := d.asset(d.space, 1, nil), d.asset(d.space, 2, nil)
	second := d.addChannel(d.space, "practice", "second")
	p, err := d.Create(t.Context(), d.space, domain.Content{
		Text: "old", Media: []domain.Media{{Asset: kept.ID}, {Asset: lost.ID}},
	}, []domain.ChannelID{d.channel.ID, second.ID})
	d.must(err)
	p, err = d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Text: ptr("own"), Media: &[]domain.Media{{Asset: lost.ID}}}, p.Version)
	d.must(err)
	_, err = d.Save(t.Context(), p.ID, domain.Content{Text: "new"}, nil, p.Version)
	d.must(err)
	d.must(d.db.BinAsset(t.Context(), lost.ID))
	d.must(d.db.PurgeAsset(t.Context(), lost.ID))
	d.must(d.db.RemoveChannel(t.Context(), second.ID))

	r, err := d.RestoreVersion(t.Context(), p.ID, 2, 3)
	d.must(err)
	c := r.Post.Content
	if r.Post.Version != 4 || c.Text != "old" || len(c.Media) != 1 || c.Media[0].Asset != kept.ID {
		t.Errorf("restored %+v", r.Post)
	}
	if len(r.Post.Variants) != 1 || *r.Post.Variants[0].Own.Text != "own" || len(*r.Post.Variants[0].Own.Media) != 0 {
		t.Errorf("variants %+v", r.Post.Variants)
	}
	if !reflect.DeepEqual(r.Assets, []domain.AssetID{lost.ID}) || !reflect.DeepEqual(r.Channels, []domain.ChannelID{second.ID}) {
		t.Errorf("said to be lost: %v, %v", r.Assets, r.Channels)
	}
	list, err := d.Versions(t.Context(), p.ID)
	if err != nil || len(list) != 4 {
		t.Errorf("%d versions, %v", len(list), err)
	}
	if _, err := d.RestoreVersion(t.Context(), p.ID, 9, 0); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a version that never was: %v", err)
	}
}

func TestATwinIsADraftOfItsOwn(t *testing.T) {
	d := newDesk(t)
	a := d.asset(d.space, 1, nil)
	p := d.post(domain.Content{Text: "one", Media: []domain.Media{{Asset: a.ID, Alt: "x"}}})
	p, err := d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Text: ptr("own")}, 0)
	d.must(err)
	twin, err := d.Duplicate(t.Context(), p.ID)
	d.must(err)
	if twin.ID == p.ID || twin.Variants[0].ID == p.Variants[0].ID || twin.Version != 1 {
		t.Errorf("the twin shares ids: %+v", twin)
	}
	if !reflect.DeepEqual(twin.Content, p.Content) || *twin.Variants[0].Own.Text != "own" {
		t.Errorf("the twin differs: %+v", twin)
	}
}

func TestTheBinTakesAndGivesBack(t *testing.T) {
	d := newDesk(t)
	p := d.post(domain.Content{Text: "one"})
	d.must(d.Remove(t.Context(), p.ID))
	if page, err := d.List(t.Context(), d.space, Query{}); err != nil || len(page.Posts) != 0 {
		t.Errorf("listed from the bin: %d, %v", len(page.Posts), err)
	}
	d.must(d.Unbin(t.Context(), p.ID))
	if page, err := d.List(t.Context(), d.space, Query{}); err != nil || len(page.Posts) != 1 {
		t.Errorf("not back: %d, %v", len(page.Posts), err)
	}
	if err := d.Purge(t.Context(), p.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("deleted outside of the bin: %v", err)
	}
	d.must(d.Remove(t.Context(), p.ID))
	d.must(d.Purge(t.Context(), p.ID))
	if _, err := d.Get(t.Context(), p.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("deleted: %v", err)
	}
}

func TestAListByStateFillsItsPages(t *testing.T) {
	d := newDesk(t)
	var planned []domain.PostID
	for i := range 9 {
		p := d.post(domain.Content{Text: fmt.Sprint("post ", i)})
		if i%3 == 0 {
			planned = append(planned, p.ID)
			_, err := d.db.AddDeliveries(t.Context(), []domain.Delivery{{
				ID: domain.DeliveryID(domain.NewID(time.Now())), Post: p.ID, Variant: p.Variants[0].ID, Due: time.Now(),
				Late: domain.DefaultLate(), Plan: []byte("{}"), PlanHash: "h",
			}}, func(domain.Delivery) []string { return []string{"k"} })
			d.must(err)
		}
	}
	var got []domain.PostID
	q := Query{States: []State{StateScheduled}, Limit: 2}
	for pages := 1; ; pages++ {
		page, err := d.List(t.Context(), d.space, q)
		d.must(err)
		for _, l := range page.Posts {
			got = append(got, l.ID)
			if l.State != StateScheduled || l.Of != 1 || l.Published != 0 {
				t.Errorf("stands %+v", l.Standing)
			}
		}
		if q.After = page.Next; q.After == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages)
			}
			break
		}
	}
	if len(got) != 3 || got[0] != planned[2] || got[2] != planned[0] {
		t.Errorf("got %v, want %v backwards", got, planned)
	}
	if s, err := d.Stand(t.Context(), planned[0]); err != nil || s.State != StateScheduled {
		t.Errorf("one post stands %+v, %v", s, err)
	}
}

func TestAPostStandsAtItsWorstDelivery(t *testing.T) {
	del := func(variant, occurrence string, s domain.DeliveryState, r domain.HoldReason) domain.Delivery {
		return domain.Delivery{Variant: domain.VariantID(variant), Occurrence: occurrence, State: s, HoldReason: r}
	}
	for name, c := range map[string]struct {
		list []domain.Delivery
		want Standing
	}{
		"nothing": {nil, Standing{State: StateDraft}},
		"two of three live": {[]domain.Delivery{
			del("a", "once-1", domain.Published, ""), del("b", "once-1", domain.Published, ""), del("c", "once-1", domain.Planned, ""),
		}, Standing{StateScheduled, 2, 3}},
		"rejected, then planned again": {[]domain.Delivery{
			del("a", "once-1", domain.Rejected, ""), del("a", "once-2", domain.Planned, ""),
		}, Standing{StateScheduled, 0, 1}},
		"repeated, one rejected": {[]domain.Delivery{
			del("a", "2026-11-22T09:00", domain.Rejected, ""), del("a", "2026-11-23T09:00", domain.Planned, ""),
		}, Standing{StateNeedsYou, 0, 2}},
		"in doubt and publishing":  {[]domain.Delivery{del("a", "once-1", domain.Sending, ""), del("b", "once-1", domain.Unknown, "")}, Standing{StateMakingSure, 0, 2}},
		"a pause and a wait":       {[]domain.Delivery{del("a", "once-1", domain.Waiting, ""), del("b", "once-1", domain.Held, domain.HoldByPerson)}, Standing{StateHeld, 0, 2}},
		"held for a repair":        {[]domain.Delivery{del("a", "once-1", domain.Preparing, ""), del("b", "once-1", domain.Held, domain.HoldAmbiguous)}, Standing{StateNeedsYou, 0, 2}},
		"taken back":               {[]domain.Delivery{del("a", "once-1", domain.Cancelled, "")}, Standing{State: StateDraft}},
		"missed":                   {[]domain.Delivery{del("a", "once-1", domain.Missed, "")}, Standing{StateMissed, 0, 1}},
		"one live, one taken back": {[]domain.Delivery{del("a", "once-1", domain.Published, ""), del("b", "once-1", domain.Cancelled, "")}, Standing{StatePublished, 1, 1}},
	} {
		if got := Stand(c.list); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestEveryDeliveryStateAndHoldReasonHasAPlace(t *testing.T) {
	for _, s := range domain.DeliveryStates() {
		got := stateOf(domain.Delivery{State: s, HoldReason: domain.HoldClock})
		if got == StateNeedsYou && s != domain.Rejected {
			t.Errorf("%s needs a person by default only", s)
		}
	}
	repairs := 0
	for _, r := range domain.HoldReasons() {
		if stateOfHold(r) == StateNeedsYou {
			repairs++
		}
	}
	if repairs != 7 {
		t.Errorf("%d hold reasons need a repair, want the 7 of the design", repairs)
	}
}

func TestWhatIsNotTextIsRefusedByName(t *testing.T) {
	d := newDesk(t)
	huge := strings.Repeat("x", 10<<20)
	for name, c := range map[string]struct {
		content domain.Content
		field   string
	}{
		"a broken byte":        {domain.Content{Text: "ab\xffc"}, "text"},
		"half of a surrogate":  {domain.Content{Parts: []string{"ok", "\xed\xa0\x80"}}, "parts[1]"},
		"a NUL":                {domain.Content{Warning: "a\x00b"}, "warning"},
		"10 MB":                {domain.Content{Text: huge}, "text"},
		"10 MB in a link":      {domain.Content{Link: huge}, "link"},
		"1 MB in 101 parts":    {domain.Content{Parts: repeated(huge[:MaxTextBytes/100], 101)}, "text"},
		"too many parts":       {domain.Content{Parts: make([]string, MaxParts)}, "parts"},
		"too many media":       {domain.Content{Media: make([]domain.Media, MaxMedia+1)}, "media"},
		"no such asset id":     {domain.Content{Media: []domain.Media{{Asset: "../etc"}}}, "media[0]"},
		"focus outside":        {domain.Content{Media: []domain.Media{{Asset: domain.AssetID(domain.NewID(time.Now())), Focus: &domain.Point{X: 1.01}}}}, "media[0].focus"},
		"too many answers":     {domain.Content{Poll: &domain.Poll{Options: make([]string, MaxPollOptions+1)}}, "poll"},
		"a poll ending before": {domain.Content{Poll: &domain.Poll{DurationS: -1}}, "poll"},
		"alt with a NUL":       {domain.Content{Media: []domain.Media{{Asset: domain.AssetID(domain.NewID(time.Now())), Alt: "\x00"}}}, "media[0].alt"},
	} {
		_, err := d.Create(t.Context(), d.space, c.content, nil)
		var wrong *domain.FieldError
		if !errors.As(err, &wrong) || wrong.Field != c.field || len(wrong.Message) > 200 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, err := d.List(t.Context(), d.space, Query{}); err != nil || len(page.Posts) != 0 {
		t.Errorf("refused posts left %d behind, %v", len(page.Posts), err)
	}
	p := d.post(domain.Content{Text: "fine"})
	_, err := d.Override(t.Context(), p.ID, d.channel.ID, domain.Override{Link: ptr("\xff")}, 0)
	var wrong *domain.FieldError
	if !errors.As(err, &wrong) || wrong.Field != string(d.channel.ID)+".link" {
		t.Errorf("a variant's field: %v", err)
	}
}

func repeated(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

func TestTextsAreKeptAsTheyAreButForLineEnds(t *testing.T) {
	got, err := Clean(domain.Content{
		Text: "a\r\nb\rc\vd \u202e \uFEFF\U0001F468\u200D\U0001F469 ", Link: " https://e.org\n",
		Media: []domain.Media{{Asset: domain.AssetID(domain.NewID(time.Now())), Part: 7}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "a\nb\nc\nd \u202e \uFEFF\U0001F468\u200D\U0001F469 " || got.Link != "https://e.org" {
		t.Errorf("got %q, %q", got.Text, got.Link)
	}
	if got.Parts == nil || got.Media[0].Part != 0 {
		t.Errorf("lists: %+v", got)
	}
}
