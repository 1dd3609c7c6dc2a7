package posts

import (
	"cmp"
	"slices"

	"postbag/backend/network/measure"
)

// Mark is a stretch of a text that means something to networks.
type Mark struct {
	Start, End int // bytes
	Kind       MarkKind
}

// MarkKind says what a marked stretch is.
type MarkKind string

// Every kind of mark.
const (
	MarkLink    MarkKind = "link"
	MarkMention MarkKind = "mention"
	MarkTag     MarkKind = "tag"
)

// Marks finds links, mentions and tags in a text, in order and without overlap: what stands inside
// a link is part of the link.
func Marks(text string) []Mark {
	list := []Mark{}
	add := func(kind MarkKind, spans []measure.Span) {
		for _, s := range spans {
			list = append(list, Mark{Start: s.Start, End: s.End, Kind: kind})
		}
	}
	add(MarkLink, measure.Links(text))
	add(MarkMention, measure.Mentions(text))
	add(MarkTag, measure.Tags(text))
	slices.SortStableFunc(list, func(a, b Mark) int { return cmp.Compare(a.Start, b.Start) })
	end := 0
	return slices.DeleteFunc(list, func(m Mark) bool {
		if m.Start < end {
			return true
		}
		end = m.End
		return false
	})
}
