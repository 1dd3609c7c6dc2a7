package batch

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postbag/backend/presets"
	"postbag/backend/render"
)

func TestMain(m *testing.M) {
	if os.Getenv("POSTBAG_TEST_EXPORT") != "" {
		os.Exit(exportChild())
	}
	os.Exit(m.Run())
}

// bench is a folder of pictures, and a place for what is made of them.
type bench struct {
	t      *testing.T
	photos string
	out    string
	engine *render.Engine
}

func newBench(t *testing.T) bench {
	t.Helper()
	b := bench{t: t, photos: t.TempDir(), out: filepath.Join(t.TempDir(), "out"), engine: render.New(render.Options{})}
	return b
}

func (b bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// photo writes a JPEG that is like no other of another seed.
func (b bench) photo(name string, width, height, seed int) Source {
	b.t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(x*200/width + seed), G: uint8(y * 255 / height), B: uint8(seed * 37), A: 255})
		}
	}
	var data bytes.Buffer
	if strings.HasSuffix(name, ".png") {
		b.must(png.Encode(&data, m))
	} else {
		b.must(jpeg.Encode(&data, m, &jpeg.Options{Quality: 92}))
	}
	return b.file(name, data.Bytes())
}

func (b bench) file(name string, data []byte) Source {
	b.t.Helper()
	path := filepath.Join(b.photos, name)
	b.must(os.MkdirAll(filepath.Dir(path), 0o700))
	b.must(os.WriteFile(path, data, 0o600))
	return File(path)
}

func sizesOf(t *testing.T, list string) []presets.Preset {
	t.Helper()
	sizes, err := presets.Parse(strings.NewReader(list))
	if err != nil {
		t.Fatal(err)
	}
	return sizes
}

// twoSizes are a square and a small one.
const twoSizes = `[{"id": "square", "width": 60, "height": 60, "fit": "cover"}, {"id": "set/small", "width": 40, "height": 40, "fit": "inside"}]`

func (b bench) pattern(text string) presets.Pattern {
	b.t.Helper()
	p, err := presets.ParsePattern(text)
	b.must(err)
	return p
}

// run exports and wants no failures.
func (b bench) run(sources []Source, o Options) Result {
	b.t.Helper()
	if o.Out == "" && o.Zip == "" {
		o.Out = b.out
	}
	r, err := Run(b.t.Context(), b.engine, sources, sizesOf(b.t, twoSizes), o, nil)
	if err != nil || len(r.Failed) > 0 {
		b.t.Fatalf("%+v, %v", r.Failed, err)
	}
	return r
}

// counts are how many files were made and how many were there.
func counts(r Result) string {
	there := 0
	for _, f := range r.Files {
		if f.There {
			there++
		}
	}
	return fmt.Sprintf("%d made, %d there", len(r.Files)-there, there)
}

func (b bench) wantCounts(r Result, want string) {
	b.t.Helper()
	if got := counts(r); got != want {
		b.t.Errorf("%s, want %s: %+v", got, want, r.Files)
	}
}

// files are all files below a folder but the list, with their content.
func (b bench) files(dir string) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	b.must(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == thumbFolder {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || d.Name() == BookName {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(name)] = string(data)
		return err
	}))
	return out
}

func (b bench) wantNames(dir string, want ...string) {
	b.t.Helper()
	got := []string{}
	for name := range b.files(dir) {
		got = append(got, name)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		b.t.Errorf("the files are %q, want %q", got, want)
	}
}

// exportChild exports a folder and tells every picture that is done, for a parent that may kill it.
func exportChild() int {
	sources, err := filepath.Glob(filepath.Join(os.Getenv("POSTBAG_TEST_EXPORT"), "*"))
	if err != nil {
		return 1
	}
	var list []Source
	for _, path := range sources {
		list = append(list, File(path))
	}
	sizes, err := presets.Parse(strings.NewReader(twoSizes))
	if err == nil {
		o := Options{Resume: true, Out: os.Getenv("POSTBAG_TEST_OUT"), Zip: os.Getenv("POSTBAG_TEST_ZIP"), Jobs: 2, Sheet: &Sheet{}}
		o.Pattern, _ = presets.ParsePattern("{preset}/{name}")
		_, err = Run(context.Background(), render.New(render.Options{}), list, sizes, o, func(done, _ int) { fmt.Fprintln(os.Stdout, done) })
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
