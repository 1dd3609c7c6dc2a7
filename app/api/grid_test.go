package api_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/secrets"
)

// desk is the services on a data folder of their own.
type desk struct {
	*api.Services
	t       *testing.T
	space   string
	changed chan struct{}
}

func newDesk(t *testing.T) desk {
	t.Helper()
	app, err := wiring.Open(t.Context(), wiring.Config{Data: filepath.Join(t.TempDir(), "data"), AnyPlace: true, Keepers: []secrets.Keeper{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	w, err := app.Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	d := desk{t: t, space: string(w.ID), changed: make(chan struct{}, 100)}
	d.Services = app.Services(t.Context(), api.Events{
		Changed:  func(api.Topic, []string) { d.changed <- struct{}{} },
		Progress: func(string, int64, int64) {},
		Notice:   func(api.Notice) {},
	})
	return d
}

func (d desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// picture writes a photograph of a size and a tint.
func picture(t *testing.T, path string, width, height int, c color.NRGBA) string {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{R: c.R, G: c.G + uint8(x*30/width), B: c.B + uint8(y*30/height), A: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// imports brings files in and waits for the end of the job.
func (d desk) imports(paths ...string) api.ImportJob {
	d.t.Helper()
	job, err := d.Library.StartImport(api.ImportAssets{Workspace: d.space, Paths: paths})
	d.must(err)
	for {
		select {
		case <-d.changed:
		case <-d.t.Context().Done():
			d.t.Fatal("the import did not end")
		}
		list, err := d.Library.Imports()
		d.must(err)
		at := slices.IndexFunc(list, func(j api.ImportJob) bool { return j.ID == job.ID })
		if at < 0 {
			d.t.Fatal("the import was forgotten")
		}
		if !list[at].Running {
			return list[at]
		}
	}
}

func TestAnImportGoesOnByItselfAndSaysWhatBecameOfEveryFile(t *testing.T) {
	d, dir := newDesk(t), t.TempDir()
	good := picture(t, filepath.Join(dir, "good.jpg"), 900, 600, color.NRGBA{R: 200, G: 90, B: 40})
	bad := filepath.Join(dir, "bad.jpg")
	d.must(os.WriteFile(bad, []byte("no picture"), 0o600))
	job := d.imports(good, bad)
	if job.Imported != 1 || len(job.Failed) != 1 || job.Failed[0].Code != "unknown_format" || len(job.IDs) != 1 || job.Error != nil {
		t.Fatalf("the import says %+v", job)
	}
	if again := d.imports(good); again.Duplicates != 1 || again.Imported != 0 {
		t.Errorf("the second import says %+v", again)
	}
	d.must(d.Library.DismissImport(job.ID))
	if list, err := d.Library.Imports(); err != nil || len(list) != 1 {
		t.Errorf("after dismissing there are %+v, %v", list, err)
	}
	if err := d.Library.StopImport("nothing"); err == nil {
		t.Error("an import that is not there was stopped")
	}
}

func TestAGridHasOneEntryOfEveryListForEachAsset(t *testing.T) {
	d, dir := newDesk(t), t.TempDir()
	job := d.imports(picture(t, filepath.Join(dir, "a.jpg"), 900, 600, color.NRGBA{R: 200}), picture(t, filepath.Join(dir, "b.jpg"), 600, 900, color.NRGBA{B: 200}))
	_, err := d.Library.SetAlt(job.IDs[0], "A wall")
	d.must(err)
	grid, err := d.Library.Grid(api.GridQuery{Workspace: d.space, Sort: "name"})
	d.must(err)
	for what, n := range map[string]int{
		"ids": len(grid.IDs), "names": len(grid.Names), "ratios": len(grid.Ratios), "colours": len(grid.Colours), "marks": len(grid.Marks),
		"durations": len(grid.Durations), "bytes": len(grid.Bytes),
	} {
		if n != 2 {
			t.Errorf("there are %d %s, want 2", n, what)
		}
	}
	if !slices.Equal(grid.Ratios, []int{1500, 666}) || grid.Marks[0] != api.GridAlt || grid.Marks[1] != 0 || grid.Colours[0]>>16 < 150 {
		t.Errorf("the grid is %+v", grid)
	}
	if grid.Facets.All != 2 || grid.Facets.NoAlt != 1 || grid.Facets.LastImport != 2 || len(grid.Days) != 1 || grid.Days[0].Count != 2 {
		t.Errorf("it counts %+v in %+v", grid.Facets, grid.Days)
	}
	tall, err := d.Library.Grid(api.GridQuery{Workspace: d.space, Query: "shape:portrait"})
	d.must(err)
	if !slices.Equal(tall.Names, []string{"b.jpg"}) || tall.Facets.All != 2 {
		t.Errorf("a search finds %q and counts %d", tall.Names, tall.Facets.All)
	}
}

func TestASizeFollowsTheFocalPointUntilAPersonChoosesAPart(t *testing.T) {
	d, dir := newDesk(t), t.TempDir()
	id := d.imports(picture(t, filepath.Join(dir, "a.jpg"), 3000, 2000, color.NRGBA{R: 120})).IDs[0]
	size := func(preset string) api.Size {
		t.Helper()
		list, err := d.Presets.Sizes(id)
		d.must(err)
		at := slices.IndexFunc(list, func(s api.Size) bool { return s.Preset == preset })
		if at < 0 {
			t.Fatalf("%s is not among %+v", preset, list)
		}
		return list[at]
	}
	own, err := d.Presets.SaveOwn(api.OwnPreset{Title: "Shop window", Width: 1000, Height: 1000, Fit: "cover", Top: 100})
	d.must(err)
	if s := size(own.ID); s.State != api.SizeReady || s.Own || s.Crop.Height != 1 || s.Crop.X < 0.16 || s.Crop.X > 0.17 || s.Safe.Y != 0.1 {
		t.Errorf("at first the size is %+v", s)
	}
	_, err = d.Library.SetFocus(api.SetFocus{ID: id, Focus: &api.Point{X: 1, Y: 0.5}})
	d.must(err)
	if s := size(own.ID); s.Crop.X < 0.33 {
		t.Errorf("the part does not follow the focal point: %+v", s)
	}
	part := api.Rect{X: 0.1, Y: 0.1, Width: 0.2, Height: 0.3}
	d.must(d.Presets.SetCrop(api.SetCrop{Asset: id, Preset: own.ID, Crop: &part}))
	if s := size(own.ID); !s.Own || s.Crop != part || s.State != api.SizeSmall || s.Missing != 400 {
		t.Errorf("the chosen part is %+v", s)
	}
	out := t.TempDir()
	made, err := d.Presets.Render(api.RenderRequest{Assets: []string{id}, Presets: []string{own.ID}, Out: out})
	d.must(err)
	if len(made.Files) != 1 || made.Files[0].Width != 600 || made.Files[0].Height != 600 || !made.Files[0].Smaller {
		t.Errorf("the exported file is %+v, %+v", made.Files, made.Failed)
	}
	d.must(d.Presets.SetCrop(api.SetCrop{Asset: id, Preset: own.ID}))
	if s := size(own.ID); s.Own {
		t.Errorf("the part was not forgotten: %+v", s)
	}
	if err := d.Presets.SetCrop(api.SetCrop{Asset: id, Preset: "nothing/such", Crop: &part}); err == nil {
		t.Error("a size that does not exist took a part")
	}
	d.must(d.Presets.Show(api.ShowPresets{Workspace: d.space, Presets: []string{own.ID}}))
	if shown, err := d.Presets.Shown(d.space); err != nil || !slices.Equal(shown, []string{own.ID}) {
		t.Errorf("shown are %q, %v", shown, err)
	}
	d.must(d.Presets.RemoveOwn(own.ID))
	if _, err := d.Presets.SaveOwn(api.OwnPreset{Title: "x", Width: 0, Height: 5, Fit: "cover"}); err == nil {
		t.Error("a size without a width was kept")
	}
}
