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

// text returns a text with what stands for each person, and what was replaced.
func (n Names) text(text string) (string, []replaced) {
	if len(n) == 0 {
		return text, nil
	}
	var b strings.Builder
	var names []replaced
	from := 0
	for _, span := range measure.Mentions(text) {
		name, known := n[strings.ToLower(span.Of(text)[1:])]
		if !known {
			continue
		}
		b.WriteString(text[from:span.Start])
		b.WriteString(name)
		names, from = append(names, replaced{from: span.Start, to: span.End, size: len(name), home: span.Start}), span.End
	}
	b.WriteString(text[from:])
	return b.String(), names
}

// content returns what goes out of a content where a frame is for, and how a place in one of its
// texts is found in the text as written.
func (f Frame) content(c domain.Content) (sent domain.Content, written func(part, at int) int) {
	names := make([][]replaced, 1+len(c.Parts))
	c.Text, names[0] = f.Names.text(c.Text)
	c.Parts = slices.Clone(c.Parts)
	for i, part := range c.Parts {
		c.Parts[i], names[i+1] = f.Names.text(part)
	}
	sent, tags := f.Tags.content(c)
	return sent, func(part, at int) int {
		if at < 0 || part >= len(names) {
			return at
		}
		if tags != nil {
			at = beforeReplaced(tags[part], at)
		}
		return beforeReplaced(names[part], at)
	}
}
