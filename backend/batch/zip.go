package batch

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// zipComment marks a zip that was made here, which may be made again.
const zipComment = "Postbag export"

// zipped makes everything into one zip. Until that is whole, its files are in a folder beside it with
// their list, so that the next run goes on from there.
func (w work) zipped(ctx context.Context, sources []Source, o Options, progress func(done, total int)) (r Result, err error) {
	target, err := filepath.Abs(o.Zip)
	if err != nil {
		return r, err
	}
	if err := mayReplace(target); err != nil {
		return r, err
	}
	o.Out = filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".partial")
	if err := mayUse(o.Out); err != nil {
		return r, err
	}
	r, err = w.filed(ctx, sources, o, progress)
	paths := []string{}
	for i, f := range r.Files {
		paths = append(paths, inside(o.Out, f.Path))
		r.Files[i].Path = paths[i]
	}
	if err != nil || len(paths) == 0 {
		return r, err
	}
	if r.Sheet != "" {
		r.Sheet = inside(o.Out, r.Sheet)
		paths = append(paths, r.Sheet)
	}
	if err := pack(ctx, o.Out, paths, target); err != nil {
		return r, err
	}
	r.Zip = target
	return r, os.RemoveAll(o.Out)
}

// inside is the name of a file in a zip.
func inside(dir, path string) string {
	return filepath.ToSlash(strings.TrimPrefix(path, dir+string(filepath.Separator)))
}

// mayReplace returns ErrTaken if something is there that is not a zip of ours.
func mayReplace(target string) error {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		if z, err := zip.OpenReader(target); err == nil {
			ours := z.Comment == zipComment
			if err := z.Close(); err != nil {
				return err
			}
			if ours {
				return nil
			}
		}
	}
	return fmt.Errorf("%w: %s", ErrTaken, target)
}

// mayUse returns ErrTaken if a work folder is somebody else's.
func mayUse(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == BookName || strings.HasPrefix(e.Name(), partName) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrTaken, dir)
}

// pack writes a zip of files in dir, and gives it its name when it is whole. The same files make the
// same bytes: they are in the order of their names, and of no time.
func pack(ctx context.Context, dir string, paths []string, target string) error {
	slices.Sort(paths)
	f, err := os.CreateTemp(dir, partName+"*")
	if err != nil {
		return err
	}
	err = errors.Join(packInto(ctx, f, dir, slices.Compact(paths)), f.Close())
	if err == nil {
		err = mayReplace(target)
	}
	if err == nil {
		err = os.Rename(f.Name(), target)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", filepath.Base(target), err), os.Remove(f.Name()))
	}
	return nil
}

func packInto(ctx context.Context, f *os.File, dir string, paths []string) error {
	z := zip.NewWriter(f)
	for _, path := range paths {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := store(z, filepath.Join(dir, filepath.FromSlash(path)), path); err != nil {
			return err
		}
	}
	return errors.Join(z.SetComment(zipComment), z.Close(), f.Chmod(0o644), f.Sync())
}

// store adds one file as it is: pictures do not get smaller.
func store(z *zip.Writer, path, name string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	sum := crc32.NewIEEE()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	const utf8Names, firstDay = 0x800, 1<<5 | 1 // 1980-01-01
	h := &zip.FileHeader{
		Name: name, Method: zip.Store, Flags: utf8Names, CRC32: sum.Sum32(), CompressedSize64: uint64(n), UncompressedSize64: uint64(n),
		ModifiedDate: firstDay, //nolint:staticcheck // Modified would write a time of a zone
	}
	h.SetMode(0o644)
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	wrote, err := io.Copy(w, f)
	if err == nil && wrote != n {
		err = fmt.Errorf("%s changed while it was read", name)
	}
	return err
}
