package posts

import (
	"cmp"
	"slices"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network/measure"
)

// Person is somebody a workspace mentions. A text has one mention of them, "@" and their mark, for
// all channels: what goes out is the handle they have on each network, or their name as plain text
// where they have none. As with Tags, what is written stays as it was, and what is counted, previewed
// and frozen is what goes out.
type Person struct {
	Mark    string            // as it is written behind "@": ASCII letters, digits, "_", and "." and "-" inside
	Name    string            // "": the mark
	Handles map[string]string // by network, without "@"
}

// on returns what stands for a person in the texts of a network.
func (p Person) on(network string) string {
	if handle := p.Handles[network]; handle != "" {
		return "@" + handle
	}
	return cmp.Or(p.Name, p.Mark)
}

// Names is what stands for people in the texts of one network, by their mark in lower case.
type Names map[string]string

// namesOn returns what stands for people in the texts of a network.
func namesOn(people []Person, network string) Names {
	names := make(Names, len(people))
	for _, p := range people {
		names[strings.ToLower(p.Mark)] = p.on(network)
	}
	return names
}

// swap says that something of a text as written is something else as sent.
type swap struct {
	from, to int // the mention, in the text as written
	size     int // bytes of what stands for it
}

// text returns a text with what stands for each person, and what was swapped.
func (n Names) text(text string) (string, []swap) {
	if len(n) == 0 {
		return text, nil
	}
	var b strings.Builder
	var swaps []swap
	from := 0
	for _, span := range measure.Mentions(text) {
		name, known := n[strings.ToLower(span.Of(text)[1:])]
		if !known {
			continue
		}
		b.WriteString(text[from:span.Start])
		b.WriteString(name)
		swaps, from = append(swaps, swap{from: span.Start, to: span.End, size: len(name)}), span.End
	}
	b.WriteString(text[from:])
	return b.String(), swaps
}

// beforeSwaps returns the place in the text as written of a place in the text with names. Inside of a
// name it is where the mention begins: it does not fit as a whole.
func beforeSwaps(swaps []swap, at int) int {
	more := 0
	for _, s := range swaps {
		switch begins := s.from + more; {
		case at < begins:
			return at - more
		case at < begins+s.size:
			return s.from
		}
		more += s.size - (s.to - s.from)
	}
	return at - more
}

// content returns what goes out of a content where a frame is for, and how a place in one of its
// texts is found in the text as written.
func (f Frame) content(c domain.Content) (sent domain.Content, written func(part, at int) int) {
	swaps := make([][]swap, 1+len(c.Parts))
	c.Text, swaps[0] = f.Names.text(c.Text)
	c.Parts = slices.Clone(c.Parts)
	for i, part := range c.Parts {
		c.Parts[i], swaps[i+1] = f.Names.text(part)
	}
	sent, put := f.Tags.content(c)
	return sent, func(part, at int) int {
		if at < 0 || part >= len(swaps) {
			return at
		}
		if put != nil {
			at = asWritten(put[part], at)
		}
		return beforeSwaps(swaps[part], at)
	}
}
