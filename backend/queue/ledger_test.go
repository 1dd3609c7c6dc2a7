package queue_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// fault is what the ledger does to one publishing request.
type fault string

const (
	faultNone        fault = ""
	faultResetBefore fault = "reset before" // the request is read and nothing is saved
	faultResetAfter  fault = "reset after"  // saved, then the connection is cut
	faultGhost       fault = "ghost"        // the connection is cut now, it is saved later
	faultError       fault = "500 before"
	faultErrorAfter  fault = "500 after" // saved, then a server error is answered
	faultThrottled   fault = "429"
	faultGarbage     fault = "garbage" // saved, then success and nonsense
	faultNoID        fault = "no id"   // saved, then success without an id
	faultRefused     fault = "422"
)

// ledger is a network written as a server: what it has accepted is the oracle of these tests.
// It knows nothing of deliveries, only what a service would know: keys, addresses and texts.
type ledger struct {
	mu       sync.Mutex
	server   *httptest.Server
	keyed    bool // the same key is the same post
	racy     bool // a key is looked up before and kept after: two at once make two posts
	next     func() fault
	ghost    time.Duration // how much later a ghost is saved
	gate     chan struct{} // if set, ghosts wait until it is closed instead
	pending  sync.WaitGroup
	posts    []entry
	byKey    map[string]int // index in posts
	requests int
	uploads  int
}

// entry is one visible post.
type entry struct{ ID, Text, Parent string }

func newLedger(t testing.TB) *ledger {
	t.Helper()
	l := &ledger{keyed: true, byKey: map[string]int{}, next: func() fault { return faultNone }}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /media", l.upload)
	mux.HandleFunc("POST /posts", l.post)
	mux.HandleFunc("PUT /records/{key}", l.put)
	mux.HandleFunc("GET /records/{key}", l.get)
	l.server = httptest.NewServer(mux)
	t.Cleanup(l.server.Close)
	t.Cleanup(l.pending.Wait)
	return l
}

func (l *ledger) upload(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	l.uploads++
	l.mu.Unlock()
	reply(w, 200, map[string]string{"id": fmt.Sprintf("media-%x", len(body))})
}

// save makes a post visible, or finds the one that has its key. Callers hold the lock.
func (l *ledger) save(key string, e entry) (entry, bool) {
	if i, known := l.byKey[key]; known && l.keyed {
		return l.posts[i], false
	}
	if e.ID == "" {
		e.ID = fmt.Sprintf("post-%d", len(l.posts)+1)
	}
	l.byKey[key] = len(l.posts)
	l.posts = append(l.posts, e)
	return e, true
}

func (l *ledger) post(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	l.accept(w, r, key, func(e entry) (int, entry) {
		saved, _ := l.save(key, e)
		return 200, saved
	})
}

// put is "must not exist": what is there already is a conflict.
func (l *ledger) put(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	l.accept(w, r, key, func(e entry) (int, entry) {
		e.ID = key
		saved, fresh := l.save(key, e)
		if !fresh {
			return 409, entry{}
		}
		return 200, saved
	})
}

func (l *ledger) accept(w http.ResponseWriter, r *http.Request, key string, save func(entry) (int, entry)) {
	var e entry
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil || key == "" {
		return // torn: the client died while it was writing
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	f := l.next()
	switch f {
	case faultResetBefore:
		cut(w)
		return
	case faultError:
		reply(w, 503, map[string]string{"error": "not now"})
		return
	case faultThrottled:
		w.Header().Set("Retry-After", "7")
		reply(w, 429, map[string]string{"error": "slow down"})
		return
	case faultRefused:
		reply(w, 422, map[string]string{"error": "this text is not welcome"})
		return
	case faultGhost:
		l.haunt(key, save, e)
		cut(w)
		return
	case faultNone, faultResetAfter, faultErrorAfter, faultGarbage, faultNoID:
	}
	status, saved := save(e)
	switch f {
	case faultResetAfter:
		cut(w)
	case faultErrorAfter:
		reply(w, 500, map[string]string{"error": "something went wrong"})
	case faultGarbage:
		_, _ = io.WriteString(w, "<html>welcome to the airport</html>")
	case faultNoID:
		reply(w, 200, map[string]string{})
	case faultNone, faultResetBefore, faultGhost, faultError, faultThrottled, faultRefused:
		reply(w, status, map[string]string{"id": saved.ID, "url": "https://ledger.example/" + saved.ID})
	}
}

// haunt saves a post later. A racy server decides now that the key is new.
func (l *ledger) haunt(key string, save func(entry) (int, entry), e entry) {
	_, known := l.byKey[key]
	l.pending.Go(func() {
		if l.gate != nil {
			<-l.gate
		} else {
			time.Sleep(l.ghost) // a real server's clock, not the queue's
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.racy && !known {
			delete(l.byKey, key)
		}
		save(e)
	})
}

func (l *ledger) get(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.byKey[r.PathValue("key")]; !known {
		reply(w, 404, map[string]string{"error": "no such record"})
		return
	}
	reply(w, 200, map[string]string{"id": r.PathValue("key"), "url": "https://ledger.example/" + r.PathValue("key")})
}

func reply(w http.ResponseWriter, status int, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// cut resets the connection without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// visible counts the posts by text.
func (l *ledger) visible() map[string]int {
	l.pending.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	n := map[string]int{}
	for _, e := range l.posts {
		n[e.Text]++
	}
	return n
}

// orderly reports a part that is visible without the part before it, or answers the wrong one.
func (l *ledger) orderly() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	texts := map[string]string{}
	for _, e := range l.posts {
		texts[e.ID] = e.Text
	}
	for _, e := range l.posts {
		name, part, found := strings.Cut(e.Text, " part ")
		if !found || part == "1" {
			continue
		}
		var n int
		_, _ = fmt.Sscan(part, &n)
		if want := fmt.Sprintf("%s part %d", name, n-1); texts[e.Parent] != want {
			return fmt.Errorf("%q answers %q, want %q", e.Text, texts[e.Parent], want)
		}
	}
	return nil
}
