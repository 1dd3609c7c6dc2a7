package library

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"testing"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/render"
)

func (s shelf) adjusted(a domain.Asset, to domain.Adjustment) domain.Asset {
	s.t.Helper()
	_, err := s.Adjust(s.t.Context(), []domain.AssetID{a.ID}, to, false)
	s.must(err)
	a, err = s.Get(s.t.Context(), a.ID)
	s.must(err)
	return a
}

func (s shelf) picture(data []byte) image.Image {
	s.t.Helper()
	m, _, err := image.Decode(bytes.NewReader(data))
	s.must(err)
	return m
}

func gray(c color.Color) bool {
	r, g, b, _ := c.RGBA()
	return r == g && g == b
}

func TestANetworkGetsThePictureAsItIsAdjusted(t *testing.T) {
	s := newShelf(t)
	file := jpegOf(t, photo(300, 200, 1), exifOf(6))
	a := s.one(s.file("a.jpg", file))
	l := network.MediaLimit{Types: []string{"image/jpeg"}}
	plain := s.fit(a, l).Media

	a = s.adjusted(a, domain.Adjustment{Mono: true, Turn: 1, Straighten: 4})
	m := s.fit(a, l).Media
	if m.SHA256 == plain.SHA256 || m.Width != a.Width || m.Height != a.Height || m.Width <= m.Height {
		t.Errorf("fitted is %+v, the picture %d×%d", m, a.Width, a.Height)
	}
	if c := s.picture(s.content(m)).At(20, 20); !gray(c) {
		t.Errorf("a pixel is %v", c)
	}
	sized, err := s.FitSize(t.Context(), a, "", render.Recipe{Width: 100, Height: 100, Fit: render.Cover}, l)
	s.must(err)
	if c := s.picture(s.content(sized.Media)).At(20, 20); !gray(c) {
		t.Errorf("a pixel of a size is %v", c)
	}
	// What was made before is as it was, and the original too.
	if !bytes.Equal(s.content(plain), s.content(s.fit(s.adjusted(a, domain.Adjustment{}), l).Media)) {
		t.Error("taken back, the picture is another one")
	}
	f, err := s.Open(t.Context(), a)
	s.must(err)
	defer func() { _ = f.Close() }()
	var kept bytes.Buffer
	_, err = kept.ReadFrom(f)
	s.must(err)
	if !bytes.Equal(kept.Bytes(), file) {
		t.Error("the original changed")
	}
}

func TestTheSizeThatIsSaidIsTheSizeThatIsMade(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.png", pngOf(t, photo(301, 187, 1))))
	l := network.MediaLimit{Types: []string{"image/png", "image/jpeg"}}
	for _, to := range []domain.Adjustment{{Turn: 3}, {Straighten: -11.3}, {Straighten: 0.1, Turn: 1}, {Straighten: 45, FlipV: true}} {
		a = s.adjusted(a, to)
		if m := s.fit(a, l).Media; m.Width != a.Width || m.Height != a.Height {
			t.Errorf("%+v: %d×%d is made, %d×%d said", to, m.Width, m.Height, a.Width, a.Height)
		}
	}
}

// A spot stays under its focal point, whichever way the picture is turned.
func TestTheFocalPointStaysOnWhatItWasPutOn(t *testing.T) {
	s := newShelf(t)
	m := image.NewNRGBA(image.Rect(0, 0, 400, 300))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := 90; y < 110; y++ {
		for x := 240; x < 260; x++ {
			m.SetNRGBA(x, y, color.NRGBA{R: 255, A: 255})
		}
	}
	a := s.one(s.file("a.png", pngOf(t, m)))
	_, err := s.SetFocus(t.Context(), a.ID, &domain.Point{X: 250.0 / 400, Y: 100.0 / 300})
	s.must(err)
	for _, to := range []domain.Adjustment{
		{Turn: 1}, {Turn: 2, FlipH: true}, {Straighten: 12}, {Turn: 3, FlipV: true, Straighten: -20}, {FlipH: true, Straighten: 5},
	} {
		a = s.adjusted(a, to)
		out := s.picture(s.content(s.fit(a, network.MediaLimit{Types: []string{"image/png"}}).Media))
		at := out.At(int(a.Focus.X*float64(a.Width)), int(a.Focus.Y*float64(a.Height)))
		if r, g, _, _ := at.RGBA(); r < 0xf000 || g > 0x1000 {
			t.Errorf("%+v: %v at %v", to, at, *a.Focus)
		}
	}
}

func TestAnAdjustedThumbnailIsAnother(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(600, 400, 1), nil)))
	plain, _, err := s.Thumb(t.Context(), a.ID, 256)
	s.must(err)
	s.adjusted(a, domain.Adjustment{Mono: true})
	for range 2 { // made, and kept
		got, _, err := s.Thumb(t.Context(), a.ID, 256)
		s.must(err)
		if c := s.picture(got).At(100, 100); !gray(c) {
			t.Errorf("a pixel is %v", c)
		}
	}
	s.adjusted(a, domain.Adjustment{})
	if back, _, err := s.Thumb(t.Context(), a.ID, 256); err != nil || !bytes.Equal(back, plain) {
		t.Errorf("taken back, the thumbnail is another one: %v", err)
	}
}

func TestALookGoesToManyPicturesAndComesOffAgain(t *testing.T) {
	s := newShelf(t)
	a := s.adjusted(s.one(s.file("a.jpg", jpegOf(t, photo(60, 40, 1), nil))), domain.Adjustment{Straighten: 3, Exposure: 1})
	b := s.one(s.file("b.jpg", jpegOf(t, photo(60, 40, 2), nil)))
	gif := s.one(s.file("c.gif", gifOf(t, 2)))
	look, err := s.SaveLook(t.Context(), s.space, "  Late   summer ", domain.Adjustment{Warmth: 30, Contrast: 10, Turn: 2})
	s.must(err)
	if look.Name != "Late summer" || look.Adjust.Turn != 0 {
		t.Errorf("the look is %+v", look)
	}
	done, err := s.ApplyLook(t.Context(), []domain.AssetID{a.ID, b.ID, gif.ID}, look.ID)
	s.must(err)
	if len(done.Before) != 2 || done.Left != 1 {
		t.Errorf("done is %+v", done)
	}
	of := func(id domain.AssetID) domain.Adjustment {
		got, err := s.Get(t.Context(), id)
		s.must(err)
		return got.Adjust
	}
	if got := of(a.ID); got != (domain.Adjustment{Warmth: 30, Contrast: 10, Straighten: 3}) {
		t.Errorf("the first is %+v", got)
	}
	if got := of(b.ID); got != look.Adjust {
		t.Errorf("the second is %+v", got)
	}
	s.must(s.Readjust(t.Context(), done.Before))
	if of(a.ID) != (domain.Adjustment{Straighten: 3, Exposure: 1}) || of(b.ID).Any() {
		t.Errorf("taken back they are %+v and %+v", of(a.ID), of(b.ID))
	}
	s.must(s.RemoveLook(t.Context(), look.ID))
	if _, err := s.ApplyLook(t.Context(), []domain.AssetID{a.ID}, look.ID); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a look that is gone is %v", err)
	}
}

func TestWhatCannotBeAdjustedIsSaidAndChangesNothing(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(60, 40, 1), nil)))
	gif := s.one(s.file("c.gif", gifOf(t, 2)))
	wrong := func(what string, err error, field string) {
		t.Helper()
		if e, ok := errors.AsType[*domain.FieldError](err); !ok || e.Field != field {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := s.Adjust(t.Context(), []domain.AssetID{a.ID}, domain.Adjustment{Exposure: 4}, false)
	wrong("too bright", err, "exposure")
	_, err = s.Adjust(t.Context(), []domain.AssetID{gif.ID}, domain.Adjustment{Exposure: 1}, false)
	wrong("an animation", err, "ids")
	wrong("back to nonsense", s.Readjust(t.Context(), map[domain.AssetID]domain.Adjustment{a.ID: {Turn: 9}}), "turn")
	_, err = s.SaveLook(t.Context(), s.space, " ", domain.Adjustment{Warmth: 1})
	wrong("no name", err, "name")
	_, err = s.SaveLook(t.Context(), s.space, "Sideways", domain.Adjustment{Turn: 1})
	wrong("no tones", err, "adjust")
	if got, err := s.Get(t.Context(), a.ID); err != nil || got.Adjust.Any() {
		t.Errorf("the picture is %+v, %v", got.Adjust, err)
	}
}
