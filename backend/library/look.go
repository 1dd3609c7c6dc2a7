package library

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // thumbnails are JPEG
	_ "image/png"  // or, with transparency, PNG

	"postbag/backend/domain"
	"postbag/backend/render"
)

// noLook is remembered of what has no picture, so that it is not tried again.
func noLook() domain.Look { return domain.Look{Colour: -1} }

// lookOf works out the average colour and the difference hash of a thumbnail: nine by eight grey
// means, each bit saying whether a mean is darker than its right neighbour. Pictures that were
// scaled, compressed or slightly brightened keep nearly all of their bits.
func lookOf(thumb []byte) domain.Look {
	m, _, err := image.Decode(bytes.NewReader(thumb))
	if err != nil || m.Bounds().Empty() {
		return noLook()
	}
	const columns, rows = 9, 8
	var grey, count [rows][columns]uint64
	var red, green, blue, all uint64
	b := m.Bounds()
	at := func(x, y int) (r, g, b, a uint32) { return m.At(x, y).RGBA() }
	if photo, ok := m.(*image.YCbCr); ok { // nearly all, and it need not make a colour of each pixel
		at = func(x, y int) (r, g, b, a uint32) { return photo.YCbCrAt(x, y).RGBA() }
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := (y - b.Min.Y) * rows / b.Dy()
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := at(x, y)
			// Transparent parts are seen on paper.
			r, g, bl = r+0xffff-a, g+0xffff-a, bl+0xffff-a
			red, green, blue, all = red+uint64(r>>8), green+uint64(g>>8), blue+uint64(bl>>8), all+1
			column := (x - b.Min.X) * columns / b.Dx()
			grey[row][column] += uint64(r)*299 + uint64(g)*587 + uint64(bl)*114
			count[row][column]++
		}
	}
	look := domain.Look{Colour: int(red/all)<<16 | int(green/all)<<8 | int(blue/all)} //nolint:gosec // below 256 each
	for y := range rows {
		for x := range columns - 1 {
			look.Hash <<= 1
			if grey[y][x]*max(count[y][x+1], 1) < grey[y][x+1]*max(count[y][x], 1) {
				look.Hash |= 1
			}
		}
	}
	return look
}

// LookAt works out the looks of assets that have none, from their thumbnails, and remembers them in
// steps. It reports whether there was anything to do. A picture out of reach is left for another time.
func (s *Service) LookAt(ctx context.Context, w domain.WorkspaceID) (bool, error) {
	list, err := s.p.Store.Shelf(ctx, w)
	if err != nil {
		return false, err
	}
	looks, worked := map[domain.AssetID]domain.Look{}, false
	for _, a := range list {
		if a.Look != nil {
			continue
		}
		if a.Kind == domain.AssetVideo { // one picture of it says nothing of what it is like
			looks[a.ID], worked = noLook(), true
			continue
		}
		data, _, err := s.Thumb(ctx, a.ID, render.ThumbnailSides()[0])
		switch {
		case ctx.Err() != nil:
			return worked, ctx.Err()
		case errors.Is(err, ErrNoPicture):
			looks[a.ID] = noLook()
		case err != nil:
			continue // its drive may come back
		default:
			looks[a.ID] = lookOf(data)
		}
		worked = true
		if len(looks) == 200 {
			if err := s.p.Store.PutLooks(ctx, looks); err != nil {
				return worked, err
			}
			clear(looks)
		}
	}
	if len(looks) > 0 {
		err = s.p.Store.PutLooks(ctx, looks)
	}
	return worked, err
}

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

// alike finds the groups among assets outside of the bin, the newest group first. Two pictures are
// alike if their hashes, shapes and colours are near. Hashes are compared only where one of six
// pieces is equal: with five differing bits at least one must be.
func alike(list []domain.Shelved) []Alike {
	parent := make([]int, len(list))
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	const pieceBits = 11
	var buckets [domain.NearBits + 1][1 << pieceBits][]int32
	for i := range list {
		a := &list[i]
		if !a.DeletedAt.IsZero() || a.Look == nil || a.Look.Plain() {
			continue
		}
		for place := range buckets {
			bucket := &buckets[place][a.Look.Hash>>(place*pieceBits)&(1<<pieceBits-1)]
			for _, j := range *bucket {
				if near(a, &list[j]) && root(i) != root(int(j)) {
					parent[root(i)] = root(int(j))
				}
			}
			*bucket = append(*bucket, int32(i)) //nolint:gosec // a list in memory is far shorter
		}
	}
	sizes := make([]int32, len(list))
	for i := range list {
		sizes[root(i)]++
	}
	groups := map[int][]domain.Shelved{}
	order := []int{}
	for i := range list {
		r := root(i)
		if sizes[r] == 1 {
			continue
		}
		if len(groups[r]) == 1 {
			order = append(order, r)
		}
		groups[r] = append(groups[r], list[i])
	}
	out := []Alike{}
	for _, r := range order {
		out = append(out, judged(groups[r]))
	}
	return out
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
	view, err := s.stock(ctx, w)
	if err != nil {
		return nil, err
	}
	return view.alike, nil
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
