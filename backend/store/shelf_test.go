package store

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestTheShelfReadsWhateverATextHolds(t *testing.T) {
	d := newDesk(t)
	odd := newAsset(d.space, "odd")
	odd.Name, odd.Alt, odd.Camera = "12,34 \x1f Sjøen, 船\n5,", "-1,", ","
	odd.Tags, odd.Focus, odd.Reference = []string{"b, 1", "a"}, &domain.Point{X: 0.5, Y: 0.5}, "/photos/3,x.jpg"
	odd, _, err := d.AddAsset(t.Context(), odd, "/photos/3,x.jpg", time.Unix(5, 7))
	d.must(err)
	plain := d.asset("plain")
	d.must(d.BinAsset(t.Context(), plain.ID))
	d.must(d.PutLooks(t.Context(), map[domain.AssetID]domain.Look{odd.ID: {Colour: 0xff8000, Hash: 1<<63 + 5}, plain.ID: {Colour: -1}}))
	c, err := d.AddCollection(t.Context(), domain.Collection{Workspace: d.space, Name: "Kept"})
	d.must(err)
	d.must(d.Collect(t.Context(), c.ID, []domain.AssetID{odd.ID}))

	list, err := d.Shelf(t.Context(), d.space)
	d.must(err)
	if len(list) != 3 || list[0].ID != plain.ID || list[0].DeletedAt.IsZero() || *list[0].Look != (domain.Look{Colour: -1}) {
		t.Fatalf("the shelf holds %+v", list)
	}
	want := domain.Shelved{
		ID: odd.ID, Kind: odd.Kind, Format: odd.Format, Width: odd.Width, Height: odd.Height, Bytes: odd.Bytes, Name: odd.Name, Alt: odd.Alt,
		Camera: odd.Camera, Reference: odd.Reference, Focused: true, TakenAt: odd.TakenAt, ImportedAt: odd.ImportedAt,
		Look: &domain.Look{Colour: 0xff8000, Hash: 1<<63 + 5}, Tags: []string{"a", "b, 1"}, Collections: []domain.CollectionID{c.ID},
	}
	if !reflect.DeepEqual(list[1], want) {
		t.Errorf("got  %+v\nwant %+v", list[1], want)
	}
	if other, err := d.Shelf(t.Context(), "nowhere"); err != nil || len(other) != 0 {
		t.Errorf("a workspace that is not there has %v, %v", other, err)
	}
}

const addMany = `
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
INSERT INTO asset (id, workspace, sha256, kind, format, bytes, width, height, turn, duration_ms, frames, name, reference, alt, camera, warning,
    imported_at_ms)
SELECT 'many-' || i, w.row, format('%064d', i), 'image', 'jpeg', 1, 1, 1, 1, 0, 1, 'n' || i, '', '', '', '', 1 FROM n, workspace w WHERE w.id = ?1`

func TestTheShelfHoldsEveryStretchOnceAndInOrder(t *testing.T) {
	d := newDesk(t)
	for _, count := range []int{shelfStretch, shelfStretch + 1, shelfStretch - 1} {
		d.must(d.Write(t.Context(), func(tx *Tx) error {
			if _, err := tx.exec("DELETE FROM asset"); err != nil {
				return err
			}
			_, err := tx.exec(addMany, d.space, count)
			return err
		}))
		list, err := d.Shelf(t.Context(), d.space)
		d.must(err)
		if len(list) != count {
			t.Fatalf("%d of %d assets are there", len(list), count)
		}
		for i, a := range list {
			if want := fmt.Sprintf("n%d", count-i); a.Name != want {
				t.Fatalf("asset %d is %q, want %s", i, a.Name, want)
			}
		}
	}
}

// A mark tells every write that a list of assets shows, and no other: also one whose changes were packed away
// between two looks.
func TestAMarkTellsWhatAListOfAssetsShows(t *testing.T) {
	d := newDesk(t)
	a, b := d.asset("a"), d.asset("b")
	mark, changed, err := d.ShelfMark(t.Context(), domain.ShelfMark{})
	d.must(err)
	if !changed || mark.Log == 0 {
		t.Fatalf("at first %+v, %v", mark, changed)
	}
	var post domain.Post
	var c domain.Collection
	steps := []struct {
		name  string
		shown bool
		write func() error
	}{
		{"nothing", false, func() error { return nil }},
		{"a setting", false, func() error { return d.SetSetting(t.Context(), "app", "{}") }},
		{"a description", true, func() error { _, err := d.SetAlt(t.Context(), a.ID, "A wall"); return err }},
		{"a tag", true, func() error { return d.TagAssets(t.Context(), []domain.AssetID{a.ID}, []string{"wall"}, nil) }},
		{"a tag less", true, func() error { return d.TagAssets(t.Context(), []domain.AssetID{a.ID}, nil, []string{"wall"}) }},
		{"a look", true, func() error {
			return d.PutLooks(t.Context(), map[domain.AssetID]domain.Look{a.ID: {Colour: 1, Hash: 2}})
		}},
		{"a collection", true, func() (err error) {
			c, err = d.AddCollection(t.Context(), domain.Collection{Workspace: d.space, Name: "Kept"})
			return err
		}},
		{"a picture in it", true, func() error { return d.Collect(t.Context(), c.ID, []domain.AssetID{b.ID}) }},
		{"a post", true, func() error { post = d.wholePost(); return nil }},
		{"a delivery of it", false, func() error {
			d.deliver(post, post.Variants[0], domain.Planned)
			return nil
		}},
		{"the bin", true, func() error { return d.BinAsset(t.Context(), b.ID) }},
		{"nothing again", false, func() error { return nil }},
	}
	for _, s := range steps {
		d.must(s.write())
		now, changed, err := d.ShelfMark(t.Context(), mark)
		d.must(err)
		if changed != s.shown {
			t.Errorf("%s: the list may be another: %v", s.name, changed)
		}
		mark = now
	}
	_, err = d.SetAlt(t.Context(), a.ID, "A red wall")
	d.must(err)
	d.must(d.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO change_pack (row, first, until_hlc, deliveries, packed) SELECT max(row), min(row), max(hlc), x'00', x'00' FROM change_log")
		if err == nil {
			_, err = tx.exec("DELETE FROM change_log")
		}
		return err
	}))
	if _, changed, err := d.ShelfMark(t.Context(), mark); err != nil || !changed {
		t.Errorf("what was packed away is not told: %v, %v", changed, err)
	}
}
