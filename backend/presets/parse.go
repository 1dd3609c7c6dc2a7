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

const (
	maxFile    = 1 << 20
	maxPresets = 1000
	maxSide    = 16383
	maxID      = 100
)

// pictureFormats and videoFormats are what a preset may accept.
var (
	pictureFormats = []string{"jpeg", "png", "webp", "gif", "pdf"}
	videoFormats   = []string{"mp4", "mov", "m4v", "webm"}
)

// Parse reads a person's own presets: a JSON list of objects with id, width, height and fit, and
// if wanted title, formats (or format), quality, max_bytes, background, enlarge and safe_area. "fill" and
// "fit" are read as cover and inside. Every error is ErrInvalid and says which entry and what is wrong.
func Parse(r io.Reader) ([]Preset, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read presets: %w", err)
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("%w: the file is over %d bytes", ErrInvalid, maxFile)
	}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, fmt.Errorf("%w: the file is empty", ErrInvalid)
	}
	var entries []json.RawMessage
	if err := json.Unmarshal(b, &entries); err != nil {
		return nil, fmt.Errorf("%w: the file must be a JSON list such as [{\"id\": \"banner\", \"width\": 1500, \"height\": 500, \"fit\": \"cover\"}]: %s",
			ErrInvalid, place(b, err))
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("%w: the list is empty", ErrInvalid)
	}
	if len(entries) > maxPresets {
		return nil, fmt.Errorf("%w: the list has %d entries, the limit is %d", ErrInvalid, len(entries), maxPresets)
	}
	var list []Preset
	for i, entry := range entries {
		p, err := parseOne(entry)
		if err != nil {
			return nil, fmt.Errorf("preset %d: %w", i+1, err)
		}
		list = append(list, p)
	}
	set, err := (&Set{}).With(list)
	if err != nil {
		return nil, err
	}
	return set.All(), nil
}

// own is one entry of a person's file.
type own struct {
	ID         string    `json:"id"`
	Title      string    `json:"title"`
	Width      int       `json:"width"`
	Height     int       `json:"height"`
	Fit        string    `json:"fit"`
	Format     string    `json:"format"`
	Formats    []string  `json:"formats"`
	MaxBytes   int64     `json:"max_bytes"`
	Quality    int       `json:"quality"`
	Background string    `json:"background"`
	Enlarge    bool      `json:"enlarge"`
	SafeArea   *SafeArea `json:"safe_area"`
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
		MaxBytes: o.MaxBytes, Quality: o.Quality, Background: o.Background, Enlarge: o.Enlarge, SafeArea: o.SafeArea,
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

// check returns ErrInvalid with the reason if p makes no sense.
func (p Preset) check() error {
	wrong := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
	}
	if err := checkID(p.ID); err != nil {
		return err
	}
	if p.Width < 0 || p.Height < 0 || p.Width > maxSide || p.Height > maxSide {
		return wrong("width and height must be between 1 and %d pixels", maxSide)
	}
	switch p.Fit {
	case Cover, Contain:
		if p.Width == 0 || p.Height == 0 {
			return wrong("%s needs a width and a height", p.Fit)
		}
	case Inside:
		if p.Width == 0 && p.Height == 0 {
			return wrong("inside needs a width or a height")
		}
	case "":
		return wrong("fit is missing: cover, contain or inside")
	default:
		return wrong("fit %q is not cover, contain or inside", clip(p.Fit))
	}
	known := pictureFormats
	switch p.Kind {
	case Image:
	case Video:
		known = videoFormats
	default:
		return wrong("kind %q is not image or video", clip(p.Kind))
	}
	for _, f := range p.Formats {
		if !slices.Contains(known, f) {
			return wrong("format %q is not one of %s", clip(f), strings.Join(known, ", "))
		}
	}
	if len(p.Formats) == 1 && p.Formats[0] == "gif" {
		return wrong("GIF can be kept but not made: accept another format too")
	}
	if p.MaxBytes < 0 {
		return wrong("max_bytes is below zero")
	}
	if p.Quality < 0 || p.Quality > 100 {
		return wrong("quality must be between 1 and 100")
	}
	if _, _, _, err := p.BackgroundColour(); err != nil {
		return err
	}
	if a := p.SafeArea; a != nil {
		if min(a.Top, a.Right, a.Bottom, a.Left) < 0 || (p.Width > 0 && a.Left+a.Right >= p.Width) || (p.Height > 0 && a.Top+a.Bottom >= p.Height) {
			return wrong("the safe area leaves nothing of the picture")
		}
	}
	return nil
}

func checkID(id string) error {
	if id == "" {
		return fmt.Errorf("%w: id is missing", ErrInvalid)
	}
	if len(id) > maxID {
		return fmt.Errorf("%w: the id is over %d characters", ErrInvalid, maxID)
	}
	ok := !strings.HasPrefix(id, "/") && !strings.HasSuffix(id, "/") && !strings.Contains(id, "..") && !strings.Contains(id, "//")
	for _, c := range id {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("-_./", c) {
			ok = false
		}
	}
	if !ok {
		return fmt.Errorf("%w: an id has letters, digits, '-', '_', '.' and '/' inside only", ErrInvalid)
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
		return 0, 0, 0, fmt.Errorf("%w: background %q is not like #ffcc00", ErrInvalid, clip(p.Background))
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
