package presets

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// DefaultPattern names a file after its picture and its size.
const DefaultPattern = "{name}-{preset}"

// Tokens are what a pattern may say in braces, in the order to offer them. {n} may have a number of
// digits behind a colon, as in {n:3}.
func Tokens() []string {
	return []string{"name", "preset", "network", "title", "width", "height", "n", "date", "tag"}
}

// ErrPattern is a pattern for names that makes no sense.
var ErrPattern = errors.New("invalid pattern for names")

const (
	mostPattern = 500 // bytes
	mostFolders = 10
	mostDigits  = 9
)

// Pattern says how files are called: text and tokens, with "/" between folders. The zero value is
// DefaultPattern.
type Pattern struct {
	segments [][]piece
}

// piece is literal text, or a token.
type piece struct {
	text   string
	token  string // "" for text
	digits int    // of {n}, at least
}

// Values are what the tokens of a pattern stand for.
type Values struct {
	Source string // the picture's name or path; {name} is its last part without the extension
	Preset Preset
	N      int    // counts pictures from 1
	Date   string // such as "2026-11-23"; "" if unknown
	Tag    string
}

// ParsePattern reads a pattern; "" is DefaultPattern. What it refuses is ErrPattern with the reason.
func ParsePattern(text string) (Pattern, error) {
	wrong := func(format string, args ...any) (Pattern, error) {
		return Pattern{}, fmt.Errorf("%w: %s", ErrPattern, fmt.Sprintf(format, args...))
	}
	if text == "" {
		text = DefaultPattern
	}
	switch {
	case len(text) > mostPattern:
		return wrong("it is over %d characters", mostPattern)
	case !utf8.ValidString(text):
		return wrong("it is not text")
	case strings.HasPrefix(text, "/"), strings.HasPrefix(text, `\`):
		return wrong("it begins at the top of the disk; the folder is chosen apart")
	}
	var p Pattern
	for segment := range strings.SplitSeq(strings.TrimSuffix(text, "/"), "/") {
		if strings.Trim(segment, ". ") == "" {
			return wrong("%q is no name for a folder or a file", segment)
		}
		pieces, err := parseSegment(segment)
		if err != nil {
			return wrong("%s", err.Error())
		}
		p.segments = append(p.segments, pieces)
	}
	if strings.HasSuffix(text, "/") {
		return wrong("it ends in a folder, and says no name")
	}
	if len(p.segments) > mostFolders+1 {
		return wrong("it has over %d folders", mostFolders)
	}
	return p, nil
}

func parseSegment(text string) ([]piece, error) {
	var pieces []piece
	for text != "" {
		literal, rest, found := strings.Cut(text, "{")
		if err := checkLiteral(literal); err != nil {
			return nil, err
		}
		if literal != "" {
			pieces = append(pieces, piece{text: safe(literal)})
		}
		if !found {
			break
		}
		token, after, closed := strings.Cut(rest, "}")
		if !closed {
			return nil, errors.New("a { has no } behind it")
		}
		p, err := parseToken(token)
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, p)
		text = after
	}
	return pieces, nil
}

func checkLiteral(s string) error {
	if strings.Contains(s, "}") {
		return errors.New("a } has no { before it")
	}
	for _, r := range s {
		if strings.ContainsRune(`<>:"\|?*`, r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Errorf("not every system takes a name with %q", r)
		}
	}
	return nil
}

func parseToken(token string) (piece, error) {
	name, digits, counted := strings.Cut(token, ":")
	for _, known := range Tokens() {
		if name != known {
			continue
		}
		if !counted {
			return piece{token: name}, nil
		}
		n, err := strconv.Atoi(digits)
		if name != "n" || err != nil || n < 1 || n > mostDigits {
			return piece{}, fmt.Errorf("{%s}: only {n} has digits, from {n:1} to {n:%d}", clip(token), mostDigits)
		}
		return piece{token: name, digits: n}, nil
	}
	return piece{}, fmt.Errorf("there is no {%s}; there are {%s}", clip(token), strings.Join(Tokens(), "}, {"))
}

// fill returns the path that the pattern makes of v, relative, with "/" between folders and without
// an extension. room bytes at the end of the last name stay free.
func (p Pattern) fill(v Values, room int) string {
	if len(p.segments) == 0 {
		p.segments = [][]piece{{{token: "name"}, {text: "-"}, {token: "preset"}}}
	}
	var path []string
	for i, segment := range p.segments {
		last := i == len(p.segments)-1
		most := maxName
		if last {
			most -= room
		}
		name := harmless(fillSegment(segment, v, most), most)
		if name == "" && last {
			name = "picture"
		}
		if name != "" { // a folder for what is not known is left out
			path = append(path, name)
		}
	}
	return strings.Join(path, "/")
}

// fillSegment fills one name of at most most bytes: of what is too long, the texts of people are cut first.
func fillSegment(pieces []piece, v Values, most int) string {
	values := make([]string, len(pieces))
	for i, p := range pieces {
		values[i] = p.value(v)
	}
	for _, token := range []string{"name", "title", "tag"} {
		over, count := -most, 0
		for i, p := range pieces {
			over += len(values[i])
			if p.token == token {
				count++
			}
		}
		if over <= 0 || count == 0 {
			continue
		}
		for i, p := range pieces {
			if p.token == token {
				values[i] = cut(values[i], len(values[i])-(over+count-1)/count)
			}
		}
	}
	return cut(joined(pieces, values), most)
}

// separators are taken away beside a token that stands for nothing.
const separators = "-_ "

func joined(pieces []piece, values []string) string {
	var out string
	for i, p := range pieces {
		before := i > 0 && pieces[i-1].token == ""
		switch {
		case p.token != "" && values[i] == "" && before:
			out = strings.TrimRight(out, separators)
		case p.token == "" && out == "":
			out = values[i]
			if i > 0 {
				out = strings.TrimLeft(out, separators)
			}
		default:
			out += values[i]
		}
	}
	return out
}

// value is what a piece stands for, safe in a name.
func (p piece) value(v Values) string {
	number := func(n, digits int) string {
		if n <= 0 {
			return ""
		}
		return fmt.Sprintf("%0*d", digits, n)
	}
	switch p.token {
	case "name":
		return stemOf(v.Source)
	case "preset":
		return safe(strings.ReplaceAll(v.Preset.ID, "/", "-"))
	case "network":
		return safe(v.Preset.Network)
	case "title":
		if v.Preset.Title == "" {
			return safe(strings.ReplaceAll(v.Preset.ID, "/", "-"))
		}
		return safe(v.Preset.Title)
	case "width":
		return number(v.Preset.Width, 1)
	case "height":
		return number(v.Preset.Height, 1)
	case "n":
		return number(v.N, max(p.digits, 1))
	case "date":
		return safe(v.Date)
	case "tag":
		return safe(v.Tag)
	}
	return p.text
}

// harmless makes a name one that every system takes: not hidden, no device of Windows, no flag of a
// command. It may be "".
func harmless(s string, most int) string {
	s = strings.Trim(s, " .")
	if s != "" && s[0] == '-' {
		s = "_" + s[1:]
	}
	if reserved(s) {
		s = "_" + cut(s, most-1)
	}
	return s
}
