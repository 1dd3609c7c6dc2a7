package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

const (
	pageSize = 40              // the most the API gives (methods/accounts, 2026-07-02)
	maxPages = 10              // as far back as a search goes before it gives up without an answer
	maxReads = 40              // of single posts in one search; a server gives 300 requests in 5 minutes
	skew     = 2 * time.Minute // how far a server's clock may be behind ours
)

// Find looks among the account's own posts for the part in doubt. A post is it if it was made
// after the plan's time, answers the same post, and has the same text, warning, poll and number
// of media. Of several the latest is it where the server keeps keys, as the attempt in doubt is the
// latest, and its key tells if not; without keys nothing tells them apart, so none is. Absent is
// said only after reading every post back to that time.
func (n Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	if len(p.Done) >= len(p.Parts) {
		return network.Receipt{}, false, noPart()
	}
	keyless := n.Describe().LimitsFor(a).Reconcile.Shape != network.ShapeKey
	var found []network.Receipt
	complete, err := eachPost(ctx, c, a, p, p.CreatedAt.Add(-skew), func(s status, same bool) (more bool) {
		if same {
			found = append(found, s.receipt())
		}
		return !same || keyless
	})
	switch {
	case err != nil:
		return network.Receipt{}, false, err
	case len(found) > 1:
		return network.Receipt{}, false, &network.Error{
			Kind: network.Ambiguous, Message: fmt.Sprintf("%d posts look exactly like it, and this server does not tell them apart", len(found)),
		}
	case !complete && (keyless || len(found) == 0):
		return network.Receipt{}, false, tooMany()
	case len(found) == 1:
		return found[0], true, nil
	}
	return network.Receipt{}, false, nil
}

// List reads the account's own posts as the queue compares them where the server keeps no keys.
// What the server made of a text is undone: a post of the very words, warning, poll and number of
// media is listed with the words that were sent.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	i := len(p.Done)
	if i >= len(p.Parts) {
		return network.Listing{}, noPart()
	}
	var list network.Listing
	complete, err := eachPost(ctx, c, a, p, since, func(s status, same bool) (more bool) {
		seen := network.Seen{Receipt: s.receipt(), Text: plainText(s.Content), Media: len(s.Media), At: s.created(), Parent: s.InReplyToID}
		switch {
		case same:
			seen.Text = p.Parts[i].Text
		case bones(seen.Text) == bones(p.Parts[i].Text):
			seen.Receipt.RemoteID = "" // another warning, a poll, a link: a person may look, and it is never taken
		}
		list.Posts = append(list.Posts, seen)
		return true
	})
	list.Complete = complete
	return list, err
}

// eachPost shows the account's own posts back to since, newest first, and whether each is the part in
// doubt, until show has seen enough. It reports whether it came to the end.
func eachPost(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time, show func(s status, same bool) (more bool)) (complete bool, err error) {
	i := len(p.Done)
	before, reads := "", 0
	for page := 1; page <= maxPages; page++ {
		list, err := ownPosts(ctx, c, a, page, before)
		if err != nil {
			return false, err
		}
		older := 0
		for _, s := range list {
			if made := s.created(); !made.IsZero() && made.Before(since) {
				older++
				continue
			}
			same, near := compare(p, i, s)
			if near {
				if reads++; reads > maxReads {
					return false, tooMany()
				}
				if same, err = sameSource(ctx, c, a, p, i, s.ID); err != nil {
					return false, err
				}
			}
			if !show(s, same) {
				return false, nil
			}
		}
		if older == len(list) { // also when there are none left
			return true, nil
		}
		before = list[len(list)-1].ID
	}
	return false, nil
}

func noPart() error {
	return &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
}

func tooMany() error {
	return &network.Error{Kind: network.Ambiguous, Message: "there are too many newer posts to look through"}
}

// ownPosts reads one page of the account's own posts, newest first.
func ownPosts(ctx context.Context, c network.Calls, a network.Account, page int, before string) ([]status, error) {
	id, _, _ := strings.Cut(a.RemoteID, "@")
	path := fmt.Sprintf("/api/v1/accounts/%s/statuses?limit=%d&exclude_reblogs=true", url.PathEscape(id), pageSize)
	if before != "" {
		path += "&max_id=" + url.QueryEscape(before)
	}
	reply, err := c.Read(ctx, fmt.Sprintf("find %d", page), get(a, path))
	if err != nil {
		return nil, asError(err)
	}
	if !reply.OK() {
		return nil, unproved(judge("find", reply))
	}
	var list []status
	if err := json.Unmarshal(reply.Body, &list); err != nil || list == nil || reply.Status != 200 {
		return nil, &network.Error{Kind: network.Ambiguous, Message: "the server's list of posts cannot be read"}
	}
	for _, s := range list {
		if !validID(s.ID) {
			return nil, &network.Error{Kind: network.Ambiguous, Message: "the server lists a post without an id"}
		}
	}
	return list, nil
}

// unproved keeps a refused look-up from reading as a refused post.
func unproved(err error) error {
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected { //nolint:errorlint // Judge makes it, never wrapped
		e.Kind = network.Ambiguous
	}
	return err
}

// compare reports whether s is part i of p, going by the HTML the server made of its text, and
// if it is not, whether it is near enough that what was written has to be asked for.
func compare(p network.Plan, i int, s status) (same, near bool) {
	parent := ""
	if i > 0 {
		parent = p.Done[i-1].RemoteID
	}
	if s.Reblog != nil || s.InReplyToID != parent || len(s.Media) != len(p.Parts[i].Media) ||
		(s.Poll != nil) != (p.Poll != nil && i == 0) {
		return false, false
	}
	html := plainText(s.Content)
	same = sameWords(p, i, html, s.SpoilerText)
	return same, !same && bones(html) == bones(p.TextWithLink(i))
}

// bones leaves of a text its letters and digits, without links and mentions: what is the same
// however a server dresses a text up. Another skeleton is another post.
func bones(text string) string {
	var b strings.Builder
	for word := range strings.FieldsSeq(norm.NFC.String(text)) {
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") || strings.Contains(word, "@") {
			continue
		}
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				b.WriteRune(unicode.ToLower(r))
			}
		}
	}
	return b.String()
}

// sameSource compares part i with the text a post was made of.
func sameSource(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, id string) (bool, error) {
	reply, err := c.Read(ctx, "source "+id, get(a, "/api/v1/statuses/"+url.PathEscape(id)+"/source"))
	if err != nil {
		return false, asError(err)
	}
	var src source
	switch {
	case reply.Status == 404 || reply.Status == 405: // deleted since, or a server that keeps no sources
		return false, nil
	case !reply.OK():
		return false, unproved(judge("source", reply))
	case reply.Status != 200 || json.Unmarshal(reply.Body, &src) != nil || src.ID != id:
		return false, &network.Error{Kind: network.Ambiguous, Message: "the server's answer about a post cannot be read"}
	}
	return sameWords(p, i, src.Text, src.SpoilerText), nil
}

// sameWords compares a post's text and warning with part i. A warning without a text becomes
// the text on Mastodon.
func sameWords(p network.Plan, i int, text, warning string) bool {
	wantText, wantWarning := fold(p.TextWithLink(i)), fold(p.Warning)
	if wantText == "" && wantWarning != "" && fold(text) == wantWarning {
		return true
	}
	return fold(text) == wantText && fold(warning) == wantWarning
}

// fold leaves of a text what no server changes: mentions without their host, no white space,
// composed characters.
func fold(text string) string {
	var b strings.Builder
	at := 0
	for _, m := range measure.Mentions(text) {
		b.WriteString(text[at:m.Start])
		name, _, _ := strings.Cut(m.Of(text)[1:], "@")
		b.WriteString("@" + name)
		at = m.End
	}
	b.WriteString(text[at:])
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return r
	}, norm.NFC.String(b.String()))
}

// plainText takes the tags out of a status's HTML and decodes its entities.
func plainText(content string) string {
	var b strings.Builder
	for content != "" {
		open := strings.IndexByte(content, '<')
		if open < 0 {
			b.WriteString(content)
			break
		}
		b.WriteString(content[:open])
		content = content[open:]
		end := strings.IndexByte(content, '>')
		if end < 0 {
			break
		}
		if tag := strings.ToLower(content[:end]); strings.HasPrefix(tag, "<br") || strings.HasPrefix(tag, "</p") {
			b.WriteByte('\n')
		}
		content = content[end+1:]
	}
	return html.UnescapeString(b.String())
}
