package ffmpeg

import (
	"context"
	"errors"
	"image"
	_ "image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"postbag/backend/video/mp4"
)

func TestMain(m *testing.M) {
	switch os.Getenv("POSTBAG_TEST_FFMPEG") {
	case "":
		os.Exit(m.Run())
	case "old":
		_, _ = os.Stdout.WriteString("ffmpeg version 9.9-test Copyright\n V....D libopenh264 x\n")
	case "other":
		_, _ = os.Stdout.WriteString("hello\n")
	case "full":
		_, _ = os.Stderr.WriteString("av_interleaved_write_frame(): No space left on device\n")
		os.Exit(1)
	case "trailer": // as ffmpeg 5.1 ends where the disk is full when the file is closed
		_ = os.WriteFile(strings.TrimPrefix(os.Args[len(os.Args)-1], "file:"), []byte("half"), 0o600)
		_, _ = os.Stderr.WriteString("Error writing trailer of x: No space left on device\n")
	case "parent": // of one that says who it is, and stays
		_ = os.Setenv("POSTBAG_TEST_FFMPEG", "slow")
		own, _ := os.Executable()
		c := Command{inputs: []input{{nil, Source{own, "mp4"}}}, Format: "mp4"}
		_ = Program{Path: own}.Run(context.Background(), c, os.Getenv("POSTBAG_TEST_PID")+".mp4", nil)
	case "nothing":
	case "slow":
		if file := os.Getenv("POSTBAG_TEST_PID"); file != "" {
			_ = os.WriteFile(file, []byte(strconv.Itoa(os.Getpid())), 0o600)
		}
		_, _ = os.Stdout.WriteString("out_time_us=500000\n")
		time.Sleep(time.Minute)
	}
	os.Exit(0)
}

// real finds ffmpeg, or leaves the test out where it is not installed.
func real(t *testing.T) Program {
	t.Helper()
	p, err := Find(t.Context(), "")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	return p
}

// made makes a film of moving colours, with a tone or without.
func made(t *testing.T, p Program, name, size, seconds string, sound bool) Picture {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args := []string{"-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=" + size + ":rate=25:duration=" + seconds}
	if sound {
		args = append(args, "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration="+seconds, "-af", "volume=0.05", "-c:a", "aac")
	}
	if filepath.Ext(name) != ".gif" {
		args = append(args, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "12")
	}
	if out, err := exec.CommandContext(t.Context(), p.Path, append(args, "-y", path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if filepath.Ext(name) == ".gif" {
		return Picture{Source: Source{path, "gif"}, Width: 121, Height: 75, Length: time.Second}
	}
	f := facts(t, path)
	return Picture{
		Source: Source{path, strings.TrimPrefix(filepath.Ext(name), ".")}, Width: f.Width, Height: f.Height, Length: f.Duration,
		Rate: f.FrameRate, Sound: f.Audio != "",
	}
}

func facts(t *testing.T, path string) mp4.Facts {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	f, err := mp4.Read(file, info.Size())
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// do runs a command and returns where the result is.
func do(t *testing.T, p Program, c Command) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	if err := p.Run(t.Context(), c, out, nil); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(out + ".*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return out
}

func mustMake(t *testing.T, p Program, in Picture, e Edit) Command {
	t.Helper()
	c, err := p.Make(in, e, 1)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func near(got, want, by time.Duration) bool { return (got - want).Abs() <= by }

func TestAVideoTakesAShape(t *testing.T) {
	p := real(t)
	in := made(t, p, "wide.mp4", "320x180", "1", true)
	for _, c := range []struct {
		edit          Edit
		width, height int
	}{
		{Edit{Across: 9, Down: 16, Fill: Crop, FocusX: 0.9, FocusY: 0.5}, 102, 180},
		{Edit{Across: 1, Down: 1, Fill: Pad, Colour: "ff8800"}, 320, 320},
		{Edit{Across: 4, Down: 5, Fill: Blur}, 320, 400},
		{Edit{Across: 16, Down: 9, Side: 64}, 64, 36},
		{Edit{}, 320, 180},
	} {
		f := facts(t, do(t, p, mustMake(t, p, in, c.edit)))
		if f.Width != c.width || f.Height != c.height || f.Video != "h264" || f.Audio != "aac" || !f.Front || !near(f.Duration, time.Second, 60*time.Millisecond) {
			t.Errorf("%+v: %+v", c.edit, f)
		}
	}
	still := do(t, p, Poster(Source{do(t, p, mustMake(t, p, in, Edit{Across: 1, Down: 1, Fill: Pad, Colour: "ff8800"})), "mp4"}, 0, 100))
	m := decode(t, still)
	if r, g, b, _ := m.At(50, 3).RGBA(); r>>8 < 200 || g>>8 < 90 || g>>8 > 180 || b>>8 > 60 {
		t.Errorf("the edge is %d %d %d", r>>8, g>>8, b>>8)
	}
}

func decode(t *testing.T, path string) image.Image {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	m, _, err := image.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPicturesOfMomentsAreMade(t *testing.T) {
	p := real(t)
	in := made(t, p, "v.mov", "320x180", "2", false)
	if b := decode(t, do(t, p, Poster(in.Source, time.Second, 160))).Bounds(); b.Dx() != 160 || b.Dy() != 90 {
		t.Errorf("a poster of %v", b)
	}
	if b := decode(t, do(t, p, Poster(in.Source, 0, 9999))).Bounds(); b.Dx() != 320 {
		t.Errorf("a poster of %v", b)
	}
	if b := decode(t, do(t, p, Strip(in.Source, in.Length, 4, 45))).Bounds(); b.Dx() != 4*78 || b.Dy() != 44 {
		t.Errorf("a strip of %v", b)
	}
	// One that lies about its length, and so has only key frames, and too few of them.
	if b := decode(t, do(t, p, Strip(in.Source, time.Minute, 4, 45))).Bounds(); b.Dx() != 4*78 {
		t.Errorf("a strip of %v", b)
	}
}

func TestPartsAreCutAndJoined(t *testing.T) {
	p := real(t)
	in := made(t, p, "a.mp4", "320x180", "2", true)
	f := facts(t, do(t, p, Trim(in.Source, 960*time.Millisecond, 1500*time.Millisecond)))
	if f.Video != "h264" || !near(f.Duration, 540*time.Millisecond, 100*time.Millisecond) || !f.Made.IsZero() {
		t.Errorf("a part: %+v", f)
	}
	f = facts(t, do(t, p, mustMake(t, p, in, Edit{From: 500 * time.Millisecond, To: 1300 * time.Millisecond})))
	if !near(f.Duration, 800*time.Millisecond, 60*time.Millisecond) {
		t.Errorf("a part encoded anew: %+v", f)
	}
	other := made(t, p, "b.mov", "90x160", "1", false)
	c, err := p.Join([]Picture{in, other}, Edit{})
	if err != nil {
		t.Fatal(err)
	}
	f = facts(t, do(t, p, c))
	if f.Width != 320 || f.Height != 180 || f.Audio != "aac" || !near(f.Duration, 3*time.Second, 150*time.Millisecond) {
		t.Errorf("joined: %+v", f)
	}
	gif := made(t, p, "m.gif", "121x75", "1", false)
	if f := facts(t, do(t, p, mustMake(t, p, gif, Edit{}))); f.Width != 122 && f.Width != 120 || f.Height%2 != 0 || !near(f.Duration, time.Second, 100*time.Millisecond) {
		t.Errorf("of an animation: %+v", f)
	}
	if _, err := p.Join([]Picture{in}, Edit{}); err == nil {
		t.Error("one was joined")
	}
	if _, err := p.Join([]Picture{in, {Source: other.Source}}, Edit{}); !errors.Is(err, ErrNotVideo) {
		t.Errorf("a length that is not known: %v", err)
	}
}

func TestAnEvenLoudnessIsReached(t *testing.T) {
	p := real(t)
	in := made(t, p, "quiet.mp4", "64x64", "4", true)
	before, err := p.Listen(t.Context(), in, 0, in.Length, nil)
	if err != nil || before == nil || before.Integrated > -30 {
		t.Fatalf("%+v, %v", before, err)
	}
	out := do(t, p, mustMake(t, p, in, Edit{Even: before}))
	in.Path = out
	after, err := p.Listen(t.Context(), in, 0, in.Length, nil)
	if err != nil || after == nil || math.Abs(after.Integrated+14) > 1.5 {
		t.Errorf("%+v, %v", after, err)
	}
	if l, err := loudnessOf(`x { "input_i" : "-inf", "input_tp" : "-inf", "input_lra" : "0", "input_thresh" : "-70", "target_offset" : "inf" }`); l != nil || err != nil {
		t.Errorf("silence: %v, %v", l, err)
	}
	for _, words := range []string{"", "{", `{"input_i":"loud"}`} {
		if _, err := loudnessOf(words); !errors.Is(err, ErrFailed) {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestAResultStaysWithinItsBytes(t *testing.T) {
	p := real(t)
	in := made(t, p, "noise.mp4", "320x180", "3", true)
	c := mustMake(t, p, in, Edit{Bytes: 150_000})
	info, err := os.Stat(do(t, p, c))
	if err != nil || info.Size() > 150_000 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
	if _, err := p.Make(in, Edit{Bytes: 10_000}, 1); !errors.Is(err, ErrTooSmall) {
		t.Errorf("too few bytes: %v", err)
	}
}

func TestStrangersAreReadWithoutTrust(t *testing.T) {
	p := real(t)
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.mp4")
	in := made(t, p, "v.mp4", "64x64", "1", false)
	data, err := os.ReadFile(in.Path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("secret.mp4", data)
	for name, content := range map[string]string{
		"list.mp4": "ffconcat version 1.0\nfile " + secret + "\n",
		"hls.mp4":  "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" + secret + "\n#EXT-X-ENDLIST\n",
		"cut.mp4":  string(data[:len(data)/2]),
		"text.mp4": "hello",
	} {
		for _, format := range []string{"mp4", "webm", "gif"} {
			out := filepath.Join(dir, "out-"+name+format)
			if err := p.Run(t.Context(), Poster(Source{write(name, []byte(content)), format}, 0, 64), out, nil); !errors.Is(err, ErrNotVideo) && !errors.Is(err, ErrFailed) {
				t.Errorf("%s as %s: %v", name, format, err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Errorf("%s as %s left a result", name, format)
			}
		}
	}
	odd := write("-i %03d 'x':[v].mp4", data)
	do(t, p, Poster(Source{odd, "mp4"}, 0, 64))
	if err := p.Run(t.Context(), Poster(Source{"v.mp4", "mp4"}, 0, 64), filepath.Join(dir, "o"), nil); !errors.Is(err, ErrFailed) {
		t.Errorf("a name without a folder: %v", err)
	}
	if err := p.Run(t.Context(), Poster(in.Source, 0, 64), "o", nil); !errors.Is(err, ErrFailed) {
		t.Errorf("a result without a folder: %v", err)
	}
	if err := p.Run(t.Context(), Poster(in.Source, 0, 64), secret, nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("over another file: %v", err)
	}
	all := Poster(Source{"/a/b.mp4", "mp4"}, 0, 64).arguments(1, "/o")
	at := slices.Index(all, "-i")
	if all[at-1] != "mov" || all[at-2] != "-f" || all[at+1] != "file:/a/b.mp4" || !slices.Contains(all, "-nostdin") || !slices.Contains(all, "-protocol_whitelist") {
		t.Errorf("arguments %q", all)
	}
}

func TestEveryEndIsSaidInWords(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, what string, progress func(float64)) error {
		t.Setenv("POSTBAG_TEST_FFMPEG", what)
		return Program{Path: own}.Run(ctx, Command{inputs: []input{{nil, Source{"/v.mp4", "mp4"}}}, Format: "mp4", Length: time.Second}, filepath.Join(t.TempDir(), "o"), progress)
	}
	if err := run(t.Context(), "full", nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	if err := run(t.Context(), "trailer", nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a disk that is full at the end: %v", err)
	}
	if err := run(t.Context(), "nothing", nil); !errors.Is(err, ErrNotVideo) {
		t.Errorf("nothing came out: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	heard, began := 0.0, time.Now()
	if err := run(ctx, "slow", func(share float64) { heard = share; stop() }); !errors.Is(err, context.Canceled) || heard != 0.5 || time.Since(began) > 20*time.Second {
		t.Errorf("stopped at %v: %v", heard, err)
	}
	if err := (Program{}).Run(t.Context(), Command{}, "/o", nil); !errors.Is(err, ErrMissing) {
		t.Errorf("no program: %v", err)
	}
	gone := Program{Path: filepath.Join(t.TempDir(), "gone")}
	if err := gone.Run(t.Context(), Command{}, filepath.Join(t.TempDir(), "o"), nil); !errors.Is(err, ErrMissing) {
		t.Errorf("a program that went: %v", err)
	}
	for words, want := range map[string]error{"Unknown encoder 'libx264'": ErrEncoder, "moov atom not found": ErrNotVideo, "who knows": ErrFailed} {
		said := &tail{most: 100}
		_, _ = said.Write([]byte(strings.Repeat("before\n", 30) + words))
		if err := verdict(said, errors.New("exit status 1")); !errors.Is(err, want) {
			t.Errorf("%q: %v", words, err)
		}
	}
}

func TestAnFFmpegIsFoundOrSaidHowToGet(t *testing.T) {
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("POSTBAG_TEST_FFMPEG", "old")
	p, err := Find(t.Context(), own)
	if err != nil || p.Version != "9.9-test" || p.h264 != "libopenh264" {
		t.Fatalf("%+v, %v", p, err)
	}
	c := mustMake(t, p, Picture{Source: Source{"/v.mov", "mov"}, Width: 100, Height: 50, Length: time.Second, Rate: 120}, Edit{})
	if all := strings.Join(c.args, " "); !strings.Contains(all, "-c:v libopenh264 -profile:v constrained_baseline") || !strings.Contains(all, "fps=60") {
		t.Errorf("arguments %s", all)
	}
	t.Setenv("POSTBAG_TEST_FFMPEG", "other")
	t.Setenv("PATH", t.TempDir())
	if _, err := Find(t.Context(), own); !errors.Is(err, ErrMissing) {
		t.Errorf("another program: %v", err)
	}
	if _, err := Find(t.Context(), "ffmpeg"); !errors.Is(err, ErrMissing) {
		t.Errorf("none: %v", err)
	}
	if _, err := (Program{Path: "/ffmpeg"}).Make(Picture{}, Edit{}, 1); !errors.Is(err, ErrEncoder) {
		t.Errorf("no encoder: %v", err)
	}
	if _, err := (Program{Path: "/ffmpeg"}).Join(make([]Picture, 2), Edit{}); !errors.Is(err, ErrEncoder) {
		t.Errorf("no encoder: %v", err)
	}
	for system, want := range map[string]string{"darwin": "brew", "windows": "winget", "linux": "pacman", "plan9": ""} {
		got := install(system, func(name string) bool { return name == "pacman" && system == "linux" })
		if !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q", system, got)
		}
	}
	if env := environment([]string{"FFREPORT=file=x", "PATH=/bin"}); slices.Contains(env, "FFREPORT=file=x") || !slices.Contains(env, "PATH=/bin") {
		t.Errorf("environment %q", env)
	}
}
