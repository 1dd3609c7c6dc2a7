package typed

import (
	"time"

	"postbag/backend/domain"
)

// reading is what the tokens said so far.
type reading struct {
	l       lexicon
	counted bool          // counts from now
	ahead   time.Duration // by so much
	days    int           // and so many days
	date    *domain.Date
	dayNum  int
	month   int
	weekday int
	next    bool
	minute  int // of the day, -1 where unsaid
	part    int // of the day, -1 where unsaid
}

// meaning turns tokens into a time. It fails with ErrUnknown where they contradict each other.
func meaning(tokens []token, l lexicon, now time.Time) (Result, error) {
	r := reading{l: l, minute: -1, part: -1}
	for i := 0; i < len(tokens); {
		n := r.take(tokens[i:], domain.DateOf(now))
		if n == 0 {
			return Result{}, ErrUnknown
		}
		i += n
	}
	return r.result(now)
}

// take reads what stands at the beginning of tokens and returns how many it used, 0 for nonsense.
func (r *reading) take(ts []token, today domain.Date) int {
	if n := r.takeAmounts(ts); n > 0 {
		return n
	}
	if n := r.takeFraction(ts); n > 0 {
		return n
	}
	t := ts[0]
	ok := false
	switch t.kind {
	case clock:
		ok = r.setMinute(t.n)
	case date:
		ok = r.setDate(t.date)
	case dayAway:
		ok = r.setDate(today.Add(t.n))
	case weekday:
		ok = r.weekday == 0
		r.weekday, r.next = t.n, r.next || t.day
	case next, weekAway:
		ok, r.next = true, true
	case month:
		ok = r.month == 0
		r.month = t.n
	case number:
		ok = r.setNumber(ts)
	case dayPart:
		ok = r.part < 0
		r.part = t.n
		if t.day {
			ok = ok && r.setDate(today)
		}
	case instant:
		ok, r.counted = true, true
	case half, halfMore, quarter, past, to, within, unit, after, skip:
	}
	if !ok {
		return 0
	}
	return 1
}

// takeAmounts reads "in 2 hours and 30 minutes", "2小时后", "dans 2h30".
func (r *reading) takeAmounts(ts []token) int {
	i, said := 0, false
	if ts[0].kind == within {
		i, said = 1, true
		if i < len(ts) && ts[i].kind == clock {
			r.counted, r.ahead = true, time.Duration(ts[i].n)*time.Minute
			return 2
		}
	}
	found := 0
	for i < len(ts) {
		n, d, ok := amount(ts[i:])
		if !ok {
			break
		}
		if !said && d%time.Hour == 0 && d < 24*time.Hour && r.l.hoursTell && !followed(ts[i+n:]) {
			return 0 // "à 7 heures" is a time of day
		}
		if d >= 24*time.Hour && d%(24*time.Hour) == 0 {
			r.days += int(d / (24 * time.Hour))
		} else {
			r.ahead += d
		}
		i += n
		found++
	}
	if found == 0 {
		return 0
	}
	if i < len(ts) && ts[i].kind == after {
		i++
	}
	r.counted = true
	return i
}

func followed(ts []token) bool { return len(ts) > 0 && ts[0].kind == after }

// amount reads a number and its unit: "2 hours", "half an hour", "en halv time".
func amount(ts []token) (used int, d time.Duration, ok bool) {
	count, halves := 1, 0
	if used < len(ts) && ts[used].kind == number && !ts[used].day {
		count = ts[used].n
		used++
	}
	if used < len(ts) && (ts[used].kind == half || ts[used].kind == halfMore) {
		halves = 1
		used++
	}
	if used >= len(ts) || ts[used].kind != unit || used == 0 && len(ts) > 1 && ts[1].kind == unit {
		return 0, 0, false
	}
	d = time.Duration(count) * ts[used].d
	if halves == 1 {
		if count == 1 {
			d = ts[used].d / 2
		} else {
			d += ts[used].d / 2
		}
	}
	if count > 10000 {
		return 0, 0, false
	}
	return used + 1, d, true
}

// takeFraction reads "halv 8", "half past 7", "quarter to 8", "7 et demie", "7 moins le quart".
func (r *reading) takeFraction(ts []token) int {
	hourOf := func(i int) (int, bool) {
		switch {
		case i >= len(ts):
			return 0, false
		case ts[i].kind == number && ts[i].n <= 24:
			return ts[i].n * 60, true
		case ts[i].kind == clock && ts[i].n%60 == 0:
			return ts[i].n, true
		}
		return 0, false
	}
	sign := func(i int) int {
		switch {
		case i < len(ts) && ts[i].kind == past:
			return 1
		case i < len(ts) && ts[i].kind == to:
			return -1
		}
		return 0
	}
	is := func(i int, k kind) bool { return i < len(ts) && ts[i].kind == k }
	set := func(minute, used int) int {
		if minute < 0 || !r.setMinute(minute) {
			return 0
		}
		return used
	}
	if is(0, half) {
		if h, ok := hourOf(1); ok {
			return set(h-30+ts[0].n, 2)
		}
	}
	if is(0, quarter) && sign(1) != 0 {
		if h, ok := hourOf(2); ok {
			return set(h+15*sign(1), 3)
		}
	}
	if h, ok := hourOf(0); ok {
		switch {
		case is(1, halfMore):
			return set(h+30, 2)
		case is(1, unit) && is(2, halfMore):
			return set(h+30, 3)
		case sign(1) != 0 && is(2, quarter):
			return set(h+15*sign(1), 3)
		case is(1, unit) && ts[1].d == time.Hour && r.l.hoursTell:
			return set(h, 2)
		}
	}
	return 0
}

func (r *reading) setMinute(m int) bool {
	ok := r.minute < 0
	r.minute = m
	return ok
}

func (r *reading) setDate(d domain.Date) bool {
	ok := r.date == nil
	r.date = &d
	return ok
}

// setNumber reads a bare number: a day beside a month, a year after both, else an hour.
func (r *reading) setNumber(ts []token) bool {
	t := ts[0]
	besideMonth := len(ts) > 1 && ts[1].kind == month || r.month != 0 && r.date == nil
	switch {
	case t.n >= 2000 && r.month != 0 && r.dayNum != 0:
		r.date = &domain.Date{Year: t.n}
		return true
	case (t.day || besideMonth) && r.dayNum == 0 && t.n >= 1 && t.n <= 31:
		r.dayNum = t.n
		return true
	case t.n >= 100 && t.n < 2400 && t.n%100 < 60:
		return r.setMinute(t.n/100*60 + t.n%100)
	case t.n <= 24:
		return r.setMinute(t.n * 60)
	}
	return false
}

// result is the time that was said, in the zone that now is shown in.
func (r *reading) result(now time.Time) (Result, error) {
	today, minuteNow := domain.DateOf(now), now.Hour()*60+now.Minute()
	said := r.date != nil || r.weekday != 0 || r.next || r.dayNum != 0 || r.month != 0
	if r.counted {
		if said || r.part >= 0 || r.minute >= 0 && r.days == 0 {
			return Result{}, ErrUnknown
		}
		if r.days == 0 {
			at := now.Add(r.ahead)
			return Result{Wall: domain.WallOf(at), Instant: at.UTC()}, nil
		}
		if r.ahead != 0 || r.days > 3660 {
			return Result{}, ErrUnknown
		}
		w := domain.Wall{Date: today.Add(r.days), Minute: minuteNow}
		if r.minute >= 0 {
			w.Minute = r.minute
		}
		return Result{Wall: carry(w)}, nil
	}
	minute, guessed := r.clock()
	day, err := r.day(today, minuteNow, minute, guessed)
	if err != nil {
		return Result{}, err
	}
	w := carry(domain.Wall{Date: day, Minute: minute})
	if day == today && guessed && minute <= minuteNow {
		w.Minute = (minuteNow/60 + 1) * 60
		if w.Minute >= 24*60 {
			return Result{}, ErrPassed
		}
	}
	if w.Date.Before(today) || w.Date == today && w.Minute <= minuteNow {
		return Result{}, ErrPassed
	}
	return Result{Wall: w, Guessed: guessed}, nil
}

// carry makes 24:00 the next day's 00:00.
func carry(w domain.Wall) domain.Wall {
	if w.Minute >= 24*60 {
		return domain.Wall{Date: w.Date.Add(1), Minute: w.Minute - 24*60}
	}
	return w
}

// clock returns the minute of the day that was said, or the usual one.
func (r *reading) clock() (minute int, guessed bool) {
	switch {
	case r.minute < 0 && r.part < 0:
		return morning, true
	case r.minute < 0:
		return r.part, false
	case r.part >= afternoon && r.minute < 12*60:
		return r.minute + 12*60, false
	}
	return r.minute, false
}

// day returns the day that was said, or the next one on which the minute is to come.
func (r *reading) day(today domain.Date, minuteNow, minute int, guessed bool) (domain.Date, error) {
	passed := minute <= minuteNow
	monday := today.Add(1 - today.Weekday())
	switch {
	case r.dayNum != 0 || r.month != 0:
		return r.monthDay(today, passed)
	case r.date != nil && r.date.Year == 0:
		if first := (domain.Date{Year: leapYear, Month: r.date.Month, Day: r.date.Day}); !first.Valid() {
			return today, ErrNoDay // "99/0": no year has it
		}
		r.dayNum, r.month = r.date.Day, int(r.date.Month)
		r.date = nil
		return r.monthDay(today, passed)
	case r.date != nil:
		if !r.date.Valid() || r.weekday != 0 && r.weekday != r.date.Weekday() {
			return today, ErrNoDay
		}
		return *r.date, nil
	case r.weekday != 0 && r.next && !r.l.nextComes:
		return monday.Add(7 + r.weekday - 1), nil
	case r.weekday != 0:
		ahead := (r.weekday - today.Weekday() + 7) % 7
		if ahead == 0 && (passed || guessed || r.next) {
			ahead = 7
		}
		return today.Add(ahead), nil
	case r.next:
		return monday.Add(7), nil
	case guessed:
		return today, ErrUnknown // neither a day nor a time
	case passed:
		return today.Add(1), nil
	}
	return today, nil
}

// leapYear is one that has every day a year can have.
const leapYear = 2028

// monthDay returns the next such day of the year, or of the year that was said.
func (r *reading) monthDay(today domain.Date, passed bool) (domain.Date, error) {
	if r.dayNum == 0 {
		return today, ErrUnknown
	}
	d := domain.Date{Year: today.Year, Month: monthOf(r.month), Day: r.dayNum}
	if r.month == 0 { // "the 12th": the next one
		d.Month = today.Month
		for ; !d.Valid() || d.Before(today) || d == today && passed; d.Month++ {
			if d.Month == time.December {
				d.Month, d.Year = 0, d.Year+1
			}
		}
	} else if r.date != nil {
		d.Year = r.date.Year
	} else {
		for tries := 0; tries < 8 && (!d.Valid() || d.Before(today) || d == today && passed); tries++ {
			d.Year++ // 29 February comes round within eight years
		}
	}
	if !d.Valid() || r.weekday != 0 && r.weekday != d.Weekday() {
		return today, ErrNoDay
	}
	return d, nil
}
