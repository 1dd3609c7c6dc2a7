package api

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// undos remembers what people did to the queue, so that it can be taken back.
type undos struct {
	mu   sync.Mutex
	list []undo
}

type undo struct {
	token  string
	before []domain.Delivery
}

// keptUndos is how many changes can be taken back.
const keptUndos = 50

func (u *undos) keep(before []domain.Delivery) string {
	if len(before) == 0 {
		return ""
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	token := strings.ToLower(rand.Text()[:12])
	u.list = append(u.list, undo{token, before})
	if len(u.list) > keptUndos {
		u.list = slices.Delete(u.list, 0, len(u.list)-keptUndos)
	}
	return token
}

func (u *undos) take(token string) ([]domain.Delivery, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	at := slices.IndexFunc(u.list, func(x undo) bool { return x.token == token })
	if at < 0 {
		return nil, false
	}
	before := u.list[at].before
	u.list = slices.Delete(u.list, at, at+1)
	return before, true
}

// ChangeRequest is one wish for one or several deliveries.
type ChangeRequest struct {
	IDs   []string `json:"ids"`
	Do    string   `json:"do"`    // "publish_now", "try_now", "check", "release", "hold", "move", "cancel" or "put_away"
	DueMs int64    `json:"dueMs"` // for "move": when the first of them goes out
	Gaps  bool     `json:"gaps"`  // for "move": the others follow as far apart as they were; else all at once
}

// ChangeResult is what became of a change: the deliveries as they are now, and those it did not suit.
type ChangeResult struct {
	Done    []Delivery `json:"done"`
	Refused []Refused  `json:"refused"`
	Undo    string     `json:"undo"`    // for Undo; "" if it cannot be taken back
	GraceMs int64      `json:"graceMs"` // for "publish_now": when the first byte may leave
}

// Refused says why a delivery was not changed.
type Refused struct {
	ID      string `json:"id"`
	Message string `json:"message"`
}

// Change does one thing with several deliveries. "publish_now" leaves five seconds in which Undo
// takes it back.
func (s *QueueService) Change(r ChangeRequest) (_ ChangeResult, err error) {
	defer s.done(&err)
	ids := make([]domain.DeliveryID, len(r.IDs))
	for i, id := range r.IDs {
		ids[i] = domain.DeliveryID(id)
	}
	order := queue.Order{Do: queue.Action(r.Do), Gaps: r.Gaps}
	if r.DueMs > 0 {
		order.Due = time.UnixMilli(r.DueMs)
	}
	c, err := s.Planner.Carry(s.ctx, ids, order)
	if err != nil {
		return ChangeResult{}, err
	}
	return s.carried(c, order.Do)
}

func (s *QueueService) carried(c queue.Carried, do queue.Action) (ChangeResult, error) {
	out := ChangeResult{Done: []Delivery{}, Refused: []Refused{}}
	var now []domain.Delivery
	for _, d := range c.Before {
		fresh, err := s.DB.Delivery(s.ctx, d.ID)
		if err != nil {
			return out, err
		}
		now = append(now, fresh)
		if do == queue.ActionPublishNow {
			out.GraceMs = millis(fresh.Due)
		}
	}
	for id, why := range c.Refused {
		out.Refused = append(out.Refused, Refused{ID: string(id), Message: s.errorOf(why).Message})
	}
	if do != queue.ActionTryNow && do != queue.ActionCheck {
		out.Undo = s.undo.keep(c.Before)
	}
	s.changed(now...)
	var err error
	out.Done, err = s.deliveries(now)
	return out, err
}

// Undo takes back what Change or ConfirmAway did, as far as nothing has gone out since.
func (s *QueueService) Undo(token string) (err error) {
	defer s.done(&err)
	before, ok := s.undo.take(token)
	if !ok {
		return &Error{Code: CodeNotFound, Message: "This cannot be undone any more.", Safe: nothingChanged, Actions: []string{}}
	}
	err = s.Planner.Revert(s.ctx, before)
	s.changed(before...)
	if errors.Is(err, domain.ErrNotAllowed) || errors.Is(err, domain.ErrConflict) {
		return &Error{
			Code: CodeNotAllowed, Message: "It is on its way already.", Safe: "Nothing is sent twice.", Actions: []string{}, cause: err,
		}
	}
	return err
}

// Renew gives a post's deliveries that have not begun what the post says now. They keep their
// times.
func (s *QueueService) Renew(post string) (_ []Delivery, err error) {
	defer s.done(&err)
	p, err := s.Posts.Get(s.ctx, domain.PostID(post))
	if err != nil {
		return nil, err
	}
	list, err := s.DB.DeliveriesOf(s.ctx, p.ID)
	if err != nil {
		return nil, err
	}
	turns, err := s.refreshed(p.ID)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, domain.Delivery.Repeats)
	fresh, err := s.Planner.Renew(s.ctx, p, list)
	if len(turns) > 0 && errors.Is(err, domain.ErrNotAllowed) {
		err = nil // its turns were all there was
	}
	if err != nil {
		return nil, err
	}
	fresh = append(turns, fresh...)
	s.changed(fresh...)
	return s.deliveries(fresh)
}

// refreshed plans the coming turns of a repeated post anew and returns them; none of one that does
// not repeat.
func (s *QueueService) refreshed(post domain.PostID) ([]domain.Delivery, error) {
	err := s.Slots.Refresh(s.ctx, post)
	if errors.Is(err, domain.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s.Events.Changed(TopicSlots, []string{})
	list, err := s.DB.DeliveriesOf(s.ctx, post)
	return slices.DeleteFunc(list, func(d domain.Delivery) bool { return !d.Repeats() || d.State.Terminal() }), err
}

// PlanAgain plans an ended delivery anew, with what its post says now.
func (s *QueueService) PlanAgain(id string, dueMs int64) (_ Delivery, err error) {
	defer s.done(&err)
	old, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return Delivery{}, err
	}
	if dueMs <= 0 {
		return Delivery{}, &domain.FieldError{Field: "dueMs", Message: "say when it should go out"}
	}
	post, err := s.Posts.Get(s.ctx, old.Post)
	if err != nil {
		return Delivery{}, err
	}
	planned, err := s.Planner.Plan(s.ctx, post, queue.When{Due: time.UnixMilli(dueMs)}, old.Channel)
	if err != nil {
		return Delivery{}, err
	}
	s.changed(planned...)
	return s.one(string(planned[0].ID))
}
