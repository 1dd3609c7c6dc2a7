// Package queue publishes what people planned: at most once by itself, never silently lost.
//
// A delivery is frozen when it is planned: its plan, with every text and the hash of every
// picture, is what the person approved, byte for byte. When it is due the publisher claims it,
// lets the network prepare (uploads and other calls that nobody else can see), and then sends
// the one request that makes it public. Right before the first byte of that request leaves,
// the intent is committed to the disk; right after the answer, its outcome. Whatever happens
// in between (a crash, a power cut, a lost answer) leaves an intent without an outcome, and
// that means: it may be live. Such a delivery becomes unknown and is never sent again by a
// guess. Depending on what the network promises, the queue proves what happened, repeats the
// very same request under the same key, or puts it before a person with the evidence.
//
//	planned ─► preparing ─► sending ─► published
//	   ▲          │  ▲         │ ├───► rejected
//	   │          ▼  │         │ └───► waiting / held
//	   └────── waiting         ▼
//	                        unknown ─► published / waiting / held(ambiguous)
//
// How doubt is settled is the network's shape:
//
//	key      asked if it can be; else the same request again, while the network remembers its key
//	record   its own address is read: it is there, or it is put where nothing must be
//	phase    the invisible object is asked, and made visible again: one object is one post
//	look_up  the account's posts are compared, twice; one that is exactly it is adopted
//	none     a person is asked at once, with the evidence
//
// Every transition is listed in package domain and enforced by triggers in the database.
// Nothing in this package knows a network by name or does I/O: carriers, storage and secrets
// are given to it.
package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
)

// Store is the queue's durable memory. Each method is one transaction.
type Store interface {
	Recover(ctx context.Context, p domain.Publisher) (domain.Publisher, int64, error)
	Due(ctx context.Context, now time.Time, limit int, skip []domain.ChannelID, states ...domain.DeliveryState) ([]domain.Delivery, error)
	NextWake(ctx context.Context) (time.Time, error)
	HeldAll(ctx context.Context) (bool, error)
	Delivery(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error)
	Segments(ctx context.Context, id domain.DeliveryID) ([]domain.Segment, error)
	Doubt(ctx context.Context, id domain.DeliveryID) (domain.Doubt, error)
	Steps(ctx context.Context, id domain.DeliveryID) ([]domain.Step, error)
	Forget(ctx context.Context, id domain.DeliveryID, uploads []string) error
	Upload(ctx context.Context, id domain.DeliveryID, hash string, now time.Time) ([]byte, error)
	KeepUpload(ctx context.Context, id domain.DeliveryID, u domain.Upload) error

	Claim(ctx context.Context, d domain.Delivery, c domain.Claim) (bool, error)
	Note(ctx context.Context, c domain.Call) error
	Reserve(ctx context.Context, token, host string, list []domain.Spend) error
	Intend(ctx context.Context, c domain.Call, keyUntil time.Time) error
	Settle(ctx context.Context, s domain.Settlement) error
	Release(ctx context.Context, id domain.DeliveryID, token string, c domain.Change) error

	Taken(ctx context.Context, id domain.DeliveryID, remoteID, remoteURL string) (bool, error)
	Rivals(ctx context.Context, id domain.DeliveryID, since time.Time) ([]domain.Rival, error)
	BeginLookUp(ctx context.Context, id domain.DeliveryID, c domain.Claim) error
	EndLookUp(ctx context.Context, token, class string) error
	Copies(ctx context.Context, now time.Time, limit int, skip []domain.ChannelID) ([]domain.Delivery, error)
	Looked(ctx context.Context, id domain.DeliveryID, again time.Time, text string) error
	Adopt(ctx context.Context, a domain.Adoption, from ...domain.DeliveryState) error
	Resolve(ctx context.Context, r domain.Resolution, from domain.DeliveryState) error
	Postpone(ctx context.Context, id domain.DeliveryID, until time.Time, class, why string) error
	Replan(ctx context.Context, d domain.Delivery) error
	Decide(ctx context.Context, id domain.DeliveryID, c domain.Change, from ...domain.DeliveryState) error
}

// Sealer keeps the answers of finished steps from being read in the database: they can hold
// upload addresses and session tokens.
type Sealer interface {
	SealReply(ctx context.Context, channel domain.ChannelID, plain []byte) ([]byte, error)
	OpenReply(ctx context.Context, channel domain.ChannelID, sealed []byte) ([]byte, error)
}

// Carriers finds the carrier for the scheme of an address ("https", "file", "none").
type Carriers map[string]network.Carrier

// Files says whether a frozen file is still there.
type Files interface {
	Has(sha256 string) bool
}

// Config joins a queue to the rest.
type Config struct {
	Store    Store
	Accounts Accounts
	Sealer   Sealer
	Carriers Carriers
	Files    Files
	Me       domain.Publisher
	Log      *slog.Logger
	// Changed is told after a delivery changed. It must return at once.
	Changed func(domain.DeliveryID)
	// Progress is told how many of a delivery's pictures and videos were sent, and of how many,
	// while it is prepared. It must return at once; nil: nobody wants to know.
	Progress func(id domain.DeliveryID, done, total int)
	// Contact is told whether a request to a server reached it. It must return at once; nil:
	// nobody wants to know.
	Contact func(host string, reached bool)
	// Slots finds the next free slot of a delivery whose rule sends it there when it is late. It
	// reports false if there is none: then a person is asked. nil: there are no slots.
	Slots func(ctx context.Context, d domain.Delivery) (When, bool, error)
	// Grounds are guards that are asked before anything else is thought about a due delivery, its
	// lateness included: a clock that lies, a data folder that is a copy. They see no plan.
	Grounds []Guard
	// Marked is told of every call that is about to make something public, when the journal has it on
	// the disk and before its first byte leaves. nil: nobody keeps a mark.
	Marked func(call string, at time.Time)
	// Home is since when this machine is the one that publishes. nil: always.
	Home func() time.Time
	// Guards are asked in turn before a delivery is claimed; the first that objects is obeyed.
	Guards []Guard
	// Budgets finds what a channel may take of its network, without its secret. nil: what an attempt
	// takes is asked for as it goes.
	Budgets func(ctx context.Context, id domain.ChannelID) (budget.Terms, error)
	// NoPauses keeps servers that fail from getting a pause: for tests that fail them on purpose.
	NoPauses bool
	// Boot is how long ago this machine started, its sleep included, in the boot that Me.BootID names.
	// Durable waits are counted with it, since nobody can set it. nil: the time since New.
	Boot func() time.Duration
	// Lease is this process's right to publish. nil: no other process could.
	Lease Lease
	// Poll is the longest sleep between two looks, 15 s if zero: Go's timers stop while the
	// machine sleeps, so a long one would oversleep.
	Poll time.Duration
}

// Limits on how much happens at once.
const (
	maxInFlight    = 8                // deliveries in all; one for each account
	leaseTime      = 10 * time.Minute // a claim's; only shown, since the lock decides
	refreshAhead   = 5 * time.Minute  // renew a secret that ends sooner
	maxSoft        = 12               // soft failures before a person is asked
	maxSameKey     = 4                // ambiguous calls of a segment before a person is asked
	threadGap      = 15 * time.Minute // a begun thread that stood still longer asks
	keyMargin      = 2 * time.Minute  // a key is not used so close to its end
	defaultWait    = 90 * time.Second // quarantine after doubt, unless the network says another
	maxLooks       = 12               // look-ups without an answer before a person is asked
	looksBeforeKey = 2                // inconclusive look-ups before a living key is relied on alone
	offLineLooks   = 4                // how far backoff goes between tries and look-ups off line
	lookUpTimeout  = 2 * time.Minute
)

// Queue publishes due deliveries. Only the holder of the publisher lock may run one.
type Queue struct {
	Config
	wake    chan struct{}
	beaten  time.Time     // when it was said last that this publisher lives
	begun   time.Duration // when this process began to publish, by Boot
	first   sync.Map      // client key → time.Time: the first intent of what is in doubt, by the clock nobody can set
	search  sync.Map      // delivery and generation → searched: what was looked for before it was first sent
	started time.Time     // when this process began to publish, by the wall clock
	ousted  atomic.Bool   // another process has become the publisher
	stuck   atomic.Bool   // a delivery was left preparing or sending: nobody works on it any more
}

// New returns a queue that does nothing until Run.
func New(c Config) *Queue {
	if c.Poll == 0 {
		c.Poll = 15 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Changed == nil {
		c.Changed = func(domain.DeliveryID) {}
	}
	if c.Progress == nil {
		c.Progress = func(domain.DeliveryID, int, int) {}
	}
	if c.Contact == nil {
		c.Contact = func(string, bool) {}
	}
	if c.Boot == nil {
		start := time.Now()
		c.Boot = func() time.Duration { return time.Since(start) }
	}
	return &Queue{Config: c, wake: make(chan struct{}, 1)}
}

// Wake makes a running queue look at once: something was planned or decided.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run recovers what an earlier process left, then publishes what is due until ctx ends. What
// is on its way then is finished first; nothing else is needed for a clean stop.
//
// It fails with domain.ErrOvertaken, having sent nothing since, once another process has recovered the
// queue: the lock that keeps others out was broken.
func (q *Queue) Run(ctx context.Context) error { return q.run(ctx, false) }

// RunUntilIdle is Run that ends when nothing is due and nothing is on its way.
func (q *Queue) RunUntilIdle(ctx context.Context) error { return q.run(ctx, true) }

func (q *Queue) run(ctx context.Context, untilIdle bool) error {
	q.ousted.Store(false)
	if q.started.IsZero() {
		q.begun, q.started = q.Boot(), time.Now()
	}
	if err := q.recover(ctx); err != nil {
		return err
	}
	f := newFlight()
	defer f.wait()
	for {
		if err := q.beat(ctx); err != nil {
			return err
		}
		idle := f.count() == 0 // asked before the look: what lands meanwhile may have left work
		started, err := q.look(ctx, f, idle)
		if q.ousted.Load() {
			return domain.ErrOvertaken
		}
		if err != nil && ctx.Err() == nil {
			q.Log.Error("the queue could not look for due deliveries", "error", err)
			if untilIdle {
				return err
			}
		}
		if untilIdle && started == 0 && idle {
			return f.trouble()
		}
		timer := time.NewTimer(q.sleep(ctx))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-q.wake:
		case <-f.landed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// look starts what is due. A delivery that was left in the middle is recovered first, when
// nothing is on its way any more; nothing new is started until then, or it could wait for ever.
func (q *Queue) look(ctx context.Context, f *flight, idle bool) (started int, err error) {
	if q.stuck.Load() {
		if !idle || q.ousted.Load() {
			return 0, nil
		}
		if err := q.recover(ctx); err != nil {
			return 0, err
		}
		q.stuck.Store(false)
	}
	return q.dispatch(ctx, f)
}

// recover settles what nobody is working on any more: an open intent is doubt.
func (q *Queue) recover(ctx context.Context) error {
	me, doubts, err := q.Store.Recover(ctx, q.Me)
	if err != nil {
		return err
	}
	q.Me = me
	if doubts > 0 {
		q.Log.Info("deliveries were on their way when Postbag stopped; making sure", "count", doubts)
	}
	return nil
}

// sleep returns how long nothing is due, at most Poll.
func (q *Queue) sleep(ctx context.Context) time.Duration {
	if held, err := q.Store.HeldAll(ctx); err != nil || held {
		return q.Poll // letting go wakes the queue
	}
	next, err := q.Store.NextWake(ctx)
	if err != nil || next.IsZero() {
		return q.Poll
	}
	// What is overdue but not started waits for its account.
	return min(max(time.Until(next), time.Second), q.Poll)
}

// dispatch starts what is due, one delivery for each account, oldest first. An account that
// had its turn comes after those that had none. While everything is held, only doubt is worked on.
func (q *Queue) dispatch(ctx context.Context, f *flight) (started int, err error) {
	held, err := q.Store.HeldAll(ctx)
	if err != nil {
		return 0, err
	}
	var states []domain.DeliveryState
	if held {
		states = []domain.DeliveryState{domain.Unknown}
	}
	for f.count() < maxInFlight && ctx.Err() == nil {
		due, err := q.Store.Due(ctx, time.Now(), 1, f.skip(time.Now()), states...)
		if err != nil {
			return started, err
		}
		if len(due) == 0 {
			if due, err = q.Store.Copies(ctx, time.Now(), 1, f.skip(time.Now())); err != nil {
				return started, err
			}
		}
		if len(due) == 0 {
			if f.newRound() {
				continue
			}
			return started, nil
		}
		d := due[0]
		started++
		f.start(d.Channel, func() {
			if err := q.handle(ctx, d); err != nil {
				f.rest(d.Channel, time.Now().Add(backoff(d.ID, d.Attempts)), err)
			}
			q.Changed(d.ID)
		})
	}
	return started, nil
}

// handle does what a due delivery needs. It fails if the delivery could be neither worked on
// nor put off: then its account has to rest, or the queue would spin on it.
func (q *Queue) handle(ctx context.Context, d domain.Delivery) error {
	err := q.guard(func() error {
		if d.State == domain.Unknown {
			return q.reconcile(ctx, d)
		}
		if d.State == domain.Held {
			return q.examine(ctx, d)
		}
		return q.publish(ctx, d)
	})
	if errors.Is(err, domain.ErrOvertaken) {
		q.ousted.Store(true) // nothing of it is ours to write any more
		return nil
	}
	if err == nil || ctx.Err() != nil {
		return nil //nolint:nilerr // while stopping, what went wrong is no news
	}
	q.Log.Error("delivery", "id", d.ID, "error", err)
	put := q.Store.Postpone(context.WithoutCancel(ctx), d.ID, time.Now().Add(backoff(d.ID, d.Attempts)), "internal",
		"Postbag could not work on this one; it tries again")
	if put != nil || q.stuck.Load() {
		return errors.Join(err, put)
	}
	return nil
}

// guard turns a panic into an error. What it interrupted is recovered like a crash.
func (q *Queue) guard(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			q.Log.Error("Postbag made a mistake", "panic", p, "stack", string(debug.Stack()))
			q.stuck.Store(true)
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return work()
}

// insist repeats a write that failed, for about ten seconds. What the database refuses for good
// is not repeated.
func (q *Queue) insist(what string, write func() error) error {
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		err := write()
		if err == nil || wait > 5*time.Second || refusedForGood(err) {
			return err
		}
		q.Log.Error(what+" could not be written; trying again", "error", err)
		time.Sleep(wait)
	}
}

func refusedForGood(err error) bool {
	return errors.Is(err, domain.ErrConflict) || errors.Is(err, domain.ErrNotAllowed) ||
		errors.Is(err, domain.ErrInvalid) || errors.Is(err, domain.ErrNotFound)
}
