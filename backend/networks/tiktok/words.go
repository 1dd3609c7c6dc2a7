package tiktok

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// way is how a plan gets to TikTok.
func way(p network.Plan) string {
	if p.Options[optionWay] == wayInbox {
		return wayInbox
	}
	return wayDirect
}

// level is TikTok's word for who may see a post (docDirect), "" for no answer.
func level(privacy string) string {
	switch privacy {
	case privacyPublic:
		return "PUBLIC_TO_EVERYONE"
	case privacyFriends:
		return "MUTUAL_FOLLOW_FRIENDS"
	case privacyFollowers:
		return "FOLLOWER_OF_CREATOR"
	case privacySelf:
		return "SELF_ONLY"
	}
	return ""
}

// words are what a plan says of a direct post. What others may do with it is off until a person allows it
// (docGuidelines).
func words(p network.Plan) *postInfo {
	cover, _ := coverOf(p, mostSeconds)
	return &postInfo{
		Title: p.TextWithLink(0), Privacy: level(p.Options[optionPrivacy]),
		NoComment: !p.Chosen(optionComments), NoDuet: !p.Chosen(optionDuets), NoStitch: !p.Chosen(optionStitches),
		CoverMs: cover * 1000, Paid: p.Chosen(optionPaid), Brand: p.Chosen(optionBrand), AI: p.Chosen(optionAI),
	}
}

// coverOf is the number that names the cover, 0 if none was given. It reports false if what was given is none
// up to most.
func coverOf(p network.Plan, most int64) (int64, bool) {
	given := strings.TrimSpace(p.Options[optionCover])
	if given == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(given, 10, 64)
	return n, err == nil && n >= 0 && n <= most
}

// Codes of the issues that only this network has. All but these have words of their own already.
const (
	issueUnaudited = "unaudited"
	issueNoCaption = "caption_lost"
)

// also is what only this network knows to be wrong with a plan.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) *network.Issue {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
		return &issues[len(issues)-1]
	}
	option := func(label, value, message string) {
		add(network.IssueOption, "options", message, map[string]string{"option": label, "value": network.Printable(value)})
	}
	if len(p.Parts[0].Media) > 0 {
		if m := p.Parts[0].Media[0]; m.Kind == network.Video && m.Width > 0 && m.Height > 0 &&
			(min(m.Width, m.Height) < leastSide || max(m.Width, m.Height) > mostSide) {
			add(network.IssueMediaSize, "media", fmt.Sprintf("%d by %d pixels; TikTok takes 360 to 4096 on each side", m.Width, m.Height),
				map[string]string{"width": strconv.Itoa(m.Width), "height": strconv.Itoa(m.Height)}).Media = 0
		}
	}
	if pictures(p) {
		alsoPhotos(p, option)
	}
	if way(p) == wayInbox {
		if pictures(p) {
			return issues // their words go there with them
		}
		if strings.TrimSpace(p.Parts[0].Text) != "" {
			add(issueNoCaption, "text", "TikTok's inbox takes only the video: write the text in the app when you post it there", nil).Warning = true
		}
		return issues
	}
	privacy := p.Options[optionPrivacy]
	switch {
	case level(privacy) == "":
		option("Who sees it", privacy, "say who may see the post; TikTok wants you to choose it each time")
	case privacy != privacySelf:
		add(issueUnaudited, "options", "until TikTok has audited your application it posts only on private accounts, and for you alone", nil).Warning = true
	case p.Chosen(optionPaid):
		option("Paid partnership", privacy, "a paid partnership cannot be for you alone")
	}
	if _, ok := coverOf(p, mostSeconds); !ok && !pictures(p) {
		option("Cover", p.Options[optionCover], "the cover is a whole number of seconds, from 0 to 600")
	}
	return issues
}

// allowed asks what the account may post now, and holds a plan to it. TikTok asks for that before each post
// (docGuidelines).
func allowed(ctx context.Context, c network.Calls, a network.Account, p network.Plan) error {
	may, err := permitted(ctx, c, a)
	if err != nil {
		return err
	}
	if len(may.Levels) == 0 {
		return unreadable("what the account may post")
	}
	if !slices.Contains(may.Levels, level(p.Options[optionPrivacy])) {
		return network.Reject(codeLevel, sentences[codeLevel]+"; a private account has followers, friends and you alone, any other everybody, friends and you alone")
	}
	if m := p.Parts[0].Media[0]; may.Seconds > 0 && m.DurationMs > may.Seconds*1000 {
		return network.Reject(network.IssueMediaLength, fmt.Sprintf("the video has %d seconds, and TikTok lets this account post %d", m.DurationMs/1000, may.Seconds))
	}
	return nil
}

// Limits implements network.Limiter: how long a video of the account may be. It is read as the limit of the
// inbox too, where TikTok would let a person cut a longer one.
func (n Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	limits := n.Describe().Limits
	may, err := permitted(ctx, c, a)
	switch {
	case codeOf(err) == codeScope, codeOf(err) == codeManyPosts, codeOf(err) == codeUserCap, codeOf(err) == codeBanned:
		return limits, nil // it says nothing about videos then
	case err != nil:
		return limits, err
	}
	if may.Seconds > 0 {
		limits.Media.VideoMs = min(limits.Media.VideoMs, may.Seconds*1000)
	}
	return limits, nil
}
