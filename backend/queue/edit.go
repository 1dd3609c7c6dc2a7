package queue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// LiveStore is what tells how a published delivery stands at its network.
type LiveStore interface {
	Delivery(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error)
	Segments(ctx context.Context, id domain.DeliveryID) ([]domain.Segment, error)
	Edits(ctx context.Context, id domain.DeliveryID) ([]domain.Edit, error)
	Deletions(ctx context.Context, id domain.DeliveryID) ([]domain.Deletion, error)
}

// EditStore is what editing needs of the durable memory.
type EditStore interface {
	LiveStore
	BeginEdit(ctx context.Context, e domain.Edit) (domain.Edit, error)
	EndEdit(ctx context.Context, e domain.Edit) error
}

// Editor changes posts that are live. It never publishes: its calls cannot. An edit whose answer is
// lost is asked for once more, which makes nothing twice; if that has no answer either, its outcome is
// domain.OutcomeAmbiguous and a person asks for the same once more.
type Editor struct {
	Store    EditStore
	Accounts Accounts
	Carriers Carriers
}

// Live is what is public of a published delivery, as far as is known.
type Live struct {
	Plan  network.Plan // with every change that was accepted, and its segments in Done
	Parts []LivePart
	Gone  []bool // which segments were deleted at the network
}

// LivePart is one part of what is live.
type LivePart struct {
	Content     domain.EditContent // how it reads, as far as is proved
	Receipt     network.Receipt    // of the segment it belongs to
	PublishedAt time.Time
	// Doubt is a change that may have arrived, after everything that is proved; nil: there is none.
	Doubt *domain.Edit
	Gone  bool // it was deleted at the network
}

// ReadLive says how a published delivery reads after its edits, and what of it was deleted. It fails with
// domain.ErrNotAllowed unless it is published.
func ReadLive(ctx context.Context, store LiveStore, d domain.Delivery) (l Live, err error) {
	segments, err := store.Segments(ctx, d.ID)
	if err != nil {
		return l, err
	}
	edits, err := store.Edits(ctx, d.ID)
	if err != nil {
		return l, err
	}
	deletions, err := store.Deletions(ctx, d.ID)
	if err != nil {
		return l, err
	}
	return liveOf(d, segments, edits, deletions)
}

func liveOf(d domain.Delivery, segments []domain.Segment, edits []domain.Edit, deletions []domain.Deletion) (l Live, err error) {
	if l.Plan, err = Thaw(d); err != nil {
		return l, err
	}
	if d.State != domain.Published || len(segments) == 0 {
		return l, fmt.Errorf("delivery %s is %s, not published: %w", d.ID, d.State, domain.ErrNotAllowed)
	}
	for _, s := range segments {
		l.Plan.Keys = append(l.Plan.Keys, s.ClientKey)
		l.Plan.Done = append(l.Plan.Done, network.Receipt{RemoteID: s.RemoteID, URL: s.RemoteURL, Ref: s.RemoteRef})
	}
	l.Gone = make([]bool, len(segments))
	for _, e := range deletions {
		if e.Outcome == domain.OutcomeAccepted && e.Segment < len(l.Gone) {
			l.Gone[e.Segment] = true
		}
	}
	for i, part := range l.Plan.Parts {
		own := segments[min(i, len(segments)-1)]
		p := LivePart{Content: contentOf(part), Receipt: l.Plan.Done[min(i, len(segments)-1)], PublishedAt: d.PublishedAt, Gone: l.Gone[min(i, len(segments)-1)]}
		if !own.PublishedAt.IsZero() {
			p.PublishedAt = own.PublishedAt
		}
		for _, e := range edits {
			if e.Part != i {
				continue
			}
			switch e.Outcome {
			case domain.OutcomeAccepted:
				p.Content, p.Doubt = e.Content, nil
			case domain.OutcomeAmbiguous, domain.OutcomeOpen:
				p.Doubt = &e
			case domain.OutcomeNotSent, domain.OutcomeRejected, domain.OutcomeThrottled, domain.OutcomeReauth:
			}
		}
		l.Plan = rewritten(l.Plan, i, p.Content)
		l.Parts = append(l.Parts, p)
	}
	return l, nil
}

// Bar says why a part cannot be changed on n now, network.EditNone if it can.
func (l Live) Bar(n network.Network, part int, now time.Time) network.EditBar {
	if part < 0 || part >= len(l.Parts) {
		return network.EditNotYet
	}
	if l.Parts[part].Gone {
		return network.EditGone
	}
	bar := network.Editable(n, l.Plan, part, l.Parts[part].PublishedAt, now)
	if bar == network.EditNone && l.Parts[part].Receipt.RemoteID == "" {
		return network.EditLost
	}
	return bar
}

func contentOf(p network.Part) domain.EditContent {
	c := domain.EditContent{Text: p.Text}
	for _, m := range p.Media {
		c.Alts = append(c.Alts, m.Alt)
	}
	return c
}

// rewritten is a plan whose part reads otherwise. It shares nothing with p that it changes.
func rewritten(p network.Plan, part int, c domain.EditContent) network.Plan {
	p.Parts = slices.Clone(p.Parts)
	p.Parts[part].Text = c.Text
	p.Parts[part].Media = slices.Clone(p.Parts[part].Media)
	for i := range p.Parts[part].Media {
		if i < len(c.Alts) {
			p.Parts[part].Media[i].Alt = c.Alts[i]
			p.Parts[part].Media[i].Decorative = p.Parts[part].Media[i].Decorative && c.Alts[i] == ""
		}
	}
	return p
}

// Wanted returns the plan that is live once a part reads as c says, and what is wrong with that. It
// fails with a domain.FieldError if c changes what cannot be, and with domain.ErrNotAllowed if nothing can.
func (l Live) Wanted(n network.Network, limits network.Limits, part int, c domain.EditContent) (network.Plan, []network.Issue, error) {
	d := n.Describe()
	if part < 0 || part >= len(l.Parts) {
		return network.Plan{}, nil, &domain.FieldError{Field: "part", Message: fmt.Sprintf("there is no part %d", part+1)}
	}
	if bar := l.Bar(n, part, time.Now()); bar != network.EditNone {
		return network.Plan{}, nil, &NotEditableError{Network: d.Name, Bar: bar}
	}
	is := l.Parts[part].Content
	if len(c.Alts) > 0 && len(c.Alts) != len(is.Alts) {
		return network.Plan{}, nil, &domain.FieldError{Field: "alt", Message: fmt.Sprintf("it has %d pictures, and %d descriptions were given", len(is.Alts), len(c.Alts))}
	}
	switch {
	case c.Text != is.Text && !d.Edit.Can(network.EditText):
		return network.Plan{}, nil, &domain.FieldError{Field: "text", Message: d.Name + " lets nobody change the text"}
	case len(c.Alts) > 0 && !slices.Equal(c.Alts, is.Alts) && !d.Edit.Can(network.EditAlt):
		return network.Plan{}, nil, &domain.FieldError{Field: "alt", Message: d.Name + " lets nobody change the descriptions of pictures"}
	}
	wanted := rewritten(l.Plan, part, c)
	var issues []network.Issue
	for _, issue := range network.Check(d, limits, wanted) {
		if issue.Part == part && (issue.Field == "text" || issue.Field == "alt" || issue.Field == "link") {
			issues = append(issues, issue)
		}
	}
	return wanted, issues, nil
}

// Same reports whether a part is known to read as c says, with nothing in doubt.
func (l Live) Same(part int, c domain.EditContent) bool {
	is := l.Parts[part]
	return is.Doubt == nil && is.Content.Text == c.Text && (len(c.Alts) == 0 || slices.Equal(is.Content.Alts, c.Alts))
}

// NotEditableError says why a live post cannot be changed. It is a domain.ErrNotAllowed.
type NotEditableError struct {
	Network string
	Bar     network.EditBar
}

func (e *NotEditableError) Error() string {
	switch e.Bar {
	case network.EditNever:
		return e.Network + " does not let posts be changed once they are out"
	case network.EditOver:
		return "the time in which " + e.Network + " lets this post be changed has passed"
	case network.EditPoll:
		return "a post with a poll stays as it is: its votes would be lost"
	case network.EditMedia:
		return e.Network + " lets nobody change a post with pictures or a video"
	case network.EditLost:
		return "it is not known which post on " + e.Network + " it is: only its address was given"
	case network.EditGone:
		return "it was deleted on " + e.Network
	case network.EditNone, network.EditNotYet:
	}
	return "Postbag cannot change posts on " + e.Network
}

// Is makes a NotEditableError a domain.ErrNotAllowed.
func (e *NotEditableError) Is(target error) bool { return target == domain.ErrNotAllowed }

// Edit makes a part of a published delivery read as c says and returns what became of that. An error
// is about what never began; how it ended is in the Outcome.
func (e *Editor) Edit(ctx context.Context, id domain.DeliveryID, part int, c domain.EditContent) (domain.Edit, error) {
	d, err := e.Store.Delivery(ctx, id)
	if err != nil {
		return domain.Edit{}, err
	}
	live, err := ReadLive(ctx, e.Store, d)
	if err != nil {
		return domain.Edit{}, err
	}
	n, account, err := e.Accounts.Account(ctx, d.Channel)
	if err != nil {
		return domain.Edit{}, err
	}
	if len(c.Alts) == 0 && part >= 0 && part < len(live.Parts) {
		c.Alts = live.Parts[part].Content.Alts
	}
	plan, issues, err := live.Wanted(n, n.Describe().LimitsFor(account), part, c)
	if err != nil {
		return domain.Edit{}, err
	}
	if _, bad := network.Blocking(issues); bad {
		return domain.Edit{}, &NotReadyError{Channel: d.Channel, Issues: issues}
	}
	if live.Same(part, c) {
		return domain.Edit{}, &domain.FieldError{Field: "text", Message: "it reads so already"}
	}
	begun, err := e.Store.BeginEdit(ctx, domain.Edit{Delivery: id, Part: part, Content: c, Actor: "person"})
	if err != nil {
		return begun, err
	}
	ask := func(ctx context.Context, c network.Calls, a network.Account) error {
		return n.(network.Editor).Edit(ctx, c, a, plan, part) //nolint:forcetypeassert // Wanted asked
	}
	begun.Outcome, begun.Code, begun.Message = outcomeOf(asker{e.Accounts, e.Carriers}.ask(ctx, d.Channel, n, account, ask))
	begun.OutcomeAt = time.Now()
	return begun, e.Store.EndEdit(context.WithoutCancel(ctx), begun)
}
