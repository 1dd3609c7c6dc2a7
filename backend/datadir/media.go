package datadir

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// Media is the store of files named by their content: originals, renditions, and what a plan
// has frozen. The same bytes are stored once. A file in it is never written again.
type Media struct{ dir *Dir }

// File is a stored content.
type File struct {
	SHA256 string // lower-case hex
	Bytes  int64
	New    bool // Put: it was not there before
	Healed bool // Put: it was there and damaged, and is whole again
}

// Put stores everything r gives. If the content is there already, that is fine. Whatever
// fails, and wherever the process is killed, no part of it is visible. It fails with
// ErrDiskFull, before the first byte where r tells its length.
func (m *Media) Put(ctx context.Context, r io.Reader) (File, error) {
	f, err := m.put(ctx, r)
	if err != nil {
		return File{}, fmt.Errorf("store a file: %w", err)
	}
	return f, nil
}

// PutFile stores a copy of the file at path.
func (m *Media) PutFile(ctx context.Context, path string) (File, error) {
	src, err := os.Open(path)
	if err != nil {
		return File{}, fmt.Errorf("store a file: %w", err)
	}
	defer func() { _ = src.Close() }()
	if i, err := src.Stat(); err != nil {
		return File{}, fmt.Errorf("store a file: %w", err)
	} else if !i.Mode().IsRegular() {
		return File{}, fmt.Errorf("store a file: %s is not a regular file", path)
	}
	return m.Put(ctx, src)
}

func (m *Media) put(ctx context.Context, r io.Reader) (File, error) {
	root := filepath.Join(m.dir.path, mediaName)
	want := lengthOf(r)
	if err := roomFor(root, want); err != nil {
		return File{}, err
	}
	temp, err := m.dir.Temp()
	if err != nil {
		return File{}, err
	}
	kept := false
	defer func() {
		if !kept {
			discard(temp)
		}
	}()
	h := sha256.New()
	n, err := transfer(ctx, temp, io.TeeReader(r, h), func(n int64, err error) error {
		return diskError(root, want, n, err)
	})
	if err != nil {
		return File{}, err
	}
	f := File{SHA256: hex.EncodeToString(h.Sum(nil)), Bytes: n, New: true}
	path := m.path(f.SHA256)
	switch err := m.check(ctx, f.SHA256); {
	case err == nil:
		f.New = false
		return f, nil
	case errors.Is(err, ErrAltered): // the new copy is whole: it takes the damaged one's place
		f.New, f.Healed = false, true
	case !errors.Is(err, ErrMissing):
		return File{}, err
	}
	if err := os.Mkdir(filepath.Dir(path), 0o700); err == nil {
		err = syncDir(root)
		if err != nil {
			return File{}, err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return File{}, diskError(path, want, n, err)
	}
	kept = true // settle removes it if it fails
	if err := settle(temp, path, nil); err != nil {
		return File{}, diskError(path, want, n, err)
	}
	return f, nil
}

// lengthOf is how much r has, if it says so, else 0.
func lengthOf(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }:
		return int64(r.Len())
	case interface{ Stat() (fs.FileInfo, error) }:
		if i, err := r.Stat(); err == nil && i.Mode().IsRegular() {
			return i.Size()
		}
	}
	return 0
}

func (m *Media) path(sha string) string {
	return filepath.Join(m.dir.path, mediaName, sha[:2], sha)
}

// Path is where a content is stored, for programs that need a file name. It says nothing
// about whether it is there. It fails if sha is not the lower-case hex of a SHA-256.
func (m *Media) Path(sha string) (string, error) {
	if !isSHA256(sha) {
		return "", fmt.Errorf("%q is not a SHA-256", clip(sha))
	}
	return m.path(sha), nil
}

// isSHA256 is what keeps a name from another machine from being a path.
func isSHA256(s string) bool {
	if len(s) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}

// Stat returns the size of a stored content. It fails with ErrMissing.
func (m *Media) Stat(sha string) (File, error) {
	path, err := m.Path(sha)
	if err != nil {
		return File{}, err
	}
	i, err := os.Lstat(path)
	if err != nil {
		return File{}, missing(sha, err)
	}
	if !i.Mode().IsRegular() {
		return File{}, fmt.Errorf("media %s: %w", sha, ErrAltered)
	}
	return File{SHA256: sha, Bytes: i.Size()}, nil
}

// Has reports whether a content is there, as far as its file tells; opening it proves it.
func (m *Media) Has(sha string) bool {
	_, err := m.Stat(sha)
	return err == nil
}

// Remove deletes a stored content. What is already gone is success.
func (m *Media) Remove(sha string) error {
	path, err := m.Path(sha)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return fmt.Errorf("remove media %s: %w", sha, err)
	}
	return syncDir(filepath.Dir(path))
}

// Walk yields every stored content, in order of its name. It does not read them.
func (m *Media) Walk() iter.Seq2[File, error] {
	return func(yield func(File, error) bool) {
		root := filepath.Join(m.dir.path, mediaName)
		shelves, err := os.ReadDir(root)
		if err != nil {
			yield(File{}, fmt.Errorf("list media: %w", err))
			return
		}
		for _, shelf := range shelves {
			files, err := os.ReadDir(filepath.Join(root, shelf.Name()))
			if err != nil {
				if !shelf.IsDir() {
					continue // a stray file: not ours to yield
				}
				if !yield(File{}, fmt.Errorf("list media: %w", err)) {
					return
				}
			}
			for _, e := range files {
				if !isSHA256(e.Name()) || e.Name()[:2] != shelf.Name() {
					continue
				}
				i, err := e.Info()
				if errors.Is(err, fs.ErrNotExist) {
					continue // removed meanwhile
				}
				if err != nil || !i.Mode().IsRegular() {
					if !yield(File{SHA256: e.Name()}, fmt.Errorf("media %s: %w", e.Name(), errors.Join(ErrAltered, err))) {
						return
					}
					continue
				}
				if !yield(File{SHA256: e.Name(), Bytes: i.Size()}, nil) {
					return
				}
			}
		}
	}
}

// check reads a content and fails with ErrMissing or ErrAltered.
func (m *Media) check(ctx context.Context, sha string) error {
	r, err := m.Open(sha)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }()
	_, err = transfer(ctx, io.Discard, r, func(_ int64, err error) error { return err })
	return err
}

func missing(sha string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrMissing
	}
	return fmt.Errorf("media %s: %w", sha, err)
}
