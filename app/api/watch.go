package api

import (
	"path/filepath"

	"postbag/backend/domain"
	"postbag/backend/library"
)

// WatchedFolder is a folder whose new pictures come into the library by themselves.
type WatchedFolder struct {
	ID        string `json:"id"`
	Path      string `json:"path"`
	Name      string `json:"name"` // the last part of the path
	Recursive bool   `json:"recursive"`
	Reference bool   `json:"reference"` // the originals stay there; no copy is kept
	Reachable bool   `json:"reachable"`
}

// WatchFolder says which folder to watch.
type WatchFolder struct {
	Workspace string `json:"workspace"`
	Path      string `json:"path"`
	Recursive bool   `json:"recursive"`
	Reference bool   `json:"reference"`
}

// WatchedFolders returns the folders this machine watches for a workspace.
func (s *LibraryService) WatchedFolders(workspace string) (_ []WatchedFolder, err error) {
	defer s.done(&err)
	list, err := s.Library.Watched(s.ctx, domain.WorkspaceID(workspace))
	out := []WatchedFolder{}
	for _, f := range list {
		out = append(out, s.watchedOf(f))
	}
	return out, err
}

// Watch begins to watch a folder: its pictures, now and later, come into the library while Postbag
// runs, each once it is completely written.
func (s *LibraryService) Watch(r WatchFolder) (_ WatchedFolder, err error) {
	defer s.done(&err)
	f, err := s.Library.Watch(s.ctx, domain.WorkspaceID(r.Workspace), r.Path, library.Options{Recursive: r.Recursive, Reference: r.Reference})
	if err != nil {
		return WatchedFolder{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return s.watchedOf(f), nil
}

// Unwatch stops watching a folder; its pictures stay in the library.
func (s *LibraryService) Unwatch(id string) (err error) {
	defer s.done(&err)
	return s.told(s.Library.Unwatch(s.ctx, domain.WatchedID(id)))
}

func (s *LibraryService) watchedOf(f domain.Watched) WatchedFolder {
	return WatchedFolder{
		ID: string(f.ID), Path: f.Path, Name: filepath.Base(f.Path), Recursive: f.Recursive, Reference: f.Reference,
		Reachable: library.Reachable(s.ctx, f.Path),
	}
}
