package api

import (
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// QueueService plans posts, shows what becomes of them, and carries out people's decisions.
type QueueService struct{ *base }

// Delivery is one post on its way to one channel.
type Delivery struct {
	ID          string `json:"id"`
	Post        string `json:"post"`
	Channel     string `json:"channel"`
	Network     string `json:"network"`
	Handle      string `json:"handle"`
	State       string `json:"state"`
	HoldReason  string `json:"holdReason"` // "" unless held
	DueMs       int64  `json:"dueMs"`
	WakeMs      int64  `json:"wakeMs"` // when the publisher looks next; 0: it need not
	RemoteID    string `json:"remoteId"`
	RemoteURL   string `json:"remoteUrl"`
	PublishedMs int64  `json:"publishedMs"` // 0 unless published
	Attempts    int    `json:"attempts"`
	ErrorClass  string `json:"errorClass"`
	ErrorText   string `json:"errorText"`
	Generation  int    `json:"generation"`
	Text        string `json:"text"` // the first part as frozen
}

// DeliveryStory is a delivery with its journal.
type DeliveryStory struct {
	Delivery Delivery  `json:"delivery"`
	Parts    []Segment `json:"parts"`
	Attempts []Attempt `json:"attempts"`
}

// Segment is one visible part of a delivery.
type Segment struct {
	Index     int    `json:"index"`
	State     string `json:"state"`
	RemoteID  string `json:"remoteId"`
	RemoteURL string `json:"remoteUrl"`
}

// Attempt is one run of a delivery or of a look-up.
type Attempt struct {
	No        int    `json:"no"`
	StartedMs int64  `json:"startedMs"`
	EndedMs   int64  `json:"endedMs"` // 0: not ended
	End       string `json:"end"`
	Calls     []Call `json:"calls"`
}

// Call is one journalled request.
type Call struct {
	Step      string `json:"step"`
	Effect    string `json:"effect"` // "none", "invisible" or "public"
	StartedMs int64  `json:"startedMs"`
	EndedMs   int64  `json:"endedMs"` // 0: no answer was recorded
	Outcome   string `json:"outcome"` // "" : it may be on its way
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	RemoteID  string `json:"remoteId"`
	Verdict   string `json:"verdict"` // what was found out about a call in doubt
}

// ScheduleRequest plans a post for its channels.
type ScheduleRequest struct {
	PostID   string   `json:"postId"`
	Channels []string `json:"channels"` // none: all of the post's
	DueMs    int64    `json:"dueMs"`
}

// Schedule freezes the post and plans one delivery for each channel, all or none.
func (s *QueueService) Schedule(r ScheduleRequest) (_ []Delivery, err error) {
	defer s.done(&err)
	post, err := s.Posts.Get(s.ctx, domain.PostID(r.PostID))
	if err != nil {
		return nil, err
	}
	if r.DueMs <= 0 {
		return nil, &domain.FieldError{Field: "at", Message: "say when it should go out"}
	}
	channels := make([]domain.ChannelID, len(r.Channels))
	for i, c := range r.Channels {
		channels[i] = domain.ChannelID(c)
	}
	planned, err := s.Planner.Plan(s.ctx, post, queue.When{Due: time.UnixMilli(r.DueMs)}, channels...)
	if err != nil {
		return nil, err
	}
	s.changed(planned...)
	return s.deliveries(planned)
}

// List returns a workspace's deliveries in the given states (all if none), soonest first.
func (s *QueueService) List(workspace string, states []string) (_ []Delivery, err error) {
	defer s.done(&err)
	wanted := make([]domain.DeliveryState, len(states))
	for i, state := range states {
		wanted[i] = domain.DeliveryState(state)
	}
	list, err := s.DB.Deliveries(s.ctx, domain.WorkspaceID(workspace), wanted...)
	if err != nil {
		return nil, err
	}
	return s.deliveries(list)
}

// OfPost returns a post's deliveries, oldest first.
func (s *QueueService) OfPost(post string) (_ []Delivery, err error) {
	defer s.done(&err)
	list, err := s.DB.DeliveriesOf(s.ctx, domain.PostID(post))
	if err != nil {
		return nil, err
	}
	return s.deliveries(list)
}

// Show returns a delivery with everything that was tried.
func (s *QueueService) Show(id string) (_ DeliveryStory, err error) {
	defer s.done(&err)
	story := DeliveryStory{Parts: []Segment{}, Attempts: []Attempt{}}
	if story.Delivery, err = s.one(id); err != nil {
		return story, err
	}
	segments, err := s.DB.Segments(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return story, err
	}
	for _, g := range segments {
		story.Parts = append(story.Parts, Segment{Index: g.Index, State: string(g.State), RemoteID: g.RemoteID, RemoteURL: g.RemoteURL})
	}
	attempts, err := s.DB.Attempts(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return story, err
	}
	for _, a := range attempts {
		story.Attempts = append(story.Attempts, attemptOf(a))
	}
	return story, nil
}

// Hold keeps a delivery from going out until Release.
func (s *QueueService) Hold(id string) (_ Delivery, err error) {
	defer s.done(&err)
	return s.decide(id, s.Planner.Hold(s.ctx, domain.DeliveryID(id)))
}

// Release lets a held delivery go; a late one goes out now.
func (s *QueueService) Release(id string) (_ Delivery, err error) {
	defer s.done(&err)
	return s.decide(id, s.Planner.Release(s.ctx, domain.DeliveryID(id)))
}

// Cancel takes a delivery out of the queue.
func (s *QueueService) Cancel(id string) (_ Delivery, err error) {
	defer s.done(&err)
	return s.decide(id, s.Planner.Cancel(s.ctx, domain.DeliveryID(id)))
}

// Move gives a delivery another time.
func (s *QueueService) Move(id string, dueMs int64) (_ Delivery, err error) {
	defer s.done(&err)
	return s.decide(id, s.Planner.Move(s.ctx, domain.DeliveryID(id), time.UnixMilli(dueMs)))
}

// ResolveRequest is a person's answer about a delivery in doubt. Exactly one is given.
type ResolveRequest struct {
	ID        string `json:"id"`
	LiveURL   string `json:"liveUrl"`
	Absent    bool   `json:"absent"`
	SendAgain bool   `json:"sendAgain"`
}

// Resolve carries out a person's answer about a delivery in doubt.
func (s *QueueService) Resolve(r ResolveRequest) (_ Delivery, err error) {
	defer s.done(&err)
	answers := 0
	for _, given := range []bool{r.LiveURL != "", r.Absent, r.SendAgain} {
		if given {
			answers++
		}
	}
	if answers != 1 {
		return Delivery{}, &domain.FieldError{Field: "answer", Message: "say one thing: it is live, it is absent, or send it again"}
	}
	return s.decide(r.ID, s.Planner.Resolve(s.ctx, domain.DeliveryID(r.ID), queue.Answer{
		Live: r.LiveURL, Absent: r.Absent, SendAgain: r.SendAgain,
	}))
}

// HoldAll stops everything from going out, or lets it go again.
func (s *QueueService) HoldAll(on bool) (err error) {
	defer s.done(&err)
	if err := s.Planner.HoldAll(s.ctx, on); err != nil {
		return err
	}
	s.Events.Changed(TopicQueue, []string{})
	return nil
}

// HeldAll reports whether everything is held.
func (s *QueueService) HeldAll() (_ bool, err error) {
	defer s.done(&err)
	return s.DB.HeldAll(s.ctx)
}

func (s *QueueService) decide(id string, err error) (Delivery, error) {
	if err != nil {
		return Delivery{}, err
	}
	s.Events.Changed(TopicQueue, []string{id})
	return s.one(id)
}

func (s *QueueService) one(id string) (Delivery, error) {
	d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return Delivery{}, fmt.Errorf("delivery %q: %w", id, err)
	}
	list, err := s.deliveries([]domain.Delivery{d})
	if err != nil {
		return Delivery{}, err
	}
	return list[0], nil
}

func (s *QueueService) changed(list ...domain.Delivery) {
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = string(d.ID)
	}
	s.Events.Changed(TopicQueue, ids)
}

// deliveries converts, with each channel looked up once.
func (s *QueueService) deliveries(list []domain.Delivery) ([]Delivery, error) {
	channels := map[domain.ChannelID]domain.Channel{}
	out := make([]Delivery, 0, len(list))
	for _, d := range list {
		c, known := channels[d.Channel]
		if !known {
			var err error
			if c, err = s.DB.Channel(s.ctx, d.Channel); err != nil {
				return nil, err
			}
			channels[d.Channel] = c
		}
		out = append(out, deliveryOf(d, c))
	}
	return out, nil
}

func deliveryOf(d domain.Delivery, c domain.Channel) Delivery {
	return Delivery{
		ID: string(d.ID), Post: string(d.Post), Channel: string(d.Channel), Network: c.Network, Handle: c.Handle,
		State: string(d.State), HoldReason: string(d.HoldReason), DueMs: d.Due.UnixMilli(), WakeMs: millis(d.WakeAt),
		RemoteID: d.RemoteID, RemoteURL: d.RemoteURL, PublishedMs: millis(d.PublishedAt), Attempts: d.Attempts,
		ErrorClass: d.ErrorClass, ErrorText: d.ErrorText, Generation: d.Generation, Text: firstText(d),
	}
}

func firstText(d domain.Delivery) string {
	plan, err := queue.Thaw(d)
	if err != nil || len(plan.Parts) == 0 {
		return ""
	}
	return plan.Parts[0].Text
}

func attemptOf(a domain.Attempt) Attempt {
	out := Attempt{No: a.No, StartedMs: millis(a.StartedAt), EndedMs: millis(a.EndedAt), End: a.EndClass, Calls: []Call{}}
	for _, c := range a.Calls {
		out.Calls = append(out.Calls, Call{
			Step: c.Step, Effect: string(c.Effect), StartedMs: millis(c.IntentAt), EndedMs: millis(c.OutcomeAt), Outcome: string(c.Outcome),
			Status: c.Status, Code: c.Code, Message: network.Printable(c.Message), RemoteID: c.RemoteID, Verdict: string(c.Verdict),
		})
	}
	return out
}

// millis is a time as DTOs carry it; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
