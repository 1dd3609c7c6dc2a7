// Package prooftest gives tests that repeat themselves by luck their size and their seeds.
//
// Such a test has a size for every day, one for the race detector (-short), and any other that
// the environment variable POSTBAG_REPEAT says: the task `soak` runs each test alone with the
// size of a night. A seed that made a test fail is printed and added to testdata/seeds of the
// test's package, and what is there runs first the next time. POSTBAG_SEED replays one seed and
// nothing else.
package prooftest

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The two environment variables, for those who start a test.
const (
	RepeatEnv = "POSTBAG_REPEAT" // how often a test repeats itself, a positive number
	SeedEnv   = "POSTBAG_SEED"   // the one seed to run
)

// corpus is where failed seeds are kept: a line "TestName/subtest seed" for each.
const corpus = "testdata/seeds"

// Size returns how often a test repeats itself: every when it runs with all others, short with
// -short, or what POSTBAG_REPEAT says.
func Size(t testing.TB, every, short int) int {
	t.Helper()
	switch asked := os.Getenv(RepeatEnv); {
	case asked != "":
		n, err := strconv.Atoi(asked)
		if err != nil || n < 1 {
			t.Fatalf("%s is %q, which is no positive number", RepeatEnv, asked)
		}
		return n
	case testing.Short():
		return short
	}
	return every
}

// Seeds returns the seeds to run: those that failed before, then a new one.
func Seeds(t testing.TB) []uint64 {
	t.Helper()
	if asked := os.Getenv(SeedEnv); asked != "" {
		n, err := strconv.ParseUint(asked, 10, 64)
		if err != nil {
			t.Fatalf("%s is %q, which is no seed", SeedEnv, asked)
		}
		return []uint64{n}
	}
	kept, err := read(t.Name())
	if err != nil {
		t.Fatal(err)
	}
	return append(kept, rand.Uint64())
}

// Errorf fails a test because of a seed: it names the seed and keeps it.
func Errorf(t testing.TB, seed uint64, format string, args ...any) {
	t.Helper()
	t.Errorf("seed %d: %s", seed, fmt.Sprintf(format, args...))
	if err := keep(t.Name(), seed); err != nil {
		t.Error(err)
	}
}

func read(test string) ([]uint64, error) {
	f, err := os.Open(filepath.FromSlash(corpus))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the seeds that failed before: %w", err)
	}
	defer func() { _ = f.Close() }()
	var list []uint64
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, number, ok := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseUint(number, 10, 64)
		if !ok || err != nil {
			return nil, fmt.Errorf("%s: %q is no test with a seed", corpus, lines.Text())
		}
		if name == test {
			list = append(list, n)
		}
	}
	return list, nil
}

func keep(test string, seed uint64) error {
	known, err := read(test)
	if err != nil || slices.Contains(known, seed) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(filepath.FromSlash(corpus)), 0o750); err != nil {
		return fmt.Errorf("keep a seed: %w", err)
	}
	f, err := os.OpenFile(filepath.FromSlash(corpus), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep a seed: %w", err)
	}
	_, err = fmt.Fprintln(f, test, seed) // one write: tests of one package run side by side
	return errors.Join(err, f.Close())
}
