package slots

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"postbag/backend/domain"
)

// Occurrence is one time at which a slot or a repeat comes round.
type Occurrence struct {
	Key  string // the wall time: what makes it this occurrence and no other
	Wall domain.Wall
	Zone string
	Rule Rule
	Base time.Time // the instant of the wall time
	At   time.Time // Base, moved by the draw where a spread was chosen; when it goes out
	Set  string    // the slot set's id, "" of a repeat
	Name string    // the slot set's name
}

// draw returns how far an occurrence is moved: some whole seconds of at most spread before or
// after, always the same for the same id and key, and as good as random for people who look on.
func draw(id, key string, spread time.Duration) time.Duration {
	seconds := int64(spread / time.Second)
	if seconds <= 0 {
		return 0
	}
	sum := sha256.Sum256([]byte("postbag spread\x00" + id + "\x00" + key))
	n := binary.BigEndian.Uint64(sum[:8]) % uint64(2*seconds+1)
	return time.Duration(int64(n)-seconds) * time.Second
}

func occurrence(id string, w domain.Wall, z *Zone, spread time.Duration) Occurrence {
	r := Resolve(w, z, false)
	o := Occurrence{Key: w.String(), Wall: w, Zone: z.Name, Rule: r.Rule, Base: r.At}
	o.At = r.At.Add(draw(id, o.Key, spread))
	return o
}

// Expand returns the occurrences of a slot set that go out after from, for the given days, in
// order. Where the clocks skip an hour, a slot in it falls on the same instant as one an hour
// later; only the first of two such is returned.
func Expand(set domain.SlotSet, z *Zone, from time.Time, days int) []Occurrence {
	list := []Occurrence{}
	if set.Paused {
		return list
	}
	// A day earlier: what goes out today may be of yesterday's date, moved by the draw or a gap.
	day := domain.DateOf(from.In(z.loc)).Add(-1)
	end := from.AddDate(0, 0, days)
	for ; ; day = day.Add(1) {
		weekday := day.Weekday()
		for _, slot := range set.Slots {
			if slot.Weekday != weekday {
				continue
			}
			o := occurrence(set.ID, domain.Wall{Date: day, Minute: slot.Minute}, z, set.Spread)
			o.Set, o.Name = set.ID, set.Name
			if o.At.After(from) && !o.At.After(end) {
				list = append(list, o)
			}
		}
		if resolved := Resolve(domain.Wall{Date: day}, z, false); resolved.At.After(end.Add(2 * time.Hour)) {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b Occurrence) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return a.Base.Compare(b.Base)
	})
	return slices.CompactFunc(list, func(a, b Occurrence) bool { return a.Base.Equal(b.Base) })
}

// Dates returns the wall times of a repeat from one day to another, both included, in order.
// Times and Last of the repeat end it.
func Dates(r domain.Repeat, from, to domain.Date) []domain.Wall {
	list := []domain.Wall{}
	count := 0
	for day := r.First; !to.Before(day); {
		if !r.Last.IsZero() && r.Last.Before(day) || r.Times > 0 && count >= r.Times {
			break
		}
		if comesRound(r, day) {
			count++
			if !day.Before(from) {
				list = append(list, domain.Wall{Date: day, Minute: r.Minute})
			}
		}
		day = day.Add(1)
	}
	return list
}

// comesRound reports whether a repeat has an occurrence on a day not before its first.
func comesRound(r domain.Repeat, day domain.Date) bool {
	switch r.Unit {
	case domain.RepeatDay:
		return day.Days(r.First)%r.Every == 0
	case domain.RepeatWeek:
		// Weeks are counted from the Monday of the first one.
		weeks := (day.Days(r.First) + r.First.Weekday() - 1) / 7
		if len(r.Weekdays) == 0 {
			return weeks%r.Every == 0 && day.Weekday() == r.First.Weekday()
		}
		return weeks%r.Every == 0 && slices.Contains(r.Weekdays, day.Weekday())
	case domain.RepeatMonth:
		months := (day.Year-r.First.Year)*12 + int(day.Month) - int(r.First.Month)
		last := domain.DateOf(time.Date(day.Year, day.Month+1, 0, 0, 0, 0, 0, time.UTC)).Day
		return months%r.Every == 0 && day.Day == min(r.First.Day, last)
	}
	return false
}
