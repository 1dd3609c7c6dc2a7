package render

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"slices"
)

// Fit says how a picture meets a box of another shape.
type Fit string

// The ways to fit.
const (
	Cover   Fit = "cover"   // fills the box exactly; what overhangs is cut off around the focus
	Contain Fit = "contain" // whole inside the box, which is filled up with the background
	Inside  Fit = "inside"  // whole inside the box, whose other side may stay smaller
)

// Point is a place in a picture as seen, from 0,0 at the top left to 1,1.
type Point struct{ X, Y float64 }

// Rect is a part of a picture as seen, in shares of its width and height.
type Rect struct{ X, Y, Width, Height float64 }

// Recipe says what to make of a picture. The zero values of optional fields are the usual choice.
type Recipe struct {
	// Width and Height are the box in pixels. For Inside one of them may be zero: no limit there.
	Width, Height int
	Fit           Fit
	// Focus is what Cover keeps in view; nil is the centre.
	Focus *Point
	// Crop cuts the picture before anything else; nil takes all of it.
	Crop *Rect
	// Background fills up Contain and lies behind transparency where the format has none. The
	// zero value stays transparent where it can and is white where it cannot.
	Background color.NRGBA
	// Enlarge allows pixels to be invented for a picture smaller than its box.
	Enlarge bool
	// Formats are the accepted ones, the best first. Empty means JPEG and PNG. Among them, PNG or
	// WebP is chosen for transparency and flat graphics, JPEG for photographs; GIF is only ever
	// passed through.
	Formats []Format
	// Quality of JPEG, 1 to 100; zero means 85.
	Quality int
	// MaxBytes bounds the file, MaxPixels width × height; zero means no bound.
	MaxBytes, MaxPixels int64
	// Watermark is drawn on what is made; nil: nothing is.
	Watermark *Watermark
	// Adjust changes how the picture looks, before anything else: Focus and Crop are places in the
	// adjusted picture, and one that is adjusted is never passed through.
	Adjust Adjustment
	// Credit and Copyright say who made the picture and whose it is. They are the only words that a file from here may
	// carry, and only a JPEG file does. Empty, which is usual, writes nothing.
	Credit, Copyright string
}

const (
	defaultQuality = 85
	floorQuality   = 60 // below this a byte limit shrinks the picture instead
	mostSide       = 16383
)

// check returns ErrRecipe with the reason if r makes no sense, and r with its defaults filled in.
func (r Recipe) check() (Recipe, error) {
	wrong := func(format string, args ...any) (Recipe, error) {
		return r, fmt.Errorf("%w: %s", ErrRecipe, fmt.Sprintf(format, args...))
	}
	switch r.Fit {
	case Cover, Contain:
		if r.Width < 1 || r.Height < 1 {
			return wrong("%s needs a width and a height", r.Fit)
		}
	case Inside:
		if r.Width < 0 || r.Height < 0 || r.Width+r.Height == 0 {
			return wrong("inside needs a width or a height")
		}
	default:
		return wrong("there is no fit called %q", string(r.Fit))
	}
	if r.Width > mostSide || r.Height > mostSide {
		return wrong("%d×%d is over %d pixels a side", r.Width, r.Height, mostSide)
	}
	if r.Quality < 0 || r.Quality > 100 {
		return wrong("quality %d is not between 1 and 100", r.Quality)
	}
	if r.Quality == 0 {
		r.Quality = defaultQuality
	}
	if r.MaxBytes < 0 || r.MaxPixels < 0 {
		return wrong("a limit below zero")
	}
	if f := r.Focus; f != nil && !(f.X >= 0 && f.X <= 1 && f.Y >= 0 && f.Y <= 1) {
		return wrong("the focus is outside the picture")
	}
	if c := r.Crop; c != nil && !(c.X >= 0 && c.Y >= 0 && c.Width > 0 && c.Height > 0 && c.X+c.Width <= 1.000001 && c.Y+c.Height <= 1.000001) {
		return wrong("the crop is outside the picture")
	}
	if err := errors.Join(r.Watermark.check(), r.Adjust.check()); err != nil {
		return r, err
	}
	if !creditable(r.Credit) || !creditable(r.Copyright) {
		return wrong("a credit is one line of at most %d bytes", mostCredit)
	}
	if len(r.Formats) == 0 {
		r.Formats = []Format{JPEG, PNG}
	}
	if !slices.ContainsFunc(r.Formats, Format.CanWrite) {
		return wrong("none of the formats %v can be written here", r.Formats)
	}
	return r, nil
}

// limit is how many bytes a file may have.
func (r Recipe) limit() int64 {
	if r.MaxBytes == 0 {
		return math.MaxInt64
	}
	return r.MaxBytes
}

// Version counts the changes of this package that make other files of the same recipes.
const Version = 3

// Hash is equal for two recipes that make the same file of one picture with this Version, and fit to
// name a cached rendition by: 64 hexadecimal digits. Defaults count as if they were written out.
func (r Recipe) Hash() string {
	if full, err := r.check(); err == nil {
		r = full
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(Version, " ", r.key())))
	return hex.EncodeToString(sum[:])
}

// key is equal for two recipes that make the same file.
func (r Recipe) key() string {
	focus, crop := "", ""
	if r.Focus != nil && r.Fit == Cover {
		focus = fmt.Sprint(*r.Focus)
	}
	if r.Crop != nil {
		crop = fmt.Sprint(*r.Crop)
	}
	key := fmt.Sprint(r.Width, r.Height, r.Fit, focus, crop, r.Background, r.Enlarge, r.Formats, r.Quality, r.MaxBytes, r.MaxPixels) +
		r.Watermark.key() + r.Adjust.key()
	if r.Credit != "" || r.Copyright != "" {
		key += fmt.Sprintf(" credit %q %q", r.Credit, r.Copyright)
	}
	return key
}

// layout is a recipe applied to the size of one picture as seen: take source, scale it to scaled,
// cut part out of that, and lay it on a canvas at an offset. All in whole pixels.
type layout struct {
	source  image.Rectangle
	scaled  image.Point
	part    image.Rectangle
	canvas  image.Point
	offset  image.Point
	smaller bool // the canvas is smaller than asked because the picture is
	reduced bool // the canvas is smaller than asked because of MaxPixels

	seen    seen
	tone    *tone   // nil: tones stay
	sharpen float64 // how much; 0: not
}

// layout plans r for a picture of width × height as seen. Crops round to whole scaled pixels, a
// centred one starting at the upper half, as other programs do, so that results can be compared.
func (r Recipe) layout(width, height int) layout {
	l := r.layoutOnce(width, height)
	area := int64(l.canvas.X) * int64(l.canvas.Y)
	if r.MaxPixels > 0 && area > r.MaxPixels {
		l = r.shrunk(l, math.Sqrt(float64(r.MaxPixels)/float64(area))).layoutOnce(width, height)
		l.reduced = true
	}
	return l
}

// shrunk returns r with a box that is factor of the canvas of l.
func (r Recipe) shrunk(l layout, factor float64) Recipe {
	r.Width = max(1, int(float64(l.canvas.X)*factor))
	r.Height = max(1, int(float64(l.canvas.Y)*factor))
	r.MaxPixels = 0
	return r
}

func (r Recipe) layoutOnce(width, height int) layout {
	l := layout{source: image.Rect(0, 0, width, height)}
	focus := Point{0.5, 0.5}
	if r.Focus != nil {
		focus = *r.Focus
	}
	if c := r.Crop; c != nil {
		x, w := cropSide(c.X, c.Width, width)
		y, h := cropSide(c.Y, c.Height, height)
		l.source = image.Rect(x, y, x+w, y+h)
		if r.Focus != nil {
			focus.X = min(max((focus.X*float64(width)-float64(x))/float64(w), 0), 1)
			focus.Y = min(max((focus.Y*float64(height)-float64(y))/float64(h), 0), 1)
		}
	}
	w, h := l.source.Dx(), l.source.Dy()
	if r.Fit == Cover {
		r.cover(&l, w, h, focus)
		return l
	}
	scale := math.Inf(1)
	if r.Width > 0 {
		scale = float64(r.Width) / float64(w)
	}
	if r.Height > 0 {
		scale = min(scale, float64(r.Height)/float64(h))
	}
	if scale > 1 && !r.Enlarge {
		scale = 1
	}
	l.scaled = image.Pt(scaledSide(w, scale, r.Width), scaledSide(h, scale, r.Height))
	l.part = image.Rectangle{Max: l.scaled}
	l.canvas = l.scaled
	if r.Fit == Contain {
		l.canvas = image.Pt(r.Width, r.Height)
		l.offset = image.Pt((r.Width-l.scaled.X)/2, (r.Height-l.scaled.Y)/2)
	}
	return l
}

func (r Recipe) cover(l *layout, w, h int, focus Point) {
	l.canvas = image.Pt(r.Width, r.Height)
	across, down := float64(r.Width)/float64(w), float64(r.Height)/float64(h)
	scale := max(across, down)
	if scale > 1 && !r.Enlarge {
		// The largest crop of that shape that the picture can give.
		l.smaller = true
		if across >= down {
			l.canvas = image.Pt(w, min(max(1, int(math.Round(float64(r.Height)/across))), h))
		} else {
			l.canvas = image.Pt(min(max(1, int(math.Round(float64(r.Width)/down))), w), h)
		}
		scale = 1
	}
	l.scaled = image.Pt(max(int(math.Round(float64(w)*scale)), l.canvas.X), max(int(math.Round(float64(h)*scale)), l.canvas.Y))
	start := func(focus float64, scaled, want int) int {
		at := math.Ceil(focus*float64(scaled) - float64(want)/2 - 1e-9)
		return min(max(int(at), 0), scaled-want)
	}
	at := image.Pt(start(focus.X, l.scaled.X, l.canvas.X), start(focus.Y, l.scaled.Y, l.canvas.Y))
	l.part = image.Rectangle{Min: at, Max: at.Add(l.canvas)}
}

// cropSide turns shares into whole pixels, at least one.
func cropSide(at, length float64, side int) (start, size int) {
	start = min(max(int(math.Round(at*float64(side))), 0), side-1)
	end := min(max(int(math.Round((at+length)*float64(side))), start+1), side)
	return start, end - start
}

func scaledSide(side int, scale float64, limit int) int {
	n := max(1, int(math.Round(float64(side)*scale)))
	if limit > 0 {
		n = min(n, limit)
	}
	return n
}
