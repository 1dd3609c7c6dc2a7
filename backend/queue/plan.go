package queue

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Composer turns a post into what one channel gets: texts resolved, media fitted to the
// channel's limits and kept by their hash.
type Composer interface {
	Compose(ctx context.Context, post domain.Post, v domain.Variant, c domain.Channel) (network.Plan, network.Descriptor, network.Limits, error)
}

// PlanStore is what planning needs of the storage.
type PlanStore interface {
	Channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error)
	Delivery(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error)
	AddDeliveries(ctx context.Context, list []domain.Delivery, keys func(domain.Delivery) []string) ([]domain.Delivery, error)
	Replan(ctx context.Context, d domain.Delivery) error
	Segments(ctx context.Context, id domain.DeliveryID) ([]domain.Segment, error)
	Doubt(ctx context.Context, id domain.DeliveryID) (domain.Doubt, error)
	Decide(ctx context.Context, id domain.DeliveryID, c domain.Change, from ...domain.DeliveryState) error
	Resolve(ctx context.Context, r domain.Resolution, from domain.DeliveryState) error
	SendAgain(ctx context.Context, d domain.Delivery, r domain.Resolution, keys []string) error
	HoldAll(ctx context.Context, on bool) error
	Postpone(ctx context.Context, id domain.DeliveryID, until time.Time, class, why string) error
	PutBack(ctx context.Context, d domain.Delivery) error
	Taken(ctx context.Context, id domain.DeliveryID, remoteID, remoteURL string) (bool, error)
	SendAnyway(ctx context.Context, id domain.DeliveryID, content string) error
	PutAway(ctx context.Context, id domain.DeliveryID, away bool, link string) error
	Exchange(ctx context.Context, out []domain.DeliveryID, in []domain.Delivery, keys func(domain.Delivery) []string) ([]domain.Delivery, error)
}

// Planner freezes posts into deliveries and carries out what people decide about them.
type Planner struct {
	// Linked returns the receipt of the post of a channel at an address that a person pasted; the one
	// without an id if the channel's network cannot tell it. It reports false if no such post can be
	// there. nil: no address tells an id.
	Linked func(ctx context.Context, id domain.ChannelID, link string) (network.Receipt, bool, error)

	Store    PlanStore
	Composer Composer
	// PublishHere makes this machine the one that publishes from the data folder. nil: it is.
	PublishHere func(ctx context.Context) error
}

// NotReadyError says why a post cannot be planned for a channel.
type NotReadyError struct {
	Channel domain.ChannelID
	Issues  []network.Issue
}

func (e *NotReadyError) Error() string {
	issue, _ := network.Blocking(e.Issues)
	return issue.Message
}

// Is makes a NotReadyError a domain.ErrInvalid.
func (e *NotReadyError) Is(target error) bool { return target == domain.ErrInvalid }

// When says when and how late a post goes out.
type When struct {
	Due      time.Time
	Deadline time.Time         // zero: what the lateness rule says
	Late     domain.LatePolicy // zero: the rule of the post, the channel or the workspace

	Wall       domain.Wall   // the wall time that Due was made of; zero where the instant is the truth
	Zone       string        // the zone Wall is meant in
	Rule       string        // how Wall became Due: "exact", "skipped", "first" or "second"
	Shift      time.Duration // Due is so much after the instant of Wall
	Occurrence string        // which of a repeated post's; "" for a post that goes out once
	Slot       time.Time     // no other delivery of the channel may be put into this slot; zero: it is in none
}

// Turn is when a post goes out to one channel.
type Turn struct {
	Channel domain.ChannelID
	When
}

// Plan freezes a post for each of its variants on channels (all if none) and plans one delivery
// each, all or none. A variant that breaks its channel's rules is a *NotReadyError.
func (p *Planner) Plan(ctx context.Context, post domain.Post, w When, channels ...domain.ChannelID) ([]domain.Delivery, error) {
	turns := make([]Turn, 0, len(post.Variants))
	for _, v := range post.Variants {
		if len(channels) == 0 || slices.Contains(channels, v.Channel) {
			turns = append(turns, Turn{v.Channel, w})
		}
	}
	return p.PlanTurns(ctx, post, turns)
}

// PlanTurns is Plan with a time of its own for each channel. A channel that the post does not go
// to is a domain.ErrInvalid.
func (p *Planner) PlanTurns(ctx context.Context, post domain.Post, turns []Turn) ([]domain.Delivery, error) {
	f := p.freezing()
	if err := f.freeze(ctx, post, turns); err != nil {
		return nil, err
	}
	return f.add(ctx)
}

// Wish is a post and when it goes out to which of its channels.
type Wish struct {
	Post  domain.Post
	Turns []Turn
}

// manyAtOnce is how many deliveries PlanMany plans in one transaction: a publisher waits meanwhile.
const manyAtOnce = 1000

// PlanMany is PlanTurns for many posts, in few transactions. What cannot be planned ends it: it returns
// what was planned before, and the post's id in the error.
func (p *Planner) PlanMany(ctx context.Context, wishes []Wish) (planned []domain.Delivery, err error) {
	f := p.freezing()
	for i, w := range wishes {
		failed := f.freeze(ctx, w.Post, w.Turns)
		if failed == nil && len(f.list) < manyAtOnce && i < len(wishes)-1 {
			continue
		}
		if len(f.list) > 0 {
			list, err := f.add(ctx)
			if planned = append(planned, list...); err != nil {
				return planned, err
			}
		}
		if failed != nil {
			return planned, fmt.Errorf("post %s: %w", w.Post.ID, failed)
		}
	}
	return planned, nil
}

// freezing is what is frozen and not planned yet.
type freezing struct {
	*Planner
	channels map[domain.ChannelID]domain.Channel // those that were asked for
	list     []domain.Delivery
	segments map[domain.DeliveryID]int
}

func (p *Planner) freezing() *freezing {
	return &freezing{Planner: p, channels: map[domain.ChannelID]domain.Channel{}, segments: map[domain.DeliveryID]int{}}
}

// freeze adds a post's deliveries, all or none.
func (f *freezing) freeze(ctx context.Context, post domain.Post, turns []Turn) error {
	if !post.DeletedAt.IsZero() {
		return fmt.Errorf("this post is in the bin, take it out first: %w", domain.ErrNotAllowed)
	}
	list := make([]domain.Delivery, 0, len(turns))
	for _, turn := range turns {
		at := slices.IndexFunc(post.Variants, func(v domain.Variant) bool { return v.Channel == turn.Channel })
		if at < 0 {
			return &domain.FieldError{Field: "channels", Message: "this post does not go to that channel"}
		}
		d, n, err := f.one(ctx, post, post.Variants[at], turn.When)
		if err != nil {
			return err
		}
		f.segments[d.ID] = n
		list = append(list, d)
	}
	if len(list) == 0 {
		return &domain.FieldError{Field: "channels", Message: "choose a channel first"}
	}
	f.list = append(f.list, list...)
	return nil
}

// add plans what is frozen.
func (f *freezing) add(ctx context.Context) ([]domain.Delivery, error) {
	list := f.list
	f.list = nil
	return f.Store.AddDeliveries(ctx, list, func(d domain.Delivery) []string { return Keys(d.ID, d.Generation, f.segments[d.ID]) })
}

// channel reads a channel that can publish, once.
func (f *freezing) channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error) {
	if c, ok := f.channels[id]; ok {
		return c, nil
	}
	c, err := f.Store.Channel(ctx, id)
	if err != nil {
		return c, fmt.Errorf("channel %s: %w", id, err)
	}
	if c.State == domain.ChannelRemoved {
		return c, fmt.Errorf("channel %s was removed: %w", c.Handle, domain.ErrNotAllowed)
	}
	f.channels[id] = c
	return c, nil
}

// one freezes a variant and says how many segments it has.
func (f *freezing) one(ctx context.Context, post domain.Post, v domain.Variant, w When) (d domain.Delivery, segments int, err error) {
	channel, err := f.channel(ctx, v.Channel)
	if err != nil {
		return d, 0, err
	}
	plan, desc, limits, err := f.Composer.Compose(ctx, post, v, channel)
	if err != nil {
		return d, 0, fmt.Errorf("compose for %s: %w", channel.Handle, err)
	}
	issues := network.Check(desc, limits, plan)
	if _, bad := network.Blocking(issues); bad {
		return d, 0, &NotReadyError{Channel: v.Channel, Issues: issues}
	}
	id := domain.DeliveryID(domain.NewID(time.Now()))
	plan.Delivery = string(id)
	plan.CreatedAt = stamp(w.Due)
	body, hash, err := Freeze(plan)
	if err != nil {
		return d, 0, err
	}
	return domain.Delivery{
		ID: id, Workspace: post.Workspace, Post: post.ID, Variant: v.ID, Channel: v.Channel,
		Due: stamp(w.Due), Deadline: w.Deadline, Late: w.Late, Plan: body, PlanHash: hash, ApprovedHash: hash,
		DueWall: w.Wall, DueZone: w.Zone, DueRule: w.Rule, DueShift: w.Shift, Occurrence: w.Occurrence,
		Slot: w.Slot,
	}, desc.Thread.Segments(len(plan.Parts)), nil
}

// stamp is a time as plans keep it: UTC, whole milliseconds.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Freeze returns a plan's one JSON form and its SHA-256: what is approved, stored and sent.
func Freeze(p network.Plan) (body []byte, hash string, err error) {
	if body, err = json.Marshal(p); err != nil {
		return nil, "", fmt.Errorf("freeze plan: %w", err)
	}
	// Bytes that are not UTF-8 are written as this, and get another form when they are read back.
	if bytes.Contains(body, []byte(`\ufffd`)) {
		p = network.Plan{}
		if err = json.Unmarshal(body, &p); err != nil {
			return nil, "", fmt.Errorf("freeze plan: %w", err)
		}
		if body, err = json.Marshal(p); err != nil {
			return nil, "", fmt.Errorf("freeze plan: %w", err)
		}
	}
	return body, hashOf(body), nil
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// Thaw reads a frozen plan back, after proving that it is the approved one.
func Thaw(d domain.Delivery) (p network.Plan, err error) {
	if hash := hashOf(d.Plan); hash != d.PlanHash || hash != d.ApprovedHash {
		return p, fmt.Errorf("the plan of delivery %s is not the approved one: %w", d.ID, domain.ErrConflict)
	}
	if err := json.Unmarshal(d.Plan, &p); err != nil {
		return p, fmt.Errorf("plan of delivery %s: %w", d.ID, err)
	}
	return p, nil
}

// Keys returns the client keys of a delivery's segments: the same for the same delivery,
// generation and index, different for all others.
func Keys(id domain.DeliveryID, generation, segments int) []string {
	keys := make([]string, segments)
	for i := range keys {
		keys[i] = domain.ClientKey(id, generation, i)
	}
	return keys
}
