package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/prooftest"
	"postbag/backend/queue"
	"postbag/backend/queue/queuetest"
)

// act is one step of a random history: something a person, the clock, the network or a crash does.
type act struct {
	kind int
	pick int
	luck uint64
}

const (
	actPlan = iota
	actRun
	actTime
	actCancel
	actHold
	actRelease
	actMove
	actAnswer
	actKinds
)

// memory is a ledger without sockets: a carrier that decides by luck what becomes of a request.
// It can also "crash": it stops between the intent and the outcome, as a killed process does.
type memory struct {
	mu      sync.Mutex // two accounts publish at the same time
	luck    *rand.Rand
	keyed   bool
	posts   map[string]string // key → text
	order   []made            // as they were published
	boxes   map[string]entry  // invisible objects
	ghosts  []func()
	dead    bool // the process is dead: nothing more happens until the next run
	visible map[string]int
}

func (m *memory) accept(key, text string) string {
	if _, known := m.posts[key]; known && m.keyed {
		return key
	}
	m.posts[key] = text
	m.visible[text]++
	return key
}

func (m *memory) appear() {
	for _, g := range m.ghosts {
		g()
	}
	m.ghosts = nil
}

type crash struct{}

func (m *memory) Send(_ context.Context, r network.Request, intent func() error) (network.Reply, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	offline := &network.Error{Kind: network.NotSent, Message: "offline"}
	if m.dead || m.luck.IntN(12) == 0 {
		return network.Reply{}, offline
	}
	if r.Method == "GET" {
		return m.look(r.URL), nil
	}
	if intent == nil && strings.HasSuffix(r.URL, "/containers") {
		return m.box(r), nil
	}
	if intent == nil {
		return answer(200, "media"), nil
	}
	if err := intent(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no intent", Err: err}
	}
	key, e, fresh := m.entryOf(r)
	if !fresh {
		return answer(409, ""), nil
	}
	cut := &network.Error{Kind: network.Ambiguous, Message: "reset"}
	switch m.luck.IntN(10) {
	case 0:
		m.dead = true
		panic(crash{}) // nothing arrived
	case 1:
		m.show(key, e)
		m.dead = true
		panic(crash{})
	case 2:
		return network.Reply{}, cut
	case 3:
		m.show(key, e)
		return network.Reply{}, cut
	case 4:
		m.ghosts = append(m.ghosts, func() { m.show(key, e) })
		return network.Reply{}, cut
	case 5:
		return answer(429, ""), nil
	case 6:
		return answer(422, ""), nil
	case 7:
		m.show(key, e)
		return answer(500, ""), nil
	}
	return answer(200, m.show(key, e)), nil
}

func answer(status int, id string) network.Reply {
	body, err := json.Marshal(map[string]string{"id": id, "url": "https://ledger.example/" + id})
	if err != nil {
		panic(err)
	}
	return network.Reply{Status: status, Header: map[string]string{}, Body: body}
}

// world runs histories on a real database and checks the invariants after every act. Each history
// has channels of its own; what the ones before left is put off for ever.
type world struct {
	*app
	memory   *memory
	shape    network.Shape
	name     int   // of the history
	first    int64 // the last delivery of the histories before
	channels []domain.ChannelID
	ids      []domain.DeliveryID
	texts    map[domain.DeliveryID][]string
}

func newWorld(t *testing.T, path string, shape network.Shape) *world {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix)
	}
	w := &world{memory: &memory{keyed: shape == network.ShapeKey || shape == network.ShapePhase}, shape: shape}
	w.app = openApp(t, path, fake(shape, "http://ledger", time.Nanosecond), queue.Carriers{"http": w.memory})
	return w
}

func (w *world) close() { _, _ = w.db.Close(), w.raw.Close() }

// begin clears the stage for a new history.
func (w *world) begin() error {
	if len(w.ids) > 0 {
		w.memory.luck, w.memory.dead = rand.New(rand.NewPCG(0, 0)), true
		if err := w.queue.RunUntilIdle(w.t.Context()); err != nil { // what a crash left becomes doubt, off line
			return err
		}
		w.exec("UPDATE delivery SET wake_at_ms = ? WHERE state IN ('planned', 'waiting', 'unknown') AND row > ?", int64(1)<<45, w.first)
		last := w.compiled("SELECT max(row) FROM delivery WHERE row > ?").QueryRow(w.first) //nolint:sqlclosecheck // it is kept
		if err := last.Scan(&w.first); err != nil {
			return err
		}
	}
	w.name++
	w.memory.posts, w.memory.visible, w.memory.ghosts = map[string]string{}, map[string]int{}, nil
	w.memory.order, w.memory.boxes = nil, map[string]entry{}
	w.ids, w.texts = nil, map[domain.DeliveryID][]string{}
	w.channels = []domain.ChannelID{w.channel(fmt.Sprint("one ", w.name)), w.channel(fmt.Sprint("two ", w.name))}
	return nil
}

func (w *world) do(a act) error {
	ctx := w.t.Context()
	if a.kind == actPlan {
		texts := numbered(fmt.Sprintf("model %d of %d part %%d", len(w.ids), w.name), 1+int(a.luck%3))
		id := w.plan(w.channels[a.pick%2], time.Now(), texts...)
		w.ids, w.texts[id] = append(w.ids, id), texts
		return w.check()
	}
	if len(w.ids) == 0 {
		return nil
	}
	id := w.ids[a.pick%len(w.ids)]
	var err error
	switch a.kind {
	case actRun:
		w.memory.luck, w.memory.dead = rand.New(rand.NewPCG(a.luck, 2)), false
		err = w.queue.RunUntilIdle(ctx)
	case actTime:
		w.exec("UPDATE delivery SET wake_at_ms = 1 WHERE state IN ('waiting', 'unknown') AND row > ?", w.first)
	case actCancel:
		err = w.planner.Cancel(ctx, id)
	case actHold:
		err = w.planner.Hold(ctx, id)
	case actRelease:
		err = w.planner.Release(ctx, id)
	case actMove:
		err = w.planner.Move(ctx, id, time.Now())
	case actAnswer:
		err = w.answer(ctx, id, a.luck)
	}
	if err != nil && !errors.Is(err, domain.ErrNotAllowed) && !errors.Is(err, domain.ErrConflict) {
		return fmt.Errorf("act %+v: %w", a, err)
	}
	return w.check()
}

// answer is a person who looks first and says what is true.
func (w *world) answer(ctx context.Context, id domain.DeliveryID, luck uint64) error {
	w.memory.appear()
	doubt, err := w.db.Doubt(ctx, id)
	if errors.Is(err, domain.ErrNotFound) || w.get(id).State != domain.Held {
		return nil
	}
	if err != nil {
		return err
	}
	if text := w.texts[id][doubt.Segment]; w.memory.visible[text] > 0 {
		segments, err := w.db.Segments(ctx, id)
		if err != nil {
			return err
		}
		key := segments[doubt.Segment].ClientKey
		if box := segments[doubt.Segment].Container; box != "" {
			key = box
		}
		return w.planner.Resolve(ctx, id, queue.Answer{Live: "https://ledger.example/" + key})
	}
	return w.planner.Resolve(ctx, id, queue.Answer{Absent: luck%2 == 0, SendAgain: luck%2 == 1})
}

// check holds the world to the invariants I1, I2 and I4.
func (w *world) check() error {
	rows, err := w.compiled("SELECT id, state FROM delivery WHERE row > ?").Query(w.first) //nolint:sqlclosecheck // the statement is kept
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id domain.DeliveryID
		var state domain.DeliveryState
		if err := rows.Scan(&id, &state); err != nil {
			return err
		}
		for _, text := range w.texts[id] {
			switch n := w.memory.visible[text]; {
			case n > 1:
				return fmt.Errorf("%q is visible %d times (%s)", text, n, state)
			case n == 0 && state == domain.Published:
				return fmt.Errorf("%q is published and not visible", text)
			case n == 1 && (state == domain.Cancelled || state == domain.Missed || state == domain.Rejected):
				return fmt.Errorf("%q is %s and visible", text, state)
			}
		}
	}
	return rows.Err()
}

// play runs a history where others were before.
func (w *world) play(history []act) error {
	if err := w.begin(); err != nil {
		return err
	}
	for i, a := range history {
		if err := w.do(a); err != nil {
			return fmt.Errorf("act %d of %d: %w", i+1, len(history), err)
		}
	}
	return nil
}

// playAlone runs a history on a database of its own.
func playAlone(t *testing.T, path string, shape network.Shape, history []act) error {
	w := newWorld(t, path, shape)
	defer w.close()
	return w.play(history)
}

// historyOf makes the history of a seed.
func historyOf(seed uint64, length int) []act {
	random := rand.New(rand.NewPCG(seed, 1))
	history := make([]act, length)
	for i := range history {
		kind := random.IntN(actKinds + 4)
		if kind >= actKinds {
			kind = actRun + kind%2 // mostly the queue and the clock
		}
		history[i] = act{kind: kind, pick: random.IntN(1 << 20), luck: random.Uint64()}
	}
	return history
}

// shrink drops acts for as long as the history still fails.
func shrink(history []act, fails func([]act) bool) []act {
	for size := len(history) / 2; size > 0; size /= 2 {
		for i := 0; i+size <= len(history); {
			if shorter := slices.Delete(slices.Clone(history), i, i+size); fails(shorter) {
				history = shorter
			} else {
				i += size
			}
		}
	}
	return history
}

// Q2: random histories keep the invariants; one that does not is shrunk before it is shown. A
// database serves many histories: making it takes longer than one of them.
func TestRandomHistoriesKeepTheInvariants(t *testing.T) {
	steps := prooftest.Size(t, 100_000, 2_000)
	folder := inMemory(t)
	shapes := queuetest.Shapes()
	const length, shared = 100, 30 // acts of a history, histories of a database
	for _, shape := range shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(folder, string(shape)+".db")
			w := newWorld(t, path, shape)
			defer func() { w.close() }()
			seeds := prooftest.Seeds(t)
			luck := rand.New(rand.NewPCG(seeds[len(seeds)-1], 2))
			done := 0
			for ; done < steps/len(shapes); done += length {
				seed := luck.Uint64()
				if i := done / length; i < len(seeds)-1 {
					seed = seeds[i] // it failed before
				}
				if w.name == shared {
					w.close()
					w = newWorld(t, path, shape)
				}
				history := historyOf(seed, length)
				err := w.play(history)
				if err == nil {
					continue
				}
				alone := filepath.Join(folder, string(shape)+" alone.db")
				short := shrink(history, func(h []act) bool { return playAlone(t, alone, shape, h) != nil })
				prooftest.Errorf(t, seed, "%v; shortest history: %+v: %v", err, short, playAlone(t, alone, shape, short))
				return
			}
			t.Logf("figure: Q2 %s: %d steps", shape, done)
		})
	}
}
