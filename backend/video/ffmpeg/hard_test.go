package ffmpeg

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// shoot makes a file with ffmpeg's own arguments.
func shoot(t *testing.T, p Program, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.CommandContext(t.Context(), p.Path, append(append([]string{"-v", "error", "-nostdin"}, args...), "-y", "file:"+path)...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
	return path
}

// Films as they come from telephones, screens and the web: turned, of odd sizes, with frames of different
// lengths, of a single frame, with odd names. Everything that is made of them is read again.
func TestEveryKindOfFilmIsWorkedOn(t *testing.T) {
	p := real(t)
	bars := []string{"-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=2"}
	tone := []string{"-f", "lavfi", "-i", "sine=duration=2"}
	x264 := []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"}
	list := func(parts ...[]string) (all []string) {
		for _, part := range parts {
			all = append(all, part...)
		}
		return all
	}
	plain := shoot(t, p, "plain.mp4", list(bars, tone, x264, []string{"-c:a", "aac"})...)
	odd := shoot(t, p, "-odd\n' \"$(x)%d [v];.mp4", "-f", "lavfi", "-i", "testsrc=size=321x181:rate=25:duration=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p")
	for name, c := range map[string]struct {
		path          string
		format        string
		width, height int // as seen
		length        time.Duration
		sound         bool
	}{
		"turned":       {shoot(t, p, "turned.mov", "-i", plain, "-c", "copy", "-metadata:s:v", "rotate=90"), "mov", 180, 320, 2 * time.Second, true},
		"odd":          {odd, "mp4", 321, 181, 2 * time.Second, false},
		"variable":     {shoot(t, p, "variable.mp4", list(bars, []string{"-vf", "select='not(mod(n,7))+lt(n,12)'", "-vsync", "vfr"}, x264)...), "mp4", 320, 180, 2 * time.Second, false},
		"one frame":    {shoot(t, p, "one.mp4", list(bars, []string{"-frames:v", "1"}, x264)...), "mp4", 320, 180, 40 * time.Millisecond, false},
		"of the web":   {shoot(t, p, "web.webm", list(bars, []string{"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"})...), "webm", 320, 180, 2 * time.Second, false},
		"wide pixels":  {shoot(t, p, "wide.mp4", list(bars, []string{"-vf", "setsar=2"}, x264)...), "mp4", 640, 180, 2 * time.Second, false},
		"ten bits":     {shoot(t, p, "ten.mp4", list(bars, []string{"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le"})...), "mp4", 320, 180, 2 * time.Second, false},
		"sound longer": {shoot(t, p, "sound.mp4", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=25:duration=1", "-f", "lavfi", "-i", "sine=duration=2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"), "mp4", 320, 180, 2 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			in := Picture{Source: Source{c.path, c.format}, Width: c.width, Height: c.height, Length: c.length, Sound: c.sound}
			if c.format != "webm" {
				f := facts(t, c.path)
				if f.Width != c.width || f.Height != c.height || f.Audio != "" != c.sound {
					t.Errorf("it is read as %+v", f)
				}
				in.Rate = f.FrameRate
			}
			if sound, err := p.Hears(t.Context(), in.Source); err != nil || sound != c.sound {
				t.Errorf("sound: %v, %v", sound, err)
			}
			for _, fill := range []Fill{Crop, Pad, Blur} {
				e := Edit{Across: 4, Down: 5, Fill: fill, FocusX: 0.5, FocusY: 0.5}
				width, height := e.Size(in)
				f := facts(t, do(t, p, mustMake(t, p, in, e)))
				if f.Width != width || f.Height != height || f.Rotation != 0 || f.Video != "h264" || !near(f.Duration, c.length, 250*time.Millisecond) {
					t.Errorf("%s: %+v, not %d by %d", fill, f, width, height)
				}
			}
			if b := decode(t, do(t, p, Poster(in.Source, 0, 90))).Bounds(); max(b.Dx(), b.Dy()) != 90 || (b.Dx() > b.Dy()) != (c.width > c.height) {
				t.Errorf("a poster of %v", b)
			}
			if b := decode(t, do(t, p, Strip(in.Source, in.Length, 4, 40))).Bounds(); b.Dy() != 40 || b.Dx() < 4*20 {
				t.Errorf("a strip of %v", b)
			}
			joined, err := p.Join([]Picture{in, {Source: Source{plain, "mp4"}, Width: 320, Height: 180, Length: 2 * time.Second, Sound: true}}, Edit{})
			if err != nil {
				t.Fatal(err)
			}
			if f := facts(t, do(t, p, joined)); !near(f.Duration, c.length+2*time.Second, 250*time.Millisecond) || f.Audio != "aac" || f.Width != even(float64(c.width)) {
				t.Errorf("joined: %+v", f)
			}
			if c.format == "mp4" && c.length > time.Second {
				f := facts(t, do(t, p, Trim(in.Source, 0, time.Second)))
				if !near(f.Duration, time.Second, 300*time.Millisecond) {
					t.Errorf("a part: %+v", f)
				}
			}
		})
	}
}

func TestACutKeepsHowAFilmIsTurned(t *testing.T) {
	p := real(t)
	in := made(t, p, "a.mp4", "320x180", "2", true)
	turned := shoot(t, p, "turned.mp4", "-i", in.Path, "-c", "copy", "-metadata:s:v", "rotate=90")
	f := facts(t, do(t, p, Trim(Source{turned, "mp4"}, 500*time.Millisecond, 1500*time.Millisecond)))
	if f.Rotation == 0 || f.Width != 180 || f.Height != 320 {
		t.Errorf("%+v", f)
	}
}

func TestFewBitsMakeASmallerPicture(t *testing.T) {
	in := Picture{Width: 1920, Height: 1080, Length: 10 * time.Minute, Sound: true}
	e := Edit{Bytes: 50 << 20}
	rate, err := e.rate(in, in.Length)
	if err != nil {
		t.Fatal(err)
	}
	small := e.within(in, rate)
	width, height := small.Size(in)
	if height < leastShort || height >= 720 || width*9/16 < height-2 || width*9/16 > height+2 {
		t.Errorf("%d by %d at %.0f bits a second", width, height, rate)
	}
	if w, _ := (Edit{}).within(in, 8e6).Size(in); w != 1920 {
		t.Errorf("with bits enough it is %d wide", w)
	}
	tiny := Picture{Width: 320, Height: 180, Length: time.Minute}
	if w, h := (Edit{}).within(tiny, leastRate).Size(tiny); w != 320 || h != 180 {
		t.Errorf("a small one becomes %d by %d", w, h)
	}
}

func TestAFullDiskLeavesNothing(t *testing.T) {
	p := real(t)
	in := made(t, p, "a.mp4", "320x180", "4", true)
	dir := t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", "size=60k", "postbag-test", dir).CombinedOutput(); err != nil {
		t.Skipf("a small disk cannot be made here: %s", out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", dir).Run() })
	err := p.Run(t.Context(), Trim(in.Source, 0, in.Length), filepath.Join(dir, "out.mp4"), nil)
	if err == nil || !full(err) {
		t.Errorf("%v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func full(err error) bool { return errors.Is(err, syscall.ENOSPC) }
