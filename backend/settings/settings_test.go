package settings

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"postbag/backend/domain"
)

// memory is a store that forgets at the end.
type memory struct {
	mu   sync.Mutex
	kept map[string]string
}

func (m *memory) Setting(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept[name], nil
}

func (m *memory) SetSetting(_ context.Context, name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[name] = value
	return nil
}

func (m *memory) WorkspaceSettings(ctx context.Context, id domain.WorkspaceID) (string, error) {
	body, err := m.Setting(ctx, "workspace "+string(id))
	if body == "" {
		body = "{}"
	}
	return body, err
}

func (m *memory) SetWorkspaceSettings(ctx context.Context, id domain.WorkspaceID, body string) error {
	return m.SetSetting(ctx, "workspace "+string(id), body)
}

func service() *Service { return &Service{Store: &memory{kept: map[string]string{}}} }

func TestAChangeKeepsWhatItDoesNotName(t *testing.T) {
	s := service()
	for _, change := range []string{`{"theme":"dark"}`, `{"zoom":120,"notify":{"published":true}}`, `{"shortcuts":{"a":"g t"}}`, `{"shortcuts":{"b":""},"splitters":{"composer":0.3}}`} {
		if _, err := s.ChangeApp(t.Context(), []byte(change)); err != nil {
			t.Fatal(err)
		}
	}
	a, err := s.App(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if a.Theme != "dark" || a.Zoom != 120 || !a.Notify.Published || !a.Notify.NeedsYou || a.AltText != "note" ||
		len(a.Shortcuts) != 2 || a.Splitters["composer"] != 0.3 {
		t.Errorf("settings: %+v", a)
	}
	if a, err = s.ChangeApp(t.Context(), []byte(`{"shortcuts":{"a":null}}`)); err != nil || len(a.Shortcuts) != 1 {
		t.Errorf("one shortcut reset: %+v, %v", a.Shortcuts, err)
	}
	if a, err = s.ChangeApp(t.Context(), []byte(`{"shortcuts":null}`)); err != nil || a.Shortcuts == nil || len(a.Shortcuts) != 0 {
		t.Errorf("all reset: %+v, %v", a.Shortcuts, err)
	}
}

func TestWhatIsNotValidChangesNothing(t *testing.T) {
	s := service()
	for change, field := range map[string]string{
		`{"theme":"pink","zoom":150}`:             "theme",
		`{"zoom":79}`:                             "zoom",
		`{"zoom":"big"}`:                          "change",
		`{"language":"xx"}`:                       "language",
		`[]`:                                      "change",
		`{"shortcuts":{"a":"g t","b":"g t"}}`:     "shortcuts",
		`{"shortcuts":{"a":"g\nt"}}`:              "shortcuts",
		`{"splitters":{"composer":-1}}`:           "splitters",
		fmt.Sprintf(`{"onboarding":"%0200d"}`, 0): "onboarding",
	} {
		_, err := s.ChangeApp(t.Context(), []byte(change))
		var wrong *domain.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v, want a mistake in %s", change, err, field)
		}
	}
	if a, err := s.App(t.Context()); err != nil || a.Theme != "system" || a.Zoom != 100 {
		t.Errorf("settings: %+v, %v", a, err)
	}
}

func TestSettingsOfANewerProgramKeepWhatIsUnderstood(t *testing.T) {
	s := service()
	if err := s.Store.SetSetting(t.Context(), appName, `{"theme":"sepia","density":"compact","zoom":900,"language":"bg","letterKeys":false}`); err != nil {
		t.Fatal(err)
	}
	a, err := s.App(t.Context())
	if err != nil || a.Theme != "system" || a.Density != "compact" || a.Zoom != 100 || a.Language != "bg" || a.LetterKeys || a.Shortcuts == nil {
		t.Errorf("settings: %+v, %v", a, err)
	}
}

func TestWorkspacesHaveSettingsOfTheirOwn(t *testing.T) {
	s := service()
	if _, err := s.ChangeWorkspace(t.Context(), "a", []byte(`{"language":"zh-Hans","campaign":"spring"}`)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeWorkspace(t.Context(), "a", []byte(`{"language":"not a tag"}`)); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("a language that is none: %v", err)
	}
	a, _ := s.Workspace(t.Context(), "a")
	b, _ := s.Workspace(t.Context(), "b")
	if a.Language != "zh-Hans" || a.Campaign != "spring" || a.Medium != "social" || !reflect.DeepEqual(b, DefaultWorkspace()) {
		t.Errorf("a %+v, b %+v", a, b)
	}
}

func TestAPersonIsKnownByOneWordWithAHandleOnEachNetwork(t *testing.T) {
	s := service()
	for _, wrong := range []string{
		`{"people":{"Anna":{"name":"Anna"}}}`, `{"people":{"anna b":{"name":"Anna"}}}`, `{"people":{"anna.":{"name":"Anna"}}}`,
		`{"people":{"anna":{"name":" "}}}`, `{"people":{"anna":{"name":"Anna","handles":{"a":"@anna"}}}}`,
		`{"people":{"anna":{"name":"Anna","handles":{"a":"an na"}}}}`,
	} {
		if _, err := s.ChangeWorkspace(t.Context(), "a", []byte(wrong)); !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("%s is taken: %v", wrong, err)
		}
	}
	w, err := s.ChangeWorkspace(t.Context(), "a", []byte(`{"people":{"anna.b":{"name":"Anna Berg","handles":{"a":"anna@x.example"}},"bo":{"name":"Bo"}}}`))
	if err != nil || len(w.People) != 2 || w.People["anna.b"].Handles["a"] != "anna@x.example" {
		t.Errorf("%+v, %v", w.People, err)
	}
	if w, err = s.ChangeWorkspace(t.Context(), "a", []byte(`{"people":{"bo":null}}`)); err != nil || len(w.People) != 1 {
		t.Errorf("%+v, %v", w.People, err)
	}
}

func TestTwoPagesDoNotUndoEachOther(t *testing.T) {
	s := service()
	var work sync.WaitGroup
	for i := range 20 {
		work.Go(func() {
			if _, err := s.ChangeApp(t.Context(), fmt.Appendf(nil, `{"splitters":{"place %d":%d}}`, i, i)); err != nil {
				t.Error(err)
			}
		})
	}
	work.Wait()
	if a, err := s.App(t.Context()); err != nil || len(a.Splitters) != 20 {
		t.Errorf("%d places, %v", len(a.Splitters), err)
	}
}

func TestTheWayToFFmpegIsAWholePath(t *testing.T) {
	s := service()
	whole := filepath.Join(t.TempDir(), "ffmpeg")
	body, err := json.Marshal(map[string]string{"ffmpeg": whole})
	if err != nil {
		t.Fatal(err)
	}
	if a, err := s.ChangeApp(t.Context(), body); err != nil || a.FFmpeg != whole {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, bad := range []string{"ffmpeg", "../ffmpeg", whole + "\n", whole + strings.Repeat("x", 5000)} {
		body, err := json.Marshal(map[string]string{"ffmpeg": bad})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ChangeApp(t.Context(), body); err == nil {
			t.Errorf("%.40q was taken", bad)
		}
	}
	if a, err := s.App(t.Context()); err != nil || a.FFmpeg != whole {
		t.Errorf("%+v, %v", a, err)
	}
}
