package library

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFFprobeIsAskedWithoutTrustInNames(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := newShelf(t)
	s.p.FFprobe = program
	args := filepath.Join(t.TempDir(), "args")
	t.Setenv("POSTBAG_TEST_ARGS", args)
	t.Setenv("POSTBAG_TEST_FFPROBE", `{"format":{"duration":"12.3456"},"streams":[{"codec_type":"audio"},
		{"codec_type":"video","width":1920,"height":1080,"side_data_list":[{"rotation":-90}]}]}`)
	path := s.file("-i.mp4", movieOf())
	a := s.one(path)
	if a.Width != 1080 || a.Height != 1920 || a.DurationMs != 12346 || a.Warning != "" {
		t.Errorf("asset %+v", a)
	}
	got, err := os.ReadFile(args)
	s.must(err)
	if !strings.Contains(string(got), `"-protocol_whitelist" "file" "-f" "mov"`) || !strings.HasSuffix(string(got), fmt.Sprintf(`"-i" "file:%s"]`, path)) {
		t.Errorf("asked with %s", got)
	}

	for name, answer := range map[string]string{
		"nonsense": "<html>", "endless": strings.Repeat(" ", 100_000), "no picture": `{"streams":[{"codec_type":"audio"}]}`,
		"huge": `{"streams":[{"codec_type":"video","width":2000000000,"height":2}]}`,
	} {
		t.Setenv("POSTBAG_TEST_FFPROBE", answer)
		data := append(movieOf(), box4("free", []byte(name))...)
		if a := s.one(s.file(name+".mp4", data)); a.Warning == "" || a.Width != 90 || a.DurationMs != 2500 {
			t.Errorf("%s: %+v", name, a)
		}
	}
	s.p.FFprobe = filepath.Join(t.TempDir(), "gone")
	if a := s.one(s.file("w.webm", []byte("\x1a\x45\xdf\xa3 and more"))); a.Format != "webm" || a.Warning == "" {
		t.Errorf("without a program: %+v", a)
	}
}
