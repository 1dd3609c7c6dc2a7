package api

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/settings"
)

// SettingsService holds what a person chose. There is no saving: a change holds at once, and what
// is not valid changes nothing.
type SettingsService struct{ *base }

// Settings are what a person chose for Postbag on this machine.
type Settings struct {
	Language    string             `json:"language"`    // of the screen; "" follows the system
	Theme       string             `json:"theme"`       // "system", "light", "dark"
	Density     string             `json:"density"`     // "comfortable", "compact"
	Zoom        int                `json:"zoom"`        // percent, 80 to 200
	WeekStart   string             `json:"weekStart"`   // "monday", "saturday", "sunday"; "" follows the language
	Clock       string             `json:"clock"`       // "24", "12"; "" follows the language
	HideDetails bool               `json:"hideDetails"` // texts and pictures are blurred, and notifications tell none
	Notify      Notify             `json:"notify"`
	LetterKeys  bool               `json:"letterKeys"` // keys of one letter act in lists
	Shortcuts   map[string]string  `json:"shortcuts"`  // by command: the keys a person chose; "" for none
	AltText     string             `json:"altText"`    // "note", "ask", "required": what a picture without a description does
	Import      string             `json:"import"`     // "copy", "reference"
	Splitters   map[string]float64 `json:"splitters"`  // by place
	Onboarding  string             `json:"onboarding"` // the step of the first start that comes next; "done" after it
}

// Notify says what the system's notifications tell of.
type Notify struct {
	NeedsYou  bool `json:"needsYou"`
	Away      bool `json:"away"`
	Published bool `json:"published"`
}

// SettingsChange names what changes; what is absent stays. Shortcuts and splitters are added to
// those that are there.
type SettingsChange struct {
	Language    *string            `json:"language,omitempty"`
	Theme       *string            `json:"theme,omitempty"`
	Density     *string            `json:"density,omitempty"`
	Zoom        *int               `json:"zoom,omitempty"`
	WeekStart   *string            `json:"weekStart,omitempty"`
	Clock       *string            `json:"clock,omitempty"`
	HideDetails *bool              `json:"hideDetails,omitempty"`
	Notify      *Notify            `json:"notify,omitempty"`
	LetterKeys  *bool              `json:"letterKeys,omitempty"`
	Shortcuts   map[string]string  `json:"shortcuts,omitempty"`
	AltText     *string            `json:"altText,omitempty"`
	Import      *string            `json:"import,omitempty"`
	Splitters   map[string]float64 `json:"splitters,omitempty"`
	Onboarding  *string            `json:"onboarding,omitempty"`
}

// Get returns the settings of this machine.
func (s *SettingsService) Get() (_ Settings, err error) {
	defer s.done(&err)
	a, err := s.Settings.App(s.ctx)
	return settingsOf(a), err
}

// Change stores what a change names and returns all settings.
func (s *SettingsService) Change(c SettingsChange) (_ Settings, err error) {
	defer s.done(&err)
	return s.change(c)
}

// ResetShortcut gives a command its own keys again; "" all commands.
func (s *SettingsService) ResetShortcut(command string) (_ Settings, err error) {
	defer s.done(&err)
	if command == "" {
		return s.change(map[string]any{"shortcuts": nil})
	}
	return s.change(map[string]any{"shortcuts": map[string]any{command: nil}})
}

func (s *SettingsService) change(c any) (Settings, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return Settings{}, fmt.Errorf("change of settings: %w", err)
	}
	a, err := s.Settings.ChangeApp(s.ctx, body)
	if err != nil {
		return Settings{}, err
	}
	s.Events.Changed(TopicSettings, []string{})
	return settingsOf(a), nil
}

func settingsOf(a settings.App) Settings {
	return Settings{
		Language: a.Language, Theme: a.Theme, Density: a.Density, Zoom: a.Zoom, WeekStart: a.WeekStart, Clock: a.Clock,
		HideDetails: a.HideDetails, Notify: Notify(a.Notify), LetterKeys: a.LetterKeys, Shortcuts: a.Shortcuts,
		AltText: a.AltText, Import: a.Import, Splitters: a.Splitters, Onboarding: a.Onboarding,
	}
}

// WorkspaceSettings are what a person chose for one brand or client.
type WorkspaceSettings struct {
	Language   string `json:"language"`   // of new posts, BCP 47; "" none
	Visibility string `json:"visibility"` // of new posts; "" each channel's default
	Campaign   string `json:"campaign"`   // utm_campaign of links; "" no campaign tags
	Source     string `json:"source"`     // utm_source; "" the channel's network
	Medium     string `json:"medium"`     // utm_medium

	TwinDays     int  `json:"twinDays"`     // so long a channel is not sent the same without asking; 0: it is never asked
	TwinPictures bool `json:"twinPictures"` // the same pictures with other words are asked about too
}

// WorkspaceChange names what changes in a workspace; what is absent stays.
type WorkspaceChange struct {
	Language   *string `json:"language,omitempty"`
	Visibility *string `json:"visibility,omitempty"`
	Campaign   *string `json:"campaign,omitempty"`
	Source     *string `json:"source,omitempty"`
	Medium     *string `json:"medium,omitempty"`

	TwinDays     *int  `json:"twinDays,omitempty"`
	TwinPictures *bool `json:"twinPictures,omitempty"`
}

// Workspace returns the settings of a workspace.
func (s *SettingsService) Workspace(id string) (_ WorkspaceSettings, err error) {
	defer s.done(&err)
	w, err := s.Settings.Workspace(s.ctx, domain.WorkspaceID(id))
	return workspaceSettingsOf(w), err
}

// ChangeWorkspace stores what a change names and returns all settings of the workspace.
func (s *SettingsService) ChangeWorkspace(id string, c WorkspaceChange) (_ WorkspaceSettings, err error) {
	defer s.done(&err)
	body, err := json.Marshal(c)
	if err != nil {
		return WorkspaceSettings{}, fmt.Errorf("change of settings: %w", err)
	}
	w, err := s.Settings.ChangeWorkspace(s.ctx, domain.WorkspaceID(id), body)
	if err != nil {
		return WorkspaceSettings{}, err
	}
	s.Events.Changed(TopicSettings, []string{id})
	return workspaceSettingsOf(w), nil
}

func workspaceSettingsOf(w settings.Workspace) WorkspaceSettings {
	return WorkspaceSettings{
		Language: w.Language, Visibility: w.Visibility, Campaign: w.Campaign, Source: w.Source, Medium: w.Medium,
		TwinDays: w.TwinDays, TwinPictures: w.TwinPictures,
	}
}

// begun gives a new post what its workspace chose for new posts, where nothing else was chosen.
func (b *base) begun(workspace string, c *Content) error {
	if c.Language != "" && c.Visibility != "" {
		return nil
	}
	w, err := b.Settings.Workspace(b.ctx, domain.WorkspaceID(workspace))
	if errors.Is(err, domain.ErrNotFound) {
		return nil // the use case says what is missing
	}
	c.Language, c.Visibility = cmp.Or(c.Language, w.Language), cmp.Or(c.Visibility, w.Visibility)
	return err
}
