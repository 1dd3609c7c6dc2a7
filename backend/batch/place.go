package batch

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// partName begins the name of a file that is being written. What is left of a process that was killed
// is cleared away by the next export into the folder.
const partName = ".postbag-part-"

// Errors of one output. Compare with errors.Is.
var (
	ErrTaken = errors.New("something that Postbag did not make is in the way")
)

// part is a file that is written and has no name yet.
type part struct {
	name  string // its path in the folder, in the system's way
	bytes int64
	sum   string
}

// part writes data into a part in a folder.
func (b *book) part(dir string, data []byte) (part, error) {
	return b.partOf(dir, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// partOf writes a part in a folder with fill.
func (b *book) partOf(dir string, fill func(io.Writer) error) (part, error) {
	p := part{name: filepath.Join(filepath.FromSlash(dir), partName+rand.Text())}
	f, err := b.root.OpenFile(p.name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return p, err
	}
	hash, to := sha256.New(), io.Writer(f)
	if b.listed {
		to = io.MultiWriter(f, hash)
	}
	counted := &counter{w: to}
	if err = errors.Join(fill(counted), f.Close()); err != nil {
		return p, errors.Join(fmt.Errorf("write a file in %s: %w", b.dir, err), b.drop(p))
	}
	p.bytes, p.sum = counted.n, hex.EncodeToString(hash.Sum(nil))
	return p, nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(data []byte) (int, error) {
	n, err := c.w.Write(data)
	c.n += int64(n)
	return n, err
}

func (b *book) drop(p part) error {
	if err := b.root.Remove(p.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace gives a part the name of a file that may be there.
func (b *book) replace(p part, name string) error {
	if err := b.root.Rename(p.name, filepath.FromSlash(name)); err != nil {
		return errors.Join(err, b.drop(p))
	}
	return nil
}

// claim gives a part a name that nothing has; else it is fs.ErrExist, and the part stays.
func (b *book) claim(p part, name string) error {
	name = filepath.FromSlash(name)
	err := b.root.Link(p.name, name)
	if err == nil {
		return b.drop(p)
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Some drives have no links.
	if _, err := b.root.Lstat(name); err == nil {
		return fs.ErrExist
	}
	return b.root.Rename(p.name, name)
}

// settle brings what fill writes to its place: where its forerunner was, or at the first name that is
// free. A file that is the same already stays as it is, and there is true. forbidden are paths that an
// output must not take at all.
func (b *book) settle(o *output, ext string, fill func(io.Writer) error, forbidden map[string]bool) (p part, file string, there bool, err error) {
	for range 3 {
		if p, file, there, err = b.try(o, ext, fill, forbidden); !errors.Is(err, fs.ErrNotExist) {
			break // else another export cleared the part away, and it is written again
		}
	}
	return p, file, there, err
}

func (b *book) try(o *output, ext string, fill func(io.Writer) error, forbidden map[string]bool) (p part, file string, there bool, err error) {
	dir := path.Dir(o.name)
	if err := b.folder(dir); err != nil {
		return p, "", false, err
	}
	if p, err = b.partOf(dir, fill); err != nil {
		return p, "", false, err
	}
	for {
		file = o.name + ext
		if forbidden[truePath(filepath.Join(b.dir, filepath.FromSlash(file)))] {
			return p, file, false, errors.Join(ErrOverwrite, b.drop(p))
		}
		if path.Dir(file) != dir { // another name is in the same folder, or its part would have to move
			return p, file, false, errors.Join(ErrTaken, b.drop(p))
		}
		if !b.listed {
			return p, file, false, b.replace(p, file)
		}
		info, err := b.root.Lstat(filepath.FromSlash(file))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			if err = b.claim(p, file); !errors.Is(err, fs.ErrExist) {
				if err != nil {
					err = errors.Join(err, b.drop(p))
				}
				return p, file, false, err
			}
		case err != nil:
			return p, file, false, errors.Join(err, b.drop(p))
		case b.holds(info, file, p.bytes, p.sum):
			return p, file, true, b.drop(p)
		case o.prior != nil && o.prior.File == file && (b.holds(info, file, o.prior.Bytes, o.prior.Sum) || info.Mode().IsRegular() && info.Size() == 0):
			return p, file, false, b.replace(p, file) // it is out of date, and nobody worked on it
		}
		b.another(o)
	}
}

// holds reports whether a file has this content.
func (b *book) holds(info fs.FileInfo, file string, size int64, sum string) bool {
	if !info.Mode().IsRegular() || info.Size() != size {
		return false
	}
	f, err := b.root.Open(filepath.FromSlash(file))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	got, err := sumOf(f)
	return err == nil && got == sum
}

func sumOf(r io.Reader) (string, error) {
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// folder makes a folder below the output folder. It is ErrTaken if a file, or a link to elsewhere, is
// in its place.
func (b *book) folder(dir string) error {
	if dir == "." {
		return nil
	}
	err := b.root.MkdirAll(filepath.FromSlash(dir), 0o755)
	if err == nil {
		return nil
	}
	at := ""
	for name := range strings.SplitSeq(dir, "/") {
		at = path.Join(at, name)
		if info, missing := b.root.Lstat(filepath.FromSlash(at)); missing == nil && !info.IsDir() {
			return fmt.Errorf("%w: %s is not a folder", ErrTaken, at)
		}
	}
	return err
}

// clear takes away what a killed export left in the folders it wrote to.
func (b *book) clear(outputs [][]*output) {
	folders := map[string]bool{".": true}
	for _, list := range outputs {
		for _, o := range list {
			folders[path.Dir(o.name)] = true
		}
	}
	for dir := range folders {
		f, err := b.root.Open(filepath.FromSlash(dir))
		if err != nil {
			continue // it is not there yet, or cannot be read: then nothing was written there
		}
		entries, err := f.ReadDir(-1)
		if closed := f.Close(); err != nil || closed != nil {
			continue
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), partName) && e.Type().IsRegular() {
				_ = b.root.Remove(filepath.Join(filepath.FromSlash(dir), e.Name())) // it may be in use
			}
		}
	}
}
