package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // what is checked
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// benchPreset is a size that is made.
type benchPreset struct {
	ID     string `json:"id"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Fit    string `json:"fit"`
}

// benchGoal is what a measurement is held to.
type benchGoal struct {
	what      string
	peer      string // the job of sharp that ratios are of; "" for what is measured of ours alone
	of        func(used) float64
	must, aim float64 // at most
}

// benchRow is one line of the table.
type benchRow struct {
	job, what string
	value     float64
	unit      string
	must, aim float64
	missing   bool // there was nothing to measure it with
}

func wallOf(u used) float64 { return u.wall.Seconds() }
func cpuOf(u used) float64  { return u.cpu.Seconds() }
func peakMB(u used) float64 { return float64(u.peak) / 1e6 }

func each(list []used, of func(used) float64) (values []float64) {
	for _, u := range list {
		values = append(values, of(u))
	}
	return values
}

// ratios divides round by round: what slows the machine down for a while slows both.
func ratios(ours, theirs []float64) (list []float64) {
	for i := range min(len(ours), len(theirs)) {
		if theirs[i] > 0 {
			list = append(list, ours[i]/theirs[i])
		}
	}
	return list
}

// median is the middle one, or the mean of the two in the middle, 0 of none.
func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// verdict says how a row stands to its goals.
func (b benchRow) verdict() string {
	switch {
	case b.missing:
		return "not measured"
	case b.value <= b.aim:
		return "aim"
	case b.value <= b.must:
		return "must"
	}
	return "MISSED"
}

// rows are the goals that a benchmark's own measures are held to. What tells no goal is not among them.
func (b *benchLine) rows() (list []benchRow) {
	goals := map[string]benchRow{
		"worst-difference": {job: "photographs in ten widths", what: "1 − worst SSIM of luma", must: 0.025, aim: 0.01},
		"p99-search-ms":    {job: "library of 100,000", what: "search and first page, p99", unit: " ms", must: 50, aim: 16},
		"growth-MB":        {job: "import of many small files", what: "memory from the first quarter to the last", unit: " MB", must: 24, aim: 8},
	}
	for _, v := range b.values {
		if row, ok := goals[v[1]]; ok {
			if _, err := fmt.Sscan(v[0], &row.value); err == nil {
				list = append(list, row)
			}
		}
	}
	return list
}

// writeRows prints the table.
func writeRows(w io.Writer, rows []benchRow) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(table, "\njob\tmeasured\tours\tmust\taim\t\n")
	number := func(v float64, unit string) string {
		if math.Abs(v) >= 100 {
			return fmt.Sprintf("%.0f%s", v, unit)
		}
		return fmt.Sprintf("%.3g%s", v, unit)
	}
	for _, b := range rows {
		ours := "—"
		if !b.missing {
			ours = number(b.value, b.unit)
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t≤ %s\t≤ %s\t%s\n", b.job, b.what, ours, number(b.must, b.unit), number(b.aim, b.unit), b.verdict())
	}
	return table.Flush()
}

func readBenchPresets(path string) (list []benchPreset, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("sizes of the benchmark: %w", err)
	}
	return list, nil
}

// traces are what metadata looks like in a file: none of it may be in one that goes out.
func traces() []string {
	return []string{"Exif\x00\x00", "http://ns.adobe.com", "ICC_PROFILE", "GPS", "Bench\x00"}
}

// checkSizes holds a folder to what was to be made of each photograph of another: every file is there, has its
// size, and says nothing of who made it, where and with what.
func checkSizes(out, folder string, presets []benchPreset) error {
	photos, err := filepath.Glob(filepath.Join(folder, "*.jp*g"))
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	made, err := os.ReadDir(out)
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	if len(made) != len(photos)*len(presets) {
		return fmt.Errorf("%d files of %d", len(made), len(photos)*len(presets))
	}
	for _, photo := range photos {
		stem := strings.TrimSuffix(filepath.Base(photo), filepath.Ext(photo))
		for _, p := range presets {
			if err := checkFile(filepath.Join(out, stem+"-"+p.ID+".jpg"), p); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkFile(path string, p benchPreset) error {
	file, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("bench pictures: %w", err)
	}
	size, kind, err := image.DecodeConfig(bytes.NewReader(file))
	name := filepath.Base(path)
	switch {
	case err != nil || kind != "jpeg":
		return fmt.Errorf("%s is no JPEG file: %w", name, err)
	case p.Fit == "inside" && (size.Width > p.Width || size.Height > p.Height || size.Width != p.Width && size.Height != p.Height),
		p.Fit != "inside" && (size.Width != p.Width || size.Height != p.Height):
		return fmt.Errorf("%s has %d×%d pixels, for %s %d×%d", name, size.Width, size.Height, p.Fit, p.Width, p.Height)
	}
	// Between the head and the end lie the bits of the picture, which may look like any word.
	head, rest, _ := bytes.Cut(file, []byte{0xff, 0xda})
	_, tail, whole := bytes.Cut(rest, []byte{0xff, 0xd9})
	if !whole || len(tail) > 0 {
		return fmt.Errorf("%s does not end with its picture", name)
	}
	for _, trace := range traces() {
		if bytes.Contains(head, []byte(trace)) {
			return fmt.Errorf("%s has metadata: %q", name, trace)
		}
	}
	return nil
}
