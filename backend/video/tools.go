package video

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"postbag/backend/video/ffmpeg"
)

// Tools is the ffmpeg of this machine, looked for when it is first needed and, while there is none, again
// after a while: a person installs it while we run.
type Tools struct {
	// Chosen returns where a person says that ffmpeg is, "" if nothing was said. nil: nobody can say.
	Chosen func(context.Context) string

	mu      sync.Mutex
	program ffmpeg.Program
	asked   time.Time
	chosen  string     // what the person had said then
	drawing sync.Mutex // one picture at a time
}

// lookAgain is how long it is believed that there is no ffmpeg.
const lookAgain = 20 * time.Second

// Program returns ffmpeg, or ffmpeg.ErrMissing. What a person says of it anew holds at once, also where
// another process was told.
func (t *Tools) Program(ctx context.Context) (ffmpeg.Program, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	chosen := ""
	if t.Chosen != nil {
		chosen = t.Chosen(ctx)
	}
	if chosen != t.chosen {
		t.program, t.asked, t.chosen = ffmpeg.Program{}, time.Time{}, chosen
	}
	if t.program.Path != "" {
		if _, err := os.Stat(t.program.Path); err == nil {
			return t.program, nil
		}
		t.program = ffmpeg.Program{} // it was removed
	} else if !t.asked.IsZero() && time.Since(t.asked) < lookAgain {
		return t.program, ffmpeg.ErrMissing
	}
	program, err := ffmpeg.Find(ctx, chosen)
	if errors.Is(err, ffmpeg.ErrMissing) {
		t.asked = time.Now()
	}
	t.program = program
	return program, err
}

// Forget makes the next question look for ffmpeg anew.
func (t *Tools) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.program, t.asked = ffmpeg.Program{}, time.Time{}
}

// posterTime bounds how long a poster may take.
const posterTime = 20 * time.Second

// Poster returns a JPEG of what a video shows near its beginning, at most side pixels on a side.
func (t *Tools) Poster(ctx context.Context, temp func() (string, error), in ffmpeg.Source, length time.Duration, side int) ([]byte, error) {
	program, err := t.Program(ctx)
	if err != nil {
		return nil, err
	}
	t.drawing.Lock()
	defer t.drawing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, posterTime)
	defer cancel()
	dir, err := temp()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// Many films begin black. The beginning is what is left where the moment lies behind the end.
	for i, at := range []time.Duration{min(length/10, 3*time.Second), 0} {
		out := filepath.Join(dir, fmt.Sprintf("%d.jpg", i))
		if err = program.Run(ctx, ffmpeg.Poster(in, at, side), out, nil); err == nil {
			return os.ReadFile(out) //nolint:gosec // ours
		}
		if at == 0 || ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// Strip returns a JPEG of so many moments of a video beside each other.
func (t *Tools) Strip(ctx context.Context, temp func() (string, error), in ffmpeg.Source, length time.Duration, tiles, height int) ([]byte, error) {
	program, err := t.Program(ctx)
	if err != nil {
		return nil, err
	}
	t.drawing.Lock()
	defer t.drawing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 3*posterTime)
	defer cancel()
	dir, err := temp()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, "strip.jpg")
	if err := program.Run(ctx, ffmpeg.Strip(in, length, tiles, height), out, nil); err != nil {
		return nil, err
	}
	return os.ReadFile(out) //nolint:gosec // ours
}
