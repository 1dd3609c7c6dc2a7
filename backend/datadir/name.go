package datadir

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is the most bytes of a safe name. File systems take 255, encrypted home folders
// 143 (eCryptfs), and the names of renditions add a preset's id.
const maxName = 120

// SafeName makes any text the name of one file that every system takes and that cannot leave
// its folder: valid UTF-8, no separators, no control or direction characters, none of the
// names Windows keeps for devices, at most 120 bytes with the extension kept. Different texts
// may become the same name. A safe name stays as it is.
func SafeName(s string) string {
	if len(s) > 1<<16 {
		s = s[:1<<16]
	}
	s = strings.Map(safeRune, strings.ToValidUTF8(s, "_"))
	s = trim(s)
	if len(s) > maxName {
		ext := path.Ext(s)
		if len(ext) > 16 {
			ext = ""
		}
		s = trim(cut(strings.TrimSuffix(s, ext), maxName-len(ext))) + ext
	}
	if reserved(s) {
		s = trim(cut("_"+s, maxName))
	}
	if s == "" {
		return "unnamed"
	}
	return s
}

func safeRune(r rune) rune {
	switch {
	case strings.ContainsRune(`/\:*?"<>|`, r), r == utf8.RuneError:
		return '_'
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r) && r != '\u200d', // keep the joiner of emoji
		r == '\u2028', r == '\u2029', unicode.Is(unicode.Cs, r):
		return -1
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// trim takes away what hides a file or what Windows drops without a word.
func trim(s string) string {
	return strings.TrimRight(strings.TrimLeft(s, ". "), ". ")
}

func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// reserved knows the names of devices on Windows, which are the same with any extension
// ("Naming Files, Paths, and Namespaces", Microsoft, August 2024).
func reserved(s string) bool {
	base, _, _ := strings.Cut(strings.ToUpper(s), ".")
	base = strings.TrimRight(base, " ")
	switch base {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	digit, ok := strings.CutPrefix(base, "COM")
	if !ok {
		digit, ok = strings.CutPrefix(base, "LPT")
	}
	return ok && utf8.RuneCountInString(digit) == 1 && strings.ContainsAny(digit, "0123456789¹²³")
}
