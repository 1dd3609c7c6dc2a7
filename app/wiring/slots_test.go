package wiring_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/slots"
)

// desk is the program with a post for two channels, in a bubble whose clock begins on Saturday,
// 1 January 2000.
type desk struct {
	*wiring.App
	t        *testing.T
	channels []domain.ChannelID
	post     domain.Post
}

func atDesk(t *testing.T, do func(t *testing.T, d *desk)) {
	t.Helper()
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		app, err := wiring.Open(t.Context(), wiring.Config{Data: filepath.Join(folder, "data"), Program: "test", Version: "test"})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := app.Close(); err != nil {
				t.Error(err)
			}
		}()
		oslo, err := time.LoadLocation("Europe/Oslo")
		if err != nil {
			t.Fatal(err)
		}
		app.Slots.Here = oslo
		w, err := app.Workspace(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		d := &desk{App: app, t: t}
		list, err := app.DB.Channels(t.Context(), w.ID)
		if err != nil {
			t.Fatal(err)
		}
		practice, err := app.Accounts.Connected(t.Context(), w.ID, "practice", network.Account{RemoteID: "me", Handle: "me", Name: "me"})
		if err != nil {
			t.Fatal(err)
		}
		d.channels = []domain.ChannelID{practice.ID, list[0].ID}
		d.post = d.write(w.ID, "each Friday", d.channels...)
		do(t, d)
	})
}

func (d *desk) write(w domain.WorkspaceID, text string, channels ...domain.ChannelID) domain.Post {
	d.t.Helper()
	p, err := d.Posts.Create(d.t.Context(), w, domain.Content{Text: text}, channels)
	d.ok(err)
	return p
}

func (d *desk) ok(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// due returns the due times of a post's deliveries in a state, with their occurrence.
func (d *desk) due(state domain.DeliveryState) (list []string) {
	d.t.Helper()
	all, err := d.DB.DeliveriesOf(d.t.Context(), d.post.ID)
	d.ok(err)
	for _, one := range all {
		if one.State == state && one.Channel == d.channels[0] {
			list = append(list, one.Occurrence+" "+one.Due.Format("01-02T15:04Z"))
		}
	}
	slices.Sort(list)
	return list
}

func (d *desk) set(channel domain.ChannelID, zone string, slotsOf ...domain.Slot) domain.SlotSet {
	d.t.Helper()
	set, err := d.Slots.SaveSet(d.t.Context(), domain.SlotSet{Channel: channel, Name: "Times", Zone: zone, Slots: slotsOf})
	d.ok(err)
	return set
}

func TestPostsInLineTakeOneFreeSlotAfterAnother(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.set(d.channels[0], "Europe/Oslo", domain.Slot{Weekday: 1, Minute: 540}, domain.Slot{Weekday: 3, Minute: 540})
		var got []string
		for range 3 {
			p := d.write(d.post.Workspace, "in line", d.channels[0])
			planned, err := d.Slots.InLine(t.Context(), p, nil, nil, time.Time{})
			d.ok(err)
			got = append(got, planned[0].DueWall.String()+" "+planned[0].Due.Format("15:04Z"))
		}
		want := []string{"2000-01-03T09:00 08:00Z", "2000-01-05T09:00 08:00Z", "2000-01-10T09:00 08:00Z"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}

func TestACancelledPostGivesItsSlotBack(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.set(d.channels[0], "Europe/Oslo", domain.Slot{Weekday: 1, Minute: 540})
		first, err := d.Slots.InLine(t.Context(), d.post, d.channels[:1], nil, time.Time{})
		d.ok(err)
		d.ok(d.Planner.Cancel(t.Context(), first[0].ID))
		again, err := d.Slots.InLine(t.Context(), d.post, d.channels[:1], nil, time.Time{})
		d.ok(err)
		if !again[0].Due.Equal(first[0].Due) {
			t.Errorf("%s, want %s", again[0].Due, first[0].Due)
		}
	})
}

func TestAPostForSeveralChannelsStaysTogether(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.set(d.channels[0], "Europe/Oslo", domain.Slot{Weekday: 1, Minute: 540}, domain.Slot{Weekday: 4, Minute: 540})
		d.set(d.channels[1], "America/New_York", domain.Slot{Weekday: 2, Minute: 480})
		ways, err := d.Slots.NextFree(t.Context(), d.channels, nil, time.Now(), 3)
		d.ok(err)
		var got []string
		for _, way := range ways {
			var one []string
			for _, turn := range way.Turns {
				one = append(one, turn.At.Format("01-02T15:04Z"))
			}
			got = append(got, strings.Join(one, " "))
		}
		want := []string{"01-03T08:00Z 01-04T13:00Z", "01-06T08:00Z 01-11T13:00Z", "01-13T08:00Z 01-18T13:00Z"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		later, err := d.Slots.NextFree(t.Context(), d.channels, map[domain.ChannelID]time.Duration{d.channels[1]: 0, d.channels[0]: 2 * time.Hour}, time.Now(), 1)
		d.ok(err)
		if at := later[0].Turns[0].At.Format("01-02T15:04Z"); at != "01-03T10:00Z" {
			t.Errorf("two hours later is %s", at)
		}
	})
}

func TestWithoutSlotsNothingIsPutInLine(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		if _, err := d.Slots.InLine(t.Context(), d.post, nil, nil, time.Time{}); !errors.Is(err, domain.ErrNotAllowed) {
			t.Errorf("%v", err)
		}
	})
}

func friday(post domain.PostID, zone string) domain.Repeat {
	return domain.Repeat{
		Post: post, Zone: zone, First: domain.Date{Year: 2000, Month: 1, Day: 7}, Minute: 450, Unit: domain.RepeatWeek, Every: 1,
	}
}

func TestARepeatIsPlannedOnceHoweverOftenItIsExpanded(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		_, err := d.Slots.SetRepeat(t.Context(), friday(d.post.ID, "Europe/Oslo"))
		d.ok(err)
		planned := d.due(domain.Planned)
		if len(planned) != 8 || planned[0] != "2000-01-07T07:30 01-07T06:30Z" {
			t.Fatalf("%q", planned)
		}
		for range 3 {
			d.ok(d.Slots.Expand(t.Context()))
		}
		if again := d.due(domain.Planned); !slices.Equal(again, planned) {
			t.Errorf("%q, want %q", again, planned)
		}
		time.Sleep(21 * 24 * time.Hour)
		d.ok(d.Slots.Expand(t.Context()))
		if later := d.due(domain.Planned); len(later) != 11 || later[10] != "2000-03-17T07:30 03-17T06:30Z" {
			t.Errorf("three weeks later: %q", later)
		}
	})
}

func TestARepeatInAnotherZoneMovesWhatWaitsAndDoublesNothing(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		_, err := d.Slots.SetRepeat(t.Context(), friday(d.post.ID, "Europe/Oslo"))
		d.ok(err)
		before := d.due(domain.Planned)
		_, err = d.Slots.SetRepeat(t.Context(), friday(d.post.ID, "America/New_York"))
		d.ok(err)
		after := d.due(domain.Planned)
		if len(after) != len(before) || after[0] != "2000-01-07T07:30 01-07T12:30Z" || len(d.due(domain.Cancelled)) != 0 {
			t.Errorf("%q", after)
		}
	})
}

func TestWhatARuleNoLongerHasLeavesAndComesBackWithIt(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		rule := friday(d.post.ID, "Europe/Oslo")
		_, err := d.Slots.SetRepeat(t.Context(), rule)
		d.ok(err)
		all, err := d.DB.DeliveriesOf(t.Context(), d.post.ID)
		d.ok(err)
		for _, one := range all { // a person takes the first one out, on every channel
			if one.Occurrence == "2000-01-07T07:30" {
				d.ok(d.Planner.Cancel(t.Context(), one.ID))
			}
		}
		rule.Minute = 600
		_, err = d.Slots.SetRepeat(t.Context(), rule)
		d.ok(err)
		if got := d.due(domain.Planned); len(got) != 8 || got[0] != "2000-01-07T10:00 01-07T09:00Z" {
			t.Errorf("at ten: %q", got)
		}
		rule.Minute = 450
		_, err = d.Slots.SetRepeat(t.Context(), rule)
		d.ok(err)
		got := d.due(domain.Planned)
		if len(got) != 7 || got[0] != "2000-01-14T07:30/2 01-14T06:30Z" {
			t.Errorf("at half past seven again, without the one a person took out: %q", got)
		}
		d.ok(d.Slots.RemoveRepeat(t.Context(), d.post.ID))
		if left := d.due(domain.Planned); len(left) != 0 {
			t.Errorf("without a repeat: %q", left)
		}
	})
}

func TestAnOccurrenceThatAPersonMovedStaysThere(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		_, err := d.Slots.SetRepeat(t.Context(), friday(d.post.ID, "Europe/Oslo"))
		d.ok(err)
		all, err := d.DB.DeliveriesOf(t.Context(), d.post.ID)
		d.ok(err)
		moved := all[0].Due.Add(5 * time.Hour)
		d.ok(d.Planner.Move(t.Context(), all[0].ID, moved))
		d.ok(d.Slots.Expand(t.Context()))
		one, err := d.DB.Delivery(t.Context(), all[0].ID)
		d.ok(err)
		if !one.Due.Equal(moved) || one.State != domain.Planned {
			t.Errorf("%s %s", one.State, one.Due)
		}
	})
}

func TestAWallTimeThatBecameAnotherInstantIsMovedThere(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		wall := domain.Wall{Date: domain.Date{Year: 2000, Month: 1, Day: 10}, Minute: 540}
		// As an older edition of the zone's rules had it: an hour off.
		wrong := time.Date(2000, 1, 10, 9, 0, 0, 0, time.UTC)
		planned, err := d.Planner.PlanTurns(t.Context(), d.post, []queue.Turn{{Channel: d.channels[0], When: queue.When{
			Due: wrong.Add(90 * time.Second), Wall: wall, Zone: "Europe/Oslo", Rule: string(slots.Exact), Shift: 90 * time.Second,
		}}})
		d.ok(err)
		for range 2 {
			d.ok(d.Slots.Expand(t.Context()))
			one, err := d.DB.Delivery(t.Context(), planned[0].ID)
			d.ok(err)
			if got := one.Due.Format("15:04:05"); got != "08:01:30" || one.DueWall != wall || one.DueShift != 90*time.Second {
				t.Errorf("%s %+v", got, one.DueWall)
			}
		}
	})
}

func TestALateRuleReachesWhatWaits(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		due := time.Now().Add(48 * time.Hour)
		planned, err := d.Planner.Plan(t.Context(), d.post, queue.When{Due: due})
		d.ok(err)
		rule := func(then domain.LateThen, giveUp time.Duration) domain.TimeRule {
			return domain.TimeRule{Late: &domain.LateRule{LatePolicy: domain.LatePolicy{Then: then, After: time.Hour}, GiveUp: giveUp}}
		}
		check := func(why string, want ...domain.LateThen) {
			t.Helper()
			for i, p := range planned {
				one, err := d.DB.Delivery(t.Context(), p.ID)
				d.ok(err)
				at := slices.Index(d.channels, one.Channel)
				if one.Late.Then != want[at] {
					t.Errorf("%s: delivery %d has %s, want %s", why, i, one.Late.Then, want[at])
				}
			}
		}
		check("by default", domain.LateAsk, domain.LateAsk)
		_, err = d.Slots.SetRules(t.Context(), domain.TimeScope{Workspace: d.post.Workspace}, rule(domain.LatePublish, 0))
		d.ok(err)
		check("of the workspace", domain.LatePublish, domain.LatePublish)
		_, err = d.Slots.SetRules(t.Context(), domain.TimeScope{Channel: d.channels[0]}, rule(domain.LateSkip, 24*time.Hour))
		d.ok(err)
		check("of the channel", domain.LateSkip, domain.LatePublish)
		changed, err := d.Slots.SetRules(t.Context(), domain.TimeScope{Post: d.post.ID}, rule(domain.LateNextSlot, 0))
		d.ok(err)
		check("of the post", domain.LateNextSlot, domain.LateNextSlot)
		if len(changed) != 2 {
			t.Errorf("%d changed", len(changed))
		}
		_, err = d.Slots.SetRules(t.Context(), domain.TimeScope{Post: d.post.ID}, domain.TimeRule{})
		d.ok(err)
		check("of the channel again", domain.LateSkip, domain.LatePublish)
		one, err := d.DB.Delivery(t.Context(), planned[slices.IndexFunc(planned, func(p domain.Delivery) bool { return p.Channel == d.channels[0] })].ID)
		d.ok(err)
		if !one.Deadline.Equal(one.Due.Add(24 * time.Hour)) {
			t.Errorf("gives up at %s, due %s", one.Deadline, one.Due)
		}
		d.ok(d.Planner.Move(t.Context(), one.ID, one.Due.Add(72*time.Hour)))
		if one, err = d.DB.Delivery(t.Context(), one.ID); err != nil || !one.Deadline.Equal(one.Due.Add(24*time.Hour)) {
			t.Errorf("moved to %s, it gives up at %s: %v", one.Due, one.Deadline, err)
		}
	})
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		scope := domain.TimeScope{Workspace: d.post.Workspace}
		for why, r := range map[string]domain.TimeRule{
			"a zone that is none":    {Zone: "Nowhere/Land"},
			"a rule that is none":    {Late: &domain.LateRule{LatePolicy: domain.LatePolicy{Then: "shrug"}}},
			"the end before the due": {Late: &domain.LateRule{LatePolicy: domain.LatePolicy{Then: domain.LateAsk, After: time.Hour}, GiveUp: time.Minute}},
			"a workspace's deadline": {NotAfter: time.Now()},
		} {
			if _, err := d.Slots.SetRules(t.Context(), scope, r); !errors.Is(err, domain.ErrInvalid) {
				t.Errorf("%s: %v", why, err)
			}
		}
		if _, err := d.Slots.SetRules(t.Context(), domain.TimeScope{Channel: "nosuch"}, domain.TimeRule{}); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("an unknown channel: %v", err)
		}
	})
}

func TestAZoneIsTheChannelsThenTheWorkspacesThenThisMachines(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		want := func(name string) {
			t.Helper()
			z, err := d.Slots.Zone(t.Context(), d.post.Workspace, d.channels[0])
			d.ok(err)
			if z.Name != name {
				t.Errorf("%s, want %s", z.Name, name)
			}
		}
		want("Europe/Oslo")
		_, err := d.Slots.SetRules(t.Context(), domain.TimeScope{Workspace: d.post.Workspace}, domain.TimeRule{Zone: "Asia/Tokyo"})
		d.ok(err)
		want("Asia/Tokyo")
		_, err = d.Slots.SetRules(t.Context(), domain.TimeScope{Channel: d.channels[0]}, domain.TimeRule{Zone: "America/Lima"})
		d.ok(err)
		want("America/Lima")
	})
}

func TestALatePostWithThatRuleMovesToTheNextFreeSlot(t *testing.T) {
	atDesk(t, func(t *testing.T, d *desk) {
		d.set(d.channels[0], "Europe/Oslo", domain.Slot{Weekday: 1, Minute: 540})
		_, err := d.Slots.SetRules(t.Context(), domain.TimeScope{Channel: d.channels[0]}, domain.TimeRule{
			Late: &domain.LateRule{LatePolicy: domain.LatePolicy{Then: domain.LateNextSlot, After: time.Minute}},
		})
		d.ok(err)
		planned, err := d.Planner.Plan(t.Context(), d.post, queue.When{Due: time.Now().Add(time.Hour)}, d.channels[0])
		d.ok(err)
		time.Sleep(3 * time.Hour) // the laptop was off
		d.ok(d.Publish(t.Context(), true, nil))
		one, err := d.DB.Delivery(t.Context(), planned[0].ID)
		d.ok(err)
		if one.State != domain.Planned || one.DueWall.String() != "2000-01-03T09:00" {
			t.Errorf("%s, due %s", one.State, one.Due)
		}
	})
}
