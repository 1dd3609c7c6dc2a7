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
	Assets []domain.Shelved
	Facets Facets
	Days   func(domain.Shelved) time.Time // the time that the order goes by; zero where it goes by none
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
	change int64
	list   []domain.Shelved
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
	change, err := s.p.Store.Change(ctx)
	if err != nil {
		return nil, err
	}
	if known := s.shelves.kept[w]; known != nil && known.change == change {
		return known, nil
	}
	list, err := s.p.Store.Shelf(ctx, w)
	if err != nil {
		return nil, err
	}
	v := newStock(change, list, s.shelves.kept[w])
	collections, err := s.p.Store.Collections(ctx, w)
	if err != nil {
		return nil, err
	}
	v.facets.Found = v.found(collections)
	s.shelves.kept[w] = v
	return v, nil
}

func newStock(change int64, list []domain.Shelved, before *stock) *stock {
	v := &stock{change: change, list: list, like: map[domain.AssetID]bool{}}
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
			counts[c.ID] = len(v.matching(parseQuery(c.Query)))
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

// matching returns the assets that a query finds, in the list's order.
func (v *stock) matching(q query) []domain.Shelved {
	out := make([]domain.Shelved, 0, len(v.list))
	for i := range v.list {
		if q.takes(v, i) {
			out = append(out, v.list[i])
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
	out := View{Assets: v.matching(q), Facets: v.facets}
	out.Days = sorted(out.Assets, order)
	return out, nil
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

// sorted sorts in place and returns the time that the order goes by. Equal ones stay in the order of
// the list, also when it is turned round.
func sorted(list []domain.Shelved, order Sort) func(domain.Shelved) time.Time {
	name, turned := strings.CutPrefix(string(order), "-")
	added := func(a domain.Shelved) time.Time { return a.ImportedAt }
	days := func(domain.Shelved) time.Time { return time.Time{} }
	var by func(a, b *domain.Shelved) int
	switch Sort(name) {
	case SortName:
		by = func(a, b *domain.Shelved) int { return cmp.Compare(fold(a.Name), fold(b.Name)) }
	case SortLarge:
		by = func(a, b *domain.Shelved) int { return cmp.Compare(b.Width*b.Height, a.Width*a.Height) }
	case SortBytes:
		by = func(a, b *domain.Shelved) int { return cmp.Compare(b.Bytes, a.Bytes) }
	case SortUses:
		by = func(a, b *domain.Shelved) int { return cmp.Compare(len(b.Posts), len(a.Posts)) }
	case SortAlt:
		by = func(a, b *domain.Shelved) int { return cmp.Compare(min(len(a.Alt), 1), min(len(b.Alt), 1)) }
	case SortTags:
		by = func(a, b *domain.Shelved) int {
			return cmp.Or(cmp.Compare(min(len(b.Tags), 1), min(len(a.Tags), 1)), slices.CompareFunc(a.Tags, b.Tags, func(x, y string) int {
				return cmp.Compare(fold(x), fold(y))
			}))
		}
	case SortTaken:
		days = func(a domain.Shelved) time.Time {
			if a.TakenAt.IsZero() {
				return a.ImportedAt
			}
			return a.TakenAt
		}
		by = func(a, b *domain.Shelved) int { return days(*b).Compare(days(*a)) }
	case SortAdded:
		fallthrough
	default:
		days = added
		by = func(a, b *domain.Shelved) int { return b.ImportedAt.Compare(a.ImportedAt) }
	}
	turn := 1
	if turned {
		turn = -1
	}
	slices.SortStableFunc(list, func(a, b domain.Shelved) int { return turn * by(&a, &b) })
	return days
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
