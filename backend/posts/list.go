package posts

import (
	"context"
	"fmt"
	"slices"

	"postbag/backend/domain"
)

// Query says which posts to list.
type Query struct {
	Text   string        // every word must be in the post's texts; case and accents do not matter
	States []State       // none: all
	Bin    bool          // only what is in the bin, instead of only what is not
	After  domain.PostID // the last post of the page before, "" to begin
	Limit  int           // of one page; 0 is 50, at most 500
}

// Listed is a post of a list with where it stands.
type Listed struct {
	domain.Post
	Standing
}

// Page is one page of a list.
type Page struct {
	Posts []Listed
	Next  domain.PostID // what to give as After for the next page, "" at the end
}

const (
	defaultLimit = 50
	mostLimit    = 500
)

// List returns a workspace's posts, newest first.
func (s *Service) List(ctx context.Context, w domain.WorkspaceID, q Query) (Page, error) {
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Limit = min(q.Limit, mostLimit)
	page := Page{Posts: []Listed{}}
	for after := q.After; ; {
		// One more than asked tells whether there is a next page.
		batch, err := s.store.Posts(ctx, w, q.Bin, q.Text, after, q.Limit+1)
		if err != nil {
			return page, fmt.Errorf("list posts: %w", err)
		}
		ids := make([]domain.PostID, len(batch))
		for i, p := range batch {
			ids[i] = p.ID
		}
		deliveries, err := s.store.DeliveriesOfPosts(ctx, ids)
		if err != nil {
			return page, fmt.Errorf("list posts: %w", err)
		}
		for _, p := range batch {
			l := Listed{Post: p, Standing: Stand(deliveries[p.ID])}
			if len(q.States) > 0 && !slices.Contains(q.States, l.State) {
				continue
			}
			if len(page.Posts) == q.Limit {
				page.Next = page.Posts[q.Limit-1].ID
				return page, nil
			}
			page.Posts = append(page.Posts, l)
		}
		if len(batch) <= q.Limit {
			return page, nil
		}
		after = ids[len(ids)-1]
	}
}

// Stand returns where one post stands.
func (s *Service) Stand(ctx context.Context, id domain.PostID) (Standing, error) {
	deliveries, err := s.store.DeliveriesOfPosts(ctx, []domain.PostID{id})
	if err != nil {
		return Standing{}, fmt.Errorf("deliveries of post %.40q: %w", id, err)
	}
	return Stand(deliveries[id]), nil
}
