// Package twins finds out whether what is about to be published went out a moment ago.
//
// The queue never sends one delivery twice. People do: they write a post again because they do
// not see the first, import the same table a second time, or take a picture out of the library
// that went out on Monday. So before a delivery is claimed it is compared with what the same
// channel published in the last days. A twin holds it: a person sees what went out and when, and
// says once "send anyway", or takes it out.
//
//	plan ─► words (no case, width, marks, counters of clicks) ─► the same, or nearly ─┐
//	     └► pictures ─► the library's look of each ─────────────► all of them alike ──┴► twin
//
// Nothing is kept for this: a frozen plan says all that was sent. What a channel sent within the
// window is read once, as sketches of a few numbers in memory, and what is new since at each
// question. What may be live without proof counts like what is.
//
// What repeats by a rule, a new generation that a person asked for, and the rest of something
// that has begun to go out are not asked about.
package twins

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// Store knows what was sent.
type Store interface {
	// SentTo returns what a channel published since then.
	SentTo(ctx context.Context, channel domain.ChannelID, since time.Time) ([]domain.Sent, error)
	// MaybeSentTo returns what a channel may have published since then without being published:
	// begun threads, and requests nobody knows the end of.
	MaybeSentTo(ctx context.Context, channel domain.ChannelID, since time.Time) ([]domain.Sent, error)
	// Deleted returns the deliveries of a channel that a person had deleted at the network: nothing of them is there.
	Deleted(ctx context.Context, channel domain.ChannelID) ([]domain.DeliveryID, error)
	// Begun reports whether a request that could publish something of a delivery ever left.
	Begun(ctx context.Context, id domain.DeliveryID) (bool, error)
	// SendsAnyway reports whether a person let this content of a delivery go.
	SendsAnyway(ctx context.Context, id domain.DeliveryID, content string) (bool, error)
	// Looks returns what is known of the looks of pictures, by the hash of a picture or of what was
	// made of it.
	Looks(ctx context.Context, sha256 []string) (map[string]domain.Look, error)
	// Delivery returns one delivery.
	Delivery(ctx context.Context, id domain.DeliveryID) (domain.Delivery, error)
}

// Rules say what counts as a twin.
type Rules struct {
	Window   time.Duration // how long ago; 0: nothing is compared
	Pictures bool          // the same pictures with other words count too
}

// Kind says what is alike.
type Kind string

// Every kind, the strongest first.
const (
	SameText    Kind = "same_text"
	NearText    Kind = "near_text"
	SamePicture Kind = "same_picture"
)

// Twin is what went out, or may have, and is like what is about to.
type Twin struct {
	Kind  Kind
	ID    domain.DeliveryID
	Post  domain.PostID
	At    time.Time
	URL   string // "" if that is not known
	Doubt bool   // it may be there: nothing proved it
}

// Finder finds twins. It is safe for use from several goroutines.
type Finder struct {
	Store Store
	Rules func(ctx context.Context, w domain.WorkspaceID) (Rules, error)

	mu      sync.Mutex
	seed    maphash.Seed
	shelves map[domain.ChannelID]*shelf
	last    *reading
}

// New returns a finder that knows nothing yet.
func New(s Store, rules func(ctx context.Context, w domain.WorkspaceID) (Rules, error)) *Finder {
	return &Finder{Store: s, Rules: rules, seed: maphash.MakeSeed(), shelves: map[domain.ChannelID]*shelf{}}
}

// Ask implements queue.Guard: a delivery with a twin is held.
func (f *Finder) Ask(ctx context.Context, d domain.Delivery, p network.Plan) (queue.Objection, error) {
	if d.Generation > 1 { // a person wants it again
		return queue.Objection{}, nil
	}
	twin, found, err := f.Find(ctx, d, p)
	if err != nil || !found {
		return queue.Objection{}, err
	}
	content, err := queue.Content(p)
	if err != nil {
		return queue.Objection{}, err
	}
	if yes, err := f.Store.SendsAnyway(ctx, d.ID, content); yes || err != nil {
		return queue.Objection{}, err
	}
	if begun, err := f.Store.Begun(ctx, d.ID); begun || err != nil {
		return queue.Objection{}, err // its rest, or the very same request under its key
	}
	return queue.Objection{Hold: domain.HoldDuplicateSuspect, Class: string(twin.Kind) + " " + string(twin.ID), Text: twin.sentence()}, nil
}

// Of returns what a held delivery was found to be like: its kind and the twin's id. It reports
// false if it is not held for that.
func Of(d domain.Delivery) (Kind, domain.DeliveryID, bool) {
	kind, id, ok := strings.Cut(d.ErrorClass, " ")
	if !ok || d.State != domain.Held || d.HoldReason != domain.HoldDuplicateSuspect {
		return "", "", false
	}
	return Kind(kind), domain.DeliveryID(id), true
}

// Find returns what a delivery's channel sent, or may have sent, that is like its plan: the
// strongest likeness, and of those the last. It reports false if there is none. Of d the
// workspace, channel, post and occurrence count, and its id, which is no twin of itself; a draft
// has none.
func (f *Finder) Find(ctx context.Context, d domain.Delivery, p network.Plan) (Twin, bool, error) {
	rules, err := f.Rules(ctx, d.Workspace)
	if err != nil || rules.Window <= 0 {
		return Twin{}, false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	since := time.Now().Add(-rules.Window)
	s, err := f.shelf(ctx, d.Channel, since)
	if err != nil {
		return Twin{}, false, err
	}
	maybe, err := f.maybe(ctx, d.Channel, since)
	if err != nil {
		return Twin{}, false, err
	}
	if len(s.prints)+len(maybe) == 0 {
		return Twin{}, false, nil
	}
	q, err := f.printsOf(ctx, []domain.Sent{{ID: d.ID, Post: d.Post, Occurrence: d.Occurrence}}, []network.Plan{p})
	if err != nil {
		return Twin{}, false, err
	}
	gone, err := f.Store.Deleted(ctx, d.Channel)
	if err != nil {
		return Twin{}, false, err
	}
	search := search{gone: gone, words: f.read(p).words, print: q[0], since: since, pictures: rules.Pictures}
	return search.run(ctx, f.Store, s, maybe)
}

// reading is a text taken apart and sketched.
type reading struct {
	said  string
	words words
	whole uint64
	bands []uint64
}

// read takes a plan's texts apart. The last one is remembered: a draft is asked about for one channel
// after the other, with each key, and most of them have the same text. f.mu is held.
func (f *Finder) read(p network.Plan) *reading {
	if s := said(p); f.last == nil || f.last.said != s {
		w := read(p)
		f.last = &reading{said: s, words: w, whole: w.hash(f.seed), bands: sketch(f.seed, w)}
	}
	return f.last
}

// said returns all that read takes apart, as one text.
func said(p network.Plan) string {
	var b strings.Builder
	for _, part := range p.Parts {
		b.WriteString(part.Text)
		b.WriteByte(0)
	}
	if p.Link != nil {
		b.WriteString("\x01" + p.Link.URL)
	}
	if p.Poll != nil {
		b.WriteString("\x02" + strings.Join(p.Poll.Options, "\x00"))
	}
	return b.String()
}

// printsOf sketches what was sent. f.mu is held.
func (f *Finder) printsOf(ctx context.Context, sent []domain.Sent, plans []network.Plan) ([]print, error) {
	var shas []string
	for _, p := range plans {
		for _, m := range media(p) {
			shas = append(shas, m.SHA256)
		}
	}
	looks := map[string]domain.Look{}
	if len(shas) > 0 {
		var err error
		if looks, err = f.Store.Looks(ctx, shas); err != nil {
			return nil, err
		}
	}
	out := make([]print, len(sent))
	for i, s := range sent {
		r := f.read(plans[i])
		out[i] = print{
			id: s.ID, post: s.Post, repeats: s.Repeats(), at: s.At, url: s.URL, doubt: s.Doubt, anyway: s.Anyway,
			whole: r.whole, blank: r.words.blank(), short: r.words.short(), bands: r.bands,
		}
		for _, m := range media(plans[i]) {
			look, known := looks[m.SHA256]
			out[i].pictures = append(out[i].pictures, picture{sha: maphash.String(f.seed, m.SHA256), look: look, known: known})
		}
	}
	return out, nil
}

func media(p network.Plan) []network.Media {
	var list []network.Media
	for _, part := range p.Parts {
		list = append(list, part.Media...)
	}
	return list
}

func thaw(list []domain.Sent) ([]network.Plan, error) {
	plans := make([]network.Plan, len(list))
	for i, s := range list {
		if err := json.Unmarshal(s.Plan, &plans[i]); err != nil {
			return nil, fmt.Errorf("plan of delivery %s: %w", s.ID, err)
		}
	}
	return plans, nil
}

// sentence says it in plain words, for those who have no window.
func (t Twin) sentence() string {
	what := map[Kind]string{SameText: "The same text", NearText: "Nearly the same text", SamePicture: "The same picture"}[t.Kind]
	how := "went out to this channel"
	if t.Doubt {
		how = "may have gone out to this channel"
	}
	text := fmt.Sprintf("%s %s on %s UTC", what, how, t.At.UTC().Format("2006-01-02 15:04"))
	if t.URL != "" {
		return text + ": " + t.URL
	}
	return text + ", as delivery " + string(t.ID) + "."
}
