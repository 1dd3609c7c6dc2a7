package posts

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/network/measure"
)

// Edit is a change of a post as the composer makes it.
type Edit struct {
	Content  domain.Content
	Variants []domain.Variant
	Expected int    // the version it was made from; 0 for whatever is stored
	Kind     string // what is being done: edits of one kind within seconds are one step of undo; "" is never joined
	Reason   string // if set, the version before is kept in lists for this reason: "split", "merge"
}

// Room says how many steps of undo there are in each direction.
type Room struct {
	Back  int
	Forth int
}

// Write is Save that can be undone step by step, also after a restart.
func (s *Service) Write(ctx context.Context, id domain.PostID, e Edit) (domain.Post, error) {
	before := e.Expected
	saved, err := s.editWith(ctx, id, e.Expected, func(p *domain.Post) error {
		before = p.Version
		p.Content, p.Variants = e.Content, e.Variants
		return nil
	}, func(ctx context.Context, p domain.Post) (domain.Post, error) { return s.store.SaveStep(ctx, p, e.Kind) })
	if err != nil || e.Reason == "" || saved.Version == before {
		return saved, err
	}
	if err := s.store.KeepVersion(ctx, id, before, e.Reason); err != nil {
		return saved, fmt.Errorf("save post: %w", err)
	}
	return saved, nil
}

// Room returns how many steps of a post can be undone and done again.
func (s *Service) Room(ctx context.Context, id domain.PostID) (Room, error) {
	steps, at, err := s.store.UndoSteps(ctx, id)
	if err != nil {
		return Room{}, err
	}
	if at < 0 {
		return Room{}, nil
	}
	return Room{Back: at, Forth: len(steps) - 1 - at}, nil
}

// Undo makes a post what it was a step ago, as its newest version. With nothing to undo it returns
// the post as it is. What that step named and no longer exists (an asset deleted for ever, a removed
// channel) does not come back.
func (s *Service) Undo(ctx context.Context, id domain.PostID) (domain.Post, error) {
	return s.step(ctx, id, -1)
}

// Redo takes back an Undo.
func (s *Service) Redo(ctx context.Context, id domain.PostID) (domain.Post, error) {
	return s.step(ctx, id, 1)
}

func (s *Service) step(ctx context.Context, id domain.PostID, by int) (domain.Post, error) {
	steps, at, err := s.store.UndoSteps(ctx, id)
	if err != nil {
		return domain.Post{}, err
	}
	to := at + by
	if at < 0 || to < 0 || to >= len(steps) {
		return s.Get(ctx, id)
	}
	r, err := s.restore(ctx, id, steps[to], 0, func(ctx context.Context, p domain.Post) (domain.Post, error) {
		return s.store.MoveStep(ctx, p, to)
	})
	return r.Post, err
}

// Characters counts a text as people do, for showing beside it.
func Characters(text string) int { return measure.Graphemes(text) }

// addressOf returns a link as cards are kept under it.
func addressOf(url string) (string, error) {
	url = strings.TrimSpace(url)
	if !isLink(url) {
		return "", &domain.FieldError{Field: "link", Message: "a link begins with https:// or http:// and names a host"}
	}
	return url, nil
}

// Card returns what a post knows of the page behind a link; false if it was never fetched.
func (s *Service) Card(ctx context.Context, id domain.PostID, url string) (domain.LinkCard, bool, error) {
	url, err := addressOf(url)
	if err != nil {
		return domain.LinkCard{}, false, err
	}
	return s.store.LinkCard(ctx, id, url)
}

// PutCard keeps a card with a post: one that was fetched, or one a person wrote.
func (s *Service) PutCard(ctx context.Context, id domain.PostID, c domain.LinkCard) error {
	var err error
	if c.URL, err = addressOf(c.URL); err != nil {
		return err
	}
	for _, text := range []string{c.Title, c.Text, c.Site} {
		if len(text) > maxFieldBytes || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			return &domain.FieldError{Field: "link", Message: fmt.Sprintf("a title or text of a link card has up to %d bytes", maxFieldBytes)}
		}
	}
	return s.store.PutLinkCard(ctx, id, c)
}
