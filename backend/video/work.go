package video

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
	"postbag/backend/video/ffmpeg"
	"postbag/backend/video/mp4"
)

// Every code of a task that failed.
const (
	CodeMissing  = "no_ffmpeg"
	CodeNotVideo = "not_video"
	CodeEncoder  = "no_encoder"
	CodeTooSmall = "too_small"
	CodeDiskFull = "disk_full"
	CodeGone     = "gone"   // an original is not where it was
	CodeBroken   = "broken" // an original breaks off
	CodeFailed   = "failed"
)

// CodeEarly begins the code of a task that is done but cut without encoding, where it begins so many
// milliseconds earlier than was asked for: "early:1300".
const CodeEarly = "early:"

// ErrGone is an original that cannot be read any more.
var ErrGone = errors.New("an original is missing or was changed")

// ErrBroken is an original that ends before it says it does.
var ErrBroken = errors.New("the video breaks off before its end")

func codeOf(err error) string {
	for _, c := range []struct {
		is   error
		code string
	}{
		{ffmpeg.ErrMissing, CodeMissing},
		{ffmpeg.ErrNotVideo, CodeNotVideo},
		{ffmpeg.ErrEncoder, CodeEncoder},
		{ffmpeg.ErrTooSmall, CodeTooSmall},
		{syscall.ENOSPC, CodeDiskFull},
		{ErrGone, CodeGone},
		{ErrBroken, CodeBroken},
		{domain.ErrNotFound, CodeGone},
	} {
		if errors.Is(err, c.is) {
			return c.code
		}
	}
	return CodeFailed
}

// work does a task and returns what came of it, and a code if more is to be said of it than that it is done.
func (s *Service) work(ctx context.Context, t domain.VideoTask) (_ domain.AssetID, code string, err error) {
	defer func() {
		if p := recover(); p != nil { // one film must not end the program
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	var w Wanted
	if err := json.Unmarshal(t.Wanted, &w); err != nil {
		return "", "", fmt.Errorf("read what was wanted: %w", err)
	}
	program, err := s.p.Tools.Program(ctx)
	if err != nil {
		return "", "", err
	}
	pictures := make([]ffmpeg.Picture, len(w.Assets))
	focus := domain.Point{X: 0.5, Y: 0.5}
	for i, id := range w.Assets {
		a, err := s.p.Library.Get(ctx, id)
		if err != nil {
			return "", "", err
		}
		if i == 0 && a.Focus != nil {
			focus = *a.Focus
		}
		if pictures[i], err = s.picture(ctx, program, a); err != nil {
			return "", "", err
		}
	}
	dir, err := s.p.Temp()
	if err != nil {
		return "", "", err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	out := filepath.Join(dir, t.Name)
	early, err := s.make(ctx, t.ID, program, pictures, w, focus, out)
	if err != nil {
		return "", "", err
	}
	if early >= tellEarly {
		code = CodeEarly + strconv.FormatInt(early.Milliseconds(), 10)
	}
	a, err := s.p.Library.Keep(ctx, t.Workspace, out)
	return a.ID, code, err
}

// tellEarly is from when on it is said that a cut begins earlier than was asked for.
const tellEarly = 150 * time.Millisecond

// picture reads what must be known of an original.
func (s *Service) picture(ctx context.Context, program ffmpeg.Program, a domain.Asset) (ffmpeg.Picture, error) {
	file, err := s.p.Library.Path(ctx, a)
	if err != nil {
		if ctx.Err() != nil {
			return ffmpeg.Picture{}, ctx.Err()
		}
		return ffmpeg.Picture{}, fmt.Errorf("%w: %w", ErrGone, err)
	}
	format := a.Format
	if a.Adjust.Any() {
		format = string(render.JPEG) // as the library says
	}
	p := ffmpeg.Picture{
		Source: ffmpeg.Source{Path: file, Format: format}, Width: a.Width, Height: a.Height,
		Length: time.Duration(a.DurationMs) * time.Millisecond,
	}
	if a.Format == "webm" {
		if p.Sound, err = program.Hears(ctx, p.Source); err != nil {
			return p, err
		}
		if p.Length == 0 {
			if p.Length, err = program.Lasts(ctx, p.Source); err != nil {
				return p, err
			}
		}
	}
	if a.Format != "mp4" && a.Format != "mov" {
		if p.Width == 0 || p.Height == 0 {
			p.Width, p.Height, err = s.seen(ctx, p)
		}
		return p, err
	}
	facts, err := Facts(file)
	if err != nil {
		return p, fmt.Errorf("%w: %w", ffmpeg.ErrNotVideo, err)
	}
	p.Rate, p.Sound = facts.FrameRate, facts.Audio != ""
	if facts.Width > 0 && facts.Height > 0 {
		p.Width, p.Height = facts.Width, facts.Height
	}
	if p.Length == 0 {
		p.Length = facts.Duration
	}
	return p, nil
}

// seen looks at a picture of a film to learn its size.
func (s *Service) seen(ctx context.Context, p ffmpeg.Picture) (width, height int, err error) {
	data, err := s.p.Tools.Poster(ctx, s.p.Temp, p.Source, p.Length, 8192)
	if err != nil {
		return 0, 0, err
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(data))
	return c.Width, c.Height, err
}

// Facts reads the facts of an MP4 or QuickTime file.
func Facts(file string) (mp4.Facts, error) {
	f, err := os.Open(file) //nolint:gosec // an original of the library
	if err != nil {
		return mp4.Facts{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return mp4.Facts{}, err
	}
	return mp4.Read(f, info.Size())
}

// squeezes are what is tried of the bit rate until a result has few enough bytes.
func squeezes() []float64 { return []float64{1, 0.85, 0.65} }

// make makes what is wanted at out. early is how much sooner a cut without encoding begins than was asked for.
func (s *Service) make(ctx context.Context, id string, program ffmpeg.Program, in []ffmpeg.Picture, w Wanted, focus domain.Point, out string) (early time.Duration, err error) {
	tell := func(from, to float64) func(float64) {
		return func(share float64) { s.share(id, from+(to-from)*share) }
	}
	e := ffmpeg.Edit{
		From: time.Duration(w.FromMs) * time.Millisecond, To: time.Duration(w.ToMs) * time.Millisecond, Across: w.Across, Down: w.Down,
		Fill: w.Fill, FocusX: focus.X, FocusY: focus.Y, Colour: w.Colour, Side: w.Side, Bytes: w.Bytes,
	}
	if len(in) > 1 {
		c, err := program.Join(in, e)
		if err != nil {
			return 0, err
		}
		if err := program.Run(ctx, c, out, tell(0, 1)); err != nil {
			return 0, err
		}
		_, err = proved(out, c.Length)
		return 0, err
	}
	from, to := e.Span(in[0])
	if long := time.Duration(w.LongMs) * time.Millisecond; long > 0 && to-from > long {
		// A frame less, so that rounding does not make it longer.
		to = from + max(long-50*time.Millisecond, long/2)
		e.To = to
	}
	if w.Quick && to > from && in[0].Format != "gif" { // an animation has nothing that an MP4 could copy
		if err := program.Run(ctx, ffmpeg.Trim(in[0].Source, from, to), out, tell(0, 1)); err != nil || in[0].Format == "webm" {
			return 0, err
		}
		length, err := proved(out, to-from)
		return max(0, length-(to-from)), err
	}
	begin := 0.0
	if w.Even && in[0].Sound {
		if e.Even, err = program.Listen(ctx, in[0], from, to, tell(0, 0.2)); err != nil {
			return 0, err
		}
		begin = 0.2
	}
	for _, squeeze := range squeezes() {
		c, err := program.Make(in[0], e, squeeze)
		if err != nil {
			return 0, err
		}
		if err := program.Run(ctx, c, out, tell(begin, 1)); err != nil {
			return 0, err
		}
		if _, err := proved(out, to-from); err != nil {
			return 0, err
		}
		info, err := os.Stat(out)
		if err != nil || w.Bytes == 0 || info.Size() <= w.Bytes {
			return 0, err
		}
		if err := os.Remove(out); err != nil {
			return 0, err
		}
	}
	return 0, ffmpeg.ErrTooSmall
}

// proved reads what was made and returns how long it is. ffmpeg takes an original that breaks off for one that
// ends there, and reports nothing: what is much shorter than it should be is an ErrBroken.
func proved(out string, length time.Duration) (time.Duration, error) {
	facts, err := Facts(out)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%w: what came out cannot be read: %w", ffmpeg.ErrFailed, err)
	case facts.Video == "":
		return 0, fmt.Errorf("%w: what came out has no picture", ffmpeg.ErrNotVideo)
	case facts.Duration < length-max(time.Second, length/20) || facts.Duration <= 0:
		return 0, fmt.Errorf("%w: %s of %s", ErrBroken, facts.Duration.Round(time.Millisecond), length.Round(time.Millisecond))
	}
	return facts.Duration, nil
}
