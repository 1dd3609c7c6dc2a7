package queue_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// mutate takes one protection away from a store, to prove that these tests would notice.
func mutate(mutant string, db *store.DB) queue.Store {
	if mutant == "no intent" {
		return &forgetful{DB: db}
	}
	return db
}

// forgetful writes the intent down only when the answer is there.
type forgetful struct {
	*store.DB
	call  domain.Call
	until time.Time
}

func (f *forgetful) Intend(_ context.Context, c domain.Call, until time.Time) error {
	f.call, f.until = c, until
	return nil
}

func (f *forgetful) Settle(ctx context.Context, s domain.Settlement) error {
	return errors.Join(f.DB.Intend(ctx, f.call, f.until), f.DB.Settle(ctx, s))
}

// control is the queue everybody writes first: post, mark as done, and retry what is not marked.
func control(ctx context.Context, path string, n network.Network, client network.Carrier, p *points) error {
	db, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS done (delivery INTEGER PRIMARY KEY)"); err != nil {
		return err
	}
	for failures := 0; ; {
		var row int64
		var id domain.DeliveryID
		var body []byte
		err := db.QueryRowContext(ctx, `SELECT row, id, plan_json FROM delivery
			WHERE row NOT IN (SELECT delivery FROM done) LIMIT 1`).Scan(&row, &id, &body)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var plan network.Plan
		if err := json.Unmarshal(body, &plan); err != nil {
			return err
		}
		plan.Keys = queue.Keys(id, 1, len(plan.Parts))
		if _, err := n.Publish(ctx, bare{client}, network.Account{}, plan); err != nil {
			if failures++; failures > 1000 {
				return err // the ledger is gone, and so is the test
			}
			continue
		}
		p.pass()
		if _, err := db.ExecContext(ctx, "INSERT INTO done VALUES (?)", row); err != nil {
			return err
		}
		p.pass()
	}
}

// bare makes calls without a journal.
type bare struct{ network.Carrier }

func (b bare) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return b.Send(ctx, r, nil)
}

func (b bare) Prepare(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return b.Send(ctx, r, nil)
}

func (b bare) Publish(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return b.Send(ctx, r, nil)
}

// cycles kills processes at every point, on a ledger that ignores keys, and returns what was
// doubled. With the race detector it leaves out every other point unless those show nothing: which
// of them lies between acceptance and its record differs from run to run.
func cycles(t *testing.T, shape network.Shape, prepare func(*victim)) (doubled int, y *yard) {
	t.Helper()
	y = newYard(t, shape)
	y.ledger.Keyed = false
	prepare(&y.victim)
	c := y.channel("me")
	step := int64(1)
	if testing.Short() {
		step = 2
	}
	for first := int64(1); first <= step && doubled == 0; first++ {
		for point := first; point < 30; point += step {
			y.add(c, fmt.Sprintf("mutant %d", point))
			y.hurry()
			y.victim.Point = point
			y.victim.spawn(t)
		}
		y.victim.Point = 0
		y.hurry()
		y.victim.spawn(t)
		_, doubled = y.audit()
	}
	return doubled, y
}

// Q7: what is proved here is that the harness catches a queue without its protections. Each is
// taken away on a server that offers no help: it ignores keys.
func TestTheHarnessCatchesEveryMutant(t *testing.T) {
	t.Run("none: the real queue doubles nothing", func(t *testing.T) {
		t.Parallel()
		doubled, y := cycles(t, network.ShapeNone, func(*victim) {})
		if doubled > 0 {
			t.Errorf("%d doubled", doubled)
		}
		if y.count(domain.Held) == 0 {
			t.Error("nothing came before a person: the kills missed the sending")
		}
	})
	t.Run("control queue", func(t *testing.T) {
		t.Parallel()
		doubled, _ := cycles(t, network.ShapeNone, func(v *victim) { v.Control = true })
		if doubled == 0 {
			t.Error("mark, post, retry was not caught")
		}
		t.Logf("figure: Q7 %s caught: %d doubled", t.Name(), doubled)
	})
	t.Run("no intent", func(t *testing.T) {
		t.Parallel()
		doubled, _ := cycles(t, network.ShapeNone, func(v *victim) { v.Mutant = "no intent" })
		if doubled == 0 {
			t.Error("a queue without intents was not caught")
		}
		t.Logf("figure: Q7 %s caught: %d doubled", t.Name(), doubled)
	})
	t.Run("no quarantine", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			quarantine time.Duration
			want       int
		}{{time.Nanosecond, 2}, {time.Hour, 1}} {
			h := newHaunted(t, network.ShapeKey, test.quarantine)
			h.ledger.Racy, h.ledger.Gate = true, make(chan struct{})
			h.plan(h.channel("me"), time.Now(), "hello")
			h.ledger.Once(faultGhost)
			h.run() // without a quarantine the second request comes before the ghost
			close(h.ledger.Gate)
			h.ledger.Settle()
			h.age(time.Hour + time.Millisecond)
			h.rest()
			if n := h.ledger.Visible()["hello"]; n != test.want {
				t.Errorf("with a quarantine of %v it is visible %d times, want %d", test.quarantine, n, test.want)
			}
		}
	})
	t.Run("no token", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			mutant bool
			want   int
		}{{false, 0}, {true, 1}} {
			if n := cancelledWhilePreparing(t, test.mutant); n != test.want {
				t.Errorf("mutant %v: a cancelled delivery is visible %d times, want %d", test.mutant, n, test.want)
			}
		}
	})
	t.Run("no occurrence key", func(t *testing.T) {
		t.Parallel()
		h := newHaunted(t, network.ShapeNone, time.Nanosecond)
		h.planner.Store = lavish{h.db}
		post := h.post(h.channel("me"), "hello")
		for range 2 {
			if _, err := h.planner.Plan(t.Context(), post, queue.When{Due: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		h.rest()
		if n := h.ledger.Visible()["hello"]; n != 2 {
			t.Errorf("visible %d times: the second occurrence was not caught", n)
		}
	})
	t.Run("retry on 5xx", func(t *testing.T) {
		t.Parallel()
		for _, test := range []struct {
			carrier network.Carrier
			want    int
		}{{httpcall.New(nil), 1}, {eager{httpcall.New(nil)}, 2}} {
			l := newLedger(t)
			l.Keyed = false
			h := &haunted{app: newApp(t, fake(network.ShapeNone, l.URL(), time.Nanosecond), queue.Carriers{"http": test.carrier}), ledger: l}
			h.plan(h.channel("me"), time.Now(), "hello")
			l.Once(faultErrorAfter)
			h.rest()
			if n := l.Visible()["hello"]; n != test.want {
				t.Errorf("%T: visible %d times, want %d", test.carrier, n, test.want)
			}
		}
	})
}

// eager is a carrier that means well.
type eager struct{ network.Carrier }

func (e eager) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	reply, err := e.Carrier.Send(ctx, r, intent)
	if reply.Status >= 500 {
		return e.Carrier.Send(ctx, r, nil)
	}
	return reply, err
}

// lavish gives every planning an occurrence of its own.
type lavish struct{ *store.DB }

func (l lavish) AddDeliveries(ctx context.Context, list []domain.Delivery, keys func(domain.Delivery) []string) ([]domain.Delivery, error) {
	for i := range list {
		list[i].Occurrence = domain.NewID(time.Now())
	}
	return l.DB.AddDeliveries(ctx, list, keys)
}

// cancelledWhilePreparing takes a delivery back during its upload and counts what is visible.
// The mutant goes on as if nobody had checked whose the delivery is.
func cancelledWhilePreparing(t *testing.T, mutant bool) int {
	t.Helper()
	l := newLedger(t)
	meddler := &meddling{Carrier: httpcall.New(nil)}
	a := newApp(t, fake(network.ShapeNone, l.URL(), time.Nanosecond), queue.Carriers{"http": meddler})
	id := a.plan(a.channel("me"), time.Now(), "hello")
	meddler.before = func() {
		if err := a.planner.Cancel(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if mutant {
		a.queue.Store = &tokenless{DB: a.db, app: a}
	}
	a.run()
	return l.Visible()["hello"]
}

// meddling lets somebody act during the first call.
type meddling struct {
	network.Carrier
	before func()
}

func (m *meddling) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if m.before != nil {
		m.before()
		m.before = nil
	}
	return m.Carrier.Send(ctx, r, intent)
}

// tokenless commits intents without asking whose the delivery is.
type tokenless struct {
	*store.DB
	app *app
}

func (s *tokenless) Intend(ctx context.Context, c domain.Call, until time.Time) error {
	for _, trigger := range []string{"delivery_transition", "delivery_stays_ended", "call_public_allowed", "delivery_sending_has_intent"} {
		s.app.exec("DROP TRIGGER " + trigger)
	}
	s.app.exec("UPDATE delivery SET state = 'preparing', claim_token = ? WHERE id = ?", c.ClaimToken, c.Delivery)
	return s.DB.Intend(ctx, c, until)
}
