package wiring

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"postbag/app/api"
	"postbag/backend/clock"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/machine"
	"postbag/backend/network"
	"postbag/backend/online"
	"postbag/backend/queue"
)

const (
	// clockPatience is how long a delivery waits by itself while the clock is suspect: after a sleep
	// or a start, systems set their clocks within seconds. After it a person is asked, because
	// nobody else will set it.
	clockPatience = 10 * time.Minute
	// lookAtClock is how often what stands in the way is looked at again.
	lookAtClock = 15 * time.Second
	// copyLook is how soon what is held because of another copy is looked for.
	copyLook = time.Minute
)

// ground is what this process stands on: which machine it runs on, how far its clock is trusted,
// and whether there is a way to the servers.
type ground struct {
	boot    *clock.Boot
	source  clock.Source
	clock   *clock.Trust
	watcher *clock.Watcher
	machine *machine.Machine
	lines   online.State
	address *online.Addresses

	marks  chan clock.Mark  // learnt, and not yet kept
	events chan clock.Event // happened, and not yet acted on

	mu    sync.Mutex
	woke  time.Duration                     // by the boot clock: nothing new is begun before
	calls map[*context.CancelCauseFunc]bool // under way, and making nothing public
}

// newGround looks at the machine. It never fails: what cannot be found out is said in the log, and
// there is less protection then.
func newGround(c Config, log interface{ Warn(string, ...any) }) *ground {
	g := &ground{
		boot: clock.NewBoot(), marks: make(chan clock.Mark, 64), events: make(chan clock.Event, 64),
		calls: map[*context.CancelCauseFunc]bool{}, address: online.NewAddresses(c.Addresses),
	}
	if g.source = c.Clocks; g.source == nil {
		g.source = clock.System(g.boot)
	}
	var err error
	if g.machine, err = machine.Open(c.State); err != nil {
		log.Warn("a copy of the data folder will not be told from it", "error", err)
	}
	if c.Machine != "" {
		g.machine.ID, g.machine.Name = c.Machine, c.Machine
	}
	g.clock = clock.NewTrust(g.source, func(m clock.Mark) {
		select {
		case g.marks <- m:
		default: // nobody publishes, so nobody keeps them
		}
	})
	g.watcher = clock.NewWatcher(g.source, g.happened)
	return g
}

// me is who publishes.
func (g *ground) me(process, version string) domain.Publisher {
	id := g.machine.ID
	if id == "" {
		id = g.machine.Name
	}
	return domain.Publisher{Machine: id, Process: process, Version: version, BootID: g.boot.ID()}
}

// clockGuard keeps everything from being published while the clock is suspect.
type clockGuard struct{ *ground }

// Ask implements queue.Guard.
func (g clockGuard) Ask(context.Context, domain.Delivery, network.Plan) (queue.Objection, error) {
	s := g.clock.Now()
	if !s.Suspect {
		return queue.Objection{}, nil
	}
	text := fmt.Sprintf("This computer's clock is %s off, by the time of its servers.", s.Offset.Abs().Round(time.Minute))
	if g.source().Boot-s.Since >= clockPatience {
		return queue.Objection{Hold: domain.HoldClock, Class: "clock", Text: text}, nil
	}
	return queue.Objection{Until: time.Now().Add(lookAtClock), Class: "clock", Text: text}, nil
}

// wokeGuard looks for a sleep before anything is begun, and waits until the network had time to
// come back.
type wokeGuard struct{ *ground }

// Ask implements queue.Guard.
func (g wokeGuard) Ask(_ context.Context, d domain.Delivery, _ network.Plan) (queue.Objection, error) {
	g.watcher.Look()
	left := g.settling()
	if left == 0 {
		return queue.Objection{}, nil
	}
	return queue.Objection{Until: time.Now().Add(max(left, time.Second)), Class: d.ErrorClass, Text: d.ErrorText}, nil
}

// homeGuard keeps a copy of the data folder on another machine from publishing.
type homeGuard struct{ *App }

// Ask implements queue.Guard.
func (g homeGuard) Ask(ctx context.Context, _ domain.Delivery, _ network.Plan) (queue.Objection, error) {
	home, here, err := g.coordinator().Home(ctx)
	if err != nil || here {
		return queue.Objection{}, err
	}
	return queue.Objection{
		Hold: domain.HoldMovedProfile, Until: time.Now().Add(copyLook), Class: string(domain.HoldMovedProfile),
		Text: "This data folder publishes from another computer, " + network.Printable(home.Name) + ".",
	}, nil
}

// at reports whether this machine is the one that publishes, or nobody is yet.
func (g *ground) at(h domain.Home) bool {
	return h.Machine == "" || g.machine.ID == "" || h.Machine == g.machine.ID
}

// grounds are asked before anything is published, in this order: what a wrong clock says of a copy
// is as good as what a right one says, but a hold needs a person, so waiting comes first.
func (a *App) grounds() []queue.Guard {
	return []queue.Guard{wokeGuard{a.ground}, homeGuard{a}, clockGuard{a.ground}, portalGuard{a}}
}

// homeSince returns when this machine became the one that publishes.
func (a *App) homeSince() time.Time {
	home, err := a.DB.Home(context.Background())
	if err != nil || home.Machine != a.ground.machine.ID {
		return time.Time{}
	}
	return home.Since
}

// PublishHere makes this machine the one that publishes from the data folder: a person's word. What
// was held because another one did is let go.
func (a *App) PublishHere(ctx context.Context) error {
	if a.ground.machine.ID == "" {
		return nil // nothing is held for that
	}
	home, err := a.DB.Home(ctx)
	if err != nil || home.Machine == a.ground.machine.ID {
		return err
	}
	_, err = a.DB.SetHome(ctx, a.ground.machine.ID, a.ground.machine.Name)
	if err == nil {
		a.engine.Wake()
	}
	return err
}

// Home implements api.Ground.
func (a *App) Home(ctx context.Context) (api.Home, error) {
	home, err := a.DB.Home(ctx)
	return api.Home{
		Name: home.Name, Machine: a.ground.machine.Name, Here: a.ground.at(home), SinceMs: sinceMs(home.Since),
	}, err
}

func sinceMs(t time.Time) int64 {
	if t.IsZero() || t.UnixMilli() <= 0 {
		return 0
	}
	return t.UnixMilli()
}

// ClockOff implements api.Ground.
func (a *App) ClockOff() time.Duration {
	if s := a.ground.clock.Now(); s.Suspect {
		return s.Offset
	}
	return 0
}

// Portal implements api.Ground.
func (a *App) Portal() bool { return a.ground.lines.Portal() }

// lockPublisher makes this process the one that publishes: of all that use the data folder, and of
// all that use a copy of it on this machine. It fails with datadir.ErrLocked while another one does.
func (a *App) lockPublisher() (*datadir.Lock, *machine.Mark, error) {
	lock, err := a.Dir.LockPublisher()
	if err != nil {
		return nil, nil, err
	}
	mark, err := a.ground.machine.Mark(a.Dir.Info().ID)
	switch {
	case errors.Is(err, machine.ErrInUse):
		return nil, nil, errors.Join(fmt.Errorf("%w: %w", datadir.ErrLocked, err), lock.Unlock())
	case err != nil: // a full disk, or no place for it: that must not keep a person from publishing
		a.Log.Warn("how far this data folder has come cannot be kept", "error", err)
		return lock, nil, nil
	}
	return lock, mark, nil
}

// behind is what is said of deliveries that an older state of the data folder, or a copy of it,
// still wants to publish.
const behind = "This data folder is older than what was published from it, or a copy of one that published since. Look, then let it go or cancel it."

// settleHome makes this machine the one that publishes, if none is, and holds everything that
// another copy of the data folder may have published. It is called with the publisher's lock.
func (a *App) settleHome(ctx context.Context, mark *machine.Mark) error {
	if id := a.ground.machine.ID; id != "" {
		if _, err := a.DB.ClaimHome(ctx, id, a.ground.machine.Name); err != nil {
			return err
		}
	}
	if _, err := a.DB.RightClock(ctx, clock.Tolerance); err != nil {
		return err
	}
	if mark == nil {
		return nil
	}
	last, err := a.DB.LastIntent(ctx)
	if err != nil {
		return err
	}
	point, known, damaged := mark.Last()
	if damaged == nil && known && point.Call == last {
		return nil
	}
	has := true
	if known && point.Call != "" {
		if has, err = a.DB.HasCall(ctx, point.Call); err != nil {
			return err
		}
	}
	if damaged != nil || !has {
		held, err := a.DB.HoldCopy(ctx, behind)
		if err != nil {
			return err
		}
		a.Log.Warn("this data folder is behind what was published from it: nothing is sent blindly", "held", held)
	}
	// A crash before this line holds the same again, and what a person let go is not lost.
	if err := mark.Advance(machine.Point{Call: last, At: time.Now()}); err != nil {
		a.Log.Error("how far this data folder has come could not be kept", "error", err)
	}
	return nil
}

// marked returns what keeps the mark in step with the journal. A mark that cannot be written (a full
// disk) does not keep a delivery from going out: the journal has it, and only a restored copy would
// miss it.
func (a *App) marked(mark *machine.Mark) func(call string, at time.Time) {
	if mark == nil {
		return nil
	}
	return func(call string, at time.Time) {
		if err := mark.Advance(machine.Point{Call: call, At: at}); err != nil {
			a.Log.Error("how far this data folder has come could not be kept", "error", err)
		}
	}
}
