package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// childEnv carries a victim's orders to the child process.
const childEnv = "POSTBAG_QUEUE_VICTIM"

// victim is what a child process is to do: run the queue of a database until idle, and kill
// itself at its n-th crash point (0: never).
type victim struct {
	Path       string
	Server     string
	Shape      network.Shape
	Quarantine time.Duration
	Point      int64
	Control    bool   // the control queue: mark, post, retry
	Mutant     string // which protection is taken away
}

func TestMain(m *testing.M) {
	if orders := os.Getenv(childEnv); orders != "" {
		var v victim
		if err := json.Unmarshal([]byte(orders), &v); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := v.live(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	forget()
	os.Exit(m.Run())
}

// points counts the places where a process can die, and dies at one of them: before and after
// every commit, and before and after every read and write of a socket.
type points struct {
	n, at int64
}

func (p *points) pass() {
	if atomic.AddInt64(&p.n, 1) == p.at {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}

// frail is a connection with a crash point around every read and write.
type frail struct {
	net.Conn
	p *points
}

func (c frail) Read(b []byte) (int, error) {
	c.p.pass()
	n, err := c.Conn.Read(b)
	c.p.pass()
	return n, err
}

func (c frail) Write(b []byte) (int, error) {
	c.p.pass()
	n, err := c.Conn.Write(b)
	c.p.pass()
	return n, err
}

// live runs the child. It prints how many crash points it passed.
func (v victim) live() error {
	p := &points{at: v.Point}
	ctx := context.Background()
	db, err := store.Open(ctx, v.Path, store.Options{AtCommit: func(bool) { p.pass() }})
	if err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: 5 * time.Second}
	client := httpcall.New(nil, httpcall.Dial(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return frail{conn, p}, nil
	}))
	n := fake(v.Shape, v.Server, v.Quarantine)
	if v.Control {
		if err := control(ctx, v.Path, n, client, p); err != nil {
			return err
		}
	} else {
		q := queue.New(queue.Config{NoPauses: true,
			Store: mutate(v.Mutant, db), Accounts: accounts{n}, Sealer: clear{}, Carriers: queue.Carriers{"http": client},
			Me: domain.Publisher{Machine: "here", Process: fmt.Sprint(os.Getpid()), Version: "test", BootID: "boot"},
		})
		if err := q.RunUntilIdle(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stdout, atomic.LoadInt64(&p.n))
	return db.Close()
}

type accounts struct{ n network.Network }

func (a accounts) Account(context.Context, domain.ChannelID) (network.Network, network.Account, error) {
	return a.n, network.Account{RemoteID: "me"}, nil
}
func (accounts) Renewed(context.Context, domain.ChannelID, network.Account) error { return nil }
func (accounts) SignedOut(context.Context, domain.ChannelID) error                { return nil }

// spawn runs a child and reports whether it was killed; if not, how many points it passed.
func (v victim) spawn(t testing.TB) (killed bool, passed int64) {
	t.Helper()
	orders, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(orders))
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
			return true, 0
		}
		t.Fatalf("the child failed: %v\n%s", err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(out), &passed); err != nil {
		t.Fatalf("the child said %q", out)
	}
	return false, passed
}

// yard is one database and one ledger for children to die in.
type yard struct {
	*app
	ledger *ledger
	victim victim
	texts  []string
	of     map[string]domain.DeliveryID // by text
}

func newYard(t testing.TB, shape network.Shape) *yard {
	t.Helper()
	l := newLedger(t)
	path := filepath.Join(t.TempDir(), "postbag.db")
	n := fake(shape, l.URL(), time.Millisecond)
	return &yard{
		app:    openApp(t, path, n, queue.Carriers{"http": httpcall.New(nil)}),
		ledger: l, of: map[string]domain.DeliveryID{}, victim: victim{Path: path, Server: l.URL(), Shape: shape, Quarantine: time.Millisecond},
	}
}

func (y *yard) add(c domain.ChannelID, texts ...string) domain.DeliveryID {
	y.texts = append(y.texts, texts...)
	id := y.plan(c, time.Now(), texts...)
	for _, text := range texts {
		y.of[text] = id
	}
	return id
}

// hurry makes what waits due at once: time passes between two processes.
func (y *yard) hurry() {
	y.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown', 'planned')")
}

// settle runs the queue, unkilled, until nothing changes by itself any more.
func (y *yard) settle() {
	for range 20 {
		y.hurry()
		y.victim.Point = 0
		y.victim.spawn(y.t)
		if y.count(domain.Planned)+y.count(domain.Waiting)+y.count(domain.Unknown) == 0 {
			return
		}
	}
	y.t.Fatal("the queue does not come to rest")
}

// audit counts what was lost and doubled: every text must be visible exactly once, unless its
// delivery waits for a person with the evidence, and no text more than once.
func (y *yard) audit() (lost, doubled int) {
	visible := y.ledger.Visible()
	for _, text := range y.texts {
		switch n := visible[text]; {
		case n == 0 && y.get(y.of[text]).State != domain.Held:
			lost++
		case n > 1:
			doubled++
		}
	}
	if err := y.ledger.Orderly(); err != nil {
		y.t.Error(err)
	}
	return lost, doubled
}

// Q3: a process dies at each numbered point once, and then again at each point of its
// successor's recovery; nothing is lost and nothing is doubled.
func TestACrashAtAnyPointLosesAndDoublesNothing(t *testing.T) {
	for _, shape := range []network.Shape{network.ShapeKey, network.ShapeRecord} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			y := newYard(t, shape)
			c := y.channel("me")
			kills, step := 0, int64(1)
			if testing.Short() {
				step = 9 // with the race detector: every path, not every point
			}
			for point := int64(1); ; point += step {
				y.add(c, numbered(fmt.Sprintf("crash %d part %%d", point), 2)...)
				y.victim.Point = point
				killed, _ := y.victim.spawn(t)
				if killed {
					kills++
				}
				// the successor dies as well, somewhere in its recovery
				y.hurry()
				y.victim.Point = 1 + point%17
				if again, _ := y.victim.spawn(t); again {
					kills++
				}
				y.settle()
				if !killed {
					break
				}
			}
			lost, doubled := y.audit()
			t.Logf("figure: Q3 %s: %d kills, %d posts, %d lost, %d doubled", shape, kills, len(y.texts), lost, doubled)
			if lost+doubled > 0 || y.count(domain.Published)*2 != len(y.texts) {
				t.Errorf("%d lost, %d doubled, %d of %d published", lost, doubled, y.count(domain.Published), len(y.texts)/2)
			}
			if kills < 50/int(step) {
				t.Errorf("only %d kills: the crash points are not where they should be", kills)
			}
		})
	}
}

// Q4: processes are killed at random points, each on top of what the one before left.
func TestKillCyclesLoseAndDoubleNothing(t *testing.T) {
	cycles := 1000 // for each shape
	if testing.Short() {
		cycles = 50
	}
	for _, shape := range []network.Shape{network.ShapeKey, network.ShapeRecord} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 4))
			y := newYard(t, shape)
			channels := []domain.ChannelID{y.channel("one"), y.channel("two")}
			kills := 0
			for i := 0; kills < cycles; i++ {
				y.add(channels[i%2], numbered(fmt.Sprintf("kill %d part %%d", i), 1+random.IntN(3))...)
				y.hurry()
				y.victim.Point = 1 + random.Int64N(90)
				if killed, _ := y.victim.spawn(t); killed {
					kills++
				}
			}
			y.settle()
			lost, doubled := y.audit()
			t.Logf("figure: Q4 %s: %d kill cycles, %d posts, %d lost, %d doubled, %d held", shape, kills, len(y.texts), lost, doubled, y.count(domain.Held))
			if lost+doubled > 0 {
				t.Errorf("seed %d: %d lost, %d doubled", seed, lost, doubled)
			}
		})
	}
}
