package api

import (
	"errors"
	"fmt"
	"strconv"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/twins"
)

// Twin is what went out to the same channel, or may have, and is like another delivery.
type Twin struct {
	Kind     string `json:"kind"`     // "same_text", "near_text" or "same_picture"; "" for no twin
	Delivery string `json:"delivery"` // its id
	Post     string `json:"post"`
	AtMs     int64  `json:"atMs"` // when it was published; in doubt: when it was sent
	URL      string `json:"url"`  // where it can be seen, "" if that is not known
	Doubt    bool   `json:"doubt"`
	Text     string `json:"text"` // its first part
}

// twin says what a delivery is held for being like.
func (s *QueueService) twin(d domain.Delivery, out *Delivery) error {
	kind, id, held := twins.Of(d)
	if !held {
		return nil
	}
	out.ErrorClass = string(kind)
	other, err := s.DB.Delivery(s.ctx, id)
	if errors.Is(err, domain.ErrNotFound) {
		return nil
	}
	out.Twin = Twin{
		Kind: string(kind), Delivery: string(other.ID), Post: string(other.Post), AtMs: millis(other.PublishedAt), URL: other.RemoteURL,
		Doubt: other.State != domain.Published,
	}
	if out.Twin.Doubt {
		out.Twin.AtMs = millis(other.UpdatedAt)
	}
	if other.RemoteURL != "" {
		out.LookURL = other.RemoteURL // that is what is worth a look now
	}
	out.Twin.Text, _ = frozen(other)
	return err
}

// issueSentLately is the code of a hint that much the same went out a short time ago. Its values are
// "at_ms" and "url".
const issueSentLately = "sent_lately"

// hint adds to the reports of a draft's channels what was sent there lately and is like it. The
// queue asks again before it sends; this says it while it is easily changed.
func (b *base) hint(p domain.Post, reports []Report) error {
	ids := []domain.AssetID{}
	for _, v := range p.Variants {
		for _, m := range v.Resolve(p.Content).Media {
			ids = append(ids, m.Asset)
		}
	}
	assets := map[domain.AssetID]domain.Asset{}
	if len(ids) > 0 {
		var err error
		if assets, err = b.DB.AssetsByID(b.ctx, ids); err != nil {
			return err
		}
	}
	for i := range reports {
		v, ok := p.Variant(domain.ChannelID(reports[i].Channel))
		if !ok {
			continue
		}
		// The post's own deliveries are no twins of it: they are it.
		twin, found, err := b.Twins.Find(b.ctx, domain.Delivery{Workspace: p.Workspace, Channel: v.Channel, Post: p.ID}, drafted(v.Resolve(p.Content), assets))
		if err != nil {
			return fmt.Errorf("what was sent lately: %w", err)
		}
		if found {
			reports[i].Problems = append(reports[i].Problems, Issue{
				Code: issueSentLately, Message: "Much the same went out there lately.", Field: "text", Media: -1, Warning: true,
				Values: map[string]string{"at_ms": strconv.FormatInt(millis(twin.At), 10), "url": twin.URL},
			})
		}
	}
	return nil
}

// drafted is content as it is compared: no rendition of its pictures is made.
func drafted(c domain.Content, assets map[domain.AssetID]domain.Asset) network.Plan {
	plan := network.Plan{Parts: []network.Part{{Text: c.Text}}}
	for _, text := range c.Parts {
		plan.Parts = append(plan.Parts, network.Part{Text: text})
	}
	for _, m := range c.Media {
		if a, ok := assets[m.Asset]; ok {
			plan.Parts[0].Media = append(plan.Parts[0].Media, network.Media{SHA256: a.SHA256})
		}
	}
	if c.Link != "" {
		plan.Link = &network.Link{URL: c.Link}
	}
	if c.Poll != nil {
		plan.Poll = &network.Poll{Options: c.Poll.Options}
	}
	return plan
}
