package wiring_test

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// ear hears the notices and changes of one process.
type ear struct {
	mu      sync.Mutex
	notices []string
	changed []string
	reloads int // changes that name no delivery
}

func (e *ear) events() api.Events {
	return api.Events{
		Notice: func(n api.Notice) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.notices = append(e.notices, n.Code+" "+n.Values["count"])
		},
		Changed: func(_ api.Topic, ids []string) {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.changed = append(e.changed, ids...)
			if len(ids) == 0 {
				e.reloads++
			}
		},
	}
}

func (e *ear) heard() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.notices)
}

// process opens the program on a folder as one more process would.
func process(t *testing.T, folder string) *wiring.App {
	t.Helper()
	a, err := wiring.Open(t.Context(), wiring.Config{Data: folder, Program: "test", Version: "test", State: folder + "-state"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func channelOf(t *testing.T, a *wiring.App) (domain.Workspace, domain.ChannelID) {
	t.Helper()
	w, err := a.Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := a.Accounts.Connected(t.Context(), w.ID, "practice", network.Account{RemoteID: "me", Handle: "me", Name: "me"})
	if err != nil {
		t.Fatal(err)
	}
	return w, c.ID
}

// put plans a text for now.
func put(t *testing.T, a *wiring.App, w domain.Workspace, c domain.ChannelID, text string) domain.DeliveryID {
	t.Helper()
	p, err := a.Posts.Create(t.Context(), w.ID, domain.Content{Text: text}, []domain.ChannelID{c})
	if err != nil {
		t.Fatal(err)
	}
	list, err := a.Planner.Plan(t.Context(), p, queue.When{Due: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return list[0].ID
}

const words = "The shop opens at nine on Saturday, with fresh rolls."

func TestWhatNeedsAPersonIsToldOnceWithinASecond(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	synctest.Test(t, func(t *testing.T) {
		publisher, window := process(t, folder), process(t, folder)
		w, c := channelOf(t, publisher)
		put(t, publisher, w, c, words)
		var one, two ear
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { publisher.KeepPublishing(ctx, one.events()) })
		time.Sleep(5 * time.Second)
		work.Go(func() { window.KeepPublishing(ctx, two.events()) })
		time.Sleep(5 * time.Second)

		twin := put(t, window, w, c, words) // the other process plans; the publisher holds it
		time.Sleep(queueLooks + time.Second)
		synctest.Wait()
		told := append(one.heard(), two.heard()...)
		if n := count(told, "queue_needs_you 1"); n != 1 {
			t.Errorf("it was told %d times: %q and %q", n, one.heard(), two.heard())
		}
		two.mu.Lock()
		if !slices.Contains(two.changed, string(twin)) {
			t.Errorf("the other process does not see it: %q", two.changed)
		}
		two.mu.Unlock()

		// Writing something else about it is no news, and neither is a restart.
		if err := publisher.DB.Postpone(t.Context(), twin, time.Now(), "x", "y"); err != nil {
			t.Fatal(err)
		}
		stop()
		work.Wait()
		close1(t, publisher)
		close1(t, window)
		again := process(t, folder)
		var three ear
		ctx, stop = context.WithCancel(t.Context())
		work.Go(func() { again.KeepPublishing(ctx, three.events()) })
		time.Sleep(5 * time.Second)
		if n := count(three.heard(), "queue_needs_you 1"); n != 0 {
			t.Errorf("after a restart it was told again: %q", three.heard())
		}
		// Held anew it is news again.
		for _, step := range []domain.Change{{State: domain.Planned, WakeAt: time.Now().Add(time.Hour)}, {State: domain.Held, Reason: domain.HoldBudget}} {
			if err := again.DB.Decide(t.Context(), twin, step, domain.Held, domain.Planned); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		synctest.Wait()
		if got := three.heard(); count(got, "queue_needs_you 1") != 1 {
			t.Errorf("held anew, it was told as %q", got)
		}
		stop()
		work.Wait()
		close1(t, again)
	})
}

// queueLooks is the longest time until a queue looks that nobody woke: another process planned.
const queueLooks = 15 * time.Second

func count(list []string, want string) (n int) {
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

func close1(t *testing.T, a *wiring.App) {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestAHeldDeliveryIsToldWithinASecond(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	synctest.Test(t, func(t *testing.T) {
		window, other := process(t, folder), process(t, folder)
		w, c := channelOf(t, other)
		lock, err := other.Dir.LockPublisher() // the other one publishes
		if err != nil {
			t.Fatal(err)
		}
		var heard ear
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { window.KeepPublishing(ctx, heard.events()) })
		time.Sleep(time.Minute)
		id := put(t, other, w, c, words)
		if err := other.DB.Decide(t.Context(), id, domain.Change{State: domain.Held, Reason: domain.HoldBudget}, domain.Planned); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := heard.heard(); count(got, "queue_needs_you 1") != 1 {
			t.Errorf("after a second: %q", got)
		}
		heard.mu.Lock()
		heard.reloads = 0
		heard.mu.Unlock()
		if err := other.Planner.HoldAll(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		heard.mu.Lock()
		if heard.reloads == 0 {
			t.Error("that another process held everything is not seen")
		}
		heard.mu.Unlock()
		stop()
		work.Wait()
		if err := lock.Unlock(); err != nil {
			t.Error(err)
		}
		close1(t, window)
		close1(t, other)
	})
}

func TestHoldEverythingSurvivesARestart(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	a := process(t, folder)
	w, c := channelOf(t, a)
	id := put(t, a, w, c, words)
	if err := a.Planner.HoldAll(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	close1(t, a)
	a = process(t, folder)
	if err := a.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if d, err := a.DB.Delivery(t.Context(), id); err != nil || d.State != domain.Planned {
		t.Fatalf("while everything is held it is %s, %v", d.State, err)
	}
	if err := a.Planner.HoldAll(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	close1(t, a)
	a = process(t, folder)
	defer close1(t, a)
	if err := a.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if d, err := a.DB.Delivery(t.Context(), id); err != nil || d.State != domain.Published {
		t.Errorf("after everything was let go it is %s, %v", d.State, err)
	}
}
