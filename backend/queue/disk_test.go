package queue_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/prooftest"
	"postbag/backend/store"
	"postbag/backend/store/disktest"
)

// breakage is a way for a disk to fail: from one request on, for some of them.
type breakage struct {
	name string
	what string // of the request, as disktest names it
	code int32
	runs int64 // how many requests in a row
}

func breakages() []breakage {
	return []breakage{
		{"a write fails", "write", sqlite3.SQLITE_IOERR_WRITE, 1},
		{"a sync fails", "sync", sqlite3.SQLITE_IOERR_FSYNC, 1},
		{"a read fails", "read", sqlite3.SQLITE_IOERR_READ, 1},
		{"the disk is full for a while", "write", sqlite3.SQLITE_FULL, 40},
		{"the disk is full for good", "write", sqlite3.SQLITE_FULL, 1 << 40},
		{"the disk is read-only", "write", sqlite3.SQLITE_READONLY, 1 << 40},
	}
}

// Q17: the disk fails at a request, once or for long, while posts go out; then it works again.
// Nothing is lost, nothing is doubled, and the same process goes on.
func TestADiskThatFailsLosesAndDoublesNothing(t *testing.T) {
	for _, shape := range []network.Shape{network.ShapeNone, network.ShapeKey} {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			points := prooftest.Size(t, 60, 12) / 6 // of each way to fail
			for _, seed := range prooftest.Seeds(t) {
				h := newHouse(t, t.TempDir(), shape, seed)
				h.outlet.faulty = true
				virtual(t, func(bubble *testing.T) {
					h.t = bubble
					hits, lost, doubled := h.failures(points)
					t.Logf("figure: Q17 %s: %d failures of the disk, %d posts, %d lost, %d doubled, %d held", shape, hits, len(h.texts), lost, doubled, h.count(domain.Held))
					if lost+doubled > 0 || bubble.Failed() {
						prooftest.Errorf(t, seed, "%d lost, %d doubled", lost, doubled)
					}
					if hits < points {
						t.Errorf("only %d failures", hits)
					}
				})
			}
		})
	}
}

// failures lets the disk fail at some points in each way, and counts how often it did.
func (h *house) failures(points int) (hits, lost, doubled int) {
	h.boot()
	h.channels = []domain.ChannelID{h.channel("one"), h.channel("two")}
	var w *witness
	again := func() {
		h.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown', 'planned')")
		_ = h.queue.RunUntilIdle(h.t.Context()) // a broken disk is an error
	}
	w = &witness{DB: h.db, outcomes: map[string]domain.Outcome{}}
	h.queue.Store = w
	for i := range points {
		for j, b := range breakages() {
			text := fmt.Sprintf("disk %d %d", i, j)
			id, err := h.try(h.channels[j%2], []string{text})
			if err != nil {
				h.t.Fatal(err)
			}
			h.texts[text] = id
			at, seen, hit := h.luck.Int64N(120), int64(0), false
			h.disk.Fail(func(o disktest.Op) int32 {
				if o.What != b.what {
					return 0
				}
				seen++
				if seen <= at || seen > at+b.runs {
					return 0
				}
				hit = true
				return b.code
			})
			_, _ = h.raw.Exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown', 'planned')")
			_ = h.queue.RunUntilIdle(h.t.Context())
			h.disk.Fail(nil)
			time.Sleep(2 * time.Second)
			again()
			if hit {
				hits++
			}
		}
	}
	for range 20 {
		time.Sleep(2 * time.Second)
		again()
	}
	var sound string
	if err := h.raw.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		h.t.Errorf("the database is damaged: %s, %v", sound, err)
	}
	for _, id := range w.intents {
		var n int
		if err := h.raw.QueryRow("SELECT count(*) FROM call WHERE id = ?", id).Scan(&n); err != nil || n != 1 {
			lost++
		}
	}
	for text, id := range h.texts {
		d := h.get(id)
		if !d.State.Terminal() && d.State != domain.Held {
			h.t.Errorf("%q is %s in the end", text, d.State)
		}
		if h.outlet.visible[text] == 0 && d.State != domain.Held {
			lost++
		}
		if h.outlet.visible[text] > 1 {
			doubled++
		}
	}
	return hits, lost, doubled
}

// Q17: a bit of the file flips while nobody looks. The store opens it or says that it is damaged;
// the queue works on it or stops; what was published is never published again.
func TestAFlippedBitDoublesNothing(t *testing.T) {
	t.Parallel()
	flips := prooftest.Size(t, 40, 8)
	for _, seed := range prooftest.Seeds(t) {
		luck := rand.New(rand.NewPCG(seed, 17))
		h := newHouse(t, t.TempDir(), network.ShapeNone, seed)
		refused, doubled := 0, 0
		virtual(t, func(bubble *testing.T) {
			h.t = bubble
			h.boot()
			c := h.channel("one")
			for i := range 6 {
				h.texts[fmt.Sprint("flip ", i)] = h.plan(c, time.Now(), fmt.Sprint("flip ", i))
			}
			h.run()
			for i := range 3 {
				h.texts[fmt.Sprint("later ", i)] = h.plan(c, time.Now().Add(time.Hour), fmt.Sprint("later ", i))
			}
			_, _ = h.db.Close(), h.raw.Close()
			whole := h.disk.Files()["postbag.db"]
			time.Sleep(2 * time.Hour)
			for range flips {
				damaged := append([]byte(nil), whole...)
				bit := luck.IntN(8 * len(damaged))
				damaged[bit/8] ^= 1 << (bit % 8)
				h.disk.Restart(luck)
				h.disk.Write("postbag.db", damaged)
				before := map[string]int{}
				for text, n := range h.outlet.visible {
					before[text] = n
				}
				if err := h.opened(); err != nil {
					refused++
				}
				for text, n := range h.outlet.visible {
					if n > 1 && text[:4] == "flip" || n-before[text] > 1 {
						doubled++
						bubble.Errorf("bit %d: %q is visible %d times", bit, text, n)
					}
				}
			}
		})
		t.Logf("figure: Q17 bits: %d flipped, %d refused, %d doubled", flips, refused, doubled)
		if doubled > 0 {
			prooftest.Errorf(t, seed, "%d doubled", doubled)
		}
	}
}

// opened starts the program on the disk as it is and lets it publish. What is wrong with the file
// is said by one of the store's errors, or the queue's; a panic is not.
func (h *house) opened() error {
	db, err := store.Open(h.t.Context(), h.path, store.Options{})
	if err != nil {
		if !errors.Is(err, store.ErrDamaged) && !errors.Is(err, store.ErrNewer) {
			h.t.Logf("refused without a name for it: %v", err)
		}
		return err
	}
	defer func() { _ = db.Close() }()
	q := h.queue
	q.Store = db
	return q.RunUntilIdle(h.t.Context())
}
