package slots

import (
	"slices"
	"testing"
	"time"

	"postbag/backend/domain"
)

func day(t *testing.T, s string) domain.Date {
	t.Helper()
	d, err := domain.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestASlotSetComesRoundEveryWeekAtItsWallTime(t *testing.T) {
	z := zone(t, "Europe/Oslo")
	set := domain.SlotSet{ID: "a", Name: "Mornings", Slots: []domain.Slot{{Weekday: 5, Minute: 7*60 + 30}, {Weekday: 1, Minute: 9 * 60}}}
	from := time.Date(2026, 3, 20, 7, 0, 0, 0, time.UTC) // a Friday, 08:00 in Oslo
	var got []string
	for _, o := range Expand(set, z, from, 14) {
		got = append(got, o.Key+" "+o.At.Format("15:04Z"))
	}
	want := []string{
		"2026-03-23T09:00 08:00Z", "2026-03-27T07:30 06:30Z",
		"2026-03-30T09:00 07:00Z", "2026-04-03T07:30 05:30Z", // after the clocks went forward
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	set.Paused = true
	if list := Expand(set, z, from, 14); len(list) != 0 {
		t.Errorf("a paused set has %d slots", len(list))
	}
}

func TestASlotInASkippedHourFallsForwardAndNotOnAnother(t *testing.T) {
	z := zone(t, "Europe/Oslo")
	set := domain.SlotSet{ID: "a", Slots: []domain.Slot{{Weekday: 7, Minute: 150}, {Weekday: 7, Minute: 210}}} // 02:30 and 03:30
	list := Expand(set, z, time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), 2)
	if len(list) != 1 || list[0].At.Format(time.RFC3339) != "2026-03-29T01:30:00Z" {
		t.Fatalf("%+v", list)
	}
	doubled := Expand(set, z, time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC), 2)
	if len(doubled) != 2 || doubled[0].Rule != First || doubled[0].At.Format(time.RFC3339) != "2026-10-25T00:30:00Z" {
		t.Fatalf("a slot in a doubled hour: %+v", doubled)
	}
}

func TestTheDrawIsAlwaysTheSameAndWithinItsSpread(t *testing.T) {
	seen := map[time.Duration]bool{}
	for i := range 500 {
		key := domain.Wall{Date: domain.Date{Year: 2026, Month: 1, Day: 1}.Add(i), Minute: 450}.String()
		d := draw("set", key, 10*time.Minute)
		if d != draw("set", key, 10*time.Minute) || d.Abs() > 10*time.Minute || d%time.Second != 0 {
			t.Fatalf("%s: %s", key, d)
		}
		seen[d.Truncate(time.Minute)] = true
	}
	if len(seen) < 18 {
		t.Errorf("500 draws fall on %d minutes of 19", len(seen))
	}
	if draw("set", "k", 0) != 0 || draw("a", "k", time.Hour) == draw("b", "k", time.Hour) {
		t.Error("a draw without a spread, or two sets with one draw")
	}
}

func TestASpreadSlotIsFoundWhereverItsDrawFell(t *testing.T) {
	z := zone(t, "Europe/Oslo")
	set := domain.SlotSet{ID: "spread", Spread: time.Hour}
	for weekday := 1; weekday <= 7; weekday++ {
		set.Slots = append(set.Slots, domain.Slot{Weekday: weekday, Minute: 5})
	}
	from := time.Date(2026, 6, 1, 22, 0, 0, 0, time.UTC)
	all := Expand(set, z, from, 50)
	if len(all) < 49 || len(all) > 51 {
		t.Fatalf("%d slots in 50 days", len(all))
	}
	for _, o := range all {
		again := Expand(set, z, o.At.Add(-time.Second), 1)
		if len(again) == 0 || again[0].Key != o.Key || !again[0].At.Equal(o.At) {
			t.Fatalf("%s is not found a second before it goes out", o.Key)
		}
		if next := Expand(set, z, o.At, 1); len(next) > 0 && next[0].Key == o.Key {
			t.Fatalf("%s comes round again when it went out", o.Key)
		}
	}
}

func TestARepeatComesRoundAsItSays(t *testing.T) {
	for _, c := range []struct {
		why  string
		rule domain.Repeat
		want []string
	}{
		{"every third day", domain.Repeat{Unit: domain.RepeatDay, Every: 3, First: day(t, "2026-01-30")}, []string{"2026-01-30", "2026-02-02", "2026-02-05"}},
		{"each Friday", domain.Repeat{Unit: domain.RepeatWeek, Every: 1, First: day(t, "2026-01-30")}, []string{"2026-01-30", "2026-02-06", "2026-02-13"}},
		{
			"Monday and Wednesday of every other week, begun on a Wednesday",
			domain.Repeat{Unit: domain.RepeatWeek, Every: 2, First: day(t, "2026-01-28"), Weekdays: []int{1, 3}},
			[]string{"2026-01-28", "2026-02-09", "2026-02-11"},
		},
		{"the 31st of each month", domain.Repeat{Unit: domain.RepeatMonth, Every: 1, First: day(t, "2026-01-31")}, []string{"2026-01-31", "2026-02-28", "2026-03-31"}},
		{"29 February by the year", domain.Repeat{Unit: domain.RepeatMonth, Every: 12, First: day(t, "2028-02-29")}, []string{"2028-02-29", "2029-02-28", "2030-02-28"}},
		{"twice", domain.Repeat{Unit: domain.RepeatDay, Every: 1, First: day(t, "2026-01-30"), Times: 2}, []string{"2026-01-30", "2026-01-31"}},
		{"until a day", domain.Repeat{Unit: domain.RepeatDay, Every: 1, First: day(t, "2026-01-30"), Last: day(t, "2026-01-31")}, []string{"2026-01-30", "2026-01-31"}},
	} {
		var got []string
		for _, w := range Dates(c.rule, c.rule.First, c.rule.First.Add(800)) {
			if got = append(got, w.Date.String()); len(got) == len(c.want) && c.rule.Times == 0 && c.rule.Last.IsZero() {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
	}
}

func TestWhatCameRoundBeforeCountsTowardsTheTimes(t *testing.T) {
	r := domain.Repeat{Unit: domain.RepeatDay, Every: 1, First: day(t, "2026-01-01"), Times: 10}
	if got := Dates(r, day(t, "2026-01-08"), day(t, "2026-03-01")); len(got) != 3 {
		t.Errorf("%v", got)
	}
}
