package main

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFiguresOfManyProcessesBecomeOneLine(t *testing.T) {
	k := &soaked{Done: 20, Seconds: 90, Figures: map[string][]int64{}}
	for range 2 {
		k.add("    crash_test.go:10: figure: Q4 key: 500 kill cycles, 1200 posts, 0 lost, 2 held\n" +
			"    crash_test.go:10: figure: Q4 record: 501 kill cycles, 1300 posts, 0 lost, 0 held\nPASS\n")
	}
	want := "Q4: 2,002 kill cycles, 5,000 posts, 0 lost, 4 held; 1m30s of work (20 of 40)"
	if got := k.line(trial{name: "Q4", size: 40}); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

func TestEveryTrialOfTheNightIsATestThatExists(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	list, err := newRunner(root, io.Discard).targets(t.Context(), "Test")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range trials() {
		if !slices.ContainsFunc(list, func(f target) bool { return f.name == want.test && "./"+short(f.pkg) == want.pkg }) {
			t.Errorf("%s: there is no %s in %s", want.name, want.test, want.pkg)
		}
	}
}

func TestWhatANightHasDoneIsRememberedForTheSameCode(t *testing.T) {
	file := t.TempDir() + "/soak.json"
	first := &soak{file: file, known: map[string]*soaked{}}
	k := first.of("Q2", "one")
	k.Done = 300
	k.add("figure: Q2 key: 300 steps")
	if err := first.save(); err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]int{"one": 300, "two": 0} {
		next := &soak{file: file, known: map[string]*soaked{}}
		if err := next.load(false); err != nil {
			t.Fatal(err)
		}
		if got := next.of("Q2", code); got.Done != want {
			t.Errorf("code %s: %d done, want %d", code, got.Done, want)
		}
	}
	forgetful := &soak{file: file, known: map[string]*soaked{}}
	if err := forgetful.load(true); err != nil || len(forgetful.known) != 0 {
		t.Errorf("-again kept %v, %v", forgetful.known, err)
	}
}

func TestAPersonChoosesWhatIsSoakedByNumberOrName(t *testing.T) {
	for _, test := range []struct {
		typed string
		want  bool
	}{{"", true}, {"q4", true}, {"KillCycles", true}, {"q40", false}, {"ghost", false}} {
		if got := chosen(test.typed, "Q4", "TestKillCyclesLoseAndDoubleNothing"); got != test.want {
			t.Errorf("%q: %v", test.typed, got)
		}
	}
}

func TestAFailedTrialTellsWhatItSaidWithoutItsProgress(t *testing.T) {
	got := telling("=== RUN   TestX\n    x_test.go:1: seed 7: 1 lost\n    --- PASS: TestX/a (0.1s)\n--- FAIL: TestX (" + time.Second.String() + ")\n")
	if !strings.Contains(got, "seed 7") || strings.Contains(got, "RUN") || strings.Contains(got, "PASS") {
		t.Errorf("got %q", got)
	}
}
