package links

import (
	"bytes"
	"io"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
)

// facts are what a document says about itself.
type facts struct {
	title, text, site, picture string
}

// What is kept of a page's words, in code points: more than any network shows.
const (
	maxTitle = 300
	maxText  = 600
)

// read finds the facts in the head of an HTML document, in whatever encoding the header or the
// document itself names. (Open Graph protocol, 2022; HTML Living Standard, "The title element" and
// "Standard metadata names", 2026.)
func read(body []byte, contentType string) (facts, error) {
	r, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return facts{}, err
	}
	found := map[string]string{}
	title := ""
	tokens := html.NewTokenizer(r)
	tokens.SetMaxBuf(maxPage)
	for done := false; !done; {
		switch tokens.Next() {
		case html.ErrorToken:
			if err := tokens.Err(); err != io.EOF && err != html.ErrBufferExceeded { //nolint:errorlint // the tokenizer returns them bare
				return facts{}, err
			}
			done = true
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			switch {
			case token.DataAtom == atom.Meta:
				note(found, token)
			case token.DataAtom == atom.Body:
				done = true
			case token.DataAtom == atom.Title && title == "" && tokens.Next() == html.TextToken:
				title = tokens.Token().Data
			}
		case html.EndTagToken, html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
	return facts{
		title:   tidy(first(found["og:title"], found["twitter:title"], title), maxTitle),
		text:    tidy(first(found["og:description"], found["twitter:description"], found["description"]), maxText),
		site:    tidy(found["og:site_name"], maxTitle),
		picture: strings.TrimSpace(first(found["og:image:secure_url"], found["og:image"], found["og:image:url"], found["twitter:image"], found["twitter:image:src"])),
	}, nil
}

// note keeps what a meta element says; the first of a name counts.
func note(found map[string]string, token html.Token) {
	var name, content string
	for _, a := range token.Attr {
		switch a.Key {
		case "property", "name":
			if name == "" {
				name = strings.ToLower(strings.TrimSpace(a.Val))
			}
		case "content":
			content = a.Val
		}
	}
	if _, ok := found[name]; !ok && name != "" && strings.TrimSpace(content) != "" {
		found[name] = content
	}
}

func first(list ...string) string {
	for _, s := range list {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// tidy makes one line of a page's words, without characters that are not seen, of at most n code
// points and whole words where that is possible.
func tidy(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), r == unicode.ReplacementChar, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, s)
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) <= n {
		return string(runes)
	}
	cut := string(runes[:n-1])
	if at := strings.LastIndexByte(cut, ' '); at > len(cut)/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " .,;:") + "…"
}
