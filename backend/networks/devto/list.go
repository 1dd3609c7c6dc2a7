package devto

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

const (
	pageSize = 100 // docAPI, perPageParam30to1000: at most 1000, and less where a server says so
	maxPages = 10  // as far back as a search goes before it ends without an answer
)

// List reads the account's published articles back to since, the newest first (docAPI: in reverse
// chronological publication order). A list shows no texts, so an article of the plan's title is read
// itself: of the same text it is listed with the one that was sent, of another it is shown to a person
// and never taken.
func (Network) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	if len(p.Done) > 0 || len(p.Parts) == 0 {
		return network.Listing{}, &network.Error{Kind: network.Ambiguous, Message: "no part of this post is in doubt"}
	}
	title, _ := headed(p)
	var list network.Listing
	for page := 1; page <= maxPages; page++ {
		query := url.Values{"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(pageSize)}}
		var articles []article
		if err := read(ctx, c, fmt.Sprintf("find %d", page), get(a, pathPublished+"?"+query.Encode()), "your articles", &articles); err != nil {
			return network.Listing{}, err
		}
		if articles == nil {
			return network.Listing{}, unreadable("your articles")
		}
		if len(articles) == 0 { // a short page is not the last one: a server may give fewer than asked for
			list.Complete = true
			return list, nil
		}
		for _, it := range articles {
			switch {
			case it.ID == 0 || it.made().IsZero():
				return network.Listing{}, unreadable("your articles")
			case it.made().Before(since):
				list.Complete = true
				return list, nil
			}
			seen := network.Seen{Receipt: it.receipt(), Text: it.Title, At: it.made()}
			if fold(it.Title) == fold(title) {
				var err error
				if seen, err = compare(ctx, c, a, p, it); err != nil {
					return network.Listing{}, err
				}
			}
			list.Posts = append(list.Posts, seen)
		}
	}
	return list, nil
}

// compare reads an article of the plan's title.
func compare(ctx context.Context, c network.Calls, a network.Account, p network.Plan, it article) (network.Seen, error) {
	var whole article
	path := pathArticles + "/" + it.ID.String()
	if err := read(ctx, c, "article "+it.ID.String(), get(a, path), "an article", &whole); err != nil {
		return network.Seen{}, err
	}
	if whole.ID != it.ID {
		return network.Seen{}, unreadable("an article")
	}
	seen := network.Seen{Receipt: it.receipt(), Text: p.Parts[0].Text, At: it.made()}
	if fold(whole.BodyMarkdown) != fold(bodyOf(p)) {
		seen.Receipt.RemoteID = "" // a person may look, and it is never taken
	}
	return seen, nil
}

// fold leaves of a text what a server that tidies Markdown does not touch: no white space, no rules and
// escapes, composed characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == '-' || r == '\\' {
			return -1
		}
		return r
	}, norm.NFC.String(text))
}
