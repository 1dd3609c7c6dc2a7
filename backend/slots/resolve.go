package slots

import (
	"slices"
	"time"

	"postbag/backend/domain"
)

// Rule says how a wall time became an instant.
type Rule string

// Every rule. They are stored with a delivery.
const (
	Exact   Rule = "exact"   // the wall time happens once
	Skipped Rule = "skipped" // it does not happen: forward by what the clocks skip
	First   Rule = "first"   // it happens twice, the first counts
	Second  Rule = "second"  // it happens twice, a person chose the second
)

// Resolution is what a wall time is in a zone.
type Resolution struct {
	At    time.Time // the instant, UTC
	Rule  Rule
	Other time.Time     // of First and Second: the instant that was not taken
	Shift time.Duration // of Skipped: how far forward it was moved
}

// beyond is more than any zone was ever away from UTC, and than any change of a zone's clocks.
const beyond = 50 * time.Hour

// Resolve returns the instant at which z's clocks show w. With second, the second one where
// there are two.
func Resolve(w domain.Wall, z *Zone, second bool) Resolution {
	// The wall time as if clocks everywhere showed UTC; an instant that shows w is this less its offset.
	asUTC := time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, w.Minute, 0, 0, time.UTC)
	var hits []time.Time
	var gap Resolution
	for t, last := asUTC.Add(-beyond), asUTC.Add(beyond); !t.After(last); {
		p := periodAt(t, z.loc)
		if hit := asUTC.Add(-p.offset); p.has(hit) {
			hits = append(hits, hit)
		}
		if p.end.IsZero() {
			break
		}
		next := periodAt(p.end, z.loc)
		// Just before the change the clocks show less than w, just after it more.
		if before, after := p.end.Add(p.offset), p.end.Add(next.offset); !asUTC.Before(before) && asUTC.Before(after) {
			gap = Resolution{At: asUTC.Add(-p.offset), Rule: Skipped, Shift: next.offset - p.offset}
		}
		t = p.end
	}
	slices.SortFunc(hits, time.Time.Compare)
	switch {
	case len(hits) == 0:
		return gap
	case len(hits) == 1:
		return Resolution{At: hits[0], Rule: Exact}
	case second:
		return Resolution{At: hits[1], Rule: Second, Other: hits[0]}
	}
	return Resolution{At: hits[0], Rule: First, Other: hits[1]}
}

// period is a time during which a zone's clocks run evenly.
type period struct {
	start, end time.Time // end excluded; zero for without end
	offset     time.Duration
}

func periodAt(t time.Time, loc *time.Location) period {
	local := t.In(loc)
	start, end := local.ZoneBounds()
	_, offset := local.Zone()
	p := period{offset: time.Duration(offset) * time.Second}
	if !start.IsZero() {
		p.start = start.UTC()
	}
	if !end.IsZero() {
		p.end = end.UTC()
	}
	return p
}

func (p period) has(t time.Time) bool {
	return (p.start.IsZero() || !t.Before(p.start)) && (p.end.IsZero() || t.Before(p.end))
}
