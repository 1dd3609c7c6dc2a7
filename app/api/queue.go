package api

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// QueueService plans posts, shows what becomes of them, and carries out people's decisions.
type QueueService struct {
	*base
	undo undos
}

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
	DueWall     string `json:"dueWall"` // the wall time that counts, in DueZone; "": DueMs does
	DueZone     string `json:"dueZone"`
	WakeMs      int64  `json:"wakeMs"` // when the publisher looks next; 0: it need not
	RemoteID    string `json:"remoteId"`
	RemoteURL   string `json:"remoteUrl"`
	PublishedMs int64  `json:"publishedMs"` // 0 unless published
	Attempts    int    `json:"attempts"`
	ErrorClass  string `json:"errorClass"`
	ErrorText   string `json:"errorText"`
	Generation  int    `json:"generation"`
	Text        string `json:"text"` // the first part as frozen

	NetworkName string   `json:"networkName"`
	ChannelName string   `json:"channelName"` // what people call the channel, "" if it has no name
	Local       bool     `json:"local"`       // needs no network connection
	ByHand      bool     `json:"byHand"`      // a person posts it themselves: Handed says what
	Standing    string   `json:"standing"`    // what it makes of its post: "needs_you", "making_sure", …
	Actions     []string `json:"actions"`     // what may be done with it now, the most useful first
	Parts       int      `json:"parts"`       // of a thread; else 1
	Live        int      `json:"live"`        // parts that were proved live
	Deleted     int      `json:"deleted"`     // parts that a person had deleted at the network
	Pictures    int      `json:"pictures"`    // pictures and videos of all parts
	LookURL     string   `json:"lookUrl"`     // where a person can look for it, "" if that is not known
	Late        LateRule `json:"late"`
	DeadlineMs  int64    `json:"deadlineMs"` // after it nothing goes out; 0: none
	ClockOffMs  int64    `json:"clockOffMs"` // how wrong this computer's clock is now, if it is held for that; 0: it is believed again
	Twin        Twin     `json:"twin"`       // what it is like, if it is held for that
	Repeated    bool     `json:"repeated"`   // one turn of a post that goes out again and again
	CreatedMs   int64    `json:"createdMs"`
	UpdatedMs   int64    `json:"updatedMs"` // since when it is in its state
	ClosedMs    int64    `json:"closedMs"`  // when a person put it away; 0: not
}

// LateRule says what becomes of a delivery that is late.
type LateRule struct {
	Then    string `json:"then"`    // "publish", "next_slot", "ask" or "skip"
	AfterMs int64  `json:"afterMs"` // up to so late it goes out all the same
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
	if r.LiveURL != "" {
		d, err := s.one(r.ID)
		if err != nil {
			return Delivery{}, err
		}
		known := d.LookURL
		if d.ByHand { // what a person posts on one page can be found on another
			known = ""
		}
		if r.LiveURL = strings.TrimSpace(r.LiveURL); !plausible(r.LiveURL, known) {
			return Delivery{}, &domain.FieldError{Field: "liveUrl", Message: "this is not a link to a post of " + d.Handle}
		}
	}
	return s.decide(r.ID, s.Planner.Resolve(s.ctx, domain.DeliveryID(r.ID), queue.Answer{
		Live: r.LiveURL, Absent: r.Absent, SendAgain: r.SendAgain,
	}))
}

// plausible reports whether a post can be at link, of which the account's page, or another part of
// the post, is at known ("" if that is not known).
func plausible(link, known string) bool {
	u, err := url.Parse(link)
	if err != nil || u.Scheme == "" {
		return false
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return u.Scheme == "at" || u.Scheme == "file"
	}
	page, err := url.Parse(known)
	return u.Host != "" && (err != nil || known == "" || page.Host == "" || strings.EqualFold(page.Host, u.Host))
}

// HoldAll stops everything from going out, or lets it go again.
func (s *QueueService) HoldAll(on bool) (err error) {
	defer s.done(&err)
	if err := s.Planner.HoldAll(s.ctx, on); err != nil {
		return err
	}
	s.Parts.Engine.Wake()
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
	s.Parts.Engine.Wake()
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
	s.Parts.Engine.Wake()
	s.Events.Changed(TopicQueue, ids)
}

func wallOf(d domain.Delivery) string {
	if d.DueWall.IsZero() {
		return ""
	}
	return d.DueWall.String()
}

// deliveries converts, with each channel looked up once.
func (s *QueueService) deliveries(list []domain.Delivery) ([]Delivery, error) {
	ids := make([]domain.DeliveryID, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	facts, err := s.DB.DeliveryFacts(s.ctx, ids)
	if err != nil {
		return nil, err
	}
	channels := map[domain.ChannelID]domain.Channel{}
	out := make([]Delivery, 0, len(list))
	for _, d := range list {
		c, known := channels[d.Channel]
		if !known {
			if c, err = s.DB.Channel(s.ctx, d.Channel); err != nil {
				return nil, err
			}
			channels[d.Channel] = c
		}
		dto := s.deliveryOf(d, c, facts[d.ID])
		if err := s.twin(d, &dto); err != nil {
			return nil, err
		}
		out = append(out, dto)
	}
	return out, nil
}

func (s *QueueService) deliveryOf(d domain.Delivery, c domain.Channel, f store.DeliveryFacts) Delivery {
	out := Delivery{
		ID: string(d.ID), Post: string(d.Post), Channel: string(d.Channel), Network: c.Network, Handle: c.Handle,
		State: string(d.State), HoldReason: string(d.HoldReason), DueMs: d.Due.UnixMilli(), WakeMs: millis(d.WakeAt), DueWall: wallOf(d), DueZone: d.DueZone,
		RemoteID: d.RemoteID, RemoteURL: d.RemoteURL, PublishedMs: millis(d.PublishedAt), Attempts: d.Attempts,
		ErrorClass: d.ErrorClass, ErrorText: d.ErrorText, Generation: d.Generation,
		NetworkName: c.Network, ChannelName: c.Label(), Standing: string(posts.Stand([]domain.Delivery{d}).State),
		Parts: f.Parts, Live: f.Live, LookURL: f.LiveURL,
		Late: LateRule{Then: string(d.Late.Then), AfterMs: d.Late.After.Milliseconds()}, DeadlineMs: millis(d.Deadline),
		Repeated: !strings.HasPrefix(d.Occurrence, "once-"), CreatedMs: millis(d.CreatedAt), UpdatedMs: millis(d.UpdatedAt),
		ClosedMs: millis(d.ClosedAt), Actions: []string{},
	}
	if d.HoldReason == domain.HoldClock {
		out.ClockOffMs = s.ground().ClockOff().Milliseconds()
	}
	out.Text, out.Pictures = frozen(d)
	out.Deleted = f.Deleted
	footing := queue.Footing{Touched: f.Touched, Doubt: f.Doubt, Live: f.Live, Parts: f.Parts, Deleted: f.Deleted}
	if n, ok := s.Networks.Get(c.Network); ok {
		desc := n.Describe()
		out.NetworkName, out.Local, out.ByHand = desc.Name, desc.Local || desc.Rehearsal, desc.ByHand
		footing.ByHand = desc.ByHand
		footing.CanLook, footing.CanEdit = network.CanLook(n), canEdit(n, d)
		_, footing.CanDelete = n.(network.Deleter)
		footing.CanDelete = footing.CanDelete && d.RemoteID != ""
		if out.LookURL == "" {
			out.LookURL = pageOf(n, c)
		}
	}
	for _, a := range queue.Actions(d, footing) {
		if a != queue.ActionLook || out.LookURL != "" {
			out.Actions = append(out.Actions, string(a))
		}
	}
	return out
}

// canEdit reports whether some part of a published delivery can be changed now.
func canEdit(n network.Network, d domain.Delivery) bool {
	if d.State != domain.Published || d.RemoteID == "" {
		return false
	}
	plan, err := queue.Thaw(d)
	for i := range plan.Parts {
		if err == nil && network.Editable(n, plan, i, d.PublishedAt, time.Now()) == network.EditNone {
			return true
		}
	}
	return false
}

// frozen returns the first text of a plan and how many pictures and videos it has.
func frozen(d domain.Delivery) (text string, pictures int) {
	plan, err := queue.Thaw(d)
	if err != nil || len(plan.Parts) == 0 {
		return "", 0
	}
	for _, part := range plan.Parts {
		pictures += len(part.Media)
	}
	return plan.Parts[0].Text, pictures
}

// millis is a time as DTOs carry it; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
