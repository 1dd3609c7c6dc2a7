package queue_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

func TestAnAccountsPostsAreLookedThroughTwice(t *testing.T) {
	h := newShaped(t, network.ShapeLookUp, network.Reconcile{})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetBefore)
	h.run()
	looks := func(pass time.Duration, want int, state domain.DeliveryState) {
		t.Helper()
		h.age(pass)
		h.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state = 'unknown'")
		h.run()
		if d := h.get(id); h.ledger.Looks() != want || d.State != state {
			t.Fatalf("after %v more it was looked %d times and is %s, want %d and %s", pass, h.ledger.Looks(), d.State, want, state)
		}
	}
	looks(time.Minute, 0, domain.Unknown)
	looks(61*time.Second, 1, domain.Unknown) // two minutes
	looks(7*time.Minute, 2, domain.Unknown)  // a person asked, or the program began anew
	looks(61*time.Second, 3, domain.Held)    // ten minutes
	if verdict, text := h.evidence(id); verdict != "undecided" || !strings.Contains(text, "looked 3 times") {
		t.Errorf("%s: %s", verdict, text)
	}
}

func TestALatePostIsFoundByTheSecondLook(t *testing.T) {
	h := newShaped(t, network.ShapeLookUp, network.Reconcile{})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetAfter)
	h.ledger.Do(func() { h.ledger.Lag = time.Hour })
	h.run()
	h.age(3 * time.Minute)
	h.exec("UPDATE delivery SET wake_at_ms = 1")
	h.run()
	h.want(id, domain.Unknown, "")
	h.ledger.Do(func() { h.ledger.Lag = 0 })
	h.age(8 * time.Minute)
	h.rest()
	if d := h.want(id, domain.Published, ""); d.RemoteID != "post-1" || d.RemoteURL == "" {
		t.Errorf("published as %q %q", d.RemoteID, d.RemoteURL)
	}
}

func TestOnlyAProvedBoundSaysThatNothingIsThere(t *testing.T) {
	for name, test := range map[string]struct {
		recon   network.Reconcile
		text    string // of a post of the person's own
		last    domain.DeliveryState
		visible int
	}{
		"no bound":                        {network.Reconcile{}, "", domain.Held, 0},
		"a bound":                         {network.Reconcile{Bound: 20 * time.Minute, Consistency: time.Minute}, "", domain.Published, 1},
		"a bound that is not over":        {network.Reconcile{Bound: 20 * time.Hour, Consistency: time.Minute}, "", domain.Unknown, 0},
		"a bound, and one that may be it": {network.Reconcile{Bound: 20 * time.Minute}, "hello hello (shortened)", domain.Held, 0},
		"a bound, and another post":       {network.Reconcile{Bound: 20 * time.Minute}, "closed today", domain.Published, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newShaped(t, network.ShapeLookUp, test.recon)
			id := h.plan(h.channel("me"), time.Now(), "hello hello hello")
			h.ledger.Once(faultResetBefore)
			h.run()
			if test.text != "" {
				h.ledger.Write(test.text)
			}
			h.age(30 * time.Minute)
			for range 3 {
				h.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('unknown', 'waiting')")
				h.run()
			}
			if d := h.get(id); d.State != test.last {
				verdict, text := h.evidence(id)
				t.Errorf("it is %s %s, want %s (%s: %s)", d.State, d.HoldReason, test.last, verdict, text)
			}
			if n := h.ledger.Visible()["hello hello hello"]; n != test.visible {
				t.Errorf("visible %d times, want %d", n, test.visible)
			}
		})
	}
}

func TestWhatIsFoundMustBeNobodyElses(t *testing.T) {
	t.Parallel()
	t.Run("two posts look like it", func(t *testing.T) {
		h := newShaped(t, network.ShapeLookUp, network.Reconcile{})
		id := h.plan(h.channel("me"), time.Now(), "hello")
		h.ledger.Once(faultResetAfter)
		h.run()
		h.ledger.Write("hello")
		h.age(time.Hour)
		h.rest()
		h.want(id, domain.Held, domain.HoldAmbiguous)
		if _, text := h.evidence(id); !strings.Contains(text, "2 posts there look exactly like it: https://ledger.example/post-2, https://ledger.example/post-1") {
			t.Errorf("the evidence is %q", text)
		}
	})
	t.Run("it is the post of another delivery", func(t *testing.T) {
		h := newShaped(t, network.ShapeLookUp, network.Reconcile{})
		c := h.channel("me")
		h.plan(c, time.Now(), "hello")
		h.run()
		id := h.plan(c, time.Now(), "hello")
		h.ledger.Once(faultResetBefore)
		h.run()
		h.age(time.Hour)
		h.rest()
		h.want(id, domain.Held, domain.HoldAmbiguous)
	})
	// One of the two was published, and nothing says which.
	for _, shape := range []network.Shape{network.ShapeLookUp, network.ShapeKey} {
		for _, order := range [][]fault{{faultResetAfter, faultResetBefore}, {faultResetBefore, faultResetAfter}} {
			t.Run(fmt.Sprintf("two with the same words are in doubt (%s, %v)", shape, order), func(t *testing.T) {
				h := newShaped(t, shape, network.Reconcile{Quarantine: time.Hour})
				if shape == network.ShapeKey {
					h.network = keyedFinder{queueNetwork(h)}
				}
				c := h.channel("me")
				ids := []domain.DeliveryID{h.plan(c, time.Now(), "hello"), h.plan(c, time.Now(), "hello")}
				h.ledger.Once(order...)
				h.run()
				h.age(6 * time.Hour)
				h.rest()
				visible := h.ledger.Visible()["hello"]
				states := []domain.DeliveryState{h.get(ids[0]).State, h.get(ids[1]).State}
				if shape == network.ShapeKey && (visible != 2 || h.count(domain.Published) != 2) {
					t.Errorf("%d visible, they are %v: the key tells them apart", visible, states)
				}
				if shape == network.ShapeLookUp && (visible != 1 || h.count(domain.Held) != 2) {
					t.Errorf("%d visible, they are %v: nobody can tell them apart", visible, states)
				}
			})
		}
	}
}

// keyedFinder is a keyed network whose look-up goes by the words of a post alone.
type keyedFinder struct{ fakeNetwork }

func queueNetwork(h *haunted) fakeNetwork {
	return fakeNetwork{Server: h.ledger.URL(), Shape: network.ShapeKey, Reconcile: network.Reconcile{Quarantine: time.Hour}}
}

func (n keyedFinder) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	list, err := queuetest.LookUp{Network: n.fakeNetwork}.List(ctx, c, a, p, time.Time{})
	if err != nil {
		return network.Receipt{}, false, err
	}
	for _, s := range list.Posts {
		if s.Text == p.Parts[len(p.Done)].Text {
			return s.Receipt, true, nil
		}
	}
	return network.Receipt{}, false, nil
}

func TestWithoutAWayToAskAPersonIsAskedAtOnce(t *testing.T) {
	h := newShaped(t, network.ShapeNone, network.Reconcile{Quarantine: time.Hour})
	id := h.plan(h.channel("me"), time.Now(), "hello")
	h.ledger.Once(faultResetAfter)
	h.run()
	d := h.want(id, domain.Held, domain.HoldAmbiguous)
	verdict, text := h.evidence(id)
	for _, part := range []string{"sent " + d.UpdatedAt.UTC().Format("2006-01-02"), "UTC; no certain answer from 127.0.0.1: ", "cannot be asked"} {
		if !strings.Contains(text, part) {
			t.Errorf("the evidence %q does not say %q", text, part)
		}
	}
	if verdict != "undecided" {
		t.Errorf("the verdict is %s", verdict)
	}
	actions := queue.Actions(d, queue.Footing{Touched: true, Doubt: true})
	if !strings.Contains(fmt.Sprint(actions), "live absent send_again") {
		t.Errorf("a person may %v", actions)
	}
}
