package samples

import (
	"bytes"
	"io/fs"
	"testing"

	"postbag/backend/render"
)

func TestEverySampleBringsWhatItsReadmeSays(t *testing.T) {
	total := 0
	for _, want := range []struct {
		name          string
		width, height int
		check         func(render.Info) bool
	}{
		{"dusk.jpg", 4000, 3000, func(i render.Info) bool {
			return i.Meta.Model == "Postbag sample" && i.Meta.HasPlace && i.Meta.Latitude == 46.5 && i.Meta.ZoneKnown
		}},
		{"sea.jpg", 3600, 2400, func(i render.Info) bool { return !i.Private }},
		{"window.jpg", 2160, 2880, func(i render.Info) bool { return i.Orientation == 6 && i.StoredWidth == 2880 }},
		{"meadow.jpg", 2700, 1800, func(i render.Info) bool {
			return i.Profile == render.ProfileMatrix && i.ProfileName == "Display P3"
		}},
		{"fruit.jpg", 2304, 1728, func(i render.Info) bool { return i.Format == render.JPEG }},
		{"stamp.png", 900, 1100, func(i render.Info) bool { return i.Format == render.PNG && i.Alpha }},
	} {
		file, err := fs.ReadFile(Files(), want.name)
		if err != nil {
			t.Fatal(err)
		}
		total += len(file)
		info, err := render.Probe(bytes.NewReader(file), int64(len(file)))
		if err != nil || info.Width != want.width || info.Height != want.height || !want.check(info) {
			t.Errorf("%s: %v %+v", want.name, err, info)
		}
	}
	if total > 6_000_000 {
		t.Errorf("the samples have %d bytes together", total)
	}
}

func TestEverySampleIsNamedAndDescribed(t *testing.T) {
	found, err := fs.Glob(Files(), "*.[jp][pn]g")
	if err != nil || len(found) != len(Names()) {
		t.Errorf("%v: %d files, %d names", err, len(found), len(Names()))
	}
	for _, name := range Names() {
		if _, err := fs.Stat(Files(), name); err != nil || len(Alt(name)) < 40 {
			t.Errorf("%s: %v, described as %q", name, err, Alt(name))
		}
	}
	if Alt("none.jpg") != "" {
		t.Error("an unknown name is described")
	}
}
