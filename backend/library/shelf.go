package library

import (
	"context"
	"slices"
	"time"

	"postbag/backend/domain"
)

// Sort says in which order a view shows assets; a "-" before it turns it round.
type Sort string

// Every order. "" is SortAdded.
const (
	SortAdded Sort = "added" // the last imported first
	SortTaken Sort = "taken" // the last taken first; by import where that is not known
	SortName  Sort = "name"
	SortLarge Sort = "large" // the most pixels first
	SortBytes Sort = "bytes" // the heaviest original first
	SortUses  Sort = "uses"  // what the most posts use first
	SortAlt   Sort = "alt"   // what has no description first
	SortTags  Sort = "tags"  // by the first tag; what has none at the end
)

// View is what a query finds, with what a screen counts beside it.
type View struct {
	Assets []*domain.Shelved // shared with other views: not to be changed
	Facets Facets
	Days   func(*domain.Shelved) time.Time // the time that the order goes by; zero where it goes by none
}

// Facets count what there is to choose from, in the whole workspace.
type Facets struct {
	All       int // outside of the bin
	LastBatch int // of the last import
	Unused    int
	NoAlt     int // pictures without a description
	Alike     int // pictures that look like another
	Bin       int
	Unseen    int // assets whose look was not worked out yet
	Tags      []Counted
	Found     map[domain.CollectionID]int
}

// Counted is a tag and how many assets have it.
type Counted struct {
	Name  string
	Count int
}

// View returns what a query finds in a workspace. In it, words are looked for in names,
// descriptions, tags, cameras and the texts of posts, whatever their case and accents; parseQuery
// has the tokens. A collection that is not there finds nothing.
func (s *Service) View(ctx context.Context, w domain.WorkspaceID, text string, collection domain.CollectionID, order Sort) (View, error) {
	v, err := s.stock(ctx, w)
	if err != nil {
		return View{}, err
	}
	q := parseQuery(text)
	if collection != "" {
		list, err := s.p.Store.Collections(ctx, w)
		if err != nil {
			return View{}, err
		}
		at := slices.IndexFunc(list, func(c domain.Collection) bool { return c.ID == collection })
		switch {
		case at >= 0 && list[at].Query != "":
			saved := parseQuery(list[at].Query)
			q.words, q.tests = append(q.words, saved.words...), append(q.tests, saved.tests...)
		default:
			q.tests = append(q.tests, func(_ *stock, a *domain.Shelved, _ int) bool { return slices.Contains(a.Collections, collection) })
		}
	}
	return View{Assets: v.matching(q, order), Facets: v.facets, Days: daysOf(order)}, nil
}

// Shelved returns what a list shows of these assets, in their order. One that is not there is left out.
func (s *Service) Shelved(ctx context.Context, w domain.WorkspaceID, ids []domain.AssetID) ([]domain.Shelved, error) {
	v, err := s.stock(ctx, w)
	if err != nil {
		return nil, err
	}
	v.index.Do(func() {
		v.at = make(map[domain.AssetID]int, len(v.list))
		for i, a := range v.list {
			v.at[a.ID] = i
		}
	})
	out := make([]domain.Shelved, 0, len(ids))
	for _, id := range ids {
		if i, ok := v.at[id]; ok {
			out = append(out, *v.list[i])
		}
	}
	return out, nil
}
