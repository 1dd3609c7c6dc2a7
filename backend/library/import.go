package library

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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
	Assets     []Imported // in the order of the files, the duplicates included
}

// Imported is one file that is in the library now.
type Imported struct {
	Asset     domain.Asset
	Path      string // absolute
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
	done := make([]outcome, len(walk.jobs))
	err := s.importAll(ctx, w, walk.jobs, o, done, progress)
	if batched := s.batch(ctx, done); err == nil {
		err = batched
	}
	r := Result{Failed: walk.failed, Assets: []Imported{}}
	if r.Failed == nil {
		r.Failed = []Failure{}
	}
	for i, out := range done {
		switch {
		case out.failure != nil:
			r.Failed = append(r.Failed, Failure{Path: walk.jobs[i].path, Code: out.failure.code, Message: out.failure.message})
		case out.asset.ID == "": // not reached
		default:
			r.Assets = append(r.Assets, Imported{Asset: out.asset, Path: walk.jobs[i].path, Duplicate: !out.added})
			if out.added {
				r.Imported++
			} else {
				r.Duplicates++
			}
		}
	}
	if err != nil {
		return r, fmt.Errorf("import stopped after %d of %d files: %w", len(r.Assets), len(walk.jobs), err)
	}
	return r, nil
}

// batch says that what was added came together, and what it looks like: once for all, because a
// write waits for the disk and looks can be worked out again.
func (s *Service) batch(ctx context.Context, done []outcome) error {
	added, looks := []domain.AssetID{}, map[domain.AssetID]domain.Look{}
	for _, out := range done {
		if out.added {
			added = append(added, out.asset.ID)
		}
		if out.look != nil {
			looks[out.asset.ID] = *out.look
		}
	}
	if len(looks) > 0 {
		if err := s.p.Store.PutLooks(context.WithoutCancel(ctx), looks); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	// Also when the import was stopped: what it brought is one import all the same.
	return s.p.Store.Batch(context.WithoutCancel(ctx), added, string(added[0]))
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

func (s *Service) importAll(ctx context.Context, w domain.WorkspaceID, jobs []job, o Options, done []outcome, progress func(Progress)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	next := make(chan int)
	var group sync.WaitGroup
	var mu sync.Mutex
	finished := 0
	for range min(workers(), len(jobs)) {
		group.Go(func() {
			for i := range next {
				out, err := s.importOne(ctx, w, jobs[i], o)
				if f, ok := errors.AsType[*fault](err); ok {
					out.failure, err = f, nil
				}
				if err != nil {
					stop(err)
					continue
				}
				mu.Lock()
				done[i] = out
				finished++
				if progress != nil {
					progress(Progress{Done: finished, Total: len(jobs), Path: jobs[i].path})
				}
				mu.Unlock()
			}
		})
	}
feed:
	for i := range jobs {
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
