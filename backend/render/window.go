package render

import (
	"errors"
	"fmt"
	"io"
)

// window reads small pieces anywhere in a file without holding more than it was asked for.
type window struct {
	r    io.ReadSeeker
	size int64
	off  int64  // where buf starts
	buf  []byte // the last block read
	keep []byte // memory of blocks of blockSize
}

const blockSize = 4096

// at returns n bytes at off, valid until the next call. It fails with ErrTruncated beyond the end
// of the file.
func (w *window) at(off int64, n int) ([]byte, error) {
	if off < 0 || n < 0 || off > w.size || int64(n) > w.size-off {
		return nil, ErrTruncated
	}
	if off >= w.off && off-w.off+int64(n) <= int64(len(w.buf)) {
		return w.buf[off-w.off:][:n], nil
	}
	want := int(min(int64(max(n, blockSize)), w.size-off))
	into := w.keep
	if want > blockSize {
		into = make([]byte, want)
	} else if into == nil {
		w.keep = make([]byte, blockSize)
		into = w.keep
	}
	w.buf = nil
	if _, err := w.r.Seek(off, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	got, err := io.ReadFull(w.r, into[:want])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read picture: %w", err)
	}
	w.off, w.buf = off, into[:got]
	if got < n {
		return nil, ErrTruncated
	}
	return w.buf[:n], nil
}

// ReadAt lets the EXIF reader look into a TIFF file where it lies.
func (w *window) ReadAt(p []byte, off int64) (int, error) {
	b, err := w.at(off, len(p))
	return copy(p, b), err
}

// block returns a copy of a metadata block, or ErrTooLarge over maxMetadata.
func (w *window) block(off, n int64) ([]byte, error) {
	if n > maxMetadata {
		return nil, fmt.Errorf("%w: a metadata block of %d bytes", ErrTooLarge, n)
	}
	b, err := w.at(off, int(n))
	if err != nil {
		return nil, err
	}
	return append([]byte(nil), b...), nil
}
