package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// fading is a network whose answers to a deletion are given, one after the other; after the last, success.
type fading struct {
	network.Network
	answers []error
	asked   []string
}

func (f *fading) Describe() network.Descriptor {
	return network.Descriptor{ID: "script", Name: "Script", Limits: network.Limits{Parts: 5}}
}

func (f *fading) Delete(ctx context.Context, c network.Calls, _ network.Account, r network.Receipt) error {
	f.asked = append(f.asked, r.RemoteID)
	if _, err := c.Publish(ctx, "post", network.Request{}); network.KindOf(err) != network.NotSent {
		panic("a deletion could publish")
	}
	if len(f.answers) == 0 {
		return nil
	}
	err := f.answers[0]
	f.answers = f.answers[1:]
	if err != nil && err.Error() == "panic" {
		panic(err)
	}
	return err
}

// fadingStore is what the deleter remembers and whom it asks, in memory: a live thread of three parts.
type fadingStore struct {
	bookkeeping
	list     []domain.Deletion
	nameless bool // of the second part the address alone is known
}

func (s *fadingStore) Segments(context.Context, domain.DeliveryID) ([]domain.Segment, error) {
	list := []domain.Segment{{RemoteID: "1"}, {Index: 1, RemoteID: "2"}, {Index: 2, RemoteID: "3"}}
	if s.nameless {
		list[1].RemoteID, list[1].RemoteURL = "", "https://script.example/2"
	}
	return list, nil
}

func (s *fadingStore) Deletions(context.Context, domain.DeliveryID) ([]domain.Deletion, error) {
	return slices.Clone(s.list), nil
}

func (s *fadingStore) BeginDeletion(_ context.Context, e domain.Deletion) (domain.Deletion, error) {
	e.ID, e.At = "x", time.Now()
	s.list = append(s.list, e)
	return e, nil
}

func (s *fadingStore) EndDeletion(_ context.Context, e domain.Deletion) error {
	s.list[len(s.list)-1] = e
	return nil
}

func liveForDeletion(t *testing.T, n network.Network) (*fadingStore, *queue.Deleter) {
	t.Helper()
	body, hash, err := queue.Freeze(network.Plan{Delivery: "d", Parts: []network.Part{{Text: "one"}, {Text: "two"}, {Text: "three"}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &fadingStore{bookkeeping: bookkeeping{network: n, d: domain.Delivery{
		ID: "d", State: domain.Published, PublishedAt: time.Now().Add(-time.Hour), Plan: body, PlanHash: hash, ApprovedHash: hash,
	}}}
	return s, &queue.Deleter{Store: s, Accounts: s}
}

func outcomes(list []domain.Deletion) (out []domain.Outcome) {
	for _, e := range list {
		out = append(out, e.Outcome)
	}
	return out
}

func TestAThreadIsDeletedFromItsEndAndGoesOnWhereItStopped(t *testing.T) {
	n := &fading{answers: []error{nil, &network.Error{Kind: network.Throttled, Code: "slow", Message: "Wait a moment."}}}
	s, e := liveForDeletion(t, n)
	asked, err := e.Delete(t.Context(), "d")
	if want := []domain.Outcome{domain.OutcomeAccepted, domain.OutcomeThrottled}; err != nil || !slices.Equal(outcomes(asked), want) {
		t.Fatalf("%+v, %v", asked, err)
	}
	if asked[0].Segment != 2 || asked[1].Segment != 1 || asked[1].Message != "Wait a moment." || asked[1].Code != "slow" {
		t.Errorf("asked was %+v", asked)
	}
	live, err := queue.ReadLive(t.Context(), s, s.d)
	if err != nil || !live.Parts[2].Gone || live.Parts[1].Gone || live.Bar(n, 2, time.Now()) != network.EditGone || live.Deletable(n) != queue.DeleteNone {
		t.Errorf("live is %+v, %v", live.Parts, err)
	}
	if asked, err = e.Delete(t.Context(), "d"); err != nil || len(asked) != 2 || asked[1].Segment != 0 || asked[1].Outcome != domain.OutcomeAccepted {
		t.Errorf("asked again, it was %+v, %v", asked, err)
	}
	if want := []string{"3", "2", "2", "1"}; !slices.Equal(n.asked, want) {
		t.Errorf("asked for were %v, not %v", n.asked, want)
	}
	no := &queue.NotDeletableError{}
	if _, err := e.Delete(t.Context(), "d"); !errors.As(err, &no) || no.Bar != queue.DeleteGone || !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("what is gone is deleted again: %v", err)
	}
	if len(n.asked) != 4 {
		t.Error("the network was asked for what is gone")
	}
}

func TestALostAnswerToADeletionIsAskedForOnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := &network.Error{Kind: network.Ambiguous, Message: "no answer"}
		n := &fading{answers: []error{lost, nil, errors.New("panic"), lost, lost}}
		_, e := liveForDeletion(t, n)
		asked, err := e.Delete(t.Context(), "d")
		if want := []domain.Outcome{domain.OutcomeAccepted, domain.OutcomeAmbiguous}; err != nil || !slices.Equal(outcomes(asked), want) {
			t.Fatalf("%+v, %v", asked, err)
		}
		if asked, err = e.Delete(t.Context(), "d"); err != nil || len(asked) != 2 || asked[0].Outcome != domain.OutcomeAccepted {
			t.Errorf("asked again, it was %+v, %v", asked, err)
		}
	})
}

func TestWhatCannotBeDeletedSaysWhy(t *testing.T) {
	no := &queue.NotDeletableError{}
	_, e := liveForDeletion(t, &rewording{})
	if _, err := e.Delete(t.Context(), "d"); !errors.As(err, &no) || no.Bar != queue.DeleteNever {
		t.Errorf("a network that deletes nothing: %v", err)
	}
	n := &fading{}
	s, e := liveForDeletion(t, n)
	s.nameless = true
	if _, err := e.Delete(t.Context(), "d"); !errors.As(err, &no) || no.Bar != queue.DeleteLost || len(n.asked) > 0 {
		t.Errorf("a part that nobody knows: %v, asked was %v", err, n.asked)
	}
	s, e = liveForDeletion(t, n)
	s.d.State = domain.Held
	if _, err := e.Delete(t.Context(), "d"); !errors.Is(err, domain.ErrNotAllowed) || len(n.asked) > 0 {
		t.Errorf("what is held: %v, asked was %v", err, n.asked)
	}
	n.answers = []error{&network.Error{Kind: network.Reauth, Message: "who are you"}}
	s, e = liveForDeletion(t, n)
	if asked, err := e.Delete(t.Context(), "d"); err != nil || asked[0].Outcome != domain.OutcomeReauth || !s.out {
		t.Errorf("signed out: %+v, %v", asked, err)
	}
	if actions := queue.Actions(s.d, queue.Footing{Parts: 3, Deleted: 3, CanDelete: true, CanEdit: true}); !slices.Equal(actions, []queue.Action{queue.ActionDuplicate}) {
		t.Errorf("with what is gone a person may %v", actions)
	}
	if actions := queue.Actions(s.d, queue.Footing{Parts: 3, Deleted: 2, CanDelete: true}); !slices.Contains(actions, queue.ActionDeleteLive) {
		t.Errorf("with the rest a person may %v", actions)
	}
}
