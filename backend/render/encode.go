package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"

	"github.com/HugoSmits86/nativewebp"

	"postbag/backend/render/pngenc"
)

// toPlanes turns opaque pixels into brightness and colour differences (ITU-T T.871, section 7), four
// pixels sharing a colour sample.
func toPlanes(m *image.NRGBA) *image.YCbCr {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	out := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	strips((h+1)/2, func(from, to int) {
		for y := 2 * from; y < 2*to; y += 2 {
			for x := 0; x < w; x += 2 {
				var cb, cr int
				for k := range 4 { // beyond an odd edge the last pixel counts again
					px, py := min(x+k&1, w-1), min(y+k>>1, h-1)
					p := m.Pix[py*m.Stride+px*4:][:3:3]
					luma, b, r := color.RGBToYCbCr(p[0], p[1], p[2])
					out.Y[py*out.YStride+px] = luma
					cb, cr = cb+int(b), cr+int(r)
				}
				at := y/2*out.CStride + x/2
				out.Cb[at], out.Cr[at] = uint8((cb+2)>>2), uint8((cr+2)>>2)
			}
		}
	})
	return out
}

// encodePNG writes PNG; small looks longer for a smaller file.
func encodePNG(m *image.NRGBA, small bool) ([]byte, error) {
	effort := pngenc.Quick
	if small {
		effort = pngenc.Small
	}
	file, err := pngenc.Encode(m, effort)
	if err != nil {
		return nil, fmt.Errorf("encode png: %w", err)
	}
	return file, nil
}

// encodeWebP writes lossless WebP.
func encodeWebP(m *image.NRGBA) ([]byte, error) {
	var out bytes.Buffer
	if err := nativewebp.Encode(&out, m, nil); err != nil {
		return nil, fmt.Errorf("encode webp: %w", err)
	}
	return out.Bytes(), nil
}

// pdfPage wraps a JPEG as a document of one page (ISO 32000-2:2020), a point a pixel.
func pdfPage(picture []byte, width, height int) []byte {
	var out bytes.Buffer
	var starts []int
	object := func(format string, args ...any) {
		starts = append(starts, out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n", len(starts))
		fmt.Fprintf(&out, format, args...)
		out.WriteString("\nendobj\n")
	}
	out.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /XObject << /P 5 0 R >> >> >>", width, height)
	draw := fmt.Sprintf("%d 0 0 %d 0 0 cm /P Do", width, height)
	object("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw)
	starts = append(starts, out.Len())
	fmt.Fprintf(&out, "5 0 obj\n<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n",
		width, height, len(picture))
	out.Write(picture)
	out.WriteString("\nendstream\nendobj\n")
	table := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n", len(starts)+1)
	for _, at := range starts {
		fmt.Fprintf(&out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&out, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(starts)+1, table)
	return out.Bytes()
}

// pdfOverhead is more than pdfPage adds to its picture.
const pdfOverhead = 1200
