package wiring_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/queue"
)

// turns notes when a person is told that it is their turn.
type turns struct {
	mu   sync.Mutex
	at   []time.Time
	late int
}

func (u *turns) events() api.Events {
	return api.Events{Notice: func(n api.Notice) {
		u.mu.Lock()
		defer u.mu.Unlock()
		switch n.Code {
		case api.NoticeTurn:
			u.at = append(u.at, time.Now())
		case api.NoticeLate:
			u.late++
		}
	}}
}

// remindAt plans a post of a channel that a person posts to by hand.
func remindAt(t *testing.T, a *wiring.App, due time.Time) domain.DeliveryID {
	t.Helper()
	w, err := a.Workspace(t.Context(), "")
	ok(t, err)
	s := a.Services(t.Context(), api.Events{})
	step := must[api.ConnectStep](t)(s.Channels.Connect(api.ConnectRequest{Network: "remind", Workspace: string(w.ID)}))
	step = must[api.ConnectStep](t)(s.Channels.Answer(api.AnswerRequest{
		Conversation: step.Conversation, Answers: map[string]string{"title": "The gardeners"},
	}))
	p := must[domain.Post](t)(a.Posts.Create(t.Context(), w.ID, domain.Content{Text: "We sow on Saturday."}, []domain.ChannelID{domain.ChannelID(step.Channel.ID)}))
	list := must[[]domain.Delivery](t)(a.Planner.Plan(t.Context(), p, queue.When{Due: due}))
	return list[0].ID
}

// A reminder comes at its time: neither before it, nor more than a second after it.
func TestAReminderComesWithinASecond(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	synctest.Test(t, func(t *testing.T) {
		a := process(t, folder)
		due := time.Now().Add(90 * time.Second)
		remindAt(t, a, due)
		var u turns
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, u.events()) })
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if len(u.at) != 1 || u.at[0].Before(due) || u.at[0].After(due.Add(time.Second)) {
			t.Errorf("due at %s, the person was told at %s", due, u.at)
		}
		stop()
		work.Wait()
		close1(t, a)
	})
}

// A reminder whose time passed while Postbag was closed follows the rule for late posts: it asks, and nothing is
// laid out as if it were still time. A person lets it go, and it is their turn at once.
func TestALateReminderAsksFirst(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data")
	synctest.Test(t, func(t *testing.T) {
		a := process(t, folder)
		id := remindAt(t, a, time.Now().Add(time.Minute))
		time.Sleep(3 * time.Hour) // nobody publishes
		var u turns
		ctx, stop := context.WithCancel(t.Context())
		var work sync.WaitGroup
		work.Go(func() { a.KeepPublishing(ctx, u.events()) })
		time.Sleep(time.Minute)
		synctest.Wait()
		d := must[domain.Delivery](t)(a.DB.Delivery(t.Context(), id))
		if d.State != domain.Held || d.HoldReason != domain.HoldLateAsk || len(u.at) != 0 || u.late != 1 {
			t.Errorf("it is %s %s; told %d times of a turn, %d of being late", d.State, d.HoldReason, len(u.at), u.late)
		}
		asked := time.Now()
		ok(t, a.Planner.Move(t.Context(), id, asked))
		time.Sleep(time.Minute)
		synctest.Wait()
		if d = must[domain.Delivery](t)(a.DB.Delivery(t.Context(), id)); d.ErrorClass != domain.ClassByHand || len(u.at) != 1 {
			t.Errorf("let go, it is %s %s; told %d times", d.State, d.ErrorClass, len(u.at))
		}
		stop()
		work.Wait()
		close1(t, a)
	})
}
