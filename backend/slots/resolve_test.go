package slots

import (
	"archive/zip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
)

func zone(t *testing.T, name string) *Zone {
	t.Helper()
	z, err := (&Zones{}).Load(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func wallAt(t *testing.T, s string) domain.Wall {
	t.Helper()
	w, err := domain.ParseWall(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestAWallTimeIsResolvedOrSaysWhyNot(t *testing.T) {
	for _, c := range []struct {
		zone, wall string
		second     bool
		want       string
		rule       Rule
		shift      time.Duration
		other      string
	}{
		{"Europe/Oslo", "2026-06-12T07:30", false, "2026-06-12T05:30:00Z", Exact, 0, ""},
		{"Europe/Oslo", "2026-03-29T02:30", false, "2026-03-29T01:30:00Z", Skipped, time.Hour, ""},
		{"Europe/Oslo", "2026-03-29T02:00", false, "2026-03-29T01:00:00Z", Skipped, time.Hour, ""},
		{"Europe/Oslo", "2026-03-29T03:00", false, "2026-03-29T01:00:00Z", Exact, 0, ""},
		{"Europe/Oslo", "2026-10-25T02:30", false, "2026-10-25T00:30:00Z", First, 0, "2026-10-25T01:30:00Z"},
		{"Europe/Oslo", "2026-10-25T02:30", true, "2026-10-25T01:30:00Z", Second, 0, "2026-10-25T00:30:00Z"},
		{"Europe/Oslo", "2026-10-25T03:00", true, "2026-10-25T02:00:00Z", Exact, 0, ""},
		{"America/New_York", "2026-03-08T02:30", false, "2026-03-08T07:30:00Z", Skipped, time.Hour, ""},
		{"Australia/Lord_Howe", "2026-10-04T02:10", false, "2026-10-03T15:40:00Z", Skipped, 30 * time.Minute, ""},
		{"Pacific/Apia", "2011-12-30T12:00", false, "2011-12-30T22:00:00Z", Skipped, 24 * time.Hour, ""},
		{"Asia/Kathmandu", "2026-01-01T00:00", false, "2025-12-31T18:15:00Z", Exact, 0, ""},
		{"America/Sao_Paulo", "2018-11-04T00:00", false, "2018-11-04T03:00:00Z", Skipped, time.Hour, ""},
		{"UTC", "2026-03-29T02:30", false, "2026-03-29T02:30:00Z", Exact, 0, ""},
	} {
		r := Resolve(wallAt(t, c.wall), zone(t, c.zone), c.second)
		other := ""
		if !r.Other.IsZero() {
			other = r.Other.Format(time.RFC3339)
		}
		if got := r.At.Format(time.RFC3339); got != c.want || r.Rule != c.rule || r.Shift != c.shift || other != c.other {
			t.Errorf("%s %s: %s %s by %s, other %q; want %s %s by %s, other %q", c.zone, c.wall, got, r.Rule, r.Shift, other, c.want, c.rule, c.shift, c.other)
		}
	}
}

// allZones returns every name in Go's own copy of the tz database.
func allZones(t *testing.T) []string {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var names []string
	for _, f := range archive.File {
		if !strings.HasSuffix(f.Name, "/") {
			names = append(names, f.Name)
		}
	}
	return names
}

// changes returns when a zone's clocks change from 1970 to the end of 2037, and every distance
// from UTC they ever have then.
func changes(z *Zone) (at []time.Time, offsets []time.Duration) {
	end := time.Date(2038, 1, 1, 0, 0, 0, 0, time.UTC)
	for t := time.Date(1969, 12, 1, 0, 0, 0, 0, time.UTC); ; {
		local := t.In(z.loc)
		_, seconds := local.Zone()
		if offset := time.Duration(seconds) * time.Second; !slices.Contains(offsets, offset) {
			offsets = append(offsets, offset)
		}
		_, next := local.ZoneBounds()
		if next.IsZero() || next.After(end) {
			return at, offsets
		}
		at = append(at, next.UTC())
		t = next
	}
}

// instantsOf finds the instants that show w the slow way: by trying every distance from UTC that
// the zone ever had.
func instantsOf(w domain.Wall, z *Zone, offsets []time.Duration) []time.Time {
	asUTC := time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, w.Minute, 0, 0, time.UTC)
	var hits []time.Time
	for _, offset := range offsets {
		t := asUTC.Add(-offset)
		if local := t.In(z.loc); domain.WallOf(local) == w && local.Second() == 0 {
			hits = append(hits, t)
		}
	}
	slices.SortFunc(hits, time.Time.Compare)
	return hits
}

func TestEveryTransitionOfEveryZoneIsResolvedAsTheSlowWayDoes(t *testing.T) {
	zones, transitions, walls := 0, 0, 0
	count := map[Rule]int{}
	for _, name := range allZones(t) {
		z, err := (&Zones{}).Load(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		zones++
		at, offsets := changes(z)
		for _, change := range at {
			transitions++
			before := periodAt(change.Add(-time.Second), z.loc).offset
			after := periodAt(change, z.loc).offset
			low, high := min(before, after), max(before, after)
			for _, probe := range []time.Duration{low - time.Minute, low, low + time.Minute, (low + high) / 2, high - time.Minute, high, high + time.Minute} {
				w := domain.WallOf(change.Add(probe).Truncate(time.Minute))
				walls++
				hits := instantsOf(w, z, offsets)
				first, second := Resolve(w, z, false), Resolve(w, z, true)
				count[first.Rule]++
				switch len(hits) {
				case 1:
					if first.Rule != Exact || !first.At.Equal(hits[0]) || !second.At.Equal(hits[0]) || second.Rule != Exact {
						t.Fatalf("%s %s: %+v, want %s", name, w, first, hits[0])
					}
				case 2:
					if first.Rule != First || !first.At.Equal(hits[0]) || !first.Other.Equal(hits[1]) ||
						second.Rule != Second || !second.At.Equal(hits[1]) || !second.Other.Equal(hits[0]) {
						t.Fatalf("%s %s: %+v and %+v, want %s", name, w, first, second, hits)
					}
				case 0:
					// Forward by the gap: what the clocks show then is later by what they skipped.
					shown := first.At.In(z.loc)
					asUTC := time.Date(w.Date.Year, w.Date.Month, w.Date.Day, 0, w.Minute, 0, 0, time.UTC)
					_, seconds := shown.Zone()
					moved := first.At.Add(time.Duration(seconds) * time.Second).Sub(asUTC)
					if first.Rule != Skipped || moved != first.Shift || first.Shift <= 0 || first.At != second.At {
						t.Fatalf("%s %s: %+v shows %s, moved by %s", name, w, first, shown, moved)
					}
				default:
					t.Fatalf("%s %s happens %d times", name, w, len(hits))
				}
			}
		}
	}
	t.Logf("%d zones, %d transitions, %d wall times: %v", zones, transitions, walls, count)
	if zones < 400 || transitions < 20000 || count[Skipped] < 10000 || count[First] < 10000 {
		t.Errorf("only %d zones, %d transitions: %v", zones, transitions, count)
	}
}

func TestEveryZonePeopleChooseFromExists(t *testing.T) {
	zones := &Zones{}
	names := zones.Names()
	if len(names) < 350 || !slices.IsSorted(names) {
		t.Errorf("%d names", len(names))
	}
	for _, name := range names {
		if _, err := zones.Load(name); err != nil {
			t.Error(err)
		}
	}
	if zones.Version() == "" {
		t.Error("the zone data have no edition")
	}
}

func TestWhatIsNoZoneIsRefused(t *testing.T) {
	for _, name := range []string{"", "Local", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", `Europe\Oslo`, "Europe/Oslo ", strings.Repeat("A", 100)} {
		if z, err := (&Zones{}).Load(name); err == nil {
			t.Errorf("%q is %s", name, z.Name)
		}
	}
}

func TestTheMachinesZoneHasAName(t *testing.T) {
	zones := &Zones{}
	oslo := zone(t, "Europe/Oslo")
	if z, err := zones.Here(oslo.loc); err != nil || z.Name != "Europe/Oslo" {
		t.Errorf("%v %v", z, err)
	}
	t.Setenv("TZ", "Asia/Tokyo")
	if z, err := zones.Here(time.FixedZone("Local", 9*3600)); err != nil || z.Name != "Asia/Tokyo" {
		t.Errorf("%v %v", z, err)
	}
}
