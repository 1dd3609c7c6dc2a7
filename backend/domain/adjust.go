package domain

import (
	"encoding/json"
	"hash/fnv"
	"math"
	"strconv"
	"time"
)

// Adjustment is what a person changed of how a picture looks; the original stays as it is. The zero
// value changes nothing. The picture is turned, then mirrored, then straightened, and then everything
// else: focal points and chosen parts are places in the picture that comes of that.
type Adjustment struct {
	Exposure   float64 `json:"exposure,omitempty"`   // in stops, -3 to 3: one more doubles the light
	Contrast   float64 `json:"contrast,omitempty"`   // -100 to 100
	Saturation float64 `json:"saturation,omitempty"` // -100, no colour, to 100
	Warmth     float64 `json:"warmth,omitempty"`     // -100, bluer, to 100, redder
	Sharpness  float64 `json:"sharpness,omitempty"`  // 0 to 100
	Straighten float64 `json:"straighten,omitempty"` // degrees clockwise, -45 to 45
	Turn       int     `json:"turn,omitempty"`       // quarter turns clockwise, 0 to 3
	FlipH      bool    `json:"flipH,omitempty"`      // left becomes right
	FlipV      bool    `json:"flipV,omitempty"`      // top becomes bottom
	Mono       bool    `json:"mono,omitempty"`       // no colour at all
}

// Any reports whether a changes anything.
func (a Adjustment) Any() bool { return a != Adjustment{} }

// Check returns a *FieldError for the first value that is out of its range, or not a number.
func (a Adjustment) Check() error {
	for _, v := range []struct {
		name             string
		value, low, high float64
	}{
		{"exposure", a.Exposure, -3, 3},
		{"contrast", a.Contrast, -100, 100},
		{"saturation", a.Saturation, -100, 100},
		{"warmth", a.Warmth, -100, 100},
		{"sharpness", a.Sharpness, 0, 100},
		{"straighten", a.Straighten, -45, 45},
		{"turn", float64(a.Turn), 0, 3},
	} {
		if !(v.value >= v.low && v.value <= v.high) {
			return &FieldError{Field: v.name, Message: v.name + " goes from " + number(v.low) + " to " + number(v.high)}
		}
	}
	return nil
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// Key is short, equal for equal adjustments alone, and "" for one that changes nothing. It makes the
// address of a picture, and the name of what is kept of it, another one when its adjustment changes.
func (a Adjustment) Key() string {
	if !a.Any() {
		return ""
	}
	h := fnv.New64a()
	_, _ = h.Write(a.JSON())
	return strconv.FormatUint(h.Sum64(), 36)
}

// JSON returns a as it is kept: only what changes anything.
func (a Adjustment) JSON() []byte {
	b, err := json.Marshal(a)
	if err != nil {
		return []byte("{}") // not a number: Check refuses it
	}
	return b
}

// Tones returns a without what turns, mirrors or straightens: that part suits other pictures too.
func (a Adjustment) Tones() Adjustment {
	a.Straighten, a.Turn, a.FlipH, a.FlipV = 0, 0, false, false
	return a
}

// With returns a with the tones of look, and the turns, mirrors and straightening that it has.
func (a Adjustment) With(look Adjustment) Adjustment {
	out := look.Tones()
	out.Straighten, out.Turn, out.FlipH, out.FlipV = a.Straighten, a.Turn, a.FlipH, a.FlipV
	return out
}

// Size returns how large a picture of width × height becomes.
func (a Adjustment) Size(width, height int) (int, int) {
	if a.Turn%2 == 1 {
		width, height = height, width
	}
	if a.Straighten == 0 || width < 1 || height < 1 {
		return width, height
	}
	sin, cos := math.Sincos(math.Abs(a.Straighten) * math.Pi / 180)
	w, h := float64(width), float64(height)
	share := min(w/(w*cos+h*sin), h/(w*sin+h*cos))
	return max(1, int(w*share)), max(1, int(h*share))
}

// Seen returns where a place of a picture of width × height pixels is once it is adjusted, the nearest
// one if it is cut off.
func (a Adjustment) Seen(p Point, width, height int) Point {
	for range a.Turn {
		p = Point{X: 1 - p.Y, Y: p.X}
	}
	if a.Straighten == 0 || width < 1 || height < 1 {
		return a.mirrored(p)
	}
	return a.straightened(a.mirrored(p), width, height, 1)
}

// Unseen is the way back of Seen: where in the picture as it was imported a place of the adjusted one is.
func (a Adjustment) Unseen(p Point, width, height int) Point {
	if a.Straighten != 0 && width > 0 && height > 0 {
		p = a.straightened(p, width, height, -1)
	}
	p = a.mirrored(p)
	for range a.Turn {
		p = Point{X: p.Y, Y: 1 - p.X}
	}
	return p
}

func (a Adjustment) mirrored(p Point) Point {
	if a.FlipH {
		p.X = 1 - p.X
	}
	if a.FlipV {
		p.Y = 1 - p.Y
	}
	return p
}

// straightened moves a place by the angle, from the whole picture to what is left of it, or with way -1 back.
func (a Adjustment) straightened(p Point, width, height int, way float64) Point {
	whole := Adjustment{Turn: a.Turn}
	w, h := whole.Size(width, height)
	cutW, cutH := a.Size(width, height)
	if way < 0 {
		w, h, cutW, cutH = cutW, cutH, w, h
	}
	sin, cos := math.Sincos(way * a.Straighten * math.Pi / 180)
	dx, dy := (p.X-0.5)*float64(w), (p.Y-0.5)*float64(h)
	return Point{
		X: min(max((dx*cos-dy*sin)/float64(cutW)+0.5, 0), 1),
		Y: min(max((dx*sin+dy*cos)/float64(cutH)+0.5, 0), 1),
	}
}

// SeenCrop is Seen for a part: its middle moves, and its sides stay the same shares of the picture, or
// are exchanged by a quarter turn. A part that would lie over the edge is moved inside.
func (a Adjustment) SeenCrop(c Crop, width, height int) Crop {
	return a.cropped(c, width, height, a.Seen)
}

// UnseenCrop is the way back of SeenCrop.
func (a Adjustment) UnseenCrop(c Crop, width, height int) Crop {
	return a.cropped(c, width, height, a.Unseen)
}

func (a Adjustment) cropped(c Crop, width, height int, way func(Point, int, int) Point) Crop {
	if !a.Any() {
		return c
	}
	middle := way(Point{X: c.X + c.Width/2, Y: c.Y + c.Height/2}, width, height)
	if a.Turn%2 == 1 {
		c.Width, c.Height = c.Height, c.Width
	}
	c.Width, c.Height = min(c.Width, 1), min(c.Height, 1)
	c.X = min(max(middle.X-c.Width/2, 0), 1-c.Width)
	c.Y = min(max(middle.Y-c.Height/2, 0), 1-c.Height)
	return c
}

// NamedLookID identifies a named look.
type NamedLookID string

// NamedLook is an adjustment with a name, to be used again. It has no turns, mirrors or straightening.
type NamedLook struct {
	ID        NamedLookID
	Workspace WorkspaceID
	Name      string
	Adjust    Adjustment
	CreatedAt time.Time
}
