package queue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"modernc.org/sqlite"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/prooftest"
	"postbag/backend/queue"
	"postbag/backend/store"
	"postbag/backend/store/disktest"
)

// lazyFolder marks the databases whose connections are opened with synchronous=NORMAL, in place
// of what the store asks for: the mutant that a power cut must catch.
const lazyFolder = "synchronous-normal"

// forget makes the connections of the mutant's databases lazy. It is called once, before the
// first database is opened.
func forget() {
	sqlite.RegisterConnectionHook(func(c sqlite.ExecQuerierContext, address string) error {
		if !strings.Contains(address, lazyFolder) {
			return nil
		}
		_, err := c.ExecContext(context.Background(), "PRAGMA synchronous = NORMAL", nil)
		return err
	})
}

// outlet is a network in another house: it goes on when the power here is cut, and what it has
// accepted stays accepted.
type outlet struct {
	disk    *disktest.Disk
	keyed   bool
	faulty  bool // it also loses answers by itself
	mu      sync.Mutex
	luck    *rand.Rand
	visible map[string]int
	keys    map[string]bool
}

func (o *outlet) Send(_ context.Context, r network.Request, intent func() error) (network.Reply, error) {
	dark := &network.Error{Kind: network.NotSent, Message: "the power is off"}
	if !o.disk.Point() {
		return network.Reply{}, dark
	}
	if intent == nil && r.Method != "GET" {
		return answer(200, "media"), nil
	}
	key := r.Header["Idempotency-Key"]
	if key == "" {
		key = filepath.Base(r.URL)
	}
	if intent == nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.keys[key] {
			return answer(200, key), nil
		}
		return answer(404, ""), nil
	}
	if err := intent(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no intent", Err: err}
	}
	if !o.disk.Point() {
		return network.Reply{}, dark // the bytes never left; nobody here can know
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	luck := 9
	if o.faulty {
		luck = o.luck.IntN(10)
	}
	if luck == 0 {
		return lost()
	}
	var e entry
	if err := json.Unmarshal(r.Body[0].Bytes, &e); err != nil {
		panic(err)
	}
	conflict := r.Method == "PUT" && o.keys[key]
	if !o.keys[key] || !o.keyed {
		o.keys[key] = true
		o.visible[e.Text]++
	}
	switch {
	case !o.disk.Point() || luck == 1:
		return lost()
	case conflict:
		return answer(409, ""), nil
	}
	return answer(200, key), nil
}

// witness remembers what the store promised: an intent or an outcome that returned is durable.
type witness struct {
	*store.DB
	mu       sync.Mutex
	intents  []string
	outcomes map[string]domain.Outcome
}

func (w *witness) Intend(ctx context.Context, c domain.Call, until time.Time) error {
	err := w.DB.Intend(ctx, c, until)
	if err == nil {
		w.mu.Lock()
		w.intents = append(w.intents, c.ID)
		w.mu.Unlock()
	}
	return err
}

func (w *witness) Settle(ctx context.Context, s domain.Settlement) error {
	err := w.DB.Settle(ctx, s)
	if err == nil {
		w.mu.Lock()
		w.outcomes[s.CallID] = s.Outcome
		w.mu.Unlock()
	}
	return err
}

// house is a queue on a disk whose power goes.
type house struct {
	*app
	t        *testing.T
	path     string
	shape    network.Shape
	disk     *disktest.Disk
	outlet   *outlet
	luck     *rand.Rand
	channels []domain.ChannelID
	texts    map[string]domain.DeliveryID // promised: their planning returned
	intents  []string
	outcomes map[string]domain.Outcome
	boots    int
	lost     int // intents, outcomes and deliveries that were promised and not there
}

// newHouse puts a database on a disk of its own. It is called outside a bubble of virtual time.
func newHouse(t *testing.T, folder string, shape network.Shape, seed uint64) *house {
	luck := rand.New(rand.NewPCG(seed, 8))
	disk := disktest.New(t, folder)
	return &house{
		t: t, path: filepath.Join(folder, "postbag.db"), shape: shape, disk: disk, luck: luck,
		outlet: &outlet{
			disk: disk, keyed: shape != network.ShapeNone, luck: rand.New(rand.NewPCG(seed, 9)),
			visible: map[string]int{}, keys: map[string]bool{},
		},
		texts: map[string]domain.DeliveryID{}, outcomes: map[string]domain.Outcome{},
	}
}

// boot opens the database as the disk has it, and checks that all that was promised is there.
func (h *house) boot() {
	h.t.Helper()
	h.app = openApp(h.t, h.path, fake(h.shape, "http://ledger", time.Second), queue.Carriers{"http": h.outlet})
	h.boots++
	h.queue.Me.BootID = fmt.Sprint("boot ", h.boots)
	var sound string
	if err := h.raw.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		h.t.Fatalf("the database is damaged: %s, %v", sound, err)
	}
	for _, id := range h.intents {
		var outcome *domain.Outcome
		if err := h.raw.QueryRow("SELECT outcome FROM call WHERE id = ?", id).Scan(&outcome); err != nil {
			h.lost++
			continue
		}
		if promised, ok := h.outcomes[id]; ok && (outcome == nil || *outcome != promised) {
			h.lost++
		}
	}
	for text, id := range h.texts {
		if _, err := h.db.Delivery(h.t.Context(), id); err != nil {
			h.lost++
			delete(h.texts, text)
		}
	}
	h.intents, h.outcomes = nil, map[string]domain.Outcome{} // what is there now was there after a boot
}

// live plans and publishes until the power goes, or nothing is left to do.
func (h *house) live(n int) {
	w := &witness{DB: h.db, outcomes: map[string]domain.Outcome{}}
	h.queue.Store = w
	for i := range 1 + h.luck.IntN(2) {
		texts := numbered(fmt.Sprintf("life %d post %d part %%d", n, i), 1+h.luck.IntN(2))
		id, err := h.try(h.channels[i%2], texts)
		if err != nil {
			break
		}
		for _, text := range texts {
			h.texts[text] = id
		}
	}
	for range 2 {
		_, _ = h.raw.Exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown', 'planned')")
		if err := h.queue.RunUntilIdle(h.t.Context()); err != nil && !h.disk.Off() {
			h.t.Errorf("with the power on: %v", err)
		}
		time.Sleep(2 * time.Second) // over the quarantine: what is in doubt is looked for, if there is power
	}
	h.intents, h.outcomes = append(h.intents, w.intents...), w.outcomes
	_, _ = h.db.Close(), h.raw.Close()
}

// try plans a post, which fails when the power goes.
func (h *house) try(c domain.ChannelID, texts []string) (domain.DeliveryID, error) {
	h.posts++
	now := time.Now().UnixMilli()
	post, variant := domain.NewID(time.Now()), domain.NewID(time.Now())
	for _, s := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO post (id, workspace, text, link, language, warning, visibility, version, created_at_ms, updated_at_ms)
			SELECT ?, row, ?, '', '', '', '', 1, ?, ? FROM workspace LIMIT 1`, []any{post, texts[0], now, now}},
		{`INSERT INTO variant (id, post, channel, own_parts, own_media, options_json)
			SELECT ?, p.row, c.row, 0, 0, '{}' FROM post p, channel c WHERE p.id = ? AND c.id = ?`, []any{variant, post, c}},
	} {
		if _, err := h.raw.Exec(s.query, s.args...); err != nil {
			return "", err
		}
	}
	list, err := h.planner.Plan(h.t.Context(), domain.Post{
		ID: domain.PostID(post), Content: domain.Content{Text: texts[0], Parts: texts[1:]},
		Variants: []domain.Variant{{ID: domain.VariantID(variant), Channel: c}},
	}, queue.When{Due: time.Now()})
	if err != nil {
		return "", err
	}
	return list[0].ID, nil
}

// cuts boots, lives and loses its power n times, then runs undisturbed to the end. It reports
// what was promised and lost, and what is visible twice.
func (h *house) cuts(n int) (kills, lost, doubled, held int) {
	h.boot()
	h.channels = []domain.ChannelID{h.channel("one"), h.channel("two")}
	_, _ = h.db.Close(), h.raw.Close()
	for life := 0; kills < n; life++ {
		time.Sleep(time.Second) // of virtual time
		if h.luck.IntN(8) == 0 {
			h.disk.CutAt(1 + h.luck.Int64N(12)) // while it starts
			if db, err := store.Open(h.t.Context(), h.path, store.Options{}); err == nil {
				_ = db.Close()
			}
			h.dark()
		}
		h.boot()
		h.disk.CutAt(1 + h.luck.Int64N(400))
		h.live(life)
		if h.disk.Off() {
			kills++
		}
		h.dark()
	}
	h.boot()
	for range 20 {
		time.Sleep(2 * time.Second)
		h.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown', 'planned')")
		h.run()
		if h.count(domain.Planned)+h.count(domain.Waiting)+h.count(domain.Unknown) == 0 {
			break
		}
	}
	for text, id := range h.texts {
		d := h.get(id)
		if !d.State.Terminal() && d.State != domain.Held {
			h.t.Errorf("%q is %s in the end", text, d.State)
		}
		if h.outlet.visible[text] == 0 && d.State != domain.Held {
			h.lost++
		}
	}
	for _, n := range h.outlet.visible {
		if n > 1 {
			doubled++
		}
	}
	return kills, h.lost, doubled, h.count(domain.Held)
}

func (h *house) dark() {
	h.disk.Cut()
	h.disk.Restart(h.luck)
}

// Q8: the power goes at any write, sync or request, and what was not synced may be gone. Nothing
// that was promised is lost, nothing is sent twice, the database is never damaged.
func TestAPowerCutTakesNothingThatWasPromised(t *testing.T) {
	for _, shape := range []network.Shape{network.ShapeNone, network.ShapeKey, network.ShapeRecord} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			n := prooftest.Size(t, 210, 6) / 3
			for _, seed := range prooftest.Seeds(t) {
				h := newHouse(t, t.TempDir(), shape, seed)
				h.outlet.faulty = true
				virtual(t, func(bubble *testing.T) {
					h.t = bubble
					kills, lost, doubled, held := h.cuts(n)
					t.Logf("figure: Q8 %s: %d power cuts, %d posts, %d lost, %d doubled, %d held", shape, kills, len(h.texts), lost, doubled, held)
					if lost+doubled > 0 || bubble.Failed() {
						prooftest.Errorf(t, seed, "%d lost, %d doubled", lost, doubled)
					}
					if kills < n/2 {
						t.Errorf("only %d of %d lives were cut short", kills, n)
					}
				})
			}
		})
	}
}

// Q7: a store that does not wait for the disk is caught by the same power cuts.
func TestPowerCutsCatchAStoreThatDoesNotWaitForTheDisk(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), lazyFolder)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, folder, network.ShapeNone, rand.Uint64())
	virtual(t, func(bubble *testing.T) {
		h.t = bubble
		kills, lost, doubled, _ := h.cuts(12)
		t.Logf("figure: Q7 synchronous=NORMAL caught: %d power cuts, %d promises lost, %d doubled", kills, lost, doubled)
		if lost == 0 {
			t.Error("synchronous=NORMAL was not caught")
		}
	})
}

// Q8: the very first start can be cut short at any point; the next one begins where it can.
func TestAFirstStartCutShortIsMadeUpForByTheNext(t *testing.T) {
	t.Parallel()
	step := int64(31)
	if testing.Short() {
		step = 197
	}
	luck := rand.New(rand.NewPCG(rand.Uint64(), 8))
	for point := int64(1); ; point += step {
		folder := t.TempDir()
		disk := disktest.New(t, folder)
		path := filepath.Join(folder, "postbag.db")
		disk.CutAt(point)
		db, err := store.Open(t.Context(), path, store.Options{})
		if err == nil {
			_ = db.Close()
			if disk.Off() {
				continue
			}
			t.Logf("figure: Q8 first start: %d points, one in %d cut", disk.Ops(), step)
			return
		}
		disk.Restart(luck)
		db, err = store.Open(t.Context(), path, store.Options{})
		if err != nil {
			t.Fatalf("cut at %d: %v", point, err)
		}
		if _, err := db.AddWorkspace(t.Context(), "Bakery"); err != nil {
			t.Fatalf("cut at %d: %v", point, err)
		}
		_ = db.Close()
	}
}
