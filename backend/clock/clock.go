// Package clock says how far the time of day on this computer can be trusted.
//
// A queue that publishes at a time of day believes a clock that anybody can set: a person, a
// flat battery, another system on the same disk. Three things are kept apart here.
//
// The wall clock says what time it is. Due times are meant in it, and nothing else is measured
// with it.
//
// The boot clock counts from the machine's start, through sleep, and nobody can set it. How long
// ago something happened is measured with it, so every durable moment is written down with the
// boot clock and the id of the boot: after a new start the two numbers cannot be compared, and
// what was being waited for is waited for again.
//
// What others say of the time decides whether the wall clock is believed: every answer of a
// server has a Date (RFC 9110, 6.6.1), and a certificate says when it begins. Trust keeps what
// was heard against the boot clock, so it knows that the wall clock was set wrong, or right,
// the moment it happens and without asking anybody.
//
// A Watcher looks at all clocks together and tells sleep from a clock that was set.
package clock

import (
	"crypto/rand"
	"time"
)

// Boot is the clock that counts from the machine's start and through its sleep.
type Boot struct {
	id    string
	since func() (time.Duration, error)
	begin time.Time // of this process, for a system that has no such clock
	own   bool      // the id is this process's: nothing of an earlier one can be compared
}

// NewBoot reads the id of this boot. Where the system has no boot clock or no id, every process
// counts as a new boot: what is waited for then takes longer, and never too short.
func NewBoot() *Boot {
	b := &Boot{since: sinceBoot, begin: time.Now()}
	id, err := bootID()
	if _, failed := sinceBoot(); err == nil {
		err = failed
	}
	if b.id = id; err != nil || id == "" {
		b.id, b.own = "process "+rand.Text(), true
	}
	return b
}

// ID changes when the machine starts.
func (b *Boot) ID() string { return b.id }

// Now returns how long ago the machine started, sleep included.
func (b *Boot) Now() time.Duration {
	if b.own {
		return time.Since(b.begin)
	}
	d, err := b.since()
	if err != nil { // it could be read once, so this is not met
		return 0
	}
	return d
}

// Reading is one look at the clocks.
type Reading struct {
	Wall time.Time     // the time of day, in UTC
	Ran  time.Duration // Go's monotonic clock, which on most systems stands still in sleep
	Boot time.Duration // since the machine's start, through sleep
}

// Source looks at the clocks.
type Source func() Reading

// System looks at this machine's clocks.
func System(b *Boot) Source {
	return func() Reading {
		now := time.Now()
		return Reading{Wall: now.Round(0).UTC(), Ran: now.Sub(b.begin), Boot: b.Now()}
	}
}
