package domain

import (
	"fmt"
	"slices"
	"time"
)

// Budget is one limit a network puts on somebody's requests. Requests are counted in points; what
// a point is, only the limit's owner knows.
type Budget struct {
	Key string        // what is limited and for whom, stable for ever: it is in people's databases
	Max int           // points that the network takes in Per, by its documentation
	Per time.Duration // any stretch of time this long counts, wherever it begins
}

// Spend is what one piece of work takes from a budget.
type Spend struct {
	Budget
	Points int
}

// Left is what a network's answer said of a budget. It counts for more than the documentation.
type Left struct {
	Budget
	Limit  int           // points in all, as the network says; 0: not said
	Points int           // still to be had
	Opens  time.Duration // until everything can be had again, by the network's own clock
}

// Usage is what one finished request says of budgets and of its server.
type Usage struct {
	Host   string // the server, "" for what reaches none
	Spends []Spend
	Left   []Left
	Fault  bool // the server failed: it answered 5xx, or nobody knows what it did
}

// BudgetStand is what is known of a budget at one moment.
type BudgetStand struct {
	Spent    []SpentAt // the last of them at the latest now
	Reserved int       // points promised to what is under way

	// What the network said last; Opens is zero if it never did.
	Limit int
	Left  int
	Since int       // points spent after it said so
	Opens time.Time // when everything can be had again
}

// SpentAt is points spent between At and At+Width.
type SpentAt struct {
	At     time.Time
	Width  time.Duration
	Points int
}

// freeShare is how much of every budget is left for the person's own use: one part in so many.
const freeShare = 5

// Usable is how many of so many points Postbag takes at most: a fifth stays free for what the person
// does elsewhere, and a budget of a single point can be used all the same.
func Usable(points int) int {
	if points <= 0 {
		return 0
	}
	return max(points-(points+freeShare-1)/freeShare, 1)
}

// limit returns how many points count: the network's own word before the documentation.
func (s BudgetStand) limit(b Budget) int {
	if s.Limit > 0 {
		return s.Limit
	}
	return b.Max
}

// Free returns how many points may be taken from a budget now, never less than 0.
func (s BudgetStand) Free(b Budget, now time.Time) int {
	limit := s.limit(b)
	if now.Before(s.Opens) {
		return max(s.Left-s.Since-s.Reserved-(limit-Usable(limit)), 0)
	}
	return max(Usable(limit)-s.spentWithin(b, now)-s.Reserved, 0)
}

// spentWithin counts what was spent within the last stretch of time. What came before the network
// itself began to count anew counts no more.
func (s BudgetStand) spentWithin(b Budget, now time.Time) int {
	sum := 0
	for _, p := range s.Spent {
		if s.counts(p, b, now) {
			sum += p.Points
		}
	}
	return sum
}

func (s BudgetStand) counts(p SpentAt, b Budget, now time.Time) bool {
	end := p.At.Add(p.Width)
	return end.Add(b.Per).After(now) && (s.Opens.IsZero() || end.After(s.Opens))
}

// Fits reports whether points can be taken now. More than a budget ever gives fits when all of it is
// there: the rest is asked for when its turn comes.
func (s BudgetStand) Fits(b Budget, points int, now time.Time) bool {
	return points <= 0 || s.Free(b, now) >= min(points, Usable(s.limit(b)))
}

// OpensAt returns when points fit, as far as is known now: what is reserved is taken as spent now.
func (s BudgetStand) OpensAt(b Budget, points int, now time.Time) time.Time {
	if s.Fits(b, points, now) {
		return now
	}
	if now.Before(s.Opens) {
		return s.Opens
	}
	need := min(points, Usable(s.limit(b)))
	most := Usable(s.limit(b)) - need // so much may still count then
	sum := s.spentWithin(b, now) + s.Reserved
	for _, p := range s.Spent { // oldest first
		if !s.counts(p, b, now) {
			continue
		}
		if sum -= p.Points; sum <= most {
			return p.At.Add(p.Width + b.Per)
		}
	}
	return now.Add(b.Per) // what is reserved must be given back first, at the latest then
}

// Say takes in what the network said at now. In one stretch of the network's own time only less can
// be left: an answer that comes late and says more is not believed. It reports whether it counts.
func (s *BudgetStand) Say(l Left, now time.Time) bool {
	const jitter = 5 * time.Second // between the network's clock, its rounding and the way here
	opens := now.Add(max(l.Opens, 0))
	if now.Before(s.Opens) && !opens.After(s.Opens.Add(jitter)) && l.Points > s.Left {
		return false
	}
	if l.Limit > 0 {
		s.Limit = l.Limit
	}
	s.Left, s.Since, s.Opens = max(l.Points, 0), 0, opens
	return true
}

// Add counts points spent at now. Spent is kept in pieces of a sixtieth of the budget's time, so
// that a day of work is a few rows.
func (s *BudgetStand) Add(b Budget, points int, now time.Time) SpentAt {
	width := PieceOf(b)
	at := now.Truncate(width)
	s.Since += points
	i := slices.IndexFunc(s.Spent, func(p SpentAt) bool { return p.At.Equal(at) })
	if i < 0 {
		s.Spent = append(s.Spent, SpentAt{At: at, Width: width})
		i = len(s.Spent) - 1
	}
	s.Spent[i].Points += points
	return s.Spent[i]
}

// PieceOf returns the width of the pieces in which a budget's spending is kept.
func PieceOf(b Budget) time.Duration {
	return max(b.Per/60, time.Millisecond).Truncate(time.Millisecond)
}

// BudgetError says that a budget does not give what was asked of it.
type BudgetError struct {
	Spend Spend
	Until time.Time // when it will, as far as is known
}

func (e *BudgetError) Error() string {
	return fmt.Sprintf("budget %q: %d points not before %s", e.Spend.Key, e.Spend.Points, e.Until.UTC().Format(time.RFC3339))
}

// The breaker of a server: after so many faults within a while it gets a pause.
const (
	BreakerFaults = 5
	BreakerWithin = 10 * time.Minute
	BreakerPause  = 10 * time.Minute
)

// PausedError says that a server gets a pause: it failed too often.
type PausedError struct {
	Host  string
	Until time.Time
}

func (e *PausedError) Error() string {
	return fmt.Sprintf("server %q has a pause until %s", e.Host, e.Until.UTC().Format(time.RFC3339))
}

// HostPause is a server that gets a pause.
type HostPause struct {
	Host  string
	Until time.Time
}
