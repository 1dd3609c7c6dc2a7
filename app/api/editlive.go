package api

import (
	"encoding/json"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/queue"
)

// LivePost is what is public of a published delivery, part by part, and what of it can be changed.
type LivePost struct {
	Parts []LivePart `json:"parts"`
	Edits []Edit     `json:"edits"` // what was changed, oldest first
}

// LivePart is one part of a post that is live.
type LivePart struct {
	Text  string   `json:"text"` // as far as is proved
	Alts  []string `json:"alts"` // descriptions of its pictures, in order
	URL   string   `json:"url"`
	Limit int      `json:"limit"` // of its text; 0: none
	// Bar says why it cannot be changed: "never", "not_yet", "over", "poll", "media", "lost" or
	// "gone"; "" if it can.
	Bar     string `json:"bar"`
	Words   bool   `json:"words"`   // its text can be changed
	Pics    bool   `json:"pics"`    // the descriptions of its pictures can be
	UntilMs int64  `json:"untilMs"` // until when; 0: for good
	Doubt   bool   `json:"doubt"`   // a change may have arrived
	Wish    string `json:"wish"`    // the text of that change
}

// EditRequest makes a part of a live post read otherwise.
type EditRequest struct {
	ID   string   `json:"id"`   // of the delivery
	Part int      `json:"part"` // counted from 0
	Text string   `json:"text"`
	Alts []string `json:"alts"` // none: as they are
}

// EditCheck is what the network would say to a change.
type EditCheck struct {
	Remaining int     `json:"remaining"` // of the text
	Limit     int     `json:"limit"`     // 0: none
	Same      bool    `json:"same"`      // it reads so already
	Problems  []Issue `json:"problems"`
}

// Edit is one change of a live post and what became of it.
type Edit struct {
	AtMs    int64    `json:"atMs"`
	EndedMs int64    `json:"endedMs"` // 0: not ended
	Part    int      `json:"part"`    // counted from 1
	Text    string   `json:"text"`
	Alts    []string `json:"alts"`
	// Outcome is "accepted", "ambiguous" (it may have arrived: the same may be asked again), "rejected",
	// "throttled", "reauth" or "not_sent"; "" while it is on its way.
	Outcome string `json:"outcome"`
	Code    string `json:"code"`
	Message string `json:"message"` // the network's words
}

// Live says how a published delivery reads now, and what of it can be changed.
func (s *QueueService) Live(id string) (_ LivePost, err error) {
	defer s.done(&err)
	out := LivePost{Parts: []LivePart{}, Edits: []Edit{}}
	live, n, limits, err := s.live(id)
	if err != nil {
		return out, err
	}
	rule := n.Describe().Edit
	now := time.Now()
	for i, p := range live.Parts {
		bar := live.Bar(n, i, now)
		part := LivePart{
			Text: p.Content.Text, Alts: append([]string{}, p.Content.Alts...), URL: p.Receipt.URL, Bar: string(bar),
			Limit: limits.TextMost(live.Plan, i), Words: bar == network.EditNone && rule.Can(network.EditText),
			Pics:    bar == network.EditNone && rule.Can(network.EditAlt) && len(p.Content.Alts) > 0,
			UntilMs: millis(rule.EditUntil(p.PublishedAt)), Doubt: p.Doubt != nil,
		}
		if p.Doubt != nil {
			part.Wish = p.Doubt.Content.Text
		}
		out.Parts = append(out.Parts, part)
	}
	out.Edits, err = s.edits(id)
	return out, err
}

// CheckEdit says what the network would say to a change.
func (s *QueueService) CheckEdit(r EditRequest) (_ EditCheck, err error) {
	defer s.done(&err)
	live, n, limits, err := s.live(r.ID)
	if err != nil {
		return EditCheck{Problems: []Issue{}}, err
	}
	words, err := wordsOf(r)
	if err != nil {
		return EditCheck{Problems: []Issue{}}, err
	}
	wanted, issues, err := live.Wanted(n, limits, r.Part, words)
	if err != nil {
		return EditCheck{Problems: []Issue{}}, err
	}
	d := n.Describe()
	out := EditCheck{Limit: limits.TextMost(wanted, r.Part), Same: live.Same(r.Part, words), Problems: issuesOf(issues)}
	if out.Limit > 0 {
		out.Remaining = out.Limit - d.Length(limits, wanted, r.Part)
	}
	return out, nil
}

// EditLive changes a part of a post that is live. What became of that is in the Edit: a lost answer
// is no error.
func (s *QueueService) EditLive(r EditRequest) (_ Edit, err error) {
	defer s.done(&err)
	words, err := wordsOf(r)
	if err != nil {
		return Edit{Alts: []string{}}, err
	}
	editor := queue.Editor{Store: s.DB, Accounts: s.Accounts, Carriers: s.Carriers}
	done, err := editor.Edit(s.ctx, domain.DeliveryID(r.ID), r.Part, words)
	if done.ID != "" {
		s.Events.Changed(TopicQueue, []string{r.ID})
	}
	return editOf(done), err
}

// wordsOf cleans what was typed as the words of a draft are.
func wordsOf(r EditRequest) (c domain.EditContent, err error) {
	clean, err := posts.Clean(domain.Content{Text: r.Text, Parts: r.Alts})
	if len(r.Alts) > 0 {
		c.Alts = clean.Parts
	}
	c.Text = clean.Text
	return c, err
}

func (s *QueueService) live(id string) (l queue.Live, n network.Network, limits network.Limits, err error) {
	d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return l, n, limits, fmt.Errorf("delivery %q: %w", id, err)
	}
	if l, err = queue.ReadLive(s.ctx, s.DB, d); err != nil {
		return l, n, limits, err
	}
	c, err := s.DB.Channel(s.ctx, d.Channel)
	if err != nil {
		return l, n, limits, err
	}
	n, ok := s.Networks.Get(c.Network)
	if !ok {
		return l, n, limits, fmt.Errorf("network %.40q: %w", c.Network, domain.ErrNotFound)
	}
	limits = n.Describe().Limits
	if len(c.Limits) > 0 {
		var own network.Limits
		if err := json.Unmarshal(c.Limits, &own); err != nil {
			return l, n, limits, fmt.Errorf("limits of channel %s: %w", c.ID, err)
		}
		limits = own
	}
	return l, n, limits, nil
}

func (s *QueueService) edits(id string) ([]Edit, error) {
	out := []Edit{}
	list, err := s.DB.Edits(s.ctx, domain.DeliveryID(id))
	for _, e := range list {
		out = append(out, editOf(e))
	}
	return out, err
}

func editOf(e domain.Edit) Edit {
	return Edit{
		AtMs: millis(e.At), EndedMs: millis(e.OutcomeAt), Part: e.Part + 1, Text: e.Content.Text, Alts: append([]string{}, e.Content.Alts...),
		Outcome: string(e.Outcome), Code: network.Printable(e.Code), Message: network.Printable(e.Message),
	}
}

// editMoments tells of the changes in a delivery's time line.
func editMoments(edits []Edit) []Moment {
	list := make([]Moment, 0, len(edits))
	for _, e := range edits {
		m := Moment{AtMs: max(e.AtMs, e.EndedMs), N: e.Part, Detail: e.Message}
		switch domain.Outcome(e.Outcome) {
		case domain.OutcomeAccepted:
			m.Code, m.Tone = "edited", "good"
		case domain.OutcomeAmbiguous:
			m.Code, m.Tone = "edit_doubt", "bad"
		case domain.OutcomeOpen:
			m.Code = "edit_asked"
		case domain.OutcomeNotSent:
			m.Code = "edit_off_line"
		case domain.OutcomeRejected, domain.OutcomeThrottled, domain.OutcomeReauth:
			m.Code, m.Tone = "edit_refused", "bad"
		}
		list = append(list, m)
	}
	return list
}
