package render

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func child(t *testing.T, mode string) ChildDecoder {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return ChildDecoder{Command: []string{self}, Env: []string{"POSTBAG_TEST_CHILD=" + mode}}
}

// heicFile is a photograph that the decoder's own module carries for its tests. Nothing in Go can
// write HEIC, so there is no making one here.
func heicFile(t *testing.T) []byte {
	t.Helper()
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/gen2brain/heic").Output()
	if err != nil {
		t.Skip("the go command is not there to say where the decoder's test pictures are")
	}
	file, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "testdata", "test8.heic"))
	if err != nil {
		t.Skip("the decoder's module has no test pictures here: ", err)
	}
	return file
}

func TestHEICIsDecodedInAProcessOfItsOwn(t *testing.T) {
	file := heicFile(t)
	info := probe(t, file)
	e := New(Options{HEIC: child(t, "heic")})
	var o Output
	if _, err := e.RenderBytes(t.Context(), file, []Recipe{{Width: 96, Height: 96, Fit: Inside, Formats: []Format{PNG}}}, func(got Output) error {
		o = got
		return o.Err
	}); err != nil {
		t.Fatal(err)
	}
	m := open(t, o)
	if max(o.Width, o.Height) != 96 || info.Width*o.Height/info.Height-o.Width > 2 {
		t.Errorf("%d×%d of %d×%d", o.Width, o.Height, info.Width, info.Height)
	}
	var low, high uint32 = 1 << 16, 0
	for y := range o.Height {
		for x := range o.Width {
			_, g, _, _ := m.At(x, y).RGBA()
			low, high = min(low, g), max(high, g)
		}
	}
	if high-low < 1<<14 {
		t.Errorf("the picture is nearly one colour: green from %d to %d", low, high)
	}
}

func TestADamagedHEICCostsOnePictureAndNotTheProgram(t *testing.T) {
	file := heicFile(t)
	for name, change := range map[string]func() []byte{
		"cut":     func() []byte { return file[:len(file)*2/3] },
		"rubbish": func() []byte { return append(bytes.Clone(file[:len(file)/2]), make([]byte, len(file)/2)...) },
	} {
		_, err := New(Options{HEIC: child(t, "heic")}).RenderBytes(t.Context(), change(), []Recipe{{Width: 9, Height: 9, Fit: Cover}}, func(Output) error { return nil })
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	small := heifBoxes("heic", 64, 48, false, []byte("nclx\x00\x01\x00\x0d\x00\x06\x80"))
	_, err := New(Options{HEIC: child(t, "heic")}).RenderBytes(t.Context(), small, []Recipe{{Width: 9, Height: 9, Fit: Cover}}, func(Output) error { return nil })
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("without pixels: %v", err)
	}
}

func TestAChildThatHangsLiesOrEatsMemoryIsStopped(t *testing.T) {
	info := Info{Format: HEIC, StoredWidth: 64, StoredHeight: 48}
	slow := child(t, "hang")
	slow.Timeout = 200 * time.Millisecond
	if _, err := slow.DecodeHEIC(t.Context(), info, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("hangs: %v", err)
	}
	if _, err := child(t, "liar").DecodeHEIC(t.Context(), info, nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("lies about the size: %v", err)
	}
	if _, err := child(t, "greedy").DecodeHEIC(t.Context(), info, nil); !errors.Is(err, ErrTooLarge) {
		t.Errorf("eats memory: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := child(t, "hang").DecodeHEIC(ctx, info, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := (ChildDecoder{Command: []string{filepath.Join(t.TempDir(), "none")}}).DecodeHEIC(t.Context(), info, nil); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("a missing program is no damaged picture: %v", err)
	}
	if _, err := (ChildDecoder{}).DecodeHEIC(t.Context(), info, nil); !errors.Is(err, ErrUnsupported) {
		t.Errorf("no command: %v", err)
	}
}

func TestTheChildRefusesWhatIsNoHEIC(t *testing.T) {
	var out bytes.Buffer
	if err := DecodeHEICTo(&out, bytes.NewReader(jpegOf(t, photo(9, 9))), Limits{}); !errors.Is(err, ErrFormat) || out.Len() != 0 {
		t.Errorf("%v, %d bytes", err, out.Len())
	}
}

func TestTheBrightnessFormulaOfTheFileIsUsed(t *testing.T) {
	m := image.NewYCbCr(image.Rect(0, 0, 8, 8), image.YCbCrSubsampleRatio420)
	for i := range m.Y {
		m.Y[i] = 63 // BT.709, limited range, pure red
	}
	for i := range m.Cb {
		m.Cb[i], m.Cr[i] = 102, 240
	}
	got := (&nclx{matrix: 1}).normalise(m)
	if !near(got.At(3, 3), color.NRGBA{255, 0, 0, 255}, 2) {
		t.Errorf("limited BT.709 red is %v", got.At(3, 3))
	}
	// With JPEG's own formula the plain way must agree.
	red, err := jpeg.Decode(bytes.NewReader(jpegOf(t, fill(color.NRGBA{200, 30, 30, 255}))))
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := normalise(red)
	if got := (&nclx{matrix: 6, fullRange: true}).normalise(red); !near(got.At(3, 3), plain.At(3, 3), 0) {
		t.Errorf("full BT.601: %v and %v", got.At(3, 3), plain.At(3, 3))
	}
}
