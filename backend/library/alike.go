package library

import (
	"context"
	"fmt"

	"postbag/backend/domain"
)

// Reason says why a picture of a group is the one to keep.
type Reason string

// Every reason.
const (
	KeepUsed      Reason = "used"      // posts use it
	KeepLarger    Reason = "larger"    // it has the most pixels
	KeepDescribed Reason = "described" // it alone has a description
	KeepOlder     Reason = "older"     // it was here first
)

// Alike is a group of pictures that look alike, the one to keep first.
type Alike struct {
	Assets  []domain.Shelved
	Reasons []Reason // why the first is to be kept, the strongest first
}

// kin is which pictures of a list look alike.
type kin struct {
	group  []int32   // for each of the list, the group it is in; -1 for none
	groups [][]int32 // places in the list, the last imported first; the group of the newest picture first
}

// size is how many pictures look like another.
func (k *kin) size() int {
	n := 0
	for _, g := range k.groups {
		n += len(g)
	}
	return n
}

// kinOf finds the groups among assets outside of the bin. Two pictures are alike if their hashes, shapes and colours
// are near. Hashes are compared only where one of six pieces is equal: with five differing bits at least one must be.
func kinOf(list []*domain.Shelved) kin {
	s := newSets(len(list))
	type looks struct {
		domain.Look
		width, height int
	}
	same := map[looks]int{} // of thousands that look the same, such as frames, one is compared
	const pieceBits = 11
	var buckets [domain.NearBits + 1][1 << pieceBits][]int32
	for i, a := range list {
		if !likable(a) {
			continue
		}
		l := looks{*a.Look, a.Width, a.Height}
		if first, ok := same[l]; ok {
			s.join(i, first)
			continue
		}
		same[l] = i
		for place := range buckets {
			bucket := &buckets[place][a.Look.Hash>>(place*pieceBits)&(1<<pieceBits-1)]
			for _, j := range *bucket {
				if near(a, list[j]) {
					s.join(i, int(j))
				}
			}
			*bucket = append(*bucket, int32(i)) //nolint:gosec // a list in memory is far shorter
		}
	}
	return s.kin()
}

// Beyond these, all is compared anew, which takes as long as some tens of pictures compared with all others.
const (
	fewFresh  = 40
	fewInLost = 400 // in groups that lost one
)

// after returns the groups after a change of the list, which was old.
func (k *kin) after(m merged, old []*domain.Shelved) kin {
	if sameLooks(m, old) {
		return *k // and each is where it was
	}
	lost, again := map[int32]bool{}, []int{} // groups that lost one; pictures to be compared with all
	for _, i := range m.left {
		if g := k.group[i]; g >= 0 {
			lost[g] = true
		}
	}
	for _, i := range m.fresh {
		if likable(m.list[i]) {
			again = append(again, i)
		}
	}
	inLost := 0
	for g := range lost {
		inLost += len(k.groups[g])
	}
	if len(again) > fewFresh || inLost > fewInLost {
		return kinOf(m.list)
	}
	s := newSets(len(m.list))
	for at, g := range k.groups {
		if !lost[int32(at)] { //nolint:gosec // a list in memory is far shorter
			for _, i := range g[1:] {
				s.join(int(m.to[g[0]]), int(m.to[i]))
			}
			continue
		}
		for n, i := range g { // what held it together may be gone
			for _, j := range g[:n] {
				if x, y := m.to[i], m.to[j]; x >= 0 && y >= 0 && near(m.list[x], m.list[y]) {
					s.join(int(x), int(y))
				}
			}
		}
	}
	for _, i := range again {
		for j, a := range m.list {
			if i != j && likable(a) && near(m.list[i], a) {
				s.join(i, j)
			}
		}
	}
	return s.kin()
}

// sameLooks reports whether a change changed nothing by which pictures look alike.
func sameLooks(m merged, old []*domain.Shelved) bool {
	if len(m.fresh) != len(m.left) {
		return false
	}
	for n, i := range m.fresh {
		a, b := m.list[i], old[m.left[n]]
		if a.Seq != b.Seq || likable(a) != likable(b) || likable(a) && (*a.Look != *b.Look || a.Width != b.Width || a.Height != b.Height) {
			return false
		}
	}
	return true
}

// likable reports whether a picture can look like another.
func likable(a *domain.Shelved) bool { return a.DeletedAt.IsZero() && a.Look != nil && !a.Look.Plain() }

// sets are disjoint sets of numbers.
type sets []int32

func newSets(n int) sets {
	s := make(sets, n)
	for i := range s {
		s[i] = int32(i) //nolint:gosec // a list in memory is far shorter
	}
	return s
}

func (s sets) root(i int) int {
	for int(s[i]) != i {
		s[i] = s[s[i]]
		i = int(s[i])
	}
	return i
}

func (s sets) join(i, j int) { s[s.root(i)] = int32(s.root(j)) } //nolint:gosec // a list in memory is far shorter

// kin are the sets of more than one.
func (s sets) kin() kin {
	k := kin{group: make([]int32, len(s))}
	sizes := make([]int32, len(s))
	for i := range s {
		sizes[s.root(i)]++
		k.group[i] = -1
	}
	for i := len(s) - 1; i >= 0; i-- {
		r := s.root(i)
		if sizes[r] < 2 {
			continue
		}
		if k.group[r] < 0 {
			k.group[r] = int32(len(k.groups)) //nolint:gosec // the same
			k.groups = append(k.groups, make([]int32, 0, sizes[r]))
		}
		g := k.group[r]
		k.group[i] = g
		k.groups[g] = append(k.groups[g], int32(i)) //nolint:gosec // the same
	}
	return k
}

func near(a, b *domain.Shelved) bool {
	// The same shape to a twentieth.
	left, right := a.Width*b.Height, b.Width*a.Height
	diff := left - right
	return diff*20 <= left && -diff*20 <= left && a.Look.Near(*b.Look)
}

// judged puts the asset to keep first and says why.
func judged(group []domain.Shelved) Alike {
	best := 0
	for i := range group {
		if better(group[i], group[best]) {
			best = i
		}
	}
	group[0], group[best] = group[best], group[0]
	keep, out := group[0], Alike{Assets: group, Reasons: []Reason{}}
	used, larger, described, older := len(keep.Posts) > 0, true, keep.Alt != "", true
	for _, a := range group[1:] {
		used = used && len(keep.Posts) > len(a.Posts)
		larger = larger && keep.Width*keep.Height > a.Width*a.Height
		described = described && a.Alt == ""
		older = older && keep.ImportedAt.Before(a.ImportedAt)
	}
	for _, r := range []struct {
		so     bool
		reason Reason
	}{{used, KeepUsed}, {larger, KeepLarger}, {described, KeepDescribed}, {older, KeepOlder}} {
		if r.so {
			out.Reasons = append(out.Reasons, r.reason)
		}
	}
	return out
}

func better(a, b domain.Shelved) bool {
	if x, y := a.Width*a.Height, b.Width*b.Height; x != y {
		return x > y // uses move with a merge; pixels cannot be made
	}
	if x, y := len(a.Posts), len(b.Posts); x != y {
		return x > y
	}
	if (a.Alt != "") != (b.Alt != "") {
		return a.Alt != ""
	}
	if a.Bytes != b.Bytes {
		return a.Bytes > b.Bytes
	}
	return a.ImportedAt.Before(b.ImportedAt)
}

// Alike returns the groups of pictures that look alike, those with the newest picture first.
func (s *Service) Alike(ctx context.Context, w domain.WorkspaceID) ([]Alike, error) {
	v, err := s.stock(ctx, w)
	if err != nil {
		return nil, err
	}
	out := make([]Alike, len(v.kin.groups))
	for n, places := range v.kin.groups {
		group := make([]domain.Shelved, len(places))
		for i, at := range places {
			group[i] = *v.list[at]
		}
		out[n] = judged(group)
	}
	return out, nil
}

// Merge makes one of assets that look alike: posts that use the others use keep, which gets their
// tags, collections and, if it has none, their description; the others go to the bin. Naming keep
// among the others, or an asset of another workspace, is an error and changes nothing.
func (s *Service) Merge(ctx context.Context, keep domain.AssetID, others []domain.AssetID) (domain.Asset, error) {
	if len(others) == 0 {
		return domain.Asset{}, &domain.FieldError{Field: "others", Message: "say which pictures become one with it"}
	}
	a, err := s.p.Store.MergeAssets(ctx, keep, others)
	if err != nil {
		return a, fmt.Errorf("merge: %w", err)
	}
	return a, nil
}
