package library

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"postbag/backend/domain"
)

// shelves keeps what was last read of each workspace.
type shelves struct {
	mu   sync.Mutex
	kept map[domain.WorkspaceID]*stock
}

// stock is a workspace's whole library at one moment. It does not change; what is worked out of it is kept with it.
type stock struct {
	mark   domain.ShelfMark
	list   []*domain.Shelved // the first imported first
	sorts  sync.Mutex
	orders map[Sort]*order // those asked for so far
	binned []bool          // what is in the bin
	fold   sync.Mutex
	folded atomic.Pointer[words] // made by the first search
	kin    kin
	saved  []domain.Collection
	batch  string // the last import
	index  sync.Once
	at     map[domain.AssetID]int // where each is in the list; made by the first Shelved
	tally
}

// stock returns a workspace as it is now. All of it is read once; from then on, what has changed.
func (s *Service) stock(ctx context.Context, w domain.WorkspaceID) (*stock, error) {
	s.shelves.mu.Lock()
	defer s.shelves.mu.Unlock()
	v, err := s.restock(ctx, w, s.shelves.kept[w])
	if err == nil {
		s.shelves.kept[w] = v
	}
	return v, err
}

func (s *Service) restock(ctx context.Context, w domain.WorkspaceID, known *stock) (*stock, error) {
	if known != nil {
		c, err := s.p.Store.ShelfChange(ctx, w, known.mark)
		if err != nil {
			return nil, err
		}
		if !c.Unknown {
			saved := known.saved
			if c.Collections {
				if saved, err = s.p.Store.Collections(ctx, w); err != nil {
					return nil, err
				}
			}
			return known.after(c, saved), nil
		}
	}
	list, mark, err := s.p.Store.Shelf(ctx, w)
	if err != nil {
		return nil, err
	}
	saved, err := s.p.Store.Collections(ctx, w)
	if err != nil {
		return nil, err
	}
	return newStock(list, mark, saved), nil
}

func newStock(list []domain.Shelved, mark domain.ShelfMark, saved []domain.Collection) *stock {
	v := &stock{mark: mark, saved: saved, list: make([]*domain.Shelved, len(list)), orders: map[Sort]*order{}, tally: newTally()}
	v.binned = make([]bool, len(list))
	for i := range list {
		v.list[i], v.binned[i] = &list[i], !list[i].DeletedAt.IsZero()
	}
	v.batch = lastBatch(v.list)
	for _, a := range v.list {
		v.count(a, v.batch, 1)
	}
	v.kin = kinOf(v.list)
	v.facets.Alike = v.kin.size()
	v.facets.Tags = v.sortedTags()
	for _, c := range saved {
		if c.Query != "" {
			v.facets.Found[c.ID] = len(v.matching(parseQuery(c.Query), SortAdded))
		}
	}
	return v
}

// after returns the stock with a change. What is not touched by it is taken over.
func (v *stock) after(c domain.ShelfChange, saved []domain.Collection) *stock {
	if len(c.Assets)+len(c.Gone) == 0 && !c.Collections {
		v.mark = c.Mark // which is used under the lock of shelves alone
		return v
	}
	m := merge(v.list, c)
	n := &stock{mark: c.Mark, saved: saved, list: m.list, orders: map[Sort]*order{}, batch: lastBatch(m.list), tally: v.clone()}
	n.binned = carry(m, v.binned, func(i int) bool { return !m.list[i].DeletedAt.IsZero() })
	if known := v.folded.Load(); known != nil {
		n.folded.Store(known.after(m))
	}
	v.sorts.Lock()
	for name, known := range v.orders {
		n.orders[name] = known.after(m)
	}
	v.sorts.Unlock()
	n.kin = v.kin.after(m, v.list)
	for _, i := range m.left {
		n.count(v.list[i], v.batch, -1)
	}
	for _, i := range m.fresh {
		n.count(n.list[i], n.batch, 1)
	}
	if n.batch != v.batch {
		n.facets.LastBatch = 0
		for _, a := range n.list {
			n.countBatch(a, n.batch, 1)
		}
	}
	n.facets.Alike = n.kin.size()
	if !maps.Equal(n.tags, v.tags) {
		n.facets.Tags = n.sortedTags()
	}
	n.find(v, m, c.Collections)
	return n
}

// find counts what the saved searches find: only what a change could make another of it, where that is enough.
func (v *stock) find(before *stock, m merged, others bool) {
	for _, c := range v.saved {
		if c.Query == "" {
			continue
		}
		q := parseQuery(c.Query)
		if others || q.wide {
			v.facets.Found[c.ID] = len(v.matching(q, SortAdded))
			continue
		}
		for _, i := range m.left {
			if q.takes(before, i) {
				v.facets.Found[c.ID]--
			}
		}
		for _, i := range m.fresh {
			if q.takes(v, i) {
				v.facets.Found[c.ID]++
			}
		}
	}
}

// lastBatch is the import that brought the newest asset outside of the bin.
func lastBatch(list []*domain.Shelved) string {
	for _, a := range slices.Backward(list) {
		if a.DeletedAt.IsZero() && a.Batch != "" {
			return a.Batch
		}
	}
	return ""
}

// tally counts assets.
type tally struct {
	facets Facets
	tags   map[string]int
}

func newTally() tally {
	return tally{facets: Facets{Found: map[domain.CollectionID]int{}}, tags: map[string]int{}}
}

// clone returns a copy; the list of tags is shared, since it is made anew as a whole.
func (t *tally) clone() tally {
	c := tally{facets: t.facets, tags: maps.Clone(t.tags)}
	c.facets.Found = maps.Clone(t.facets.Found)
	return c
}

// count adds an asset, or with by -1 takes it away. Saved searches and what is alike are not counted here.
func (t *tally) count(a *domain.Shelved, batch string, by int) {
	f := &t.facets
	if !a.DeletedAt.IsZero() {
		f.Bin += by
		return
	}
	f.All += by
	t.countBatch(a, batch, by)
	if len(a.Posts) == 0 {
		f.Unused += by
	}
	if needsAlt(a) {
		f.NoAlt += by
	}
	if a.Look == nil {
		f.Unseen += by
	}
	for _, c := range a.Collections {
		f.Found[c] += by
	}
	for _, tag := range a.Tags {
		if t.tags[tag] += by; t.tags[tag] == 0 {
			delete(t.tags, tag)
		}
	}
}

func (t *tally) countBatch(a *domain.Shelved, batch string, by int) {
	if a.DeletedAt.IsZero() && a.Batch != "" && a.Batch == batch {
		t.facets.LastBatch += by
	}
}

func (t *tally) sortedTags() []Counted {
	list := make([]Counted, 0, len(t.tags))
	for name, n := range t.tags {
		list = append(list, Counted{name, n})
	}
	slices.SortFunc(list, func(x, y Counted) int {
		return cmp.Or(cmp.Compare(fold(x.Name), fold(y.Name)), cmp.Compare(x.Name, y.Name))
	})
	return list
}

func needsAlt(a *domain.Shelved) bool { return a.Alt == "" && a.Kind != domain.AssetVideo }

// words returns what words are looked for in.
func (v *stock) words() *words {
	if known := v.folded.Load(); known != nil {
		return known
	}
	v.fold.Lock()
	defer v.fold.Unlock()
	if known := v.folded.Load(); known != nil {
		return known
	}
	made := newWords(v.list)
	v.folded.Store(made)
	return made
}

// matching returns the assets that a query finds, in an order.
func (v *stock) matching(q query, by Sort) []*domain.Shelved {
	takes, count := make([]bool, len(v.list)), 0
	for i, binned := range v.binned {
		takes[i] = binned == q.bin
	}
	for _, w := range q.words {
		v.words().keep(takes, w.text, !w.not)
	}
	for i := range takes {
		takes[i] = takes[i] && q.passes(v, i)
		if takes[i] {
			count++
		}
	}
	out := make([]*domain.Shelved, 0, count)
	for _, i := range v.order(by).places {
		if takes[i] {
			out = append(out, v.list[i])
		}
	}
	return out
}
