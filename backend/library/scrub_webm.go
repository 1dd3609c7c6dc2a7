package library

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// Elements of WebM (RFC 9559, October 2024, section 5.1; their form is RFC 8794, section 4).
const (
	webmSegment     = 0x18538067
	webmCluster     = 0x1f43b675
	webmTags        = 0x1254c367
	webmAttachments = 0x1941a469
	ebmlVoid        = 0xec
)

var errElement = errors.New("an element of it is larger than the file")

// privateOfWebM finds tags, where cameras and editors write the place, and attachments. Segments,
// and clusters of a length that was not known when they were written, are walked into.
func privateOfWebM(r io.ReaderAt, size int64) (spans []span, err error) {
	const most = 5_000_000 // elements: some twelve hours of one that was written live
	at := int64(0)
	for count := 0; at < size; count++ {
		if count > most {
			return nil, errors.New("it has too many elements")
		}
		start := at
		id, at1, err := vint(r, at, 4)
		if err != nil {
			return nil, err
		}
		length, body, err := vint(r, at1, 8)
		if err != nil {
			return nil, err
		}
		// The size without its marker bit; all ones say that it was not known.
		width := uint(body - at1) //nolint:gosec // 1 to 8
		value := length &^ (1 << (7 * width))
		unknown := value == 1<<(7*width)-1
		switch {
		case id == webmSegment, id == webmCluster && unknown:
			at = body
			continue
		case unknown || value > uint64(size-body): //nolint:gosec // not negative
			return nil, errElement
		}
		at = body + int64(value) //nolint:gosec // checked
		if id == webmTags || id == webmAttachments {
			spans = append(spans, voided(start, at))
		}
	}
	return spans, nil
}

// vint reads a number whose first byte's leading zeros say how many bytes it has, marker included,
// and where it ends. It reads forwards only.
func vint(r io.ReaderAt, at int64, most int) (n uint64, end int64, err error) {
	var b [8]byte
	if _, err := r.ReadAt(b[:1], at); err != nil {
		return 0, 0, errElement
	}
	width := bits.LeadingZeros8(b[0]) + 1
	if width > most {
		return 0, 0, errors.New("it has bytes that are no element")
	}
	if width > 1 {
		if _, err := r.ReadAt(b[1:width], at+1); err != nil {
			return 0, 0, errElement
		}
	}
	for _, c := range b[:width] {
		n = n<<8 | uint64(c)
	}
	return n, at + int64(width), nil
}

// voided turns an element of five bytes or more into unused space of the same length.
func voided(start, end int64) span {
	if all := end - start; all < 9 {
		return span{string([]byte{ebmlVoid, byte(0x80 | (all - 2))}), start, start + 2, end} //nolint:gosec // 5 to 8
	}
	head := binary.BigEndian.AppendUint64([]byte{ebmlVoid}, 1<<56|uint64(end-start-9)) //nolint:gosec // not negative
	return span{string(head), start, start + 9, end}
}
