package httpcall

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"postbag/backend/network"
)

// chunk is how much of a file is in memory at a time, in bytes.
const chunk = 64 << 10

// body streams the pieces of a request. Every file in it has been read and found to be what
// was approved, and stays open until the request is done.
type body struct {
	pieces []network.Piece
	files  map[string]*file
}

type file struct {
	io.ReadSeekCloser
	size    int64
	checked bool
}

// openBody opens and checks the files of b.
//
// A file sent in parts, one request each, is checked whole with its first part and with its
// last: the server has nothing to publish before the last one, and checking the whole with
// each part would read a long video hundreds of times.
func openBody(ctx context.Context, opener network.Opener, pieces network.Body) (*body, error) {
	b := &body{pieces: pieces, files: map[string]*file{}}
	for _, p := range pieces {
		if p.File.SHA256 == "" {
			continue
		}
		if err := b.open(ctx, opener, p.File); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *body) open(ctx context.Context, opener network.Opener, ref network.FileRef) error {
	f := b.files[ref.SHA256]
	if f == nil {
		if opener == nil {
			return fmt.Errorf("%w: there is no store to take it from", network.ErrMediaChanged)
		}
		r, err := opener.Open(ref.SHA256)
		if err != nil {
			return fmt.Errorf("%w: open it: %w", network.ErrMediaChanged, err)
		}
		f = &file{ReadSeekCloser: r}
		b.files[ref.SHA256] = f
		if f.size, err = f.Seek(0, io.SeekEnd); err != nil {
			return fmt.Errorf("%w: find its size: %w", network.ErrMediaChanged, err)
		}
	}
	if ref.Offset < 0 || ref.Length < 0 || ref.Offset > f.size || ref.Length > f.size-ref.Offset {
		return fmt.Errorf("%w: it has %d bytes", network.ErrMediaChanged, f.size)
	}
	if f.checked || ref.Offset > 0 && ref.Offset+ref.Length < f.size {
		return nil
	}
	if err := f.check(ctx, ref.SHA256); err != nil {
		return err
	}
	f.checked = true
	return nil
}

// check reads the whole file and compares its hash.
func (f *file) check(ctx context.Context, sum string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("%w: read it: %w", network.ErrMediaChanged, err)
	}
	h, buf := sha256.New(), make([]byte, chunk)
	for {
		n, err := f.Read(buf)
		_, _ = h.Write(buf[:n])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: read it: %w", network.ErrMediaChanged, err)
		}
	}
	return same(h, sum)
}

func same(h hash.Hash, sum string) error {
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return fmt.Errorf("%w: its content is another", network.ErrMediaChanged)
	}
	return nil
}

// writeTo sends the pieces in order. What cannot be read is an ErrMediaChanged; any other
// error is the connection's.
func (b *body) writeTo(w io.Writer) error {
	for _, p := range b.pieces {
		if p.File.SHA256 == "" {
			if _, err := w.Write(p.Bytes); err != nil {
				return err
			}
			continue
		}
		if err := b.files[p.File.SHA256].piece(w, p); err != nil {
			return err
		}
	}
	return nil
}

// piece sends a part as it is, or as base64 text. Of a file that changed the text stays without its end.
func (f *file) piece(w io.Writer, p network.Piece) error {
	if !p.Base64 {
		return f.writeTo(w, p.File)
	}
	text := base64.NewEncoder(base64.StdEncoding, w)
	if err := f.writeTo(text, p.File); err != nil {
		return err
	}
	return text.Close()
}

// writeTo sends one part. A file that is sent whole is checked again on its way, and its last
// bytes are held back if it changed since it was opened: the server never gets all of it.
func (f *file) writeTo(w io.Writer, ref network.FileRef) error {
	if _, err := f.Seek(ref.Offset, io.SeekStart); err != nil {
		return fmt.Errorf("%w: read it: %w", network.ErrMediaChanged, err)
	}
	h, buf := sha256.New(), make([]byte, chunk)
	for left := ref.Length; left > 0; {
		part := buf[:min(left, chunk)]
		if _, err := io.ReadFull(f, part); err != nil {
			return fmt.Errorf("%w: read it: %w", network.ErrMediaChanged, err)
		}
		_, _ = h.Write(part)
		left -= int64(len(part))
		if left == 0 && ref.Offset == 0 && ref.Length == f.size {
			if err := same(h, ref.SHA256); err != nil {
				return err
			}
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func (b *body) close() {
	for _, f := range b.files {
		_ = f.Close() // only read from
	}
}
