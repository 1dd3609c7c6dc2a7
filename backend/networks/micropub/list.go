package micropub

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 20
	maxPages = 5 // as far back as a search goes before it ends without an answer
)

// List reads the endpoint's list of posts back to since. A post whose address has the letters of the
// plan's key is listed as what was sent, whatever the site made of it; others by their words.
//
// The extension knows two ways to the next page, "after" and "offset", and endpoints that know neither.
// Where a page brings nothing new, or posts are not in the order of their time, the list is not complete.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	more := url.Values{"limit": {strconv.Itoa(pageSize)}}
	if statusOf(p) == statusDraft {
		more.Set("post-status", statusDraft)
	}
	var found network.Listing
	seen, last, ordered, offset := map[string]bool{}, time.Time{}, true, 0
	for n := 1; n <= maxPages; n++ {
		reply, err := c.Read(ctx, fmt.Sprintf("find %d", n), query(a, "source", more))
		if err != nil {
			return network.Listing{}, asError(err)
		}
		page, err := pageOf(reply)
		if err != nil {
			return network.Listing{}, err
		}
		known := len(found.Posts)
		for _, it := range page.Items {
			s := look(a, p, it)
			ordered = ordered && !s.At.IsZero() && (last.IsZero() || !s.At.After(last))
			last = s.At
			if id := s.Receipt.URL + "\n" + s.Text; !seen[id] {
				seen[id] = true
				found.Posts = append(found.Posts, s)
			}
		}
		if len(page.Items) == 0 || ordered && last.Before(since) {
			found.Complete = true
			return found, nil
		}
		if len(found.Posts) == known {
			return found, nil // the same page again
		}
		offset += len(page.Items)
		if page.Paging == nil {
			more.Set("offset", strconv.Itoa(offset))
			continue
		}
		after := textOf(page.Paging.After)
		if after == "" {
			found.Complete = string(page.Paging.After) == "" // there is no next page
			return found, nil
		}
		more.Set("after", after)
	}
	return found, nil
}

// pageOf reads an answer to q=source.
func pageOf(r network.Reply) (source, error) {
	if !r.OK() {
		return source{}, judgeRead(r)
	}
	var page source
	if r.Status != 200 || json.Unmarshal(r.Body, &page) != nil || page.Items == nil {
		return source{}, unreadable("its posts")
	}
	for _, it := range page.Items {
		if it.Properties == nil {
			return source{}, unreadable("its posts")
		}
	}
	return page, nil
}

// look compares a post with the plan's.
func look(a network.Account, p network.Plan, it item) network.Seen {
	address, _ := resolve(originOf(a.Options[endpointOption]), textOf(it.first("url")))
	s := network.Seen{
		Receipt: network.Receipt{RemoteID: address, URL: address},
		Media:   len(it.all("photo")) + len(it.all("video")), At: timeOf(textOf(it.first("published"))),
	}
	if ours(address, p) {
		s.Text, s.Media = p.Parts[0].Text, len(p.Parts[0].Media)
		return s
	}
	var words []string
	for _, one := range it.all("content") {
		words = append(words, contentsOf(one)...)
	}
	sent := bare(p.TextWithLink(0))
	same := len(words) == 0 && sent == ""
	for _, w := range words {
		if s.Text == "" {
			s.Text = w
		}
		same = same || bare(w) == sent
	}
	if same {
		s.Text = p.Parts[0].Text
	}
	name := bare(textOf(it.first("name")))
	untitled := title(p) == "" && strings.HasPrefix(sent, strings.TrimSuffix(name, "…"))
	if !untitled && name != bare(title(p)) || textOf(it.first("post-status")) == statusDraft != (statusOf(p) == statusDraft) {
		s.Receipt.RemoteID = "" // another title, or not published: a person may look, and it is never taken
	}
	return s
}

// ours reports whether an address has the letters of the plan's key as the end of one of its parts.
func ours(address string, p network.Plan) bool {
	key := keyLetters(p)
	u, err := url.Parse(address)
	if err != nil || len(key) < slugKey {
		return false
	}
	for part := range strings.SplitSeq(u.Path, "/") {
		part, _, _ = strings.Cut(part, ".") // "words-key.html"
		if strings.HasSuffix(strings.ToLower(part), "-"+key) {
			return true
		}
	}
	return false
}

// all returns the values of a property; one that is no list counts as a list of one.
func (it item) all(name string) (values []json.RawMessage) {
	raw := it.Properties[name]
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case json.Unmarshal(raw, &values) == nil:
		return values
	}
	return []json.RawMessage{raw}
}

func (it item) first(name string) json.RawMessage {
	if values := it.all(name); len(values) > 0 {
		return values[0]
	}
	return nil
}

// textOf reads a string, "" from anything else.
func textOf(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// contentsOf returns what a value of "content" may read as: plain text, or HTML with or without its text.
func contentsOf(raw json.RawMessage) (list []string) {
	if s := textOf(raw); s != "" {
		return []string{s}
	}
	var rich struct {
		Value string `json:"value"`
		Text  string `json:"text"`
		HTML  string `json:"html"`
	}
	if json.Unmarshal(raw, &rich) != nil {
		return nil
	}
	for _, s := range []string{rich.Value, rich.Text, plain(rich.HTML)} {
		if s != "" {
			list = append(list, s)
		}
	}
	return list
}

// plain is the text of HTML.
func plain(markup string) string {
	var b strings.Builder
	tokens := html.NewTokenizer(bytes.NewReader([]byte(markup)))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(b.String())
		case html.TextToken:
			b.Write(tokens.Text())
		case html.StartTagToken, html.EndTagToken, html.SelfClosingTagToken:
			if name, _ := tokens.TagName(); string(name) == "p" || string(name) == "br" || string(name) == "div" {
				b.WriteByte('\n')
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// timeOf reads a time as sites write it, zero if it says no zone or nothing at all.
func timeOf(s string) time.Time {
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05-07:00", "2006-01-02 15:04:05-0700", "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(form, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// bare leaves of a text what a site does not change: no white space, composed characters.
func bare(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}
