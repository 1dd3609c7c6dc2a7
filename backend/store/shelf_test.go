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

	list, mark, err := d.Shelf(t.Context(), d.space)
	d.must(err)
	if len(list) != 3 || list[2].ID != plain.ID || list[2].DeletedAt.IsZero() || *list[2].Look != (domain.Look{Colour: -1}) {
		t.Fatalf("the shelf holds %+v", list)
	}
	want := domain.Shelved{
		ID: odd.ID, Seq: list[1].Seq, Kind: odd.Kind, Format: odd.Format, Width: odd.Width, Height: odd.Height, Bytes: odd.Bytes, Name: odd.Name, Alt: odd.Alt,
		Camera: odd.Camera, Reference: odd.Reference, Focused: true, TakenAt: odd.TakenAt, ImportedAt: odd.ImportedAt,
		Look: &domain.Look{Colour: 0xff8000, Hash: 1<<63 + 5}, Tags: []string{"a", "b, 1"}, Collections: []domain.CollectionID{c.ID},
	}
	if !reflect.DeepEqual(list[1], want) {
		t.Errorf("got  %+v\nwant %+v", list[1], want)
	}
	if other, _, err := d.Shelf(t.Context(), "nowhere"); err != nil || len(other) != 0 {
		t.Errorf("a workspace that is not there has %v, %v", other, err)
	}
	c2, err := d.ShelfChange(t.Context(), d.space, mark-1)
	d.must(err)
	if len(c2.Assets) != 1 || c2.Unknown || c2.Mark != mark || !reflect.DeepEqual(c2.Assets[0], want) {
		t.Errorf("the last change is %+v", c2)
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
		list, _, err := d.Shelf(t.Context(), d.space)
		d.must(err)
		if len(list) != count {
			t.Fatalf("%d of %d assets are there", len(list), count)
		}
		for i, a := range list {
			if want := fmt.Sprintf("n%d", i+1); a.Name != want {
				t.Fatalf("asset %d is %q, want %s", i, a.Name, want)
			}
		}
	}
}

// A mark tells every write that a list of assets shows, and no other, and which assets it is about.
func TestAMarkTellsWhatAListOfAssetsShows(t *testing.T) {
	d := newDesk(t)
	a, b := d.asset("a"), d.asset("b")
	list, mark, err := d.Shelf(t.Context(), d.space)
	d.must(err)
	at := map[domain.AssetID]int64{}
	for _, one := range list {
		at[one.ID] = one.Seq
	}
	var post domain.Post
	var c domain.Collection
	steps := []struct {
		name        string
		shown       []domain.AssetID
		collections bool
		write       func() error
	}{
		{name: "nothing", write: func() error { return nil }},
		{name: "a setting", write: func() error { return d.SetSetting(t.Context(), "app", "{}") }},
		{name: "a description", shown: []domain.AssetID{a.ID}, write: func() error { _, err := d.SetAlt(t.Context(), a.ID, "A wall"); return err }},
		{name: "a tag", shown: []domain.AssetID{a.ID, b.ID}, write: func() error {
			return d.TagAssets(t.Context(), []domain.AssetID{a.ID, b.ID}, []string{"wall"}, nil)
		}},
		{name: "another name of it", shown: []domain.AssetID{a.ID, b.ID}, write: func() error { return d.RenameTag(t.Context(), d.space, "wall", "Wall") }},
		{name: "a tag less", shown: []domain.AssetID{a.ID}, write: func() error {
			return d.TagAssets(t.Context(), []domain.AssetID{a.ID}, nil, []string{"Wall"})
		}},
		{name: "a look", shown: []domain.AssetID{a.ID}, write: func() error {
			return d.PutLooks(t.Context(), map[domain.AssetID]domain.Look{a.ID: {Colour: 1, Hash: 2}})
		}},
		{name: "a collection", collections: true, write: func() (err error) {
			c, err = d.AddCollection(t.Context(), domain.Collection{Workspace: d.space, Name: "Kept"})
			return err
		}},
		{name: "a picture in it", shown: []domain.AssetID{b.ID}, write: func() error { return d.Collect(t.Context(), c.ID, []domain.AssetID{b.ID}) }},
		{name: "the collection gone", shown: []domain.AssetID{b.ID}, collections: true, write: func() error { return d.RemoveCollection(t.Context(), c.ID) }},
		{name: "a post", shown: nil, write: func() error { post = d.wholePost(); return nil }},
		{name: "a delivery of it", write: func() error {
			d.deliver(post, post.Variants[0], domain.Planned)
			return nil
		}},
		{name: "the bin", shown: []domain.AssetID{b.ID}, write: func() error { return d.BinAsset(t.Context(), b.ID) }},
		{name: "nothing again", write: func() error { return nil }},
	}
	for _, s := range steps {
		d.must(s.write())
		now, err := d.ShelfChange(t.Context(), d.space, mark)
		d.must(err)
		if s.name == "a post" { // with pictures of its own
			if len(now.Assets) == 0 || len(now.Assets[0].Posts) == 0 {
				t.Errorf("a post uses %+v", now.Assets)
			}
			mark = now.Mark
			continue
		}
		seen := []domain.AssetID{}
		for _, one := range now.Assets {
			seen = append(seen, one.ID)
		}
		if fmt.Sprint(seen) != fmt.Sprint(s.shown) || now.Collections != s.collections || now.Unknown || len(now.Gone) > 0 {
			t.Errorf("%s: %+v", s.name, now)
		}
		mark = now.Mark
	}
	d.must(d.PurgeAsset(t.Context(), b.ID))
	gone, err := d.ShelfChange(t.Context(), d.space, mark)
	d.must(err)
	if len(gone.Assets) > 0 || len(gone.Gone) != 1 || gone.Gone[0] != at[b.ID] {
		t.Errorf("what was deleted for ever is told as %+v", gone)
	}
	if other, err := d.ShelfChange(t.Context(), d.space, gone.Mark+1); err != nil || !other.Unknown {
		t.Errorf("a mark of a time to come tells %+v, %v", other, err)
	}
	d.must(d.Write(t.Context(), func(tx *Tx) error {
		_, err := tx.exec("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000) INSERT INTO local_touched (asset) SELECT ?1 FROM n", at[a.ID])
		return err
	}))
	if long, err := d.ShelfChange(t.Context(), d.space, mark); err != nil || !long.Unknown {
		t.Errorf("what was cut off is told as %+v, %v", long, err)
	}
	var kept int
	d.must(d.Read(t.Context(), func(tx *Tx) error { return tx.row("SELECT count(*) FROM local_touched").Scan(&kept) }))
	if kept > 21_000 {
		t.Errorf("%d touches are kept", kept)
	}
}
