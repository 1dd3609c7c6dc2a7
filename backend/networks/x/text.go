package x

import (
	"html"
	"net/url"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network/measure"
)

// written returns a post's text as it was written: the whole of a long one, the three signs that X
// escapes, links in place of t.co, and without the link that X puts behind the text of pictures.
func (it post) written() string {
	text, links := it.Text, it.Entities.URLs
	for _, n := range []*note{it.NotePost, it.NoteTweet} {
		if n != nil && n.Text != "" {
			text, links = n.Text, append(n.Entities.URLs, links...)
		}
	}
	text = html.UnescapeString(text)
	for _, l := range links {
		switch {
		case l.URL == "":
		case l.MediaKey != "" || ownMedia(l.Expanded, it.ID):
			text = strings.ReplaceAll(text, l.URL, "")
		case l.Expanded != "":
			text = strings.ReplaceAll(text, l.URL, l.Expanded) // short links are all of one length
		}
	}
	return strings.TrimSpace(text)
}

// ownMedia reports whether a link is the one to a post's own pictures.
func ownMedia(address, id string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host != "x.com" && u.Host != "twitter.com" {
		return false
	}
	return strings.Contains(u.Path, "/status/"+id+"/photo/") || strings.Contains(u.Path, "/status/"+id+"/video/")
}

// fold leaves of a text what X does not change: composed characters, no white space, and links without
// what X may add to them (a scheme, the slash behind a host) or write in small letters (the host).
func fold(text string) string {
	var b strings.Builder
	at := 0
	for _, s := range measure.LinksX(text) {
		b.WriteString(text[at:s.Start])
		b.WriteString(foldLink(s.Of(text)))
		at = s.End
	}
	b.WriteString(text[at:])
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(b.String()))
}

func foldLink(address string) string {
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, path, _ := strings.Cut(address, "/")
	if path == "" {
		return strings.ToLower(host)
	}
	return strings.ToLower(host) + "/" + path
}
