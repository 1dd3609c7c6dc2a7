package measure

import (
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// The numbers of X's weighted count (twitter-text, config v3, 2021-10-21).
const (
	xLink  = 23
	xEmoji = 2
)

// X counts a text as X does, in its weighted characters: the text is composed (NFC), Latin and
// most European scripts count one, everything else two, a link 23, an emoji two however many
// code points it has. (twitter-text, config v3, 2021-10-21.)
func X(text string) int {
	text = norm.NFC.String(text)
	n, at := 0, 0
	for _, l := range LinksX(text) {
		n += weigh(text[at:l.Start]) + xLink
		at = l.End
	}
	return n + weigh(text[at:])
}

func weigh(text string) int {
	n := 0
	for len(text) > 0 {
		if k := plain(text); k > 0 {
			n += k
			text = text[k:]
			continue
		}
		cluster, rest, _, _ := uniseg.FirstGraphemeClusterInString(text, -1)
		if cluster == "" {
			break
		}
		text = rest
		if emoji(cluster) {
			n += xEmoji
			continue
		}
		for _, r := range cluster {
			n += weight(r)
		}
	}
	return n
}

func weight(r rune) int {
	switch {
	case r <= 4351, r >= 8192 && r <= 8205, r >= 8208 && r <= 8223, r >= 8242 && r <= 8247:
		return 1
	}
	return 2
}

// The characters that make sequences of emoji (Unicode Technical Standard 51).
const (
	joiner       = '\u200d'
	asEmoji      = '\ufe0f'
	keycap       = '\u20e3'
	firstFlag    = '\U0001f1e6'
	lastFlag     = '\U0001f1ff'
	anyPictogram = "\U0001f600"
)

// emoji reports whether a grapheme cluster is one emoji: a keycap, a pair of flag letters, a
// pictograph with what belongs to it. Signs such as © are text unless asked to be emoji.
func emoji(cluster string) bool {
	first, size := utf8.DecodeRuneInString(cluster)
	rest := cluster[size:]
	switch {
	case first >= firstFlag && first <= lastFlag:
		return rest != ""
	case first < utf8.RuneSelf:
		last, _ := utf8.DecodeLastRuneInString(rest)
		return last == keycap && (first == '#' || first == '*' || digit(byte(first)))
	case first < 0x2000:
		return len(rest) >= len("\ufe0f") && rest[:len("\ufe0f")] == string(asEmoji) && pictograph(first)
	}
	return pictograph(first)
}

// pictograph reports whether r is an Extended_Pictographic: those alone are held together by a
// joiner (rule GB11). Only the blocks that have any are asked about (Unicode 15.0, emoji-data).
func pictograph(r rune) bool {
	if r != 0xa9 && r != 0xae && (r < 0x203c || r > 0x3299) && (r < 0x1f000 || r > 0x1fffd) {
		return false
	}
	pair := string(r) + string(joiner) + anyPictogram
	cluster, _, _, _ := uniseg.FirstGraphemeClusterInString(pair, -1)
	return cluster == pair
}
