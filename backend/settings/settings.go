// Package settings is what a person chose about the program and about a workspace.
//
// Settings have no Save button: a change is checked, stored, and holds at once. A change names
// only what it changes, so two pages that are open at the same time do not undo each other. What
// was never chosen has a default, and what cannot be read (a newer program wrote it) has it too:
// settings never keep the program from starting.
//
// Two kinds are kept apart. [App] is about this machine (the look, the keys) and stays on it.
// [Workspace] is about a brand or client and goes wherever the workspace goes. What closing the
// window means and where it was is the window's own and not kept here: a browser has neither.
package settings

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"postbag/backend/domain"
)

// App is what a person chose for Postbag on this machine.
type App struct {
	Language    string             `json:"language"`    // of the screen: one of Languages, "" follows the system
	Theme       string             `json:"theme"`       // "system", "light", "dark"
	Density     string             `json:"density"`     // "comfortable", "compact"
	Zoom        int                `json:"zoom"`        // percent, MinZoom to MaxZoom
	WeekStart   string             `json:"weekStart"`   // "monday", "saturday", "sunday", "" follows the language
	Clock       string             `json:"clock"`       // "24", "12", "" follows the language
	HideDetails bool               `json:"hideDetails"` // text and pictures are blurred, and notifications tell none
	Notify      Notify             `json:"notify"`
	LetterKeys  bool               `json:"letterKeys"` // keys of one letter act in lists
	Shortcuts   map[string]string  `json:"shortcuts"`  // by command: the keys a person chose, "" for none
	AltText     string             `json:"altText"`    // "note", "ask", "required": what a picture without a description does
	Import      string             `json:"import"`     // "copy", "reference": what an import does with files
	Splitters   map[string]float64 `json:"splitters"`  // by place: the size of a movable part, in px or as a share
	Onboarding  string             `json:"onboarding"` // the step of the first start that comes next, "done" after it
	FFmpeg      string             `json:"ffmpeg"`     // where ffmpeg is, "" to look for it
}

// Notify says what the system's notifications tell of.
type Notify struct {
	NeedsYou  bool `json:"needsYou"`  // a post waits for a decision
	Away      bool `json:"away"`      // posts became late while the computer slept or was off line
	Published bool `json:"published"` // a post is live
}

// Workspace is what a person chose for one brand or client.
type Workspace struct {
	Language   string `json:"language"`   // of new posts, BCP 47; "" none
	Visibility string `json:"visibility"` // of new posts, where a channel offers it; "" the channel's default
	Campaign   string `json:"campaign"`   // the name in links' campaign tags, "" for no tags
	Source     string `json:"source"`     // utm_source, "" for the channel's network
	Medium     string `json:"medium"`     // utm_medium

	TwinDays     int  `json:"twinDays"`     // so long a channel is not sent the same without asking; 0: it is never asked
	TwinPictures bool `json:"twinPictures"` // the same pictures with other words are asked about too

	People map[string]Person `json:"people"` // who is mentioned, by what is written behind "@"
}

// MaxTwinDays is how long the same may be asked about at most.
const MaxTwinDays = 90

// The least and the greatest zoom, in percent.
const (
	MinZoom = 80
	MaxZoom = 200
)

const (
	mostEntries = 400 // shortcuts or splitters: more is a mistake of a program, not a choice
	mostText    = 100 // characters of a name
)

// Languages returns the languages of the screen, as BCP 47 tags.
func Languages() []string { return []string{"en", "nb", "da", "fr", "bg", "zh-Hans"} }

// Default returns what holds until a person chooses.
func Default() App {
	return App{
		Theme: "system", Density: "comfortable", Zoom: 100,
		Notify: Notify{NeedsYou: true, Away: true}, LetterKeys: true, Shortcuts: map[string]string{},
		AltText: "note", Import: "copy", Splitters: map[string]float64{},
	}
}

// DefaultWorkspace returns what holds in a workspace until a person chooses.
func DefaultWorkspace() Workspace {
	return Workspace{Medium: "social", TwinDays: 7, TwinPictures: true, People: map[string]Person{}}
}

// Store keeps settings.
type Store interface {
	Setting(ctx context.Context, name string) (string, error)
	SetSetting(ctx context.Context, name, value string) error
	WorkspaceSettings(ctx context.Context, id domain.WorkspaceID) (string, error)
	SetWorkspaceSettings(ctx context.Context, id domain.WorkspaceID, body string) error
}

// Service reads and changes settings. It is safe for use from several goroutines.
type Service struct {
	Store Store
	mu    sync.Mutex // from reading to writing
}

// appName is the name of App in the store.
const appName = "app"

// App returns the settings of this machine.
func (s *Service) App(ctx context.Context) (App, error) {
	body, err := s.Store.Setting(ctx, appName)
	if err != nil {
		return App{}, fmt.Errorf("read the settings: %w", err)
	}
	a := Default()
	if json.Unmarshal([]byte(body), &a) != nil || a.check() != nil {
		a = a.repaired()
	}
	return a.whole(), nil
}

// ChangeApp changes what the JSON object change names and returns all settings. Maps are merged;
// an entry that is null is removed. What is not valid is a *domain.FieldError, and changes nothing.
func (s *Service) ChangeApp(ctx context.Context, change []byte) (App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.App(ctx)
	if err != nil {
		return App{}, err
	}
	next, err := merged(now, change)
	if err != nil {
		return App{}, err
	}
	next = next.whole()
	if err := next.check(); err != nil {
		return App{}, err
	}
	body, err := json.Marshal(next)
	if err != nil {
		return App{}, fmt.Errorf("write the settings: %w", err)
	}
	if err := s.Store.SetSetting(ctx, appName, string(body)); err != nil {
		return App{}, fmt.Errorf("write the settings: %w", err)
	}
	return next, nil
}

// Workspace returns the settings of a workspace.
func (s *Service) Workspace(ctx context.Context, id domain.WorkspaceID) (Workspace, error) {
	body, err := s.Store.WorkspaceSettings(ctx, id)
	if err != nil {
		return Workspace{}, err
	}
	w := DefaultWorkspace()
	if json.Unmarshal([]byte(body), &w) != nil || w.TwinDays < 0 || w.TwinDays > MaxTwinDays {
		w = DefaultWorkspace()
	}
	if w.People == nil {
		w.People = map[string]Person{}
	}
	return w, nil
}

// ChangeWorkspace changes what the JSON object change names and returns all settings of a
// workspace. What is not valid is a *domain.FieldError, and changes nothing.
func (s *Service) ChangeWorkspace(ctx context.Context, id domain.WorkspaceID, change []byte) (Workspace, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.Workspace(ctx, id)
	if err != nil {
		return Workspace{}, err
	}
	next, err := merged(now, change)
	if err != nil {
		return Workspace{}, err
	}
	for _, f := range []struct{ name, value string }{
		{"campaign", next.Campaign}, {"source", next.Source}, {"medium", next.Medium}, {"visibility", next.Visibility},
	} {
		if err := oneLine(f.name, f.value); err != nil {
			return Workspace{}, err
		}
	}
	if next.TwinDays < 0 || next.TwinDays > MaxTwinDays {
		return Workspace{}, &domain.FieldError{Field: "twinDays", Message: fmt.Sprintf("it is from 0, for never, to %d days", MaxTwinDays)}
	}
	if err := checkPeople(next.People); err != nil {
		return Workspace{}, err
	}
	if !IsLanguage(next.Language) {
		return Workspace{}, &domain.FieldError{Field: "language", Message: "this is not a language tag, such as en or zh-Hans"}
	}
	body, err := json.Marshal(next)
	if err != nil {
		return Workspace{}, fmt.Errorf("write the settings: %w", err)
	}
	return next, s.Store.SetWorkspaceSettings(ctx, id, string(body))
}

// merged lays the members of a JSON object over a value, and leaves out map entries that are null.
func merged[T any](now T, change []byte) (T, error) {
	body, err := json.Marshal(now)
	if err != nil {
		return now, fmt.Errorf("write the settings: %w", err)
	}
	var old, given map[string]any
	if err := json.Unmarshal(body, &old); err != nil {
		return now, fmt.Errorf("read the settings: %w", err)
	}
	if err := json.Unmarshal(change, &given); err != nil {
		return now, &domain.FieldError{Field: "change", Message: "this is no change of settings"}
	}
	overlay(old, given)
	if body, err = json.Marshal(old); err != nil {
		return now, fmt.Errorf("write the settings: %w", err)
	}
	var next T
	if err := json.Unmarshal(body, &next); err != nil {
		return now, &domain.FieldError{Field: "change", Message: "a setting has the wrong kind of value"}
	}
	return next, nil
}

func overlay(old, given map[string]any) {
	for k, v := range given {
		below, isMap := v.(map[string]any)
		under, wasMap := old[k].(map[string]any)
		switch {
		case v == nil:
			delete(old, k)
		case isMap && wasMap:
			overlay(under, below)
		default:
			old[k] = v
		}
	}
}

// whole makes absent maps empty ones.
func (a App) whole() App {
	if a.Shortcuts == nil {
		a.Shortcuts = map[string]string{}
	}
	if a.Splitters == nil {
		a.Splitters = map[string]float64{}
	}
	return a
}

// repaired keeps what is valid of settings that are not, and takes the default for the rest.
func (a App) repaired() App {
	usual := Default()
	for _, c := range a.choices() {
		if !slices.Contains(c.of, *c.value) {
			*c.value = ""
		}
	}
	usual.Language, usual.WeekStart, usual.Clock = a.Language, a.WeekStart, a.Clock
	for _, c := range []struct{ to, from *string }{
		{&usual.Theme, &a.Theme},
		{&usual.Density, &a.Density},
		{&usual.AltText, &a.AltText},
		{&usual.Import, &a.Import},
	} {
		if *c.from != "" {
			*c.to = *c.from
		}
	}
	if a.Zoom >= MinZoom && a.Zoom <= MaxZoom {
		usual.Zoom = a.Zoom
	}
	usual.HideDetails, usual.Notify, usual.LetterKeys = a.HideDetails, a.Notify, a.LetterKeys
	if oneLine("", a.Onboarding) == nil {
		usual.Onboarding = a.Onboarding
	}
	if checkPath(a.FFmpeg) == nil {
		usual.FFmpeg = a.FFmpeg
	}
	return usual
}

type choice struct {
	field string
	value *string
	of    []string
}

// choices returns the settings that are one of a few words.
func (a *App) choices() []choice {
	return []choice{
		{"language", &a.Language, append([]string{""}, Languages()...)},
		{"theme", &a.Theme, []string{"system", "light", "dark"}},
		{"density", &a.Density, []string{"comfortable", "compact"}},
		{"weekStart", &a.WeekStart, []string{"", "monday", "saturday", "sunday"}},
		{"clock", &a.Clock, []string{"", "24", "12"}},
		{"altText", &a.AltText, []string{"note", "ask", "required"}},
		{"import", &a.Import, []string{"copy", "reference"}},
	}
}

func (a App) check() error {
	for _, c := range a.choices() {
		if !slices.Contains(c.of, *c.value) {
			return &domain.FieldError{Field: c.field, Message: fmt.Sprintf("%.40q is none of %s", *c.value, strings.Join(c.of, ", "))}
		}
	}
	if a.Zoom < MinZoom || a.Zoom > MaxZoom {
		return &domain.FieldError{Field: "zoom", Message: fmt.Sprintf("zoom is from %d to %d percent", MinZoom, MaxZoom)}
	}
	if err := oneLine("onboarding", a.Onboarding); err != nil {
		return err
	}
	if err := checkPath(a.FFmpeg); err != nil {
		return err
	}
	if len(a.Shortcuts) > mostEntries || len(a.Splitters) > mostEntries {
		return &domain.FieldError{Field: "change", Message: fmt.Sprintf("at most %d shortcuts and places are kept", mostEntries)}
	}
	for command, keys := range a.Shortcuts {
		if err := oneLine("shortcuts", command+keys); err != nil {
			return err
		}
	}
	if err := a.twice(); err != nil {
		return err
	}
	for place, size := range a.Splitters {
		if oneLine("splitters", place) != nil || !(size >= 0 && size <= 10_000) {
			return &domain.FieldError{Field: "splitters", Message: "a place has a short name and a size from 0 to 10,000"}
		}
	}
	return nil
}

// twice finds keys that a person gave to two commands.
func (a App) twice() error {
	by := map[string]string{}
	for _, command := range slices.Sorted(maps.Keys(a.Shortcuts)) {
		keys := a.Shortcuts[command]
		if other, taken := by[keys]; taken && keys != "" {
			return &domain.FieldError{Field: "shortcuts", Message: fmt.Sprintf("%s is %s already", keys, other)}
		}
		by[keys] = command
	}
	return nil
}

func oneLine(field, value string) error {
	if utf8.RuneCountInString(value) > mostText || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return &domain.FieldError{Field: field, Message: fmt.Sprintf("this is one line of at most %d characters", mostText)}
	}
	return nil
}

// IsLanguage reports whether s has the form of a language tag (BCP 47), or is empty.
func IsLanguage(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 35 {
		return false
	}
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 || (i == 0 && len(part) < 2) {
			return false
		}
		for _, r := range part {
			letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
			if !letter && (i == 0 || r < '0' || r > '9') {
				return false
			}
		}
	}
	return true
}
