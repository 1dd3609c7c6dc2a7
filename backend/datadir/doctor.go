package datadir

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
)

// Problem is one thing a check found. Doctor prints it.
type Problem struct {
	Kind   ProblemKind
	Path   string // relative to the data folder, with slashes
	Detail string
}

// ProblemKind says what is wrong.
type ProblemKind string

// Every kind.
const (
	MediaMissing ProblemKind = "media_missing" // somebody's post needs it, and it is not there
	MediaAltered ProblemKind = "media_altered" // its content is no longer what its name says
	Unreadable   ProblemKind = "unreadable"
	TooOpen      ProblemKind = "too_open" // others on this machine may read it
	Stray        ProblemKind = "stray"    // nothing Postbag made
	Stale        ProblemKind = "stale"    // left by a process that is no more
)

// Progress is told how far a long task is. Both are bytes; total may be 0 if it is not known.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(done, total)
	}
}

// Verify reads every stored content and returns those that are not what their name says. It
// fails only if ctx ends.
func (m *Media) Verify(ctx context.Context, p Progress) ([]Problem, error) {
	var total, done int64
	for f, err := range m.Walk() {
		if err == nil {
			total += f.Bytes
		}
	}
	var found []Problem
	for f, err := range m.Walk() {
		if err == nil {
			err = m.check(ctx, f.SHA256)
		}
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		if err != nil && !errors.Is(err, ErrMissing) { // removed meanwhile is no problem
			found = append(found, problemOf(f.SHA256, err))
		}
		done += f.Bytes
		p.tell(done, total)
	}
	return found, nil
}

// CheckMedia reads every content that expected names and returns what is missing or altered.
// It fails only if ctx ends.
func (m *Media) CheckMedia(ctx context.Context, expected iter.Seq[string], p Progress) ([]Problem, error) {
	var found []Problem
	var done int64
	for sha := range expected {
		err := m.check(ctx, sha)
		if ctx.Err() != nil {
			return found, ctx.Err()
		}
		if err != nil {
			found = append(found, problemOf(sha, err))
		} else if f, err := m.Stat(sha); err == nil {
			done += f.Bytes
		}
		p.tell(done, 0)
	}
	return found, nil
}

func problemOf(sha string, err error) Problem {
	p := Problem{Kind: Unreadable, Path: mediaName, Detail: err.Error()}
	if isSHA256(sha) {
		p.Path = mediaName + "/" + sha[:2] + "/" + sha
	}
	switch {
	case errors.Is(err, ErrMissing):
		p.Kind = MediaMissing
	case errors.Is(err, ErrAltered):
		p.Kind = MediaAltered
	}
	return p
}

// Check looks at rights, at what was left behind, and for files Postbag did not make in the
// media store. It reads no contents, and ends with ctx.
func (d *Dir) Check(ctx context.Context) ([]Problem, error) {
	var found []Problem
	add := func(kind ProblemKind, path, detail string) {
		name, err := filepath.Rel(d.path, path)
		if err != nil {
			name = path
		}
		found = append(found, Problem{Kind: kind, Path: filepath.ToSlash(name), Detail: detail})
	}
	err := filepath.WalkDir(d.path, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			add(Unreadable, path, err.Error())
			return nil
		}
		i, err := e.Info()
		if err != nil {
			return nil //nolint:nilerr // removed meanwhile
		}
		if detail := tooOpen(i); detail != "" {
			add(TooOpen, path, detail)
		}
		if d.stray(path, e) {
			add(Stray, path, "nothing Postbag made; it can be moved away")
		}
		return nil
	})
	if err != nil {
		return found, err
	}
	for _, path := range staleSessions(d.path) {
		add(Stale, path, "left by a process that is no more; it goes at the next start")
	}
	return found, nil
}

// stray knows what belongs into the media store.
func (d *Dir) stray(path string, e os.DirEntry) bool {
	rel, err := filepath.Rel(filepath.Join(d.path, mediaName), path)
	if err != nil || !filepath.IsLocal(rel) || rel == "." {
		return false
	}
	shelf, name := filepath.Split(rel)
	if shelf == "" {
		return !e.IsDir() || len(name) != 2 || !isSHA256(name+zeros[:62])
	}
	return !isSHA256(name) || filepath.Clean(shelf) != name[:2] || !e.Type().IsRegular()
}

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

// Repair narrows the rights Check found too wide. It returns the first error.
func (d *Dir) Repair(problems []Problem) error {
	var first error
	for _, p := range problems {
		if p.Kind != TooOpen {
			continue
		}
		path := filepath.Join(d.path, filepath.FromSlash(p.Path))
		mode := fs.FileMode(0o600)
		i, err := os.Lstat(path)
		if err == nil && i.Mode()&fs.ModeSymlink == 0 {
			if i.IsDir() {
				mode = 0o700
			}
			err = os.Chmod(path, mode)
		}
		if err != nil && first == nil && !errors.Is(err, fs.ErrNotExist) {
			first = err
		}
	}
	return first
}
