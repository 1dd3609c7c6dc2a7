package wiring

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/practice"
)

// doorCarrier is a network that leads every request to its own page until somebody signed in there,
// under certificates that the computer was taught to believe.
type doorCarrier struct {
	mu    sync.Mutex
	open  bool
	asked []string
}

func (c *doorCarrier) Send(_ context.Context, r network.Request, _ func() error) (network.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.URL)
	if c.open {
		return network.Reply{Status: 404, Header: map[string]string{"Content-Type": "text/plain"}}, nil
	}
	return network.Reply{Status: 302, Header: map[string]string{"Location": "https://login.hotel.example/"}}, nil
}

func (c *doorCarrier) let() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open = true
}

func (c *doorCarrier) knocks() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, url := range c.asked {
		if strings.HasSuffix(url, "/robots.txt") {
			n++
		}
	}
	return n
}

// far is the practice network, taken for one that needs a server.
type far struct{ practice.Network }

func (f far) Describe() network.Descriptor {
	d := f.Network.Describe()
	d.Rehearsal = false
	return d
}

func TestNothingIsMadePublicThroughAPortalAndItsEndIsFound(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, plan := on(t, l, folder)
		a.Networks = network.NewRegistry(far{practice.New()}, feed.New())
		door := &doorCarrier{}
		a.Carriers["https"] = hearing{door, a.ground}
		id := plan("from the hotel", time.Now().Add(time.Minute))
		w, err := a.Workspace(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		feed, err := s.System.Feed(string(w.ID))
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Posts.Create(api.CreatePost{Workspace: string(w.ID), Channels: []string{feed.Channel}, Content: api.Content{Text: "at home", Parts: []string{}}})
		if err != nil {
			t.Fatal(err)
		}
		local, err := s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: time.Now().Add(time.Minute).UnixMilli()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Carriers["https"].Send(t.Context(), network.Request{Method: "GET", URL: "https://one.example/me"}, nil); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, (&heard{}).events()) })
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if d := wants(t, s, id, "planned", ""); d.ErrorClass != "not_sent" || d.Attempts != 0 {
			t.Errorf("through a portal it was tried %d times, and waits for %q", d.Attempts, d.ErrorClass)
		}
		if tries, err := a.DB.Attempts(t.Context(), domain.DeliveryID(id)); err != nil || len(tries) > 0 {
			t.Errorf("through a portal it was tried: %+v (%v)", tries, err)
		}
		wants(t, s, local[0].ID, "published", "")
		if n := door.knocks(); n < 5 || n > 11 {
			t.Errorf("in five minutes a server was asked %d times whether it is there", n)
		}
		if e, err := s.Queue.Engine(""); err != nil || e.OfflineSinceMs == 0 || !e.Portal {
			t.Errorf("the engine says %+v (%v)", e, err)
		}

		door.let()
		time.Sleep(knockEvery + 2*lookEvery + mostSettle + lookAtPortal)
		synctest.Wait()
		wants(t, s, id, "published", "")
		if e, err := s.Queue.Engine(""); err != nil || e.OfflineSinceMs != 0 || e.Portal {
			t.Errorf("after the sign-in the engine says %+v (%v)", e, err)
		}
		before := door.knocks()
		time.Sleep(5 * time.Minute)
		if n := door.knocks(); n != before {
			t.Errorf("on line a server was asked %d times more", n-before)
		}
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestAReminderWaitsForAServerAndIsGivenOnceAfterARestart(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := &laptop{start: time.Now().Add(-time.Hour)}
		a, s, _ := on(t, l, folder)
		w, err := a.Workspace(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Accounts.Connected(t.Context(), w.ID, "mastodon", network.Account{Server: "https://one.example", RemoteID: "1", Handle: "me"}); err != nil {
			t.Fatal(err)
		}
		var posts []string
		for _, text := range []string{"of the sea", "of the fields"} {
			p, err := s.Posts.Create(api.CreatePost{Workspace: string(w.ID), Channels: []string{}, Content: api.Content{Text: text, Parts: []string{}}})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Queue.Remind(api.Reminder{Post: p.ID, On: true}); err != nil {
				t.Fatal(err)
			}
			posts = append(posts, p.ID)
		}
		if err := s.Queue.Remind(api.Reminder{Post: posts[0]}); err != nil {
			t.Fatal(err)
		}
		if e, err := s.Queue.Engine(""); err != nil || !slices.Equal(e.Reminders, posts[1:]) {
			t.Errorf("the engine remembers %q (%v)", e.Reminders, err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}

		a, s, _ = on(t, l, folder)
		door := &doorCarrier{}
		a.Carriers["https"] = hearing{door, a.ground}
		ctx, stop := context.WithCancel(t.Context())
		h := &heard{}
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, h.events()) })
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := h.count(api.NoticeOnline); n != 0 || door.knocks() == 0 {
			t.Errorf("before any server was reached it was told %d times, with %d knocks", n, door.knocks())
		}
		door.let()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if n := h.count(api.NoticeOnline); n != 1 {
			t.Errorf("it was told %d times", n)
		}
		for _, n := range h.notices {
			if n.Route != "#/posts/"+posts[1] || n.Values["count"] != "1" {
				t.Errorf("the notice is %+v", n)
			}
		}
		if e, err := s.Queue.Engine(""); err != nil || len(e.Reminders) > 0 {
			t.Errorf("the engine still remembers %q (%v)", e.Reminders, err)
		}
		before := door.knocks()
		time.Sleep(5 * time.Minute)
		if n := door.knocks(); n != before {
			t.Errorf("with nothing to wait for a server was asked %d times", n-before)
		}
		stop()
		work.Wait()
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}
