package datadir

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// Open returns a stored content, for network.Opener. The read that reaches the end fails
// with ErrAltered, and gives nothing, if the content no longer has the hash: so the last
// bytes of an altered file never leave. That holds after a Seek too, for which the part
// before the new place is read and hashed again. It fails with ErrMissing.
func (m *Media) Open(sha string) (io.ReadSeekCloser, error) {
	path, err := m.Path(sha)
	if err != nil {
		return nil, err
	}
	i, err := os.Lstat(path)
	if err != nil {
		return nil, missing(sha, err)
	}
	if !i.Mode().IsRegular() { // a link put there by somebody else
		return nil, fmt.Errorf("media %s: %w", sha, ErrAltered)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, missing(sha, err)
	}
	return &verified{f: f, sha: sha, size: i.Size(), h: sha256.New()}, nil
}

// verified reads a file and knows whether what it gave was what the name promises.
type verified struct {
	f      *os.File
	sha    string
	size   int64 // when it was opened
	pos    int64 // where the next Read begins
	h      hash.Hash
	hashed int64 // how much of the beginning h has seen; f stands there
}

func (v *verified) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := v.catchUp(); err != nil {
		return 0, err
	}
	n, err := v.f.Read(p)
	_, _ = v.h.Write(p[:n]) // a hash never fails
	v.hashed += int64(n)
	v.pos = v.hashed
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("media %s: %w", v.sha, err)
	}
	if (err != nil || v.pos >= v.size) && hex.EncodeToString(v.h.Sum(nil)) != v.sha {
		clear(p[:n])
		return 0, fmt.Errorf("media %s: %w", v.sha, ErrAltered)
	}
	return n, err
}

// catchUp makes h cover everything before pos.
func (v *verified) catchUp() error {
	if v.hashed == v.pos {
		return nil
	}
	if v.hashed > v.pos {
		if _, err := v.f.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("media %s: %w", v.sha, err)
		}
		v.h.Reset()
		v.hashed = 0
	}
	n, err := io.CopyN(v.h, v.f, v.pos-v.hashed)
	v.hashed += n
	if errors.Is(err, io.EOF) { // pos is behind the end
		v.pos = v.hashed
		return nil
	}
	if err != nil {
		return fmt.Errorf("media %s: %w", v.sha, err)
	}
	return nil
}

func (v *verified) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += v.pos
	case io.SeekEnd:
		offset += v.size
	case io.SeekStart:
	default:
		return v.pos, fmt.Errorf("seek: unknown origin %d", whence)
	}
	if offset < 0 {
		return v.pos, fmt.Errorf("seek: before the beginning")
	}
	v.pos = offset
	return offset, nil
}

func (v *verified) Close() error { return v.f.Close() }
