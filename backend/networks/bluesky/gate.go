package bluesky

import (
	"strconv"

	"postbag/backend/network"
)

// Who may answer or quote a post is said in records of their own beside it: one threadgate for a
// whole thread, under the key of its first post, and one postgate for each post, under the key of
// that post (lexicons app.bsky.feed.threadgate and app.bsky.feed.postgate, 2026-08-20). They are
// written in the request that writes the posts, so no post is ever there without its gates.
const (
	threadgateCollection = "app.bsky.feed.threadgate"
	postgateCollection   = "app.bsky.feed.postgate"

	replyOption = "replies"
	everybody   = "everybody" // no threadgate
	nobody      = "nobody"    // a threadgate that allows none
	mentioned   = "mentioned"
	following   = "following"
	followers   = "followers"

	quoteOption = "no_quotes"
)

type (
	threadgate struct {
		Type      string `json:"$type"`
		Post      string `json:"post"`
		Allow     []rule `json:"allow"` // empty: nobody; a gate without it would let everybody answer
		CreatedAt string `json:"createdAt"`
	}
	postgate struct {
		Type      string `json:"$type"`
		Post      string `json:"post"`
		Rules     []rule `json:"embeddingRules"`
		CreatedAt string `json:"createdAt"`
	}
	rule struct {
		Type string `json:"$type"`
	}
)

// gated says which gates a post has.
type gated struct{ replies, quotes bool }

// gatesOf reads from a plan which gates it wants.
func gatesOf(p network.Plan) gated {
	replies := p.Options[replyOption]
	return gated{replies: replies != "" && replies != everybody, quotes: flagged(p, quoteOption)}
}

// count returns how many gates stand beside so many posts.
func (g gated) count(posts int) int {
	n := 0
	if g.replies {
		n++
	}
	if g.quotes {
		n += posts
	}
	return n
}

func flagged(p network.Plan, option string) bool {
	on, err := strconv.ParseBool(p.Options[option])
	return err == nil && on // another word has been refused by unclear
}

// unclear finds a switch that is neither on nor off: a gate must not be left open by mistake.
func unclear(p network.Plan) []network.Issue {
	v := p.Options[quoteOption]
	if _, err := strconv.ParseBool(v); v == "" || err == nil {
		return nil
	}
	return []network.Issue{{
		Code: network.IssueOption, Field: "options", Media: -1, OverflowAt: -1,
		Message: "whether the post may be quoted is not said clearly",
		Values:  map[string]string{"option": quoteOption, "value": v},
	}}
}

// gateWrites makes the gates of posts that stand at at.
func gateWrites(p network.Plan, at []recordAddress) []createWrite {
	var writes []createWrite
	wanted, created := gatesOf(p), timestamp(p.CreatedAt)
	if wanted.replies {
		writes = append(writes, create(recordAddress{at[0].did, threadgateCollection, at[0].key}, threadgate{
			Type: threadgateCollection, Post: at[0].String(), Allow: allowed(p.Options[replyOption]), CreatedAt: created,
		}))
	}
	if wanted.quotes {
		for _, a := range at {
			writes = append(writes, create(recordAddress{a.did, postgateCollection, a.key}, postgate{
				Type: postgateCollection, Post: a.String(), CreatedAt: created,
				Rules: []rule{{postgateCollection + "#disableRule"}},
			}))
		}
	}
	return writes
}

// allowed returns the rules of a choice. What is no choice has been refused, and lets nobody in.
func allowed(choice string) []rule {
	switch choice {
	case mentioned:
		return []rule{{threadgateCollection + "#mentionRule"}}
	case following:
		return []rule{{threadgateCollection + "#followingRule"}}
	case followers:
		return []rule{{threadgateCollection + "#followerRule"}}
	}
	return []rule{}
}
