package feed

import (
	"encoding/xml"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// The documents are gorilla/feeds' types inside our own, which add what strict readers miss in
// them: the address of the feed itself, its language, and an id that does not change with
// the address (W3C Feed Validation Service, 2026-11: "Missing atom:link with rel=self").

// rssDocument is RSS 2.0 (rssboard.org/rss-specification, 2.0.11, 2009-03-30).
type rssDocument struct {
	XMLName xml.Name `xml:"rss"`
	Version string   `xml:"version,attr"`
	Atom    string   `xml:"xmlns:atom,attr"`
	Content string   `xml:"xmlns:content,attr"`
	Channel rssChannel
}

type rssChannel struct {
	*feeds.RssFeed
	Self atomSelf
}

type atomSelf struct {
	XMLName xml.Name `xml:"atom:link"`
	Href    string   `xml:"href,attr"`
	Rel     string   `xml:"rel,attr"`
	Type    string   `xml:"type,attr"`
}

// rss writes the window as RSS. A post has no title of its own; readers get its first words.
func (f *feed) rss() ([]byte, error) {
	channel := &feeds.RssFeed{
		Title: plain(f.doc.Title), Link: f.doc.HomePageURL, Description: plain(f.doc.Title), Language: f.doc.Language,
		LastBuildDate: rfc822(f.updated()), Generator: "Postbag", Docs: "https://www.rssboard.org/rss-specification",
	}
	for _, i := range f.doc.Items {
		one := &feeds.RssItem{
			Title: headline(i), Link: i.URL, Description: string(content(i, f.base)),
			Guid: &feeds.RssGuid{Id: i.ID, IsPermaLink: "false"}, PubDate: rfc822(i.Published),
		}
		if len(i.Attachments) > 0 { // RSS has room for one; the others are in the text
			a := i.Attachments[0]
			one.Enclosure = &feeds.RssEnclosure{Url: a.URL, Length: strconv.FormatInt(a.Bytes, 10), Type: a.Type}
		}
		channel.Items = append(channel.Items, one)
	}
	return document2xml(rssDocument{
		Version: "2.0", Atom: "http://www.w3.org/2005/Atom", Content: "http://purl.org/rss/1.0/modules/content/",
		Channel: rssChannel{channel, atomSelf{Href: f.base + "rss.xml", Rel: "self", Type: "application/rss+xml"}},
	})
}

// atomDocument is Atom 1.0 (RFC 4287).
type atomDocument struct {
	XMLName xml.Name `xml:"feed"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	*feeds.AtomFeed
	Links   []feeds.AtomLink // goes before the one link of AtomFeed
	Entries []atomEntry      `xml:"entry"`
}

type atomEntry struct {
	Lang string `xml:"xml:lang,attr,omitempty"`
	*feeds.AtomEntry
}

func (f *feed) atom() ([]byte, error) {
	doc := atomDocument{
		Lang: f.doc.Language,
		AtomFeed: &feeds.AtomFeed{
			Xmlns: "http://www.w3.org/2005/Atom", Title: plain(f.doc.Title), Updated: f.updated(),
			Id:     idOf("feed " + f.account.RemoteID),
			Author: &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: plain(f.doc.Title)}},
		},
		Links: []feeds.AtomLink{
			{Href: f.base + "atom.xml", Rel: "self", Type: "application/atom+xml"},
			{Href: f.doc.HomePageURL, Rel: "alternate", Type: "text/html"},
		},
	}
	for _, i := range f.doc.Items {
		entry := &feeds.AtomEntry{
			Title: headline(i), Id: i.ID, Updated: i.Published, Published: i.Published,
			Links:   []feeds.AtomLink{{Href: i.URL, Rel: "alternate", Type: "text/html"}},
			Content: &feeds.AtomContent{Content: string(content(i, f.base)), Type: "html"},
		}
		for _, a := range i.Attachments {
			entry.Links = append(entry.Links, feeds.AtomLink{
				Href: a.URL, Rel: "enclosure", Type: a.Type, Length: strconv.FormatInt(a.Bytes, 10),
			})
		}
		doc.Entries = append(doc.Entries, atomEntry{i.Language, entry})
	}
	return document2xml(doc)
}

func document2xml(doc any) ([]byte, error) {
	b, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(append([]byte(xml.Header), b...), '\n'), nil
}

// updated is the time of the newest post: a feed has no clock.
func (f *feed) updated() string {
	newest := "1970-01-01T00:00:00Z"
	for _, i := range f.doc.Items {
		newest = max(newest, i.Published)
	}
	return newest
}

// rfc822 is a time as RSS wants it, with the zone as a number.
func rfc822(published string) string {
	t, err := time.Parse(time.RFC3339, published)
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.RFC1123Z)
}

// headline is the first line of a post, or what it is of where it has no words. A content
// warning goes instead of what it warns of.
func headline(i item) string {
	text := i.Postbag.Warning
	if text == "" {
		text, _, _ = strings.Cut(strings.TrimSpace(i.Postbag.Parts[0].Text), "\n")
	}
	text = plain(text)
	if cut := measure.CutGraphemes(text, 80); cut != text {
		text = strings.TrimSpace(cut) + "…"
	}
	if text != "" {
		return text
	}
	for _, m := range i.media() {
		if m.Alt != "" {
			return plain(measure.CutGraphemes(m.Alt, 80))
		}
	}
	return i.Published[:min(10, len(i.Published))]
}

// plain is one line of text for a title: no marks that could turn the line around it.
func plain(s string) string { return clean(network.Printable(s)) }

// clean leaves out the characters XML 1.0 and HTML have no way to write, and makes line ends
// alike (XML 1.0, 2.2, 2008-11-26).
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20, r >= 0x7f && r < 0xa0, r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
			return -1
		}
		return r
	}, s)
}
