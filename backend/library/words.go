package library

import (
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"postbag/backend/domain"
)

// words is what words are looked for in: the text of each of a list, folded, many one behind the other. A part of a
// word is found as well as a whole one, so scripts without spaces need nothing of their own.
type words struct{ pages []wordPage }

// wordPage has the texts of perPage assets, each with a zero byte after it.
type wordPage struct {
	text string
	ends []int32 // after the zero byte
}

const perPage = 1024

func newWords(list []*domain.Shelved) *words {
	return carriedWords(list, func(int) (string, bool) { return "", false }, nil)
}

// after returns the words of a list with a change in it. A page with nothing new in it is taken over.
func (w *words) after(m merged) *words {
	return carriedWords(m.list, func(i int) (string, bool) {
		if m.from[i] < 0 {
			return "", false
		}
		return w.at(int(m.from[i])), true
	}, func(page, first, last int) (wordPage, bool) {
		if page >= len(w.pages) || len(w.pages[page].ends) != last-first {
			return wordPage{}, false
		}
		for i := first; i < last; i++ {
			if int(m.from[i]) != i {
				return wordPage{}, false
			}
		}
		return w.pages[page], true
	})
}

// carriedWords makes the words of a list, of which a text or a whole page may be known.
func carriedWords(list []*domain.Shelved, known func(i int) (string, bool), whole func(page, first, last int) (wordPage, bool)) *words {
	w := &words{pages: make([]wordPage, 0, len(list)/perPage+1)}
	for first := 0; first < len(list); first += perPage {
		last := min(first+perPage, len(list))
		if whole != nil {
			if page, ok := whole(len(w.pages), first, last); ok {
				w.pages = append(w.pages, page)
				continue
			}
		}
		var b strings.Builder
		page := wordPage{ends: make([]int32, 0, last-first)}
		for i := first; i < last; i++ {
			text, ok := known(i)
			if !ok {
				text = textOf(list[i])
			}
			b.WriteString(text)
			b.WriteByte(0)
			page.ends = append(page.ends, int32(b.Len())) //nolint:gosec // texts of a thousand are far shorter
		}
		page.text = b.String()
		w.pages = append(w.pages, page)
	}
	return w
}

// at is the text of the i-th.
func (w *words) at(i int) string {
	p, i := &w.pages[i/perPage], i%perPage
	begin := int32(0)
	if i > 0 {
		begin = p.ends[i-1]
	}
	return p.text[begin : p.ends[i]-1]
}

// keep makes takes false of each whose text has not the word; with has false, of each whose text has it.
func (w *words) keep(takes []bool, word string, has bool) {
	for n := range w.pages {
		p := &w.pages[n]
		mine, done := takes[n*perPage:n*perPage+len(p.ends)], 0
		for begin := int32(0); done < len(mine); {
			at := strings.Index(p.text[begin:], word)
			if at < 0 {
				break
			}
			k, after := slices.BinarySearch(p.ends[done:], begin+int32(at)) //nolint:gosec // within the text
			if after {
				k++
			}
			for ; k > 0; k-- {
				mine[done] = mine[done] && !has
				done++
			}
			mine[done] = mine[done] && has
			begin = p.ends[done]
			done++
		}
		for ; done < len(mine); done++ {
			mine[done] = mine[done] && !has
		}
	}
}

// textOf is everything that words are looked for in, folded.
func textOf(a *domain.Shelved) string {
	parts := append([]string{a.Name, a.Alt, a.Camera}, a.Tags...)
	return fold(strings.Join(append(parts, a.Posts...), "\n"))
}

// fold makes texts comparable: without case, compatibility forms and accents.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < 0x80
	}
	if plain {
		return strings.ToLower(s)
	}
	return cases.Fold().String(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}
