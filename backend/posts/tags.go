package posts

import (
	"cmp"
	"slices"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network/measure"
)

// Tags are the campaign tags that a workspace puts on the links of its posts, so that the statistics
// of a website know where a visit came from. They are put on while a plan is drafted: what is
// written stays as it was, and what is counted, previewed and frozen is what goes out. The zero Tags
// put nothing on.
type Tags struct {
	Campaign string // utm_campaign; "": no link is touched
	Source   string // utm_source; "" is left out
	Medium   string // utm_medium; "" is left out
}

// from returns the tags with a network as their source if they name none.
func (t Tags) from(network string) Tags {
	t.Source = cmp.Or(t.Source, network)
	return t
}

// Link returns an http or https address with the tags in its query. One that carries a tag already,
// and what is no such address, is returned as it is.
func (t Tags) Link(address string) string {
	if !isLink(address) {
		return address
	}
	at, tags := t.place(address)
	return address[:at] + tags + address[at:]
}

// text returns a text with the tags on all of its links, and where they were put. A link is left as
// it is where it would not be read as the whole of itself any more, or as more than itself: what
// stands right behind it without a space may go on with a query, but not with a path.
func (t Tags) text(text string) (string, []replaced) {
	if t.Campaign == "" {
		return text, nil
	}
	var b strings.Builder
	var put []replaced
	from := 0
	for _, span := range measure.Links(text) {
		link := span.Of(text)
		at, tags := t.place(link)
		if tags == "" || !whole(link[:at]+tags+link[at:]) || measure.GoesOn(text[span.End:]) {
			continue
		}
		at += span.Start
		b.WriteString(text[from:at])
		b.WriteString(tags)
		put, from = append(put, replaced{from: at, to: at, size: len(tags), home: span.Start}), at
	}
	b.WriteString(text[from:])
	return b.String(), put
}

// whole reports whether all of an address is read as one link.
func whole(address string) bool {
	spans := measure.Links(address)
	return len(spans) == 1 && spans[0] == measure.Span{End: len(address)}
}

// place returns what is to be put into an address and where: at the end of its query, in front of a
// fragment.
func (t Tags) place(address string) (at int, tags string) {
	at = len(address)
	if i := strings.IndexByte(address, '#'); i >= 0 {
		at = i
	}
	before, query, asks := strings.Cut(address[:at], "?")
	_, rest, _ := strings.Cut(before, "://")
	if t.Campaign == "" || carries(query) {
		return at, ""
	}
	var b strings.Builder
	switch {
	case !asks && !strings.Contains(rest, "/"):
		b.WriteString("/?")
	case !asks:
		b.WriteByte('?')
	case query != "" && !strings.HasSuffix(query, "&"):
		b.WriteByte('&')
	}
	first := b.Len()
	for _, p := range [...]struct{ name, value string }{
		{"utm_source", t.Source}, {"utm_medium", t.Medium}, {"utm_campaign", t.Campaign},
	} {
		if p.value == "" {
			continue
		}
		if b.Len() > first {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + escaped(p.value))
	}
	return at, b.String()
}

// carries reports whether a query has a campaign tag of its own.
func carries(query string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }), func(s string) bool {
		return len(s) >= 4 && strings.EqualFold(s[:4], "utm_")
	})
}

// escaped writes a value for a query in letters, digits, "_", "-" and "%": nothing that a network
// would take for the end of the link.
func escaped(value string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(value) {
		switch {
		case c >= '0' && c <= '9', c|0x20 >= 'a' && c|0x20 <= 'z', c == '_', c == '-':
			b.WriteByte(c)
		default:
			b.WriteString("%" + string(hex[c>>4]) + string(hex[c&15]))
		}
	}
	return b.String()
}

// content returns what goes out of a content, and for each of its texts where tags were put.
func (t Tags) content(c domain.Content) (domain.Content, [][]replaced) {
	if t.Campaign == "" {
		return c, nil
	}
	put := make([][]replaced, 1+len(c.Parts))
	written := append([]string{c.Text}, c.Parts...)
	c.Text, put[0] = t.text(c.Text)
	c.Parts = slices.Clone(c.Parts)
	for i, part := range c.Parts {
		c.Parts[i], put[i+1] = t.text(part)
	}
	c.Link = t.link(c.Link, written, append([]string{c.Text}, c.Parts...))
	return c, put
}

// change reports whether anything of a content gets tags.
func (t Tags) change(c domain.Content) bool {
	with, put := t.content(c)
	return with.Link != c.Link || slices.ContainsFunc(put, func(p []replaced) bool { return len(p) > 0 })
}

// link returns the address of a card with the tags. A network that puts the address below a text in
// which it is not would say it twice, so where a text keeps its link as written the card does too.
func (t Tags) link(address string, written, texts []string) string {
	with := t.Link(address)
	for i, text := range written {
		if with != address && strings.Contains(text, address) && !strings.Contains(texts[i], with) {
			return address
		}
	}
	return with
}

// asWas makes what a report says of texts as sent be about the texts as written.
func asWas(r Report, written func(part, at int) int) Report {
	whole := -1
	for i, p := range r.Parts {
		if whole < 0 && p.OverflowAt == r.OverflowAt && p.Length == r.Length {
			whole = i
		}
		r.Parts[i].OverflowAt = written(i, p.OverflowAt)
	}
	if whole >= 0 {
		r.OverflowAt = r.Parts[whole].OverflowAt
	}
	for i, issue := range r.Problems {
		r.Problems[i].OverflowAt = written(issue.Part, issue.OverflowAt)
	}
	return r
}
