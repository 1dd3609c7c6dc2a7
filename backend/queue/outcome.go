package queue

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// standing is what a decision about a delivery rests on besides the error.
type standing struct {
	live      bool // a segment is already published
	last      bool // this was the last segment
	doubted   bool // an earlier call of this segment may have been accepted
	renewable bool // the network can renew a secret, and the last attempt did not fail on it
	soft      int  // soft failures so far
	tries     int  // attempts before this one
	id        domain.DeliveryID
}

// outcome says what a public call's end means: its outcome, and what the delivery becomes. It
// is called once an intent exists. A nil error is an acceptance.
func outcome(err error, s standing, now time.Time, quarantine time.Duration) (domain.Outcome, domain.Change) {
	if err == nil {
		if s.last {
			return domain.OutcomeAccepted, domain.Change{State: domain.Published}
		}
		return domain.OutcomeAccepted, domain.Change{State: domain.Preparing}
	}
	kind := network.KindOf(err)
	if s.doubted && (kind == network.Rejected || network.IsStale(err)) {
		// A refusal after doubt can be the network's way to say "already there", or "used up".
		kind = network.Ambiguous
	}
	switch kind {
	case network.Rejected:
		return domain.OutcomeRejected, refused(err, s)
	case network.Throttled:
		return domain.OutcomeThrottled, again(err, s, now)
	case network.Reauth:
		return domain.OutcomeReauth, signIn(err, s, now)
	case network.NotSent, network.Ambiguous:
		// An intent exists, so "not sent" cannot be said any more.
	}
	class := string(network.Ambiguous)
	switch {
	case network.IsByHand(err):
		class = domain.ClassByHand
	case network.IsTaken(err) && !s.doubted:
		class = domain.ClassTaken
	}
	return domain.OutcomeAmbiguous, domain.Change{
		State: domain.Unknown, WakeAt: now.Add(max(quarantine, min(network.WaitOf(err), longestWait))),
		ErrorClass: class, ErrorText: sentence(err),
	}
}

// before says what a failure without an open intent means: certainly nothing new is public.
func before(err error, s standing, now time.Time) domain.Change {
	switch network.KindOf(err) {
	case network.NotSent: // off line never counts as a failure
		// It still waits longer each time: an attempt leaves a row, and a journey has many hours.
		// The network's return ends the wait early.
		return waiting(err, now.Add(backoff(s.id, max(s.soft, min(s.tries, offLineLooks)))), false)
	case network.Throttled:
		return again(err, s, now)
	case network.Rejected:
		if s.doubted {
			return held(domain.HoldAmbiguous, err) // what was sent before may be live
		}
		return refused(err, s)
	case network.Reauth:
		return signIn(err, s, now)
	case network.Ambiguous:
	}
	return again(err, s, now)
}

// again says when a failure is tried again by itself. What a server asks for wins, and is no
// failure where it has documented that; everything else is one more soft failure. So is work that
// a network does not finish, or a stuck one would be waited for without end.
func again(err error, s standing, now time.Time) domain.Change {
	asked := min(network.WaitOf(err), longestWait)
	if asked > 0 && network.KindOf(err) == network.Throttled && !network.IsBuilding(err) {
		return waiting(err, now.Add(asked), false)
	}
	if s.soft+1 >= maxSoft {
		if s.doubted {
			return held(domain.HoldAmbiguous, err)
		}
		return held(domain.HoldLateAsk, err)
	}
	if asked <= 0 || network.IsBuilding(err) {
		asked = max(asked, backoff(s.id, s.soft))
	}
	return waiting(err, now.Add(asked), true)
}

func refused(err error, s standing) domain.Change {
	if s.live {
		return held(domain.HoldPartialThread, err)
	}
	return domain.Change{State: domain.Rejected, ErrorClass: string(network.Rejected), ErrorText: sentence(err)}
}

func signIn(err error, s standing, now time.Time) domain.Change {
	if s.renewable {
		return waiting(err, now, false)
	}
	return held(domain.HoldReauth, err)
}

func waiting(err error, wake time.Time, soft bool) domain.Change {
	return domain.Change{
		State: domain.Waiting, WakeAt: wake, Soft: soft,
		ErrorClass: string(network.KindOf(err)), ErrorText: sentence(err),
	}
}

func held(reason domain.HoldReason, err error) domain.Change {
	c := domain.Change{State: domain.Held, Reason: reason}
	if err != nil {
		c.ErrorClass, c.ErrorText = string(network.KindOf(err)), sentence(err)
	}
	return c
}

// detail is sentence with the reason behind it, for the journal: how far the request got. Carriers
// name hosts in their errors, and never an address, a header or a body.
func detail(err error) string {
	e, ok := errors.AsType[*network.Error](err)
	if !ok || e.Err == nil || e.Message == "" {
		return sentence(err)
	}
	return network.Printable(e.Message + ": " + e.Err.Error())
}

// cause is the reason that a carrier gave beside its sentence, or the error itself.
func cause(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

// sentence returns what a person reads: the network's message, or the error's own words.
func sentence(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Message != "" {
		return network.Printable(e.Message)
	}
	return network.Printable(err.Error())
}

// pause bounds what a network asks for.
func pause(asked time.Duration) time.Duration {
	if asked <= 0 {
		return firstWait
	}
	return min(asked, longestWait)
}

// How long is waited between tries.
const (
	firstWait   = 30 * time.Second // the most after a first failure; it doubles with each
	mostWait    = 30 * time.Minute
	leastWait   = time.Second
	longestWait = 24 * time.Hour // whatever a server asks for
)

// backoff returns how long to wait after the n-th soft failure, counted from 0: anything between a
// second and 30 s × 2ⁿ, at most 30 minutes, so that many deliveries that failed together do not come
// back together. The draw comes from the delivery, n and the time: a history can be replayed.
func backoff(id domain.DeliveryID, n int) time.Duration {
	most := min(firstWait<<min(max(n, 0), 6), mostWait)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", id, n, time.Now().UnixMilli()))
	share := float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
	return leastWait + time.Duration(float64(most-leastWait)*share)
}
