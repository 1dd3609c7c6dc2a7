package store

import (
	"errors"
	"math"
	"testing"

	"postbag/backend/domain"
)

func TestAnAdjustedPictureIsReadAsItIsSeen(t *testing.T) {
	d := newDesk(t)
	a, film := d.asset("a"), newAsset(d.space, "film")
	film.Kind = domain.AssetVideo
	film, _, err := d.AddAsset(t.Context(), film, "/film", a.ImportedAt)
	d.must(err)
	look := domain.Look{Colour: 5}
	d.must(d.PutLooks(t.Context(), map[domain.AssetID]domain.Look{a.ID: look}))
	_, err = d.SetFocus(t.Context(), a.ID, &domain.Point{X: 0.25, Y: 0.25})
	d.must(err)
	upright := domain.Crop{X: 0.1, Y: 0.2, Width: 0.3, Height: 0.4}
	d.must(d.SetCrop(t.Context(), a.ID, "feed", &upright))
	_, mark, err := d.Shelf(t.Context(), d.space)
	d.must(err)

	adjust := domain.Adjustment{Turn: 1, Warmth: 10}
	same := func(domain.Asset) domain.Adjustment { return adjust }
	before, err := d.AdjustAssets(t.Context(), []domain.AssetID{a.ID, film.ID, a.ID}, same)
	d.must(err)
	if len(before) != 1 || before[a.ID].Any() {
		t.Errorf("before were %v", before)
	}
	got, err := d.Asset(t.Context(), a.ID)
	d.must(err)
	if got.Adjust != adjust || got.Width != a.Height || got.Height != a.Width || got.PlainWidth != a.Width || got.PlainHeight != a.Height {
		t.Errorf("the picture is %+v", got)
	}
	if *got.Focus != (domain.Point{X: 0.75, Y: 0.25}) {
		t.Errorf("the focus is at %v", *got.Focus)
	}
	if c, err := d.ShelfChange(t.Context(), d.space, mark); err != nil || len(c.Assets) != 1 || c.Assets[0].Adjusted != adjust.Key() {
		t.Errorf("the shelf changed to %+v, %v", c, err)
	}
	list, _, err := d.Shelf(t.Context(), d.space)
	d.must(err)
	for _, s := range list {
		if s.ID == a.ID && (s.Adjusted != adjust.Key() || s.Width != got.Width || s.Height != got.Height || s.Look != nil) {
			t.Errorf("the shelf says %+v", s)
		}
		if s.ID == film.ID && s.Adjusted != "" {
			t.Error("a film is adjusted")
		}
	}

	// On its side it has parts of another shape, and upright the old ones again.
	crops, err := d.Crops(t.Context(), a.ID)
	d.must(err)
	if len(crops) != 0 {
		t.Errorf("a part chosen upright is %v on its side", crops)
	}
	d.must(d.SetCrop(t.Context(), a.ID, "story", &upright))
	_, err = d.AdjustAssets(t.Context(), []domain.AssetID{a.ID}, func(domain.Asset) domain.Adjustment { return domain.Adjustment{FlipH: true} })
	d.must(err)
	crops, err = d.Crops(t.Context(), a.ID)
	d.must(err)
	if c := crops["feed"]; len(crops) != 1 || math.Abs(c.X-0.6) > 1e-9 || math.Abs(c.Y-0.2) > 1e-9 || math.Abs(c.Width-0.3) > 1e-9 {
		t.Errorf("mirrored the part is %v", crops)
	}
	_, err = d.AdjustAssets(t.Context(), []domain.AssetID{a.ID}, same)
	d.must(err)
	crops, err = d.Crops(t.Context(), a.ID)
	d.must(err)
	if c := crops["story"]; len(crops) != 1 || math.Abs(c.X-upright.X)+math.Abs(c.Y-upright.Y)+math.Abs(c.Width-upright.Width) > 1e-9 {
		t.Errorf("on its side again the part is %v", crops)
	}

	// All or none.
	_, err = d.AdjustAssets(t.Context(), []domain.AssetID{a.ID, "nothing"}, func(domain.Asset) domain.Adjustment { return domain.Adjustment{} })
	if !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a picture that is not there is %v", err)
	}
	if got, err = d.Asset(t.Context(), a.ID); err != nil || got.Adjust != adjust {
		t.Errorf("a refused change left %+v, %v", got.Adjust, err)
	}
}

func TestAMergedPictureKeepsItsOwnAdjustment(t *testing.T) {
	d := newDesk(t)
	keep, other := d.asset("keep"), d.asset("other")
	adjust := func(id domain.AssetID, a domain.Adjustment) {
		_, err := d.AdjustAssets(t.Context(), []domain.AssetID{id}, func(domain.Asset) domain.Adjustment { return a })
		d.must(err)
	}
	adjust(keep.ID, domain.Adjustment{Mono: true})
	adjust(other.ID, domain.Adjustment{Exposure: 1})
	got, err := d.MergeAssets(t.Context(), keep.ID, []domain.AssetID{other.ID})
	d.must(err)
	if got.Adjust != (domain.Adjustment{Mono: true}) {
		t.Errorf("it is %+v", got.Adjust)
	}
}

func TestALookHasANameOfItsOwnInItsWorkspace(t *testing.T) {
	d := newDesk(t)
	warm, err := d.AddNamedLook(t.Context(), domain.NamedLook{Workspace: d.space, Name: "Warm", Adjust: domain.Adjustment{Warmth: 30}})
	d.must(err)
	if _, err := d.AddNamedLook(t.Context(), domain.NamedLook{Workspace: d.space, Name: "Warm"}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("a name twice is %v", err)
	}
	cold, err := d.AddNamedLook(t.Context(), domain.NamedLook{Workspace: d.space, Name: "cold", Adjust: domain.Adjustment{Warmth: -30}})
	d.must(err)
	if _, err := d.RenameNamedLook(t.Context(), cold.ID, "Warm"); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("a name taken is %v", err)
	}
	if got, err := d.RenameNamedLook(t.Context(), cold.ID, "Arctic"); err != nil || got.Name != "Arctic" || got.Adjust.Warmth != -30 {
		t.Errorf("renamed it is %+v, %v", got, err)
	}
	list, err := d.NamedLooks(t.Context(), d.space)
	d.must(err)
	if len(list) != 2 || list[0].Name != "Arctic" || list[1].ID != warm.ID || list[1].Adjust.Warmth != 30 {
		t.Errorf("the looks are %+v", list)
	}
	d.must(d.RemoveNamedLook(t.Context(), warm.ID))
	if _, err := d.NamedLook(t.Context(), warm.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a removed look is %v", err)
	}
}
