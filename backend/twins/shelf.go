package twins

import (
	"context"
	"hash/maphash"
	"slices"
	"time"

	"postbag/backend/domain"
)

// print is what is remembered of something sent.
type print struct {
	id       domain.DeliveryID
	post     domain.PostID
	repeats  bool
	at       time.Time
	url      string
	doubt    bool
	anyway   bool
	whole    uint64   // of its words and links
	blank    bool     // it has no words
	short    bool     // many posts may have its words
	bands    []uint64 // of its sketch, nil for a short one
	pictures []picture
}

type picture struct {
	sha   uint64
	look  domain.Look
	known bool // the look is
}

// alike reports whether two pictures are one file, or look alike.
func (p picture) alike(o picture) bool {
	return p.sha == o.sha || p.known && o.known && p.look.Near(o.look)
}

func (w words) blank() bool { return w.text == "" && w.raw == "" && len(w.links) == 0 }

func (w words) hash(seed maphash.Seed) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, s := range append([]string{w.text, w.raw}, w.links...) {
		_, _ = h.WriteString(s)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

// shelf is what a channel published since from.
type shelf struct {
	from   time.Time // all that was published since then is here
	asked  time.Time // when it was brought up to date last
	known  map[domain.DeliveryID]bool
	prints []print
	whole  map[uint64][]int // by their words
	bands  [bands]map[uint64][]int
	pics   []int // those with pictures
}

// overlap is how far back is read again what was read already: a clock may be set back a little.
// One that was set back further makes the shelf be read anew, and so does a day: what fell out of
// the window is forgotten then.
const overlap = time.Minute

// shelf brings a channel's shelf up to date.
func (f *Finder) shelf(ctx context.Context, channel domain.ChannelID, since time.Time) (*shelf, error) {
	now := time.Now()
	s := f.shelves[channel]
	if s == nil || since.Before(s.from) || since.Sub(s.from) > 24*time.Hour || now.Before(s.asked) {
		s = &shelf{from: since, asked: since, known: map[domain.DeliveryID]bool{}, whole: map[uint64][]int{}}
		for i := range s.bands {
			s.bands[i] = map[uint64][]int{}
		}
	}
	back := s.asked.Add(-overlap)
	if back.Before(s.from) {
		back = s.from
	}
	sent, err := f.Store.SentTo(ctx, channel, back)
	if err != nil {
		return nil, err
	}
	sent = slices.DeleteFunc(sent, func(x domain.Sent) bool { return s.known[x.ID] })
	plans, err := thaw(sent)
	if err != nil {
		return nil, err
	}
	prints, err := f.printsOf(ctx, sent, plans)
	if err != nil {
		return nil, err
	}
	for _, p := range prints {
		s.add(p)
	}
	s.asked = now
	f.shelves[channel] = s
	return s, nil
}

func (s *shelf) add(p print) {
	at := len(s.prints)
	s.prints = append(s.prints, p)
	s.known[p.id] = true
	if !p.blank {
		s.whole[p.whole] = append(s.whole[p.whole], at)
	}
	for i, b := range p.bands {
		s.bands[i][b] = append(s.bands[i][b], at)
	}
	if len(p.pictures) > 0 {
		s.pics = append(s.pics, at)
	}
}

// maybe reads what may be live; there is never much of it.
func (f *Finder) maybe(ctx context.Context, channel domain.ChannelID, since time.Time) ([]print, error) {
	list, err := f.Store.MaybeSentTo(ctx, channel, since)
	if err != nil {
		return nil, err
	}
	plans, err := thaw(list)
	if err != nil {
		return nil, err
	}
	return f.printsOf(ctx, list, plans)
}

// search is one question.
type search struct {
	words    words
	print    print
	since    time.Time
	pictures bool
	gone     []domain.DeliveryID // what was deleted at the network

	best  Twin
	found bool
}

// mostFull bounds how many texts are compared in full, the last first: sketches leave hardly any.
const mostFull = 20

func (q *search) run(ctx context.Context, store Store, s *shelf, maybe []print) (Twin, bool, error) {
	if !q.print.blank {
		for _, at := range slices.Backward(s.whole[q.print.whole]) {
			if q.text(s.prints[at], SameText) {
				break // the last of them
			}
		}
	}
	var full []print
	for i, b := range q.print.bands {
		for _, at := range slices.Backward(s.bands[i][b]) {
			p := s.prints[at]
			if len(full) >= mostFull || p.at.Before(q.since) {
				break
			}
			if p.whole != q.print.whole && !slices.ContainsFunc(full, func(o print) bool { return o.id == p.id }) {
				full = append(full, p)
			}
		}
	}
	for _, p := range maybe {
		if !p.blank && p.whole == q.print.whole {
			q.text(p, SameText)
		} else if !p.blank && !p.short && !q.print.short {
			full = append(full, p)
		}
	}
	for _, p := range full {
		if q.skips(p) || q.found && q.best.Kind == SameText {
			continue
		}
		near, err := q.near(ctx, store, p)
		if err != nil {
			return Twin{}, false, err
		}
		if near {
			q.text(p, NearText)
		}
	}
	if !q.found && len(q.print.pictures) > 0 {
		q.picture(s, maybe)
	}
	return q.best, q.found, nil
}

// skips leaves out the delivery itself, what fell out of the window, what was deleted, and the other turns of one
// repeat. A draft has no delivery yet: what went out of it is no twin of it.
func (q *search) skips(p print) bool {
	again := p.post == q.print.post && (q.print.id == "" || q.print.repeats && p.repeats)
	return again || p.id == q.print.id || p.at.Before(q.since) || slices.Contains(q.gone, p.id)
}

// text takes note of a text that is alike, unless the pictures say that it is another post.
func (q *search) text(p print, kind Kind) bool {
	if q.skips(p) || q.otherPictures(p) && (kind == NearText || q.print.short) {
		return false
	}
	q.take(p, kind)
	return true
}

// otherPictures reports whether two posts have no picture in common and at least one has some. A
// picture of which no look is known may be any.
func (q *search) otherPictures(p print) bool {
	if len(q.print.pictures) == 0 && len(p.pictures) == 0 {
		return false
	}
	for _, a := range q.print.pictures {
		if slices.ContainsFunc(p.pictures, a.alike) {
			return false
		}
	}
	return true
}

// near compares with the frozen words, which sketches only stand for.
func (q *search) near(ctx context.Context, store Store, p print) (bool, error) {
	d, err := store.Delivery(ctx, p.id)
	if err != nil {
		return false, err
	}
	plans, err := thaw([]domain.Sent{{ID: d.ID, Plan: d.Plan}})
	if err != nil {
		return false, err
	}
	return q.words.near(read(plans[0])), nil
}

// picture looks for a post with all the pictures of this one. A picture that a person let go
// before, although it had been sent, is a sign or a cover: it comes again and again.
func (q *search) picture(s *shelf, maybe []print) {
	var all []print
	for _, at := range s.pics {
		all = append(all, s.prints[at])
	}
	for _, p := range append(all, maybe...) {
		if q.skips(p) || !q.holdsAll(p) {
			continue
		}
		if !q.print.blank && !p.blank {
			if !q.pictures {
				continue
			}
			if p.anyway {
				q.found, q.best = false, Twin{}
				return
			}
		}
		q.take(p, SamePicture)
	}
}

// holdsAll reports whether a post has every picture that this one has.
func (q *search) holdsAll(p print) bool {
	for _, a := range q.print.pictures {
		if !slices.ContainsFunc(p.pictures, a.alike) {
			return false
		}
	}
	return true
}

// take keeps the strongest likeness, and of those the last.
func (q *search) take(p print, kind Kind) {
	rank := []Kind{SameText, NearText, SamePicture}
	now, was := slices.Index(rank, kind), slices.Index(rank, q.best.Kind)
	if q.found && (now > was || now == was && p.at.Before(q.best.At)) {
		return
	}
	q.found = true
	q.best = Twin{Kind: kind, ID: p.id, Post: p.post, At: p.at, URL: p.url, Doubt: p.doubt}
}
