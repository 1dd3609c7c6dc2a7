package posts

import (
	"fmt"
	"maps"
	"math"
	"strings"
	"unicode/utf8"

	"postbag/backend/domain"
)

// What one post may hold. They bound memory and documents; what a network takes is far less.
const (
	MaxTextBytes   = 1 << 20 // all texts of the content, or of one variant's own fields, together, UTF-8
	MaxParts       = 200     // texts of a thread, the first included
	MaxMedia       = 200
	MaxPollOptions = 50
	MaxCrops       = 200  // of one use of a picture
	MaxOptions     = 50   // extra settings of a variant
	maxFieldBytes  = 4096 // a link, a language, a visibility, the key of an option
)

// Clean returns content as it is kept: line ends are \n, lists are never nil, and media of parts
// that do not exist go with the last part. What is not text (invalid UTF-8, which is what an
// unpaired surrogate becomes in a byte string, or NUL), and what is too large to keep, is a
// *domain.FieldError that names the field.
func Clean(c domain.Content) (domain.Content, error) {
	k := cleaner{}
	out := domain.Content{
		Text:       k.text("text", c.Text),
		Parts:      k.parts("parts", c.Parts),
		Media:      k.media("media", c.Media, len(c.Parts)),
		Link:       k.field("link", c.Link),
		Language:   k.field("language", c.Language),
		Warning:    k.text("warning", c.Warning),
		Visibility: k.field("visibility", c.Visibility),
		Poll:       k.poll(c.Poll),
	}
	return out, k.end()
}

// CleanVariant returns a variant as it is kept, by the rules of Clean; its fields are named after
// the channel's id and a dot. shared is the cleaned shared content.
func CleanVariant(v domain.Variant, shared domain.Content) (domain.Variant, error) {
	k := cleaner{prefix: string(v.Channel) + "."}
	own := v.Own
	out := v
	out.Own = domain.Override{
		Text: each(own.Text, "text", k.text), Link: each(own.Link, "link", k.field),
		Parts: each(own.Parts, "parts", k.parts), Language: each(own.Language, "language", k.field),
		Warning: each(own.Warning, "warning", k.text), Visibility: each(own.Visibility, "visibility", k.field),
		Poll: k.poll(own.Poll),
	}
	parts := len(shared.Parts)
	if own.Parts != nil {
		parts = len(*own.Parts)
	}
	if own.Only != nil {
		only := min(max(*own.Only, 0), parts)
		out.Own.Only = &only
	}
	if own.Media != nil {
		media := k.media("media", *own.Media, parts)
		out.Own.Media = &media
	}
	out.Options = k.options(v.Options)
	return out, k.end()
}

func each[T any](own *T, field string, clean func(string, T) T) *T {
	if own == nil {
		return nil
	}
	v := clean(field, *own)
	return &v
}

// cleaner keeps the first fault and counts what all texts weigh together.
type cleaner struct {
	prefix string
	bytes  int
	err    error
}

func (k *cleaner) fail(field, format string, args ...any) {
	if k.err == nil {
		k.err = &domain.FieldError{Field: k.prefix + field, Message: fmt.Sprintf(format, args...)}
	}
}

func (k *cleaner) end() error {
	if k.bytes > MaxTextBytes {
		k.fail("text", "all texts of a post together may have %s, these have %s", megabytes(MaxTextBytes), megabytes(k.bytes))
	}
	return k.err
}

func megabytes(n int) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// lineEnds makes every line end \n: CR LF, CR alone, and the vertical tab and form feed that
// word processors put between lines.
func lineEnds(s string) string {
	if !strings.ContainsAny(s, "\r\v\f") {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n").Replace(s)
}

func (k *cleaner) text(field, s string) string {
	if len(s) > MaxTextBytes { // before it is looked at: a huge text costs nothing
		k.fail(field, "it may have %s, this has %s", megabytes(MaxTextBytes), megabytes(len(s)))
		return ""
	}
	if !utf8.ValidString(s) {
		at := invalidAt(s)
		k.fail(field, "byte %d is not text (not valid UTF-8, or half of a surrogate pair)", at)
		return ""
	}
	if at := strings.IndexByte(s, 0); at >= 0 {
		k.fail(field, "byte %d is a NUL, which is not text", at)
		return ""
	}
	s = lineEnds(s)
	k.bytes += len(s)
	return s
}

func invalidAt(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return len(s)
}

// field cleans a short value of one line.
func (k *cleaner) field(name, s string) string {
	if len(s) > maxFieldBytes {
		k.fail(name, "it may have %d bytes, this has %d", maxFieldBytes, len(s))
		return ""
	}
	return strings.TrimSpace(k.text(name, s))
}

func (k *cleaner) parts(field string, parts []string) []string {
	if len(parts) > MaxParts-1 {
		k.fail(field, "a thread may have %d parts, this has %d", MaxParts, len(parts)+1)
		return nil
	}
	out := make([]string, len(parts))
	for i, s := range parts {
		out[i] = k.text(fmt.Sprintf("%s[%d]", field, i), s)
	}
	return out
}

func (k *cleaner) media(field string, media []domain.Media, parts int) []domain.Media {
	if len(media) > MaxMedia {
		k.fail(field, "a post may have %d media, this has %d", MaxMedia, len(media))
		return nil
	}
	out := make([]domain.Media, len(media))
	for i, m := range media {
		at := fmt.Sprintf("%s[%d]", field, i)
		if !domain.IsID(string(m.Asset)) {
			k.fail(at, "%.60q is not the id of an asset", m.Asset)
		}
		m.Alt = k.text(at+".alt", m.Alt)
		if m.Focus != nil {
			if !inside(m.Focus.X) || !inside(m.Focus.Y) {
				k.fail(at+".focus", "a focal point lies between 0 and 1")
			}
			focus := *m.Focus
			m.Focus = &focus
		}
		m.Part = min(max(m.Part, 0), parts)
		m.Preset = k.field(at+".preset", m.Preset)
		m.Crops = k.crops(at+".crops", m.Crops)
		out[i] = m
	}
	return out
}

func (k *cleaner) crops(field string, crops map[string]domain.Crop) map[string]domain.Crop {
	if len(crops) > MaxCrops {
		k.fail(field, "a picture may have %d crops in a post, this has %d", MaxCrops, len(crops))
		return nil
	}
	for preset, c := range crops {
		if !c.Inside() {
			k.fail(field, "the part for %.80q lies outside of the picture", preset)
		}
		k.field(field, preset)
	}
	if len(crops) == 0 {
		return nil
	}
	return maps.Clone(crops)
}

func inside(f float64) bool { return !math.IsNaN(f) && f >= 0 && f <= 1 }

func (k *cleaner) poll(p *domain.Poll) *domain.Poll {
	if p == nil {
		return nil
	}
	if len(p.Options) > MaxPollOptions {
		k.fail("poll", "a poll may have %d answers, this has %d", MaxPollOptions, len(p.Options))
		return nil
	}
	if p.DurationS < 0 {
		k.fail("poll", "a poll cannot end before it begins")
		return nil
	}
	out := *p
	out.Options = make([]string, len(p.Options))
	for i, o := range p.Options {
		out.Options[i] = k.field(fmt.Sprintf("poll.options[%d]", i), o)
	}
	return &out
}

func (k *cleaner) options(options map[string]string) map[string]string {
	if len(options) > MaxOptions {
		k.fail("options", "a variant may have %d options, this has %d", MaxOptions, len(options))
		return nil
	}
	out := make(map[string]string, len(options))
	for name, value := range options {
		if value = k.text("options", value); value != "" {
			out[k.field("options", name)] = value
		}
	}
	return out
}

// hidden reports the first character that people do not see and that changes how the rest of a
// text reads: the bidirectional embeddings, overrides and isolates of Unicode Standard Annex 9
// (2025, table 4; the plain marks are harmless), and control characters.
func hidden(s string) (at int, ok bool) {
	for i, r := range s {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return i, true
		case r < 0x20 && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0:
			return i, true
		}
	}
	return 0, false
}
