// Package video makes videos of the library's videos: another shape, a part, several in one, an even
// loudness, a size that a network takes. What comes out is a new asset; the originals stay as they are.
//
// The work goes on by itself, one task at a time on a machine, however many processes there are. A task is
// written down before it begins. If its process is gone, it is begun anew from the same originals; the
// same wish about the same contents is the same task, and is not worked on twice.
package video

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/video/ffmpeg"
)

// Store is what this package needs of the database. Every method is one transaction.
type Store interface {
	// AddVideoTask writes a task down; it is done already where the same was done before.
	AddVideoTask(ctx context.Context, t domain.VideoTask) (domain.VideoTask, error)
	VideoTasks(ctx context.Context, w domain.WorkspaceID) ([]domain.VideoTask, error)
	// TakeVideoTask gives a task to one runner, or domain.ErrNotFound.
	TakeVideoTask(ctx context.Context, token string, silent time.Duration) (domain.VideoTask, error)
	// BeatVideoTask and EndVideoTask fail with domain.ErrConflict when the task is no longer the runner's.
	BeatVideoTask(ctx context.Context, id, token string) error
	EndVideoTask(ctx context.Context, t domain.VideoTask, token string) error
	StopVideoTask(ctx context.Context, id string) error
	DismissVideoTask(ctx context.Context, id string) error
}

// Library has the originals and takes the results.
type Library interface {
	Get(ctx context.Context, id domain.AssetID) (domain.Asset, error)
	// Path returns where an original is, after it was proved to be the right one.
	Path(ctx context.Context, a domain.Asset) (string, error)
	// Keep brings a file into a workspace's library under its own name.
	Keep(ctx context.Context, w domain.WorkspaceID, path string) (domain.Asset, error)
}

// Parts are what a Service is made of. All are needed but Log.
type Parts struct {
	Store   Store
	Library Library
	Tools   *Tools
	Temp    func() (string, error) // makes an empty folder on the disk of the library
	Name    func(string) string    // makes any text a harmless file name
	Log     *slog.Logger
}

// Heard is told what happens to tasks.
type Heard struct {
	Changed  func(id string)                // a task is not what it was
	Progress func(id string, share float64) // how far one is, from 0 to 1
}

// Service does what people want done with videos.
type Service struct {
	p       Parts
	mu      sync.Mutex
	working bool
	again   bool
	shares  map[string]float64 // how far the running task is
	stops   map[string]context.CancelFunc
	heard   Heard
	poke    chan struct{} // there is something to do
	silent  time.Duration // after it the runner of a task is taken for dead
}

// New returns a service. It works on nothing before Wake.
func New(p Parts) *Service {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{p: p, shares: map[string]float64{}, stops: map[string]context.CancelFunc{}, poke: make(chan struct{}, 1), silent: silent}
}

// Wanted is what is to be done, and with which assets.
type Wanted struct {
	Assets  []domain.AssetID `json:"assets"` // more than one are joined
	FromMs  int64            `json:"from_ms,omitempty"`
	ToMs    int64            `json:"to_ms,omitempty"`  // 0: to the end
	Across  int              `json:"across,omitempty"` // the shape, like 9 and 16; 0: as it is
	Down    int              `json:"down,omitempty"`
	Fill    ffmpeg.Fill      `json:"fill,omitempty"`
	Colour  string           `json:"colour,omitempty"`  // of plain edges, "RRGGBB"
	Even    bool             `json:"even,omitempty"`    // an even loudness
	Bytes   int64            `json:"bytes,omitempty"`   // at most; 0: as it comes
	LongMs  int64            `json:"long_ms,omitempty"` // at most; the rest is cut off
	Side    int              `json:"side,omitempty"`    // the longest side at most, px
	Quick   bool             `json:"quick,omitempty"`   // only cut, without encoding anew
	Version int              `json:"version"`
}

// pipeline is part of every key: a change of what is made of the same wish raises it.
const pipeline = 1

// mostJoined bounds how many videos become one.
const mostJoined = 50

func (w *Wanted) check() error {
	wrong := func(field, format string, args ...any) error {
		return &domain.FieldError{Field: field, Message: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(w.Assets) == 0:
		return wrong("assets", "say which video")
	case len(w.Assets) > mostJoined:
		return wrong("assets", "at most %d videos become one", mostJoined)
	case w.FromMs < 0 || w.ToMs < 0 || w.ToMs > 0 && w.ToMs <= w.FromMs:
		return wrong("toMs", "the end comes after the beginning")
	case w.Across < 0 || w.Down < 0 || (w.Across == 0) != (w.Down == 0) || w.Across > 100 || w.Down > 100:
		return wrong("across", "a shape is like 9 and 16")
	case len(w.Assets) > 1 && (w.FromMs > 0 || w.ToMs > 0 || w.LongMs > 0 || w.Even || w.Quick):
		return wrong("assets", "several videos are joined whole; cut and level them one by one")
	case w.Bytes < 0 || w.LongMs < 0 || w.Side < 0:
		return wrong("bytes", "a bound is not below zero")
	}
	switch w.Fill {
	case "":
		w.Fill = ffmpeg.Crop
	case ffmpeg.Crop, ffmpeg.Pad, ffmpeg.Blur:
	default:
		return wrong("fill", "a video is cropped, padded or blurred")
	}
	return nil
}

// Add writes down what a person wants. Where ffmpeg is missing it fails with ffmpeg.ErrMissing, and where
// the wish makes no sense with a *domain.FieldError.
func (s *Service) Add(ctx context.Context, w Wanted) (domain.VideoTask, error) {
	w.Version = pipeline
	if err := w.check(); err != nil {
		return domain.VideoTask{}, err
	}
	if _, err := s.p.Tools.Program(ctx); err != nil {
		return domain.VideoTask{}, err
	}
	contents := []string{}
	first := domain.Asset{}
	for i, id := range w.Assets {
		a, err := s.p.Library.Get(ctx, id)
		if err != nil {
			return domain.VideoTask{}, err
		}
		if a.Kind != domain.AssetVideo && a.Format != "gif" {
			return domain.VideoTask{}, &domain.FieldError{Field: "assets", Message: fmt.Sprintf("%q is not a video", a.Name)}
		}
		if i == 0 {
			first = a
		}
		if a.Workspace != first.Workspace {
			return domain.VideoTask{}, &domain.FieldError{Field: "assets", Message: "the videos are of different workspaces"}
		}
		contents = append(contents, a.SHA256)
	}
	body, err := json.Marshal(w)
	if err != nil {
		return domain.VideoTask{}, err
	}
	w.Assets = nil
	wish, err := json.Marshal(w)
	if err != nil {
		return domain.VideoTask{}, err
	}
	sum := sha256.Sum256(append([]byte(strings.Join(contents, " ")), wish...))
	t, err := s.p.Store.AddVideoTask(ctx, domain.VideoTask{
		Workspace: first.Workspace, Name: s.p.Name(nameOf(first.Name, w, len(contents))), Wanted: body, Key: hex.EncodeToString(sum[:]),
	})
	if err == nil {
		s.told(t.ID)
	}
	return t, err
}

// nameOf says in a name what was done.
func nameOf(original string, w Wanted, n int) string {
	base := strings.TrimSuffix(original, path.Ext(original))
	if w.Across > 0 {
		base += fmt.Sprintf(" %dx%d", w.Across, w.Down)
	}
	if n > 1 {
		base += fmt.Sprintf(" +%d", n-1)
	}
	if w.ToMs > 0 || w.FromMs > 0 {
		base += fmt.Sprintf(" %ds-%ds", w.FromMs/1000, w.ToMs/1000)
	}
	if ext := path.Ext(original); w.Quick && n == 1 && ext != ".gif" {
		return base + ext
	}
	return base + ".mp4"
}

// Task is a task and how far it is.
type Task struct {
	domain.VideoTask
	Share float64 // from 0 to 1, of a running one; 0 if another process runs it
}

// Tasks returns the tasks of a workspace that nobody dismissed, oldest first.
func (s *Service) Tasks(ctx context.Context, w domain.WorkspaceID) ([]Task, error) {
	list, err := s.p.Store.VideoTasks(ctx, w)
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Task, len(list))
	for i, t := range list {
		out[i] = Task{VideoTask: t}
		if t.State == domain.VideoRunning {
			out[i].Share = s.shares[t.ID]
		}
	}
	return out, err
}

// Stop ends a task that has not ended.
func (s *Service) Stop(ctx context.Context, id string) error {
	if err := s.p.Store.StopVideoTask(ctx, id); err != nil {
		return err
	}
	s.mu.Lock()
	stop := s.stops[id]
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	s.told(id)
	return nil
}

// Dismiss leaves a task that has ended out of the list.
func (s *Service) Dismiss(ctx context.Context, id string) error {
	if err := s.p.Store.DismissVideoTask(ctx, id); err != nil {
		return err
	}
	s.told(id)
	return nil
}

func (s *Service) told(id string) {
	s.mu.Lock()
	changed := s.heard.Changed
	s.mu.Unlock()
	if changed != nil {
		changed(id)
	}
}

// Wake begins to work on what waits, in the background, unless that goes on already. It ends when nothing
// waits and no other process works, or with ctx: what was not finished then waits again. What a process
// that was killed had begun is begun anew as soon as it was silent for long enough. h is told from now on.
func (s *Service) Wake(ctx context.Context, h Heard) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard = h
	s.again = true
	select {
	case s.poke <- struct{}{}:
	default:
	}
	if s.working {
		return
	}
	s.working = true
	go s.drain(ctx)
}

func (s *Service) drain(ctx context.Context) {
	for {
		for s.others(ctx) {
			s.wait(ctx)
			for s.one(ctx) {
			}
		}
		s.mu.Lock()
		if !s.again || ctx.Err() != nil {
			s.working = false
			s.mu.Unlock()
			return
		}
		s.again = false
		s.mu.Unlock()
		for s.one(ctx) {
		}
	}
}

// others reports whether there is work that another process has, or had when it was killed.
func (s *Service) others(ctx context.Context) bool {
	list, err := s.p.Store.VideoTasks(ctx, "")
	return err == nil && ctx.Err() == nil && slices.ContainsFunc(list, func(t domain.VideoTask) bool { return t.EndedAt.IsZero() })
}

// wait waits until another process may have ended, or somebody wants something.
func (s *Service) wait(ctx context.Context) {
	again := time.NewTimer(s.silent / 2)
	defer again.Stop()
	select {
	case <-ctx.Done():
	case <-s.poke:
	case <-again.C:
	}
}

// Times of the beat by which other processes see that a task is worked on.
const (
	beat   = 5 * time.Second
	silent = 30 * time.Second
)

// one works on the next task and reports whether there was one.
func (s *Service) one(ctx context.Context) bool {
	token := rand.Text()
	t, err := s.p.Store.TakeVideoTask(ctx, token, s.silent)
	if err != nil {
		if !errors.Is(err, domain.ErrNotFound) && ctx.Err() == nil {
			s.p.Log.Warn("no work on a video could be taken", "error", err)
		}
		return false
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	s.mu.Lock()
	s.stops[t.ID], s.shares[t.ID] = stop, 0
	s.mu.Unlock()
	s.told(t.ID)
	var beating sync.WaitGroup
	beating.Go(func() { s.beat(running, stop, t.ID, token) })
	code := ""
	t.Result, code, err = s.work(running, t)
	stopped := running.Err() != nil
	stop()
	beating.Wait()
	t.State, t.Code, t.Detail = domain.VideoDone, code, ""
	switch {
	case err != nil && stopped:
		t.State = domain.VideoWaiting // of interest only if no person stopped it
	case err != nil:
		t.State, t.Code, t.Detail = domain.VideoFailed, codeOf(err), err.Error()
		if t.Code == CodeFailed {
			s.p.Log.Warn("a video could not be made", "task", t.ID, "error", err)
		}
	}
	err = s.p.Store.EndVideoTask(context.WithoutCancel(ctx), t, token)
	if err != nil && !errors.Is(err, domain.ErrConflict) {
		s.p.Log.Warn("what became of a video could not be written down", "task", t.ID, "error", err)
	}
	s.mu.Lock()
	delete(s.stops, t.ID)
	delete(s.shares, t.ID)
	s.mu.Unlock()
	s.told(t.ID)
	return ctx.Err() == nil && (err == nil || errors.Is(err, domain.ErrConflict))
}

// beat says that a task is worked on, until it is no longer ours.
func (s *Service) beat(ctx context.Context, stop context.CancelFunc, id, token string) {
	for tick := time.NewTicker(beat); ; {
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
			if errors.Is(s.p.Store.BeatVideoTask(ctx, id, token), domain.ErrConflict) {
				stop()
			}
		}
	}
}

func (s *Service) share(id string, share float64) {
	s.mu.Lock()
	s.shares[id] = share
	progress := s.heard.Progress
	s.mu.Unlock()
	if progress != nil {
		progress(id, share)
	}
}
