package library

import (
	"bytes"
	"context"
	"errors"
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
	list, _, err := s.p.Store.Shelf(ctx, w)
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
