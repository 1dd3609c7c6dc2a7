package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"postbag/backend/domain"
)

// Person is somebody whom posts of a workspace mention: once in a text, for all channels.
type Person struct {
	Mark    string   `json:"mark"` // what is written behind "@"
	Name    string   `json:"name"` // what goes out as plain text where they have no handle
	Handles []Handle `json:"handles"`
}

// Handle is who a person is on a network.
type Handle struct {
	Network string `json:"network"`
	Handle  string `json:"handle"` // without "@"
}

// SavePerson says who a person of a workspace is.
type SavePerson struct {
	Workspace string `json:"workspace"`
	Person    Person `json:"person"`
}

// RemovePerson names a person of a workspace.
type RemovePerson struct {
	Workspace string `json:"workspace"`
	Mark      string `json:"mark"`
}

// People returns whom a workspace mentions, by their marks in order.
func (s *SettingsService) People(workspace string) (_ []Person, err error) {
	defer s.done(&err)
	w, err := s.Settings.Workspace(s.ctx, domain.WorkspaceID(workspace))
	if err != nil {
		return nil, err
	}
	list := make([]Person, 0, len(w.People))
	for _, mark := range slices.Sorted(maps.Keys(w.People)) {
		p := Person{Mark: mark, Name: w.People[mark].Name, Handles: []Handle{}}
		for _, network := range slices.Sorted(maps.Keys(w.People[mark].Handles)) {
			p.Handles = append(p.Handles, Handle{Network: network, Handle: w.People[mark].Handles[network]})
		}
		list = append(list, p)
	}
	return list, nil
}

// SavePerson keeps who a person is, in place of what was kept under their mark. Texts that mention
// them stay as they are written; what goes out of those that are not planned yet changes.
func (s *SettingsService) SavePerson(r SavePerson) (err error) {
	defer s.done(&err)
	mark := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(r.Person.Mark), "@"))
	before, err := s.Settings.Workspace(s.ctx, domain.WorkspaceID(r.Workspace))
	if err != nil {
		return err
	}
	handles := map[string]any{}
	for network := range before.People[mark].Handles {
		handles[network] = nil
	}
	for _, h := range r.Person.Handles {
		if handle := strings.TrimPrefix(strings.TrimSpace(h.Handle), "@"); handle != "" {
			handles[h.Network] = handle
		}
	}
	if _, known := before.People[mark]; !known {
		maps.DeleteFunc(handles, func(_ string, v any) bool { return v == nil })
	}
	return s.people(r.Workspace, mark, map[string]any{"name": strings.TrimSpace(r.Person.Name), "handles": handles})
}

// RemovePerson forgets who a person is: texts that mention them go out as they are written.
func (s *SettingsService) RemovePerson(r RemovePerson) (err error) {
	defer s.done(&err)
	return s.people(r.Workspace, r.Mark, nil)
}

func (s *SettingsService) people(workspace, mark string, to any) error {
	change, err := json.Marshal(map[string]any{"people": map[string]any{mark: to}})
	if err != nil {
		return fmt.Errorf("person %.40q: %w", mark, err)
	}
	if _, err := s.Settings.ChangeWorkspace(s.ctx, domain.WorkspaceID(workspace), change); err != nil {
		return err
	}
	s.Events.Changed(TopicSettings, []string{workspace})
	return nil
}
