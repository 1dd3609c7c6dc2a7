package api

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Workspace is one brand or client.
type Workspace struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Demo      bool   `json:"demo"` // filled with examples; its posts reach nobody
	CreatedMs int64  `json:"createdMs"`
}

// Workspaces returns every workspace, oldest first.
func (s *SystemService) Workspaces() (_ []Workspace, err error) {
	defer s.done(&err)
	list, err := s.DB.Workspaces(s.ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Workspace, len(list))
	for i, w := range list {
		out[i] = workspaceOf(w)
	}
	return out, nil
}

// AddWorkspace makes a workspace with the channel that publishes on this machine.
func (s *SystemService) AddWorkspace(name string) (_ Workspace, err error) {
	defer s.done(&err)
	if name, err = workspaceName(name); err != nil {
		return Workspace{}, err
	}
	w, err := s.Accounts.AddWorkspace(s.ctx, name)
	if err == nil {
		s.spacesChanged(w.ID)
	}
	return workspaceOf(w), err
}

// RenameWorkspace gives a workspace another name. A name that is taken is a conflict.
func (s *SystemService) RenameWorkspace(id, name string) (_ Workspace, err error) {
	defer s.done(&err)
	if name, err = workspaceName(name); err != nil {
		return Workspace{}, err
	}
	if err := s.DB.RenameWorkspace(s.ctx, domain.WorkspaceID(id), name); err != nil {
		return Workspace{}, err
	}
	return s.workspace(id)
}

// RemoveWorkspace hides the demo, or a workspace without posts and pictures, and keeps what is
// planned in it from going out. RestoreWorkspace brings it back as it was.
func (s *SystemService) RemoveWorkspace(id string) (err error) {
	defer s.done(&err)
	if err := s.DB.RemoveWorkspace(s.ctx, domain.WorkspaceID(id)); err != nil {
		return err
	}
	s.spacesChanged(domain.WorkspaceID(id))
	return nil
}

// RestoreWorkspace brings a removed workspace back.
func (s *SystemService) RestoreWorkspace(id string) (_ Workspace, err error) {
	defer s.done(&err)
	if err := s.DB.UnremoveWorkspace(s.ctx, domain.WorkspaceID(id)); err != nil {
		return Workspace{}, err
	}
	return s.workspace(id)
}

func (s *SystemService) workspace(id string) (Workspace, error) {
	w, err := s.DB.Workspace(s.ctx, domain.WorkspaceID(id))
	if err == nil {
		s.spacesChanged(w.ID)
	}
	return workspaceOf(w), err
}

func (s *SystemService) spacesChanged(id domain.WorkspaceID) {
	s.Events.Changed(TopicWorkspaces, []string{string(id)})
	s.Events.Changed(TopicChannels, []string{})
	s.Events.Changed(TopicQueue, []string{})
}

func workspaceName(name string) (string, error) {
	name = network.Printable(strings.TrimSpace(name))
	switch {
	case name == "":
		return "", &domain.FieldError{Field: "name", Message: "a workspace needs a name"}
	case utf8.RuneCountInString(name) > mostTitle:
		return "", &domain.FieldError{Field: "name", Message: fmt.Sprintf("a name has at most %d characters", mostTitle)}
	}
	return name, nil
}

func workspaceOf(w domain.Workspace) Workspace {
	return Workspace{ID: string(w.ID), Name: w.Name, Demo: w.Demo, CreatedMs: millis(w.CreatedAt)}
}
