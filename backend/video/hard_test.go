package video

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
)

// ended does a wish and returns the task.
func (s *studio) ended(w Wanted) domain.VideoTask {
	s.t.Helper()
	t, err := s.Add(s.t.Context(), w)
	s.must(err)
	s.Wake(s.t.Context(), Heard{})
	return s.done(t.ID)
}

// nothingLeft fails if work left anything but what is in the library.
func (s *studio) nothingLeft() {
	s.t.Helper()
	left, err := filepath.Glob(filepath.Join(s.dir.Path(), "*", ".unfinished-*", "*"))
	if err != nil || len(left) > 0 {
		s.t.Errorf("left behind: %v, %v", left, err)
	}
}

// ffmpeg takes a film that breaks off for one that ends there, and says that all went well.
func TestAFilmThatBreaksOffIsNotTakenForAShortOne(t *testing.T) {
	s := newStudio(t)
	whole := filepath.Join(t.TempDir(), "whole.mp4")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=8",
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-movflags", "+faststart", whole).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(whole)
	s.must(err)
	cut := filepath.Join(t.TempDir(), "cut.mp4")
	clear(data[len(data)/2:]) // as a disk or a download leaves it; what is only shorter is refused at the import
	s.must(os.WriteFile(cut, data, 0o600))
	a, err := s.lib.Keep(t.Context(), s.space, cut)
	s.must(err)
	for name, w := range map[string]Wanted{
		"another shape": {Across: 1, Down: 1}, "an even loudness": {Even: true},
	} {
		w.Assets = []domain.AssetID{a.ID}
		if got := s.ended(w); got.State != domain.VideoFailed || got.Code != CodeBroken || got.Result != "" || !strings.Contains(got.Detail, "breaks off") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// What is there of it can be had.
	if got := s.ended(Wanted{Assets: []domain.AssetID{a.ID}, ToMs: 2000}); got.State != domain.VideoDone {
		t.Errorf("the part that is there: %+v", got)
	}
	s.nothingLeft()
}

func TestACutWithoutEncodingSaysWhereItBegins(t *testing.T) {
	s := newStudio(t)
	in := s.film("v.mp4", "160x90", "4") // a whole picture every 12 frames: 0, 0.48 s, 0.96 s …
	got := s.ended(Wanted{Assets: []domain.AssetID{in.ID}, FromMs: 1300, ToMs: 3000, Quick: true})
	if got.State != domain.VideoDone || got.Code != "early:340" {
		t.Errorf("%+v", got)
	}
	if got := s.ended(Wanted{Assets: []domain.AssetID{in.ID}, FromMs: 960, ToMs: 3000, Quick: true}); got.State != domain.VideoDone || got.Code != "" {
		t.Errorf("at a whole picture: %+v", got)
	}
	exact := s.made(Wanted{Assets: []domain.AssetID{in.ID}, FromMs: 1300, ToMs: 3000})
	if exact.DurationMs < 1650 || exact.DurationMs > 1800 {
		t.Errorf("encoded anew it has %d ms", exact.DurationMs)
	}
}

func TestAnAnimationIsCutByEncodingIt(t *testing.T) {
	s := newStudio(t)
	in := s.film("moving.gif", "90x61", "2")
	if a := s.made(Wanted{Assets: []domain.AssetID{in.ID}, ToMs: 1000, Quick: true}); a.Format != "mp4" || a.DurationMs < 900 || a.DurationMs > 1100 {
		t.Errorf("%+v", a)
	}
}

func TestAFilmOfTheWebWithoutSoundIsWorkedOn(t *testing.T) {
	s := newStudio(t)
	web := s.film("w.webm", "160x90", "1", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8")
	if a := s.made(Wanted{Assets: []domain.AssetID{web.ID}, Even: true}); a.Kind != domain.AssetVideo || a.Format != "mp4" || a.Width != 160 || a.Height != 90 {
		t.Errorf("%+v", a)
	}
	other := s.film("v.mp4", "320x180", "1", tone...)
	if a := s.made(Wanted{Assets: []domain.AssetID{web.ID, other.ID}}); a.Width != 160 || a.DurationMs < 1800 {
		t.Errorf("%+v", a)
	}
	_, err := s.Add(t.Context(), Wanted{Assets: []domain.AssetID{web.ID, other.ID}, Even: true})
	if f, ok := errors.AsType[*domain.FieldError](err); !ok || f.Field != "assets" {
		t.Errorf("a wish that joining does not heed: %v", err)
	}
}

// A process that was killed says nothing more: what it had begun is begun anew, without anybody asking again.
func TestWhatAKilledProcessHadBegunIsBegunAnew(t *testing.T) {
	s := newStudio(t)
	s.silent = 300 * time.Millisecond
	in := s.film("v.mp4", "160x90", "1")
	task, err := s.Add(t.Context(), Wanted{Assets: []domain.AssetID{in.ID}, Across: 1, Down: 1})
	s.must(err)
	if _, err := s.db.TakeVideoTask(t.Context(), "the one that was killed", time.Minute); err != nil {
		t.Fatal(err)
	}
	s.Wake(t.Context(), Heard{})
	if got := s.done(task.ID); got.State != domain.VideoDone {
		t.Errorf("%+v", got)
	}
	s.nothingLeft()
}

func TestWhatIsStoppedLeavesNoHalfFile(t *testing.T) {
	s := newStudio(t)
	long := s.film("long.mp4", "640x360", "40")
	task, err := s.Add(t.Context(), Wanted{Assets: []domain.AssetID{long.ID}, Across: 9, Down: 16})
	s.must(err)
	running := make(chan struct{})
	ended := make(chan struct{})
	s.Wake(t.Context(), Heard{
		Progress: func(string, float64) {
			select {
			case <-running:
			default:
				close(running)
			}
		},
		Changed: func(string) {
			s.mu.Lock()
			defer s.mu.Unlock()
			select {
			case <-running:
				if len(s.stops) == 0 {
					select {
					case <-ended:
					default:
						close(ended)
					}
				}
			default:
			}
		},
	})
	<-running
	s.must(s.Stop(t.Context(), task.ID))
	<-ended
	s.nothingLeft()
	before, err := s.lib.Get(t.Context(), long.ID)
	if err != nil || before.SHA256 != long.SHA256 {
		t.Errorf("the original: %+v, %v", before, err)
	}
	if got := s.done(task.ID); got.State != domain.VideoStopped || got.Result != "" {
		t.Errorf("%+v", got)
	}
}
