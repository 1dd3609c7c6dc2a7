package library

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

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

// shelves keeps what was last read of each workspace, for as long as nothing is written.
type shelves struct {
	mu   sync.Mutex
	kept map[domain.WorkspaceID]*stock
}

// stock is a workspace's whole library at one moment.
type stock struct {
	mark   domain.ShelfMark
	list   []domain.Shelved
	sorts  sync.Mutex
	orders map[Sort][]int32 // the list in each order asked for so far; the usual one is the list's own
	fold   sync.Once
	folded []string // what words are looked for in, for each of list; made by the first search
	alike  []Alike
	like   map[domain.AssetID]bool
	batch  string // the last import
	index  sync.Once
	at     map[domain.AssetID]int // where each is in the list; made by the first Shelved
	facets Facets
}

// stock returns a workspace as it is now.
func (s *Service) stock(ctx context.Context, w domain.WorkspaceID) (*stock, error) {
	s.shelves.mu.Lock()
	defer s.shelves.mu.Unlock()
	known, since := s.shelves.kept[w], domain.ShelfMark{}
	if known != nil {
		since = known.mark
	}
	mark, changed, err := s.p.Store.ShelfMark(ctx, since)
	if err != nil {
		return nil, err
	}
	if known != nil && !changed {
		known.mark = mark
		return known, nil
	}
	list, err := s.p.Store.Shelf(ctx, w)
	if err != nil {
		return nil, err
	}
	v := newStock(mark, list, known)
	collections, err := s.p.Store.Collections(ctx, w)
	if err != nil {
		return nil, err
	}
	v.facets.Found = v.found(collections)
	s.shelves.kept[w] = v
	return v, nil
}

func newStock(mark domain.ShelfMark, list []domain.Shelved, before *stock) *stock {
	v := &stock{mark: mark, list: list, like: map[domain.AssetID]bool{}, orders: map[Sort][]int32{}}
	if before != nil && sameFacts(before.list, list) {
		before.sorts.Lock()
		for order, known := range before.orders {
			if order.lasting() {
				v.orders[order] = known
			}
		}
		before.sorts.Unlock()
	}
	if before != nil && sameLooks(before.list, list) {
		v.alike = before.alike // nothing that groups depend on has changed
	} else {
		v.alike = alike(list)
	}
	for _, g := range v.alike {
		for _, a := range g.Assets {
			v.like[a.ID] = true
		}
	}
	tags := map[string]int{}
	f := &v.facets
	for i := range list {
		a := &list[i]
		if !a.DeletedAt.IsZero() {
			f.Bin++
			continue
		}
		f.All++
		if v.batch == "" {
			v.batch = a.Batch // the list begins with the last imported
		}
		if a.Batch != "" && a.Batch == v.batch {
			f.LastBatch++
		}
		if len(a.Posts) == 0 {
			f.Unused++
		}
		if needsAlt(a) {
			f.NoAlt++
		}
		if v.like[a.ID] {
			f.Alike++
		}
		if a.Look == nil {
			f.Unseen++
		}
		for _, t := range a.Tags {
			tags[t]++
		}
	}
	f.Tags = make([]Counted, 0, len(tags))
	for name, n := range tags {
		f.Tags = append(f.Tags, Counted{name, n})
	}
	slices.SortFunc(f.Tags, func(x, y Counted) int {
		return cmp.Or(cmp.Compare(fold(x.Name), fold(y.Name)), cmp.Compare(x.Name, y.Name))
	})
	return v
}

// sameLooks reports whether two lists have the same assets with the same looks, uses, descriptions
// and places in or out of the bin.
func sameLooks(a, b []domain.Shelved) bool {
	return slices.EqualFunc(a, b, func(x, y domain.Shelved) bool {
		return x.ID == y.ID && (x.Look == y.Look || x.Look != nil && y.Look != nil && *x.Look == *y.Look) &&
			x.DeletedAt.Equal(y.DeletedAt) && (x.Alt == "") == (y.Alt == "") && len(x.Posts) == len(y.Posts)
	})
}

// sameFacts reports whether two lists have the same assets with the same names, times and sizes, by which they are
// sorted mostly.
func sameFacts(a, b []domain.Shelved) bool {
	return slices.EqualFunc(a, b, func(x, y domain.Shelved) bool {
		return x.ID == y.ID && x.Name == y.Name && x.TakenAt.Equal(y.TakenAt) && x.ImportedAt.Equal(y.ImportedAt) &&
			x.Width == y.Width && x.Height == y.Height && x.Bytes == y.Bytes
	})
}

func needsAlt(a *domain.Shelved) bool { return a.Alt == "" && a.Kind != domain.AssetVideo }

// found counts what each collection holds.
func (v *stock) found(collections []domain.Collection) map[domain.CollectionID]int {
	counts := map[domain.CollectionID]int{}
	for _, a := range v.list {
		if a.DeletedAt.IsZero() {
			for _, c := range a.Collections {
				counts[c]++
			}
		}
	}
	for _, c := range collections {
		if c.Query != "" {
			counts[c.ID] = len(v.matching(parseQuery(c.Query), SortAdded))
		}
	}
	return counts
}

// words returns what words are looked for in, folded, for each of the list.
func (v *stock) words() []string {
	v.fold.Do(func() {
		v.folded = make([]string, len(v.list))
		for i := range v.list {
			v.folded[i] = textOf(&v.list[i])
		}
	})
	return v.folded
}

// matching returns the assets that a query finds, in an order.
func (v *stock) matching(q query, order Sort) []*domain.Shelved {
	out := []*domain.Shelved{}
	for _, i := range v.order(order) {
		if q.takes(v, int(i)) {
			out = append(out, &v.list[i])
		}
	}
	return out
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
			q.all = append(q.all, parseQuery(list[at].Query).all...)
		default:
			q.all = append(q.all, func(_ *stock, a *domain.Shelved, _ int) bool { return slices.Contains(a.Collections, collection) })
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
		for i := range v.list {
			v.at[v.list[i].ID] = i
		}
	})
	out := make([]domain.Shelved, 0, len(ids))
	for _, id := range ids {
		if i, ok := v.at[id]; ok {
			out = append(out, v.list[i])
		}
	}
	return out, nil
}

// textOf is everything that words are looked for in, folded.
func textOf(a *domain.Shelved) string {
	parts := append([]string{a.Name, a.Alt, a.Camera}, a.Tags...)
	return fold(strings.Join(append(parts, a.Posts...), "\n"))
}

// fold makes texts comparable: without case, compatibility forms and accents.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		plain = plain && s[i] < 0x80
	}
	if plain {
		return strings.ToLower(s)
	}
	return cases.Fold().String(strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFKD.String(s)))
}
