package autostart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

var awkward = Entry{
	ID: "postbag-agent", Title: "Postbag 100% agent", Program: `/home/Ann "A" O'Hara/$HOME/100%/post\bag`,
	Args: []string{"agent", "--data", `/data/<Ann> & \co`},
}

func TestAUnitReadsBackAsWritten(t *testing.T) {
	want := `ExecStart="/home/Ann \"A\" O'Hara/$$HOME/100%%/post\\bag" "agent" "--data" "/data/<Ann> & \\co"`
	if unit := awkward.unit(); !strings.Contains(unit, want+"\n") || !strings.Contains(unit, "Description=Postbag 100%% agent\n") {
		t.Errorf("unit:\n%s\nwant the line\n%s", unit, want)
	}
}

func TestADesktopEntryQuotesTwice(t *testing.T) {
	want := `Exec="/home/Ann \\"A\\" O'Hara/\\$HOME/100%%/post\\\\bag" "agent" "--data" "/data/<Ann> & \\\\co"`
	if entry := awkward.desktop(); !strings.Contains(entry, want+"\n") {
		t.Errorf("entry:\n%s\nwant the line\n%s", entry, want)
	}
}

func TestAPlistKeepsEveryArgument(t *testing.T) {
	decoder := xml.NewDecoder(strings.NewReader(awkward.plist()))
	var texts []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok && strings.TrimSpace(string(text)) != "" {
			texts = append(texts, string(text))
		}
	}
	all := strings.Join(texts, "|")
	for _, want := range append([]string{"io.postbag.postbag-agent", awkward.Program}, awkward.Args...) {
		if !strings.Contains(all, "|"+want+"|") {
			t.Errorf("%q is not in %s", want, all)
		}
	}
}

func TestWindowsReadsTheWordsBack(t *testing.T) {
	for word, want := range map[string]string{
		`C:\Program Files\Postbag\postbag.exe`: `"C:\Program Files\Postbag\postbag.exe"`,
		`D:\data\`:                             `"D:\data\\"`,
		`say "hi"`:                             `"say \"hi\""`,
		`a\\"b`:                                `"a\\\\\"b"`,
		``:                                     `""`,
	} {
		if got := windowsWord(word); got != want {
			t.Errorf("%s is written %s, want %s", word, got, want)
		}
	}
}

func TestWhatWouldMeanSomethingElseIsRefused(t *testing.T) {
	for name, e := range map[string]Entry{
		"a line break":       {ID: "a", Program: "/bin/x\nExecStartPre=/bin/sh"},
		"an argument's":      {ID: "a", Program: "/bin/x", Args: []string{"a\nb"}},
		"a title's":          {ID: "a", Title: "x\n[Service]", Program: "/bin/x"},
		"a relative path":    {ID: "a", Program: "postbag"},
		"an id with a slash": {ID: "../a", Program: "/bin/x"},
		"no id":              {Program: "/bin/x"},
	} {
		if err := e.check(); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}
