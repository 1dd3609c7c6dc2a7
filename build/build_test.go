package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

func TestWithoutATaskTheListIsShown(t *testing.T) {
	var out, errs bytes.Buffer
	if status := start(t.Context(), nil, &out, &errs); status != 0 {
		t.Errorf("status %d, want 0", status)
	}
	for _, task := range tasks() {
		if !strings.Contains(out.String(), "  "+task.name) || !strings.Contains(out.String(), task.does) {
			t.Errorf("%s is not in the list:\n%s", task.name, out.String())
		}
	}
}

func TestWrongUsageEndsWithItsOwnStatus(t *testing.T) {
	for _, args := range [][]string{{"nonsense"}, {"check", "now"}, {"test", "-fuzztime=soon"}, {"bench", "a", "b"}, {"package", "1", "2"}, {"package", "../up"}} {
		var out, errs bytes.Buffer
		if status := start(t.Context(), args, &out, &errs); status != statusUsage {
			t.Errorf("%q: status %d, want %d: %s", args, status, statusUsage, errs.String())
		}
		if errs.Len() == 0 {
			t.Errorf("%q: nothing said", args)
		}
	}
}

func TestCommandsNeverSeeAPersonsOwnSettings(t *testing.T) {
	env := environment([]string{"HOME=/home/anna", "POSTBAG_DATA=/home/anna/postbag", "POSTBAG_PASSPHRASE=secret", "GOTOOLCHAIN=auto", "GOFLAGS=-mod=mod -v"})
	want := []string{"HOME=/home/anna", "GOTOOLCHAIN=local", "GOFLAGS=-mod=mod -v -mod=readonly -buildvcs=false"}
	if !slices.Equal(env, want) {
		t.Errorf("environment is %q, want %q", env, want)
	}
}

func TestOnlyWhatIsMissingIsInstalledAndOnce(t *testing.T) {
	lacking := missing(testNeeds(), "brew", func(program string) bool {
		return program != "node" && program != "npm" && program != "dbus-run-session"
	})
	if got := installCommand(lacking, "brew"); !slices.Equal(got, []string{"brew", "install", "node"}) {
		t.Errorf("would type %q", got)
	}
	if all := missing(testNeeds(), "apt-get", func(string) bool { return true }); len(all) != 0 {
		t.Errorf("would install %v although everything is there", all)
	}
	none := missing(testNeeds(), "apt-get", func(string) bool { return false })
	if len(none) != len(testNeeds()) {
		t.Errorf("apt has %d of %d programs", len(none), len(testNeeds()))
	}
	command := installCommand(none, "apt-get")
	for _, name := range []string{"gcc", "gnome-keyring", "libxml2-utils", "ffmpeg"} {
		if !slices.Contains(command, name) {
			t.Errorf("%s is not in %q", name, command)
		}
	}
}

// events is what `go test -json` writes for a package with a test of each outcome.
const events = `{"Action":"start","Package":"postbag/a"}
{"Action":"run","Package":"postbag/a","Test":"TestGood"}
{"Action":"output","Package":"postbag/a","Test":"TestGood","Output":"    a_test.go:9: figure: 3 kills, 0 lost\n"}
{"Action":"pass","Package":"postbag/a","Test":"TestGood","Elapsed":0.1}
{"Action":"run","Package":"postbag/a","Test":"TestTable"}
{"Action":"run","Package":"postbag/a","Test":"TestTable/one"}
{"Action":"run","Package":"postbag/a","Test":"TestTable/two"}
{"Action":"pass","Package":"postbag/a","Test":"TestTable/one"}
{"Action":"output","Package":"postbag/a","Test":"TestTable/two","Output":"    a_test.go:20: two is wrong\n"}
{"Action":"fail","Package":"postbag/a","Test":"TestTable/two"}
{"Action":"output","Package":"postbag/a","Test":"TestTable","Output":"--- FAIL: TestTable (0.00s)\n"}
{"Action":"fail","Package":"postbag/a","Test":"TestTable"}
{"Action":"run","Package":"postbag/a","Test":"TestElsewhere"}
{"Action":"output","Package":"postbag/a","Test":"TestElsewhere","Output":"=== RUN   TestElsewhere\n"}
{"Action":"output","Package":"postbag/a","Test":"TestElsewhere","Output":"    a_test.go:30: needs a Mac\n"}
{"Action":"output","Package":"postbag/a","Test":"TestElsewhere","Output":"--- SKIP: TestElsewhere (0.00s)\n"}
{"Action":"skip","Package":"postbag/a","Test":"TestElsewhere"}
{"Action":"output","Package":"postbag/a","Output":"coverage: 87.5% of statements\n"}
{"Action":"fail","Package":"postbag/a","Elapsed":0.2}
{"ImportPath":"postbag/b [postbag/b.test]","Action":"build-output","Output":"b/b.go:3: undefined: c\n"}
{"ImportPath":"postbag/b [postbag/b.test]","Action":"build-fail"}
{"Action":"start","Package":"postbag/b"}
{"Action":"fail","Package":"postbag/b","Elapsed":0,"FailedBuild":"postbag/b [postbag/b.test]"}
{"Action":"run","Package":"postbag/c","Test":"TestPanics"}
{"Action":"output","Package":"postbag/c","Test":"TestPanics","Output":"panic: oh\n"}
{"Action":"fail","Package":"postbag/c","Elapsed":0.1}
`

func readEvents(t *testing.T, text string) (*report, *testReader, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	p := newReport(newRunner(t.TempDir(), &out))
	reader := &testReader{report: p, stage: "tests", packages: map[string]*packageRun{}, builds: map[string]*strings.Builder{}}
	if err := reader.read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return p, reader, &out
}

func TestEveryOutcomeOfTheTestsIsCountedAndShown(t *testing.T) {
	p, reader, out := readEvents(t, events)
	if p.count(passed) != 2 || p.failed() != 3 || p.count(skipped) != 1 {
		t.Errorf("%d passed, %d failed, %d skipped; want 2, 3, 1", p.count(passed), p.failed(), p.count(skipped))
	}
	if len(reader.skips) != 1 || !strings.HasSuffix(reader.skips[0], ": needs a Mac") {
		t.Errorf("skips are %q", reader.skips)
	}
	if err := p.finish(t.Context()); err == nil {
		t.Error("the run does not fail")
	}
	text := out.String()
	for _, want := range []string{"two is wrong", "undefined: c", "panic: oh", "3 kills, 0 lost", "TestElsewhere: needs a Mac"} {
		if !strings.Contains(text, want) {
			t.Errorf("the output does not say %q:\n%s", want, text)
		}
	}
	if !strings.HasSuffix(text, "\n2 passed, 3 failed\n") {
		t.Errorf("the output does not end with the count:\n%s", text)
	}
}

func TestATestSkippedOnceAndPassedLaterIsNotListed(t *testing.T) {
	p, _, _ := readEvents(t, `{"Action":"skip","Package":"postbag/a","Test":"TestKeyring"}`+"\n"+`{"Action":"pass","Package":"postbag/a","Test":"TestKeyring"}`)
	if p.count(skipped) != 0 || p.count(passed) != 1 {
		t.Errorf("%d skipped, %d passed", p.count(skipped), p.count(passed))
	}
}

func TestARunInWhichNothingRanFails(t *testing.T) {
	p := newReport(newRunner(t.TempDir(), &bytes.Buffer{}))
	if err := p.finish(t.Context()); err == nil {
		t.Error("an empty run passed")
	}
}

func TestAStageThatFailsDoesNotStopTheNext(t *testing.T) {
	p := newReport(newRunner(t.TempDir(), &bytes.Buffer{}))
	ran := false
	p.stage(t.Context(), "first", func(context.Context) error { return errors.New("broken") })
	p.stage(t.Context(), "second", func(context.Context) error { ran = true; return nil })
	if !ran || p.failed() != 1 || p.stages[0].ok || !p.stages[1].ok {
		t.Errorf("ran %t, failed %d, stages %v", ran, p.failed(), p.stages)
	}
}

func TestJobsRunInPairsAndAllOfThem(t *testing.T) {
	results := make(chan int, 5)
	var jobs []func()
	for i := range 5 {
		jobs = append(jobs, func() { results <- i })
	}
	atOnce(t.Context(), 2, jobs)
	if len(results) != 5 {
		t.Errorf("%d of 5 jobs ran", len(results))
	}
}

func TestAFuzzRunFailsOnlyForAFinding(t *testing.T) {
	late := "fuzz: elapsed: 20s, execs: 123456 (6000/sec)\n--- FAIL: FuzzA (20.11s)\n    context deadline exceeded\nFAIL\n"
	found := "--- FAIL: FuzzA (3.11s)\n    --- FAIL: FuzzA (0.00s)\n        a_test.go:9: context deadline exceeded\n    Failing input written to testdata/fuzz/FuzzA/1\n"
	if !onlyTimeRanOut(late) || onlyTimeRanOut(found) || onlyTimeRanOut("panic: no\n") {
		t.Error("a finding and an end of time are confused")
	}
	if n := executions(late); n != 123456 {
		t.Errorf("%d executions", n)
	}
	if got := grouped(1234567); got != "1,234,567" {
		t.Errorf("grouped: %s", got)
	}
}

func TestBenchmarksBecomeColumns(t *testing.T) {
	lines := benchLines("goos: linux\nBenchmarkResize-2   \t     100\t  12345678 ns/op\t 31.50 MB/s\t 2097152 B/op\t      12 allocs/op\nPASS\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	if got := lines[0].columns(); !slices.Equal(got, []string{"12.345ms", "2 MiB", "12", "100", " 31.50 MB/s"}) {
		t.Errorf("columns are %q", got)
	}
}

func TestTheSameFilesMakeTheSameArchive(t *testing.T) {
	date := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	list := []entry{{"postbag/LICENSE", []byte("licence"), 0o644}, {"postbag/postbag", []byte{0, 1, 2}, 0o755}}
	for _, write := range []func(string, time.Time, []entry) error{writeTar, writeZip} {
		var made [2][]byte
		for i := range made {
			name := filepath.Join(t.TempDir(), "archive")
			if err := write(name, date, list); err != nil {
				t.Fatal(err)
			}
			var err error
			if made[i], err = os.ReadFile(name); err != nil {
				t.Fatal(err)
			}
		}
		if len(made[0]) == 0 || !bytes.Equal(made[0], made[1]) {
			t.Error("two archives of the same files differ")
		}
	}
}

func TestAFailedArchiveLeavesNoFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "archive")
	list := []entry{{string(bytes.Repeat([]byte("n"), 70000)), nil, 0o644}}
	if err := writeZip(name, time.Time{}, list); err == nil {
		t.Fatal("a name that no archive can hold was written")
	}
	if _, err := os.Stat(name); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half an archive is left: %v", err)
	}
}

func TestAModuleWithoutALicenceIsNotPassedOn(t *testing.T) {
	with, without := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(with, "LICENSE.txt"), []byte("be kind"), 0o644); err != nil {
		t.Fatal(err)
	}
	text, err := licenceTexts(map[string]string{"example.com/good v1": with})
	if err != nil || !strings.Contains(string(text), "be kind") {
		t.Errorf("%s, %v", text, err)
	}
	if _, err := licenceTexts(map[string]string{"example.com/bad v1": without}); err == nil {
		t.Error("a module without a licence was accepted")
	}
}

func TestTheWeightOfAStartIsWhatItsDocumentLoads(t *testing.T) {
	heavy := strings.Repeat("abcdefghij", 500)
	dist := fstest.MapFS{
		"index.html":         {Data: []byte(`<script src="/first-paint.js"></script><script type="module" crossorigin src="/assets/index-1.js"></script><link rel="modulepreload" crossorigin href="/assets/kit-2.js"><link rel="stylesheet" href="/assets/a.css">`)},
		"first-paint.js":     {Data: []byte("paint()")},
		"assets/index-1.js":  {Data: []byte(`import{a as b}from"./kit-2.js";import"./side-3.js";export{c}from"./deep-4.js";const d=()=>import("./later-5.js");` + heavy)},
		"assets/kit-2.js":    {Data: []byte(`import{x}from"./deep-4.js";`)},
		"assets/side-3.js":   {Data: []byte("side()")},
		"assets/deep-4.js":   {Data: []byte(heavy)},
		"assets/later-5.js":  {Data: []byte(strings.Repeat("later and not before ", 5000))},
		"assets/unused-6.js": {Data: []byte("unused")},
	}
	got, err := initialSize(dist)
	if err != nil {
		t.Fatal(err)
	}
	want := int64(0)
	for _, name := range []string{"first-paint.js", "assets/index-1.js", "assets/kit-2.js", "assets/side-3.js", "assets/deep-4.js"} {
		alone, err := initialSize(fstest.MapFS{
			"index.html": {Data: []byte(`<script src="/a.js"></script>`)},
			"a.js":       {Data: []byte(regexp.MustCompile(imports).ReplaceAllString(string(dist[name].Data), ""))},
		})
		if err != nil {
			t.Fatal(err)
		}
		want += alone
	}
	if got < want || got > want+200 { // the import lines themselves
		t.Errorf("a start weighs %d, want about %d", got, want)
	}
	if _, err := initialSize(fstest.MapFS{"index.html": {Data: []byte("<p>")}}); err == nil {
		t.Error("a page without a script has a weight")
	}
}

func TestWhatABrowserFoundIsInTheReport(t *testing.T) {
	const results = `{"suites":[{"title":"shell.spec.ts","specs":[{"title":"opens","tests":[
		{"projectName":"light","status":"expected","results":[{"errors":[]}]},
		{"projectName":"dark","status":"unexpected","results":[{"errors":[{"message":"\u001b[31mno button\u001b[39m"}]}]}]}],
		"suites":[{"title":"keys","specs":[
			{"title":"waits","tests":[{"projectName":"light","status":"skipped","annotations":[{"type":"skip","description":"no fonts"}]}]},
			{"title":"wavers","tests":[{"projectName":"light","status":"flaky","results":[{"errors":[{"message":"once"}]},{"errors":[]}]}]}]}]}],"errors":[]}`
	var result playwrightResult
	if err := json.Unmarshal([]byte(results), &result); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := newReport(newRunner(t.TempDir(), &out))
	if ran := p.stories(result.Suites[0], nil); ran != 3 {
		t.Errorf("%d ran", ran)
	}
	if p.count(passed) != 1 || p.failed() != 2 || p.count(skipped) != 1 {
		t.Errorf("passed %d, failed %d, skipped %d", p.count(passed), p.failed(), p.count(skipped))
	}
	if said := out.String(); !strings.Contains(said, "shell.spec.ts › opens › dark") || !strings.Contains(said, "    no button\n") {
		t.Errorf("it says %q", said)
	}
}

func TestLanesRunTogetherAndTheirReportsBecomeOne(t *testing.T) {
	p := newReport(newRunner(t.TempDir(), &bytes.Buffer{}))
	p.record("both", passed)
	met := make(chan bool)
	p.together(
		func(lane *report) {
			lane.stage(t.Context(), "one", func(context.Context) error { met <- true; return errors.New("broken") })
			lane.figure("%d kills", 7)
			lane.record("both", failed)
		},
		func(lane *report) {
			lane.stage(t.Context(), "two", func(context.Context) error { <-met; return nil })
			lane.skip("elsewhere", "needs a Mac")
		},
	)
	if p.failed() != 2 || p.count(skipped) != 1 || p.reasons["elsewhere"] == "" || len(p.failures) != 1 || len(p.figures) != 1 {
		t.Errorf("failed %d, skipped %d, reasons %v, failures %q, figures %q", p.failed(), p.count(skipped), p.reasons, p.failures, p.figures)
	}
	if len(p.stages) != 2 || p.stages[0].ok || !p.stages[1].ok {
		t.Errorf("stages %v: a failure of one lane is not the other's", p.stages)
	}
}
