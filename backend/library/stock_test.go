package library

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"postbag/backend/domain"
)

// What is carried from change to change is what would be read anew: after hundreds of changes of every kind, in any
// order and several at a time.
func TestAChangedShelfIsTheOneThatWouldBeRead(t *testing.T) {
	s := newShelf(t)
	ctx, random := t.Context(), rand.New(rand.NewPCG(6, 11)) //nolint:gosec // a test
	var ids []domain.AssetID
	hash := func() uint64 { // many of them near another one
		base := []uint64{0x0f0f_1234_5678_9abc, 0xdead_beef_0123_4567, 0x5555_aaaa_1357_2468, 0x9e37_79b9_7f4a_7c15}[random.IntN(4)]
		for range random.IntN(9) {
			base ^= 1 << random.IntN(64)
		}
		return base
	}
	any := func() domain.AssetID { return ids[random.IntN(len(ids))] }
	some := func() (list []domain.AssetID) {
		for range 1 + random.IntN(60) {
			list = append(list, any())
		}
		return list
	}
	tag := func() string { return fmt.Sprint([]string{"Å", "b", "morning", "C", "d"}[random.IntN(5)]) }
	added := 0
	add := func() error {
		added++
		a, _, err := s.db.AddAsset(ctx, domain.Asset{
			Workspace: s.space, SHA256: fmt.Sprintf("%064d", added), Kind: domain.AssetImage, Format: "jpeg", Bytes: int64(1 + random.IntN(9)),
			Width: 400 + random.IntN(3), Height: 300, Turn: 1, Frames: 1, Name: fmt.Sprint([]string{"Sjøen", "harbour", "港口"}[random.IntN(3)], random.IntN(50)),
			TakenAt: time.Unix(int64(random.IntN(5))*1e8, 0),
		}, fmt.Sprint("/p/", added), time.Unix(1, 0))
		ids = append(ids, a.ID)
		return err
	}
	for range 150 {
		s.must(add())
	}
	var collections []domain.CollectionID
	for i, query := range []string{"", "", "tag:b", "is:alike alt:no", "batch:last", "harbour"} {
		c, err := s.AddCollection(ctx, s.space, fmt.Sprint("c", i), query)
		s.must(err)
		collections = append(collections, c.ID)
	}
	changes := []func() error{
		add,
		func() error {
			_, err := s.SetAlt(ctx, any(), []string{"", "A wall", "Two gulls"}[random.IntN(3)])
			return err
		},
		func() error { return s.TagAll(ctx, some(), []string{tag()}, nil) },
		func() error { return s.TagAll(ctx, some(), nil, []string{tag()}) },
		func() error {
			err := s.RenameTag(ctx, s.space, tag(), tag())
			if errors.Is(err, domain.ErrNotFound) {
				return nil // nothing has that tag now
			}
			return err
		},
		func() error { return s.BinAll(ctx, some(), random.IntN(3) == 0) },
		func() error {
			id := any()
			if a, err := s.Get(ctx, id); err != nil || a.DeletedAt.IsZero() {
				return err
			}
			ids = slices.DeleteFunc(ids, func(x domain.AssetID) bool { return x == id })
			return s.Purge(ctx, id)
		},
		func() error { return s.Collect(ctx, collections[random.IntN(2)], some(), random.IntN(2) == 0) },
		func() error {
			looks := map[domain.AssetID]domain.Look{}
			for range 1 + random.IntN(70) {
				looks[any()] = domain.Look{Colour: 0x808080, Hash: hash()}
			}
			return s.db.PutLooks(ctx, looks)
		},
		func() error { return s.db.Batch(ctx, some(), fmt.Sprint("batch", random.IntN(4))) },
		func() error {
			_, err := s.ChangeCollection(ctx, collections[2], "c2", "tag:"+tag())
			return err
		},
		func() error { return s.db.SetSetting(ctx, "app", "{}") },
	}
	sorts := []Sort{SortAdded, SortTaken, SortName, SortLarge, SortBytes, SortUses, SortAlt, SortTags, "-" + SortName, "-" + SortTags, "-" + SortBytes}
	for step := range 300 {
		for range 1 + random.IntN(3) {
			s.must(changes[random.IntN(len(changes))]())
		}
		anew := New(s.p)
		for _, query := range []string{"", "harbour", "sjoen -tag:b", "is:alike", "is:bin", "batch:last"} {
			order := sorts[random.IntN(len(sorts))]
			got, err := s.View(ctx, s.space, query, "", order)
			s.must(err)
			want, err := anew.View(ctx, s.space, query, "", order)
			s.must(err)
			if shown(got.Assets) != shown(want.Assets) {
				t.Fatalf("step %d: %q by %q finds\n%s, not\n%s", step, query, order, shown(got.Assets), shown(want.Assets))
			}
			if a, b := counted(got.Facets), counted(want.Facets); a != b {
				t.Fatalf("step %d: it counts\n%s, not\n%s", step, a, b)
			}
		}
		got, err := s.Alike(ctx, s.space)
		s.must(err)
		want, err := anew.Alike(ctx, s.space)
		s.must(err)
		if fmt.Sprint(groupsOf(got)) != fmt.Sprint(groupsOf(want)) {
			t.Fatalf("step %d: alike are %v, not %v", step, groupsOf(got), groupsOf(want))
		}
	}
}

func shown(list []*domain.Shelved) string {
	out := ""
	for _, a := range list {
		out += fmt.Sprintln(a.Seq, a.ID, a.Name, a.Alt, a.Tags, a.Collections, a.DeletedAt, a.Batch)
	}
	return out
}

// counted leaves out collections of none.
func counted(f Facets) string {
	for id, n := range f.Found {
		if n == 0 {
			delete(f.Found, id)
		}
	}
	return fmt.Sprintf("%+v", f)
}

func groupsOf(list []Alike) (groups []string) {
	for _, g := range list {
		names := []string{}
		for _, a := range g.Assets {
			names = append(names, fmt.Sprint(a.Seq))
		}
		slices.Sort(names[1:])
		groups = append(groups, fmt.Sprint(names, g.Reasons))
	}
	slices.Sort(groups)
	return groups
}
