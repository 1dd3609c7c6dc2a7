package batch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAContactSheetShowsEveryPictureAndRunsNothing(t *testing.T) {
	b := newBench(t)
	bad := b.photo("a.jpg", 120, 90, 1)
	bad.Name = `<script>alert("1")&'"` + "\u202e\xff.jpg"
	sources := []Source{bad, b.photo("b.png", 900, 600, 2)}
	sheet := &Sheet{Language: `fr"><script>`, Title: "<b>Planche</b>", Pictures: "Images", Files: "Fichiers", Size: "Taille", Names: map[string]string{"square": "Carré <i>"}}
	r := b.run(sources, Options{Resume: true, Sheet: sheet})
	data, err := os.ReadFile(r.Sheet)
	b.must(err)
	page := string(data)
	for _, want := range []string{
		"&lt;script&gt;alert(", "&lt;b&gt;Planche&lt;/b&gt;", "Carré &lt;i&gt;", "<p>Images: 2</p><p>Fichiers: 4</p>", "60 × 60", "set/small",
		"default-src 'none'; img-src data:", "b.png", "@media print", "prefers-color-scheme:dark",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the sheet does not have %q", want)
		}
	}
	for _, never := range []string{"<script", "<b>", "<i>", b.photos, b.out, "http://", "https://"} {
		if strings.Contains(page, never) {
			t.Errorf("the sheet has %q", never)
		}
	}
	if n := strings.Count(page, `src="data:image/jpeg;base64,`); n != 2 {
		t.Errorf("%d thumbnails", n)
	}

	// Again it is the same, and one that somebody worked on stays.
	info, err := os.Stat(r.Sheet)
	b.must(err)
	r = b.run(sources, Options{Resume: true, Sheet: sheet})
	if again, err := os.Stat(r.Sheet); err != nil || !again.ModTime().Equal(info.ModTime()) {
		t.Errorf("the sheet was written again: %v", err)
	}
	r = b.run(sources[:1], Options{Resume: true, Sheet: sheet})
	if r.Sheet != filepath.Join(b.out, "contact-sheet.html") {
		t.Errorf("an old sheet of ours was not replaced: %s", r.Sheet)
	}
	b.must(os.WriteFile(r.Sheet, []byte("my notes"), 0o600))
	r = b.run(sources, Options{Resume: true, Sheet: sheet})
	if mine, err := os.ReadFile(filepath.Join(b.out, "contact-sheet.html")); err != nil || string(mine) != "my notes" || r.Sheet != filepath.Join(b.out, "contact-sheet-2.html") {
		t.Errorf("%q, %v, %s", mine, err, r.Sheet)
	}
}

func TestSizesAreWrittenAsTheSheetsLanguageWritesThem(t *testing.T) {
	for _, c := range []struct {
		language string
		n        int64
		want     string
	}{
		{"en", 0, "0 B"},
		{"en", 1234, "1.2 kB"},
		{"nb", 1234, "1,2 kB"},
		{"fr-CA", 9_960_000, "10 Mo"},
		{"bg", 2_500_000, "2,5 MB"},
		{"zh-Hans", 999_600, "1.0 MB"},
		{"", 42_000, "42 kB"},
	} {
		if got := (Sheet{Language: c.language}).withDefaults().bytes(c.n); strings.ReplaceAll(got, "\u00a0", " ") != c.want {
			t.Errorf("%s %d: %q, want %q", c.language, c.n, got, c.want)
		}
	}
}
