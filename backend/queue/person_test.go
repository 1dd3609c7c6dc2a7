package queue_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

// torn is a thread of three whose second part is in doubt, held before a person.
func torn(t *testing.T, shape network.Shape, f fault) (*haunted, domain.DeliveryID) {
	t.Helper()
	h := newShaped(t, shape, network.Reconcile{Quarantine: time.Hour})
	id := h.plan(h.channel("me"), time.Now(), numbered("torn part %d", 3)...)
	h.ledger.Once(faultNone, f)
	h.run()
	if d := h.get(id); d.State == domain.Unknown { // as if nothing could be proved
		err := h.db.Resolve(t.Context(), domain.Resolution{
			Delivery: id, Segment: 1, Verdict: domain.VerdictUndecided, Evidence: "test", Epoch: h.queue.Me.Epoch,
			Change: domain.Change{State: domain.Held, Reason: domain.HoldAmbiguous},
		}, domain.Unknown)
		if err != nil {
			t.Fatal(err)
		}
	}
	h.want(id, domain.Held, domain.HoldAmbiguous)
	return h, id
}

// whole reports how the thread ended.
func (h *haunted) whole(id domain.DeliveryID, generation int) {
	h.t.Helper()
	h.rest()
	if d := h.want(id, domain.Published, ""); d.Generation != generation {
		h.t.Errorf("generation %d, want %d", d.Generation, generation)
	}
	for _, text := range numbered("torn part %d", 3) {
		if n := h.ledger.Visible()[text]; n != 1 {
			h.t.Errorf("%q is visible %d times", text, n)
		}
	}
	if err := h.ledger.Orderly(); err != nil {
		h.t.Error(err)
	}
	var person int
	if err := h.raw.QueryRow("SELECT count(*) FROM resolution WHERE source = 'person'").Scan(&person); err != nil || person != 1 {
		h.t.Errorf("%d decisions of a person are recorded (%v)", person, err)
	}
}

func TestAPersonSettlesAPartOfAThreadInEveryShape(t *testing.T) {
	t.Parallel()
	for _, shape := range queuetest.Shapes() {
		t.Run(string(shape)+": it is live", func(t *testing.T) {
			h, id := torn(t, shape, faultResetAfter)
			posts := h.ledger.Posts()
			if err := h.planner.Resolve(t.Context(), id, queue.Answer{Live: "https://ledger.example/" + posts[1].ID}); err != nil {
				t.Fatal(err)
			}
			h.want(id, domain.Held, domain.HoldPartialThread) // the rest goes only when a person says so
			segments, err := h.db.Segments(t.Context(), id)
			if err != nil || segments[1].RemoteID != posts[1].ID || segments[1].RemoteURL != "https://ledger.example/"+posts[1].ID {
				t.Errorf("the part is %+v (%v)", segments[1], err)
			}
			if err := h.planner.Release(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			h.whole(id, 1)
		})
		t.Run(string(shape)+": it is absent, and is then let go", func(t *testing.T) {
			h, id := torn(t, shape, faultResetBefore)
			if err := h.planner.Resolve(t.Context(), id, queue.Answer{Absent: true}); err != nil {
				t.Fatal(err)
			}
			h.rest()
			h.want(id, domain.Held, domain.HoldByPerson) // saying so sends nothing
			if err := h.planner.Cancel(t.Context(), id); !errors.Is(err, domain.ErrNotAllowed) {
				t.Errorf("a thread of which a part is live was cancelled: %v", err)
			}
			if err := h.planner.Release(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			h.whole(id, 1)
		})
		t.Run(string(shape)+": send it again", func(t *testing.T) {
			h, id := torn(t, shape, faultResetBefore)
			if err := h.planner.Resolve(t.Context(), id, queue.Answer{SendAgain: true}); err != nil {
				t.Fatal(err)
			}
			h.whole(id, 2)
		})
	}
}

func TestALinkThatProvesNothingIsRefused(t *testing.T) {
	h, id := torn(t, network.ShapeNone, faultResetAfter)
	posts := h.ledger.Posts()
	for name, link := range map[string]string{
		"another site":    "https://elsewhere.example/post-2",
		"no address":      "it is there, I saw it",
		"no post":         "https://ledger.example/",
		"somebody else's": "https://ledger.example/other",
	} {
		if name == "somebody else's" {
			other := h.plan(h.channel("me"), time.Now(), "other")
			h.run()
			h.want(other, domain.Published, "")
			link = h.get(other).RemoteURL
		}
		var field *domain.FieldError
		if err := h.planner.Resolve(t.Context(), id, queue.Answer{Live: link}); !errors.As(err, &field) {
			t.Errorf("%s: %v", name, err)
		}
		h.want(id, domain.Held, domain.HoldAmbiguous)
	}
	if err := h.planner.Resolve(t.Context(), id, queue.Answer{Live: "https://ledger.example/" + posts[1].ID}); err != nil {
		t.Error(err)
	}
}

// A network that cannot read addresses: the post is live, and what must answer it cannot go.
func TestAnAddressThatTellsNoIDIsKeptAsAnAddress(t *testing.T) {
	for _, parts := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d parts", parts), func(t *testing.T) {
			h := newShaped(t, network.ShapeNone, network.Reconcile{})
			h.planner.Linked = nil
			id := h.plan(h.channel("me"), time.Now(), numbered("torn part %d", parts)...)
			h.ledger.Once(faultNone, faultResetAfter)
			h.run()
			const link = "https://anywhere.example/x"
			if err := h.planner.Resolve(t.Context(), id, queue.Answer{Live: link}); err != nil {
				t.Fatal(err)
			}
			segments, err := h.db.Segments(t.Context(), id)
			if err != nil || segments[1].RemoteID != "" || segments[1].RemoteURL != link || segments[1].State != domain.SegmentPublished {
				t.Fatalf("the part is %+v (%v)", segments[1], err)
			}
			if parts == 2 {
				h.want(id, domain.Published, "")
				return
			}
			if err := h.planner.Release(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			h.rest()
			if d := h.want(id, domain.Held, domain.HoldPartialThread); d.ErrorText == "" {
				t.Error("nothing says why the rest does not go")
			}
			if n := len(h.ledger.Posts()); n != 2 {
				t.Errorf("%d posts: a part answers nothing", n)
			}
		})
	}
}

func TestOneAddressProvesOneDelivery(t *testing.T) {
	h := newShaped(t, network.ShapeNone, network.Reconcile{})
	c := h.channel("me")
	ids := []domain.DeliveryID{h.plan(c, time.Now(), "hello"), h.plan(c, time.Now(), "hello")}
	h.ledger.Once(faultResetAfter, faultResetBefore)
	h.rest()
	live := queue.Answer{Live: "https://ledger.example/post-1"}
	if err := h.planner.Resolve(t.Context(), ids[0], live); err != nil {
		t.Fatal(err)
	}
	if err := h.planner.Resolve(t.Context(), ids[1], live); err == nil {
		t.Error("one post proved two deliveries")
	}
	h.want(ids[1], domain.Held, domain.HoldAmbiguous)
}
