package queue_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// limited is a scripted network that states budgets: so many requests for an account, for the app,
// and so many posts a day for the app.
type limited struct {
	scripted
	says bool // its answers have headers
}

const limitedServer = "http://ledger"

func (n limited) Describe() network.Descriptor {
	d := n.scripted.Describe()
	d.Budgets = network.Budgets{
		Windows: []network.Window{
			{Name: "requests", Scope: network.ScopeAccount, Points: 20, Per: 10 * time.Minute, Source: "meter"},
			{Name: "app", Scope: network.ScopeApp, Points: 30, Per: 10 * time.Minute, Source: "meter"},
			{Name: "posts", Scope: network.ScopeHost, Points: 20, Per: time.Hour, Source: "meter"},
		},
		Cost: func(w network.Window, u network.Use) int {
			if w.Name == "posts" && u.Kind != network.UsePublish {
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) (list []network.Use) {
			for range p.Parts {
				list = append(list, network.Use{Step: "media", Kind: network.UsePrepare}, network.Use{Step: "post", Kind: network.UsePublish})
			}
			return list
		},
	}
	if n.says {
		d.Budgets.Read = func(_ network.Use, r network.Reply) []network.Left {
			points, err := strconv.Atoi(r.Header["X-Left"])
			if err != nil {
				return nil
			}
			opens, _ := time.ParseDuration(r.Header["X-Opens"])
			return []network.Left{{Window: "requests", Limit: 20, Points: points, Opens: opens}}
		}
	}
	return d
}

func (n limited) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	return n.fakeNetwork.Publish(ctx, authorized{c, a.Secret.Reveal()}, a, p)
}

// owners gives every channel an account of its own on one server.
type owners struct {
	*app
	network network.Network
}

func (o owners) Account(_ context.Context, id domain.ChannelID) (network.Network, network.Account, error) {
	return o.network, network.Account{RemoteID: string(id), Server: limitedServer, Secret: network.NewSecret(string(id))}, nil
}

// meter is a carrier that counts as the network does, and refuses too much.
type meter struct {
	*pliant
	mu      sync.Mutex
	says    bool
	at      map[string][]time.Time // all requests of an account
	posts   []time.Time
	own     map[string]int // what the person did elsewhere in this stretch of the network's time
	stretch int64
	refused int
	fails   func(public bool) bool
}

func newMeter(says bool) *meter {
	return &meter{pliant: newPliant(), says: says, at: map[string][]time.Time{}, own: map[string]int{}}
}

func within(list []time.Time, per time.Duration, now time.Time) (n int) {
	for _, at := range list {
		if now.Sub(at) < per {
			n++
		}
	}
	return n
}

func (m *meter) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no intent", Err: err}
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now, who := time.Now(), r.Header["Authorization"]
	if s := now.Unix() / 600; s != m.stretch {
		m.stretch, m.own = s, map[string]int{}
	}
	m.at[who] = append(m.at[who], now)
	all := 0
	for _, list := range m.at {
		all += within(list, 10*time.Minute, now)
	}
	mine := 0
	for _, at := range m.at[who] {
		if at.Unix()/600 == m.stretch {
			mine++
		}
	}
	if intent != nil {
		m.posts = append(m.posts, now)
	}
	// In any stretch, wherever it begins, a fifth stays free; and the network refuses nothing although
	// the person uses that fifth elsewhere.
	if n := within(m.at[who], 10*time.Minute, now); !m.says && n > 16 || all > 24 || mine+m.own[who] > 20 {
		m.refused++
	}
	if within(m.posts, time.Hour, now) > 16 {
		m.refused++
	}
	reply := answer(200, "media")
	if intent != nil {
		reply = answer(200, r.Header["Idempotency-Key"])
		m.visible[r.Header["Idempotency-Key"]]++
	}
	if m.fails(intent != nil) {
		return lost()
	}
	if reply.Header == nil {
		reply.Header = map[string]string{}
	}
	opens := time.Unix((m.stretch+1)*600, 0).Sub(now)
	reply.Header["X-Left"], reply.Header["X-Opens"] = strconv.Itoa(20-mine-m.own[who]), opens.String()
	return reply, nil
}

// elsewhere lets the person use what is left free of an account.
func (m *meter) elsewhere(who string, r *rand.Rand) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.own[who] < 4 && time.Now().Unix()/600 == m.stretch {
		m.own[who] += r.IntN(5 - m.own[who])
	}
}

func TestBudgetsHold(t *testing.T) {
	t.Parallel()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for i := range rounds {
		seed, says := rand.Uint64(), i%2 == 0
		t.Run(fmt.Sprintf("says=%v", says), func(t *testing.T) {
			t.Logf("seed %d", seed)
			virtual(t, func(t *testing.T) { budgetsHold(t, rand.New(rand.NewPCG(seed, 9)), says) })
		})
	}
}

func budgetsHold(t *testing.T, r *rand.Rand, says bool) {
	path := filepath.Join(t.TempDir(), "postbag.db")
	n, m := limited{scripted: script(network.ShapeKey), says: says}, newMeter(says)
	luck := rand.New(rand.NewPCG(r.Uint64(), 10)) // requests go out beside the test: it has its own
	m.fails = func(bool) bool { return luck.IntN(12) == 0 }
	var channels []domain.ChannelID
	var all []domain.DeliveryID
	for life := range 6 {
		a := openApp(t, path, n, nil)
		if life == 0 {
			channels = []domain.ChannelID{a.channel("one"), a.channel("two")}
		}
		var breaks atomic.Int32 // two accounts may settle at once
		breaks.Store(int32(r.IntN(8)))
		store := &faulty{Store: a.db, settle: func() error {
			if breaks.Add(-1) == 0 {
				return domain.ErrNotAllowed // the outcome is never written: as if the process had died
			}
			return nil
		}}
		a.queue = queue.New(queue.Config{
			Store: store, Accounts: owners{a, n}, Sealer: clear{}, Carriers: queue.Carriers{"http": m},
			Me:       domain.Publisher{Machine: "here", Process: strconv.Itoa(life), Version: "test", BootID: "boot"},
			NoPauses: true,
			Budgets: func(_ context.Context, id domain.ChannelID) (budget.Terms, error) {
				return budget.Of(n.Describe(), id, network.Account{Server: limitedServer}), nil
			},
		})
		for _, c := range channels {
			for range r.IntN(9) {
				list, err := a.planner.Plan(t.Context(), a.post(c, strings.Split("one two three", " ")[:1+r.IntN(3)]...), queue.When{
					Due: time.Now().Add(time.Duration(r.IntN(1200)) * time.Second), Late: domain.LatePolicy{Then: domain.LatePublish},
				})
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, list[0].ID)
			}
			m.elsewhere(string(c), r)
		}
		a.runFor(time.Duration(1+r.IntN(40)) * time.Minute)
		if life == 5 {
			a.runFor(12 * time.Hour)
			ended := 0
			for _, id := range all {
				if d := a.get(id); d.State == domain.Published || d.State == domain.Held {
					ended++
				} else {
					t.Logf("%s %s %q, wakes in %v", d.State, d.ErrorClass, d.ErrorText, time.Until(d.WakeAt))
				}
			}
			if ended != len(all) {
				t.Errorf("%d of %d ended", ended, len(all))
			}
		}
		_ = a.db.Close()
		_ = a.raw.Close()
	}
	if m.refused > 0 || len(m.posts) == 0 {
		t.Errorf("%d requests too many of %d posts", m.refused, len(m.posts))
	}
}
