package api_test

import (
	"image"
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"postbag/app/api"
)

func opened(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPicturesAreAdjustedTogetherAndComeBackWithUndo(t *testing.T) {
	d, dir := newDesk(t), t.TempDir()
	job := d.imports(picture(t, filepath.Join(dir, "a.jpg"), 900, 600, color.NRGBA{R: 200}), picture(t, filepath.Join(dir, "b.jpg"), 600, 400, color.NRGBA{B: 200}))
	look, err := d.Library.SaveLook(api.SaveLook{Workspace: d.space, Name: "Silver", Adjust: api.Adjustment{Mono: true, Contrast: 20, Turn: 1}})
	d.must(err)
	turned, err := d.Library.Adjust(api.AdjustAssets{IDs: job.IDs[:1], Adjust: api.Adjustment{Turn: 1, Exposure: 1}})
	d.must(err)
	if len(turned.Before) != 1 || turned.Before[0].ID != job.IDs[0] || turned.Before[0].Adjust != (api.Adjustment{}) {
		t.Errorf("before is %+v", turned.Before)
	}
	done, err := d.Library.ApplyLook(job.IDs, look.ID)
	d.must(err)
	a, err := d.Library.Show(job.IDs[0])
	d.must(err)
	if want := (api.Adjustment{Mono: true, Contrast: 20, Turn: 1}); a.Adjust != want || a.Width != 600 || a.Height != 900 || a.Adjusted == "" {
		t.Errorf("the picture is %+v", a)
	}
	grid, err := d.Library.Grid(api.GridQuery{Workspace: d.space, Sort: "name"})
	d.must(err)
	if len(grid.Adjusted) != 2 || grid.Adjusted[0] != a.Adjusted || grid.Adjusted[1] == "" || grid.Ratios[0] != 666 {
		t.Errorf("the grid says %q, %v", grid.Adjusted, grid.Ratios)
	}

	// What is written to a folder is as it is seen.
	made, err := d.Presets.Render(api.RenderRequest{Assets: job.IDs[:1], Presets: []string{"instagram/feed-square"}, Out: t.TempDir()})
	d.must(err)
	if len(made.Files) != 1 || made.Files[0].Passed {
		t.Fatalf("made is %+v", made)
	}
	if r, g, b, _ := opened(t, made.Files[0].Path).At(50, 50).RGBA(); r != g || g != b {
		t.Errorf("an exported pixel is %d %d %d", r, g, b)
	}

	d.must(d.Library.Readjust(done.Before))
	grid, err = d.Library.Grid(api.GridQuery{Workspace: d.space, Sort: "name"})
	d.must(err)
	if a, err = d.Library.Show(job.IDs[0]); err != nil || a.Adjust != (api.Adjustment{Turn: 1, Exposure: 1}) || grid.Adjusted[1] != "" {
		t.Errorf("taken back, it is %+v, the other %q, %v", a.Adjust, grid.Adjusted[1], err)
	}
	if _, err := d.Library.SaveLook(api.SaveLook{Workspace: d.space, Name: "Silver", Adjust: api.Adjustment{Mono: true}}); err == nil {
		t.Error("a name was taken twice")
	}
	_, err = d.Library.RenameLook(look.ID, "Graphite")
	d.must(err)
	d.must(d.Library.RemoveLook(look.ID))
	if list, err := d.Library.Looks(d.space); err != nil || len(list) != 0 {
		t.Errorf("the looks are %+v, %v", list, err)
	}
}
