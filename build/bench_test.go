package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMediansOfRatiosAreTakenRoundByRound(t *testing.T) {
	for _, c := range []struct {
		ours, theirs []float64
		want         float64
	}{
		{nil, nil, 0},
		{[]float64{1}, []float64{2}, 0.5},
		{[]float64{1, 10, 3}, []float64{2, 10, 30}, 0.5}, // the second round was a slow one, for both
		{[]float64{1, 2}, []float64{2, 2}, 0.75},
		{[]float64{1, 2, 3}, []float64{2, 0}, 0.5},
	} {
		if got := median(ratios(c.ours, c.theirs)); got != c.want {
			t.Errorf("%v to %v is %g, want %g", c.ours, c.theirs, got, c.want)
		}
	}
}

func TestATableSaysHowEachRowStands(t *testing.T) {
	rows := []benchRow{
		{job: "a", what: "w", value: 0.2, unit: "×", must: 0.75, aim: 0.3},
		{job: "b", what: "w", value: 0.5, unit: "×", must: 0.75, aim: 0.3},
		{job: "c", what: "w", value: 320, unit: " MB", must: 300, aim: 200},
		{job: "d", what: "w", unit: "×", must: 1, aim: 0.8, missing: true},
	}
	line := benchLine{name: "BenchmarkX", values: [][2]string{{"12.5", "p99-search-ms"}, {"3", "ns/op"}, {"x", "growth-MB"}}}
	var out bytes.Buffer
	if err := writeRows(&out, append(rows, line.rows()...)); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for i, want := range []string{"aim", "must", "MISSED", "not measured", "aim"} {
		if i+1 >= len(lines) || !strings.HasSuffix(lines[i+1], want) {
			t.Fatalf("line %d should end in %q:\n%s", i+1, want, out.String())
		}
	}
	if len(lines) != 6 || !strings.Contains(lines[3], "320 MB") || !strings.Contains(lines[5], "12.5 ms") {
		t.Errorf("the table is\n%s", out.String())
	}
}

// What a render made is held to number, size and silence: each of these folders is wrong in one way.
func TestWhatWasMadeIsHeldToWhatWasAskedFor(t *testing.T) {
	photos, presets := t.TempDir(), []benchPreset{{ID: "a", Width: 8, Height: 4, Fit: "cover"}, {ID: "b", Width: 10, Height: 10, Fit: "inside"}}
	put := func(dir, name string, file []byte) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	picture := func(width, height int) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)), nil); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	put(photos, "p.jpg", picture(3, 3))
	for name, c := range map[string]struct {
		change func(out string)
		wrong  string
	}{
		"right":               {func(string) {}, ""},
		"one too few":         {func(out string) { _ = os.Remove(filepath.Join(out, "p-a.jpg")) }, "1 files of 2"},
		"another size":        {func(out string) { put(out, "p-a.jpg", picture(8, 5)) }, "8×5"},
		"smaller than inside": {func(out string) { put(out, "p-b.jpg", picture(9, 5)) }, "9×5"},
		"no picture":          {func(out string) { put(out, "p-a.jpg", []byte("text")) }, "no JPEG"},
		"who made it":         {func(out string) { put(out, "p-a.jpg", tagged(picture(8, 4), 1)) }, "metadata"},
		"a comment":           {func(out string) { put(out, "p-a.jpg", commented(picture(8, 4), "http://ns.adobe.com/xap")) }, "metadata"},
	} {
		out := t.TempDir()
		put(out, "p-a.jpg", picture(8, 4))
		put(out, "p-b.jpg", picture(10, 5))
		c.change(out)
		err := checkSizes(out, photos, presets)
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The scenes have the weight of photographs from phones and cameras: about two bits a pixel.
func TestScenesWeighLikePhotographs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo.jpg")
	const width, height = 1008, 756
	if err := writePhoto(path, width, height, 3, 6); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(file))
	bits := float64(len(file)) * 8 / (width * height)
	if err != nil || size.Width != width || size.Height != height || bits < 1.4 || bits > 3.2 {
		t.Errorf("%d×%d pixels of %.2f bits, %v", size.Width, size.Height, bits, err)
	}
}
