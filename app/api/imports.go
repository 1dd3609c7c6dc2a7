package api

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/library"
)

// ImportJob is an import that goes on by itself, or what became of it.
type ImportJob struct {
	ID         string        `json:"id"`
	Workspace  string        `json:"workspace"`
	Running    bool          `json:"running"`
	Stopped    bool          `json:"stopped"` // by a person
	Done       int           `json:"done"`    // files
	Total      int           `json:"total"`   // 0: not known yet
	Imported   int           `json:"imported"`
	Duplicates int           `json:"duplicates"` // were here already
	Failed     []FileFailure `json:"failed"`
	IDs        []string      `json:"ids"`   // of the assets, in the order of the files, duplicates included
	Error      *Error        `json:"error"` // why it stopped early; null if it did not
}

// imports are the import jobs of this process, oldest first. Finished ones stay until they are
// dismissed, so that a page that was away learns what became of them.
type imports struct {
	mu    sync.Mutex
	next  int
	jobs  []*ImportJob
	stops map[string]context.CancelFunc
	paths map[string][]string // of the files of those that run
}

func newImports() *imports {
	return &imports{stops: map[string]context.CancelFunc{}, paths: map[string][]string{}}
}

// ComingFile is a file that a running import has not brought in yet.
type ComingFile struct {
	Place int    `json:"place"` // among its files; /media/coming/<job>/<place> shows the preview that a camera put into it
	Name  string `json:"name"`
}

// ComingFiles asks what comes next.
type ComingFiles struct {
	Job  string `json:"job"`
	Most int    `json:"most"`
}

// Coming returns the files that an import reads now and next, in their order; none of one that does not run.
func (s *LibraryService) Coming(r ComingFiles) (_ []ComingFile, err error) {
	defer s.done(&err)
	return s.jobs.coming(r.Job, r.Most), nil
}

// ComingPath returns where a file of a running import is. It is for showing it, and not for a page to know.
func (s *Services) ComingPath(job string, place int) (path string, ok bool) {
	jobs := s.Library.jobs
	jobs.mu.Lock()
	defer jobs.mu.Unlock()
	paths := jobs.paths[job]
	if place < 0 || place >= len(paths) {
		return "", false
	}
	return paths[place], true
}

func (i *imports) coming(id string, most int) []ComingFile {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := []ComingFile{}
	at := slices.IndexFunc(i.jobs, func(j *ImportJob) bool { return j.ID == id && j.Running })
	if at < 0 {
		return list
	}
	paths, done := i.paths[id], i.jobs[at].Done
	for place := done; place < min(done+most, len(paths)); place++ {
		list = append(list, ComingFile{Place: place, Name: filepath.Base(paths[place])})
	}
	return list
}

// mostJobs bounds the finished jobs that are remembered.
const mostJobs = 20

// tellEvery is how often a running import says that the library changed.
const tellEvery = time.Second

// StartImport begins to bring files and folders into the library, and returns at once. Imports knows
// how far it is, with progress events of the task TaskImport, a colon and the job's id; the library
// changes now and then meanwhile, and once more when it ends.
func (s *LibraryService) StartImport(r ImportAssets) (_ ImportJob, err error) {
	defer s.done(&err)
	if len(r.Paths) == 0 {
		return ImportJob{}, &domain.FieldError{Field: "paths", Message: "say which files or folders to import"}
	}
	ctx, stop := context.WithCancel(s.ctx)
	job := s.jobs.add(r.Workspace, stop)
	go func() {
		defer stop()
		s.importInBackground(ctx, job.ID, r)
	}()
	return job, nil
}

func (s *LibraryService) importInBackground(ctx context.Context, id string, r ImportAssets) {
	type came struct {
		place int
		id    domain.AssetID
	}
	var list []came // and nothing more of a hundred thousand
	result, err := library.Result{}, error(nil)
	func() {
		defer s.done(&err) // a panic must end the job too
		told := time.Now()
		result, err = s.Library.Import(ctx, domain.WorkspaceID(r.Workspace), r.Paths,
			library.Options{
				Recursive: r.Recursive, Reference: r.Reference,
				Found: func(paths []string) { s.jobs.found(id, paths) },
				Each:  func(a library.Imported) { list = append(list, came{a.Place, a.Asset.ID}) },
			},
			func(p library.Progress) {
				s.jobs.change(id, func(j *ImportJob) { j.Done, j.Total = p.Done, p.Total })
				s.Events.Progress(TaskImport+":"+id, int64(p.Done), int64(p.Total))
				if time.Since(told) > tellEvery {
					told = time.Now()
					s.Events.Changed(TopicLibrary, []string{})
				}
			})
	}()
	s.jobs.change(id, func(j *ImportJob) {
		j.Running, j.Imported, j.Duplicates = false, result.Imported, result.Duplicates
		for _, f := range result.Failed {
			j.Failed = append(j.Failed, FileFailure{Path: f.Path, Code: f.Code, Message: sentence(f.Message)})
		}
		slices.SortFunc(list, func(x, y came) int { return cmp.Compare(x.place, y.place) })
		for _, a := range list {
			j.IDs = append(j.IDs, string(a.id))
		}
		if j.Stopped = ctx.Err() != nil; err != nil && !j.Stopped {
			if !errors.As(err, &j.Error) {
				j.Error = s.errorOf(err)
			}
		}
	})
	s.jobs.found(id, nil)
	s.Events.Changed(TopicLibrary, []string{})
}

// Imports returns the imports that run, and what became of those that ended and were not dismissed.
func (s *LibraryService) Imports() (_ []ImportJob, err error) {
	defer s.done(&err)
	return s.jobs.list(), nil
}

// StopImport ends an import. What it brought until there stays.
func (s *LibraryService) StopImport(id string) (err error) {
	defer s.done(&err)
	return s.jobs.stop(id)
}

// DismissImport forgets an import that ended.
func (s *LibraryService) DismissImport(id string) (err error) {
	defer s.done(&err)
	return s.told(s.jobs.dismiss(id))
}

func (i *imports) add(workspace string, stop context.CancelFunc) ImportJob {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.next++
	job := &ImportJob{ID: strconv.Itoa(i.next), Workspace: workspace, Running: true, Failed: []FileFailure{}, IDs: []string{}}
	i.jobs = append(i.jobs, job)
	i.stops[job.ID] = stop
	if len(i.jobs) > mostJobs {
		if at := slices.IndexFunc(i.jobs, func(j *ImportJob) bool { return !j.Running }); at >= 0 {
			delete(i.stops, i.jobs[at].ID)
			i.jobs = slices.Delete(i.jobs, at, at+1)
		}
	}
	return *job
}

// found remembers the files of an import; nil forgets them.
func (i *imports) found(id string, paths []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if paths == nil {
		delete(i.paths, id)
		return
	}
	i.paths[id] = paths
}

func (i *imports) change(id string, change func(*ImportJob)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, j := range i.jobs {
		if j.ID == id {
			change(j)
		}
	}
}

func (i *imports) list() []ImportJob {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := make([]ImportJob, len(i.jobs))
	for n, j := range i.jobs {
		out[n] = *j
		out[n].Failed, out[n].IDs = append([]FileFailure{}, j.Failed...), append([]string{}, j.IDs...)
	}
	return out
}

func (i *imports) stop(id string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	stop := i.stops[id]
	if stop == nil {
		return domain.ErrNotFound
	}
	stop()
	return nil
}

func (i *imports) dismiss(id string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := slices.IndexFunc(i.jobs, func(j *ImportJob) bool { return j.ID == id })
	switch {
	case at < 0:
		return nil // it is forgotten
	case i.jobs[at].Running:
		return domain.ErrNotAllowed
	}
	i.jobs = slices.Delete(i.jobs, at, at+1)
	delete(i.stops, id)
	return nil
}
