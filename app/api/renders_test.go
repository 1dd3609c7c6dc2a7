package api_test

import (
	"errors"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/secrets"
)

const ownSizes = `[{"id": "square", "width": 60, "height": 60, "fit": "cover"}, {"id": "small", "width": 40, "height": 40, "fit": "inside"}]`

func TestAnExportIsNamedByWhatTheLibraryKnows(t *testing.T) {
	d := newDesk(t)
	photos := t.TempDir()
	job := d.imports(picture(t, filepath.Join(photos, "sea.jpg"), 120, 90, color.NRGBA{R: 9}), picture(t, filepath.Join(photos, "sun.jpg"), 120, 90, color.NRGBA{R: 99}))
	_, err := d.Library.Tag(api.TagAsset{ID: job.IDs[0], Add: []string{"summer"}})
	d.must(err)
	request := api.RenderRequest{Resume: true, Assets: job.IDs, Own: ownSizes, Pattern: "{tag}/{n:2} {name} {preset}", Out: filepath.Join(t.TempDir(), "out"), Sheet: &api.Sheet{Names: map[string]string{"small": "Petit"}}}
	names, err := d.Presets.NamesLike(request)
	d.must(err)
	if want := []string{"summer/01 sea square.jpg", "summer/01 sea small.jpg", "02 sun square.jpg", "02 sun small.jpg"}; !slices.Equal(names, want) {
		t.Errorf("names like %q", names)
	}
	made, err := d.Presets.Render(request)
	d.must(err)
	if len(made.Files) != 4 || made.Skipped != 0 || made.Bytes == 0 || made.Stopped || made.Zip != "" {
		t.Errorf("%+v", made)
	}
	for i, f := range made.Files {
		if f.Path != filepath.Join(request.Out, filepath.FromSlash(names[i])) {
			t.Errorf("%s is not %s", f.Path, names[i])
		}
	}
	sheet, err := os.ReadFile(made.Sheet)
	d.must(err)
	if page := string(sheet); !strings.Contains(page, "Petit") || !strings.Contains(page, "sea.jpg") {
		t.Error("the sheet does not say what the pictures are")
	}

	// The same asset is the same, whatever is exported with it; another focus makes one size anew.
	_, err = d.Library.SetFocus(api.SetFocus{ID: job.IDs[0], Focus: &api.Point{X: 0.1, Y: 0.1}})
	d.must(err)
	made, err = d.Presets.Render(request)
	d.must(err)
	if made.Skipped != 3 || made.Files[0].There {
		t.Errorf("%d were there: %+v", made.Skipped, made.Files)
	}

	// The day is the picture's own, or the day it came.
	request.Pattern = "{date}"
	names, err = d.Presets.NamesLike(request)
	d.must(err)
	if len(names) != 4 || len(names[0]) != len("2026-11-23.jpg") || !strings.HasSuffix(names[1], "-2.jpg") {
		t.Errorf("days: %q", names)
	}
}

func TestAnExportThatMakesNoSenseChangesNothing(t *testing.T) {
	d := newDesk(t)
	out := filepath.Join(t.TempDir(), "out")
	for field, request := range map[string]api.RenderRequest{
		"pattern": {Own: ownSizes, Out: out, Pattern: "{nothing}"},
		"out":     {Own: ownSizes},
		"zip":     {Own: ownSizes, Out: out, Zip: out + ".zip"},
		"presets": {Out: out},
	} {
		_, err := d.Presets.Render(request)
		if e, ok := errors.AsType[*api.Error](err); !ok || e.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a folder was made")
	}
}

func TestAPersonStopsAnExportAndItGoesOn(t *testing.T) {
	app, err := wiring.Open(t.Context(), wiring.Config{Data: filepath.Join(t.TempDir(), "data"), AnyPlace: true, Keepers: []secrets.Keeper{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close() })
	var services *api.Services
	services = app.Services(t.Context(), api.Events{
		Changed: func(api.Topic, []string) {},
		Notice:  func(api.Notice) {},
		Progress: func(task string, done, _ int64) {
			if task == api.TaskRender+":mine" && done == 2 {
				if err := services.Presets.StopRender("mine"); err != nil {
					t.Error(err)
				}
			}
		},
	})
	photos := t.TempDir()
	request := api.RenderRequest{Resume: true, Own: ownSizes, Zip: filepath.Join(t.TempDir(), "all.zip"), Jobs: 1, Task: "mine"}
	for i := range 6 {
		request.Files = append(request.Files, picture(t, filepath.Join(photos, fmt.Sprint(i, ".jpg")), 120, 90, color.NRGBA{R: uint8(i)}))
	}
	made, err := services.Presets.Render(request)
	if err != nil || !made.Stopped || made.Zip != "" || len(made.Files) < 4 || len(made.Files) == 12 {
		t.Fatalf("%+v, %v", made, err)
	}
	if err := services.Presets.StopRender("mine"); err == nil {
		t.Error("an export that ended can be stopped")
	}
	request.Task = ""
	again, err := services.Presets.Render(request)
	if err != nil || again.Stopped || again.Zip != request.Zip || again.Skipped != len(made.Files) || len(again.Files) != 12 {
		t.Errorf("%+v, %v", again, err)
	}
}
