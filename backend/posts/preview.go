package posts

import (
	"context"
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Preview is what one channel will show of a post, from the plan that would be frozen.
type Preview struct {
	Channel    domain.Channel
	Network    string
	Layout     string // of the network's descriptor: "short", "picture", "article", "video"
	Parts      []PreviewPart
	Link       *network.Link
	Card       domain.LinkCard // what the draft knows of the link's page; the zero value if nothing
	Poll       *network.Poll
	Language   string
	Warning    string
	Visibility string // "" for the network's only one
	Tagged     bool   // links carry campaign tags that are not in what was written
}

// PreviewPart is one text of a preview with its media.
type PreviewPart struct {
	Text       string
	OverflowAt int // byte offset of the first character that does not fit, -1 if all do
	Marks      []Mark
	Media      []MediaUse // in order; Index is the place in the part
	Alts       []string   // the description that goes out with each
	Sent       []Size     // px of each as it is sent: the original's, or those of the size it is cut to
}

// Preview resolves a post for each of its channels the way planning does, and fits nothing: pictures
// are named, not made. The post need not be saved. Media that are no longer in the library are left
// out; Check says so.
func (s *Service) Preview(ctx context.Context, p domain.Post) ([]Preview, error) {
	if err := cleanPost(&p); err != nil {
		return nil, fmt.Errorf("preview post: %w", err)
	}
	assets, err := s.assets(ctx, p.Content, p.Variants)
	if err != nil {
		return nil, fmt.Errorf("preview post: %w", err)
	}
	channels, err := s.channelsOf(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("preview post: %w", err)
	}
	rules, err := s.rules(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("preview post: %w", err)
	}
	list := make([]Preview, 0, len(p.Variants))
	for _, v := range p.Variants {
		one, ok, err := s.preview(ctx, p, v, channels[v.Channel], assets, rules)
		if err != nil {
			return nil, fmt.Errorf("preview post: channel %s: %w", v.Channel, err)
		}
		if ok {
			list = append(list, one)
		}
	}
	return list, nil
}

func (s *Service) preview(ctx context.Context, p domain.Post, v domain.Variant, c domain.Channel, assets map[domain.AssetID]domain.Asset, rules rules) (_ Preview, ok bool, err error) {
	n, ok := s.networks.Get(c.Network)
	if !ok {
		return Preview{}, false, nil
	}
	d := n.Describe()
	limits, err := limitsOf(d, c)
	if err != nil {
		return Preview{}, false, err
	}
	v, _ = withoutMissing(p.Content, c.WithDefaults(p.Content, v), assets)
	frame := rules.frame(c, limits.Parts)
	frame.Comment = d.Thread == network.ThreadComment
	plan, uses, err := Draft(p, v, assets, frame)
	if err != nil {
		return Preview{}, false, err
	}
	out := Preview{
		Channel: c, Network: c.Network, Layout: d.Preview, Parts: make([]PreviewPart, len(plan.Parts)), Link: plan.Link,
		Poll: plan.Poll, Language: plan.Language, Warning: plan.Warning, Visibility: plan.Visibility,
	}
	if out.Layout == "" {
		out.Layout = "short"
	}
	if out.Visibility == "" && len(limits.Visibilities) > 0 {
		out.Visibility = limits.Visibilities[0]
	}
	written := v.Resolve(p.Content)
	out.Tagged = frame.Tags.change(written)
	report := CheckPlan(d, limits, plan)
	for i, part := range plan.Parts {
		out.Parts[i] = PreviewPart{Text: part.Text, OverflowAt: report.Parts[i].OverflowAt, Marks: marksFor(d, part.Text)}
	}
	for _, use := range uses {
		part := &out.Parts[use.Part]
		part.Media = append(part.Media, use)
		medium := plan.Parts[use.Part].Media[use.Index]
		part.Alts = append(part.Alts, medium.Alt)
		part.Sent = append(part.Sent, Size{Width: medium.Width, Height: medium.Height})
	}
	if out.Link != nil && p.ID != "" {
		if out.Card, _, err = s.store.LinkCard(ctx, p.ID, written.Link); err != nil {
			return out, false, err
		}
	}
	return out, true, nil
}

// channelsOf loads the channels of a post, in one query where none was removed.
func (s *Service) channelsOf(ctx context.Context, p domain.Post) (map[domain.ChannelID]domain.Channel, error) {
	found := make(map[domain.ChannelID]domain.Channel, len(p.Variants))
	if p.Workspace != "" {
		all, err := s.store.Channels(ctx, p.Workspace)
		if err != nil {
			return nil, err
		}
		for _, c := range all {
			found[c.ID] = c
		}
	}
	for _, v := range p.Variants {
		if _, ok := found[v.Channel]; ok {
			continue
		}
		c, err := s.store.Channel(ctx, v.Channel)
		if err != nil {
			return nil, fmt.Errorf("channel %.40q: %w", v.Channel, err)
		}
		found[c.ID] = c
	}
	return found, nil
}
