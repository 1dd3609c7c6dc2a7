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

// Names gives every output file below one folder a path of its own. The zero value is ready; it is not for
// several goroutines.
type Names struct {
	taken map[string]bool
}

// Take returns the path that p makes of v: relative, with "/" between folders, without an extension.
// Characters that a system forbids become "_", a path that is taken (in any case) gets "-2", "-3" and
// so on, and long names are cut.
func (n *Names) Take(p Pattern, v Values) string {
	for try := 1; ; try++ {
		tail := ""
		if try > 1 {
			tail = "-" + strconv.Itoa(try)
		}
		if path := p.fill(v, len(tail)) + tail; n.Reserve(path) {
			return path
		}
	}
}

// Reserve takes a path as it is, and reports false if it was taken before.
func (n *Names) Reserve(path string) bool {
	if n.taken == nil {
		n.taken = map[string]bool{}
	}
	key := strings.ToLower(path)
	if n.taken[key] {
		return false
	}
	n.taken[key] = true
	return true
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
	if reserved(stem) {
		return "_" + stem
	}
	if stem[0] == '-' {
		return "_" + stem[1:] // or a shell command would read it as a flag
	}
	return stem
}

// reserved knows the names that Windows keeps for devices, whatever follows the first dot.
func reserved(name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), ".")
	first = strings.TrimRight(first, " ")
	switch first {
	case "con", "prn", "aux", "nul", "conin$", "conout$":
		return true
	}
	digit, ok := strings.CutPrefix(first, "com")
	if !ok {
		digit, ok = strings.CutPrefix(first, "lpt")
	}
	return ok && utf8.RuneCountInString(digit) == 1 && strings.ContainsAny(digit, "0123456789¹²³")
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
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " .")
}
