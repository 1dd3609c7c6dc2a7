package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"postbag/backend/domain"
)

func newAsset(w domain.WorkspaceID, name string) domain.Asset {
	sum := sha256.Sum256([]byte(name))
	return domain.Asset{
		Workspace: w, SHA256: hex.EncodeToString(sum[:]), Kind: domain.AssetImage, Format: "jpeg", Bytes: 1000,
		Width: 40, Height: 30, Turn: 6, Frames: 1, Name: name + ".jpg", Camera: "Pentax K1000",
		TakenAt: time.Date(1969, 7, 20, 20, 17, 0, 0, time.UTC), Place: &domain.Place{Latitude: 60.39, Longitude: 5.32},
		Tags: []string{},
	}
}

func TestAnAssetComesBackAsItWasAdded(t *testing.T) {
	d := newDesk(t)
	a := newAsset(d.space, "harbour")
	a.Tags, a.Focus, a.Alt, a.Warning, a.Reference = []string{"boat", "sea"}, &domain.Point{X: 0, Y: 1}, "a boat", "w", "/photos/h.jpg"
	added, isNew, err := d.AddAsset(t.Context(), a, "/photos/h.jpg", time.Unix(5, 7))
	d.must(err)
	if !isNew {
		t.Error("a new asset is said to be known")
	}
	a.ID, a.ImportedAt, a.PlainWidth, a.PlainHeight = added.ID, added.ImportedAt, 40, 30
	got, err := d.Asset(t.Context(), added.ID)
	d.must(err)
	if !reflect.DeepEqual(got, a) {
		t.Errorf("got  %+v\nwant %+v", got, a)
	}
}

func TestTheSameContentIsOneAssetPerWorkspace(t *testing.T) {
	d := newDesk(t)
	first := d.asset("same")
	d.must(d.BinAsset(t.Context(), first.ID))
	again, added, err := d.AddAsset(t.Context(), newAsset(d.space, "same"), "/elsewhere", time.Unix(9, 0))
	d.must(err)
	if added || again.ID != first.ID || !again.DeletedAt.IsZero() {
		t.Errorf("added %v, %s in the bin since %v", added, again.ID, again.DeletedAt)
	}
	other, err := d.AddWorkspace(t.Context(), "Other")
	d.must(err)
	theirs, added, err := d.AddAsset(t.Context(), newAsset(other.ID, "same"), "/elsewhere", time.Unix(9, 0))
	d.must(err)
	if !added || theirs.ID == first.ID {
		t.Error("another workspace got this one's asset")
	}
	if _, _, err := d.AddAsset(t.Context(), newAsset("nowhere", "x"), "/x", time.Unix(0, 0)); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("no such workspace: %v", err)
	}
}

func TestAFileIsKnownWhileItsSizeAndTimeStay(t *testing.T) {
	d := newDesk(t)
	taken := time.Unix(1_700_000_000, 123_456_789)
	a, _, err := d.AddAsset(t.Context(), newAsset(d.space, "seen"), "/p/seen", taken)
	d.must(err)
	for _, c := range []struct {
		path  string
		bytes int64
		at    time.Time
		want  bool
	}{
		{"/p/seen", 1000, taken, true},
		{"/p/other", 1000, taken, false},
		{"/p/seen", 1001, taken, false},
		{"/p/seen", 1000, taken.Add(1), false},
	} {
		got, ok, err := d.SeenImport(t.Context(), d.space, c.path, c.bytes, c.at)
		d.must(err)
		if ok != c.want || ok && got.ID != a.ID {
			t.Errorf("%+v: %v", c, ok)
		}
	}
	d.must(d.BinAsset(t.Context(), a.ID))
	if _, ok, err := d.SeenImport(t.Context(), d.space, "/p/seen", 1000, taken); err != nil || ok {
		t.Errorf("an asset in the bin counts as imported: %v, %v", ok, err)
	}
}

func TestAssetsAreFoundByNameTagAltAndCamera(t *testing.T) {
	d := newDesk(t)
	a := d.asset("Zürich")
	_, err := d.SetTags(t.Context(), a.ID, []string{"École"}, nil)
	d.must(err)
	_, err = d.SetAlt(t.Context(), a.ID, "the lake at night")
	d.must(err)
	for _, query := range []string{"zurich", "ECOLE", "night lake", "pentax zurich"} {
		list, err := d.Assets(t.Context(), d.space, false, query, "", 10)
		if err != nil || len(list) != 1 || list[0].ID != a.ID {
			t.Errorf("%q found %d, %v", query, len(list), err)
		}
	}
	for i := range 5 {
		d.asset(fmt.Sprint("page ", i))
	}
	page, err := d.Assets(t.Context(), d.space, false, "page", "", 3)
	d.must(err)
	rest, err := d.Assets(t.Context(), d.space, false, "page", page[2].ID, 3)
	d.must(err)
	if len(page) != 3 || len(rest) != 2 || page[0].Name != "page 4.jpg" || rest[1].Name != "page 0.jpg" {
		t.Errorf("pages of %d and %d", len(page), len(rest))
	}
}

func TestAnAssetThatAPostUsesIsNotPurged(t *testing.T) {
	d := newDesk(t)
	p := d.wholePost()
	uses, err := d.PostsOf(t.Context(), d.picture)
	d.must(err)
	if len(uses) != 1 || uses[0] != p.ID {
		t.Errorf("used by %v", uses)
	}
	if err := d.PurgeAsset(t.Context(), d.picture); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("purged outside of the bin: %v", err)
	}
	d.must(d.BinAsset(t.Context(), d.picture))
	if err := d.PurgeAsset(t.Context(), d.picture); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("purged although a post uses it: %v", err)
	}
	free := d.asset("free")
	d.must(d.PutRendition(t.Context(), domain.Rendition{Asset: free.ID, Recipe: "r", SHA256: free.SHA256, Format: "png"}))
	d.must(d.BinAsset(t.Context(), free.ID))
	d.must(d.PurgeAsset(t.Context(), free.ID))
	if _, err := d.Asset(t.Context(), free.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("purged: %v", err)
	}
}

func TestARenditionIsRememberedByItsRecipe(t *testing.T) {
	d := newDesk(t)
	r := domain.Rendition{
		Asset: d.picture, Recipe: "r1", SHA256: newAsset(d.space, "r").SHA256, Format: "jpeg", Width: 4, Height: 3, Bytes: 12,
		Quality: 80, Passed: true,
	}
	d.must(d.PutRendition(t.Context(), r))
	r.Quality = 70
	d.must(d.PutRendition(t.Context(), r))
	got, err := d.Rendition(t.Context(), d.picture, "r1")
	d.must(err)
	r.CreatedAt = got.CreatedAt
	if got != r || got.CreatedAt.IsZero() {
		t.Errorf("got %+v", got)
	}
	if _, err := d.Rendition(t.Context(), d.picture, "r2"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("another recipe: %v", err)
	}
	if err := d.PutRendition(t.Context(), domain.Rendition{Asset: "none", SHA256: r.SHA256}); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("no such asset: %v", err)
	}
}
