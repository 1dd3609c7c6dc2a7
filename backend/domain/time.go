package domain

import (
	"fmt"
	"time"
)

// Wall is a date and a time as a clock on the wall shows it. It is no instant: in a zone it can
// happen once, twice, or not at all. The zero value is no time.
type Wall struct {
	Date   Date
	Minute int // of the day, from 0 to 1439
}

// Date is a day of the Gregorian calendar.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day that t shows in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// WallOf returns what t shows in its own location, to the minute.
func WallOf(t time.Time) Wall { return Wall{DateOf(t), t.Hour()*60 + t.Minute()} }

// Add returns the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.utc().AddDate(0, 0, n)) }

// Days returns how many days d is after o.
func (d Date) Days(o Date) int { return int(d.utc().Sub(o.utc()) / (24 * time.Hour)) }

// Weekday returns 1 for Monday to 7 for Sunday (ISO 8601).
func (d Date) Weekday() int { return (int(d.utc().Weekday())+6)%7 + 1 }

// Before reports whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.utc().Before(o.utc()) }

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// Valid reports whether the day exists: there is no 30 February.
func (d Date) Valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && DateOf(d.utc()) == d
}

// String returns the day as 2026-06-12.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// utc is the day's midnight in UTC, where every day has 24 hours.
func (d Date) utc() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// ParseDate reads a day as String writes it.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, &FieldError{Field: "date", Message: fmt.Sprintf("%q is not a day: write 2026-06-12", s)}
	}
	return DateOf(t), nil
}

// wallLayout is how a wall time is stored; it is the occurrence key of a repeated delivery.
const wallLayout = "2006-01-02T15:04"

// String returns the wall time as 2026-06-12T07:30.
func (w Wall) String() string {
	return fmt.Sprintf("%sT%02d:%02d", w.Date, w.Minute/60, w.Minute%60)
}

// ParseWall reads a wall time as String writes it.
func ParseWall(s string) (Wall, error) {
	t, err := time.Parse(wallLayout, s)
	if err != nil {
		return Wall{}, &FieldError{Field: "wall", Message: fmt.Sprintf("%q is not a wall time: write 2026-06-12T07:30", s)}
	}
	return WallOf(t), nil
}

// IsZero reports whether w is no time.
func (w Wall) IsZero() bool { return w == Wall{} }

// Valid reports whether the day exists and the minute is one of it.
func (w Wall) Valid() bool { return w.Date.Valid() && w.Minute >= 0 && w.Minute < 24*60 }

// SlotSet is a named week of a channel: when posts that were only put in line go out.
type SlotSet struct {
	ID      string
	Channel ChannelID
	Name    string
	Zone    string        // IANA name: the wall times are meant there
	Spread  time.Duration // each slot goes out up to so much before or after, by a fixed draw
	Paused  bool          // its slots are not offered
	Slots   []Slot        // in order of the week
}

// Slot is one wall time of the week.
type Slot struct {
	Weekday int // 1 is Monday, 7 is Sunday
	Minute  int // of the day
}

// Repeat says when a post goes out again and again.
type Repeat struct {
	ID       string
	Post     PostID
	Zone     string
	First    Date
	Minute   int
	Unit     RepeatUnit
	Every    int           // 1: each unit, 2: every other one
	Weekdays []int         // of RepeatWeek, 1 is Monday; none: that of First
	Last     Date          // zero: no last day
	Times    int           // how often in all; 0: no end
	Spread   time.Duration // as SlotSet.Spread
	Offsets  []Offset      // the channels it goes to; none: all of the post's
	Trouble  string        // why the last expansion stopped, "" if it did not
}

// Offset lets a channel go out later than the others.
type Offset struct {
	Channel ChannelID
	After   time.Duration
}

// RepeatUnit is what a repeat counts.
type RepeatUnit string

// Every unit. A monthly one on a day that a month has not goes out on the month's last day.
const (
	RepeatDay   RepeatUnit = "day"
	RepeatWeek  RepeatUnit = "week"
	RepeatMonth RepeatUnit = "month"
)

// TimeRule is what a person chose about time for one workspace, channel or post.
type TimeRule struct {
	Zone     string    // "" where nobody chose
	Late     *LateRule // nil where nobody chose
	NotAfter time.Time // of a post: its last instant, zero for none
}

// TimeScope names whose TimeRule is meant: exactly one is set.
type TimeScope struct {
	Workspace WorkspaceID
	Channel   ChannelID
	Post      PostID
}
