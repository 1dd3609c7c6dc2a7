package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/prooftest"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
	"postbag/backend/store"
)

// childEnv carries a victim's orders to the child process.
const childEnv = "POSTBAG_QUEUE_VICTIM"

// aimed is what an Aimed child says when it begins.
const aimed = "ready\n"

// victim is what a child process is to do: run the queue of a database until idle, and kill
// itself at its n-th crash point (0: never).
type victim struct {
	Path       string
	Server     string
	Shape      network.Shape
	Quarantine time.Duration
	Point      int64
	Patience   time.Duration // of a request; zero: the carrier's own
	Dial       uint64        // seed of what goes wrong before the server is reached; zero: nothing
	Aimed      bool          // say when the database is open
	Control    bool          // the control queue: mark, post, retry
	Mutant     string        // which protection is taken away
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
	if orders := os.Getenv(rivalEnv); orders != "" {
		var r rival
		if err := json.Unmarshal([]byte(orders), &r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		if err := r.live(); err != nil {
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
	if v.Aimed {
		fmt.Fprint(os.Stdout, aimed)
	}
	options := []httpcall.Option{}
	if v.Patience > 0 {
		options = append(options, httpcall.Patience(v.Patience))
	}
	dial := (&net.Dialer{Timeout: 5 * time.Second}).DialContext
	if v.Dial > 0 {
		dial = queuetest.Dialer(queuetest.Random(v.Dial, append(make([]queuetest.Fault, 12), queuetest.Before()...)...))
	}
	client := httpcall.New(nil, append(options, httpcall.Dial(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return frail{conn, p}, nil
	}))...)
	n := fake(v.Shape, v.Server, v.Quarantine)
	if v.Control {
		if err := control(ctx, v.Path, n, client, p); err != nil {
			return err
		}
	} else {
		q := queue.New(queue.Config{
			NoPauses: true,
			Store:    mutate(v.Mutant, db), Accounts: accounts{n}, Sealer: clear{}, Carriers: queue.Carriers{"http": client},
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
func (accounts) Renewing(context.Context, domain.ChannelID) (func(), error)       { return func() {}, nil }
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

// shoot runs a child and kills it after a while. It reports whether it was still alive then.
func (v victim) shoot(t testing.TB, after time.Duration) (killed bool) {
	t.Helper()
	v.Point, v.Aimed = 0, true
	orders, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(orders))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len(aimed))); err != nil { // the database is open
		t.Fatalf("the child did not begin: %v\n%s", err, said.String())
	}
	gun := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer gun.Stop()
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() > 0 {
		t.Fatalf("the child failed: %v\n%s", err, said.String())
	}
	return cmd.ProcessState.ExitCode() < 0
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
	path := filepath.Join(inMemory(t), "postbag.db")
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
// delivery waits for a person with the evidence or was refused, and no text more than once.
func (y *yard) audit() (lost, doubled int) {
	visible := y.ledger.Visible()
	for _, text := range y.texts {
		d := y.get(y.of[text])
		switch n := visible[text]; {
		case n == 0 && d.State != domain.Held && d.State != domain.Rejected, n > 0 && d.State == domain.Rejected:
			y.t.Logf("lost: %q is %s (%s) and visible %d times", text, d.State, d.ErrorText, n)
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
	for _, shape := range queuetest.Shapes() {
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
			t.Logf("figure: Q3 %s: %d kills, %d posts, %d lost, %d doubled, %d held", shape, kills, len(y.texts), lost, doubled, y.count(domain.Held))
			if lost+doubled > 0 || y.decided(shape, step == 1) {
				t.Errorf("%d lost, %d doubled, %d of %d published, %d held", lost, doubled, y.count(domain.Published), len(y.texts)/2, y.count(domain.Held))
			}
			if kills < 30/int(step) { // the first deaths alone; how many successors die differs from run to run
				t.Errorf("only %d kills: the crash points are not where they should be", kills)
			}
		})
	}
}

// decided reports whether a delivery came before a person although its shape can prove what
// became of it, or none did although its shape proves nothing and the process died at every
// point: a few points may all lie where a request was not sent yet, or was answered already.
func (y *yard) decided(shape network.Shape, everyPoint bool) bool {
	held := y.count(domain.Held)
	switch shape {
	case network.ShapeKey, network.ShapeRecord, network.ShapePhase:
		return held > 0
	case network.ShapeLookUp, network.ShapeNone:
	}
	return everyPoint && held == 0
}

// Q4: processes are killed at random points, each on top of what the one before left.
func TestKillCyclesLoseAndDoubleNothing(t *testing.T) {
	shapes := queuetest.Shapes()
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			cycles := prooftest.Size(t, 2000, 25) / len(shapes)
			for _, seed := range prooftest.Seeds(t) {
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
					prooftest.Errorf(t, seed, "%d lost, %d doubled", lost, doubled)
				}
			}
		})
	}
}

// Q5: processes are killed at any moment, while the server and the way to it misbehave.
func TestRandomKillsWithFaultsLoseAndDoubleNothing(t *testing.T) {
	shapes := queuetest.Shapes()
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			cycles := prooftest.Size(t, 500, 10) / len(shapes)
			for _, seed := range prooftest.Seeds(t) {
				random := rand.New(rand.NewPCG(seed, 5))
				y := newYard(t, shape)
				y.ledger.Do(func() {
					quiet := make([]queuetest.Fault, 20) // none
					y.ledger.Next = queuetest.Random(seed, append(quiet, append(queuetest.Lost(),
						queuetest.SlowLoris, queuetest.Throttled, queuetest.Refused)...)...)
					y.ledger.GhostDelay, y.ledger.Lag, y.ledger.Building = 20*time.Millisecond, 5*time.Millisecond, 1
				})
				// The quarantine is what keeps a second request behind a ghost of the first.
				y.victim.Quarantine, y.victim.Patience = 100*time.Millisecond, 500*time.Millisecond
				channels := []domain.ChannelID{y.channel("one"), y.channel("two")}
				kills := 0
				for i := 0; kills < cycles; i++ {
					y.add(channels[i%2], numbered(fmt.Sprintf("any %d part %%d", i), 1+random.IntN(3))...)
					y.hurry()
					y.victim.Dial = random.Uint64()
					if y.victim.shoot(t, time.Duration(random.Int64N(int64(300*time.Millisecond)))) {
						kills++
					}
				}
				y.ledger.Do(func() { y.ledger.Next = queuetest.Always(queuetest.None) })
				y.ledger.Settle()
				y.victim.Dial, y.victim.Quarantine = 0, time.Millisecond // every ghost has appeared
				y.settle()
				lost, doubled := y.audit()
				t.Logf("figure: Q5 %s: %d kills, %d posts, %d requests, %d lost, %d doubled, %d held, %d rejected", shape, kills, len(y.texts), y.ledger.Requests(), lost, doubled,
					y.count(domain.Held), y.count(domain.Rejected))
				if lost+doubled > 0 {
					prooftest.Errorf(t, seed, "%d lost, %d doubled", lost, doubled)
				}
			}
		})
	}
}
