package video

import (
	"context"
	"errors"
	"image"
	_ "image/jpeg"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/render"
	"postbag/backend/store"
	"postbag/backend/video/ffmpeg"
)

// contents joins the data folder's content store to the library, as the program does.
type contents struct{ *datadir.Media }

func (f contents) Put(ctx context.Context, r io.Reader) (string, int64, error) {
	got, err := f.Media.Put(ctx, r)
	return got.SHA256, got.Bytes, err
}

func (f contents) Size(sha256 string) (int64, error) {
	got, err := f.Stat(sha256)
	return got.Bytes, err
}

// studio is the service on a real database, library and ffmpeg.
type studio struct {
	*Service
	t     *testing.T
	db    *store.DB
	dir   *datadir.Dir
	lib   *library.Service
	tools *Tools
	space domain.WorkspaceID
}

func newStudio(t *testing.T) *studio {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	s := &studio{t: t, tools: &Tools{}}
	var err error
	s.dir, err = datadir.Open(t.Context(), filepath.Join(t.TempDir(), "data"), datadir.Options{AnyPlace: true})
	s.must(err)
	s.db, err = store.Open(t.Context(), s.dir.Database(), store.Options{})
	s.must(err)
	t.Cleanup(func() { _, _ = s.db.Close(), s.dir.Close() })
	s.lib = library.New(library.Parts{
		Store: s.db, Files: contents{s.dir.Media()}, Folder: s.dir, Engine: render.New(render.Options{}), SafeName: datadir.SafeName, Path: s.dir.Media().Path,
	})
	w, err := s.db.AddWorkspace(t.Context(), "Bakery")
	s.must(err)
	s.space = w.ID
	s.Service = s.service()
	return s
}

func (s *studio) service() *Service {
	return New(Parts{Store: s.db, Library: s.lib, Tools: s.tools, Temp: s.dir.TempDir, Name: datadir.SafeName})
}

func (s *studio) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// film makes a film and imports it.
func (s *studio) film(name, size, seconds string, args ...string) domain.Asset {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	all := append([]string{"-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=" + size + ":rate=25:duration=" + seconds}, args...)
	if strings.HasSuffix(name, ".mp4") {
		all = append(all, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "12")
	}
	if out, err := exec.CommandContext(s.t.Context(), "ffmpeg", append(all, path)...).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
	a, err := s.lib.Keep(s.t.Context(), s.space, path)
	s.must(err)
	return a
}

var tone = []string{"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1", "-c:a", "aac", "-shortest"}

// done waits until a task has ended.
func (s *studio) done(id string) domain.VideoTask {
	s.t.Helper()
	for range 1200 {
		list, err := s.Tasks(s.t.Context(), s.space)
		s.must(err)
		i := slices.IndexFunc(list, func(t Task) bool { return t.ID == id })
		if i >= 0 && !list[i].EndedAt.IsZero() {
			return list[i].VideoTask
		}
		time.Sleep(25 * time.Millisecond)
	}
	s.t.Fatal("the task does not end")
	return domain.VideoTask{}
}

func (s *studio) made(w Wanted) domain.Asset {
	s.t.Helper()
	t, err := s.Add(s.t.Context(), w)
	s.must(err)
	s.Wake(s.t.Context(), Heard{})
	if t = s.done(t.ID); t.State != domain.VideoDone {
		s.t.Fatalf("%+v", t)
	}
	a, err := s.lib.Get(s.t.Context(), t.Result)
	s.must(err)
	return a
}

func TestWhatIsWantedOfVideosIsMade(t *testing.T) {
	s := newStudio(t)
	in := s.film("wide.mp4", "320x180", "1", tone...)
	tall := s.made(Wanted{Assets: []domain.AssetID{in.ID}, Across: 9, Down: 16, Fill: ffmpeg.Pad})
	if tall.Width != 320 || tall.Height != 568 && tall.Height != 570 || tall.Name != "wide 9x16.mp4" || tall.Kind != domain.AssetVideo {
		t.Errorf("%+v", tall)
	}
	even := s.made(Wanted{Assets: []domain.AssetID{in.ID}, Even: true, LongMs: 600, Bytes: 60_000})
	if even.DurationMs > 600 || even.DurationMs < 450 || even.Bytes > 60_000 {
		t.Errorf("%+v", even)
	}
	part := s.made(Wanted{Assets: []domain.AssetID{in.ID}, FromMs: 480, ToMs: 960, Quick: true})
	if part.DurationMs < 400 || part.DurationMs > 600 {
		t.Errorf("%+v", part)
	}
	other := s.film("moving.gif", "90x60", "1")
	if other.Kind == domain.AssetVideo {
		t.Fatalf("%+v", other)
	}
	if a := s.made(Wanted{Assets: []domain.AssetID{other.ID}}); a.Format != "mp4" || a.Width != 90 {
		t.Errorf("%+v", a)
	}
	both := s.made(Wanted{Assets: []domain.AssetID{in.ID, part.ID}})
	if both.DurationMs < 1300 || both.DurationMs > 1700 || both.Name != "wide +1.mp4" {
		t.Errorf("%+v", both)
	}
	left, err := filepath.Glob(filepath.Join(s.dir.Path(), "*", ".unfinished-*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTheSameWishIsWorkedOnOnce(t *testing.T) {
	s := newStudio(t)
	in := s.film("v.mp4", "160x90", "1")
	w := Wanted{Assets: []domain.AssetID{in.ID}, Across: 1, Down: 1}
	first := s.made(w)
	again, err := s.Add(t.Context(), w)
	if err != nil || again.State != domain.VideoDone || again.Result != first.ID {
		t.Errorf("%+v, %v", again, err)
	}
	list, err := s.Tasks(t.Context(), s.space)
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	for _, task := range list {
		s.must(s.Dismiss(t.Context(), task.ID))
	}
	if list, err := s.Tasks(t.Context(), s.space); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestATaskIsStoppedAndOneIsBegunAnew(t *testing.T) {
	s := newStudio(t)
	long := s.film("long.mp4", "640x360", "60")
	w := Wanted{Assets: []domain.AssetID{long.ID}, Across: 9, Down: 16, Fill: ffmpeg.Blur}
	task, err := s.Add(t.Context(), w)
	s.must(err)
	running := make(chan struct{}, 1000)
	hear := Heard{Changed: func(string) {}, Progress: func(string, float64) {
		select {
		case running <- struct{}{}:
		default:
		}
	}}
	// The program ends in the middle: the task waits again.
	ctx, end := context.WithCancel(t.Context())
	s.Wake(ctx, hear)
	<-running
	end()
	for range 400 {
		list, err := s.Tasks(t.Context(), s.space)
		s.must(err)
		if list[0].State == domain.VideoWaiting {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	s.Service = s.service()
	for len(running) > 0 {
		<-running
	}
	s.Wake(t.Context(), hear)
	s.Wake(t.Context(), hear)
	<-running
	if list, err := s.Tasks(t.Context(), s.space); err != nil || list[0].State != domain.VideoRunning {
		t.Errorf("%+v, %v", list, err)
	}
	began := time.Now()
	s.must(s.Stop(t.Context(), task.ID))
	if got := s.done(task.ID); got.State != domain.VideoStopped || got.Result != "" || time.Since(began) > 10*time.Second {
		t.Errorf("%+v", got)
	}
	if _, err := s.Add(t.Context(), w); err != nil {
		t.Error(err)
	}
}

func TestEveryFailureHasItsWord(t *testing.T) {
	s := newStudio(t)
	in := s.film("v.mp4", "160x90", "2")
	task, err := s.Add(t.Context(), Wanted{Assets: []domain.AssetID{in.ID}, Bytes: 1000})
	s.must(err)
	path, err := s.dir.Media().Path(in.SHA256)
	s.must(err)
	s.Wake(t.Context(), Heard{})
	if got := s.done(task.ID); got.State != domain.VideoFailed || got.Code != CodeTooSmall || got.Detail == "" {
		t.Errorf("%+v", got)
	}
	s.must(os.Chmod(path, 0o600))
	s.must(os.WriteFile(path, []byte("no film"), 0o600))
	task, err = s.Add(t.Context(), Wanted{Assets: []domain.AssetID{in.ID}, Across: 1, Down: 1})
	s.must(err)
	s.Wake(t.Context(), Heard{})
	if got := s.done(task.ID); got.Code != CodeNotVideo {
		t.Errorf("%+v", got)
	}
	for err, want := range map[error]string{
		ffmpeg.ErrMissing: CodeMissing, syscall.ENOSPC: CodeDiskFull, domain.ErrNotFound: CodeGone, errors.New("?"): CodeFailed, ffmpeg.ErrEncoder: CodeEncoder,
	} {
		if got := codeOf(err); got != want {
			t.Errorf("%v: %s", err, got)
		}
	}
	for field, w := range map[string]Wanted{
		"assets": {}, "toMs": {Assets: []domain.AssetID{in.ID}, FromMs: 5, ToMs: 5}, "across": {Assets: []domain.AssetID{in.ID}, Across: 3},
		"fill": {Assets: []domain.AssetID{in.ID}, Fill: "glow"}, "bytes": {Assets: []domain.AssetID{in.ID}, Bytes: -1},
	} {
		_, err := s.Add(t.Context(), w)
		if f, ok := errors.AsType[*domain.FieldError](err); !ok || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if _, err := s.Add(t.Context(), Wanted{Assets: []domain.AssetID{"x"}}); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("an unknown asset: %v", err)
	}
}

func TestPicturesOfAVideo(t *testing.T) {
	s := newStudio(t)
	in := s.film("v.mp4", "320x180", "2")
	path, err := s.lib.Path(t.Context(), in)
	s.must(err)
	for _, c := range []struct {
		length time.Duration
		want   int
	}{{2 * time.Second, 64}, {time.Hour, 64}} { // one that lies about its length too
		data, err := s.tools.Poster(t.Context(), s.dir.TempDir, ffmpeg.Source{Path: path, Format: "mp4"}, c.length, 64)
		s.must(err)
		m, _, err := image.Decode(strings.NewReader(string(data)))
		if err != nil || m.Bounds().Dx() != c.want {
			t.Errorf("%v, %v", m.Bounds(), err)
		}
	}
	if _, err := s.tools.Strip(t.Context(), s.dir.TempDir, ffmpeg.Source{Path: path, Format: "mp4"}, 2*time.Second, 5, 40); err != nil {
		t.Error(err)
	}
	t.Setenv("PATH", t.TempDir())
	none := &Tools{}
	for range 2 {
		if _, err := none.Program(t.Context()); !errors.Is(err, ffmpeg.ErrMissing) {
			t.Errorf("without ffmpeg: %v", err)
		}
	}
	if _, err := New(Parts{Store: s.db, Library: s.lib, Tools: none}).Add(t.Context(), Wanted{Assets: []domain.AssetID{in.ID}}); !errors.Is(err, ffmpeg.ErrMissing) {
		t.Errorf("without ffmpeg: %v", err)
	}
	if _, err := none.Poster(t.Context(), s.dir.TempDir, ffmpeg.Source{}, 0, 64); !errors.Is(err, ffmpeg.ErrMissing) {
		t.Errorf("without ffmpeg: %v", err)
	}
}
