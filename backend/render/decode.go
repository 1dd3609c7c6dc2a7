package render

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
	"golang.org/x/image/webp"
)

// A decoder turns a whole file into pixels as they are stored: not turned, not converted.
type decoder func(ctx context.Context, info Info, file []byte) (image.Image, error)

// decoderFor returns what decodes f, or nil.
func (e *Engine) decoderFor(f Format) decoder {
	still := func(decode func(io.Reader) (image.Image, error)) decoder {
		return func(ctx context.Context, _ Info, file []byte) (image.Image, error) {
			return decode(&contextReader{ctx, bytes.NewReader(file)})
		}
	}
	switch f {
	case JPEG:
		return decodeJPEG
	case PNG:
		return still(png.Decode)
	case GIF:
		return decodeGIF
	case WebP:
		return decodeWebP
	case BMP:
		return still(bmp.Decode)
	case TIFF:
		return func(_ context.Context, _ Info, file []byte) (image.Image, error) {
			return tiff.Decode(bytes.NewReader(file)) // needs to jump
		}
	case HEIC:
		return func(ctx context.Context, info Info, file []byte) (image.Image, error) {
			if e.heic == nil {
				return nil, fmt.Errorf("%w: there is no HEIC decoder in this program", ErrUnsupported)
			}
			return e.heic.DecodeHEIC(ctx, info, file)
		}
	case AVIF:
		return func(context.Context, Info, []byte) (image.Image, error) {
			return nil, fmt.Errorf("%w: AVIF can be kept but not rendered yet", ErrUnsupported)
		}
	case MP4, MOV, WebM, PDF:
	}
	return nil
}

// decode returns file as stored pixels, in the colours of the file.
func (e *Engine) decode(ctx context.Context, info Info, file []byte) (_ image.Image, warnings []Warning, err error) {
	defer recovered(&err, fmt.Sprintf("decode %s", info.Format))
	decode := e.decoderFor(info.Format)
	if decode == nil {
		return nil, nil, ErrFormat
	}
	raw, err := decode(ctx, info, file)
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		return nil, nil, fmt.Errorf("decode %s: %w", info.Format, decodeError(info, file, err))
	}
	if b := raw.Bounds(); b.Dx() != info.StoredWidth || b.Dy() != info.StoredHeight {
		return nil, nil, fmt.Errorf("decode %s: %w: %d×%d pixels instead of %d×%d", info.Format, ErrDamaged,
			b.Dx(), b.Dy(), info.StoredWidth, info.StoredHeight)
	}
	warnings = append(warnings, info.warnings...)
	if info.Animated {
		warnings = append(warnings, WarnAnimation)
	}
	return raw, warnings, nil
}

// decodeError names a decoder's refusal by one of this package's errors and keeps its words.
func decodeError(info Info, file []byte, err error) error {
	for _, known := range []error{ErrDamaged, ErrUnsupported, ErrTooManyPixels, ErrTooLarge, ErrFormat} {
		if errors.Is(err, known) {
			return err
		}
	}
	var jpegUnsupported jpeg.UnsupportedError
	var pngUnsupported png.UnsupportedError
	var tiffUnsupported tiff.UnsupportedError
	switch {
	case errors.As(err, &jpegUnsupported), errors.As(err, &pngUnsupported), errors.As(err, &tiffUnsupported),
		errors.Is(err, bmp.ErrUnsupported):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		info.Format == JPEG && !bytes.Contains(file[max(0, len(file)-1<<16):], []byte{0xff, markEOI}):
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// contextReader stops a decoder between two reads once ctx is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// decodeJPEG decodes what the fast path leaves. Adobe's programs write printing colours upside down and say
// who they are; the decoder knows those alone. Without that word zero is no ink (ITU-T T.872, section 6.5.3).
func decodeJPEG(ctx context.Context, info Info, file []byte) (image.Image, error) {
	if info.Model != "cmyk" || info.adobe {
		return jpeg.Decode(&contextReader{ctx, bytes.NewReader(file)})
	}
	const word = "\xff\xd8\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
	m, err := jpeg.Decode(&contextReader{ctx, io.MultiReader(strings.NewReader(word), bytes.NewReader(file[2:]))})
	if c, ok := m.(*image.CMYK); ok {
		for i, v := range c.Pix {
			c.Pix[i] = 255 - v
		}
	}
	return m, err
}

// decodeGIF returns the first frame as it is shown: laid on the empty canvas, which it need not fill.
func decodeGIF(ctx context.Context, info Info, file []byte) (image.Image, error) {
	frame, err := gif.Decode(&contextReader{ctx, bytes.NewReader(file)})
	if err != nil {
		return nil, err
	}
	return onCanvas(frame, frame.Bounds().Min, info.StoredWidth, info.StoredHeight), nil
}

// onCanvas lays a frame on a transparent canvas, cut at its edges. A frame that is the whole canvas
// is returned as it is.
func onCanvas(frame image.Image, at image.Point, width, height int) image.Image {
	size := frame.Bounds().Size()
	if at == (image.Point{}) && size == image.Pt(width, height) && frame.Bounds().Min == (image.Point{}) {
		return frame
	}
	pixels, _ := normalise(frame)
	canvas := image.NewNRGBA(image.Rect(0, 0, width, height))
	area := image.Rectangle{Min: at, Max: at.Add(size)}.Intersect(canvas.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		from := pixels.PixOffset(area.Min.X-at.X, y-at.Y)
		copy(canvas.Pix[canvas.PixOffset(area.Min.X, y):][:area.Dx()*4], pixels.Pix[from:])
	}
	return canvas
}

// decodeWebP decodes a still picture, or the first frame of an animation, which the decoder does
// not know: the frame's own chunks are wrapped as a still file of their own (RFC 9649, section 2.7).
func decodeWebP(ctx context.Context, info Info, file []byte) (image.Image, error) {
	frame, at, err := firstWebPFrame(file)
	if err != nil {
		return nil, err
	}
	if frame == nil {
		m, err := webp.Decode(&contextReader{ctx, bytes.NewReader(file)})
		return fromVP8(m), err
	}
	still, err := webp.Decode(&contextReader{ctx, bytes.NewReader(frame)})
	if err != nil {
		return nil, err
	}
	return onCanvas(fromVP8(still), at, info.StoredWidth, info.StoredHeight), nil
}

// fromVP8 turns the planes of a lossy picture into colours. They are those of television, black at 16 and white at
// 235 (RFC 6386, section 9.2), while the decoder's type means those of JPEG, in which all would be pale.
func fromVP8(raw image.Image) image.Image {
	television := &nclx{matrix: 6}
	switch m := raw.(type) {
	case *image.YCbCr:
		return television.normalise(m)
	case *image.NYCbCrA:
		out := television.normalise(&m.YCbCr)
		b := m.Bounds()
		eachRow(out, b, func(x, y int, d []uint8) { d[3] = m.A[m.AOffset(x, y)] })
		return out
	}
	return raw
}

// firstWebPFrame returns the first frame of an animation as a file of its own and where it lies,
// or nil for a still picture.
func firstWebPFrame(file []byte) ([]byte, image.Point, error) {
	for _, c := range webpChunks(file) {
		if c.kind != "ANMF" {
			continue
		}
		if len(c.body) < 16 {
			return nil, image.Point{}, ErrTruncated
		}
		at := image.Pt(2*uint24(c.body), 2*uint24(c.body[3:]))
		width, height := uint24(c.body[6:]), uint24(c.body[9:])
		out := []byte("RIFF\x00\x00\x00\x00WEBP")
		inner := riffChunks(c.body[16:])
		for _, part := range inner {
			if part.kind == "ALPH" {
				head := make([]byte, 10)
				head[0] = 0x10
				putUint24(head[4:], width)
				putUint24(head[7:], height)
				out = appendChunk(out, "VP8X", head)
			}
			if part.kind == "ALPH" || part.kind == "VP8 " || part.kind == "VP8L" {
				out = appendChunk(out, part.kind, part.body)
			}
		}
		return closeRIFF(out), at, nil
	}
	return nil, image.Point{}, nil
}
