package wiring_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/render"
)

// saved makes a size with a watermark of the picture called stamp.png.
func (b *bench) saved() api.Preset {
	b.t.Helper()
	stamp := b.asset("stamp.png")
	return must[api.Preset](b.t)(b.api.Presets.SaveOwn(api.OwnPreset{
		Title: "Shop  square", Width: 400, Height: 400, Fit: "cover", Formats: []string{"png"}, Quality: 70, Background: "#102030", Enlarge: true,
		Top: 1, Right: 2, Bottom: 3, Left: 4,
		Watermark: &api.OwnWatermark{Asset: string(stamp.ID), Place: "top-left", Size: 0.25, Margin: 0.05, Opacity: 1},
	}))
}

// seen asks for a picture as a page does.
func (b *bench) seen(address string) image.Image {
	b.t.Helper()
	handler, err := b.Media(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	m, _, err := image.Decode(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		b.t.Fatalf("%s: %d, %v", address, w.Code, err)
	}
	return m
}

func same(a, b image.Image, r image.Rectangle) bool {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if color.NRGBAModel.Convert(a.At(x, y)) != color.NRGBAModel.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

// TestASizeOfOnesOwnIsKeptWhole saves every field, changes one, deletes the picture its watermark was made
// of, and exports a picture in it.
func TestASizeOfOnesOwnIsKeptWhole(t *testing.T) {
	b := newBench(t)
	kept := b.saved()
	kept.Title = "Shop front"
	kept = must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{
		ID: kept.ID, Title: kept.Title, Width: 400, Height: 400, Fit: "cover", Formats: kept.Formats, Quality: kept.Quality, Background: kept.Background,
		Enlarge: kept.Enlarge, Top: kept.Safe.Top, Right: kept.Safe.Right, Bottom: kept.Safe.Bottom, Left: kept.Safe.Left, Watermark: kept.Watermark,
	}))
	list := must[[]api.Preset](t)(b.api.Presets.List())
	if got := list[len(list)-1]; !reflect.DeepEqual(got, kept) || got.Background != "#102030" || got.Quality != 70 || !got.Enlarge || *got.Safe != (api.Margins{Top: 1, Right: 2, Bottom: 3, Left: 4}) {
		t.Fatalf("got %+v\nwant %+v", got, kept)
	}
	if picture := must[string](t)(b.api.Presets.WatermarkPicture(kept.ID)); !strings.HasPrefix(picture, "data:image/png;base64,") {
		t.Errorf("its picture is %.40q", picture)
	}
	stamp := must[[]domain.Asset](t)(b.DB.Assets(t.Context(), domain.WorkspaceID(b.space.ID), false, "", "", 1))[0]
	if err := errors.Join(b.api.Library.RemoveAll([]string{string(stamp.ID)}), b.DB.PurgeAsset(t.Context(), stamp.ID)); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	made := must[api.Rendered](t)(b.api.Presets.Render(api.RenderRequest{Assets: []string{string(b.picture.ID)}, Presets: []string{kept.ID}, Out: out}))
	if len(made.Files) != 1 || made.Files[0].Passed || len(made.Failed) != 0 {
		t.Fatalf("%+v", made)
	}
	file := must[[]byte](t)(os.ReadFile(made.Files[0].Path))
	m := must[image.Image](t)(png.Decode(bytes.NewReader(file)))
	compared := must[api.Comparison](t)(b.api.Presets.Compare(api.CompareSize{Asset: string(b.picture.ID), Preset: kept.ID}))
	if got := b.seen(compared.After.Picture); !same(got, m, m.Bounds()) || compared.After.Bytes != int64(len(file)) {
		t.Error("what is compared is not what is exported")
	}
	plain := b.seen(compared.Before.Picture)
	if !same(plain, m, image.Rect(130, 130, 400, 400)) || same(plain, m, image.Rect(20, 20, 120, 120)) {
		t.Error("beside the watermark the picture should be the same, below it not")
	}
}

func TestAComparisonSaysWhatASizeDoes(t *testing.T) {
	b := newBench(t)
	b.picture = b.asset("sea.jpg") // which lies upright in its file
	compare := func(p api.OwnPreset) api.Comparison {
		t.Helper()
		p.Title = "One"
		kept := must[api.Preset](t)(b.api.Presets.SaveOwn(p))
		return must[api.Comparison](t)(b.api.Presets.Compare(api.CompareSize{Asset: string(b.picture.ID), Preset: kept.ID}))
	}
	w, h := b.picture.Width, b.picture.Height
	if c := compare(api.OwnPreset{Width: w, Height: h, Fit: "inside"}); !c.Passed || c.After.Quality != 0 || c.After.Bytes > c.Before.Bytes || c.Enlarged != 1 || c.Smaller {
		t.Errorf("one that fits: %+v", c)
	}
	c := compare(api.OwnPreset{Width: w / 2, Height: w / 2, Fit: "cover", Quality: 60, Formats: []string{"jpeg"}})
	if c.Passed || c.After.Width != w/2 || c.After.Quality != 60 || c.After.Format != "jpeg" || c.Before.Bytes != b.picture.Bytes || c.Part.Width > 1 {
		t.Errorf("half: %+v", c)
	}
	if c := compare(api.OwnPreset{Width: 2 * w, Height: 2 * h, Fit: "cover"}); !c.Smaller || c.Enlarged != 1 || c.After.Width != w {
		t.Errorf("too small: %+v", c)
	}
	if c := compare(api.OwnPreset{Width: 2 * w, Height: 2 * h, Fit: "cover", Enlarge: true}); c.Smaller || c.Enlarged < 1.99 || c.Enlarged > 2.01 || c.After.Width != 2*w || c.Scale > 1 {
		t.Errorf("enlarged: %+v", c)
	}
	kept := must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{Title: "No room", Width: 800, Height: 600, Fit: "cover", Formats: []string{"jpeg"}, MaxBytes: 10}))
	if _, err := b.api.Presets.Compare(api.CompareSize{Asset: string(b.picture.ID), Preset: kept.ID}); api.ErrorOf(err).Code != api.CodeInvalid {
		t.Errorf("ten bytes: %v", err)
	}
}

// TestSizesAreSharedAsAFile writes sizes, takes them in elsewhere, and again after one changed.
func TestSizesAreSharedAsAFile(t *testing.T) {
	b, other := newBench(t), newBench(t)
	kept := b.saved()
	path := filepath.Join(t.TempDir(), "brand.json")
	if got := must[api.ExportedPresets](t)(b.api.Presets.Export(api.ExportPresets{Presets: []string{kept.ID, "web/og-image"}, Out: path})); got.Count != 2 {
		t.Fatalf("%+v", got)
	}
	// The file is what rendering reads.
	made := must[api.Rendered](t)(other.api.Presets.Render(api.RenderRequest{
		Assets: []string{string(other.picture.ID)}, Own: string(must[[]byte](t)(os.ReadFile(path))), Out: t.TempDir(),
	}))
	if len(made.Files) != 2 || len(made.Failed) != 0 {
		t.Errorf("%+v", made)
	}
	file := api.PresetFile{Path: path}
	states := func() []string {
		list := []string{}
		for _, e := range must[[]api.ReviewedPreset](t)(other.api.Presets.Review(file)) {
			list = append(list, e.State)
		}
		return list
	}
	if got := states(); !slices.Equal(got, []string{api.EntryNew, api.EntrySame}) {
		t.Errorf("at first: %v", got)
	}
	in := api.ImportPresets{File: file, Workspace: other.space.ID, Set: "Shop"}
	got := must[api.ImportedPresets](t)(other.api.Presets.Import(in))
	if got.Added != 1 || got.Same != 1 || !slices.Equal(got.Presets, []string{kept.ID, "web/og-image"}) {
		t.Errorf("%+v", got)
	}
	sets := must[[]api.PresetSet](t)(other.api.Presets.Sets(other.space.ID))
	if len(sets) != 1 || sets[0].Name != "Shop" || !sets[0].Current || !slices.Equal(sets[0].Presets, got.Presets) {
		t.Errorf("%+v", sets)
	}
	if again := states(); !slices.Equal(again, []string{api.EntrySame, api.EntrySame}) {
		t.Errorf("once it is here: %v", again)
	}
	if _, err := other.api.Presets.Import(in); api.ErrorOf(err).Field != "set" {
		t.Errorf("a set of that name is there: %v", err)
	}
	// It changes there: both are kept, or the one here is replaced.
	must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{ID: kept.ID, Title: "Shop square", Width: 500, Height: 500, Fit: "cover"}))
	must[api.ExportedPresets](t)(b.api.Presets.Export(api.ExportPresets{Out: path}))
	review := must[[]api.ReviewedPreset](t)(other.api.Presets.Review(file))
	if len(review) != 1 || review[0].State != api.EntryClash || review[0].Instead != "Shop square" || review[0].Line != 2 {
		t.Errorf("%+v", review)
	}
	if got := must[api.ImportedPresets](t)(other.api.Presets.Import(api.ImportPresets{File: file})); got.Added != 1 || got.Presets[0] == kept.ID {
		t.Errorf("both: %+v", got)
	}
	if got := must[api.ImportedPresets](t)(other.api.Presets.Import(api.ImportPresets{File: file, Replace: []string{kept.ID}})); got.Replaced != 1 {
		t.Errorf("instead: %+v", got)
	}
	titles := map[string]int{}
	for _, p := range must[[]api.Preset](t)(other.api.Presets.List()) {
		if p.Network == "" {
			titles[p.Title] = p.Width
		}
	}
	if !reflect.DeepEqual(titles, map[string]int{"Shop square": 500, "Shop square (2)": 500}) {
		t.Errorf("%v", titles)
	}
}

func TestAHostileFileOfSizesChangesNothing(t *testing.T) {
	b := newBench(t)
	text := `[
	{"id": "fine", "width": 10, "height": 10, "fit": "cover"},
	{"id": "FINE", "width": 11, "height": 10, "fit": "cover"},
	{"id": "bad", "width": 10, "height": 10, "fit": "cover",
	 "watermark": {"picture": "data:image/png;base64,YWJj", "place": "top", "size": 0.1, "opacity": 1}},
	{"id": "far", "width": 10, "height": 10, "fit": "cover", "watermark": {"picture": "/etc/passwd", "place": "top", "size": 0.1, "opacity": 1}},
	{"id": "` + strings.Repeat("x", 99) + `", "width": 10, "fit": "inside"},
	{"id": "own/fine", "width": 12, "height": 10, "fit": "cover"}
]`
	file := api.PresetFile{Text: text}
	want := []struct {
		line         int
		state, field string
	}{
		{2, api.EntryNew, ""},
		{3, api.EntryWrong, "id"},
		{4, api.EntryWrong, "watermark.picture"},
		{6, api.EntryWrong, "watermark.picture"},
		{7, api.EntryWrong, "id"},
		{8, api.EntryWrong, "id"},
	}
	for i, e := range must[[]api.ReviewedPreset](t)(b.api.Presets.Review(file)) {
		if e.Line != want[i].line || e.State != want[i].state || e.Field != want[i].field || (e.Message == "") != (e.State == api.EntryNew) {
			t.Errorf("entry %d: %+v", i, e)
		}
	}
	if got := must[api.ImportedPresets](t)(b.api.Presets.Import(api.ImportPresets{File: file})); len(got.Wrong) != 5 || got.Added != 0 {
		t.Errorf("%+v", got)
	}
	if own := must[[]string](t)(b.DB.OwnPresets(t.Context())); len(own) != 0 {
		t.Errorf("something was kept: %v", own)
	}
	if got := must[api.ImportedPresets](t)(b.api.Presets.Import(api.ImportPresets{File: file, Partial: true})); len(got.Wrong) != 5 || got.Added != 1 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []api.PresetFile{{Text: "{"}, {Text: "[]"}, {Path: t.TempDir()}, {Path: filepath.Join(t.TempDir(), "none.json")}} {
		if _, err := b.api.Presets.Review(bad); err == nil || api.ErrorOf(err).Code == api.CodeInternal {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestASetIsTheListThatIsWorkedWith makes two sets, goes from one to the other, and changes the current one.
func TestASetIsTheListThatIsWorkedWith(t *testing.T) {
	b := newBench(t)
	p := b.api.Presets
	usual := must[[]string](t)(p.Shown(b.space.ID))
	all := must[api.PresetSet](t)(p.AddSet(api.NewPresetSet{Workspace: b.space.ID, Name: " Every  day "}))
	if all.Name != "Every day" || !slices.Equal(all.Presets, usual) {
		t.Errorf("%+v", all)
	}
	web := must[api.PresetSet](t)(p.AddSet(api.NewPresetSet{Workspace: b.space.ID, Name: "Web", Presets: []string{"web/og-image"}}))
	want := func(now []string, current string) {
		t.Helper()
		if got := must[[]string](t)(p.Shown(b.space.ID)); !slices.Equal(got, now) {
			t.Errorf("shown are %v, want %v", got, now)
		}
		for _, set := range must[[]api.PresetSet](t)(p.Sets(b.space.ID)) {
			if set.Current != (set.Name == current) {
				t.Errorf("%+v", set)
			}
		}
	}
	want([]string{"web/og-image"}, "Web")
	must[any](t)(nil, p.Show(api.ShowPresets{Workspace: b.space.ID, Presets: []string{"web/og-image", "web/article-1-1"}}))
	must[api.PresetSet](t)(p.ChooseSet(all.ID))
	want(usual, "Every day")
	if got := must[api.PresetSet](t)(p.ChooseSet(web.ID)); len(got.Presets) != 2 {
		t.Errorf("what was shown is not in the set: %+v", got)
	}
	for _, name := range []string{"", strings.Repeat("x", 101)} {
		if err := p.RenameSet(api.RenamePresetSet{ID: web.ID, Name: name}); api.ErrorOf(err).Field != "name" {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := p.RenameSet(api.RenamePresetSet{ID: web.ID, Name: "Every day"}); api.ErrorOf(err).Code != api.CodeConflict {
		t.Errorf("a name that is taken: %v", err)
	}
	must[any](t)(nil, p.RenameSet(api.RenamePresetSet{ID: web.ID, Name: "Site"}))
	must[any](t)(nil, p.RemoveSet(web.ID))
	shown := must[[]string](t)(p.Shown(b.space.ID))
	if slices.Sort(shown); !slices.Equal(shown, []string{"web/article-1-1", "web/og-image"}) {
		t.Errorf("after its set is gone %v are shown", shown)
	}
	must[any](t)(nil, p.RemoveSet(all.ID))
	if err := p.RemoveSet(all.ID); api.ErrorOf(err).Code != api.CodeNotFound {
		t.Errorf("twice: %v", err)
	}
	if _, err := p.AddSet(api.NewPresetSet{Workspace: b.space.ID, Name: "X", Presets: []string{"nonsense/size"}}); err == nil {
		t.Error("a set of a size that is not there")
	}
}

// TestAStaleRenditionGoesAndAFrozenOneStays changes what a size shows of a picture after a post with it was
// planned, and after it was not.
func TestAStaleRenditionGoesAndAFrozenOneStays(t *testing.T) {
	b := newBench(t)
	kept := must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{Title: "Square", Width: 300, Height: 300, Fit: "cover"}))
	must[any](t)(nil, b.api.Presets.Show(api.ShowPresets{Workspace: b.space.ID, Presets: []string{kept.ID}}))
	post := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{
		Workspace: b.space.ID, Channels: []string{string(b.channel.ID)},
		Content: api.Content{Text: "Look", Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window", Preset: kept.ID}}},
	}))
	draft := func() domain.Post { return must[domain.Post](t)(b.Posts.Get(t.Context(), domain.PostID(post.ID))) }
	earlier := func() int {
		t.Helper()
		return must[[]api.Size](t)(b.api.Presets.Sizes(string(b.picture.ID)))[0].Earlier
	}
	focus := func(y float64) {
		t.Helper()
		must[api.Asset](t)(b.api.Library.SetFocus(api.SetFocus{ID: string(b.picture.ID), Focus: &api.Point{X: 0.5, Y: y}}))
	}
	sweep := func() int {
		t.Helper()
		return must[int](t)(b.DB.SweepRenditions(t.Context(), time.Now().Add(time.Minute), b.Dir.Media().Remove))
	}
	files := func() (n int) {
		for range b.Dir.Media().Walk() {
			n++
		}
		return n
	}
	before := files()
	planned := must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), draft(), queue.When{Due: time.Now().Add(time.Hour)}))
	if got := files(); got != before+1 || earlier() != 0 {
		t.Fatalf("%d files, %d earlier", got-before, earlier())
	}
	focus(0.1)
	if sweep() != 0 || files() != before+1 || earlier() != 1 {
		t.Errorf("a frozen rendition: %d files are left, %d earlier", files()-before, earlier())
	}
	// Back to the middle nothing differs any more, although the rendition was stale meanwhile.
	must[api.Asset](t)(b.api.Library.SetFocus(api.SetFocus{ID: string(b.picture.ID)}))
	if earlier() != 0 {
		t.Error("it is as it was")
	}
	focus(0.9)
	must[any](t)(nil, b.Planner.Cancel(t.Context(), planned[0].ID))
	if earlier() != 0 {
		t.Error("nothing is to go out")
	}
	// A cancelled plan still names its file. A rendition that no plan has goes.
	if sweep() != 0 {
		t.Error("the plan's file was taken away")
	}
	recipe := render.Recipe{Width: 300, Height: 300, Fit: render.Cover, Focus: &render.Point{X: 0.5, Y: 0.9}}
	must[library.Fitted](t)(b.Library.FitSize(t.Context(), b.picture, kept.ID, recipe, network.MediaLimit{Types: []string{"image/jpeg"}}))
	if files() != before+2 {
		t.Fatalf("%d files", files()-before)
	}
	must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{ID: kept.ID, Title: "Square", Width: 310, Height: 310, Fit: "cover"}))
	if sweep() != 1 || files() != before+1 {
		t.Errorf("a rendition that nothing needs: %d files are left", files()-before)
	}
	if sweep() != 0 {
		t.Error("again")
	}
}
