package domain

import (
	"errors"
	"math"
	"testing"
)

func TestAnAdjustmentSaysWhichValueIsOutOfItsRange(t *testing.T) {
	for field, a := range map[string]Adjustment{
		"exposure": {Exposure: -3.01}, "contrast": {Contrast: 101}, "saturation": {Saturation: math.NaN()}, "warmth": {Warmth: math.Inf(-1)},
		"sharpness": {Sharpness: -1}, "straighten": {Straighten: 45.1}, "turn": {Turn: 4},
	} {
		wrong, ok := errors.AsType[*FieldError](a.Check())
		if !ok || wrong.Field != field {
			t.Errorf("%s: %v", field, a.Check())
		}
	}
	if err := (Adjustment{Exposure: 3, Contrast: -100, Sharpness: 100, Straighten: -45, Turn: 3, Mono: true}).Check(); err != nil {
		t.Error(err)
	}
}

func TestAPlaceIsFoundInTheAdjustedPictureAndBack(t *testing.T) {
	corner := Point{X: 0.25, Y: 0.25}
	for _, c := range []struct {
		a    Adjustment
		want Point
	}{
		{Adjustment{}, corner},
		{Adjustment{Turn: 1}, Point{X: 0.75, Y: 0.25}},
		{Adjustment{Turn: 2}, Point{X: 0.75, Y: 0.75}},
		{Adjustment{Turn: 3}, Point{X: 0.25, Y: 0.75}},
		{Adjustment{FlipH: true}, Point{X: 0.75, Y: 0.25}},
		{Adjustment{Turn: 1, FlipV: true}, Point{X: 0.75, Y: 0.75}},
		{Adjustment{Exposure: 1, Mono: true}, corner},
	} {
		if got := c.a.Seen(corner, 400, 300); got != c.want {
			t.Errorf("%+v: %v, want %v", c.a, got, c.want)
		}
	}
	// Clockwise, what is right of the middle goes down.
	if got := (Adjustment{Straighten: 10}).Seen(Point{X: 0.7, Y: 0.5}, 400, 300); got.Y <= 0.55 || got.X <= 0.7 {
		t.Errorf("straightened: %v", got)
	}
	for _, a := range []Adjustment{{Straighten: 7}, {Straighten: -30, Turn: 1}, {Turn: 3, FlipH: true, Straighten: 3}, {FlipV: true, FlipH: true, Turn: 2}} {
		p := Point{X: 0.45, Y: 0.6}
		back := a.Unseen(a.Seen(p, 400, 300), 400, 300)
		if math.Hypot(back.X-p.X, back.Y-p.Y) > 1e-9 {
			t.Errorf("%+v: %v comes back as %v", a, p, back)
		}
		c := Crop{X: 0.3, Y: 0.4, Width: 0.2, Height: 0.3}
		cropped := a.UnseenCrop(a.SeenCrop(c, 400, 300), 400, 300)
		if math.Abs(cropped.X-c.X)+math.Abs(cropped.Y-c.Y)+math.Abs(cropped.Width-c.Width)+math.Abs(cropped.Height-c.Height) > 1e-9 {
			t.Errorf("%+v: %v comes back as %v", a, c, cropped)
		}
	}
	if got := (Adjustment{Straighten: 20}).Seen(Point{}, 400, 300); got.X < 0 || got.Y < 0 || got.X > 1 || got.Y > 1 {
		t.Errorf("a corner that is cut off is at %v", got)
	}
	if got := (Adjustment{Turn: 1, Straighten: 20}).SeenCrop(Crop{Width: 1, Height: 1}, 400, 300); !got.Inside() {
		t.Errorf("all of it becomes %v", got)
	}
}

func TestALookHasTheTonesAlone(t *testing.T) {
	mine := Adjustment{Exposure: 1, Straighten: 2, Turn: 1, FlipH: true}
	look := Adjustment{Warmth: 20, Mono: true, Turn: 2, Straighten: 9, FlipV: true}
	if got, want := mine.With(look), (Adjustment{Warmth: 20, Mono: true, Straighten: 2, Turn: 1, FlipH: true}); got != want {
		t.Errorf("got %+v", got)
	}
	keys := map[string]bool{}
	for _, a := range []Adjustment{{}, {Warmth: 20}, {Warmth: 21}, {Contrast: 20}, {FlipH: true}, {FlipV: true}, mine, look} {
		keys[a.Key()] = true
	}
	if len(keys) != 8 || !keys[""] {
		t.Errorf("eight adjustments have the keys %v", keys)
	}
}
