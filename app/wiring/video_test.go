package wiring_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/mastodon"
)

// harbour makes a film of three seconds and imports it.
func (b *bench) harbour() domain.Asset {
	b.t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		b.t.Skip("ffmpeg is not installed")
	}
	path := filepath.Join(b.t.TempDir(), "harbour.mp4")
	out, err := exec.CommandContext(b.t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=3",
		"-f", "lavfi", "-i", "sine=duration=3", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path).CombinedOutput()
	if err != nil {
		b.t.Fatalf("%v: %s", err, out)
	}
	return must[domain.Asset](b.t)(b.Library.Keep(b.t.Context(), domain.WorkspaceID(b.space.ID), path))
}

// videoMade waits until a task has ended.
func (b *bench) videoMade(id string) api.VideoTask {
	b.t.Helper()
	for range 1200 {
		list := must[[]api.VideoTask](b.t)(b.api.Videos.Tasks(b.space.ID))
		if i := slices.IndexFunc(list, func(t api.VideoTask) bool { return t.ID == id }); i >= 0 && list[i].EndedMs > 0 {
			return list[i]
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatal("the video is not made")
	return api.VideoTask{}
}

// A video that a channel refuses is shown, made to fit in another shape, and published; the original stays.
func TestAVideoIsMadeToFitAChannelAndGoesOut(t *testing.T) {
	b := newBench(t)
	a := b.harbour()
	if tools := must[api.VideoTools](t)(b.api.Videos.Tools()); !tools.There || tools.Version == "" {
		t.Fatalf("%+v", tools)
	}
	facts := must[api.VideoFacts](t)(b.api.Videos.Facts(string(a.ID)))
	if facts.Video != "h264" || facts.Audio != "aac" || facts.FrameRate != 25 || facts.Width != 320 {
		t.Errorf("%+v", facts)
	}
	h, err := b.Media(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"thumb256", "strip"} {
		got := httptest.NewRecorder()
		h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/media/"+string(a.ID)+"/"+what, http.NoBody))
		if got.Code != http.StatusOK || !strings.HasPrefix(got.Header().Get("Content-Type"), "image/") {
			t.Errorf("%s answers %d: %s", what, got.Code, got.Body)
		}
	}
	grid := must[api.Grid](t)(b.api.Library.Grid(api.GridQuery{Workspace: b.space.ID}))
	if i := slices.Index(grid.IDs, string(a.ID)); i < 0 || grid.Marks[i]&api.GridBlank != 0 || grid.Marks[i]&api.GridVideo == 0 {
		t.Errorf("the library shows %+v", grid)
	}

	limits := mastodon.New().Describe().Limits
	limits.Media.VideoMs, limits.Media.VideoBytes = 2000, 300_000
	if err := b.DB.SaveLimits(t.Context(), b.channel.ID, must[[]byte](t)(json.Marshal(limits))); err != nil {
		t.Fatal(err)
	}
	at := func(fits []api.VideoFit) api.VideoFit {
		i := slices.IndexFunc(fits, func(f api.VideoFit) bool { return f.Channel == string(b.channel.ID) })
		if i < 0 {
			t.Fatalf("the channel is not among %+v", fits)
		}
		return fits[i]
	}
	if fit := at(must[[]api.VideoFit](t)(b.api.Videos.Fits(string(a.ID)))); !slices.Equal(fit.Why, []string{"length"}) || !fit.Can || fit.LongMs != 2000 {
		t.Errorf("%+v", fit)
	}
	task := must[api.VideoTask](t)(b.api.Videos.Make(api.MakeVideo{Assets: []string{string(a.ID)}, Across: 9, Down: 16, Fill: "blur", Channel: string(b.channel.ID)}))
	done := b.videoMade(task.ID)
	if done.State != "done" || done.Name != "harbour 9x16.mp4" {
		t.Fatalf("%+v", done)
	}
	if fit := at(must[[]api.VideoFit](t)(b.api.Videos.Fits(done.Result))); len(fit.Why) != 0 {
		t.Errorf("%+v", fit)
	}
	made := must[api.Asset](t)(b.api.Library.Show(done.Result))
	if made.Width != 320 || made.Height < 568 || made.DurationMs > 2000 || made.Kind != "video" {
		t.Errorf("%+v", made)
	}
	if kept := must[api.Asset](t)(b.api.Library.Show(string(a.ID))); kept.SHA256 != a.SHA256 || kept.DurationMs != 3000 {
		t.Errorf("the original is %+v now", kept)
	}
	if sent := b.publish(api.Content{Text: "The harbour", Media: []api.Media{{Asset: done.Result}}}); len(sent) != 1 || len(sent[0].Media) != 1 {
		t.Errorf("published %+v", sent)
	}
	if err := b.api.Videos.Stop(task.ID); err != nil {
		t.Error(err)
	}
	if err := b.api.Videos.Dismiss(task.ID); err != nil || len(must[[]api.VideoTask](t)(b.api.Videos.Tasks(b.space.ID))) != 0 {
		t.Errorf("it stays in the list: %v", err)
	}
}

// Without ffmpeg a video is imported and published as before, and who wants more is told the command.
func TestWithoutFFmpegPeopleAreToldHowToGetIt(t *testing.T) {
	b := newBench(t)
	a := b.harbour()
	t.Setenv("PATH", t.TempDir())
	b.VideoTools.Forget()
	if tools := must[api.VideoTools](t)(b.api.Videos.Tools()); tools.There {
		t.Fatalf("%+v", tools)
	}
	_, err := b.api.Videos.Make(api.MakeVideo{Assets: []string{string(a.ID)}})
	if said, ok := errors.AsType[*api.Error](err); !ok || said.Code != api.CodeNotAllowed || said.Field != "ffmpeg" {
		t.Errorf("%v", err)
	}
	grid := must[api.Grid](t)(b.api.Library.Grid(api.GridQuery{Workspace: b.space.ID}))
	if i := slices.Index(grid.IDs, string(a.ID)); i < 0 || grid.Marks[i]&api.GridBlank == 0 {
		t.Errorf("the library shows %+v", grid)
	}
	for want, r := range map[string]api.MakeVideo{"assets": {}, "channel": {Assets: []string{string(a.ID)}, Channel: "x"}} {
		if _, err := b.api.Videos.Make(r); err == nil {
			t.Errorf("%s: no error", want)
		}
	}
}

// A person says where ffmpeg is: it is used from then on, and what is not ffmpeg is refused and changes nothing.
func TestAPersonSaysWhereFFmpegIs(t *testing.T) {
	b := newBench(t)
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	t.Setenv("PATH", t.TempDir())
	if tools := must[api.VideoTools](t)(b.api.Videos.LookForTools()); tools.There || tools.Chosen != "" {
		t.Fatalf("%+v", tools)
	}
	mine := filepath.Join(t.TempDir(), "my ffmpeg")
	if err := os.Symlink(real, mine); err != nil {
		t.Fatal(err)
	}
	trial := must[api.ToolTrial](t)(b.api.Videos.ChooseTool(mine))
	if trial.Why != "" || !trial.Tools.There || trial.Tools.Path != mine || trial.Tools.Chosen != mine || trial.Tools.Version == "" {
		t.Fatalf("%+v", trial)
	}
	for path, why := range map[string]string{"ffmpeg": "relative", filepath.Join(t.TempDir(), "x"): "gone", t.TempDir(): "not_file", "/bin/true": "not_ffmpeg"} {
		trial := must[api.ToolTrial](t)(b.api.Videos.ChooseTool(path))
		if trial.Why != why || trial.Tools.Chosen != mine || !trial.Tools.There {
			t.Errorf("%s: %+v", path, trial)
		}
	}
	if _, err := b.api.Settings.Change(api.SettingsChange{}); err != nil {
		t.Fatal(err)
	}
	if tools := must[api.VideoTools](t)(b.api.Videos.Tools()); tools.Path != mine {
		t.Errorf("a change of another setting makes it %+v", tools)
	}
	if err := os.Remove(mine); err != nil {
		t.Fatal(err)
	}
	if tools := must[api.VideoTools](t)(b.api.Videos.LookForTools()); tools.There || tools.Why != "gone" || tools.Chosen != mine {
		t.Errorf("after it was removed: %+v", tools)
	}
	if trial := must[api.ToolTrial](t)(b.api.Videos.ChooseTool("")); trial.Why != "" || trial.Tools.Chosen != "" || trial.Tools.Why != "" {
		t.Errorf("%+v", trial)
	}
}
