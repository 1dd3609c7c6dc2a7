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
