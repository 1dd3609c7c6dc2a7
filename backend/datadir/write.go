package datadir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// ErrDiskFull says that a disk has no room. The error also is a *FullError.
var ErrDiskFull = errors.New("the disk is full")

// FullError says what did not fit. Nothing half-written is left.
type FullError struct {
	Path   string
	Needed int64 // bytes, at least
	Free   int64 // bytes that were free, -1 if that could not be found out
	Err    error // what the system said, if it was asked
}

func (e *FullError) Error() string {
	free := "unknown"
	if e.Free >= 0 {
		free = size(e.Free)
	}
	return fmt.Sprintf("%s: %s: at least %s are needed and %s are free", ErrDiskFull, e.Path, size(e.Needed), free)
}

// Is reports ErrDiskFull.
func (e *FullError) Is(target error) bool { return target == ErrDiskFull }

func (e *FullError) Unwrap() error { return e.Err }

func size(n int64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	default:
		return fmt.Sprintf("%d MB", n/1_000_000)
	}
}

// diskError gives an error of writing at path, after n bytes of want, its name. want is 0
// where it is not known.
func diskError(path string, want, n int64, err error) error {
	switch {
	case err == nil:
		return nil
	case isFull(err):
		free, ferr := freeSpace(filepath.Dir(path))
		if ferr != nil {
			free = -1
		}
		return &FullError{Path: path, Needed: max(want, n+1), Free: free, Err: err}
	case isTooLarge(err):
		return fmt.Errorf("%s: the disk is formatted so that it cannot hold a file of more than %s: %w", path, size(n), err)
	default:
		return err
	}
}

// roomFor fails if the disk of path has less than want bytes free. It keeps a long copy
// from failing near its end; a disk that fills meanwhile is still noticed.
func roomFor(path string, want int64) error {
	free, err := freeSpace(existing(path))
	if err != nil || free >= want {
		return nil //nolint:nilerr // where it cannot be told beforehand, writing tells
	}
	return &FullError{Path: path, Needed: want, Free: free}
}

// Free is how many bytes may still be written on the folder's disk.
func (d *Dir) Free() (int64, error) {
	n, err := freeSpace(d.path)
	if err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return n, nil
}

const tempPrefix = ".unfinished-"

func isTemp(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// Temp makes an empty file that only this process uses. It is on the same disk as everything
// else in the folder, so it can be renamed into place, and it is removed when the process
// has ended, however that came. The caller closes it.
func (d *Dir) Temp() (*os.File, error) {
	f, err := os.CreateTemp(d.session.path, tempPrefix+"*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", diskError(d.session.path, 0, 0, err))
	}
	return f, nil
}

// TempDir makes an empty folder under the rules of Temp.
func (d *Dir) TempDir() (string, error) {
	path, err := os.MkdirTemp(d.session.path, tempPrefix+"*")
	if err != nil {
		return "", fmt.Errorf("make a temporary folder: %w", diskError(d.session.path, 0, 0, err))
	}
	return path, nil
}

// ReadFile reads a small file of the folder by its relative name, with slashes. It fails
// with fs.ErrNotExist if there is none.
func (d *Dir) ReadFile(name string) ([]byte, error) {
	path, err := d.inside(name)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// WriteFile replaces a file of the folder by its relative name, with slashes: after it, and
// after a power cut, the old content is there or the new one, never a part. It fails with
// ErrDiskFull.
func (d *Dir) WriteFile(name string, data []byte) error {
	path, err := d.inside(name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return writeFile(d.session.path, path, data)
}

func (d *Dir) inside(name string) (string, error) {
	local := filepath.FromSlash(name)
	if !fs.ValidPath(name) || !filepath.IsLocal(local) || name == "." {
		return "", fmt.Errorf("%q is not a name inside the data folder", name)
	}
	return filepath.Join(d.path, local), nil
}

// WriteOut replaces a file that a person named, anywhere, under the promise of Dir.WriteFile. The file is the
// person's alone.
func WriteOut(path string, data []byte) error { return writeFile(filepath.Dir(path), path, data) }

// writeFile writes data to path by way of a file in the folder temp.
func writeFile(temp, path string, data []byte) error {
	f, err := os.CreateTemp(temp, tempPrefix+"*")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), diskError(path, int64(len(data)), 0, err))
	}
	n, err := f.Write(data)
	if err := settle(f, path, err); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), diskError(path, int64(len(data)), int64(n), err))
	}
	return nil
}

// What a backup or a restore leaves beside its target if it is killed.
const (
	backupPrefix  = tempPrefix + "backup-"
	restorePrefix = tempPrefix + "restore-"
)

// removeAbandoned removes such leftovers from dir once nobody has written to them for a day.
func removeAbandoned(dir, prefix string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		i, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), prefix) && time.Since(i.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(filepath.Join(dir, e.Name()))
		}
	}
}

// settle syncs a written temporary file, gives it its name and syncs the folder. If that or
// what was done before failed, it removes the file and returns the error.
func settle(f *os.File, path string, err error) error {
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return syncDir(filepath.Dir(path))
}

// discard drops an unfinished temporary file.
func discard(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}

// transfer copies r to w until its end and says how many bytes were written. It stops
// between blocks when ctx ends, and tells an error of w, which goes through failed, from one
// of r.
func transfer(ctx context.Context, w io.Writer, r io.Reader, failed func(n int64, err error) error) (int64, error) {
	buf := make([]byte, 64<<10)
	var total int64
	for {
		if err := ctx.Err(); err != nil {
			return total, err
		}
		n, rerr := r.Read(buf)
		m, werr := w.Write(buf[:n])
		total += int64(m)
		if werr != nil {
			return total, failed(total, werr)
		}
		if errors.Is(rerr, io.EOF) {
			return total, nil
		}
		if rerr != nil {
			return total, rerr
		}
	}
}
