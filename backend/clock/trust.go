package clock

import (
	"cmp"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// Off is how far the wall clock may be from what servers say.
	Off = 90 * time.Second
	// witnesses is how many servers must say so: one alone may have a wrong clock itself.
	witnesses = 2
	// memory is how long what was heard counts. A boot clock runs wrong by seconds a day.
	memory = 24 * time.Hour
	// mostHosts bounds what is remembered.
	mostHosts = 64
)

// Suspicion is what is thought of the wall clock.
type Suspicion struct {
	Suspect bool
	Offset  time.Duration // of the true time from the wall clock; positive: the wall clock is behind
	Since   time.Duration // on the boot clock
	Hosts   []string      // whose word it rests on
}

// Mark is something that was learnt about the clock, as it is kept.
type Mark struct {
	Kind   MarkKind
	Host   string        // who said it, "" for what this machine noticed itself
	Offset time.Duration // of the true time from the wall clock
	At     time.Time     // by the wall clock
	Boot   time.Duration // by the boot clock
}

// MarkKind says how something was learnt.
type MarkKind string

// Every kind.
const (
	MarkDate        MarkKind = "date"        // the Date of an answer
	MarkCertificate MarkKind = "certificate" // a certificate that begins in the future
	MarkStep        MarkKind = "step"        // the wall clock was set
	MarkSleep       MarkKind = "sleep"       // the machine slept: Offset is how long
	MarkSuspect     MarkKind = "suspect"     // the wall clock came to be distrusted
	MarkTrusted     MarkKind = "trusted"     // and is trusted again
)

// said is what one server says, against the boot clock: the true time when the boot clock stood
// at zero, between from and to.
type said struct {
	from, to time.Time // to is zero where only a beginning is known
	heard    time.Duration
}

// Trust weighs what servers say of the time. It may be used by many goroutines.
type Trust struct {
	source Source
	learnt func(Mark)

	mu    sync.Mutex
	hosts map[string]said
	was   Suspicion
}

// NewTrust believes the wall clock until it hears otherwise. learnt is called, outside any lock,
// with what changed what is known; it must return at once and may be nil.
func NewTrust(source Source, learnt func(Mark)) *Trust {
	if learnt == nil {
		learnt = func(Mark) {}
	}
	return &Trust{source: source, learnt: learnt, hosts: map[string]said{}}
}

// Heard takes the Date of an answer that was asked for at the reading sent. A slow answer says
// less than a quick one and never something wrong. Servers on this machine say nothing: they read
// the same clock.
func (t *Trust) Heard(host, date string, sent Reading) {
	if Here(host) {
		return
	}
	if s, ok := dated(date, sent, t.source()); ok {
		t.add(MarkDate, host, s)
	}
}

// dated reads a Date. The server's clock showed it, to the second, at some moment between sent and got.
func dated(date string, sent, got Reading) (said, bool) {
	at, err := http.ParseTime(date)
	return said{from: at.Add(-got.Boot), to: at.Add(time.Second - sent.Boot), heard: got.Boot}, err == nil
}

// Offset returns how far the true time is from the wall clock at least, as the Date of an answer
// says that was asked for at sent and came at got. It reports false for what is no Date.
func Offset(date string, sent, got Reading) (time.Duration, bool) {
	s, ok := dated(date, sent, got)
	if !ok {
		return 0, false
	}
	return s.offset(got), true
}

// Refused takes the error of a connection that was not made. A certificate that is not valid yet
// says that the true time is later than its beginning.
func (t *Trust) Refused(host string, err error) {
	e, ok := errors.AsType[x509.CertificateInvalidError](err)
	if !ok || e.Reason != x509.Expired || e.Cert == nil || Here(host) {
		return
	}
	now := t.source()
	if !now.Wall.Before(e.Cert.NotBefore) {
		return // it has run out: that says something of the server
	}
	t.add(MarkCertificate, host, said{from: e.Cert.NotBefore.Add(-now.Boot), heard: now.Boot})
}

// Recall believes again what an earlier process learnt in this boot.
func (t *Trust) Recall(m Mark) {
	zero := m.At.Add(m.Offset - m.Boot)
	t.mu.Lock()
	defer t.mu.Unlock()
	switch m.Kind {
	case MarkDate:
		t.hosts[m.Host] = said{from: zero, to: zero.Add(time.Second), heard: m.Boot}
	case MarkCertificate:
		t.hosts[m.Host] = said{from: zero, heard: m.Boot}
	case MarkStep, MarkSleep, MarkSuspect, MarkTrusted:
	}
}

// Here reports whether a server is on this machine.
func Here(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

func (t *Trust) add(kind MarkKind, host string, s said) {
	now := t.source()
	t.mu.Lock()
	before, known := t.hosts[host]
	if len(t.hosts) >= mostHosts && !known {
		t.forget()
	}
	t.hosts[host] = s
	t.mu.Unlock()
	off := s.offset(now)
	was := time.Duration(0)
	if known {
		was = before.offset(now)
	}
	if (was - off).Abs() > Off { // also when one that found it wrong finds it right

		t.learnt(Mark{Kind: kind, Host: host, Offset: off, At: now.Wall, Boot: now.Boot})
	}
	t.Now()
}

// forget drops what was heard longest ago.
func (t *Trust) forget() {
	oldest := ""
	for host, s := range t.hosts {
		if oldest == "" || s.heard < t.hosts[oldest].heard {
			oldest = host
		}
	}
	delete(t.hosts, oldest)
}

// offset returns how far the true time is from the wall clock at least, 0 if the wall clock may
// be right.
func (s said) offset(now Reading) time.Duration {
	zero := now.Wall.Add(-now.Boot)
	switch {
	case zero.Before(s.from):
		return s.from.Sub(zero)
	case !s.to.IsZero() && zero.After(s.to):
		return s.to.Sub(zero)
	}
	return 0
}

// Now weighs what was heard against the wall clock as it stands. Of Dates it takes two servers
// that find it wrong to the same side, and not fewer than those that find it right. One certificate
// is enough, unless a server finds it right: then it is that certificate which is wrong.
func (t *Trust) Now() Suspicion {
	now := t.source()
	t.mu.Lock()
	s := t.weigh(now)
	was := t.was
	if s.Suspect && was.Suspect {
		s.Since = was.Since
	}
	t.was = s
	t.mu.Unlock()
	if s.Suspect != was.Suspect {
		kind, off := MarkTrusted, was.Offset
		if s.Suspect {
			kind, off = MarkSuspect, s.Offset
		}
		t.learnt(Mark{Kind: kind, Host: strings.Join(s.Hosts, " "), Offset: off, At: now.Wall, Boot: now.Boot})
	}
	return s
}

func (t *Trust) weigh(now Reading) Suspicion {
	type word struct {
		host string
		off  time.Duration
	}
	var early, late []word // the wall clock is behind, or ahead
	var begun []word       // certificates that have not begun
	right := 0
	s := Suspicion{Since: now.Boot}
	for host, w := range t.hosts {
		if now.Boot-w.heard > memory || now.Boot < w.heard {
			delete(t.hosts, host)
			continue
		}
		off := w.offset(now)
		switch {
		case w.to.IsZero():
			if off > 0 {
				begun = append(begun, word{host, off})
			}
		case off > Off:
			early = append(early, word{host, off})
		case off < -Off:
			late = append(late, word{host, off})
		default:
			right++
		}
	}
	side := early
	if len(late) > len(early) {
		side = late
	}
	if len(side) < witnesses || len(side) < right {
		side = nil
	}
	if side == nil && right == 0 {
		side = begun
	}
	if len(side) == 0 {
		return s
	}
	slices.SortFunc(side, func(a, b word) int { return cmp.Compare(a.off, b.off) })
	s.Suspect, s.Offset = true, side[len(side)/2].off
	for _, w := range side {
		s.Hosts = append(s.Hosts, w.host)
	}
	slices.Sort(s.Hosts)
	return s
}
