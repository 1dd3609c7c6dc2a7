package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// sharpVersion is the one that ratios are of.
const sharpVersion = "0.35.5"

// comparison is Postbag's pictures beside what people would use instead.
type comparison struct {
	r       *runner
	dir     string // what lasts: sharp, photographs, the program
	work    string // what does not
	rounds  int
	program string
	sharp   bool // is installed
	rows    []benchRow
}

// runBenchPictures is the task `bench pictures`: it times the real program on photographs, beside sharp in turn,
// and holds what comes out to what was asked for.
func runBenchPictures(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("bench pictures", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	rounds := flags.Int("rounds", 5, "how often each engine runs; folders a third of that")
	photos := flags.String("photos", "", "a folder of one's own photographs, for the jobs of many")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 || *rounds < 1 {
		return fmt.Errorf("%w: bench pictures takes -rounds N and -photos FOLDER", errUsage)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	c := &comparison{r: r, dir: filepath.Join(cache, "postbag-bench"), rounds: *rounds}
	if c.work, err = os.MkdirTemp("", "postbag-bench-"); err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	defer os.RemoveAll(c.work)
	if err := c.ready(ctx); err != nil {
		return err
	}
	r.printf("Making photographs, once…\n")
	sets, err := photographs(c.dir)
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	if *photos != "" {
		sets.folder, sets.many = *photos, *photos
	}
	if err := c.compare(ctx, sets); err != nil {
		return err
	}
	return writeRows(r.out, c.rows)
}

// ready builds the program and installs sharp. Without npm everything else is measured all the same.
func (c *comparison) ready(ctx context.Context) error {
	installed := filepath.Join(c.dir, "sharp")
	if err := os.MkdirAll(installed, 0o700); err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	c.program = filepath.Join(c.work, "postbag.exe") // any system starts it by this name
	if out, err := c.r.output(ctx, "go", "build", "-o", c.program, "./app/postbag"); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	have, _ := os.ReadFile(filepath.Join(installed, "node_modules", "sharp", "package.json")) // not there: it is installed
	if c.sharp = strings.Contains(string(have), `"version": "`+sharpVersion+`"`); c.sharp {
		return nil
	}
	if !present("npm") || !present("node") {
		c.r.printf("There is no npm here, so nothing is compared with sharp.\n")
		return nil
	}
	out, err := c.r.output(ctx, "npm", "install", "--no-audit", "--no-fund", "--prefix", installed, "sharp@"+sharpVersion)
	if err != nil {
		c.r.printf("sharp could not be installed, so nothing is compared with it:\n%s\n", out)
		return ctx.Err()
	}
	c.sharp = true
	return nil
}

// engine is one program in a comparison: how to start it for a folder for what it makes.
type engine struct {
	name  string
	start func(out string) *exec.Cmd
}

// used is what one run took.
type used struct {
	wall, cpu time.Duration
	peak      int64 // bytes of the largest process; 0 where the system does not say
}

// interleave runs each engine once a round, in turn, and checks what the first one, ours, makes.
func (c *comparison) interleave(ctx context.Context, engines []engine, rounds int, check func(out string) error) ([][]used, error) {
	all := make([][]used, len(engines))
	for range rounds {
		for i, e := range engines {
			out := filepath.Join(c.work, "out")
			if err := errors.Join(os.RemoveAll(out), os.Mkdir(out, 0o700)); err != nil {
				return nil, fmt.Errorf("bench pictures: %w", err)
			}
			cmd := e.start(out)
			began := time.Now()
			if text, err := cmd.CombinedOutput(); err != nil {
				return nil, fmt.Errorf("%s: %w\n%s", e.name, err, text)
			}
			u := used{wall: time.Since(began), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), peak: peakOf(cmd.ProcessState)}
			all[i] = append(all[i], u)
			if i == 0 {
				if err := check(out); err != nil {
					return nil, fmt.Errorf("%s: %w", e.name, err)
				}
			}
		}
	}
	return all, ctx.Err()
}

// job writes a job for sharp and returns how to start it.
func (c *comparison) job(ctx context.Context, task, folder string, presets []benchPreset) (engine, error) {
	photos, err := filepath.Glob(filepath.Join(folder, "*.jp*g"))
	if err != nil || len(photos) == 0 {
		return engine{}, fmt.Errorf("bench pictures: there are no photographs in %s", folder)
	}
	return engine{"sharp, " + task, func(out string) *exec.Cmd {
		path := filepath.Join(c.work, "job.json")
		text, _ := json.Marshal(map[string]any{ //nolint:errchkjson // of texts and numbers
			"installed": filepath.Join(c.dir, "sharp"), "task": task, "photos": photos, "presets": presets, "out": out, "quality": benchQuality,
		})
		if err := os.WriteFile(path, text, 0o600); err != nil {
			path = err.Error() // node says that it is not there
		}
		return c.r.command(ctx, "node", c.r.path("build", "bench", "sharp.mjs"), path)
	}}, nil
}

// benchQuality is that of every JPEG file that is made.
const benchQuality = 85

// render is how to start ours.
func (c *comparison) render(ctx context.Context, folder, list string) engine {
	return engine{"postbag render", func(out string) *exec.Cmd {
		return c.r.command(ctx, c.program, "render", folder, "--presets", list, "--out", out, "--quality", fmt.Sprint(benchQuality), "--json")
	}}
}

// compare makes every row of the table.
func (c *comparison) compare(ctx context.Context, sets photoSets) error {
	thirty, ten := c.r.path("build", "bench", "presets-30.json"), c.r.path("build", "bench", "presets-10.json")
	few := max(c.rounds/3, 1)
	for _, job := range []func() error{
		func() error {
			return c.sizes(ctx, "one photograph of 12 MP to 30 sizes", sets.one, thirty, c.rounds, []benchGoal{
				{what: "wall, of sharp for each size", peer: "each", of: wallOf, must: 0.75, aim: 0.30},
				{what: "CPU, of sharp decoding once", peer: "once", of: cpuOf, must: 1.6, aim: 0.70},
			})
		},
		func() error {
			return c.sizes(ctx, "40 photographs to 10 sizes", sets.folder, ten, few, []benchGoal{
				{what: "wall, of sharp for each size", peer: "each", of: wallOf, must: 0.80, aim: 0.40},
				{what: "peak memory", of: peakMB, must: 300, aim: 300},
			})
		},
		func() error {
			return c.sizes(ctx, "one photograph of 50 MP to 30 sizes", sets.large, thirty, few, []benchGoal{
				{what: "wall, of sharp for each size", peer: "each", of: wallOf, must: 0.75, aim: 0.30},
				{what: "peak memory", of: peakMB, must: 300, aim: 200},
			})
		},
		func() error { return c.imports(ctx, sets.many, few) },
	} {
		if err := job(); err != nil {
			return err
		}
	}
	return nil
}

// sizes compares making many sizes.
func (c *comparison) sizes(ctx context.Context, what, folder, list string, rounds int, goals []benchGoal) error {
	presets, err := readBenchPresets(list)
	if err != nil {
		return err
	}
	engines, peers := []engine{c.render(ctx, folder, list)}, []string{""}
	for _, g := range goals {
		if c.sharp && g.peer != "" && !slices.Contains(peers, g.peer) {
			e, err := c.job(ctx, g.peer, folder, presets)
			if err != nil {
				return err
			}
			engines, peers = append(engines, e), append(peers, g.peer)
		}
	}
	c.r.printf("%s: %d rounds…\n", what, rounds)
	taken, err := c.interleave(ctx, engines, rounds, func(out string) error { return checkSizes(out, folder, presets) })
	if err != nil {
		return err
	}
	c.add(what, goals, peers, taken)
	return nil
}

// imports compares bringing photographs into a library: sharp makes a thumbnail, a checksum and the facts of each;
// Postbag keeps a copy of the original and two thumbnails beside that.
func (c *comparison) imports(ctx context.Context, folder string, rounds int) error {
	what := "import of 200 photographs"
	engines, peers := []engine{{"postbag asset import", func(out string) *exec.Cmd {
		return c.r.command(ctx, c.program, "asset", "import", folder, "--data", out, "--json")
	}}}, []string{""}
	if c.sharp {
		e, err := c.job(ctx, "import", folder, nil)
		if err != nil {
			return err
		}
		engines, peers = append(engines, e), append(peers, "import")
	}
	c.r.printf("%s: %d rounds…\n", what, rounds)
	taken, err := c.interleave(ctx, engines, rounds, func(out string) error { return c.checkImport(ctx, out, folder) })
	if err != nil {
		return err
	}
	c.add(what, []benchGoal{
		{what: "wall, of sharp", peer: "import", of: wallOf, must: 1.0, aim: 0.80},
		{what: "peak memory", of: peakMB, must: 300, aim: 300},
	}, peers, taken)
	return nil
}

// checkImport asks the program how many there are.
func (c *comparison) checkImport(ctx context.Context, data, folder string) error {
	photos, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	out, err := c.r.capture(ctx, c.program, "asset", "list", "--data", data, "--json", "--limit", fmt.Sprint(len(photos)+1))
	if err != nil {
		return err
	}
	if n := strings.Count(out, `"sha256"`); n != len(photos) {
		return fmt.Errorf("%d of %d photographs are in the library", n, len(photos))
	}
	return nil
}

// add makes the rows of a job.
func (c *comparison) add(what string, goals []benchGoal, peers []string, taken [][]used) {
	for _, g := range goals {
		row := benchRow{job: what, what: g.what, must: g.must, aim: g.aim, unit: "×"}
		switch at := slices.Index(peers, g.peer); {
		case g.peer == "":
			row.unit = " MB"
			row.value = median(each(taken[0], g.of))
			row.missing = row.value == 0 && runtime.GOOS == "windows"
		case at < 0:
			row.missing = true
		default:
			row.value = median(ratios(each(taken[0], g.of), each(taken[at], g.of)))
		}
		c.rows = append(c.rows, row)
	}
}
