package library

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// job is one file to import.
type job struct {
	path string // absolute, as the system spells it
	open func() (*os.File, error)
}

// maxDepth ends a walk through folders in folders that somebody made to be endless.
const maxDepth = 100

// walker collects the files of an import. Folders are opened as an os.Root, so that nothing in
// them, not even a link put there meanwhile, leads out.
type walker struct {
	recursive bool
	jobs      []job
	failed    []Failure
	seen      map[string]bool
	roots     []*os.Root
}

func (w *walker) close() {
	for _, r := range w.roots {
		_ = r.Close()
	}
}

func (w *walker) fail(path, code, format string, args ...any) {
	w.failed = append(w.failed, Failure{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
}

func (w *walker) add(j job) {
	if !w.seen[j.path] {
		w.seen[j.path] = true
		w.jobs = append(w.jobs, j)
	}
}

// start takes one path that a person named: a file, or a folder.
func (w *walker) start(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		w.fail(path, CodeUnreadable, "%v", err)
		return
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.fail(abs, CodeNotFound, "there is no such file or folder")
	case err != nil:
		w.fail(abs, CodeUnreadable, "%s", reason(err))
	case info.IsDir():
		root, err := os.OpenRoot(abs)
		if err != nil {
			w.fail(abs, CodeUnreadable, "%s", reason(err))
			return
		}
		w.roots = append(w.roots, root)
		w.folder(root, ".", abs, 0)
	case !info.Mode().IsRegular():
		w.fail(abs, CodeNotAFile, "it is neither a file nor a folder")
	default:
		w.add(job{path: abs, open: func() (*os.File, error) { return os.Open(abs) }}) //nolint:gosec // the person named it
	}
}

func (w *walker) folder(root *os.Root, rel, abs string, depth int) {
	entries, err := list(root, rel)
	if err != nil {
		w.fail(abs, CodeUnreadable, "%s", reason(err))
		return
	}
	if isDataFolder(entries) {
		return
	}
	for _, e := range entries {
		name := e.Name()
		if ignored(name) {
			continue
		}
		here, path := filepath.Join(rel, name), filepath.Join(abs, name)
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			w.fail(path, CodeLink, "links in folders are not followed; name the file itself")
		case e.IsDir() && w.recursive && depth >= maxDepth:
			w.fail(path, CodeUnreadable, "more than %d folders deep", maxDepth)
		case e.IsDir() && w.recursive:
			w.folder(root, here, path, depth+1)
		case e.IsDir():
		case !e.Type().IsRegular():
			w.fail(path, CodeNotAFile, "it is neither a file nor a folder")
		default:
			w.add(job{path: path, open: func() (*os.File, error) { return root.Open(here) }})
		}
	}
}

// list reads a folder in the order of its names.
func list(root *os.Root, rel string) ([]os.DirEntry, error) {
	dir, err := root.Open(rel)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }()
	entries, err := dir.ReadDir(-1)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// ignored names what systems put beside people's files.
func ignored(name string) bool {
	switch strings.ToLower(name) {
	case "thumbs.db", "desktop.ini", "icon\r", "$recycle.bin", "system volume information", "__macosx", "@eadir", "lost+found":
		return true
	}
	return strings.HasPrefix(name, ".")
}

// isDataFolder knows a data folder of Postbag: its media are in a library already.
func isDataFolder(entries []os.DirEntry) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == name })
	}
	return has("postbag.db") && has("media")
}

// reason says why the system refused, without the path: the failure names it.
func reason(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

// bytesPrefix marks a path that is not UTF-8; no absolute path begins with it.
const bytesPrefix = "bytes:"

// keep makes a path text that a database and a document can hold: itself, or the hex of its bytes
// where it is not UTF-8.
func keep(path string) string {
	if utf8.ValidString(path) {
		return path
	}
	return bytesPrefix + hex.EncodeToString([]byte(path))
}

// kept undoes keep.
func kept(s string) string {
	if h, ok := strings.CutPrefix(s, bytesPrefix); ok {
		if b, err := hex.DecodeString(h); err == nil {
			return string(b)
		}
	}
	return s
}
