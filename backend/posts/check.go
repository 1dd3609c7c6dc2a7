package posts

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Codes of the issues that this package adds to the network's own.
const (
	IssueHidden         = "hidden_characters"
	IssueLink           = "link"
	IssueLanguage       = "language"
	IssueMediaMissing   = "media_missing"
	IssueStill          = "animation_still"
	IssueReauth         = "reauth"
	IssueChannelRemoved = "channel_removed"
	IssueNetworkUnknown = "network_unknown"
	IssueSizeUnknown    = "size_unknown"
)

// Report is what one channel would say about a post.
type Report struct {
	Channel domain.ChannelID
	Network string
	Handle  string

	// Length, Limit, Remaining and OverflowAt are those of the part that is nearest to the limit.
	Length     int // in Unit
	Limit      int // 0: none
	Remaining  int // negative if it is too long; 0 if there is no limit
	Unit       network.Unit
	OverflowAt int // byte offset in that part's text, -1 if it fits
	Parts      []PartLength
	// Joined says that the network has no threads and gets all parts as one text; Only is the one
	// part it gets instead, -1 if none was chosen. Parts and Problems are about the written parts
	// either way.
	Joined bool
	Only   int
	Poll   *network.PollLimit // what polls the channel's server takes, nil for none

	Valid    bool // nothing keeps it from being published
	Problems []network.Issue
}

// PartLength is how long one part is.
type PartLength struct {
	Length     int
	Remaining  int // 0 if there is no limit
	OverflowAt int // byte offset of the first character that does not fit, -1 if all do
}

// Check says, for every channel of a post, what its network would say: the network's own check
// with the channel's limits, and what else is worth knowing. Pictures that can be made to fit are
// no problem. The post need not be saved; only its content, variants and workspace are looked at.
func (s *Service) Check(ctx context.Context, p domain.Post) ([]Report, error) {
	if err := cleanPost(&p); err != nil {
		return nil, fmt.Errorf("check post: %w", err)
	}
	assets, err := s.assets(ctx, p.Content, p.Variants)
	if err != nil {
		return nil, fmt.Errorf("check post: %w", err)
	}
	channels, err := s.channelsOf(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("check post: %w", err)
	}
	reports := make([]Report, 0, len(p.Variants))
	known := sameChecks{}
	rules, err := s.rules(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("check post: %w", err)
	}
	for _, v := range p.Variants {
		r, err := s.checkVariant(p, v, channels[v.Channel], assets, known, rules)
		if err != nil {
			return nil, fmt.Errorf("check post: channel %s: %w", v.Channel, err)
		}
		reports = append(reports, r)
	}
	return reports, nil
}

func (s *Service) checkVariant(p domain.Post, v domain.Variant, channel domain.Channel, assets map[domain.AssetID]domain.Asset, known sameChecks, rules rules) (Report, error) {
	r := Report{
		Channel: channel.ID, Network: channel.Network, Handle: channel.Handle,
		OverflowAt: -1, Parts: []PartLength{}, Problems: []network.Issue{}, Only: -1,
	}
	n, ok := s.networks.Get(channel.Network)
	if !ok {
		r.Problems = append(r.Problems, issue(IssueNetworkUnknown, "channel",
			"this program does not know the network of the channel"))
		return r, nil
	}
	v, lost := withoutMissing(p.Content, channel.WithDefaults(p.Content, v), assets)
	d := n.Describe()
	limits, err := limitsOf(d, channel)
	if err != nil {
		return r, err
	}
	limits.Alt.Required, limits.Media.NoShelf = rules.altRequired, rules.noShelf
	frame := rules.frame(channel, limits.Parts)
	frame.Comment = d.Thread == network.ThreadComment
	plan, uses, err := Draft(p, v, assets, frame)
	if err != nil {
		return r, err
	}
	report, err := known.check(d, limits, plan, channel)
	if err != nil {
		return r, err
	}
	content, written := frame.content(v.Resolve(p.Content))
	report = asWas(folded(content, v, limits.Parts).unfold(report, content, uses), written)
	r.Joined, r.Only, r.Poll = report.Joined, report.Only, limits.Poll
	r.Length, r.Limit, r.Remaining, r.Unit = report.Length, report.Limit, report.Remaining, report.Unit
	r.OverflowAt, r.Parts = report.OverflowAt, report.Parts
	r.Problems = append(channelIssues(channel, d), lost...)
	r.Problems = append(r.Problems, sizeIssues(content, uses, rules.sizes)...)
	r.Problems = append(r.Problems, report.Problems...)
	_, blocked := network.Blocking(r.Problems)
	r.Valid = !blocked
	return r, nil
}

// sameChecks holds the reports of one Check by what they are about: ten channels that follow one text
// are measured once for each network and server.
type sameChecks map[string]Report

func (known sameChecks) check(d network.Descriptor, l network.Limits, p network.Plan, c domain.Channel) (Report, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return Report{}, err
	}
	key := c.Network + "\x00" + string(c.Limits) + "\x00" + string(body)
	r, ok := known[key]
	if !ok {
		r = CheckPlan(d, l, p)
		known[key] = r
	}
	return r, nil
}

func limitsOf(d network.Descriptor, c domain.Channel) (network.Limits, error) {
	if len(c.Limits) == 0 {
		return d.Limits, nil
	}
	var own network.Limits
	if err := json.Unmarshal(c.Limits, &own); err != nil {
		return own, fmt.Errorf("read the server's stored limits: %w", err)
	}
	return own, nil
}

// withoutMissing takes media whose asset is gone out of a variant and says so.
func withoutMissing(shared domain.Content, v domain.Variant, assets map[domain.AssetID]domain.Asset) (domain.Variant, []network.Issue) {
	var lost []network.Issue
	media := v.Resolve(shared).Media
	kept := make([]domain.Media, 0, len(media))
	for i, m := range media {
		if _, ok := assets[m.Asset]; ok {
			kept = append(kept, m)
			continue
		}
		gone := issue(IssueMediaMissing, "media", "a picture or video of this post is no longer in the library")
		gone.Part, gone.Media = m.Part, i
		lost = append(lost, gone)
	}
	if lost != nil {
		v.Own.Media = &kept
	}
	return v, lost
}

func channelIssues(c domain.Channel, d network.Descriptor) []network.Issue {
	list := []network.Issue{}
	switch c.State {
	case domain.ChannelReady:
	case domain.ChannelReauth:
		i := issue(IssueReauth, "channel", fmt.Sprintf("%s asks you to sign in again; until then posts are held", d.Name))
		i.Values["network"] = d.Name
		i.Warning = true
		list = append(list, i)
	case domain.ChannelRemoved:
		list = append(list, issue(IssueChannelRemoved, "channel", "the channel was removed"))
	}
	return list
}

// CheckContent checks a content that is of no post for a network: where a text overflows is said of
// the text as written. Channel, Network and Handle of the report are left empty.
func CheckContent(d network.Descriptor, l network.Limits, c domain.Content, assets map[domain.AssetID]domain.Asset, f Frame) (Report, error) {
	plan, _, err := Draft(domain.Post{Content: c}, domain.Variant{}, assets, f)
	if err != nil {
		return Report{}, err
	}
	_, written := f.content(c)
	return asWas(CheckPlan(d, l, plan), written), nil
}

// CheckPlan checks a plan of originals, as Draft makes it, for a network. It first supposes every
// picture as it will be fitted. Channel, Network and Handle of the report are left empty.
func CheckPlan(d network.Descriptor, l network.Limits, p network.Plan) Report {
	r := Report{
		Unit: l.Text.Unit, OverflowAt: -1,
		Parts: make([]PartLength, len(p.Parts)), Problems: []network.Issue{}, Only: -1,
	}
	p, stills := suppose(p, l.Media)
	issues := network.Check(d, l, p)
	for i := range p.Parts {
		part := PartLength{Length: d.Length(l, p, i), OverflowAt: -1}
		most := l.TextMost(p, i)
		if most > 0 {
			part.Remaining = most - part.Length
		}
		for _, issue := range issues {
			if issue.Part == i && issue.OverflowAt >= 0 {
				part.OverflowAt = issue.OverflowAt
			}
		}
		r.Parts[i] = part
		if i == 0 || nearer(part, r) {
			r.Limit, r.Length, r.Remaining, r.OverflowAt = most, part.Length, part.Remaining, part.OverflowAt
		}
	}
	r.Problems = append(r.Problems, issues...)
	r.Problems = append(r.Problems, stills...)
	r.Problems = append(r.Problems, textIssues(p)...)
	_, blocked := network.Blocking(r.Problems)
	r.Valid = !blocked
	return r
}

// nearer reports whether a part is nearer to the limit than what the report shows.
func nearer(p PartLength, r Report) bool {
	if (p.OverflowAt >= 0) != (r.OverflowAt >= 0) {
		return p.OverflowAt >= 0
	}
	return p.Length > r.Length
}

func issue(code, field, message string) network.Issue {
	return network.Issue{Code: code, Field: field, Message: message, Media: -1, OverflowAt: -1, Values: map[string]string{}}
}

// textIssues are what no network checks: characters nobody sees, a link that is none, a language
// that is none.
func textIssues(p network.Plan) []network.Issue {
	var list []network.Issue
	sees := func(field string, part, media int, s string) {
		if at, ok := hidden(s); ok {
			i := issue(IssueHidden, field, fmt.Sprintf("at byte %d is a character that cannot be seen and changes how the text reads", at))
			i.Part, i.Media, i.Warning = part, media, true
			list = append(list, i)
		}
	}
	for i, part := range p.Parts {
		sees("text", i, -1, part.Text)
		for j, m := range part.Media {
			sees("alt", i, j, m.Alt)
		}
	}
	sees("warning", 0, -1, p.Warning)
	if p.Link != nil && !isLink(p.Link.URL) {
		list = append(list, issue(IssueLink, "link", "a link begins with https:// or http:// and names a host"))
	}
	if p.Language != "" && !isLanguage(p.Language) {
		list = append(list, issue(IssueLanguage, "language", fmt.Sprintf("%.40q is not a language tag such as en or pt-BR", p.Language)))
		list[len(list)-1].Values["value"] = p.Language
	}
	return list
}

func isLink(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		!strings.ContainsAny(s, " \t\n\"<>\\^`{|}")
}

// isLanguage reports whether s has the form of a BCP 47 tag (RFC 5646, section 2.1): a language of
// two to eight letters, then subtags of up to eight letters or digits.
func isLanguage(s string) bool {
	for i, sub := range strings.Split(s, "-") {
		if len(sub) == 0 || len(sub) > 8 || i == 0 && len(sub) < 2 {
			return false
		}
		for _, c := range []byte(strings.ToLower(sub)) {
			if (c < 'a' || c > 'z') && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}

// suppose returns the plan with every picture as a rendition can make it: in a type the network
// takes, small enough in bytes and pixels. A video, a picture that cannot be decoded here, and a
// network that takes no type that can be written stay as they are. Animations that do not fit
// become stills, each with a warning.
func suppose(p network.Plan, l network.MediaLimit) (network.Plan, []network.Issue) {
	var stills []network.Issue
	p.Parts = slices.Clone(p.Parts)
	for i := range p.Parts {
		p.Parts[i].Media = slices.Clone(p.Parts[i].Media)
		for j, m := range p.Parts[i].Media {
			fitted, still := supposeMedium(m, l)
			p.Parts[i].Media[j] = fitted
			if still {
				s := issue(IssueStill, "media", "the network does not take this animation as it is; a still picture of it is sent")
				s.Part, s.Media, s.Warning = i, j, true
				stills = append(stills, s)
			}
		}
	}
	return p, stills
}

func supposeMedium(m network.Media, l network.MediaLimit) (_ network.Media, still bool) {
	if m.Kind == network.Video || fits(m, l) {
		return m, false
	}
	to := writable(l.Types)
	if to == "" || !decodable(m.Type) {
		return m, false
	}
	still = m.Kind == network.Animation
	if still {
		m.Kind, m.DurationMs = network.Image, 0
	}
	if !slices.Contains(l.Types, m.Type) || still {
		m.Type = to
	}
	if l.ImageBytes > 0 {
		m.Bytes = min(m.Bytes, l.ImageBytes)
	}
	w, h := l.Room(m.Width, m.Height)
	if w > 0 && m.Width > w {
		m.Width, m.Height = w, scaled(m.Height, w, m.Width)
	}
	if h > 0 && m.Height > h {
		m.Width, m.Height = scaled(m.Width, h, m.Height), h
	}
	if l.ImagePixels > 0 {
		for int64(m.Width)*int64(m.Height) > l.ImagePixels && m.Width > 1 && m.Height > 1 {
			m.Width, m.Height = scaled(m.Width, 9, 10), scaled(m.Height, 9, 10)
		}
	}
	return m, still
}

func scaled(n, num, den int) int { return max(int(int64(n)*int64(num)/int64(den)), 1) }

func fits(m network.Media, l network.MediaLimit) bool {
	return slices.Contains(l.Types, m.Type) &&
		(l.ImageBytes == 0 || m.Bytes <= l.ImageBytes) && l.Holds(m.Width, m.Height)
}

// writable returns the first accepted type that renditions are made in, "" if there is none.
func writable(types []string) string {
	for _, t := range types {
		if t == "image/jpeg" || t == "image/png" || t == "image/webp" {
			return t
		}
	}
	return ""
}

// decodable reports whether pixels of a type can be read here: all that are imported but AVIF.
func decodable(t string) bool { return strings.HasPrefix(t, "image/") && t != "image/avif" }
