package presets

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Most is how many presets a file may have.
const Most = 1000

const (
	maxFile = 16 << 20 // watermarks are in it
	maxSide = 16383
	maxID   = 100
)

// pictureFormats and videoFormats are what a preset may accept.
var (
	pictureFormats = []string{"jpeg", "png", "webp", "gif", "pdf"}
	videoFormats   = []string{"mp4", "mov", "m4v", "webm"}
)

// Parse reads a person's own presets: a JSON list of objects with id, width, height and fit, and
// if wanted title, formats (or format), quality, max_bytes, background, enlarge, safe_area and watermark.
// "fill" and "fit" are read as cover and inside. Every error is ErrInvalid and says which entry and what is wrong.
func Parse(r io.Reader) ([]Preset, error) {
	entries, err := Read(r)
	if err != nil {
		return nil, err
	}
	list := make([]Preset, len(entries))
	for i, e := range entries {
		switch {
		case e.Err != nil && e.Preset.ID != "":
			return nil, fmt.Errorf("preset %d (%q): %w", i+1, clip(e.Preset.ID), e.Err)
		case e.Err != nil:
			return nil, fmt.Errorf("preset %d: %w", i+1, e.Err)
		}
		list[i] = e.Preset
	}
	return list, nil
}

// own is one entry of a person's file.
type own struct {
	ID         string     `json:"id"`
	Title      string     `json:"title,omitempty"`
	Width      int        `json:"width"`
	Height     int        `json:"height"`
	Fit        string     `json:"fit"`
	Format     string     `json:"format,omitempty"`
	Formats    []string   `json:"formats,omitempty"`
	MaxBytes   int64      `json:"max_bytes,omitempty"`
	Quality    int        `json:"quality,omitempty"`
	Background string     `json:"background,omitempty"`
	Enlarge    bool       `json:"enlarge,omitempty"`
	SafeArea   *SafeArea  `json:"safe_area,omitempty"`
	Watermark  *Watermark `json:"watermark,omitempty"`
}

func parseOne(entry json.RawMessage) (Preset, error) {
	var o own
	decoder := json.NewDecoder(bytes.NewReader(entry))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&o); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			if kind.Field == "" {
				return Preset{}, fmt.Errorf("%w: it is a %s and must be an object", ErrInvalid, kind.Value)
			}
			return Preset{}, fmt.Errorf("%w: %s is a %s and must be a %s", ErrInvalid, kind.Field, kind.Value, kind.Type)
		}
		return Preset{}, fmt.Errorf("%w: %s", ErrInvalid, strings.TrimPrefix(err.Error(), "json: "))
	}
	p := Preset{
		ID: o.ID, Title: o.Title, Kind: Image, Width: o.Width, Height: o.Height, Fit: o.Fit, Formats: o.Formats,
		MaxBytes: o.MaxBytes, Quality: o.Quality, Background: o.Background, Enlarge: o.Enlarge, SafeArea: o.SafeArea, Watermark: o.Watermark,
	}
	switch p.Fit {
	case "fill":
		p.Fit = Cover
	case "fit":
		p.Fit = Inside
	}
	if o.Format != "" && len(o.Formats) == 0 {
		p.Formats = []string{o.Format}
	}
	for i, f := range p.Formats {
		if f = strings.ToLower(f); f == "jpg" {
			f = "jpeg"
		}
		p.Formats[i] = f
	}
	return p, nil
}

// place turns a JSON error into words with the line it is on.
func place(b []byte, err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		before := b[:min(max(syntax.Offset, 0), int64(len(b)))]
		return fmt.Sprintf("line %d: %s", bytes.Count(before, []byte("\n"))+1, syntax.Error())
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		return "it is a " + kind.Value
	}
	return err.Error()
}

// FieldError is an ErrInvalid that knows which field of an entry is wrong, by its name in a file.
type FieldError struct{ Field, Reason string }

func (e *FieldError) Error() string { return ErrInvalid.Error() + ": " + e.Reason }

// Is reports whether target is ErrInvalid.
func (*FieldError) Is(target error) bool { return target == ErrInvalid }

func wrong(field, format string, args ...any) error {
	return &FieldError{Field: field, Reason: fmt.Sprintf(format, args...)}
}

// Check returns ErrInvalid with the reason if p makes no sense.
func (p Preset) Check() error {
	for _, check := range []func() error{
		func() error { return checkID(p.ID) }, p.checkBox, p.checkFormats, p.checkSafe, p.Watermark.check,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	_, _, _, err := p.BackgroundColour()
	return err
}

func (p Preset) checkBox() error {
	if p.Width < 0 || p.Width > maxSide {
		return wrong("width", "width and height must be between 1 and %d pixels", maxSide)
	}
	if p.Height < 0 || p.Height > maxSide {
		return wrong("height", "width and height must be between 1 and %d pixels", maxSide)
	}
	field := "width"
	if p.Width > 0 {
		field = "height"
	}
	switch p.Fit {
	case Cover, Contain:
		if p.Width == 0 || p.Height == 0 {
			return wrong(field, "%s needs a width and a height", p.Fit)
		}
	case Inside:
		if p.Width == 0 && p.Height == 0 {
			return wrong(field, "inside needs a width or a height")
		}
	case "":
		return wrong("fit", "fit is missing: cover, contain or inside")
	default:
		return wrong("fit", "fit %q is not cover, contain or inside", clip(p.Fit))
	}
	return nil
}

func (p Preset) checkFormats() error {
	known := pictureFormats
	switch p.Kind {
	case Image:
	case Video:
		known = videoFormats
	default:
		return wrong("kind", "kind %q is not image or video", clip(p.Kind))
	}
	for _, f := range p.Formats {
		if !slices.Contains(known, f) {
			return wrong("formats", "format %q is not one of %s", clip(f), strings.Join(known, ", "))
		}
	}
	switch {
	case len(p.Formats) == 1 && p.Formats[0] == "gif":
		return wrong("formats", "GIF can be kept but not made: accept another format too")
	case p.MaxBytes < 0:
		return wrong("max_bytes", "max_bytes is below zero")
	case p.Quality < 0 || p.Quality > 100:
		return wrong("quality", "quality must be between 1 and 100")
	}
	return nil
}

func (p Preset) checkSafe() error {
	if a := p.SafeArea; a != nil {
		if min(a.Top, a.Right, a.Bottom, a.Left) < 0 || (p.Width > 0 && a.Left+a.Right >= p.Width) || (p.Height > 0 && a.Top+a.Bottom >= p.Height) {
			return wrong("safe_area", "the safe area leaves nothing of the picture")
		}
	}
	return nil
}

func checkID(id string) error {
	if id == "" {
		return wrong("id", "id is missing")
	}
	if len(id) > maxID {
		return wrong("id", "the id is over %d characters", maxID)
	}
	ok := !strings.HasPrefix(id, "/") && !strings.HasSuffix(id, "/") && !strings.Contains(id, "..") && !strings.Contains(id, "//")
	for _, c := range id {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-_./", c) {
			ok = false
		}
	}
	if !ok {
		return wrong("id", "an id has letters, digits, '-', '_', '.' and '/' inside only")
	}
	return nil
}

// BackgroundColour returns Background as red, green and blue, all zero if there is none, or ErrInvalid.
func (p Preset) BackgroundColour() (red, green, blue uint8, err error) {
	if p.Background == "" {
		return 0, 0, 0, nil
	}
	digits, found := strings.CutPrefix(p.Background, "#")
	value := 0
	for _, c := range digits {
		digit := strings.IndexRune("0123456789abcdef", c|0x20)
		if digit < 0 {
			found = false
		}
		value = value<<4 | digit&15
	}
	if !found || len(digits) != 6 {
		return 0, 0, 0, wrong("background", "background %q is not like #ffcc00", clip(p.Background))
	}
	return uint8(value >> 16), uint8(value >> 8), uint8(value), nil
}

// clip shortens text from outside for an error.
func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}

// Write writes presets as a file that Parse reads back the same, as far as a file of one's own has it:
// what a built-in one says of its sources is left out. Pictures that are kept elsewhere must be inline.
func Write(w io.Writer, list []Preset) error {
	entries := make([]own, len(list))
	for i, p := range list {
		if p.Watermark != nil {
			if _, err := p.Watermark.PNG(); err != nil {
				return fmt.Errorf("preset %q: %w", p.ID, err)
			}
		}
		entries[i] = ownOf(p)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(entries)
}

// Body returns one preset as an entry of a file.
func Body(p Preset) ([]byte, error) { return json.Marshal(ownOf(p)) }

func ownOf(p Preset) own {
	return own{
		ID: p.ID, Title: p.Title, Width: p.Width, Height: p.Height, Fit: p.Fit, Formats: p.Formats, MaxBytes: p.MaxBytes,
		Quality: p.Quality, Background: p.Background, Enlarge: p.Enlarge, SafeArea: p.SafeArea, Watermark: p.Watermark,
	}
}

// Same reports whether two presets are written the same.
func Same(a, b Preset) bool {
	x, errA := Body(a)
	y, errB := Body(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
