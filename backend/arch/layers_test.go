package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"
)

// layer says what the packages of a pattern may know. Tests are free: only what is built into
// the program counts.
type layer struct {
	pattern string   // path.Match on the package's path in the module; "/..." at the end is any depth
	ours    []string // patterns of our packages it may import
	third   bool     // may import modules that are not ours
	not     []string // standard packages, and those below them, it must not import
	reach   []string // packages, and those below them, it must not reach even through others
}

// noIO is what the centre must not import. "net" and "os" are the packages themselves;
// net/url and net/netip only parse.
var noIO = []string{"net", "net/http", "net/smtp", "net/rpc", "database/sql", "os", "os/exec", "embed", "syscall"}

// notReached is what the centre must not reach either. fmt reaches os, so that is not in it.
var notReached = []string{"net", "net/http", "database/sql", "os/exec"}

// layers is the dependency rule; the first pattern that matches a package decides.
var layers = []layer{
	{pattern: "backend/domain", not: noIO, reach: notReached},
	{pattern: "backend/network", not: noIO, reach: append(slices.Clone(notReached), module+"/backend/domain")},
	{pattern: "backend/network/measure", ours: []string{"backend/network"}, third: true, not: []string{"net", "net/http", "os", "database/sql"}, reach: notReached},
	{pattern: "backend/network/match", ours: []string{"backend/network"}, third: true, not: []string{"net", "net/http", "os", "database/sql"}, reach: notReached},
	{pattern: "backend/network/oauth", ours: []string{"backend/network"}, not: []string{"net", "net/http", "os", "database/sql"}, reach: notReached},
	{pattern: "backend/network/wscall", ours: []string{"backend/network", "backend/network/httpcall"}, third: true, not: []string{"database/sql"}},
	{pattern: "backend/network/shelfcall", ours: []string{"backend/network", "backend/shelf"}, not: []string{"database/sql"}, reach: []string{"database/sql"}},
	{pattern: "backend/network/*", ours: []string{"backend/network"}, not: []string{"database/sql"}},
	{pattern: "backend/networks/all", ours: []string{"backend/network", "backend/networks/*"}},
	{
		pattern: "backend/networks/*", ours: []string{"backend/network", "backend/network/measure", "backend/network/oauth"}, third: true,
		not:   []string{"net", "net/http", "os", "database/sql", "math/rand", "crypto/rand"},
		reach: []string{"net/http", "database/sql", "os/exec"},
	},
	{pattern: "backend/render/...", ours: []string{"backend/render/..."}, third: true, not: []string{"net/http", "database/sql"}, reach: []string{"database/sql"}},
	{pattern: "backend/posts/...", ours: append(subject("posts"), "backend/network/measure"), third: true, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/library/...", ours: append(subject("library"), "backend/render", "backend/video/mp4"), third: true, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/video", ours: []string{"backend/domain", "backend/network", "backend/render", "backend/video/..."}, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/video/mp4", not: append(slices.Clone(useCaseIO), "os")},
	{pattern: "backend/video/ffmpeg", third: true, not: useCaseIO, reach: []string{"net/http", "database/sql"}},
	{pattern: "backend/shelf", ours: []string{"backend/domain", "backend/network"}, third: true, not: []string{"database/sql"}, reach: []string{"database/sql"}},
	{pattern: "backend/shelves", ours: []string{"backend/domain", "backend/network", "backend/shelf"}, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/links", ours: []string{"backend/domain", "backend/network"}, third: true, not: []string{"database/sql"}},
	{pattern: "backend/presets/...", ours: subject("presets"), third: true, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/budget", ours: []string{"backend/domain", "backend/network"}, not: useCaseIO, reach: []string{"net/http", "database/sql"}},
	{pattern: "backend/queue/...", ours: append(subject("queue"), "backend/budget", "backend/network/match"), third: true, not: useCaseIO, reach: []string{"net/http", "database/sql"}},
	{pattern: "backend/twins", ours: []string{"backend/domain", "backend/network", "backend/queue"}, third: true, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/teams", ours: []string{"backend/domain"}, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/pdf", not: noIO, reach: notReached},
	{pattern: "backend/settings", ours: []string{"backend/domain"}, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/slots/...", ours: append(subject("slots"), "backend/queue"), not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/batch", ours: []string{"backend/presets", "backend/render"}, not: useCaseIO, reach: []string{"database/sql"}},
	{pattern: "backend/upkeep", ours: []string{"backend/clock", "backend/domain", "backend/network", "backend/datadir", "backend/secrets", "backend/store"}, not: []string{"database/sql"}},
	{pattern: "backend/store/...", ours: []string{"backend/domain", "backend/store/..."}, third: true, not: []string{"net/http"}},
	{pattern: "backend/secrets/...", ours: []string{"backend/domain", "backend/secrets/..."}, third: true, not: []string{"net/http"}},
	{pattern: "backend/datadir/...", ours: []string{"backend/domain", "backend/datadir/..."}, third: true, not: []string{"net/http"}},
	{pattern: "backend/clock", third: true, not: []string{"database/sql"}, reach: []string{"database/sql"}},
	{pattern: "backend/online", reach: []string{"database/sql"}},
	{pattern: "backend/machine", third: true, not: useCaseIO, reach: []string{"net/http"}},
	{pattern: "backend/autostart", third: true, not: []string{"net/http", "database/sql"}},
	{pattern: "backend/arch"},
	{pattern: "app/api/signin", reach: []string{"github.com/wailsapp"}}, // waits for the browser; the standard library alone
	{pattern: "app/api", ours: []string{"backend/...", "app/api/signin"}, third: true, reach: []string{"github.com/wailsapp"}},
	{pattern: "app/wiring", ours: []string{"backend/...", "app/api", "app/media", "app/samples"}, third: true, reach: []string{"github.com/wailsapp"}},
	{pattern: "app/media", ours: []string{"backend/domain", "backend/library", "backend/presets", "backend/render"}, reach: []string{"github.com/wailsapp", "database/sql"}},
	{pattern: "app/rpc", reach: []string{"github.com/wailsapp"}},
	{pattern: "app/samples"},          // pictures
	{pattern: "app/postbag/blackbox"}, // knows the built program alone
	{pattern: "app/postbag", ours: []string{"app/wiring", "app/api", "backend/autostart", "backend/datadir", "backend/domain", "app/rpc", "app/media", "app/samples", "frontend"}, third: true, reach: []string{"github.com/wailsapp"}},
	{pattern: "app/desktop", ours: []string{"app/wiring", "app/api", "app/media", "app/rpc", "backend/datadir", "backend/domain", "frontend"}, third: true},
	{pattern: "frontend"},
	{pattern: "frontend/bench/...", ours: []string{"backend/datadir", "backend/domain"}, third: true}, // fills a library for its benchmark
	{pattern: "build/servers/...", third: true},                                                       // real servers for the tests of networks
	{pattern: "build/icon"}, // painted with the standard library
	{pattern: "build/...", ours: []string{"build/icon"}},
	{pattern: "", ours: []string{"app/desktop", "frontend"}},
}

// useCaseIO is what the packages that say what the app does reach only through interfaces of
// their own.
var useCaseIO = []string{"net/http", "database/sql"}

func subject(name string) []string {
	return []string{"backend/domain", "backend/network", "backend/" + name + "/..."}
}

// matches reports whether a package's path in the module fits a pattern.
func matches(pattern, name string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return below(base, name)
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

// below reports whether name is base or inside it.
func below(base, name string) bool {
	return name == base || strings.HasPrefix(name, base+"/")
}

// touches reports whether an import is a banned package or inside one. What lies below net and
// os is harmless or banned by its own name.
func touches(banned, imported string) bool {
	if banned == "net" || banned == "os" {
		return imported == banned
	}
	return below(banned, imported)
}

// fits reports whether any of the patterns says yes to name.
func fits(patterns []string, name string, yes func(pattern, name string) bool) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return yes(pattern, name) })
}

// support reports whether a package only helps tests: its name ends in "test".
func support(name string) bool { return strings.HasSuffix(path.Base(name), "test") }

// breaches returns what is wrong with the packages, a sentence each.
func breaches(list []pkg, rules []layer) []string {
	var found []string
	complain := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, p := range list {
		if support(p.name()) {
			continue
		}
		at := slices.IndexFunc(rules, func(l layer) bool { return matches(l.pattern, p.name()) })
		if at < 0 {
			complain("%s has no layer: say in backend/arch what it may import", p.ImportPath)
			continue
		}
		rule := rules[at]
		said := map[string]bool{} // one sentence an import is enough
		for _, imported := range p.Imports {
			before := len(found)
			switch ours, isOurs := strings.CutPrefix(imported, module+"/"); {
			case isOurs && support(ours):
				complain("%s imports %s, which is for tests", p.ImportPath, imported)
			case isOurs && !fits(rule.ours, ours, matches), fits(rule.not, imported, touches):
				complain("%s must not import %s", p.ImportPath, imported)
			case !isOurs && !rule.third && strings.Contains(strings.SplitN(imported, "/", 2)[0], "."):
				complain("%s must not import another module: %s", p.ImportPath, imported)
			}
			said[imported] = len(found) > before
		}
		for _, dep := range p.Deps {
			if !said[dep] && fits(rule.reach, dep, touches) {
				said[dep] = true
				complain("%s must not reach %s", p.ImportPath, dep)
			}
		}
	}
	return found
}

func TestEveryPackageImportsOnlyWhatItsLayerMay(t *testing.T) {
	for _, goos := range []string{"linux", "darwin", "windows"} {
		for _, breach := range breaches(packages(t, goos), layers) {
			t.Errorf("for %s: %s", goos, breach)
		}
	}
}

func TestTheLayerTestSeesPlantedBreaches(t *testing.T) {
	plant := func(name string, imports, deps []string) pkg {
		return pkg{ImportPath: module + "/" + name, Imports: imports, Deps: append(deps, imports...)}
	}
	for _, c := range []struct {
		why  string
		pkg  pkg
		want int
	}{
		{"the domain may use the standard library", plant("backend/domain", []string{"fmt", "time", "net/url"}, []string{"os", "io/fs"}), 0},
		{"the domain reads a file", plant("backend/domain", []string{"os"}, nil), 1},
		{"the domain opens a socket through another package", plant("backend/domain", []string{"expvar"}, []string{"net", "net/http"}), 2},
		{"the contract knows the domain", plant("backend/network", []string{"postbag/backend/domain"}, nil), 1},
		{"the contract uses another module", plant("backend/network", []string{"example.com/clever"}, nil), 1},
		{"a network asks by itself", plant("backend/networks/somewhere", []string{"net/http"}, nil), 1},
		{"a network draws lots", plant("backend/networks/somewhere", []string{"math/rand/v2"}, nil), 1},
		{"a network knows another", plant("backend/networks/somewhere", []string{"postbag/backend/networks/elsewhere"}, nil), 1},
		{"a network keeps to the contract", plant("backend/networks/somewhere", []string{"strings", "postbag/backend/network", "postbag/backend/network/measure"}, nil), 0},
		{"the queue opens the store", plant("backend/queue", []string{"postbag/backend/store"}, []string{"database/sql"}), 2},
		{"the queue knows the networks", plant("backend/queue", []string{"postbag/backend/networks/all"}, nil), 1},
		{"the pictures know a post", plant("backend/render/exif", []string{"postbag/backend/domain"}, nil), 1},
		{"the program uses a test's helper", plant("app/wiring", []string{"postbag/backend/network/networktest"}, nil), 1},
		{"the command line opens a window", plant("app/postbag", []string{"github.com/wailsapp/wails/v2"}, nil), 1},
		{"the services reach the window through another module", plant("app/api", []string{"example.com/tray"}, []string{"github.com/wailsapp/wails/v2/pkg/runtime"}), 1},
		{"the library makes thumbnails", plant("backend/library", []string{"postbag/backend/render"}, nil), 0},
		{"a post makes pictures", plant("backend/posts", []string{"postbag/backend/render"}, nil), 1},
		{"the backend calls its door", plant("backend/posts", []string{"postbag/app/api"}, nil), 1},
		{"nobody has said what this package is", plant("backend/util", nil, nil), 1},
	} {
		got := breaches([]pkg{c.pkg}, layers)
		if len(got) != c.want {
			t.Errorf("%s: %d breaches, want %d: %q", c.why, len(got), c.want, got)
		}
	}
}
