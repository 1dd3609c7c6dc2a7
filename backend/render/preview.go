package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"postbag/backend/render/exif"
)

// Bounds of a picture that a camera put beside a photograph to be shown at once.
const (
	previewBytes  = 1 << 20
	previewSide   = 2048 // px
	previewEnough = 320  // px: a larger one is not looked for
)

var mpfHead = []byte("MPF\x00")

// Preview returns the small JPEG picture that a camera put into a JPEG photograph, without its metadata but
// for which way up it is. It reads the head of the file, and at most one more place, and decodes nothing:
// it is there long before a thumbnail is. The picture is the camera's word, cut and old ones included.
// ErrUnsupported says that there is none.
func Preview(r io.ReadSeeker, size int64) ([]byte, error) {
	none := fmt.Errorf("%w: the file has no preview", ErrUnsupported)
	w := &window{r: r, size: size}
	if head, err := w.at(0, 2); err != nil || head[0] != 0xff || head[1] != markSOI {
		return nil, none
	}
	var small, listed []byte
	var listAt int64
	turn := 0
	err := jpegSegments(w, func(marker byte, body, length int64) error {
		switch marker {
		case markSOS, markEOI:
			return errLastSegment
		case markAPP1, markAPP2:
		default:
			return nil
		}
		b, err := w.at(body, int(length))
		if err != nil {
			return err
		}
		switch {
		case marker == markAPP1 && bytes.HasPrefix(b, exifHead):
			if m, err := exif.Parse(b); err == nil && turn == 0 {
				turn = m.Orientation
			}
			if t, ok := exif.Thumbnail(b); ok {
				small = bytes.Clone(t)
			}
		case marker == markAPP2 && bytes.HasPrefix(b, mpfHead):
			listed, listAt = bytes.Clone(b[len(mpfHead):]), body+int64(len(mpfHead))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	best, side := clean(small, turn)
	if side < previewEnough && listed != nil {
		for _, p := range exif.Pictures(listed) {
			if p.Bytes > previewBytes || p.Offset <= 0 {
				continue
			}
			b, err := w.at(listAt+p.Offset, int(p.Bytes))
			if err != nil {
				continue // it says what is not so
			}
			if larger, s := clean(b, turn); s > side {
				best, side = larger, s
			}
		}
	}
	if side == 0 {
		return nil, none
	}
	return best, nil
}

// clean returns a JPEG without metadata but for its orientation, and its longer side; 0 for what is none.
func clean(file []byte, turn int) ([]byte, int) {
	if len(file) == 0 || len(file) > previewBytes {
		return nil, 0
	}
	info, err := Probe(bytes.NewReader(file), int64(len(file)))
	side := max(info.StoredWidth, info.StoredHeight)
	if err != nil || info.Format != JPEG || info.Model != "ycbcr" && info.Model != "gray" || side > previewSide {
		return nil, 0
	}
	out, err := strip(JPEG, file)
	if err != nil {
		return nil, 0
	}
	if turn < 2 || turn > 8 {
		return out, side
	}
	// One directory of one entry (Exif 2.32, section 4.6.2).
	segment := append([]byte{0xff, markAPP1, 0, 34}, exifHead...)
	segment = append(segment, "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"...)
	segment = binary.BigEndian.AppendUint16(segment, uint16(turn)) //nolint:gosec // 2 to 8
	segment = append(segment, 0, 0, 0, 0, 0, 0)
	return bytes.Join([][]byte{out[:2], segment, out[2:]}, nil), side
}
