package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// pliant is a carrier without sockets that accepts everything, unless reply says otherwise.
type pliant struct {
	mu      sync.Mutex
	reply   func(r network.Request, public bool) (network.Reply, error) // nil, or an answer with status 0: accept
	arrives func(r network.Request)                                     // called before anything is answered
	uploads int
	visible map[string]int // by text
	tokens  []string       // the Authorization of every request
	keys    map[string]bool
}

func newPliant() *pliant { return &pliant{visible: map[string]int{}, keys: map[string]bool{}} }

func (p *pliant) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if p.arrives != nil {
		p.arrives(r)
	}
	if err := ctx.Err(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "stopped", Err: err}
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no intent", Err: err}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tokens = append(p.tokens, r.Header["Authorization"])
	if p.reply != nil {
		if reply, err := p.reply(r, intent != nil); err != nil || reply.Status != 0 {
			return reply, err
		}
	}
	if intent == nil {
		p.uploads++
		return answer(200, "media"), nil
	}
	var e entry
	if err := json.Unmarshal(r.Body[0].Bytes, &e); err != nil {
		panic(err)
	}
	key := r.Header["Idempotency-Key"]
	if key == "" {
		key = filepath.Base(r.URL)
	}
	if !p.keys[key] {
		p.keys[key] = true
		p.visible[e.Text]++
	}
	return answer(200, key), nil
}

func (p *pliant) seen(text string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.visible[text]
}

// lost is the answer to a request that nobody knows the end of.
func lost() (network.Reply, error) {
	return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "reset"}
}

// scripted is a fakeNetwork of which single acts can be replaced.
type scripted struct {
	fakeNetwork
	life    time.Duration // PrepareLife
	publish func(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error)
	find    func() (network.Receipt, bool, error)
}

func (n scripted) Describe() network.Descriptor {
	d := n.fakeNetwork.Describe()
	if n.life > 0 {
		d.PrepareLife = n.life
	}
	return d
}

func (n scripted) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if n.publish != nil {
		return n.publish(ctx, c, a, p)
	}
	return n.fakeNetwork.Publish(ctx, authorized{c, a.Secret.Reveal()}, a, p)
}

// authorized puts the account's token on every request.
type authorized struct {
	network.Calls
	token string
}

func (c authorized) with(r network.Request) network.Request {
	header := map[string]string{"Authorization": c.token}
	for k, v := range r.Header {
		header[k] = v
	}
	r.Header = header
	return r
}

func (c authorized) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.Calls.Prepare(ctx, step, c.with(r))
}

func (c authorized) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.Calls.Publish(ctx, step, c.with(r))
}

// finding is a scripted network that can look.
type finding struct{ scripted }

func (n finding) Find(ctx context.Context, c network.Calls, _ network.Account, _ network.Plan) (network.Receipt, bool, error) {
	if _, err := c.Read(ctx, "look", network.Request{Method: "GET", URL: n.Server + "/look"}); err != nil {
		return network.Receipt{}, false, err
	}
	return n.find()
}

// renewing is a scripted network whose secrets run out.
type renewing struct {
	scripted
	refresh func(ctx context.Context, c network.Calls, a network.Account) (network.Account, error)
}

func (n renewing) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	return n.refresh(ctx, c, a)
}

func script(shape network.Shape) scripted {
	return scripted{fakeNetwork: fakeNetwork{Server: "http://ledger", Shape: shape, Reconcile: network.Reconcile{Quarantine: time.Millisecond}, Media: true}}
}

// newScripted returns a queue on n and a carrier that accepts everything.
func newScripted(t testing.TB, n network.Network) (*app, *pliant) {
	t.Helper()
	p := newPliant()
	return newApp(t, n, queue.Carriers{"http": p}), p
}

// virtual runs a test in a bubble of virtual time: the database is closed inside.
func virtual(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, test)
}

// runFor runs the queue like a program that stays open, for a while of virtual time.
func (a *app) runFor(d time.Duration) {
	a.t.Helper()
	ctx, stop := context.WithTimeout(a.t.Context(), d)
	defer stop()
	if err := a.queue.Run(ctx); err != nil {
		a.t.Fatal(err)
	}
}

// patient runs until idle, but not for ever.
func (a *app) patient() error {
	ctx, stop := context.WithTimeout(a.t.Context(), time.Minute)
	defer stop()
	err := a.queue.RunUntilIdle(ctx)
	if ctx.Err() != nil {
		return errors.New("the queue did not come to rest")
	}
	return err
}

// faulty is a store of which single methods fail or wait.
type faulty struct {
	queue.Store
	claim    func() error
	note     func() error
	intend   func() error
	settle   func() error
	release  func() error
	postpone func() error
	recover  func() error
	due      func(list []domain.Delivery)
}

func (f *faulty) Recover(ctx context.Context, p domain.Publisher) (domain.Publisher, int64, error) {
	if f.recover != nil {
		if err := f.recover(); err != nil {
			return p, 0, err
		}
	}
	return f.Store.Recover(ctx, p)
}

func (f *faulty) Claim(ctx context.Context, d domain.Delivery, c domain.Claim) (bool, error) {
	if f.claim != nil {
		if err := f.claim(); err != nil {
			return false, err
		}
	}
	return f.Store.Claim(ctx, d, c)
}

func (f *faulty) Note(ctx context.Context, c domain.Call) error {
	if f.note != nil {
		if err := f.note(); err != nil {
			return err
		}
	}
	return f.Store.Note(ctx, c)
}

func (f *faulty) Intend(ctx context.Context, c domain.Call, until time.Time) error {
	if f.intend != nil {
		if err := f.intend(); err != nil {
			return err
		}
	}
	return f.Store.Intend(ctx, c, until)
}

func (f *faulty) Settle(ctx context.Context, s domain.Settlement) error {
	if f.settle != nil {
		if err := f.settle(); err != nil {
			return err
		}
	}
	return f.Store.Settle(ctx, s)
}

func (f *faulty) Release(ctx context.Context, id domain.DeliveryID, token string, c domain.Change) error {
	if f.release != nil {
		if err := f.release(); err != nil {
			return err
		}
	}
	return f.Store.Release(ctx, id, token, c)
}

func (f *faulty) Postpone(ctx context.Context, id domain.DeliveryID, until time.Time, class, why string) error {
	if f.postpone != nil {
		if err := f.postpone(); err != nil {
			return err
		}
	}
	return f.Store.Postpone(ctx, id, until, class, why)
}

func (f *faulty) Due(ctx context.Context, now time.Time, limit int, skip []domain.ChannelID, states ...domain.DeliveryState) ([]domain.Delivery, error) {
	list, err := f.Store.Due(ctx, now, limit, skip, states...)
	if f.due != nil {
		f.due(list)
	}
	return list, err
}

// times fails n times with err, then never again.
func times(n int, err error) func() error {
	var mu sync.Mutex
	return func() error {
		mu.Lock()
		defer mu.Unlock()
		if n--; n >= 0 {
			return err
		}
		return nil
	}
}

var errDisk = errors.New("the disk is full")

func isUpload(r network.Request) bool { return strings.HasSuffix(r.URL, "/media") }
