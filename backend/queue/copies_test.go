package queue_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
)

// twin opens a copy of an app's database as it stands: a backup that is restored, or a folder that
// was copied.
func (a *app) twin() *app {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), "copy.db")
	a.exec("VACUUM INTO ?", path)
	return openApp(a.t, path, a.network, a.queue.Carriers)
}

// looking are the shapes whose fakes can be asked for what this database never sent.
var looking = []network.Shape{network.ShapeRecord, network.ShapeLookUp}

func TestWhatWasDueWhileNobodyPublishedIsLookedForFirst(t *testing.T) {
	for _, shape := range looking {
		t.Run(string(shape), func(t *testing.T) {
			l := newLedger(t)
			original := newApp(t, fake(shape, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
			c := original.channel("me")
			sent := original.plan(c, time.Now().Add(-10*time.Minute), "sent by the other")
			later := original.plan(original.channel("you"), time.Now().Add(-10*time.Minute), "sent by nobody")
			copied := original.twin()
			original.exec("UPDATE delivery SET state = 'cancelled' WHERE id = ?", later)
			original.run()
			original.want(sent, domain.Published, "")
			before := l.Requests()

			copied.run()
			d := copied.want(sent, domain.Published, "")
			copied.want(later, domain.Published, "")
			if n := l.Visible(); n["sent by the other"] != 1 || n["sent by nobody"] != 1 {
				t.Errorf("visible: %v", n)
			}
			if n := l.Requests() - before; n != 1 {
				t.Errorf("%d requests to publish, want the one that nobody sent", n)
			}
			if d.RemoteID != original.get(sent).RemoteID {
				t.Errorf("it is %q, and the original %q", d.RemoteID, original.get(sent).RemoteID)
			}
			var evidence string
			if err := copied.raw.QueryRow("SELECT evidence FROM resolution WHERE call IS NULL AND verdict = 'live'").Scan(&evidence); err != nil || evidence == "" {
				t.Errorf("the evidence is %q (%v)", evidence, err)
			}
		})
	}
}

func TestWhatIsPlannedForNowIsNotLookedFor(t *testing.T) {
	l := newLedger(t)
	a := newApp(t, fake(network.ShapeRecord, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
	id := a.plan(a.channel("me"), time.Now(), "hello")
	a.run()
	a.want(id, domain.Published, "")
	if l.Looks() != 0 {
		t.Errorf("%d look-ups for what was just planned", l.Looks())
	}
}

// deaf finds nothing out: its look-ups end with err.
type deaf struct {
	network.Network
	err error
}

func (n deaf) Find(context.Context, network.Calls, network.Account, network.Plan) (network.Receipt, bool, error) {
	return network.Receipt{}, false, n.err
}

func TestNothingIsSentBlindlyWhenTheLookUpFails(t *testing.T) {
	for name, test := range map[string]struct {
		kind    network.Kind
		late    time.Duration
		runs    int
		state   domain.DeliveryState
		reason  domain.HoldReason
		isAsked bool
	}{
		"off line, and not yet late":       {network.NotSent, 10 * time.Minute, 6, domain.Planned, "", false},
		"off line, and late":               {network.NotSent, time.Hour, 1, domain.Held, domain.HoldLateAsk, false},
		"no usable answer":                 {network.Ambiguous, 10 * time.Minute, 3, domain.Planned, "", false},
		"no usable answer again and again": {network.Ambiguous, 10 * time.Minute, 4, domain.Held, domain.HoldLateAsk, true},
		"signed out":                       {network.Reauth, 10 * time.Minute, 1, domain.Held, domain.HoldReauth, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLedger(t)
			n := deaf{mute(l.URL()), &network.Error{Kind: test.kind, Message: "nothing to hear"}}
			a := newApp(t, n, queue.Carriers{"http": httpcall.New(nil)})
			id := a.plan(a.channel("me"), time.Now().Add(-test.late), "hello")
			for range test.runs {
				a.exec("UPDATE delivery SET wake_at_ms = 0 WHERE state = 'planned'")
				a.run()
			}
			if d := a.want(id, test.state, test.reason); test.isAsked && d.ErrorText == "" {
				t.Error("the person is not told why")
			}
			if l.Requests() != 0 {
				t.Errorf("%d requests to publish", l.Requests())
			}
		})
	}
}

// mute is a network whose own way to look is taken away.
func mute(url string) network.Network {
	return fakeNetwork{Server: url, Shape: network.ShapeKey, Reconcile: network.Reconcile{Quarantine: time.Millisecond}}
}

func TestARestoredCopyIsHeldAndLookedForFirst(t *testing.T) {
	for _, shape := range looking {
		t.Run(string(shape), func(t *testing.T) {
			l := newLedger(t)
			original := newApp(t, fake(shape, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
			due := time.Now().Add(-time.Hour)
			c := original.channel("me")
			first := original.plan(c, due, "went out since the backup")
			second := original.plan(c, due.Add(time.Minute), "did not")
			future := original.plan(c, time.Now().Add(time.Hour), "not yet")
			original.exec("UPDATE delivery SET late_policy = 'publish'")
			backup := original.twin()
			original.exec("UPDATE delivery SET state = 'cancelled' WHERE id = ?", second)
			original.run()
			original.want(first, domain.Published, "")

			held, err := backup.db.HoldCopy(t.Context(), "restored")
			if err != nil || held != 3 {
				t.Fatalf("%d held (%v), want 3", held, err)
			}
			backup.run()
			backup.want(first, domain.Published, "") // found, and adopted with the evidence
			backup.want(second, domain.Held, domain.HoldRestoredCopy)
			backup.want(future, domain.Held, domain.HoldRestoredCopy)
			looks := l.Looks()
			backup.run()
			if l.Looks() != looks {
				t.Error("it is looked for again and again")
			}
			if l.Requests() != 1 {
				t.Fatalf("%d requests to publish, want the original's alone", l.Requests())
			}

			// The person lets both go. Before the second, the original publishes it after all.
			if err := backup.planner.Release(t.Context(), future); err != nil {
				t.Fatal(err)
			}
			if d := backup.get(future); d.State != domain.Planned || !d.WakeAt.Equal(d.Due) {
				t.Errorf("what is let go before its time is %s and looked at at %v, due %v", d.State, d.WakeAt, d.Due)
			}
			if err := backup.planner.Release(t.Context(), second); err != nil {
				t.Fatal(err)
			}
			other := backup.twin()
			other.run()
			other.want(second, domain.Published, "")
			backup.run()
			backup.want(second, domain.Published, "")
			for text, n := range l.Visible() {
				if n != 1 {
					t.Errorf("%q is visible %d times", text, n)
				}
			}
		})
	}
}

func TestACopysThreadIsAdoptedAsFarAsItIsThere(t *testing.T) {
	l := newLedger(t)
	original := newApp(t, fake(network.ShapeRecord, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
	id := original.plan(original.channel("me"), time.Now().Add(-10*time.Minute), "one", "two", "three")
	backup := original.twin()
	l.Do(func() {
		n := 0
		l.Next = func() fault {
			if n++; n == 3 {
				return faultRefused
			}
			return faultNone
		}
	})
	original.run()
	original.want(id, domain.Held, domain.HoldPartialThread)
	backup.run()
	backup.want(id, domain.Held, domain.HoldPartialThread)
	if live := l.Visible(); live["one"] != 1 || live["two"] != 1 || live["three"] != 0 {
		t.Errorf("visible: %v", live)
	}
	segments, err := backup.db.Segments(t.Context(), id)
	if err != nil || segments[0].RemoteID == "" || segments[1].RemoteID == "" || segments[2].State != domain.SegmentPending {
		t.Errorf("the parts are %+v (%v)", segments, err)
	}
}

func TestGroundsAreAskedBeforeLateness(t *testing.T) {
	for name, o := range map[string]queue.Objection{
		"waits":        {Until: time.Now().Add(time.Hour)},
		"needs a hand": {Hold: domain.HoldClock},
	} {
		t.Run(name, func(t *testing.T) {
			a := newPractice(t)
			id := a.plan(a.channel("me"), time.Now().Add(-time.Hour), "hello")
			a.exec("UPDATE delivery SET late_policy = 'skip'")
			a.queue.Grounds = []queue.Guard{objecting(o)}
			a.run()
			if d := a.get(id); d.State == domain.Missed {
				t.Error("a clock that is not trusted decided that it was too late")
			}
			a.queue.Grounds = nil
		})
	}
}

func TestAQuarantineIsCountedWithTheBootClock(t *testing.T) {
	const quarantine = 90 * time.Second
	l := newLedger(t)
	a := newApp(t, fake(network.ShapeRecord, l.URL(), quarantine), queue.Carriers{"http": httpcall.New(nil)})
	boot := time.Hour
	a.queue.Boot = func() time.Duration { return boot }
	id := a.plan(a.channel("me"), time.Now(), "hello")
	l.Once(faultResetAfter)
	a.run()
	a.want(id, domain.Unknown, "")
	looked := func(q *queue.Queue) bool {
		t.Helper()
		before := l.Looks()
		a.exec("UPDATE delivery SET wake_at_ms = 0 WHERE state = 'unknown'")
		if err := q.RunUntilIdle(t.Context()); err != nil {
			t.Fatal(err)
		}
		return l.Looks() > before
	}
	again := func(machine, bootID string) *queue.Queue {
		c := a.queue.Config
		c.Me = domain.Publisher{Machine: machine, Process: "again", Version: "test", BootID: bootID}
		return queue.New(c)
	}
	// The wall clock is set ahead and back as anybody likes.
	a.lawless(func() { a.exec("UPDATE call SET intent_at_ms = intent_at_ms - 7200000") })
	boot += quarantine - time.Second
	if looked(a.queue) {
		t.Error("a clock that was set ahead ended the quarantine")
	}
	boot = quarantine - time.Second // a new start of the machine
	if looked(again("here", "another boot")) {
		t.Error("a new boot did not begin the quarantine again")
	}
	boot = 5 * time.Hour // a machine that has been on for long knows nothing of another one's calls
	if looked(again("elsewhere", "its boot")) {
		t.Error("another machine's boot clock ended the quarantine")
	}
	boot = quarantine + time.Second
	if !looked(again("here", "another boot")) {
		t.Error("after the quarantine nobody looked")
	}
	a.want(id, domain.Published, "")
	if n := l.Visible()["hello"]; n != 1 {
		t.Errorf("visible %d times", n)
	}
}

func TestEveryCallSaysWhenItWasSentByTheBootClock(t *testing.T) {
	a := newPractice(t)
	a.queue.Boot = func() time.Duration { return 42 * time.Second }
	a.plan(a.channel("me"), time.Now(), "hello")
	a.run()
	var calls, right int
	if err := a.raw.QueryRow("SELECT count(*), sum(intent_boot_ms = 42000 AND boot_id = 'boot') FROM call").Scan(&calls, &right); err != nil {
		t.Fatal(err)
	}
	if calls == 0 || right != calls {
		t.Errorf("%d of %d calls say it", right, calls)
	}
}

func TestAMarkIsMovedBetweenTheIntentAndTheFirstByte(t *testing.T) {
	l := newLedger(t)
	a := newApp(t, fake(network.ShapeKey, l.URL(), time.Millisecond), queue.Carriers{"http": httpcall.New(nil)})
	marked := 0
	a.queue.Marked = func(call string, at time.Time) {
		marked++
		if has, err := a.db.HasCall(t.Context(), call); err != nil || !has {
			t.Errorf("the journal does not have the marked call (%v)", err)
		}
		if l.Requests() != 0 {
			t.Error("the request left before the mark was moved")
		}
	}
	a.plan(a.channel("me"), time.Now(), "hello")
	a.run()
	if marked != 1 || l.Requests() != 1 {
		t.Errorf("marked %d times, sent %d times", marked, l.Requests())
	}
}
