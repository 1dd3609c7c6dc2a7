package clock_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/clock"
)

// machine is a computer whose clocks a test moves: the wall clock is wrong by off, and it slept for
// some time, which the boot clock counted.
type machine struct {
	start time.Time
	off   time.Duration
	slept time.Duration
}

func newMachine() *machine {
	return &machine{start: time.Now().Add(-3 * time.Hour)}
}

// now is the true time, as servers know it.
func (m *machine) now() time.Time { return time.Now().Add(m.slept) }

func (m *machine) read() clock.Reading {
	ran := time.Since(m.start)
	return clock.Reading{Wall: m.now().Round(0).UTC().Add(m.off), Ran: ran, Boot: ran + m.slept}
}

func (m *machine) date() string { return m.now().UTC().Format(http.TimeFormat) }

func TestTwoServersThatAgreeMakeTheClockSuspect(t *testing.T) {
	for _, off := range []time.Duration{-3 * time.Hour, -2 * time.Minute, 2 * time.Minute, 40 * 24 * time.Hour} {
		t.Run(off.String(), func(t *testing.T) {
			m := newMachine()
			m.off = off
			var marks []clock.Mark
			trust := clock.NewTrust(m.read, func(mark clock.Mark) { marks = append(marks, mark) })
			trust.Heard("one.example", m.date(), m.read())
			if trust.Now().Suspect {
				t.Fatal("one server alone is believed")
			}
			trust.Heard("two.example", m.date(), m.read())
			s := trust.Now()
			if !s.Suspect || (s.Offset+off).Abs() > 2*time.Second {
				t.Fatalf("the clock is %v off, and what is thought of it is %+v", off, s)
			}
			if n := len(marks); n != 3 || marks[n-1].Kind != clock.MarkSuspect {
				t.Errorf("what was learnt: %+v", marks)
			}
			m.off = 0 // the system sets it right; nobody is asked again
			if trust.Now().Suspect {
				t.Error("a clock that was set right is suspect")
			}
			if marks[len(marks)-1].Kind != clock.MarkTrusted {
				t.Errorf("what was learnt: %+v", marks)
			}
			m.off = off // and wrong again
			if !trust.Now().Suspect {
				t.Error("a clock that was set wrong again is trusted")
			}
		})
	}
}

func TestAClockThatIsALittleOffIsTrusted(t *testing.T) {
	m := newMachine()
	m.off = 80 * time.Second
	trust := clock.NewTrust(m.read, nil)
	trust.Heard("one.example", m.date(), m.read())
	trust.Heard("two.example", m.date(), m.read())
	if s := trust.Now(); s.Suspect {
		t.Errorf("%+v", s)
	}
}

func TestASlowAnswerIsNoEvidence(t *testing.T) {
	m := newMachine()
	trust := clock.NewTrust(m.read, nil)
	for i := range 3 {
		sent, date := m.read(), m.date()
		m.slept += 5 * time.Minute // the answer is on its way
		trust.Heard(fmt.Sprint("host", i, ".example"), date, sent)
	}
	if s := trust.Now(); s.Suspect {
		t.Errorf("%+v", s)
	}
}

func TestServersWithAWrongClockAreOutvoted(t *testing.T) {
	m := newMachine()
	trust := clock.NewTrust(m.read, nil)
	wrong := m.now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, host := range []string{"a.example", "b.example", "c.example"} {
		trust.Heard(host, m.date(), m.read())
	}
	trust.Heard("x.example", wrong, m.read())
	trust.Heard("y.example", wrong, m.read())
	if s := trust.Now(); s.Suspect {
		t.Errorf("two wrong servers beat three right ones: %+v", s)
	}
	trust.Heard("z.example", wrong, m.read())
	if !trust.Now().Suspect {
		t.Error("where as many servers say no as say yes, the clock is trusted")
	}
}

func TestServersOnThisMachineSayNothing(t *testing.T) {
	m := newMachine()
	trust := clock.NewTrust(m.read, nil)
	wrong := m.now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for _, host := range []string{"localhost", "127.0.0.1", "::1", "[::1]:8080", "127.0.0.1:9", "a.localhost"} {
		trust.Heard(host, wrong, m.read())
	}
	if s := trust.Now(); s.Suspect {
		t.Errorf("%+v", s)
	}
}

func TestACertificateOfTheFutureMakesTheClockSuspect(t *testing.T) {
	m := newMachine()
	m.off = -400 * 24 * time.Hour // the battery was flat
	trust := clock.NewTrust(m.read, nil)
	begins := m.now().Add(-20 * 24 * time.Hour)
	early := fmt.Errorf("agree on encryption: %w", x509.CertificateInvalidError{
		Cert: &x509.Certificate{NotBefore: begins}, Reason: x509.Expired,
	})
	trust.Refused("one.example", early)
	if s := trust.Now(); !s.Suspect || s.Offset < 379*24*time.Hour {
		t.Fatalf("%+v", s)
	}
	m.off = 0
	if trust.Now().Suspect {
		t.Error("it is still suspect after it was set right")
	}
	trust.Heard("two.example", m.date(), m.read())
	trust.Refused("three.example", x509.CertificateInvalidError{
		Cert: &x509.Certificate{NotBefore: m.now().Add(time.Hour)}, Reason: x509.Expired,
	})
	if trust.Now().Suspect {
		t.Error("a certificate is believed although a server finds the clock right")
	}
	trust.Refused("four.example", x509.CertificateInvalidError{
		Cert: &x509.Certificate{NotBefore: begins, NotAfter: begins.Add(time.Hour)}, Reason: x509.Expired,
	})
	if trust.Now().Suspect {
		t.Error("a certificate that ran out says something of the clock")
	}
}

func TestWhatWasHeardIsForgotten(t *testing.T) {
	m := newMachine()
	m.off = time.Hour
	trust := clock.NewTrust(m.read, nil)
	trust.Heard("one.example", m.date(), m.read())
	trust.Heard("two.example", m.date(), m.read())
	m.slept = 25 * time.Hour
	if s := trust.Now(); s.Suspect {
		t.Errorf("%+v", s)
	}
}

func TestSleepIsToldFromAClockThatWasSet(t *testing.T) {
	begin := time.Now().Round(0)
	for name, test := range map[string]struct {
		ran, boot, wall time.Duration // between the looks
		asked           time.Duration
		slept, stepped  time.Duration
	}{
		"nothing":           {15 * time.Second, 15 * time.Second, 15 * time.Second, 15 * time.Second, 0, 0},
		"a little":          {15 * time.Second, 16 * time.Second, 24 * time.Second, 15 * time.Second, 0, 0},
		"slept":             {3 * time.Second, time.Hour, time.Hour, 15 * time.Second, time.Hour - 3*time.Second, 0},
		"stopped":           {time.Hour, time.Hour, time.Hour, 15 * time.Second, time.Hour - 15*time.Second, 0},
		"set ahead":         {15 * time.Second, 15 * time.Second, 2*time.Hour + 15*time.Second, 15 * time.Second, 0, 2 * time.Hour},
		"set back":          {15 * time.Second, 15 * time.Second, 15*time.Second - 2*time.Hour, 15 * time.Second, 0, -2 * time.Hour},
		"slept and was set": {time.Second, time.Hour, 3 * time.Hour, 0, time.Hour - time.Second, 2 * time.Hour},
		"looked in between": {time.Minute, time.Minute, time.Minute, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			after := clock.Reading{Wall: begin.Add(test.wall), Ran: test.ran, Boot: time.Hour + test.boot}
			e := clock.Between(clock.Reading{Wall: begin, Boot: time.Hour}, after, test.asked)
			if e.Slept != test.slept || e.Stepped != test.stepped {
				t.Errorf("slept %v, stepped %v; want %v and %v", e.Slept, e.Stepped, test.slept, test.stepped)
			}
		})
	}
}

func TestAWatcherTellsOnceOfASleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine()
		var told []clock.Event
		w := clock.NewWatcher(m.read, func(e clock.Event) { told = append(told, e) })
		ctx, stop := context.WithCancel(t.Context())
		go w.Run(ctx, 15*time.Second)
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(told) != 0 {
			t.Fatalf("in a quiet hour: %+v", told)
		}
		m.slept = 8 * time.Hour
		if e := w.Look(); e.Slept < 7*time.Hour {
			t.Errorf("what was about to be sent was not warned: %+v", e)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(told) != 1 || told[0].Slept < 7*time.Hour {
			t.Errorf("told %+v", told)
		}
		stop()
		synctest.Wait()
	})
}

func TestTheBootClockGoesOnAndKeepsItsID(t *testing.T) {
	a, b := clock.NewBoot(), clock.NewBoot()
	if a.ID() == "" || a.ID() != b.ID() {
		t.Errorf("one boot has the ids %q and %q", a.ID(), b.ID())
	}
	first := a.Now()
	if second := b.Now(); first <= 0 || second < first {
		t.Errorf("the boot clock showed %v and then %v", first, second)
	}
}
