package wiring

import (
	"context"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/api"
	"postbag/backend/clock"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/nonecall"
)

// laptop is a computer whose clocks and addresses a test moves. In a bubble the true time is the
// bubble's.
type laptop struct {
	mu     sync.Mutex
	start  time.Time
	off    time.Duration // of its wall clock
	still  time.Duration // that its monotonic clock stood still
	asleep chan struct{} // not nil: whoever looks at the clocks sleeps until it is closed
	boot   time.Duration // more than passed, for tests outside of a bubble
	lines  []net.Addr
}

func (l *laptop) clocks() clock.Reading {
	l.mu.Lock()
	asleep := l.asleep
	l.mu.Unlock()
	if asleep != nil {
		<-asleep
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	passed := now.Sub(l.start) + l.boot
	return clock.Reading{Wall: now.Round(0).UTC().Add(l.off), Ran: passed - l.still, Boot: passed}
}

func (l *laptop) addresses() ([]net.Addr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.lines), nil
}

func (l *laptop) do(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// sleep closes the lid for d of the bubble's time.
func (l *laptop) sleep(d time.Duration) {
	lid := make(chan struct{})
	l.do(func() { l.asleep = lid })
	time.Sleep(d)
	l.do(func() { l.asleep, l.still = nil, l.still+d })
	close(lid)
}

// heard collects what a person is told.
type heard struct {
	mu      sync.Mutex
	notices []api.Notice
}

func (h *heard) events() api.Events {
	return api.Events{Notice: func(n api.Notice) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.notices = append(h.notices, n)
	}}
}

func (h *heard) count(code string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, one := range h.notices {
		if one.Code == code {
			n++
		}
	}
	return n
}

// on opens Postbag on a laptop, with a channel that reaches nobody.
func on(t *testing.T, l *laptop, folder string) (*App, *api.Services, func(text string, due time.Time) string) {
	t.Helper()
	a, err := Open(t.Context(), Config{
		Data: filepath.Join(folder, "data"), Program: "test", Version: "test", State: filepath.Join(folder, "state"),
		Machine: "laptop", Clocks: l.clocks, Addresses: l.addresses,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := a.Services(t.Context(), api.Events{})
	w, err := a.Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return a, s, func(text string, due time.Time) string {
		t.Helper()
		c, err := a.Accounts.Connected(t.Context(), w.ID, "practice", network.Account{RemoteID: text, Handle: text, Name: text})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Posts.Create(api.CreatePost{Workspace: string(w.ID), Channels: []string{string(c.ID)}, Content: api.Content{Text: text, Parts: []string{}}})
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: due.UnixMilli()})
		if err != nil {
			t.Fatal(err)
		}
		return list[0].ID
	}
}

func wants(t *testing.T, s *api.Services, id, state, reason string, actions ...string) api.Delivery {
	t.Helper()
	story, err := s.Queue.Show(id)
	if err != nil {
		t.Fatal(err)
	}
	d := story.Delivery
	if d.State != state || d.HoldReason != reason {
		t.Errorf("it is %s %s (%s), want %s %s", d.State, d.HoldReason, d.ErrorText, state, reason)
	}
	for _, action := range actions {
		if !slices.Contains(d.Actions, action) {
			t.Errorf("the actions are %v, without %q", d.Actions, action)
		}
	}
	return d
}

func TestSleepingOverADueTimeAsks(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, plan := on(t, l, folder)
		begin := time.Now()
		slept := []string{plan("at two", begin.Add(5*time.Minute)), plan("at three", begin.Add(6*time.Minute))}
		fresh := plan("just before it woke", begin.Add(28*time.Minute))
		h := &heard{}
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, h.events()) })
		time.Sleep(3 * time.Minute)
		l.sleep(27 * time.Minute)
		woke := time.Now()
		time.Sleep(time.Second)
		wants(t, s, fresh, "planned", "") // the network has not come back yet
		time.Sleep(30 * time.Second)
		synctest.Wait()

		for _, id := range slept {
			wants(t, s, id, "held", "late_ask", "publish_now", "move", "cancel")
		}
		d := wants(t, s, fresh, "published", "") // no more than its rule allows
		if took := time.UnixMilli(d.PublishedMs).Sub(woke); took < leastSettle || took > 30*time.Second {
			t.Errorf("it went out %v after the laptop woke", took)
		}
		w, err := a.Workspace(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		away, err := s.Queue.Away(string(w.ID))
		if err != nil || len(away) != 2 {
			t.Errorf("while you were away: %d (%v), want 2", len(away), err)
		}
		if n := h.count(api.NoticeLate); n < 1 || n > 2 {
			t.Errorf("told %d times of it", n)
		}
		if n := h.count(api.NoticeClock); n != 0 {
			t.Error("a sleep is taken for a wrong clock")
		}
		marks, err := a.DB.ClockMarks(t.Context(), "laptop", a.ground.boot.ID())
		if err != nil || len(marks) != 1 || marks[0].Kind != "sleep" || marks[0].Offset < 26*time.Minute {
			t.Errorf("what was learnt: %+v (%v)", marks, err)
		}
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNothingIsPublishedByAClockThatIsWrong(t *testing.T) {
	l := &laptop{start: time.Now().Add(-time.Hour), off: 7 * time.Minute}
	a, s, plan := on(t, l, t.TempDir())
	defer func() { _ = a.Close() }()
	publish := func() {
		t.Helper()
		if err := a.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
	}
	date := time.Now().UTC().Format(http.TimeFormat)
	a.ground.clock.Heard("one.example", date, l.clocks())
	id := plan("hello", time.Now())
	a.ground.clock.Heard("two.example", date, l.clocks())
	publish()
	d := wants(t, s, id, "planned", "")
	if d.ErrorClass != "clock" {
		t.Errorf("nothing says why it waits: %+v", d.ErrorClass)
	}
	engine, err := s.Queue.Engine("")
	if err != nil || engine.ClockOffMs > -6*60_000 || engine.ClockOffMs < -8*60_000 {
		t.Errorf("the engine says that the clock is %d ms off (%v)", engine.ClockOffMs, err)
	}
	// Nobody set it for ten minutes: a person has to.
	l.do(func() { l.boot, l.off = clockPatience, l.off+clockPatience }) // ten minutes pass
	if _, err := a.DB.RightClock(t.Context(), -time.Hour); err != nil {
		t.Fatal(err)
	}
	publish()
	wants(t, s, id, "held", "clock", "release")

	// They let it go without setting it: no.
	if _, err := s.Queue.Release(id); err != nil {
		t.Fatal(err)
	}
	publish()
	wants(t, s, id, "held", "clock")
	// They set it, and let it go.
	l.do(func() { l.off = clockPatience })
	if _, err := s.Queue.Release(id); err != nil {
		t.Fatal(err)
	}
	publish()
	wants(t, s, id, "published", "")
}

func TestAWrongClockIsToldOnceAndRightedByItself(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, plan := on(t, l, folder)
		id := plan("at two", time.Now().Add(5*time.Minute))
		h := &heard{}
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, h.events()) })
		time.Sleep(time.Minute)
		for _, host := range []string{"one.example", "two.example"} {
			a.ground.clock.Heard(host, time.Now().UTC().Format(http.TimeFormat), l.clocks())
		}
		time.Sleep(2 * time.Minute)
		l.do(func() { l.off = 2 * time.Hour }) // somebody sets it; nothing is asked on the network
		time.Sleep(4 * time.Minute)
		synctest.Wait()
		wants(t, s, id, "planned", "")
		if n := h.count(api.NoticeClock); n != 1 {
			t.Errorf("told %d times of a wrong clock, want once", n)
		}
		l.do(func() { l.off = 0 })
		time.Sleep(time.Minute)
		synctest.Wait()
		wants(t, s, id, "published", "")
		kinds := map[string]int{}
		marks, err := a.DB.ClockMarks(t.Context(), "laptop", a.ground.boot.ID())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range marks {
			kinds[m.Kind]++
		}
		if kinds["step"] != 2 || kinds["suspect"] != 1 || kinds["trusted"] != 1 || kinds["sleep"] != 0 {
			t.Errorf("what was learnt: %v", kinds)
		}
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestChangingTheLaptopsZoneMovesNothing(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, plan := on(t, l, folder)
		due := time.Now().Add(6 * time.Minute)
		once := plan("at that instant", due)
		before := wants(t, s, once, "planned", "")
		h := &heard{}
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, h.events()) })
		time.Sleep(2 * time.Minute)
		tokyo, err := time.LoadLocation("Asia/Tokyo")
		if err != nil {
			t.Fatal(err)
		}
		here := time.Local
		time.Local = tokyo //nolint:gosmopolitan // this is what the system does to a program that travels
		defer func() { time.Local = here }()
		a.Slots.Here = tokyo
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if d := wants(t, s, once, "planned", "", "publish_now", "move", "edit", "hold", "cancel"); d.DueMs != before.DueMs {
			t.Errorf("it is due at %d, and was at %d", d.DueMs, before.DueMs)
		}
		time.Sleep(2*time.Minute + 30*time.Second)
		synctest.Wait()
		if d := wants(t, s, once, "published", ""); d.PublishedMs < due.UnixMilli() || d.PublishedMs > due.Add(20*time.Second).UnixMilli() {
			t.Errorf("it went out at %d, due %d", d.PublishedMs, due.UnixMilli())
		}
		if h.count(api.NoticeClock)+h.count(api.NoticeLate)+h.count(api.NoticeNeedsYou) > 0 {
			t.Errorf("a zone that changed is told of: %+v", h.notices)
		}
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// stuckCarrier answers nothing: the other side of its connections slept away.
type stuckCarrier struct{}

func (stuckCarrier) Send(ctx context.Context, _ network.Request, intent func() error) (network.Reply, error) {
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, err
		}
	}
	<-ctx.Done()
	return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "no certain answer", Err: context.Cause(ctx)}
}

func TestASleepEndsWhatMakesNothingPublicAndNothingElse(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, _, _ := on(t, l, folder)
		carrier := hearing{stuckCarrier{}, a.ground}
		ctx, cancel := context.WithCancel(t.Context())
		ended := map[string]bool{}
		var mu sync.Mutex
		var work sync.WaitGroup
		for name, intent := range map[string]func() error{"upload": nil, "publish": func() error { return nil }} {
			work.Go(func() {
				_, _ = carrier.Send(ctx, network.Request{Method: "POST", URL: "https://one.example/"}, intent)
				mu.Lock()
				defer mu.Unlock()
				ended[name] = true
			})
		}
		synctest.Wait()
		l.do(func() { l.still += time.Hour; l.boot += time.Hour })
		a.ground.watcher.Look()
		synctest.Wait()
		mu.Lock()
		if !ended["upload"] || ended["publish"] {
			t.Errorf("ended by the sleep: %v", ended)
		}
		mu.Unlock()
		cancel()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// lineCarrier reaches nobody while the laptop has no address.
type lineCarrier struct {
	network.Carrier
	laptop *laptop
}

func (c lineCarrier) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if lines, _ := c.laptop.addresses(); len(lines) == 0 {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "cannot reach it"}
	}
	return c.Carrier.Send(ctx, r, intent)
}

func TestTheNetworksReturnCutsTheWaitShort(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, plan := on(t, l, folder)
		a.Carriers[nonecall.Scheme] = lineCarrier{a.Carriers[nonecall.Scheme], l}
		id := plan("on the train", time.Now().Add(time.Minute))
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, (&heard{}).events()) })
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		d := wants(t, s, id, "waiting", "", "try_now", "hold")
		if d.ErrorClass != "not_sent" {
			t.Errorf("it waits for %q", d.ErrorClass)
		}
		if err := a.DB.Postpone(t.Context(), domain.DeliveryID(id), time.Now().Add(10*time.Minute), "not_sent", "cannot reach it"); err != nil {
			t.Fatal(err)
		}
		_, lan, err := net.ParseCIDR("192.168.1.0/24")
		if err != nil {
			t.Fatal(err)
		}
		l.do(func() { l.lines = []net.Addr{&net.IPNet{IP: net.IPv4(192, 168, 1, 7), Mask: lan.Mask}} })
		time.Sleep(lookEvery + mostSettle + 15*time.Second)
		synctest.Wait()
		wants(t, s, id, "published", "")
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

// portalCarrier is a network that lets nobody out before they signed in.
type portalCarrier struct{}

func (portalCarrier) Send(_ context.Context, _ network.Request, intent func() error) (network.Reply, error) {
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, err
		}
	}
	return network.Reply{Status: 511, Header: map[string]string{"Content-Type": "text/html"}}, nil
}

func TestAPortalIsNoServerAndItsAnswerNoFailure(t *testing.T) {
	l := &laptop{start: time.Now().Add(-time.Hour)}
	a, s, _ := on(t, l, t.TempDir())
	defer func() { _ = a.Close() }()
	carrier := hearing{portalCarrier{}, a.ground}
	r := network.Request{Method: "GET", URL: "https://one.example/", Header: map[string]string{"Accept": "application/json"}}
	if _, err := carrier.Send(t.Context(), r, nil); err == nil || network.KindOf(err) != network.NotSent {
		t.Errorf("a read through a portal ends with %v", err)
	}
	engine, err := s.Queue.Engine("")
	if err != nil || !engine.Portal {
		t.Errorf("the engine does not say that the network wants a sign-in (%v)", err)
	}
	// Of what may be public the network's own word is left to be judged.
	if reply, err := carrier.Send(t.Context(), r, func() error { return nil }); err != nil || reply.Status != 511 {
		t.Errorf("a publish through a portal ends with %d, %v", reply.Status, err)
	}
}
