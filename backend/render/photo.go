package render

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"math/bits"
	"slices"

	"postbag/backend/render/jpegdec"
	"postbag/backend/render/jpegenc"
	"postbag/backend/render/resample"
)

// photograph is a picture of the fast path: a photograph that stays in the planes of its JPEG file.
type photograph struct {
	info    Info
	shared  *resample.Resampler
	encoder *jpegenc.Encoder
	planes  *resample.Photo
	free    func() // gives the decoder's planes back
}

// fast reports whether a file's pixels are planes that the fast path can keep: brightness and colour
// differences, or brightness alone. Whatever else a decoder makes of it takes the general path.
func (e *Engine) fast(info Info) bool {
	return !e.general && info.Format == JPEG && info.Depth == 8 && (info.Model == "ycbcr" || info.Model == "gray") &&
		(info.colour == nil || info.colour.table == nil)
}

// photograph decodes a file for the fast path, as small as the recipes allow. It returns nil for one that
// is left to the general path: of a kind that is not decoded here, or damaged, so that what is wrong
// with a file is found and said in one place.
func (e *Engine) photograph(ctx context.Context, info Info, file []byte, recipes []Recipe) (*photograph, error) {
	head, err := jpegdec.Inspect(file)
	if err != nil || head.Width != info.StoredWidth || head.Height != info.StoredHeight { // the limits were held against info
		return nil, nil //nolint:nilerr // the general path says what is wrong
	}
	scale := scaleFor(info, recipes)
	m, err := e.jpeg.Decode(ctx, file, jpegdec.Options{Scale: scale, MaxBytes: head.Need(scale), Pipelined: e.workers > 1})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, nil //nolint:nilerr // as above
	case m.Damaged && (!e.partial || m.Rows == 0):
		m.Release()
		return nil, nil
	case m.Damaged:
		info.damaged = true
		info.warnings = append(slices.Clone(info.warnings), WarnDamaged)
	}
	planes, err := e.resampler.NewPhoto(m.Image, info.StoredWidth, info.StoredHeight, scale)
	if err != nil {
		m.Release()
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if info.colour != nil {
		planes.Convert(info.colour.planes(), bits.TrailingZeros(uint(scale)), strips)
	}
	return &photograph{info: info, shared: e.resampler, encoder: e.encoder, planes: planes, free: m.Release}, nil
}

// planes returns what converts planes of a profile's colours to sRGB.
func (p *profile) planes() *resample.Colours {
	toSRGB, _ := srgbToXYZ().inverse()
	return resample.NewColours([3][256]float64{p.curves[0], p.curves[1], p.curves[2]}, toSRGB.times(p.matrix))
}

// scaleFor returns by how much a decoder may make the picture smaller for all recipes at once: 1, 2, 4
// or 8. As with the levels, enough is left to Lanczos.
func scaleFor(info Info, recipes []Recipe) int {
	scale := 8
	for _, r := range recipes {
		r, err := r.check()
		if err != nil {
			continue // it will not be drawn
		}
		s := r.Adjust.seen(info)
		l := r.layout(s.width, s.height)
		l.seen = s
		v := viewOf(l)
		scale = min(scale, 1<<resample.Level(v.Reduction(), v.Rest))
	}
	return scale
}

// little is the side in pixels up to which a drawing costs so little that it is made with the best rest.
const little = 160

// viewOf is what a layout shows of a picture, without its canvas.
func viewOf(l layout) resample.View {
	v := resample.View{
		Window: resample.Part(l.source, l.scaled, l.part), Width: l.part.Dx(), Height: l.part.Dy(),
		Orientation: l.seen.orientation, Ratio: image.YCbCrSubsampleRatio420, Rest: resample.RestDefault,
	}
	if l.offset.X%2 != 0 || l.offset.Y%2 != 0 { // on the canvas its colour samples lie between those of the file
		v.Ratio = image.YCbCrSubsampleRatio444
	}
	if max(v.Width, v.Height) <= little {
		v.Rest = resample.RestBest
	}
	return v
}

func (p *photograph) draw(l layout) (drawing, error) {
	if l.seen.angle != 0 {
		mid := l.upright()
		part, err := p.pixels(mid)
		if err != nil {
			return nil, err
		}
		return p.drawn(l, l.straighten(mid, part)), nil
	}
	if p.info.Model == "gray" && l.tone != nil && l.tone.tints {
		part, err := p.pixels(l)
		if err != nil {
			return nil, err
		}
		return p.drawn(l, part), nil
	}
	part, err := p.planes.Render(viewOf(l))
	if err != nil {
		return nil, fmt.Errorf("resize: %w", err)
	}
	if err := l.finishPlanes(part); err != nil {
		p.shared.Release(part)
		return nil, err
	}
	return &planes{photo: p, part: part, layout: l}, nil
}

// pixels draws a layout in red, green and blue, for what planes cannot do.
func (p *photograph) pixels(l layout) (*image.NRGBA, error) {
	v := viewOf(l)
	v.Ratio = image.YCbCrSubsampleRatio444
	part, err := p.planes.Render(v)
	if err != nil {
		return nil, fmt.Errorf("resize: %w", err)
	}
	defer p.shared.Release(part)
	out, _ := normalise(part)
	return out, nil
}

// drawn is a drawing of what pixels drew.
func (p *photograph) drawn(l layout, part *image.NRGBA) drawing {
	l.finish(part)
	return pixels{part: part, layout: l, opaque: true, encoder: p.encoder}
}

func (p *photograph) close() {
	p.planes.Close()
	p.free()
}

// planes is a drawing of a photograph, without its canvas yet.
type planes struct {
	photo  *photograph
	part   image.Image // *image.YCbCr or *image.Gray
	layout layout
}

func (*planes) traits() (opaque, flat bool) { return true, false }

func (d *planes) close() { d.photo.shared.Release(d.part) }

func (d *planes) encode(ctx context.Context, f Format, r Recipe, merge bool) (trial, error) {
	if f.lossless() {
		part, _ := normalise(d.part)
		return pixels{part: part, layout: d.layout, opaque: true, encoder: d.photo.encoder}.encode(ctx, f, r, merge)
	}
	m := d.part
	if d.layout.canvas != m.Bounds().Size() {
		background := r.Background
		if background == (color.NRGBA{}) {
			background = white
		}
		canvas, err := d.photo.shared.OnCanvas(m, d.layout.canvas.X, d.layout.canvas.Y, d.layout.offset, background)
		if err != nil {
			return trial{}, fmt.Errorf("background: %w", err)
		}
		defer d.photo.shared.Release(canvas)
		m = canvas
		if full, ok := m.(*image.YCbCr); ok && full.SubsampleRatio == image.YCbCrSubsampleRatio444 {
			if m, err = d.photo.shared.Subsampled(full); err != nil {
				return trial{}, fmt.Errorf("background: %w", err)
			}
			defer d.photo.shared.Release(m)
		}
	}
	return lossy(ctx, d.photo.encoder, r.Watermark.onPlanes(m), f, r)
}
