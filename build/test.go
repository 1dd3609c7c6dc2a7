package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// raced are the packages the race detector watches: where goroutines meet, and where a race
// could lose or double a post. They run with -short: tests that repeat themselves thousands of
// times, or measure time, do so without the detector, which makes them ten times slower.
func raced() []string {
	return []string{"./backend/queue/...", "./backend/network/...", "./backend/networks/...", "./backend/store/..."}
}

// raceFlags turn the race detector on for our own code and most of what it calls. Two packages are
// left out: the database engine, which is C translated to Go, and its allocator. With every access
// of theirs to memory watched a test takes five times as long; their locks are still seen. (A
// package that makes its own instance of a generic type must stay in: the linker keeps one copy of
// it for all, and locks built on an unwatched one would no longer be seen.)
func raceFlags() []string {
	return []string{"-race", "-gcflags=modernc.org/sqlite/lib=-race=false", "-gcflags=modernc.org/memory=-race=false"}
}

// runTest is the task `test`: everything CI runs, in an order that keeps two cores busy. All
// that takes long to compile is compiled first, two at a time. The stories in a browser have the machine
// for themselves. Then there are two lanes: while the queue's tests wait for disks, the other tests run,
// the window first. Whichever lane ends first begins with the fuzzing.
func runTest(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fuzzTime := flags.Duration("fuzztime", 20*time.Second, "how long each fuzz target runs")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: test takes no arguments but -fuzztime", errUsage)
	}
	if err := r.ensure(ctx, testNeeds()); err != nil {
		return err
	}
	p := newReport(r)
	p.stage(ctx, "Page", p.page) // first: the programs carry it
	p.stage(ctx, "Build, for this system and five others", p.buildAll)
	p.stage(ctx, "Check", p.check)
	p.stage(ctx, "Tests of the page", p.testPage)
	p.stage(ctx, "Stories in a browser", p.browse) // what people see of time is part of them
	fuzzing := r.fuzzing(ctx, *fuzzTime)
	fuzz := func(lane *report) {
		lane.stage(ctx, fmt.Sprintf("Fuzzing, %s each", *fuzzTime), func(ctx context.Context) error { return fuzzing.run(ctx, lane) })
	}
	p.together(
		func(lane *report) {
			lane.testQueue(ctx)
			fuzz(lane)
		},
		func(lane *report) {
			lane.stage(ctx, "The window", lane.window)
			lane.stage(ctx, "Secrets in a real keyring", lane.keyring)
			lane.testRest(ctx)
			lane.stage(ctx, "Vectors of other processors", lane.vectors)
			fuzz(lane)
		},
	)
	fuzzing.tell(p)
	return p.finish(ctx)
}

// waiting are the packages whose tests wait more than they compute, for disks and for processes that
// they kill: they run beside all others.
func waiting() []string { return []string{"./backend/queue/...", "./app/postbag/blackbox"} }

// testQueue runs the tests that wait.
func (p *report) testQueue(ctx context.Context) {
	p.stage(ctx, "The queue's tests", func(ctx context.Context) error {
		_, err := p.goTest(ctx, "tests", slices.Concat([]string{"-timeout=40m"}, waiting())...)
		return err
	})
	p.stage(ctx, "The queue's tests with the race detector", func(ctx context.Context) error {
		_, err := p.goTest(ctx, "race", slices.Concat(raceTest(), []string{"./backend/queue/..."})...)
		return err
	})
}

// testRest runs all other tests, without the race detector and with it.
func (p *report) testRest(ctx context.Context) {
	p.stage(ctx, "Tests", func(ctx context.Context) error {
		list, err := p.r.packages(ctx, []string{"./..."}, waiting())
		if err != nil {
			return err
		}
		_, err = p.goTest(ctx, "tests", slices.Concat([]string{"-timeout=30m"}, list)...)
		if runtime.GOOS == "linux" { // elsewhere some real servers cannot run
			p.checkNetworksPage(ctx)
		}
		return err
	})
	p.stage(ctx, "Tests with the race detector", func(ctx context.Context) error {
		list, err := p.r.packages(ctx, raced(), waiting())
		if err != nil {
			return err
		}
		_, err = p.goTest(ctx, "race", slices.Concat(raceTest(), list)...)
		return err
	})
}

// raceTest are the arguments of `go test` with the race detector.
func raceTest() []string {
	return slices.Concat(raceFlags(), []string{"-short", "-cover", "-timeout=40m"})
}

// packages lists the import paths of the packages that match patterns and none of the others.
func (r *runner) packages(ctx context.Context, patterns, without []string) ([]string, error) {
	list := func(patterns []string) ([]string, error) {
		out, err := r.capture(ctx, "go", append([]string{"list"}, patterns...)...)
		return strings.Fields(out), err
	}
	all, err := list(patterns)
	if err != nil {
		return nil, err
	}
	not, err := list(without)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(path string) bool { return slices.Contains(not, path) }), nil
}

// crossTarget is a system the program without a window is built for without a C compiler.
type crossTarget struct{ goos, goarch string }

func (c crossTarget) String() string { return c.goos + "/" + c.goarch }

// releaseTargets returns every system a release has an archive for.
func releaseTargets() []crossTarget {
	return []crossTarget{
		{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
	}
}

// buildAll compiles everything, the slowest first: the program for every system, which is
// a test of its own, and what the later stages need.
func (p *report) buildAll(ctx context.Context) error {
	r := p.r
	jobs := []func(){
		func() {
			p.step("with the race detector", func() (string, error) {
				return r.output(ctx, "go", slices.Concat([]string{"build"}, raceFlags(), raced())...)
			})
		},
		func() {
			p.step("the tools", func() (string, error) { return r.output(ctx, "go", tool("golangci-lint", "version")...) })
		},
		func() {
			p.step("this system", func() (string, error) { return r.output(ctx, "go", "build", "./...") })
		},
	}
	for _, target := range releaseTargets() {
		if target.goos == runtime.GOOS && target.goarch == runtime.GOARCH {
			continue
		}
		jobs = append(jobs, func() {
			p.step(target.String(), func() (string, error) {
				cmd := r.command(ctx, "go", "build", "./backend/...", "./app/...")
				cmd.Env = append(cmd.Env, "CGO_ENABLED=0", "GOOS="+target.goos, "GOARCH="+target.goarch)
				out, err := cmd.CombinedOutput()
				return string(out), err
			})
		})
	}
	atOnce(ctx, 2, jobs) // compiling has long stretches on one core
	return ctx.Err()
}

// atOnce runs the jobs in order, n of them at the same time.
func atOnce(ctx context.Context, n int, jobs []func()) {
	queue := make(chan func())
	var workers sync.WaitGroup
	for range n {
		workers.Go(func() {
			for job := range queue {
				job()
			}
		})
	}
	for _, job := range jobs {
		if ctx.Err() != nil {
			break
		}
		queue <- job
	}
	close(queue)
	workers.Wait()
}

// inKeyring starts a Secret Service of its own, unlocked, on the bus of this session, runs its
// arguments and stops the service. Its password guards nothing: the folder is thrown away.
const inKeyring = `
printf test-only | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
daemon=$!
trap 'kill "$daemon" 2>/dev/null' EXIT
tries=0
# Asked too early, the bus starts another service, which is locked; and this one answers before it is unlocked.
until dbus-send --session --dest=org.freedesktop.DBus --print-reply /org/freedesktop/DBus \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true' &&
  dbus-send --session --dest=org.freedesktop.secrets --print-reply /org/freedesktop/secrets/aliases/default \
  org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Locked 2>/dev/null | grep -q 'boolean false'; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || { echo "the keyring did not start" >&2; exit 1; }
  sleep 0.1
done
"$@"
`

// keyring runs the tests of the secrets against a real Secret Service, in a D-Bus session and
// folders of its own: the keyring of whoever runs this is never touched.
func (p *report) keyring(ctx context.Context) error {
	const name = "secrets in a real keyring"
	if runtime.GOOS != "linux" {
		p.skip(name, "only Linux can start a private keyring; this system's own is left alone")
		return nil
	}
	r := p.r
	if !r.has("backend/secrets") {
		p.skip(name, "there is no package backend/secrets")
		return nil
	}
	home, err := os.MkdirTemp("", "postbag-keyring-")
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	defer os.RemoveAll(home)
	// The caches stay where they are, although the folders they are found by move.
	caches, err := r.capture(ctx, "go", "env", "GOCACHE", "GOMODCACHE", "GOPATH")
	if err != nil {
		return fmt.Errorf("keyring: %w", err)
	}
	cache := strings.Split(strings.TrimSpace(caches), "\n")
	env := []string{"POSTBAG_TEST_KEYRING=1", "GOCACHE=" + cache[0], "GOMODCACHE=" + cache[1], "GOPATH=" + cache[2]}
	for _, variable := range []string{"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"} {
		dir := filepath.Join(home, strings.ToLower(variable))
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("keyring: %w", err)
		}
		env = append(env, variable+"="+dir)
	}
	cmd := r.command(ctx, "dbus-run-session", "--", "sh", "-c", inKeyring, "sh",
		"go", "test", "-json", "-count=1", "-timeout=5m", "./backend/secrets/...")
	cmd.Env = append(cmd.Env, env...)
	result, err := p.goTestBy(ctx, "keyring", cmd)
	if err != nil {
		return err
	}
	if len(result.skips) > 0 {
		return fmt.Errorf("skipped although a real keyring is there:\n%s", strings.Join(result.skips, "\n"))
	}
	if result.ran == 0 {
		return errors.New("no test ran")
	}
	return nil
}
