package render

import (
	"image"
	"image/color"
	"image/draw"
)

// normalise returns any decoder's picture as an 8-bit NRGBA at the origin with rows back to back,
// the only kind the later stages and imaging ever see. Its memory may be the decoder's own. Sixteen
// bits are rounded, CMYK goes by the plain formula, and a palette index beyond the palette is black.
func normalise(raw image.Image) (*image.NRGBA, []Warning) {
	b := raw.Bounds()
	width, height := b.Dx(), b.Dy()
	switch m := raw.(type) {
	case *image.NRGBA:
		if b.Min == (image.Point{}) && m.Stride == width*4 && len(m.Pix) >= width*height*4 {
			return m, nil
		}
	case *image.RGBA:
		if b.Min == (image.Point{}) && m.Stride == width*4 && m.Opaque() {
			return &image.NRGBA{Pix: m.Pix, Stride: m.Stride, Rect: m.Rect}, nil
		}
	}
	out := image.NewNRGBA(image.Rect(0, 0, width, height))
	var warnings []Warning
	switch m := raw.(type) {
	case *image.YCbCr:
		opaque := &image.RGBA{Pix: out.Pix, Stride: out.Stride, Rect: out.Rect}
		draw.Draw(opaque, opaque.Rect, m, b.Min, draw.Src)
	case *image.NYCbCrA:
		eachRow(out, b, func(x, y int, d []uint8) {
			yi, ci := m.YOffset(x, y), m.COffset(x, y)
			d[0], d[1], d[2] = color.YCbCrToRGB(m.Y[yi], m.Cb[ci], m.Cr[ci])
			d[3] = m.A[m.AOffset(x, y)]
		})
	case *image.Gray:
		eachRow(out, b, func(x, y int, d []uint8) {
			v := m.Pix[m.PixOffset(x, y)]
			d[0], d[1], d[2], d[3] = v, v, v, 255
		})
	case *image.Gray16:
		eachRow(out, b, func(x, y int, d []uint8) {
			v := to8(uint32(m.Gray16At(x, y).Y))
			d[0], d[1], d[2], d[3] = v, v, v, 255
		})
	case *image.NRGBA64:
		eachRow(out, b, func(x, y int, d []uint8) {
			c := m.NRGBA64At(x, y)
			d[0], d[1], d[2], d[3] = to8(uint32(c.R)), to8(uint32(c.G)), to8(uint32(c.B)), to8(uint32(c.A))
		})
	case *image.CMYK:
		eachRow(out, b, func(x, y int, d []uint8) {
			c := m.CMYKAt(x, y)
			d[0], d[1], d[2] = color.CMYKToRGB(c.C, c.M, c.Y, c.K)
			d[3] = 255
		})
	case *image.Paletted:
		if paletted(out, b, m) {
			warnings = append(warnings, WarnPalette)
		}
	default:
		eachRow(out, b, func(x, y int, d []uint8) {
			r, g, bl, a := m.At(x, y).RGBA()
			d[3] = to8(a)
			if a != 0 {
				d[0], d[1], d[2] = to8(straight(r, a)), to8(straight(g, a)), to8(straight(bl, a))
			}
		})
	}
	return out, warnings
}

// inSRGB is normalise, and the colours are those of sRGB.
func (info Info) inSRGB(raw image.Image) (*image.NRGBA, []Warning) {
	if info.colour == nil {
		return normalise(raw)
	}
	inks, printed := raw.(*image.CMYK)
	switch table := info.colour.table; {
	case table != nil && table.inputs == 4 && printed:
		return table.print(inks), nil
	case table != nil && table.inputs == 4:
		return normalise(raw)
	case table != nil:
		out, warnings := normalise(raw)
		table.apply(out)
		return out, warnings
	}
	out, warnings := normalise(raw)
	info.colour.converter().apply(out)
	return out, warnings
}

// eachRow calls set for every pixel of b with its four bytes in out.
func eachRow(out *image.NRGBA, b image.Rectangle, set func(x, y int, d []uint8)) {
	for y := b.Min.Y; y < b.Max.Y; y++ {
		row := out.Pix[(y-b.Min.Y)*out.Stride:]
		for x := b.Min.X; x < b.Max.X; x++ {
			i := (x - b.Min.X) * 4
			set(x, y, row[i:i+4:i+4])
		}
	}
}

// paletted fills out and reports whether an index was beyond the palette.
func paletted(out *image.NRGBA, b image.Rectangle, m *image.Paletted) (beyond bool) {
	var colours [256]color.NRGBA
	for i := range colours {
		colours[i].A = 255
		if i < len(m.Palette) {
			colours[i] = color.NRGBAModel.Convert(m.Palette[i]).(color.NRGBA)
		}
	}
	known := min(len(m.Palette), 256)
	eachRow(out, b, func(x, y int, d []uint8) {
		i := m.Pix[m.PixOffset(x, y)]
		c := colours[i]
		d[0], d[1], d[2], d[3] = c.R, c.G, c.B, c.A
		if int(i) >= known {
			beyond = true
		}
	})
	return beyond
}

// to8 rounds 16 bits to 8, exactly v × 255 / 65535 to the nearest.
func to8(v uint32) uint8 { return uint8((v*255 + 32767) / 65535) }

// straight takes the alpha out of a premultiplied sample.
func straight(v, a uint32) uint32 { return min((v*65535+a/2)/a, 65535) }
