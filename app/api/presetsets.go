package api

import (
	"fmt"
	"strings"

	"postbag/backend/domain"
)

// PresetSet is a named list of the sizes that a workspace works with.
type PresetSet struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Presets []string `json:"presets"` // ids; one that is gone may be among them
	Current bool     `json:"current"` // the one in use: what is shown or hidden changes it
}

// Sets returns the sets of sizes of a workspace, by name.
func (s *PresetService) Sets(workspace string) (_ []PresetSet, err error) {
	defer s.done(&err)
	list, err := s.DB.PresetSets(s.ctx, domain.WorkspaceID(workspace))
	out := []PresetSet{}
	for _, p := range list {
		out = append(out, setOf(p))
	}
	return out, err
}

// NewPresetSet is a set to make.
type NewPresetSet struct {
	Workspace string   `json:"workspace"`
	Name      string   `json:"name"`
	Presets   []string `json:"presets"` // none: those the workspace works with now
}

// AddSet makes a set of sizes; the workspace works with it from then on.
func (s *PresetService) AddSet(r NewPresetSet) (_ PresetSet, err error) {
	defer s.done(&err)
	name, err := setName(r.Name)
	if err != nil {
		return PresetSet{}, err
	}
	set, err := s.set()
	if err != nil {
		return PresetSet{}, err
	}
	if len(r.Presets) == 0 {
		shown, err := s.shown(domain.WorkspaceID(r.Workspace), set)
		if err != nil {
			return PresetSet{}, err
		}
		for _, p := range shown {
			r.Presets = append(r.Presets, p.ID)
		}
	}
	if _, err := set.Find(r.Presets...); err != nil {
		return PresetSet{}, err
	}
	p, err := s.DB.AddPresetSet(s.ctx, domain.PresetSet{Workspace: domain.WorkspaceID(r.Workspace), Name: name, Presets: r.Presets})
	if err != nil {
		return PresetSet{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return setOf(p), nil
}

// RenamePresetSet gives a set another name.
type RenamePresetSet struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// RenameSet gives a set of sizes another name.
func (s *PresetService) RenameSet(r RenamePresetSet) (err error) {
	defer s.done(&err)
	name, err := setName(r.Name)
	if err != nil {
		return err
	}
	if err := s.DB.RenamePresetSet(s.ctx, domain.PresetSetID(r.ID), name); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return nil
}

// RemoveSet forgets a set of sizes. The sizes stay, and those that are worked with stay as they are.
func (s *PresetService) RemoveSet(id string) (err error) {
	defer s.done(&err)
	if err := s.DB.RemovePresetSet(s.ctx, domain.PresetSetID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return nil
}

// ChooseSet works with a set's sizes from now on, and returns it.
func (s *PresetService) ChooseSet(id string) (_ PresetSet, err error) {
	defer s.done(&err)
	p, err := s.DB.ChoosePresetSet(s.ctx, domain.PresetSetID(id))
	if err != nil {
		return PresetSet{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return setOf(p), nil
}

func setName(name string) (string, error) {
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > maxTitle {
		return "", &domain.FieldError{Field: "name", Message: fmt.Sprintf("a set needs a name of at most %d bytes", maxTitle)}
	}
	return name, nil
}

func setOf(p domain.PresetSet) PresetSet {
	return PresetSet{ID: string(p.ID), Name: p.Name, Presets: append([]string{}, p.Presets...), Current: p.Current}
}
