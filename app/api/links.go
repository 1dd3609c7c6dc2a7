package api

import (
	"context"
	"time"

	"postbag/backend/domain"
)

// Pages looks at a page of the web for its card.
type Pages interface {
	// Card returns what the page at an address says about itself. Private addresses are refused.
	Card(ctx context.Context, address string) (domain.LinkCard, error)
}

// LinkRequest is a link of a post.
type LinkRequest struct {
	ID  string `json:"id"`
	URL string `json:"url"`
}

// Card returns what a post knows of the page behind a link, without asking anybody; fetchedMs is 0 if
// it knows nothing.
func (s *PostService) Card(r LinkRequest) (_ LinkCard, err error) {
	defer s.done(&err)
	card, ok, err := s.Posts.Card(s.ctx, domain.PostID(r.ID), r.URL)
	if err != nil {
		return LinkCard{}, err
	}
	if !ok {
		card.URL = r.URL
	}
	return s.cardOf(card), nil
}

// fetchTime is how long a page may take.
const fetchTime = 15 * time.Second

// FetchCard asks the page behind a link for its title, text and picture, and keeps them with the post.
func (s *PostService) FetchCard(r LinkRequest) (_ LinkCard, err error) {
	defer s.done(&err)
	ctx, cancel := context.WithTimeout(s.ctx, fetchTime)
	defer cancel()
	card, err := s.Pages.Card(ctx, r.URL)
	if err != nil {
		return LinkCard{}, err
	}
	return s.putCard(r.ID, card)
}

// WriteCard is a card in a person's own words.
type WriteCard struct {
	ID    string `json:"id"`
	URL   string `json:"url"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// WriteCard keeps a person's own title and text for the card of a link; a picture that was fetched stays.
func (s *PostService) WriteCard(r WriteCard) (_ LinkCard, err error) {
	defer s.done(&err)
	card, _, err := s.Posts.Card(s.ctx, domain.PostID(r.ID), r.URL)
	if err != nil {
		return LinkCard{}, err
	}
	card.URL, card.Title, card.Text = r.URL, r.Title, r.Text
	if card.FetchedAt.IsZero() {
		card.FetchedAt = time.Now()
	}
	return s.putCard(r.ID, card)
}

func (s *PostService) putCard(id string, card domain.LinkCard) (LinkCard, error) {
	if err := s.Posts.PutCard(s.ctx, domain.PostID(id), card); err != nil {
		return LinkCard{}, err
	}
	s.Events.Changed(TopicPosts, []string{id})
	return s.cardOf(card), nil
}
