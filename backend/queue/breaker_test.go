package queue_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// patiently is a queue as the program runs it: servers that fail get a pause.
func (a *app) patiently(carriers queue.Carriers) {
	a.queue = queue.New(queue.Config{
		Store: a.db, Accounts: a, Sealer: clear{}, Carriers: carriers,
		Me: domain.Publisher{Machine: "here", Process: "test", Version: "test", BootID: "boot"},
		Budgets: func(_ context.Context, id domain.ChannelID) (budget.Terms, error) {
			return budget.Of(a.network.Describe(), id, a.account), nil
		},
	})
}

func TestAServerThatFailsGetsAPauseThatOutlivesARestart(t *testing.T) {
	virtual(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "postbag.db")
		a := openApp(t, path, script(network.ShapeKey), nil)
		p := newPliant()
		var posts, failing atomic.Int64
		failing.Store(1)
		p.reply = func(_ network.Request, public bool) (network.Reply, error) {
			if failing.Load() == 0 {
				return network.Reply{}, nil
			}
			if public {
				posts.Add(1)
			}
			return network.Reply{Status: 503}, nil
		}
		for i := range 20 {
			a.plan(a.channel(fmt.Sprint("account ", i)), time.Now(), "hello")
		}
		start := time.Now()
		a.account.Server = "http://ledger"
		a.patiently(queue.Carriers{"http": p})
		a.runFor(2 * time.Minute)
		p.mu.Lock()
		asked := len(p.tokens)
		p.mu.Unlock()
		// Eight are under way at once: those that were asked already may end.
		if asked < 5 || asked > 13 {
			t.Errorf("%d requests to a server that fails", asked)
		}
		pauses, err := a.db.Pauses(t.Context(), time.Now())
		if err != nil || len(pauses) != 1 || pauses[0].Host != "ledger" || pauses[0].Until.Sub(start) > 11*time.Minute {
			t.Fatalf("pauses %v, %v", pauses, err)
		}
		_, _ = a.db.Close(), a.raw.Close()

		failing.Store(0)
		a = openApp(t, path, script(network.ShapeKey), nil)
		a.account.Server = "http://ledger"
		a.patiently(queue.Carriers{"http": p})
		a.runFor(5 * time.Minute)
		if n := a.count(domain.Published); n != 0 {
			t.Errorf("%d published during the pause", n)
		}
		a.runFor(14 * time.Minute)
		if n := a.count(domain.Published); n != 20 {
			t.Errorf("%d of 20 published after the pause", n)
		}
	})
}

func TestDuringAPauseNothingIsLookedUpAndOtherServersGoOn(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := finding{script(network.ShapeKey)}
		var looks atomic.Int64
		n.find = func() (network.Receipt, bool, error) { looks.Add(1); return network.Receipt{}, false, nil }
		a, p := newScripted(t, n)
		a.account.Server = "http://ledger"
		p.reply = func(r network.Request, public bool) (network.Reply, error) {
			if public && strings.HasPrefix(r.URL, "http://ledger") {
				return lost()
			}
			return network.Reply{}, nil
		}
		var ids []domain.DeliveryID
		for i := range 5 {
			ids = append(ids, a.plan(a.channel(fmt.Sprint("account ", i)), time.Now(), fmt.Sprint("hello ", i)))
		}
		a.patiently(queue.Carriers{"http": p})
		a.runFor(9 * time.Minute)
		if looks.Load() != 0 {
			t.Errorf("%d look-ups during the pause", looks.Load())
		}
		for _, id := range ids {
			a.want(id, domain.Unknown, "")
		}
		waits := a.plan(a.channel("account 9"), time.Now(), "same server")
		a.runFor(10 * time.Second)
		d := a.want(waits, domain.Planned, "")
		if d.ErrorClass != budget.ClassBreaker || !strings.Contains(d.ErrorText, "ledger") || !d.WakeAt.After(time.Now()) {
			t.Errorf("class %q, %q, wakes in %v", d.ErrorClass, d.ErrorText, time.Until(d.WakeAt))
		}
		other := n
		other.Server = "http://other"
		a.network, a.account.Server = other, "http://other"
		id := a.plan(a.channel("another"), time.Now(), "elsewhere")
		a.runFor(10 * time.Second)
		a.want(id, domain.Published, "")
	})
}

func TestABudgetThatOpensTooLateAsksThePerson(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := limited{scripted: script(network.ShapeKey)}
		a, p := newScripted(t, n)
		a.account.Server = limitedServer
		a.patiently(queue.Carriers{"http": p})
		c := a.channel("me")
		first := a.plan(c, time.Now(), numbered("part %d", 5)...)
		a.run()
		a.want(first, domain.Published, "")
		waits := a.plan(c, time.Now(), numbered("more %d", 5)...)
		late, err := a.planner.Plan(t.Context(), a.post(c, numbered("late %d", 5)...), queue.When{Due: time.Now(), Deadline: time.Now().Add(5 * time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		skip, err := a.planner.Plan(t.Context(), a.post(c, numbered("skip %d", 5)...), queue.When{
			Due: time.Now(), Late: domain.LatePolicy{Then: domain.LateSkip, After: time.Minute},
		})
		if err != nil {
			t.Fatal(err)
		}
		a.run()
		d := a.want(waits, domain.Planned, "")
		if want := "Fake lets this account post again at " + d.WakeAt.Local().Format("15:04"); d.ErrorClass != budget.ClassBudget || d.ErrorText != want {
			t.Errorf("class %q, %q, want %q", d.ErrorClass, d.ErrorText, want)
		}
		if wait := time.Until(d.WakeAt); wait < 9*time.Minute || wait > 11*time.Minute {
			t.Errorf("it waits %v", wait)
		}
		a.want(late[0].ID, domain.Held, domain.HoldBudget)
		a.want(skip[0].ID, domain.Held, domain.HoldBudget)
		// A wait that the network asked for is no lateness: nobody is asked about it.
		a.plan(c, time.Now(), numbered("next %d", 5)...)
		last := a.plan(c, time.Now(), numbered("last %d", 4)...)
		a.runFor(2 * time.Hour)
		a.want(waits, domain.Published, "")
		if d := a.want(last, domain.Published, ""); d.PublishedAt.Sub(d.Due) < 15*time.Minute {
			t.Errorf("it went out after %v, too early for a budget", d.PublishedAt.Sub(d.Due))
		}
	})
}

// One account whose server never ends its answers holds up no other, on the same server or not.
func TestASlowAccountDelaysNoOther(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		start := time.Now()
		bad := a.channel("bad")
		for i := range 30 {
			a.plan(bad, start.Add(-time.Minute), fmt.Sprint("slow ", i))
		}
		var good []domain.DeliveryID
		for c := range 20 {
			id := a.channel(fmt.Sprint("good ", c))
			for i := range 3 {
				good = append(good, a.plan(id, start, fmt.Sprintf("good %d %d", c, i)))
			}
		}
		p.arrives = func(r network.Request) {
			if isUpload(r) && strings.HasPrefix(string(r.Body[0].Bytes), "slow") {
				time.Sleep(10 * time.Minute)
			}
		}
		a.runFor(9 * time.Minute)
		for _, id := range good {
			if d := a.want(id, domain.Published, ""); d.PublishedAt.Sub(start) > 5*time.Second {
				t.Errorf("it waited %v", d.PublishedAt.Sub(start))
			}
		}
	})
}
