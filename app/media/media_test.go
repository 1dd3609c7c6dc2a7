package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/presets"
	"postbag/backend/render"
)

// shelf is a library of a picture "p" (left half red, right half blue), a film "v", and a drawing
// "s" that is really a script.
type shelf struct {
	files  map[domain.AssetID][]byte
	assets map[domain.AssetID]domain.Asset
	opened atomic.Int64
	film   string
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 800, 400))
	for y := range 400 {
		for x := range 800 {
			c := color.NRGBA{R: 255, A: 255}
			if x >= 400 {
				c = color.NRGBA{B: 255, A: 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	s := &shelf{files: map[domain.AssetID][]byte{}, assets: map[domain.AssetID]domain.Asset{}, film: filepath.Join(t.TempDir(), "film")}
	s.add("p", domain.AssetImage, "jpeg", b.Bytes())
	s.add("v", domain.AssetVideo, "mp4", bytes.Repeat([]byte("0123456789"), 100))
	s.add("s", domain.AssetImage, "svg", []byte(`<svg onload="alert(1)"/>`))
	if err := os.WriteFile(s.film, s.files["v"], 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shelf) add(id domain.AssetID, kind domain.AssetKind, format string, data []byte) {
	sum := sha256.Sum256(data)
	s.files[id] = data
	s.assets[id] = domain.Asset{ID: id, Kind: kind, Format: format, Name: string(id), Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
}

func (s *shelf) Get(_ context.Context, id domain.AssetID) (domain.Asset, error) {
	a, ok := s.assets[id]
	if !ok {
		return a, fmt.Errorf("asset %s: %w", id, domain.ErrNotFound)
	}
	return a, nil
}

func (s *shelf) ThumbOf(_ context.Context, _ domain.Asset, side int) ([]byte, string, error) {
	return []byte("\xff\xd8\xff small " + fmt.Sprint(side)), "image/jpeg", nil
}

type closer struct{ io.ReadSeeker }

func (closer) Close() error { return nil }

func (s *shelf) Open(_ context.Context, a domain.Asset) (io.ReadSeekCloser, error) {
	s.opened.Add(1)
	data, ok := s.files[a.ID]
	if !ok {
		return nil, library.ErrMissing
	}
	return closer{bytes.NewReader(data)}, nil
}

func handler(t *testing.T) (*Handler, *shelf) {
	t.Helper()
	s := newShelf(t)
	recipes := func(_ context.Context, _ domain.Asset, id string) (render.Recipe, error) {
		if id != "sizes/square" {
			return render.Recipe{}, presets.ErrUnknown
		}
		return render.Recipe{Width: 1080, Height: 1080, Fit: render.Cover, Formats: []render.Format{render.HEIC, render.JPEG}, MaxBytes: 1 << 20}, nil
	}
	return New(Options{
		Library: s, Renderer: render.New(render.Options{}), Recipes: recipes, Log: slog.New(slog.DiscardHandler),
		Path: func(domain.Asset) (string, error) { return s.film, nil },
	}), s
}

func get(t *testing.T, h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.URL = u
	if u.Host != "" {
		r.Host = u.Host
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func shownPicture(t *testing.T, w *httptest.ResponseRecorder) image.Image {
	t.Helper()
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	m, _, err := image.Decode(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// redness is the share of red at a place of a picture, in shares of its size.
func redness(m image.Image, x, y float64) float64 {
	b := m.Bounds()
	r, _, blue, _ := m.At(b.Min.X+int(x*float64(b.Dx()-1)), b.Min.Y+int(y*float64(b.Dy()-1))).RGBA()
	return float64(r) / float64(r+blue+1)
}

func TestEveryBuiltInSizeCanBeShown(t *testing.T) {
	h, _ := handler(t)
	set, err := presets.BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	h.Recipes = func(_ context.Context, _ domain.Asset, id string) (render.Recipe, error) {
		found, err := set.Find(id)
		if err != nil {
			return render.Recipe{}, err
		}
		return batch.Recipe(found[0], 0)
	}
	for _, p := range set.Pictures() {
		if m := shownPicture(t, get(t, h, "/media/p/"+p.ID+"?max=64")); max(m.Bounds().Dx(), m.Bounds().Dy()) > 64 {
			t.Errorf("%s is %v", p.ID, m.Bounds())
		}
	}
}

func TestASizeIsCutAroundTheFocus(t *testing.T) {
	h, s := handler(t)
	left := shownPicture(t, get(t, h, "/media/p/sizes/square?fx=0&fy=0.5&max=200"))
	if b := left.Bounds(); b.Dx() != 200 || b.Dy() != 200 || redness(left, 0.9, 0.5) < 0.9 {
		t.Errorf("around the left: %v, red %.2f", b, redness(left, 0.9, 0.5))
	}
	right := shownPicture(t, get(t, h, "/media/p/sizes/square?fx=1&fy=0.5&max=200"))
	if redness(right, 0.1, 0.5) > 0.1 {
		t.Errorf("around the right: red %.2f", redness(right, 0.1, 0.5))
	}
	part := shownPicture(t, get(t, h, "/media/p/sizes/square?x=0.5&y=0&w=0.5&h=1&max=100"))
	if redness(part, 0.02, 0.5) > 0.2 {
		t.Errorf("the right half alone: red %.2f", redness(part, 0.02, 0.5))
	}
	a := s.assets["p"]
	a.Focus = &domain.Point{X: 0, Y: 0.5}
	s.assets["p"] = a
	if own := shownPicture(t, get(t, h, "/media/p/sizes/square?max=200")); redness(own, 0.9, 0.5) < 0.9 {
		t.Errorf("around the asset's own focus: red %.2f", redness(own, 0.9, 0.5))
	}
	if whole := shownPicture(t, get(t, h, "/media/p/large")); whole.Bounds().Dx() != 800 {
		t.Errorf("large enlarges to %v", whole.Bounds())
	}
}

func TestAPictureIsMadeOnceAndNotSentTwice(t *testing.T) {
	h, s := handler(t)
	const address = "/media/p/sizes/square?max=64"
	first := get(t, h, address)
	again := get(t, h, address)
	if first.Code != 200 || again.Code != 200 || s.opened.Load() != 1 {
		t.Errorf("%d %d, opened %d times", first.Code, again.Code, s.opened.Load())
	}
	fresh, opened := New(h.Options), s.opened.Load()
	w := get(t, fresh, address, "If-None-Match", first.Header().Get("ETag"))
	if w.Code != http.StatusNotModified || w.Body.Len() != 0 || s.opened.Load() != opened {
		t.Errorf("what the browser has: %d, %d bytes, made again %v", w.Code, w.Body.Len(), s.opened.Load() != opened)
	}
	if moved := get(t, fresh, address+"&fx=0&fy=0", "If-None-Match", first.Header().Get("ETag")); moved.Code != 200 {
		t.Errorf("another focus: %d", moved.Code)
	}
}

func TestWhatCanChangeIsAskedForAgain(t *testing.T) {
	h, _ := handler(t)
	for path, want := range map[string]string{
		"/media/p/thumb256": askMe, "/media/p/thumb512?v=0": forEver, "/media/p/original": forEver, "/media/p/large": askMe,
		"/media/p/large?v=0": forEver, "/media/p/large?v=old": askMe, "/media/p/thumb256?v=old": askMe,
		"/media/p/sizes/square?max=64": askMe, "/media/nobody/thumb256": notKept, "/media/p/no-such-size": notKept,
	} {
		w := get(t, h, path)
		if got := w.Header().Get("Cache-Control"); got != want {
			t.Errorf("%s: %d %q, want %q", path, w.Code, got, want)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s may be sniffed", path)
		}
	}
}

// A browser never shows how a picture was before: its address is another one, and an old address is asked for again.
func TestAnAdjustedPictureHasAnAddressOfItsOwn(t *testing.T) {
	h, s := handler(t)
	const old, tried = "/media/p/large?v=0", "/media/p/large?max=100&adjust="
	before := get(t, h, old)
	a := s.assets["p"]
	a.Adjust = domain.Adjustment{Mono: true, FlipH: true}
	s.assets["p"] = a
	after := get(t, h, old, "If-None-Match", before.Header().Get("ETag"))
	if after.Header().Get("Cache-Control") != askMe || bytes.Equal(before.Body.Bytes(), after.Body.Bytes()) {
		t.Error("the old address shows the old picture, or may be kept for ever")
	}
	for _, path := range []string{"/media/p/large", "/media/p/thumb256"} {
		if got := get(t, h, path+"?v="+a.Adjust.Key()).Header().Get("Cache-Control"); got != forEver {
			t.Errorf("%s: %q", path, got)
		}
	}
	for name, path := range map[string]string{"large": old, "a size": "/media/p/sizes/square?max=100"} {
		if m := shownPicture(t, get(t, h, path)); redness(m, 0.9, 0.5) > 0.51 {
			t.Errorf("%s is not adjusted: red %.2f", name, redness(m, 0.9, 0.5))
		}
	}
	// Trying something does not need it to be kept.
	if plain := shownPicture(t, get(t, h, tried+url.QueryEscape("{}"))); redness(plain, 0.1, 0.5) < 0.9 {
		t.Errorf("tried without anything: red %.2f on the left", redness(plain, 0.1, 0.5))
	}
	if mirrored := shownPicture(t, get(t, h, tried+url.QueryEscape(`{"flipH":true}`))); redness(mirrored, 0.9, 0.5) < 0.9 {
		t.Errorf("tried mirrored: red %.2f on the right", redness(mirrored, 0.9, 0.5))
	}
}

func TestAddressesThatMakeNoSenseAreRefused(t *testing.T) {
	h, _ := handler(t)
	for path, want := range map[string]int{
		"/media/":                                   400,
		"/media/p":                                  400,
		"/media/p/":                                 400,
		"/media//thumb256":                          400,
		"/media/../../etc/passwd":                   400,
		"/media/p/..%2f..%2fetc%2fpasswd":           400,
		"/media/..%5c..%5cwindows/thumb256":         400,
		"/media/p%00/thumb256":                      400,
		"/other/p/thumb256":                         400,
		"/media/p/" + strings.Repeat("a", 300):      400,
		"/media/p/thumb1024":                        404,
		"/media/nobody/original":                    404,
		"/media/nobody/sizes/square":                404,
		"/media/v/sizes/square":                     415,
		"/media/v/large":                            415,
		"/media/s/large":                            415,
		"/media/p/sizes/square?fx=0.5":              400,
		"/media/p/sizes/square?fx=2&fy=0":           400,
		"/media/p/sizes/square?fx=NaN&fy=0":         400,
		"/media/p/sizes/square?x=0&y=0&w=0&h=1":     400,
		"/media/p/sizes/square?x=0.9&y=0&w=0.5&h=1": 400,
		"/media/p/sizes/square?max=9999999":         400,
		"/media/p/sizes/square?max=-1":              400,
	} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s: %d %s, want %d", path, w.Code, strings.TrimSpace(w.Body.String()), want)
		}
	}
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/media/p/large", nil)); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
}

func TestAnOriginalIsNeverRunAsAPage(t *testing.T) {
	h, _ := handler(t)
	w := get(t, h, "/media/s/original")
	if w.Header().Get("Content-Type") != "application/octet-stream" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("a drawing with a script in it: %v", w.Header())
	}
}

func TestAFilmIsLentByPieces(t *testing.T) {
	h, s := handler(t)
	v, err := ListenVideo(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for _, c := range []struct {
		where, target, span string
		want                int
		body                string
	}{
		{"the player", v.Base() + "/media/v/original", "bytes=15-19", 206, "56789"},
		{"its end", v.Base() + "/media/v/original", "bytes=-3", 206, "789"},
		{"behind its end", v.Base() + "/media/v/original", "bytes=5000-", 416, ""},
		{"whole", v.Base() + "/media/v/original", "", 200, string(s.files["v"])},
		{"a picture", v.Base() + "/media/p/original", "", 415, ""},
		{"a thumbnail", v.Base() + "/media/v/thumb256", "", 400, ""},
		{"nothing", v.Base() + "/media/nobody/original", "", 404, ""},
		{"without the secret", v.Origin() + "/media/v/original", "", 404, ""},
		{"a wrong secret", v.Origin() + "/" + strings.Repeat("A", 52) + "/media/v/original", "", 404, ""},
		{"by another name", strings.Replace(v.Base(), "127.0.0.1", "rebound.example", 1) + "/media/v/original", "", 404, ""},
	} {
		headers := []string{}
		if c.span != "" {
			headers = append(headers, "Range", c.span)
		}
		w := get(t, v, c.target, headers...)
		if w.Code != c.want || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%s: %d %q, want %d", c.where, w.Code, w.Body, c.want)
		}
	}
	if n := s.opened.Load(); n != 1 {
		t.Errorf("the library proved the film %d times", n)
	}
	resp, err := http.Get(v.Base() + "/media/v/original") //nolint:forbidigo // over the wire, as a player does
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "video/mp4" || resp.Header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("over the wire: %d %v", resp.StatusCode, resp.Header)
	}
}

func TestAFilmThatChangedIsProvedAgain(t *testing.T) {
	h, s := handler(t)
	get(t, h, "/media/v/original")
	if err := os.WriteFile(s.film, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	get(t, h, "/media/v/original")
	if n := s.opened.Load(); n != 2 {
		t.Errorf("proved %d times, want twice", n)
	}
}

func TestTheMemoryForPicturesIsBounded(t *testing.T) {
	c := newCache(100)
	for i := range 50 {
		tag := fmt.Sprint(i)
		_, _ = c.get(t.Context(), tag, func() (picture, error) { return picture{data: make([]byte, 30), tag: tag}, nil })
		if c.bytes > 100 || c.recent.Len() > 3 || len(c.byTag) != c.recent.Len() {
			t.Fatalf("%d bytes in %d pictures", c.bytes, c.recent.Len())
		}
	}
	_, _ = c.get(t.Context(), "huge", func() (picture, error) { return picture{data: make([]byte, 90), tag: "huge"}, nil })
	if _, kept := c.byTag["huge"]; kept || c.recent.Len() != 3 {
		t.Error("one large picture pushed the others out")
	}
}

func TestWhoWaitsForAPictureDoesNotFailWithAnother(t *testing.T) {
	c := newCache(100)
	started, giveUp := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = c.get(context.Background(), "a", func() (picture, error) {
			close(started)
			<-giveUp
			return picture{}, context.Canceled // the first went away
		})
	}()
	<-started
	got := make(chan error, 1)
	go func() {
		_, err := c.get(context.Background(), "a", func() (picture, error) { return picture{tag: "a"}, nil })
		got <- err
	}()
	close(giveUp)
	if err := <-got; err != nil {
		t.Errorf("the second got the first one's error: %v", err)
	}
}

// TestAPlainPictureIsWithoutLossAndWithoutAWatermark compares the two sides of a comparison.
func TestAPlainPictureIsWithoutLossAndWithoutAWatermark(t *testing.T) {
	h, _ := handler(t)
	white := image.NewGray(image.Rect(0, 0, 8, 8))
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	var file bytes.Buffer
	if err := png.Encode(&file, white); err != nil {
		t.Fatal(err)
	}
	mark, err := render.NewMark(file.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	h.Recipes = func(context.Context, domain.Asset, string) (render.Recipe, error) {
		w := &render.Watermark{Mark: mark, Place: "centre", Size: 1, Opacity: 1}
		return render.Recipe{Width: 64, Height: 64, Fit: render.Cover, Formats: []render.Format{render.JPEG}, Watermark: w}, nil
	}
	made, plain := get(t, h, "/media/p/own/a"), get(t, h, "/media/p/own/a?plain=1")
	if made.Header().Get("Content-Type") != "image/jpeg" || plain.Header().Get("Content-Type") != "image/png" {
		t.Fatalf("%d %v, %d %v", made.Code, made.Header(), plain.Code, plain.Header())
	}
	for w, want := range map[*httptest.ResponseRecorder]bool{made: true, plain: false} {
		m, _, err := image.Decode(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		r, g, b, _ := m.At(32, 32).RGBA()
		if is := min(r, g, b) > 0xfd00; is != want || m.Bounds().Dx() != 64 {
			t.Errorf("the watermark is there: %t, want %t (%v)", is, want, m.Bounds())
		}
	}
}

func TestWhatComesNextIsShownWhereACameraMadeAPreview(t *testing.T) {
	h := New(Options{Coming: func(_ context.Context, job string, n int) ([]byte, error) {
		if job != "7" || n != 3 {
			return nil, library.ErrNoPicture
		}
		return []byte("\xff\xd8\xff"), nil
	}})
	for path, want := range map[string]int{"/media/coming/7/3": 200, "/media/coming/7/4": 204, "/media/coming/8/3": 204, "/media/coming/7/x": 400, "/media/coming/7": 400} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want || want == 200 && (w.Header().Get("Content-Type") != "image/jpeg" || w.Header().Get("Cache-Control") != notKept) {
			t.Errorf("%s: %d, %v", path, w.Code, w.Header())
		}
	}
}
