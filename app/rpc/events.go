package rpc

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Message is one event for the pages.
type Message struct {
	Name    string // what the page listens to; never with a line end
	Payload any    // becomes JSON
}

const (
	kept       = 512              // events kept for readers that come back
	queued     = 256              // events one reader may be behind before it is let go
	mostReader = 32               // streams at a time
	heartbeat  = 20 * time.Second // so that a reader who is gone is noticed
)

// Hub sends events to every page that listens. A page that is too slow is let go: its browser comes
// back by itself and gets what it missed, or, if that is too much, messages that make it load everything
// again.
type Hub struct {
	reload []event
	log    *slog.Logger
	epoch  string // tells this hub's numbers from those of an earlier process

	mu      sync.Mutex
	last    uint64
	ring    []event // the newest at the end, at most kept
	readers map[chan event]struct{}
	closed  bool
}

type event struct {
	number uint64
	name   string
	data   []byte
}

// NewHub returns a hub. A reader that missed too much gets reload instead.
func NewHub(reload []Message, log *slog.Logger) *Hub {
	h := &Hub{log: log, epoch: strings.ToLower(rand.Text()[:8]), readers: map[chan event]struct{}{}}
	for _, m := range reload {
		if e, ok := h.event(m); ok {
			h.reload = append(h.reload, e)
		}
	}
	return h
}

// event writes a message as it is sent, without its number.
func (h *Hub) event(m Message) (event, bool) {
	data, err := json.Marshal(m.Payload)
	if err != nil {
		h.log.Error("an event could not be told", "event", m.Name, "error", err)
		return event{}, false
	}
	return event{name: m.Name, data: data}, true
}

// Send gives a message to every reader, and never waits for one.
func (h *Hub) Send(m Message) {
	e, ok := h.event(m)
	if !ok {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return
	}
	h.last++
	e.number = h.last
	if len(h.ring) == kept {
		h.ring = append(h.ring[:0], h.ring[1:]...)
	}
	h.ring = append(h.ring, e)
	for reader := range h.readers {
		select {
		case reader <- e:
		default:
			h.drop(reader)
		}
	}
}

// Close lets every reader go, and takes no more.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for reader := range h.readers {
		h.drop(reader)
	}
}

// drop lets a reader go. The lock is held.
func (h *Hub) drop(reader chan event) {
	if _, there := h.readers[reader]; there {
		delete(h.readers, reader)
		close(reader)
	}
}

// join adds a reader and returns what it missed since the event it names, "" for a new reader. It
// returns false if there are too many, or the hub is closed.
func (h *Hub) join(since string) (reader chan event, missed []event, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.readers) >= mostReader {
		return nil, nil, false
	}
	missed = h.missed(since)
	reader = make(chan event, queued)
	h.readers[reader] = struct{}{}
	return reader, missed, true
}

// missed returns the events after one. What is not kept any more, or was another process's,
// is replaced by what makes a page load everything again. The lock is held.
func (h *Hub) missed(since string) []event {
	if since == "" {
		return nil
	}
	if epoch, text, ok := strings.Cut(since, "-"); ok && epoch == h.epoch {
		n, err := strconv.ParseUint(text, 10, 64)
		if err == nil && n <= h.last && h.last-n <= uint64(len(h.ring)) {
			return append([]event{}, h.ring[uint64(len(h.ring))-(h.last-n):]...)
		}
	}
	all := append([]event{}, h.reload...)
	for i := range all {
		all[i].number = h.last
	}
	return all
}

func (h *Hub) leave(reader chan event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(reader)
}

// ServeHTTP is the stream: server-sent events, until the reader or the hub ends it.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "the events are read by GET", http.StatusMethodNotAllowed)
		return
	}
	reader, missed, ok := h.join(r.Header.Get("Last-Event-ID"))
	if !ok {
		http.Error(w, "too many pages listen", http.StatusServiceUnavailable)
		return
	}
	defer h.leave(reader)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	// The browser waits a second before it comes back; the first line also tells it that it is in.
	if _, err := fmt.Fprint(w, "retry: 1000\n\n"); err != nil {
		return
	}
	for _, e := range missed {
		if h.write(w, e) != nil {
			return
		}
	}
	if out.Flush() != nil {
		return
	}
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for {
		select {
		case <-r.Context().Done():
			return
		case e, ok := <-reader:
			if !ok || h.write(w, e) != nil {
				return
			}
		case <-beat.C:
			if _, err := fmt.Fprint(w, ":\n\n"); err != nil {
				return
			}
		}
		if out.Flush() != nil {
			return
		}
	}
}

// write sends one event. JSON has no line ends, so it is one line of data.
func (h *Hub) write(w http.ResponseWriter, e event) error {
	_, err := fmt.Fprintf(w, "id: %s-%d\nevent: %s\ndata: %s\n\n", h.epoch, e.number, e.name, e.data)
	return err
}
