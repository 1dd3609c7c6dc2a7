package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
)

func (d desk) rendition(asset domain.AssetID, preset, recipe, sum string) domain.Rendition {
	d.t.Helper()
	r := domain.Rendition{
		Asset: asset, Recipe: recipe, SHA256: strings.Repeat(sum, 64), Format: "jpeg", Width: 1, Height: 1, Bytes: 1, Quality: 85, Preset: preset, Basis: "b",
	}
	d.must(d.PutRendition(d.t.Context(), r))
	return r
}

// TestARenditionIsStaleOnceWhatItFollowsChanges changes the focal point, a part and a size; what does not
// follow them stays.
func TestARenditionIsStaleOnceWhatItFollowsChanges(t *testing.T) {
	d := newDesk(t)
	other := d.asset("two").ID
	d.must(d.PutPreset(t.Context(), "own/a", `{"id":"own/a"}`))
	fresh := func(id domain.AssetID, recipe string) bool {
		t.Helper()
		_, err := d.Rendition(t.Context(), id, recipe)
		if err != nil && !errors.Is(err, domain.ErrNotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	for name, change := range map[string]struct {
		do    func() error
		stays []string // of: this picture in a, in b, whole, another picture in a
	}{
		"focus": {func() error {
			_, err := d.SetFocus(t.Context(), d.picture, &domain.Point{X: 0.1, Y: 0.2})
			return err
		}, []string{"whole", "other"}},
		"part": {func() error {
			return d.SetCrop(t.Context(), d.picture, "own/a", &domain.Crop{Width: 0.5, Height: 0.5})
		}, []string{"b", "whole", "other"}},
		"size": {func() error {
			return d.PutPreset(t.Context(), "own/a", fmt.Sprintf(`{"id":"own/a","at":%d}`, time.Now().UnixNano()))
		}, []string{"b", "whole"}},
		"no change": {func() error { return d.PutPreset(t.Context(), "own/c", `{}`) }, []string{"a", "b", "whole", "other"}},
	} {
		d.rendition(d.picture, "own/a", "a", "a")
		d.rendition(d.picture, "own/b", "b", "b")
		d.rendition(d.picture, "", "whole", "c")
		d.rendition(other, "own/a", "other", "d")
		d.must(change.do())
		for _, recipe := range []string{"a", "b", "whole", "other"} {
			id := d.picture
			if recipe == "other" {
				id = other
			}
			if got, want := fresh(id, recipe), slices.Contains(change.stays, recipe); got != want {
				t.Errorf("%s: %s is fresh: %t", name, recipe, got)
			}
		}
	}
	d.must(d.RemovePreset(t.Context(), "own/a"))
	if fresh(other, "other") {
		t.Error("a size that is gone keeps its renditions")
	}
}

// TestASweepKeepsWhatSomethingNeeds has one content as the rendition of two assets, and one that is an original.
func TestASweepKeepsWhatSomethingNeeds(t *testing.T) {
	d := newDesk(t)
	other := d.asset("two")
	d.rendition(d.picture, "own/a", "1", "a") // also the other's, which stays
	d.rendition(other.ID, "own/a", "1", "a")
	d.rendition(d.picture, "own/a", "2", "b")
	own := d.rendition(d.picture, "own/a", "3", "c")
	own.Recipe, own.SHA256 = "4", other.SHA256 // it passed through
	d.must(d.PutRendition(t.Context(), own))
	_, err := d.SetFocus(t.Context(), d.picture, &domain.Point{X: 0.1, Y: 0.2})
	d.must(err)
	d.rendition(d.picture, "own/a", "3", "c") // made again
	var removed []string
	remove := func(sum string) error { removed = append(removed, sum[:1]); return nil }
	if n, err := d.SweepRenditions(t.Context(), time.Now().Add(-time.Hour), remove); n != 0 || err != nil || removed != nil {
		t.Errorf("too early: %d, %v, %v", n, err, removed)
	}
	broken := errors.New("the disk says no")
	if _, err := d.SweepRenditions(t.Context(), time.Now().Add(time.Hour), func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a file that stays: %v", err)
	}
	n, err := d.SweepRenditions(t.Context(), time.Now().Add(time.Hour), remove)
	if n != 3 || err != nil || !slices.Equal(removed, []string{"b"}) {
		t.Errorf("%d forgotten, %v, removed %v", n, err, removed)
	}
}

func TestPicturesOfWatermarksGoOnceNoSizeNamesThem(t *testing.T) {
	d := newDesk(t)
	const data = "data:image/png;base64,YQ=="
	used, unused := strings.Repeat("a", 64), strings.Repeat("b", 64)
	for _, sum := range []string{used, unused, used} {
		d.must(d.PutPresetPicture(t.Context(), sum, data))
	}
	d.must(d.PutPreset(t.Context(), "own/a", `{"watermark":{"picture":"sha256:`+used+`"}}`))
	d.must(d.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec("UPDATE preset_picture SET created_at_ms = ?", ms(tx.Now.Add(-25*time.Hour)))
		return err
	}))
	d.must(d.PutPresetPicture(t.Context(), strings.Repeat("c", 64), data))
	if got, err := d.PresetPicture(t.Context(), used); err != nil || got != data {
		t.Errorf("one that a size names: %q, %v", got, err)
	}
	if _, err := d.PresetPicture(t.Context(), unused); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("one that none names: %v", err)
	}
}
