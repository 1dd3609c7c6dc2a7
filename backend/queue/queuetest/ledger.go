// Package queuetest has networks to break the queue on: real servers on loopback, one for each
// way to settle doubt, that misbehave on command and remember what they accepted.
//
// A Ledger is the oracle: whatever the queue believes, what was published is what the ledger
// has. It knows nothing of deliveries, only what a service would know: keys, addresses, texts,
// drafts. New gives the network that speaks to it in one shape.
package queuetest

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

// Entry is one visible post.
type Entry struct {
	ID, Text, Parent string
	Media            []string  `json:",omitempty"`
	At               time.Time `json:"-"`
	Key              string    `json:"-"` // what it was made under: a key, a record's name, a container's id
}

// Ledger is a network written as a server. Set its fields before the first request, or under Do.
type Ledger struct {
	// Keyed says that the same key is the same post; without it keys are ignored.
	Keyed bool
	// Racy says that a key is looked up before and kept after: two at once make two posts.
	Racy bool
	// KeyLife is how long a key is remembered; zero: for good.
	KeyLife time.Duration
	// Next says what becomes of the next request that publishes.
	Next Script
	// GhostDelay is how much later a ghost is saved.
	GhostDelay time.Duration
	// Gate, if set, is what ghosts and slow answers wait for instead.
	Gate chan struct{}
	// Lag is how long a post is missing from the list of posts.
	Lag time.Duration
	// Page is how many posts a page of the list has; zero: 20.
	Page int
	// Skew is added to the Date header of every answer.
	Skew time.Duration
	// Building is how often a container says that it is not ready; below zero: for ever.
	Building int
	// ContainerLife is how long a container can be published; zero: for good.
	ContainerLife time.Duration
	// Offsets says what an upload claims to have, given what it has; nil: the truth.
	Offsets func(has, length int64) int64
	// NextPiece says what becomes of the next piece of an upload: ResetBefore, ResetAfter or None.
	NextPiece Script
	// UploadLife is how many requests an upload's address answers; zero: all.
	UploadLife int

	mu         sync.Mutex
	server     *httptest.Server
	pending    sync.WaitGroup
	posts      []Entry
	byKey      map[string]int // index in posts
	keyAt      map[string]time.Time
	containers map[string]*container
	boxes      int
	uploads    map[string]*upload
	media      int
	requests   int
	asked      int
	pieces     []Piece
}

// NewLedger starts a server that behaves. It ends with the test.
func NewLedger(t testing.TB) *Ledger {
	t.Helper()
	l := Start()
	t.Cleanup(l.Close)
	return l
}

// Start is NewLedger outside a test; Close ends it.
func Start() *Ledger {
	l := &Ledger{
		Keyed: true, Next: Always(None), byKey: map[string]int{}, keyAt: map[string]time.Time{},
		containers: map[string]*container{}, uploads: map[string]*upload{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /media", l.upload)
	mux.HandleFunc("POST /uploads", l.beginUpload)
	mux.HandleFunc("GET /uploads/{id}", l.askUpload)
	mux.HandleFunc("PATCH /uploads/{id}", l.continueUpload)
	mux.HandleFunc("POST /posts", l.post)
	mux.HandleFunc("POST /plain", l.plain)
	mux.HandleFunc("GET /posts", l.list)
	mux.HandleFunc("PUT /records/{key}", l.put)
	mux.HandleFunc("GET /records/{key}", l.get)
	mux.HandleFunc("POST /containers", l.contain)
	mux.HandleFunc("GET /containers/{id}", l.container)
	mux.HandleFunc("POST /containers/{id}/publish", l.flip)
	l.server = httptest.NewServer(l.dated(mux))
	return l
}

// URL is the server's address.
func (l *Ledger) URL() string { return l.server.URL }

// Close ends the server, after what was still to appear has appeared.
func (l *Ledger) Close() {
	l.pending.Wait()
	l.server.CloseClientConnections() // a slow answer would keep it open
	l.server.Close()
}

// Do changes the ledger while it runs.
func (l *Ledger) Do(change func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	change()
}

// Once makes the next publishing requests fail, and only these.
func (l *Ledger) Once(list ...Fault) { l.Do(func() { l.Next = Once(list...) }) }

// Write publishes a post as the person would by hand, elsewhere.
func (l *Ledger) Write(text string) { l.Do(func() { l.save("", Entry{Text: text}) }) }

// Clear forgets everything that was saved.
func (l *Ledger) Clear() {
	l.Do(func() {
		l.posts, l.byKey, l.keyAt = nil, map[string]int{}, map[string]time.Time{}
		l.containers, l.uploads = map[string]*container{}, map[string]*upload{}
	})
}

// Settle waits for what is still to appear.
func (l *Ledger) Settle() { l.pending.Wait() }

// Requests counts the publishing requests that arrived.
func (l *Ledger) Requests() (n int) { l.Do(func() { n = l.requests }); return n }

// Looks counts the look-ups: of lists, records and containers.
func (l *Ledger) Looks() (n int) { l.Do(func() { n = l.asked }); return n }

// Uploads counts the files that arrived whole.
func (l *Ledger) Uploads() (n int) { l.Do(func() { n = l.media }); return n }

// dated gives every answer the Date of a server whose clock is off.
func (l *Ledger) dated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var skew time.Duration
		l.Do(func() { skew = l.Skew })
		w.Header().Set("Date", time.Now().Add(skew).UTC().Format(http.TimeFormat))
		next.ServeHTTP(w, r)
	})
}

func (l *Ledger) upload(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	l.Do(func() { l.media++ })
	reply(w, 200, map[string]string{"id": fmt.Sprintf("media-%x", len(body))})
}

// save makes a post visible, or finds the one that has its key. Callers hold the lock.
func (l *Ledger) save(key string, e Entry) (Entry, bool) {
	if i, known := l.known(key); known && l.Keyed {
		return l.posts[i], false
	}
	if e.ID == "" {
		e.ID = fmt.Sprintf("post-%d", len(l.posts)+1)
	}
	e.At, e.Key = time.Now(), key
	if key != "" {
		l.byKey[key], l.keyAt[key] = len(l.posts), e.At
	}
	l.posts = append(l.posts, e)
	return e, true
}

func (l *Ledger) known(key string) (int, bool) {
	i, known := l.byKey[key]
	if known && l.KeyLife > 0 && time.Since(l.keyAt[key]) > l.KeyLife {
		delete(l.byKey, key)
		return 0, false
	}
	return i, known
}

func (l *Ledger) post(w http.ResponseWriter, r *http.Request) {
	key := r.Header.Get("Idempotency-Key")
	l.accept(w, r, key, func(e Entry) (int, Entry) {
		saved, _ := l.save(key, e)
		return 200, saved
	})
}

// plain makes a post of every request.
func (l *Ledger) plain(w http.ResponseWriter, r *http.Request) {
	l.accept(w, r, "", func(e Entry) (int, Entry) {
		saved, _ := l.save("", e)
		return 200, saved
	})
}

// put is "must not exist": what is there already is a conflict.
func (l *Ledger) put(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("key")
	l.accept(w, r, key, func(e Entry) (int, Entry) {
		e.ID = key
		saved, fresh := l.save(key, e)
		if !fresh {
			return 409, Entry{}
		}
		return 200, saved
	})
}

// accept plays the next fault on a request that publishes.
func (l *Ledger) accept(w http.ResponseWriter, r *http.Request, key string, save func(Entry) (int, Entry)) {
	var e Entry
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return // torn: the client died while it was writing
	}
	l.mu.Lock()
	l.requests++
	f := l.Next()
	if f == Ghost {
		l.haunt(key, save, e)
	}
	status, saved := 0, Entry{}
	if f.Saved() {
		status, saved = save(e)
	}
	l.mu.Unlock()
	l.play(w, f, status, saved)
}

// play answers as the fault says.
func (l *Ledger) play(w http.ResponseWriter, f Fault, status int, saved Entry) {
	good := map[string]string{"id": saved.ID, "url": "https://ledger.example/" + saved.ID}
	if status >= 300 {
		good = map[string]string{"error": "this cannot be published", "code": saved.Text}
	}
	switch f {
	case ResetBefore, ResetAfter, Ghost:
		cut(w)
	case Error:
		reply(w, 500, map[string]string{"error": "something went wrong"})
	case Unavailable:
		reply(w, 503, map[string]string{"error": "not now"})
	case ErrorAfter:
		reply(w, 500, map[string]string{"error": "something went wrong"})
	case GatewayLate:
		reply(w, 504, map[string]string{"error": "the server behind did not answer in time"})
	case Throttled:
		w.Header().Set("Retry-After", "7")
		reply(w, 429, map[string]string{"error": "slow down"})
	case Refused:
		reply(w, 422, map[string]string{"error": "this text is not welcome"})
	case Garbage, Captive:
		_, _ = io.WriteString(w, "<html>welcome to the airport</html>")
	case Redirect, Moved:
		code := http.StatusFound
		if f == Moved {
			code = http.StatusTemporaryRedirect
		}
		w.Header().Set("Location", l.URL()+"/plain") // following it would make another post
		reply(w, code, nil)
	case NoID:
		reply(w, 200, map[string]string{})
	case Torn:
		tear(w, good)
	case SlowLoris:
		l.trickle(w, good)
	case None, DialRefused, DialReset, DialDNS, DialTLS:
		reply(w, status, good)
	}
}

// haunt saves a post later. A racy server decides now that the key is new.
func (l *Ledger) haunt(key string, save func(Entry) (int, Entry), e Entry) {
	_, known := l.known(key)
	gate, delay := l.Gate, l.GhostDelay
	l.pending.Go(func() {
		if gate != nil {
			<-gate
		} else {
			time.Sleep(delay) // a real server's clock, not the queue's
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.Racy && !known {
			delete(l.byKey, key)
		}
		save(e)
	})
}

func (l *Ledger) get(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	key := r.PathValue("key")
	if _, known := l.byKey[key]; !known {
		reply(w, 404, map[string]string{"error": "no such record"})
		return
	}
	reply(w, 200, map[string]string{"id": key, "url": "https://ledger.example/" + key})
}

func reply(w http.ResponseWriter, status int, body map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// tear announces an answer and closes in its middle.
func tear(w http.ResponseWriter, body map[string]string) {
	whole, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
	w.WriteHeader(200)
	_, _ = w.Write(whole[:len(whole)/2])
	panic(http.ErrAbortHandler)
}

// trickle answers a byte at a time, so slowly that no client waits for the end.
func (l *Ledger) trickle(w http.ResponseWriter, body map[string]string) {
	whole, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(whole)))
	w.WriteHeader(200)
	control := http.NewResponseController(w)
	for i := range whole {
		if _, err := w.Write(whole[i : i+1]); err != nil || control.Flush() != nil {
			return
		}
		if l.Gate != nil {
			<-l.Gate
		} else {
			time.Sleep(50 * time.Millisecond) // a real server's clock
		}
	}
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

// Visible counts the posts by text, after what was still to appear has appeared.
func (l *Ledger) Visible() map[string]int {
	l.pending.Wait()
	n := map[string]int{}
	for _, e := range l.Posts() {
		n[e.Text]++
	}
	return n
}

// Posts returns what is visible, oldest first.
func (l *Ledger) Posts() (list []Entry) {
	l.Do(func() { list = append(list, l.posts...) })
	return list
}

// Orderly reports a part that is visible without the part before it, or answers the wrong one.
// Parts are named "NAME part N".
func (l *Ledger) Orderly() error {
	list := l.Posts()
	texts := map[string]string{}
	for _, e := range list {
		texts[e.ID] = e.Text
	}
	for _, e := range list {
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
