package mp4

import (
	"encoding/binary"
	"errors"
	"io"
)

// Box is one box of an ISO base media file (ISO/IEC 14496-12:2022, section 4.2).
type Box struct {
	Kind  string
	Start int64 // of its header
	Body  int64 // where its content begins
	End   int64
}

// What is wrong with a file.
var (
	// ErrBox is a box that is smaller than its header or larger than what it stands in, as in a file
	// that ends too early.
	ErrBox = errors.New("a box of it is larger than the file")
	// ErrBoxes is a file made of nothing but headers.
	ErrBoxes = errors.New("it has too many boxes")
	// ErrUnfinished is a file without a moov box.
	ErrUnfinished = errors.New("it has no header, as if it were never finished")
)

// maxBoxes ends the reading of a file that is made of nothing but headers.
const maxBoxes = 1_000_000

// Boxes calls fn for every box between start and end until fn returns an error. It reads forwards
// only, and no byte twice. count counts the boxes of a whole file, however they are nested.
func Boxes(r io.ReaderAt, start, end int64, count *int, fn func(Box) error) error {
	var head [16]byte
	for at := start; at+8 <= end; {
		if *count++; *count > maxBoxes {
			return ErrBoxes
		}
		if _, err := r.ReadAt(head[:8], at); err != nil {
			return short(err)
		}
		b := Box{Kind: string(head[4:8]), Start: at, Body: at + 8}
		size := int64(binary.BigEndian.Uint32(head[:4]))
		switch size {
		case 0: // to the end
			size = end - at
		case 1:
			if at+16 > end {
				return ErrBox
			}
			if _, err := r.ReadAt(head[8:], at+8); err != nil {
				return short(err)
			}
			size, b.Body = int64(binary.BigEndian.Uint64(head[8:])), at+16 //nolint:gosec // a size over 2^63 is negative and refused below
		}
		if size < b.Body-at || size > end-at {
			return ErrBox
		}
		b.End = at + size
		if err := fn(b); err != nil {
			return err
		}
		at = b.End
	}
	return nil
}

// short says of a file that ended while it was read what is wrong with it.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrBox
	}
	return err
}

// Content returns n bytes of a box, with zeros where the box ends earlier.
func Content(r io.ReaderAt, b Box, n int64) []byte {
	buf := make([]byte, n)
	_, _ = r.ReadAt(buf[:min(n, b.End-b.Body)], b.Body)
	return buf
}

// table reads a list of entries of the same length in pieces, however long it says it is: it ends
// with its box. Every entry costs of the reader's allowance.
func (s *scan) table(b Box, at int64, entry int, count uint64, fn func(e []byte)) error {
	if at > b.End {
		return nil
	}
	if most := uint64(b.End-at) / uint64(entry); count > most { //nolint:gosec // not negative
		count = most
	}
	if s.allowed -= int64(count) * int64(entry); s.allowed < 0 { //nolint:gosec // bounded by the file
		return ErrTables
	}
	buf := make([]byte, entry*512)
	for count > 0 {
		n := min(count, 512)
		piece := buf[:int(n)*entry] //nolint:gosec // at most 512
		if _, err := s.r.ReadAt(piece, at); err != nil {
			return short(err)
		}
		for len(piece) > 0 {
			fn(piece[:entry])
			piece = piece[entry:]
		}
		at, count = at+int64(n)*int64(entry), count-n //nolint:gosec // at most 512
	}
	return nil
}
