package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// trial is a test of the queue's promises that runs alone, far longer than with the others.
type trial struct {
	name string // as in the figures it logs
	pkg  string
	test string // the test's function
	size int    // how often it repeats itself in all
	part int    // how often in one process; 0: it has one size, and runs once
}

// trials lists what a night proves, the shortest first.
func trials() []trial {
	const queue = "./backend/queue"
	return []trial{
		{"Q7", queue, "TestTheHarnessCatchesEveryMutant", 1, 0},
		{"Q7 power", queue, "TestPowerCutsCatchAStoreThatDoesNotWaitForTheDisk", 1, 0},
		{"Q7 pool", queue, "TestAPooledConnectionIsCaught", 1, 0},
		{"Q17", queue, "TestADiskThatFailsLosesAndDoublesNothing", 1_440, 180},
		{"Q17 bits", queue, "TestAFlippedBitDoublesNothing", 400, 100},
		{"Q9", queue, "TestTwoPublishersNeverBothSend", 2_000, 500},
		{"Q15", "./app/wiring", "TestTwoThatRenewAtOnceLoseNoAccount", 1_000, 250},
		{"Q10", queue, "TestAYearOfSleepsAndJourneysIsPublishedInTime", 20, 2},
		{"Q8", queue, "TestAPowerCutTakesNothingThatWasPromised", 2_000, 250},
		{"Q8 packing", "./backend/store", "TestNothingIsLostWhenThePowerGoesOrTheDiskFillsWhilePacking", 1_600, 200},
		{"Q6", queue, "TestGhostsAreNeverDoubled", 5_000, 500},
		{"Q5", queue, "TestRandomKillsWithFaultsLoseAndDoubleNothing", 5_000, 500},
		{"Q4", queue, "TestKillCyclesLoseAndDoubleNothing", 10_000, 1_000},
		{"Q3", queue, "TestACrashAtAnyPointLosesAndDoublesNothing", 1, 0},
		{"Q3 pairs", queue, "TestACrashAfterACrashLosesAndDoublesNothing", 20_000, 1_000},
		{"Q2", queue, "TestRandomHistoriesKeepTheInvariants", 5_000_000, 100_000},
	}
}

// soaked is what is known of a trial: kept in a file, so that an interrupted night goes on where
// it stopped.
type soaked struct {
	Code    string // the test program's hash: figures of other code are not added up
	Done    int    // repetitions, or 1
	Seconds float64
	Figures map[string][]int64 // the numbers of each line of figures, by its words
}

const soakHelp = "soak [-fuzztime 3m] [-again] [NAME]"

// runSoak is the task `soak`.
func runSoak(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	fuzzTime := flags.Duration("fuzztime", 3*time.Minute, "how long each fuzz target runs")
	again := flags.Bool("again", false, "forget what earlier runs have done")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w (%s)", errUsage, err, soakHelp)
	}
	if flags.NArg() > 1 {
		return fmt.Errorf("%w: %s", errUsage, soakHelp)
	}
	s := &soak{r: r, report: newReport(r), file: r.path("build", "bin", "soak.json"), known: map[string]*soaked{}}
	if err := s.load(*again); err != nil {
		return err
	}
	fuzzers, err := r.targets(ctx, "Fuzz")
	if err != nil {
		return err
	}
	ran := 0
	for _, t := range trials() {
		if chosen(flags.Arg(0), t.name, t.test) {
			ran++
			s.report.stage(ctx, t.name+"  "+t.test, func(ctx context.Context) error { return s.trial(ctx, t) })
		}
	}
	var chosenTargets []target
	for _, f := range fuzzers {
		if chosen(flags.Arg(0), "Q19", short(f.pkg)+" "+f.name) {
			chosenTargets = append(chosenTargets, f)
		}
	}
	if len(chosenTargets) > 0 {
		s.report.stage(ctx, fmt.Sprintf("Q19  %d fuzz targets, %s each", len(chosenTargets), *fuzzTime), func(ctx context.Context) error {
			return s.fuzz(ctx, chosenTargets, *fuzzTime)
		})
	}
	if ran+len(chosenTargets) == 0 {
		return fmt.Errorf("%w: nothing is called %q", errUsage, flags.Arg(0))
	}
	return s.report.finish(ctx)
}

// chosen reports whether a name a person typed means a test: its number, or a part of its name.
func chosen(typed, number, name string) bool {
	return typed == "" || strings.EqualFold(typed, number) || strings.Contains(strings.ToLower(name), strings.ToLower(typed))
}

// soak runs trials and remembers how far they are.
type soak struct {
	r      *runner
	report *report
	file   string

	mu    sync.Mutex
	known map[string]*soaked

	compiling sync.Mutex // two targets of one package are one program
}

func (s *soak) load(forget bool) error {
	if forget {
		return nil
	}
	body, err := os.ReadFile(s.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(body, &s.known)
	}
	if err != nil {
		return fmt.Errorf("what earlier runs have done: %w; -again forgets it", err)
	}
	return nil
}

// save writes the file anew beside itself: an interruption leaves the old one.
func (s *soak) save() error {
	body, err := json.MarshalIndent(s.known, "", "\t")
	if err != nil {
		return fmt.Errorf("remember what is done: %w", err)
	}
	if err := os.WriteFile(s.file+".new", body, 0o600); err != nil {
		return fmt.Errorf("remember what is done: %w", err)
	}
	if err := os.Rename(s.file+".new", s.file); err != nil {
		return fmt.Errorf("remember what is done: %w", err)
	}
	return nil
}

// of returns what is known of a trial for this code, empty if it is other code.
func (s *soak) of(name, code string) *soaked {
	s.mu.Lock()
	defer s.mu.Unlock()
	if k := s.known[name]; k != nil && k.Code == code {
		return k
	}
	s.known[name] = &soaked{Code: code, Figures: map[string][]int64{}}
	return s.known[name]
}

// trial runs what is left of one, two processes at a time.
func (s *soak) trial(ctx context.Context, t trial) error {
	program, code, err := s.compile(ctx, t.pkg)
	if err != nil {
		return err
	}
	k := s.of(t.name, code)
	if k.Done > 0 {
		s.report.line("   %s of %s were done before\n", grouped(int64(k.Done)), grouped(int64(t.size)))
	}
	part := t.part
	if part == 0 {
		part = t.size
	}
	var jobs []func()
	broken := false
	for left := t.size - k.Done; left > 0; left -= part {
		n := min(part, left)
		jobs = append(jobs, func() {
			s.mu.Lock()
			skip := broken
			s.mu.Unlock()
			if skip || ctx.Err() != nil {
				return
			}
			begun := time.Now()
			out, err := s.run(ctx, program, t, n)
			if ctx.Err() != nil {
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if err != nil { // what it says has the seed; the rest would fail as well
				broken = true
				s.report.fail(t.name+" "+t.test, telling(out)+"\n"+err.Error())
				return
			}
			k.Done += n
			k.Seconds += time.Since(begun).Seconds()
			k.add(out)
			s.report.line("   %s of %s\n", grouped(int64(k.Done)), grouped(int64(t.size)))
			if err := s.save(); err != nil {
				s.report.fail(t.name, err.Error())
			}
		})
	}
	atOnce(ctx, 2, jobs)
	if !broken && k.Done >= t.size {
		s.report.record(t.name+" "+t.test, passed)
	}
	s.report.figure("%s", k.line(t))
	return ctx.Err()
}

// compile builds the tests of a package, and returns the program and its hash.
func (s *soak) compile(ctx context.Context, pkg string) (program, code string, err error) {
	program = s.r.path("build", "bin", "soak-"+filepath.Base(pkg)+".test")
	if out, err := s.r.output(ctx, "go", "test", "-c", "-o", program, pkg); err != nil {
		return "", "", fmt.Errorf("%w\n%s", err, out)
	}
	f, err := os.Open(program)
	if err != nil {
		return "", "", fmt.Errorf("compile %s: %w", pkg, err)
	}
	defer f.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, f); err != nil {
		return "", "", fmt.Errorf("compile %s: %w", pkg, err)
	}
	return program, fmt.Sprintf("%x", hash.Sum(nil)[:16]), nil
}

// run runs a trial n times in a process of its own, in the folder of its package.
func (s *soak) run(ctx context.Context, program string, t trial, n int) (string, error) {
	cmd := s.r.command(ctx, program, "-test.run=^"+t.test+"$", "-test.v", "-test.count=1", "-test.timeout=0")
	cmd.Dir = s.r.path(filepath.FromSlash(t.pkg))
	if t.part > 0 {
		cmd.Env = append(cmd.Env, "POSTBAG_REPEAT="+strconv.Itoa(n))
	}
	out, err := cmd.CombinedOutput()
	if err == nil && !strings.Contains(string(out), "--- PASS: "+t.test) {
		err = errors.New("it ended without having run")
	}
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", t.test, err)
	}
	return string(out), nil
}

var (
	figureLine = regexp.MustCompile(`figure: (?:[^:]*: )?(.+)`)
	wholeWords = regexp.MustCompile(`\b\d+\b`)
)

// add adds up the numbers of each line of figures that a test logged: lines with the same words,
// for other networks or from other processes, become one.
func (k *soaked) add(output string) {
	for _, match := range figureLine.FindAllStringSubmatch(output, -1) {
		words := wholeWords.ReplaceAllString(match[1], "#")
		numbers := wholeWords.FindAllString(match[1], -1)
		sum := k.Figures[words]
		if sum == nil {
			sum = make([]int64, len(numbers))
		}
		for i, text := range numbers {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				continue // longer than any count
			}
			sum[i] += n
		}
		k.Figures[words] = sum
	}
}

// line is the one line of figures of a trial.
func (k *soaked) line(t trial) string {
	var parts []string
	for words, sum := range k.Figures {
		i := -1
		parts = append(parts, regexp.MustCompile("#").ReplaceAllStringFunc(words, func(string) string {
			i++
			return grouped(sum[i])
		}))
	}
	slices.Sort(parts)
	state := ""
	if k.Done < t.size {
		state = fmt.Sprintf(" (%s of %s)", grouped(int64(k.Done)), grouped(int64(t.size)))
	}
	return fmt.Sprintf("%s: %s; %s of work%s", t.name, strings.Join(parts, "; "), seconds(time.Duration(k.Seconds*float64(time.Second))), state)
}

// telling leaves of a failed test's output what it said, without the lines of progress.
func telling(output string) string {
	var kept []string
	for line := range strings.Lines(output) {
		if !strings.HasPrefix(line, "=== ") && !strings.Contains(line, "--- PASS") {
			kept = append(kept, strings.TrimRight(line, "\n"))
		}
	}
	return strings.Join(kept, "\n")
}

// fuzz runs every target that has not had its time, two at a time.
func (s *soak) fuzz(ctx context.Context, list []target, each time.Duration) error {
	var jobs []func()
	total := &soaked{Figures: map[string][]int64{}}
	for _, f := range list {
		jobs = append(jobs, func() {
			name := "Q19 " + short(f.pkg) + " " + f.name
			_, code, err := s.compileFor(ctx, f)
			if err != nil {
				s.report.fail(name, err.Error())
				return
			}
			k := s.of(name, code+" "+each.String())
			if k.Done == 0 {
				begun := time.Now()
				s.report.step(name, func() (string, error) {
					out, n, err := s.r.fuzzOne(ctx, f, each)
					if err == nil && ctx.Err() == nil {
						s.mu.Lock()
						defer s.mu.Unlock()
						k.Done, k.Seconds = 1, time.Since(begun).Seconds()
						k.Figures["# executions"] = []int64{n}
						err = s.save()
					}
					return out, err
				})
			} else {
				s.report.record(name, passed)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			total.Done += k.Done
			total.Seconds += k.Seconds
			for words, sum := range k.Figures {
				total.add("figure: " + strings.ReplaceAll(words, "#", strconv.FormatInt(sum[0], 10)))
			}
		})
	}
	atOnce(ctx, 2, jobs)
	s.report.figure("%s", total.line(trial{name: fmt.Sprintf("Q19, %d targets", len(list)), size: len(list)}))
	return ctx.Err()
}

func (s *soak) compileFor(ctx context.Context, f target) (program, code string, err error) {
	s.compiling.Lock()
	defer s.compiling.Unlock()
	return s.compile(ctx, "./"+short(f.pkg))
}
