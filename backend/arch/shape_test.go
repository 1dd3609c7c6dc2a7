package arch

import (
	"bytes"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

// longest and longestTest are how many lines a file may have without a reason in
// testdata/long_files.txt. A test keeps its cases and the stand-in they need in one place.
const (
	longest     = 400
	longestTest = 500
)

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	said := map[string]bool{}
	for _, name := range goFiles(t) {
		if isTest(name) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, read(t, name), parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Error(err)
			continue
		}
		dir := path.Dir(name)
		said[dir] = said[dir] || len(strings.Fields(file.Doc.Text())) >= 4
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("the package in %s has no comment that says what it is for", dir)
		}
	}
}

func TestALongFileHasAReason(t *testing.T) {
	reasons := map[string]string{}
	for line := range strings.Lines(string(read(t, "backend/arch/testdata/long_files.txt"))) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, reason, _ := strings.Cut(line, " ")
		if len(strings.Fields(reason)) < 3 {
			t.Errorf("long_files.txt gives no reason for %s", name)
		}
		reasons[name] = reason
	}
	for _, name := range files(t) {
		if !handWritten(name) {
			continue
		}
		lines := bytes.Count(withoutLooks(name, read(t, name)), []byte("\n"))
		limit := longest
		if isTest(name) || strings.Contains(name, ".test.") || strings.Contains(name, ".spec.") {
			limit = longestTest
		}
		_, allowed := reasons[name]
		switch {
		case lines > limit && !allowed:
			t.Errorf("%s has %d lines: split it, or give the reason in backend/arch/testdata/long_files.txt", name, lines)
		case lines <= limit && allowed:
			t.Errorf("%s has only %d lines now: take it out of long_files.txt", name, lines)
		}
		delete(reasons, name)
	}
	for name := range reasons {
		t.Errorf("long_files.txt names %s, which is not there", name)
	}
}

// withoutLooks returns what counts of a file: a component's style stands beside it only because
// that is where it is looked for.
func withoutLooks(name string, text []byte) []byte {
	if path.Ext(name) != ".svelte" {
		return text
	}
	code, _, _ := bytes.Cut(text, []byte("\n<style>"))
	return code
}

// handWritten reports whether a file is code that people read and change.
func handWritten(name string) bool {
	switch path.Ext(name) {
	case ".go", ".ts", ".svelte", ".sql", ".sh", ".mjs", ".js", ".css":
	default:
		return false
	}
	return !strings.Contains("/"+name, "/testdata/") && !strings.Contains("/"+name, "/wailsjs/")
}

// Written in halves, so that this file does not hold what it forbids.
var (
	elsewhere  = regexp.MustCompile(`(?i)/wo` + `rk/|/fa` + `rm/|/ro` + `ot/|registry\.npm` + `js|proxy\.gol` + `ang|pypi\.o` + `rg|files\.python` + `hosted`)
	unfinished = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)
	document   = regexp.MustCompile(`\b[A-Z][A-Z_]+\.md\b`)
)

// foreign returns the words of a text that speak of something that is not the project: a path
// of one machine, the address of a package registry, a document that is not there, a mark of
// work left undone.
func foreign(text []byte, documents map[string]bool) []string {
	var found []string
	for _, pattern := range []*regexp.Regexp{elsewhere, unfinished} {
		for _, match := range pattern.FindAll(text, -1) {
			found = append(found, string(match))
		}
	}
	for _, match := range document.FindAll(text, -1) {
		if !documents[string(match)] {
			found = append(found, string(match))
		}
	}
	return found
}

func TestTheProjectSpeaksOfItselfAlone(t *testing.T) {
	all := files(t)
	documents := map[string]bool{}
	for _, name := range all {
		documents[path.Base(name)] = true
	}
	for _, name := range all {
		// Sums and locks list where modules come from; inputs of tests may hold anything.
		if base := path.Base(name); base == "go.sum" || base == "package-lock.json" || strings.Contains("/"+name, "/testdata/") {
			continue
		}
		text := read(t, name)
		if bytes.IndexByte(text, 0) >= 0 {
			continue // not text
		}
		for _, word := range foreign(text, documents) {
			t.Errorf("%s mentions %q", name, word)
		}
	}
}

func TestForeignWordsAreSeen(t *testing.T) {
	documents := map[string]bool{"README.md": true}
	for text, want := range map[string]int{
		"see README.md for the map":                               0,
		"a rooted tree, the work of a farmer":                     0,
		"read from /wo" + "rk/shared/x":                           1,
		"as in " + strings.ToUpper("nowhere") + ".md section 3":   1,
		"// TO" + "DO: later":                                     1,
		"npm config set registry https://registry.npm" + "js.org": 1,
	} {
		if got := foreign([]byte(text), documents); len(got) != want {
			t.Errorf("%q: found %q, want %d", text, got, want)
		}
	}
}
