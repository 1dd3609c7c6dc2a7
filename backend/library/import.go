package library

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"postbag/backend/domain"
)

// Options say how to import.
type Options struct {
	Recursive bool // folders in folders too
	Reference bool // leave the originals where they are, and keep no copy
	// Known leaves out, and does not count, files that were imported before and are as they were
	// then, also if what they became is in the bin or deleted: nobody asked for them again.
	Known bool
	// Each is told of everything that came in, in no order, by one goroutine at a time, instead of
	// Result.Assets: of a hundred thousand nothing need be kept. It must not call the Service.
	Each func(Imported)
	// Found is told the paths of all files before the first is read; it must not change them.
	Found func(paths []string)
}

// Progress is how far an import is. Total is known from the start.
type Progress struct {
	Done  int
	Total int
	Path  string // the file that was done last
}

// Result says what became of every file of an import.
type Result struct {
	Imported   int // new assets
	Duplicates int // files whose content the library has already
	Failed     []Failure
	Assets     []Imported // in the order of the files, the duplicates included; empty with Options.Each
}

// Imported is one file that is in the library now.
type Imported struct {
	Asset     domain.Asset
	Path      string // absolute
	Place     int    // among the files of the import, from 0
	Duplicate bool
}

// Failure says why a file is not in the library.
type Failure struct {
	Path    string // absolute
	Code    string // one of the codes below
	Message string // for people
}

// Every code of a Failure.
const (
	CodeNotFound      = "not_found"
	CodeUnreadable    = "unreadable"
	CodeNotAFile      = "not_a_file"
	CodeLink          = "link"
	CodeEmpty         = "empty"
	CodeUnknownFormat = "unknown_format"
	CodeArchive       = "is_archive"
	CodeUnsupported   = "unsupported"
	CodeDamaged       = "damaged"
	CodeTooLarge      = "too_large"
	CodeTooManyPixels = "too_many_pixels"
	CodeChanged       = "changed" // while it was read
)

// workers is how many files are read at once: two more than there are processors, as some wait for the disk.
// Decoding bounds its own memory.
func workers() int { return runtime.GOMAXPROCS(0) + 2 }

// Import brings files and folders into a workspace's library. What cannot be imported is in
// Result.Failed and the rest goes on. An error means that it stopped early, because ctx ended, the
// disk is full or the database failed: Result then says what was done until there, all of which is
// kept, and the same import goes on from there without reading those files again. progress may be
// nil; it is called by one goroutine at a time.
func (s *Service) Import(ctx context.Context, w domain.WorkspaceID, paths []string, o Options, progress func(Progress)) (Result, error) {
	walk := walker{recursive: o.Recursive, seen: map[string]bool{}}
	defer walk.close()
	for _, path := range paths {
		walk.start(path)
	}
	if o.Found != nil {
		paths := make([]string, len(walk.jobs))
		for i, j := range walk.jobs {
			paths[i] = j.path
		}
		o.Found(paths)
	}
	t := taking{s: s, o: o, jobs: walk.jobs, progress: progress, looks: map[domain.AssetID]domain.Look{}}
	if o.Each == nil {
		t.all = make([]Imported, len(walk.jobs))
	}
	err := s.importAll(ctx, w, &t)
	if kept := t.flush(ctx); err == nil {
		err = kept
	}
	t.r.Failed = append(walk.failed, t.inOrder()...)
	if t.r.Failed == nil {
		t.r.Failed = []Failure{}
	}
	t.r.Assets = slices.DeleteFunc(t.all, func(i Imported) bool { return i.Asset.ID == "" })
	if t.r.Assets == nil {
		t.r.Assets = []Imported{}
	}
	if err != nil {
		return t.r, fmt.Errorf("import stopped after %d of %d files: %w", t.r.Imported+t.r.Duplicates, len(walk.jobs), err)
	}
	return t.r, nil
}

// taking gathers what becomes of the files of an import.
type taking struct {
	s        *Service
	o        Options
	jobs     []job
	progress func(Progress)

	mu     sync.Mutex
	done   int
	r      Result
	all    []Imported
	failed []int // the jobs of r.Failed
	// What is to be written once for many, as a write waits for the disk.
	added []domain.AssetID
	looks map[domain.AssetID]domain.Look
	batch string // the first that was added gives it its name
}

// together is how many assets are written at a time that they came together, and what they look like. A kill loses
// that of so many; looks can be worked out again.
const together = 500

// take notes what became of a job.
func (t *taking) take(ctx context.Context, i int, out outcome) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	path := t.jobs[i].path
	switch {
	case out.failure != nil:
		t.r.Failed, t.failed = append(t.r.Failed, Failure{Path: path, Code: out.failure.code, Message: out.failure.message}), append(t.failed, i)
	case out.asset.ID == "": // left out
	default:
		t.taken(Imported{Asset: out.asset, Path: path, Place: i, Duplicate: !out.added})
		if out.look != nil {
			t.looks[out.asset.ID] = *out.look
		}
	}
	t.done++
	if t.progress != nil {
		t.progress(Progress{Done: t.done, Total: len(t.jobs), Path: path})
	}
	if len(t.added) < together {
		return nil
	}
	return t.flush(ctx)
}

func (t *taking) taken(a Imported) {
	if a.Duplicate {
		t.r.Duplicates++
	} else {
		t.r.Imported++
		t.added = append(t.added, a.Asset.ID)
	}
	if t.o.Each != nil {
		t.o.Each(a)
	} else {
		t.all[a.Place] = a
	}
}

// flush writes what waits, also when the import was stopped: what it brought is one import all the same.
func (t *taking) flush(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	if len(t.looks) > 0 {
		if err := t.s.p.Store.PutLooks(ctx, t.looks); err != nil {
			return err
		}
		clear(t.looks)
	}
	if len(t.added) == 0 {
		return nil
	}
	if t.batch == "" {
		t.batch = string(t.added[0])
	}
	err := t.s.p.Store.Batch(ctx, t.added, t.batch)
	t.added = t.added[:0]
	return err
}

// inOrder returns the failures in the order of the files.
func (t *taking) inOrder() []Failure {
	order := make([]int, len(t.failed))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(t.failed[x], t.failed[y]) })
	list := make([]Failure, len(order))
	for i, at := range order {
		list[i] = t.r.Failed[at]
	}
	return list
}

// outcome is what became of one job; the zero value is a job that was not reached.
type outcome struct {
	asset   domain.Asset
	added   bool
	look    *domain.Look // of a new picture
	failure *fault
}

// fault is what is wrong with one file. Any other error stops the import.
type fault struct {
	code    string
	message string
}

func (f *fault) Error() string { return f.code + ": " + f.message }

func faultf(code, format string, args ...any) error {
	return &fault{code: code, message: fmt.Sprintf(format, args...)}
}

func (s *Service) importAll(ctx context.Context, w domain.WorkspaceID, t *taking) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var group sync.WaitGroup
	for range min(workers(), len(t.jobs)) {
		group.Go(func() {
			for i := range next {
				out, err := s.importOne(ctx, w, t.jobs[i], t.o)
				if f, ok := errors.AsType[*fault](err); ok {
					out.failure, err = f, nil
				}
				if err == nil {
					err = t.take(ctx, i, out)
				}
				if err != nil {
					stop(err)
				}
			}
		})
	}
feed:
	for i := range t.jobs {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	group.Wait()
	return context.Cause(ctx)
}
