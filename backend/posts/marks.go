package posts

import (
	"cmp"
	"slices"

	"postbag/backend/network"
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

// Marks finds links, mentions and tags in a text as most networks do, in order and without overlap: what
// stands inside a link is part of the link.
func Marks(text string) []Mark { return marksOf(measure.Find(text)) }

// marksFor is Marks as one network does it.
func marksFor(d network.Descriptor, text string) []Mark {
	if d.Find != nil {
		return marksOf(d.Find(text))
	}
	return Marks(text)
}

func marksOf(found network.Found) []Mark {
	list := []Mark{}
	add := func(kind MarkKind, spans []network.Span) {
		for _, s := range spans {
			list = append(list, Mark{Start: s.Start, End: s.End, Kind: kind})
		}
	}
	add(MarkLink, found.Links)
	add(MarkMention, found.Mentions)
	add(MarkTag, found.Tags)
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
