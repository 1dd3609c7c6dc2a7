package library

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"

	"postbag/backend/domain"
)

// Watch remembers a folder whose pictures, now and later, come into a workspace's library. A path
// that is no folder is a *domain.FieldError, one that is watched already a domain.ErrConflict.
func (s *Service) Watch(ctx context.Context, w domain.WorkspaceID, path string, o Options) (domain.Watched, error) {
	wrong := func(why string) (domain.Watched, error) {
		return domain.Watched{}, &domain.FieldError{Field: "path", Message: why}
	}
	if !filepath.IsAbs(path) {
		return wrong("say the whole path of the folder")
	}
	path = filepath.Clean(path)
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wrong("there is no such folder")
	case err != nil:
		return wrong("the folder cannot be read: " + reason(err))
	case !info.IsDir():
		return wrong("this is a file; choose the folder it is in")
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return wrong("the folder cannot be read: " + reason(err))
	}
	if isDataFolder(entries) {
		return wrong("this folder is where Postbag keeps its own data")
	}
	return s.p.Store.Watch(ctx, domain.Watched{Workspace: w, Path: keep(path), Recursive: o.Recursive, Reference: o.Reference})
}

// Unwatch forgets a watched folder; its pictures stay in the library.
func (s *Service) Unwatch(ctx context.Context, id domain.WatchedID) error {
	return s.p.Store.Unwatch(ctx, id)
}

// Watched returns the folders this machine watches for a workspace.
func (s *Service) Watched(ctx context.Context, w domain.WorkspaceID) ([]domain.Watched, error) {
	return s.p.Store.Watched(ctx, w)
}

// reachTime is how long a folder may take to answer. A drive of a network that is gone can take
// minutes.
const reachTime = 300 * time.Millisecond

// Reachable reports whether a folder, written as the store keeps it, answers.
func Reachable(ctx context.Context, path string) bool {
	ctx, stop := context.WithTimeout(ctx, reachTime)
	defer stop()
	answer := make(chan bool, 1)
	go func() { // it may outlive this call, waiting for the system
		info, err := os.Stat(kept(path))
		answer <- err == nil && info.IsDir()
	}()
	select {
	case is := <-answer:
		return is
	case <-ctx.Done():
		return false
	}
}

// Watching says how to watch.
type Watching struct {
	// Changed is told after something was imported into a workspace, or a folder went or came back.
	Changed func(w domain.WorkspaceID, imported int)
	Log     *slog.Logger
	Calm    time.Duration // how long a folder must be quiet before it is read; 0 is 2 s
	Again   time.Duration // how often a folder that is away is tried; 0 is 30 s
	Whole   time.Duration // how often a folder is read without news of it; 0 is 10 min
}

// KeepWatching imports what appears in the watched folders, until ctx ends. Every folder is read whole
// at the start and from time to time, since the system's own news of it can be lost, and after it
// was quiet for a moment: a file that is still being written is left for the next time, because an
// import refuses one that changes under its hands and its quiet is waited for again.
func (s *Service) KeepWatching(ctx context.Context, o Watching) error {
	if o.Calm <= 0 {
		o.Calm = 2 * time.Second
	}
	if o.Again <= 0 {
		o.Again = 30 * time.Second
	}
	if o.Whole <= 0 {
		o.Whole = 10 * time.Minute
	}
	news, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("watch folders: %w", err)
	}
	defer func() { _ = news.Close() }()
	w := watching{Watching: o, s: s, news: news, folders: map[domain.WatchedID]*watchedFolder{}, listened: map[string]bool{}}
	again := time.NewTicker(o.Again)
	defer again.Stop()
	look := time.NewTicker(o.Calm)
	defer look.Stop()
	w.reload(ctx)
	w.readAll(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-news.Events:
			if !ok {
				return nil
			}
			w.heard(e)
		case err := <-news.Errors: // news was lost
			o.Log.Warn("news of watched folders was lost", "error", err)
			w.allDue()
		case <-look.C:
			w.reload(ctx)
			w.readDue(ctx)
		case <-again.C:
			for _, f := range w.folders {
				if f.away || time.Since(f.whole) >= o.Whole {
					f.due = time.Now()
				}
			}
		}
	}
}

// watchedFolder is a folder as it stands.
type watchedFolder struct {
	domain.Watched
	away  bool      // it did not answer
	due   time.Time // read it when this has passed; zero: nothing new
	whole time.Time // when it was last read
}

type watching struct {
	Watching
	s        *Service
	news     *fsnotify.Watcher
	folders  map[domain.WatchedID]*watchedFolder
	listened map[string]bool
	change   int64
}

// reload takes the list of folders anew if anything was written since.
func (w *watching) reload(ctx context.Context) {
	change, err := w.s.p.Store.Change(ctx)
	if err != nil || change == w.change {
		return
	}
	list, err := w.s.p.Store.Watched(ctx, "")
	if err != nil {
		w.Log.Warn("the list of watched folders could not be read", "error", err)
		return
	}
	w.change = change
	now := map[domain.WatchedID]*watchedFolder{}
	for _, f := range list {
		if known := w.folders[f.ID]; known != nil {
			now[f.ID] = known
			continue
		}
		now[f.ID] = &watchedFolder{Watched: f, due: time.Now()}
	}
	for id, f := range w.folders {
		if now[id] == nil {
			w.forget(kept(f.Path))
		}
	}
	w.folders = now
}

func (w *watching) forget(path string) {
	for dir := range w.listened {
		if dir == path || within(path, dir) {
			_ = w.news.Remove(dir) // it may be gone
			delete(w.listened, dir)
		}
	}
}

// within reports whether path lies below folder.
func within(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(rel) && rel != "."
}

// heard notes that something happened at a path: its folder is read when it was quiet for a while.
func (w *watching) heard(e fsnotify.Event) {
	for _, f := range w.folders {
		if path := kept(f.Path); path == e.Name || within(path, e.Name) {
			f.due = time.Now().Add(w.Calm)
		}
	}
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		delete(w.listened, e.Name) // the system stops listening by itself
	}
}

func (w *watching) allDue() {
	for _, f := range w.folders {
		f.due = time.Now()
	}
}

func (w *watching) readAll(ctx context.Context) {
	w.allDue()
	w.readDue(ctx)
}

// readDue reads the folders whose moment has come.
func (w *watching) readDue(ctx context.Context) {
	for _, id := range slices.Sorted(maps.Keys(w.folders)) {
		if f := w.folders[id]; !f.due.IsZero() && !f.due.After(time.Now()) && ctx.Err() == nil {
			f.due = time.Time{}
			w.read(ctx, f)
		}
	}
}

// read imports what is new in a folder.
func (w *watching) read(ctx context.Context, f *watchedFolder) {
	path := kept(f.Path)
	away := !Reachable(ctx, f.Path)
	if away != f.away {
		f.away = away
		w.Changed(f.Workspace, 0)
	}
	if away {
		w.forget(path)
		return
	}
	f.whole = time.Now()
	w.listen(path, f.Recursive, 0)
	r, err := w.s.Import(ctx, f.Workspace, []string{path}, Options{Recursive: f.Recursive, Reference: f.Reference, Known: true, Each: func(Imported) {}}, nil)
	if err != nil && ctx.Err() == nil {
		w.Log.Warn("a watched folder could not be imported", "path", path, "error", err)
	}
	for _, bad := range r.Failed {
		if unfinished(bad, time.Now().Add(-time.Minute)) {
			f.due = time.Now().Add(w.Calm)
		}
	}
	if r.Imported > 0 {
		w.Changed(f.Workspace, r.Imported)
	}
}

// unfinished reports whether a file that could not be imported may only not be finished yet.
func unfinished(bad Failure, since time.Time) bool {
	switch bad.Code {
	case CodeChanged:
		return true
	case CodeEmpty, CodeDamaged, CodeUnknownFormat, CodeUnreadable:
		info, err := os.Stat(bad.Path)
		return err == nil && info.ModTime().After(since)
	}
	return false
}

// listen asks the system for news of a folder and of those in it. Where the system has no more room
// for that, the folder is still read from time to time.
func (w *watching) listen(path string, recursive bool, depth int) {
	if depth > maxDepth {
		return
	}
	if !w.listened[path] {
		if err := w.news.Add(path); err != nil {
			w.Log.Debug("no news of a folder", "path", path, "error", err)
			return
		}
		w.listened[path] = true
	}
	if !recursive {
		return
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.IsDir() && !ignored(e.Name()) {
			w.listen(filepath.Join(path, e.Name()), true, depth+1)
		}
	}
}

// FolderOf returns the folder of an original that stays where it is, both as the store keeps them.
func FolderOf(reference string) string { return keep(filepath.Dir(kept(reference))) }
