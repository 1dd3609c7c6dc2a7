package queue_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

// newShaped is newHaunted with more said about how doubt is settled.
func newShaped(t testing.TB, shape network.Shape, r network.Reconcile) *haunted {
	t.Helper()
	l := newLedger(t)
	n := queuetest.Network{Server: l.URL(), Shape: shape, Reconcile: r}
	return &haunted{app: newApp(t, n.Looking(), queue.Carriers{"http": httpcall.New(nil)}), ledger: l}
}

// evidence is what the last resolution of a delivery says.
func (a *app) evidence(id domain.DeliveryID) (verdict, text string) {
	a.t.Helper()
	err := a.raw.QueryRow(`SELECT verdict, evidence FROM resolution WHERE delivery = (SELECT row FROM delivery WHERE id = ?)
		ORDER BY row DESC LIMIT 1`, id).Scan(&verdict, &text)
	if err != nil {
		a.t.Fatal(err)
	}
	return verdict, text
}

func TestAContainerIsWrittenDownBeforeItIsMadeVisible(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{ContainerLife: 24 * time.Hour})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	var container string
	var until, flipped int64
	h.ledger.Next = func() fault {
		// the flip is at the server: what is durable now is what a crash would leave
		if err := h.raw.QueryRow("SELECT container_id, container_expires_ms FROM segment").Scan(&container, &until); err != nil {
			t.Error(err)
		}
		if err := h.raw.QueryRow("SELECT key_until_ms FROM call WHERE effect = 'public' AND container_id = ?", container).Scan(&flipped); err != nil {
			t.Error(err)
		}
		return faultNone
	}
	h.run()
	h.want(id, domain.Published, "")
	if container != "box-1" || until != flipped || time.Until(time.UnixMilli(until)) < 23*time.Hour {
		t.Errorf("container %q until %v, repeatable until %v", container, time.UnixMilli(until), time.UnixMilli(flipped))
	}
}

func TestTheSameContainerIsMadeVisibleAgainAndNoOther(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{Quarantine: time.Nanosecond})
	h.plan(h.channel("me"), time.Now(), numbered("twice part %d", 2)...)
	h.ledger.Once(faultResetBefore, faultResetBefore, faultResetAfter, faultGhost)
	h.rest()
	if h.count(domain.Published) != 1 || len(h.ledger.Posts()) != 2 || h.ledger.Visible()["twice part 2"] != 1 {
		t.Errorf("%d published, %v", h.count(domain.Published), h.ledger.Posts())
	}
	var made int
	if err := h.raw.QueryRow("SELECT count(*) FROM call WHERE step LIKE 'container%'").Scan(&made); err != nil || made != 2 {
		t.Errorf("%d containers were made for two parts (%v)", made, err)
	}
	if err := h.ledger.Orderly(); err != nil {
		t.Error(err)
	}
}

func TestAContainerThatIsOverProvesWhatTheNetworkDocuments(t *testing.T) {
	for name, test := range map[string]struct {
		proves  bool
		state   domain.DeliveryState
		visible int
	}{
		"it was never visible":    {true, domain.Published, 1},
		"that is written nowhere": {false, domain.Held, 0},
	} {
		t.Run(name, func(t *testing.T) {
			h := newShaped(t, network.ShapePhase, network.Reconcile{
				Quarantine: time.Nanosecond, ContainerLife: time.Hour, ExpiredAbsent: test.proves,
			})
			id := h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Next = func() fault {
				h.ledger.ContainerLife = time.Nanosecond // it ends with its first flip
				h.ledger.Next = queuetest.Always(faultNone)
				return faultResetBefore
			}
			h.run()
			h.exec("UPDATE delivery SET wake_at_ms = 1")
			h.run() // asks the expired one
			h.ledger.Do(func() { h.ledger.ContainerLife = 0 })
			h.rest()
			if d := h.get(id); d.State != test.state {
				t.Errorf("it is %s %s (%s), want %s", d.State, d.HoldReason, d.ErrorText, test.state)
			}
			if n := h.ledger.Visible()["hello"]; n != test.visible {
				t.Errorf("%d visible, want %d", n, test.visible)
			}
			if verdict, text := h.evidence(id); !strings.Contains(text, "expired") {
				t.Errorf("%s: %s", verdict, text)
			}
		})
	}
}

func TestAStuckContainerComesBeforeAPerson(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{Quarantine: time.Hour})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetBefore)
	h.run()
	h.ledger.Do(func() { h.ledger.Building = -1 })
	h.age(2 * time.Hour)
	h.rest()
	h.want(id, domain.Held, domain.HoldAmbiguous)
	if _, text := h.evidence(id); !strings.Contains(text, "still works on it (IN_PROGRESS)") || !strings.HasPrefix(text, "sent 20") {
		t.Errorf("the evidence is %q", text)
	}
	if h.ledger.Looks() < 12 {
		t.Errorf("it was asked %d times", h.ledger.Looks())
	}
}

func TestAContainerThatIsNotReadyYetIsWaitedFor(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{})
	h.ledger.Building = 3
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.run()
	h.want(id, domain.Waiting, "")
	h.rest()
	h.want(id, domain.Published, "")
	if n := h.ledger.Visible()["hello"]; n != 1 || len(h.ledger.Posts()) != 1 {
		t.Errorf("%d visible", n)
	}
}

func TestAContainerThatNeverGetsReadyComesBeforeAPerson(t *testing.T) {
	for _, lost := range []bool{false, true} {
		h := newShaped(t, network.ShapePhase, network.Reconcile{Quarantine: time.Hour})
		id := h.plan(h.channel("me"), time.Now(), "hello")
		if lost { // it was ready for a moment, and then for ever not
			h.ledger.Once(faultResetBefore)
			h.run()
			h.age(2 * time.Hour)
			h.queue.Store = &faulty{Store: h.db, claim: func() error { h.ledger.Do(func() { h.ledger.Building = -1 }); return nil }}
		} else {
			h.ledger.Building = -1
		}
		h.rest()
		reason := domain.HoldLateAsk
		if lost {
			reason = domain.HoldAmbiguous
		}
		if d := h.want(id, domain.Held, reason); d.ErrorText != "the server still works on it" {
			t.Errorf("a person reads %q", d.ErrorText)
		}
		if n := len(h.ledger.Posts()); n > 0 {
			t.Errorf("%d visible", n)
		}
	}
}

// A container that ended while the delivery waited is made anew: nobody had asked to see it.
func TestAContainerThatEndedUnseenIsMadeAnew(t *testing.T) {
	for name, ends := range map[string]func(h *haunted){
		"as the journal knows": func(h *haunted) { h.exec("UPDATE segment SET container_expires_ms = 1") },
		"as the network tells": func(h *haunted) { h.ledger.Do(func() { h.ledger.Drop("box-1") }) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newShaped(t, network.ShapePhase, network.Reconcile{ContainerLife: time.Hour})
			id := h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Once(faultThrottled)
			h.run()
			h.want(id, domain.Waiting, "")
			ends(h)
			h.rest()
			h.want(id, domain.Published, "")
			posts := h.ledger.Posts()
			if len(posts) != 1 || posts[0].Key != "box-2" {
				t.Errorf("visible is %+v", posts)
			}
		})
	}
}

// While a container may be visible, no other one is shown, whatever the network makes of it.
func TestNoSecondContainerIsShownInDoubt(t *testing.T) {
	h := newShaped(t, network.ShapePhase, network.Reconcile{Quarantine: time.Hour, ContainerLife: 24 * time.Hour})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetBefore)
	h.run()
	h.want(id, domain.Unknown, "")
	h.exec("DELETE FROM local_reply") // the answer that named it is gone, and another one is made
	h.age(2 * time.Hour)
	h.rest()
	h.want(id, domain.Held, domain.HoldAmbiguous)
	if n := h.ledger.Visible()["hello"]; n > 1 {
		t.Errorf("%d visible", n)
	}
}
