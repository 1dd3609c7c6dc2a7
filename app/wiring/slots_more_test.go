package wiring_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/queue"
)

func TestTwoProcessesNeverTakeOneSlot(t *testing.T) {
	const each = 12
	data := filepath.Join(t.TempDir(), "data")
	var apps [2]*wiring.App
	for i := range apps {
		app, err := wiring.Open(t.Context(), wiring.Config{Data: data, Program: "test", Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = app.Close() }()
		apps[i] = app
	}
	w, err := apps[0].Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	channels, err := apps[0].DB.Channels(t.Context(), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	channel := channels[0].ID
	if _, err := apps[0].Slots.SaveSet(t.Context(), domain.SlotSet{
		Channel: channel, Name: "Times", Zone: "Europe/Oslo", Slots: []domain.Slot{{Weekday: 1, Minute: 540}, {Weekday: 2, Minute: 540}, {Weekday: 4, Minute: 1080}},
	}); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var work sync.WaitGroup
	taken := map[time.Time]int{}
	for i, app := range apps {
		work.Go(func() {
			for n := range each {
				p, err := app.Posts.Create(t.Context(), w.ID, domain.Content{Text: fmt.Sprintf("post %d of %d", n, i)}, []domain.ChannelID{channel})
				if err != nil {
					t.Error(err)
					return
				}
				planned, err := app.Slots.InLine(t.Context(), p, nil, nil, time.Time{})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken[planned[0].Due]++
				mu.Unlock()
			}
		})
	}
	work.Wait()
	if len(taken) != 2*each {
		t.Errorf("%d posts are in %d slots: %v", 2*each, len(taken), taken)
	}
}

func TestASlotThatWasLeftCanBeTaken(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.set(d.channels[0], "Europe/Oslo", domain.Slot{Weekday: 1, Minute: 540})
		first, err := d.Slots.InLine(t.Context(), d.post, d.channels[:1], nil, time.Time{})
		d.ok(err)
		d.ok(d.Planner.Move(t.Context(), first[0].ID, first[0].Due.Add(26*time.Hour)))
		p := d.write(d.post.Workspace, "another", d.channels[0])
		second, err := d.Slots.InLine(t.Context(), p, nil, nil, time.Time{})
		d.ok(err)
		if !second[0].Due.Equal(first[0].Due) {
			t.Errorf("the slot that was left is not taken: %s, want %s", second[0].Due, first[0].Due)
		}
	})
}

func TestARefreshedRepeatGoesOutWithTheNewWords(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		rule := friday(d.post.ID, "Europe/Oslo")
		_, err := d.Slots.SetRepeat(t.Context(), rule)
		d.ok(err)
		before := len(d.due(domain.Planned))
		all, err := d.DB.DeliveriesOf(t.Context(), d.post.ID)
		d.ok(err)
		held, moved, gone := all[0], all[1], all[2]
		d.ok(d.Planner.Hold(t.Context(), held.ID))
		d.ok(d.Planner.Move(t.Context(), moved.ID, moved.Due.Add(time.Hour)))
		d.ok(d.Planner.Cancel(t.Context(), gone.ID))

		content := d.post.Content
		content.Text = "the new words"
		saved, err := d.Posts.Save(t.Context(), d.post.ID, content, d.post.Variants, 0)
		d.ok(err)
		d.post = saved
		for range 2 { // and again, and after that by itself
			d.ok(d.Slots.Refresh(t.Context(), d.post.ID))
		}
		d.ok(d.Slots.Expand(t.Context()))

		all, err = d.DB.DeliveriesOf(t.Context(), d.post.ID)
		d.ok(err)
		live := map[string]int{}
		for _, one := range all {
			if one.State.Terminal() {
				continue
			}
			key, _, _ := strings.Cut(one.Occurrence, "/")
			live[string(one.Channel)+" "+key]++
			plan, err := queue.Thaw(one)
			d.ok(err)
			if plan.Parts[0].Text != "the new words" {
				t.Errorf("%s says %q", one.Occurrence, plan.Parts[0].Text)
			}
			if sameTurn(one, held) && (one.State != domain.Held || one.HoldReason != domain.HoldByPerson) {
				t.Errorf("what was held is %s", one.State)
			}
			if sameTurn(one, moved) && !one.Due.Equal(moved.Due.Add(time.Hour)) {
				t.Errorf("what was moved goes out at %s", one.Due)
			}
			if sameTurn(one, gone) {
				t.Errorf("what a person took out is %s again", one.State)
			}
		}
		for turn, n := range live {
			if n != 1 {
				t.Errorf("%s is planned %d times", turn, n)
			}
		}
		if n := len(live); n != 2*before-1 && n != 2*before {
			t.Errorf("%d turns of %d are left", n, 2*before)
		}

		// A rule that has none of them takes all of them out, the renewed ones too.
		rule.Times = 1
		_, err = d.Slots.SetRepeat(t.Context(), rule)
		d.ok(err)
		all, err = d.DB.DeliveriesOf(t.Context(), d.post.ID)
		d.ok(err)
		for _, one := range all {
			if !one.State.Terminal() && !sameTurn(one, all[0]) && one.Occurrence[:10] != rule.First.String() {
				t.Errorf("%s is still %s", one.Occurrence, one.State)
			}
		}
	})
}

func sameTurn(a, b domain.Delivery) bool {
	x, _, _ := strings.Cut(a.Occurrence, "/")
	y, _, _ := strings.Cut(b.Occurrence, "/")
	return a.Channel == b.Channel && x == y
}

func TestARepeatThatNoLongerFitsKeepsItsPlans(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		_, err := d.Slots.SetRepeat(t.Context(), friday(d.post.ID, "Europe/Oslo"))
		d.ok(err)
		before := d.due(domain.Planned)
		content := d.post.Content
		content.Text = ""
		saved, err := d.Posts.Save(t.Context(), d.post.ID, content, d.post.Variants, 0)
		d.ok(err)
		if err := d.Slots.Refresh(t.Context(), saved.ID); err == nil {
			t.Error("an empty post was planned")
		}
		if after := d.due(domain.Planned); len(after) != len(before) {
			t.Errorf("%d turns of %d are left", len(after), len(before))
		}
	})
}
