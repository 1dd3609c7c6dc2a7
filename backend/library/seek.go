package library

import (
	"errors"
	"io"
)

// seekReader is an io.ReaderAt over a reader that can seek. It is for one goroutine.
type seekReader struct{ r io.ReadSeeker }

func (s seekReader) ReadAt(p []byte, off int64) (int, error) {
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(s.r, p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}
