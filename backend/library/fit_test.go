package library

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/render"
	"postbag/backend/video/mp4"
)

// content reads what a network would be sent.
func (s shelf) content(m network.Media) []byte {
	s.t.Helper()
	f, err := s.p.Files.Open(m.SHA256)
	s.must(err)
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	s.must(err)
	if int64(len(b)) != m.Bytes {
		s.t.Errorf("%d bytes, said to be %d", len(b), m.Bytes)
	}
	return b
}

func (s shelf) fit(a domain.Asset, l network.MediaLimit) Fitted {
	s.t.Helper()
	f, err := s.Fit(s.t.Context(), a, l)
	s.must(err)
	return f
}

func TestAnOriginalThatFitsPassesWithoutItsMetadata(t *testing.T) {
	s := newShelf(t)
	m := photo(300, 200, 1)
	plain := jpegOf(t, m, nil)
	a := s.one(s.file("holiday.jpeg", jpegOf(t, m, exifOf(1))))
	a, err := s.SetAlt(t.Context(), a.ID, "a pier")
	s.must(err)
	a, err = s.SetFocus(t.Context(), a.ID, &domain.Point{X: 0.2, Y: 0.8})
	s.must(err)
	got := s.fit(a, network.MediaLimit{Types: []string{"image/jpeg"}, ImageSide: 300})
	if !bytes.Equal(s.content(got.Media), plain) {
		t.Error("not the original's own pixels, or more than them")
	}
	w := network.Media{
		Kind: network.Image, Type: "image/jpeg", SHA256: got.Media.SHA256, Bytes: int64(len(plain)), Width: 300, Height: 200,
		Alt: "a pier", Name: "holiday.jpg", Focus: got.Media.Focus,
	}
	if got.Media != w || *got.Media.Focus != (network.Point{X: 0.2, Y: 0.8}) || len(got.Warnings) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestAPictureIsMadeToFitEveryLimit(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.png", pngOf(t, photo(900, 600, 1))))
	for name, l := range map[string]network.MediaLimit{
		"type":   {Types: []string{"image/avif", "image/jpeg"}},
		"side":   {Types: []string{"image/jpeg"}, ImageSide: 512},
		"pixels": {Types: []string{"image/jpeg"}, ImagePixels: 100_000},
		"bytes":  {Types: []string{"image/jpeg"}, ImageBytes: 20_000},
		"all":    {Types: []string{"image/png", "image/jpeg"}, ImageSide: 700, ImagePixels: 200_000, ImageBytes: 30_000},
	} {
		m := s.fit(a, l).Media
		data := s.content(m)
		info, err := render.Probe(bytes.NewReader(data), m.Bytes)
		switch {
		case err != nil || info.Width != m.Width || info.Height != m.Height || info.Format.MIME() != m.Type:
			t.Errorf("%s: %+v is said to be %+v, %v", name, info, m, err)
		case !strings.Contains(strings.Join(l.Types, " "), m.Type),
			l.ImageSide > 0 && max(m.Width, m.Height) > l.ImageSide,
			l.ImagePixels > 0 && int64(m.Width*m.Height) > l.ImagePixels,
			l.ImageBytes > 0 && m.Bytes > l.ImageBytes:
			t.Errorf("%s: %+v breaks its limit", name, m)
		case m.Width*2 < m.Height*3-4 || m.Width*2 > m.Height*3+4:
			t.Errorf("%s: %d × %d has another shape", name, m.Width, m.Height)
		}
	}
	if _, err := s.Fit(t.Context(), a, network.MediaLimit{Types: []string{"image/avif", "video/mp4"}}); !errors.Is(err, ErrDoesNotFit) {
		t.Errorf("no type that can be made: %v", err)
	}
	if _, err := s.Fit(t.Context(), a, network.MediaLimit{Types: []string{"image/jpeg"}, ImageBytes: 10}); !errors.Is(err, ErrDoesNotFit) {
		t.Errorf("ten bytes: %v", err)
	}
}

func TestARenditionIsMadeOnceAndAgainWhenItsFileIsGone(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(400, 300, 1), nil)))
	disk := &counting{Files: s.p.Files}
	s.p.Files = disk
	l := network.MediaLimit{Types: []string{"image/jpeg"}, ImageSide: 100}
	first := s.fit(a, l)
	if second := s.fit(a, l); second.Media != first.Media || disk.puts != 1 {
		t.Errorf("stored %d times", disk.puts)
	}
	l.ImageSide = 50
	if other := s.fit(a, l); other.Media.SHA256 == first.Media.SHA256 || other.Media.Width != 50 {
		t.Errorf("another recipe: %+v", other)
	}
	l.ImageSide = 100
	s.must(s.dir.Media().Remove(first.Media.SHA256))
	if again := s.fit(a, l); again.Media != first.Media || disk.puts != 3 {
		t.Errorf("again: stored %d times", disk.puts)
	}
	s.content(first.Media)
}

func TestAnAnimationPassesOrBecomesAStillWithAWord(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.gif", gifOf(t, 4)))
	moving := s.fit(a, network.MediaLimit{Types: []string{"image/jpeg", "image/gif"}})
	if moving.Media.Kind != network.Animation || moving.Media.Type != "image/gif" || len(moving.Warnings) != 0 {
		t.Errorf("accepted: %+v", moving)
	}
	for name, l := range map[string]network.MediaLimit{
		"type": {Types: []string{"image/jpeg"}}, "size": {Types: []string{"image/gif", "image/png"}, ImageSide: 20},
	} {
		still := s.fit(a, l)
		if still.Media.Kind != network.Image || still.Media.Type == "image/gif" || len(still.Warnings) != 1 {
			t.Errorf("%s: %+v", name, still)
		}
		if again := s.fit(a, l); len(again.Warnings) != 1 {
			t.Errorf("%s: remembered without its warning", name)
		}
	}
}

func TestAVideoPassesWithoutItsPlaceOrSaysWhyNot(t *testing.T) {
	s := newShelf(t)
	original := movieOf()
	a := s.one(s.file("v.mp4", original))
	got := s.fit(a, network.MediaLimit{Types: []string{"video/mp4"}, VideoBytes: int64(len(original)), VideoMs: 2500})
	data := s.content(got.Media)
	if bytes.Contains(data, []byte("+60.3913")) {
		t.Error("the place is still in it")
	}
	if len(data) != len(original) || !bytes.Contains(data, []byte("pictures and sound")) {
		t.Error("something else changed")
	}
	if m, err := mp4.Read(bytes.NewReader(data), int64(len(data))); err != nil || m.Width != 90 || m.Duration != 2500*time.Millisecond {
		t.Errorf("it cannot be read any more: %+v, %v", m, err)
	}
	if m := got.Media; m.Kind != network.Video || m.Type != "video/mp4" || m.Width != 90 || m.DurationMs != 2500 || m.Name != "v.mp4" {
		t.Errorf("media %+v", m)
	}
	for name, l := range map[string]network.MediaLimit{
		"type": {Types: []string{"video/webm"}}, "bytes": {Types: []string{"video/mp4"}, VideoBytes: 10},
		"length": {Types: []string{"video/mp4"}, VideoMs: 2499},
	} {
		if _, err := s.Fit(t.Context(), a, l); !errors.Is(err, ErrDoesNotFit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMissingOriginalIsNotFitted(t *testing.T) {
	s := newShelf(t)
	path := s.file("a.jpg", jpegOf(t, photo(40, 30, 1), nil))
	a := s.imports(Options{Reference: true}, path).Assets[0].Asset
	s.must(os.Remove(path))
	if _, err := s.Fit(t.Context(), a, network.MediaLimit{Types: []string{"image/jpeg"}}); !errors.Is(err, ErrMissing) {
		t.Errorf("got %v", err)
	}
}

// element builds an element of WebM with a size of one byte.
func element(id string, content ...[]byte) []byte {
	body := bytes.Join(content, nil)
	return append(append([]byte(id), 0x80|byte(len(body))), body...)
}

// webmOfBergen is a WebM file that says where it was made. Written live, it has no lengths.
func webmOfBergen(live bool) []byte {
	tags := element("\x12\x54\xc3\x67", element("\x73\x73", []byte(bergen)))
	head := element("\x1a\x45\xdf\xa3", element("\x42\x82", []byte("webm")))
	block := element("\xa3", []byte("picture"))
	if live {
		unknown := "\x01\xff\xff\xff\xff\xff\xff\xff"
		return bytes.Join([][]byte{head, []byte("\x18\x53\x80\x67" + unknown), tags, []byte("\x1f\x43\xb6\x75" + unknown), block, block}, nil)
	}
	attached := element("\x19\x41\xa4\x69", []byte(bergen)[:3]) // short
	return append(head, element("\x18\x53\x80\x67", element("\x1f\x43\xb6\x75", block), tags, attached)...)
}

func TestAWebMPassesWithoutItsTags(t *testing.T) {
	for _, live := range []bool{false, true} {
		s := newShelf(t)
		original := webmOfBergen(live)
		got := s.content(s.fit(s.one(s.file("v.webm", original)), network.MediaLimit{Types: []string{"video/webm"}}).Media)
		if bytes.Contains(got, []byte("+60")) || !bytes.Contains(got, []byte("picture")) || len(got) != len(original) {
			t.Errorf("live %v: %q", live, got)
		}
		if spans, err := privateOfWebM(bytes.NewReader(got), int64(len(got))); err != nil || len(spans) != 0 {
			t.Errorf("live %v: what passed has %d tags, %v", live, len(spans), err)
		}
	}
	s := newShelf(t)
	a := s.one(s.file("cut.webm", webmOfBergen(false)[:40]))
	if _, err := s.Fit(t.Context(), a, network.MediaLimit{Types: []string{"video/webm"}}); !errors.Is(err, ErrDoesNotFit) {
		t.Errorf("cut short: %v", err)
	}
}

// oneByOne gives a reader's bytes in small pieces, so that every span falls on an edge.
type oneByOne struct{ r io.Reader }

func (o oneByOne) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 3)]) }

func TestScrubbingDoesNotDependOnHowTheFileIsRead(t *testing.T) {
	data := movieOf()
	spans, err := private(bytes.NewReader(data), int64(len(data)), render.MP4)
	if err != nil || len(spans) != 5 {
		t.Fatalf("%d spans, %v", len(spans), err)
	}
	whole, err := io.ReadAll(&scrubbed{r: bytes.NewReader(data), spans: spans})
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := io.ReadAll(&scrubbed{r: oneByOne{bytes.NewReader(data)}, spans: spans})
	if err != nil || !bytes.Equal(whole, pieces) {
		t.Errorf("differs in pieces, %v", err)
	}
}

func FuzzAVideosHeaderIsReadOrRefused(f *testing.F) {
	f.Add(movieOf())
	f.Add(box4("moov", box4("trak"), []byte{0, 0, 0, 1, 'm', 'd', 'i', 'a'}))
	f.Add([]byte("\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Add(webmOfBergen(false))
	f.Add(webmOfBergen(true))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := mp4.Read(bytes.NewReader(data), int64(len(data)))
		if err == nil && (m.Width < 0 || m.Height < 0 || m.Duration < 0) {
			t.Fatalf("%+v", m)
		}
		for _, format := range []render.Format{render.MP4, render.WebM} {
			spans, err := private(bytes.NewReader(data), int64(len(data)), format)
			if err != nil {
				continue
			}
			out, err := io.ReadAll(&scrubbed{r: bytes.NewReader(data), spans: spans})
			if err != nil || len(out) != len(data) {
				t.Fatalf("%s: %d of %d bytes, %v", format, len(out), len(data), err)
			}
		}
	})
}
