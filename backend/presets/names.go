package presets

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxName leaves room below the 255 bytes that file systems allow, for a temporary suffix.
const maxName = 200

// Names gives every output file of one folder a name of its own. The zero value is ready; it is not for
// several goroutines.
type Names struct {
	taken map[string]bool
}

// Name returns "<source name>-<preset id><ext>" with every "/" of the id as "-". source may be a
// path; its extension goes. Characters that a system forbids become "_", a name that is taken (in
// any case) gets "-2", "-3" and so on, and a long source name is cut.
func (n *Names) Name(source, id, ext string) string {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	end := "-" + safe(strings.ReplaceAll(id, "/", "-")) + safe(ext)
	stem := stemOf(source)
	for try := 1; ; try++ {
		tail := end
		if try > 1 {
			tail = strings.TrimSuffix(end, ext) + "-" + strconv.Itoa(try) + ext
		}
		name := cut(stem, maxName-len(tail)) + tail
		if key := strings.ToLower(name); !n.taken[key] {
			n.taken[key] = true
			return name
		}
	}
}

// stemOf returns the last part of a path of any system without its extension, as a safe name.
func stemOf(path string) string {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 {
		path = path[i+1:]
	}
	if i := strings.LastIndexByte(path, '.'); i > 0 {
		path = path[:i]
	}
	stem := strings.Trim(safe(path), " .")
	if stem == "" || strings.Trim(stem, "_") == "" {
		return "picture"
	}
	// Windows keeps these for devices, whatever follows the first dot.
	first, _, _ := strings.Cut(strings.ToLower(stem), ".")
	switch strings.TrimRight(first, " ") {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return "_" + stem
	}
	if len(first) == 4 && (strings.HasPrefix(first, "com") || strings.HasPrefix(first, "lpt")) && first[3] >= '0' && first[3] <= '9' {
		return "_" + stem
	}
	if stem[0] == '-' {
		return "_" + stem[1:] // or a shell command would read it as a flag
	}
	return stem
}

// safe replaces what Windows, macOS or Linux forbid in a name, and what could mislead a reader.
func safe(s string) string {
	s = norm.NFC.String(strings.ToValidUTF8(s, "_"))
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"/\|?*`, r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == utf8.RuneError {
			return '_'
		}
		return r
	}, s)
}

// cut shortens s to at most n bytes between two characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n, 1)
	for n > 1 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " .")
}
