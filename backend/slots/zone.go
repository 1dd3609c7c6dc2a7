package slots

import (
	_ "embed"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // machines without zone data have these

	"postbag/backend/domain"
)

// zoneNames are the names people choose from: those of the tz database's own list of zones in
// use (zone1970.tab and its per-country companion), without the historical aliases.
//
//go:embed zones.txt
var zoneNames string

// Zone is a place's rules for its clocks.
type Zone struct {
	Name string // IANA name
	loc  *time.Location
}

// Location returns the zone for formatting.
func (z *Zone) Location() *time.Location { return z.loc }

// Zones loads zones once each. The zero value is ready.
type Zones struct {
	mu    sync.Mutex
	known map[string]*Zone
}

// Load returns the zone of an IANA name. A name that is none is a domain.ErrInvalid.
func (z *Zones) Load(name string) (*Zone, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if zone := z.known[name]; zone != nil {
		return zone, nil
	}
	bad := &domain.FieldError{Field: "zone", Message: fmt.Sprintf("%q is no time zone; write one like Europe/Oslo", clip(name))}
	// "" and "Local" mean something to Go, a path something to the file system; neither is a place.
	if name == "" || name == "Local" || len(name) > 64 || strings.ContainsAny(name, `\. `) || strings.HasPrefix(name, "/") {
		return nil, bad
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, bad
	}
	zone := &Zone{Name: name, loc: loc}
	if z.known == nil {
		z.known = map[string]*Zone{}
	}
	z.known[name] = zone
	return zone, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Here returns the zone that local stands for. Where the system does not say its name, a name in
// use with the very same clocks this year and the next is taken, or UTC.
func (z *Zones) Here(local *time.Location) (*Zone, error) {
	if name := local.String(); name != "Local" && name != "" {
		return z.Load(name)
	}
	for _, name := range []string{os.Getenv("TZ"), linkedZone()} {
		if zone, err := z.Load(strings.TrimPrefix(name, ":")); err == nil {
			return zone, nil
		}
	}
	now := time.Now()
	for _, name := range z.Names() {
		if zone, err := z.Load(name); err == nil && sameClocks(zone.loc, local, now) {
			return zone, nil
		}
	}
	return z.Load("UTC")
}

// linkedZone reads the name that /etc/localtime points to, on systems that do it so.
func linkedZone() string {
	target, err := os.Readlink("/etc/localtime")
	if err != nil {
		return ""
	}
	_, name, found := strings.Cut(target, "zoneinfo/")
	if !found {
		return ""
	}
	return name
}

// sameClocks reports whether two locations show the same at noon of every day for two years.
func sameClocks(a, b *time.Location, from time.Time) bool {
	for day := range 2 * 366 {
		t := from.Add(time.Duration(day) * 24 * time.Hour)
		_, x := t.In(a).Zone()
		_, y := t.In(b).Zone()
		if x != y {
			return false
		}
	}
	return true
}

// Names returns the names people choose from, in order.
func (z *Zones) Names() []string {
	return slices.DeleteFunc(strings.Split(zoneNames, "\n"), func(s string) bool { return s == "" })
}

// Version says which edition of the zone data is in use, as well as it can be known: "2026a", or
// "go1.26" for those that came with the program.
func (z *Zones) Version() string {
	for _, path := range []string{"/usr/share/zoneinfo/+VERSION", "/usr/share/zoneinfo/tzdata.zi", "/var/db/timezone/zoneinfo/+VERSION"} {
		if version := firstWordOf(path); version != "" {
			return version
		}
	}
	return runtime.Version()
}

// firstWordOf reads "2026a" from a file that begins with it, or with "# version 2026a".
func firstWordOf(path string) string {
	f, err := os.Open(path) //nolint:gosec // a fixed list
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	head := make([]byte, 64)
	n, _ := f.Read(head)
	line, _, _ := strings.Cut(string(head[:n]), "\n")
	words := strings.Fields(strings.TrimPrefix(line, "# version"))
	if len(words) == 0 || len(words[0]) != 5 {
		return ""
	}
	return words[0]
}
