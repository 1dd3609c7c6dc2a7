package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// printing is the kind whose ΔE is shown and held to nothing: how black ink becomes black light is a matter of taste,
// over which versions of libvips differ by a mean of 6 among themselves.
const printing = "cmyk.jpg"

const (
	mostDifference = 2.0 // mean ΔE of all sizes of a kind of photographs
	mostExcess     = 0.5 // of one file: JPEG itself costs more than mostDifference where a picture is all detail
)

// compared is one of Postbag's files beside the one that libvips makes of the same.
type compared struct {
	Source string  `json:"source"`
	Preset string  `json:"preset"`
	Ours   string  `json:"ours"`
	Theirs string  `json:"theirs"`
	Mean   float64 `json:"mean"`
	P95    float64 `json:"p95"`
	Worst  float64 `json:"worst"`
	Excess float64 `json:"excess"` // how much farther ours is from the picture without loss than theirs, mean ΔE
	Error  string  `json:"error"`

	Skipped bool `json:"skipped"` // the photograph is smaller than the size: sharp would enlarge it
}

// runCompare is the task `compare`: it renders kinds of photographs with the real program and with sharp, and
// says how far the pictures lie apart.
func runCompare(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	folder := flags.String("photos", "", "a folder of one's own photographs; without, some are drawn")
	most := flags.Int("n", 2, "how many of them")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 || *most < 1 {
		return fmt.Errorf("%w: compare takes -photos FOLDER and -n N", errUsage)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	c := &comparison{r: r, dir: filepath.Join(cache, "postbag-bench")}
	if c.work, err = os.MkdirTemp("", "postbag-compare-"); err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	defer os.RemoveAll(c.work)
	if err := c.ready(ctx); err != nil {
		return err
	}
	if !c.sharp {
		return errors.New("compare: there is nothing to compare with")
	}
	variants, out := filepath.Join(c.work, "variants"), filepath.Join(c.work, "out")
	if err := errors.Join(os.Mkdir(variants, 0o700), os.Mkdir(out, 0o700)); err != nil {
		return fmt.Errorf("compare: %w", err)
	}
	photos, err := c.someOf(*folder, *most)
	if err != nil {
		return err
	}
	r.printf("Writing kinds of %d photographs…\n", len(photos))
	if err := c.variants(ctx, photos, variants); err != nil {
		return err
	}
	r.printf("Making sizes of them…\n")
	list, err := c.comparePictures(ctx, variants, out)
	if err != nil {
		return err
	}
	return reportComparison(r.out, list)
}

// someOf lists the photographs of a folder, or draws some.
func (c *comparison) someOf(folder string, most int) ([]string, error) {
	if folder == "" {
		folder = filepath.Join(c.work, "photos")
		if err := os.Mkdir(folder, 0o700); err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		for i := range most {
			if err := writePhoto(filepath.Join(folder, fmt.Sprintf("%d.jpg", i)), 4032, 3024, uint64(i), 1); err != nil {
				return nil, err
			}
		}
	}
	photos, err := filepath.Glob(filepath.Join(folder, "*.[jJ][pP]*[gG]"))
	if err != nil || len(photos) == 0 {
		return nil, fmt.Errorf("compare: there are no photographs in %s", folder)
	}
	return photos[:min(most, len(photos))], nil
}

// node runs a job of compare.mjs and returns what it prints.
func (c *comparison) node(ctx context.Context, job map[string]any) (string, error) {
	job["installed"], job["quality"] = filepath.Join(c.dir, "sharp"), benchQuality
	text, err := json.Marshal(job)
	path := filepath.Join(c.work, "job.json")
	if err == nil {
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return "", fmt.Errorf("compare: %w", err)
	}
	return c.r.capture(ctx, "node", c.r.path("build", "bench", "compare.mjs"), path)
}

// variants writes kinds of photographs: those that sharp can write, and those that take a hand.
func (c *comparison) variants(ctx context.Context, photos []string, dir string) error {
	if _, err := c.node(ctx, map[string]any{"task": "variants", "photos": photos, "out": dir}); err != nil {
		return err
	}
	for i := range photos {
		stem := filepath.Join(dir, fmt.Sprintf("photo%d-", i))
		if err := c.byHand(ctx, stem); err != nil {
			return fmt.Errorf("compare: %w", err)
		}
	}
	return nil
}

// byHand writes the kinds that sharp does not: other spaces of colours with profiles of ours, every way up, cut, and
// with colour samples that only halve the width.
func (c *comparison) byHand(ctx context.Context, stem string) error {
	const width, height = 1603, 1201
	base, err := os.ReadFile(stem + "base.rgb")
	if err == nil && len(base) != width*height*3 {
		err = fmt.Errorf("%d bytes of pixels", len(base))
	}
	if err != nil {
		return err
	}
	files := map[string][]byte{}
	for _, s := range wideSpaces()[1:] {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, s.widen(base, width, height), &jpeg.Options{Quality: 95}); err != nil {
			return err
		}
		name := strings.ToLower(strings.NewReplacer(" ", "", "(", "", ")", "").Replace(s.name))
		files["icc2-"+name] = profiled(b.Bytes(), s.profile(false), 3)
		files["icc4-"+name] = profiled(b.Bytes(), s.profile(true), 1)
	}
	plain, err := os.ReadFile(stem + "420.jpg")
	if err != nil {
		return err
	}
	for o := uint16(1); o <= 8; o++ {
		files[fmt.Sprint("turned", o)] = tagged(plain, o)
	}
	slow, err := os.ReadFile(stem + "progressive444.jpg")
	if err != nil {
		return err
	}
	files["turned6-progressive"] = tagged(slow, 6)
	files["cut"] = plain[:len(plain)*6/10]
	for name, file := range files {
		if err := os.WriteFile(stem+name+".jpg", file, 0o600); err != nil {
			return err
		}
	}
	if present("ffmpeg") {
		for _, samples := range []string{"422", "440"} {
			out, err := c.r.output(ctx, "ffmpeg", "-loglevel", "error", "-i", stem+"444.jpg", "-pix_fmt", "yuvj"+samples+"p", "-q:v", "2", stem+samples+".jpg")
			if err != nil {
				return fmt.Errorf("%w\n%s", err, out)
			}
		}
	}
	return os.Remove(stem + "base.rgb")
}

// comparePictures renders every variant with the program and has sharp say how far that is from its own.
func (c *comparison) comparePictures(ctx context.Context, variants, out string) ([]compared, error) {
	path := c.r.path("build", "bench", "presets-compare.json")
	presets, err := readBenchPresets(path)
	if err != nil {
		return nil, err
	}
	text, err := c.r.capture(ctx, c.program, "render", variants, "--presets", path, "--out", out, "--quality", fmt.Sprint(benchQuality), "--damaged", "--json")
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, text)
	}
	var made struct {
		Files []struct {
			Source, Preset, Path string
			Passed               bool
		}
	}
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	sources, err := os.ReadDir(variants)
	if err != nil {
		return nil, fmt.Errorf("compare: %w", err)
	}
	if len(made.Files) != len(sources)*len(presets) {
		return nil, fmt.Errorf("compare: %d files of %d", len(made.Files), len(sources)*len(presets))
	}
	type file struct {
		Source string      `json:"source"`
		Path   string      `json:"path"`
		Preset benchPreset `json:"preset"`
		Passed bool        `json:"passed"`
	}
	var files []file
	for _, f := range made.Files {
		at := slices.IndexFunc(presets, func(p benchPreset) bool { return p.ID == f.Preset })
		if at < 0 {
			return nil, fmt.Errorf("compare: nobody asked for %s", f.Preset)
		}
		files = append(files, file{f.Source, f.Path, presets[at], f.Passed})
	}
	if text, err = c.node(ctx, map[string]any{"task": "compare", "files": files}); err != nil {
		return nil, err
	}
	var list []compared
	answers := 0
	for line := range strings.Lines(text) {
		var one compared
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			return nil, fmt.Errorf("compare: %w", err)
		}
		if answers++; !one.Skipped {
			list = append(list, one)
		}
	}
	if answers != len(files) {
		return nil, fmt.Errorf("compare: %d answers of %d", answers, len(files))
	}
	return list, nil
}

// reportComparison prints a line for each kind of photograph, and what is too far apart. Its error says that
// something is.
func reportComparison(w io.Writer, list []compared) error {
	kind := func(c compared) string {
		_, name, _ := strings.Cut(filepath.Base(c.Source), "-")
		return name
	}
	slices.SortStableFunc(list, func(a, b compared) int { return strings.Compare(kind(a), kind(b)) })
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(table, "\nkind\tpictures\tmean ΔE\tfarthest mean\tof\t95 %\tworst pixel\tmost excess\t\n")
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for at := 0; at < len(list); {
		end := at
		var sum, p95, worst float64
		far, excess := list[at], list[at].Excess
		for ; end < len(list) && kind(list[end]) == kind(list[at]); end++ {
			c := list[end]
			sum, p95, worst, excess = sum+c.Mean, max(p95, c.P95), max(worst, c.Worst), max(excess, c.Excess)
			if c.Mean > far.Mean {
				far = c
			}
			switch {
			case c.Error != "":
				say("%s %s: %s", filepath.Base(c.Source), c.Preset, c.Error)
			case c.Ours != c.Theirs:
				say("%s %s: %s instead of %s", filepath.Base(c.Source), c.Preset, c.Ours, c.Theirs)
			case c.Excess > mostExcess && kind(c) != printing:
				say("%s %s: farther by a mean ΔE of %.2f", filepath.Base(c.Source), c.Preset, c.Excess)
			}
		}
		n := end - at
		if mean := sum / float64(n); mean > mostDifference && kind(list[at]) != printing {
			say("%s: a mean ΔE of %.2f", kind(list[at]), mean)
		}
		fmt.Fprintf(table, "%s\t%d\t%.2f\t%.2f\t%s\t%.1f\t%.0f\t%.2f\t\n", kind(list[at]), n, sum/float64(n), far.Mean, far.Preset, p95, worst, excess)
		at = end
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(wrong) > 0 {
		return fmt.Errorf("not as libvips makes them:\n%s", strings.Join(wrong, "\n"))
	}
	return nil
}
