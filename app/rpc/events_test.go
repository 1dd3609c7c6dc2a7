package rpc

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func hub() *Hub {
	return NewHub([]Message{{"changed", map[string]string{"topic": "posts"}}, {"changed", map[string]string{"topic": "queue"}}}, slog.New(slog.DiscardHandler))
}

// listener reads a hub's stream.
type listener struct {
	lines *bufio.Scanner
	stop  context.CancelFunc
	resp  *http.Response
}

func listen(t *testing.T, server *httptest.Server, since string) *listener {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if since != "" {
		r.Header.Set("Last-Event-ID", since)
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = resp.Body.Close() })
	l := &listener{bufio.NewScanner(resp.Body), stop, resp}
	if resp.StatusCode == http.StatusOK && !l.lines.Scan() { // "retry", which says that it is in
		t.Fatal("the stream ended at once")
	}
	return l
}

// next returns the next event's id and "name data"; "" at the end.
func (l *listener) next() (id, event string) {
	name := ""
	for l.lines.Scan() {
		field, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch field {
		case "id":
			id = value
		case "event":
			name = value
		case "data":
			return id, name + " " + value
		}
	}
	return "", ""
}

func TestEveryReaderGetsEveryEventInOrder(t *testing.T) {
	h := hub()
	server := httptest.NewServer(h)
	defer server.Close()
	defer h.Close()
	a, b := listen(t, server, ""), listen(t, server, "")
	for i := range 3 {
		h.Send(Message{"progress", i})
	}
	for i := range 3 {
		want := fmt.Sprintf("progress %d", i)
		for _, l := range []*listener{a, b} {
			if _, got := l.next(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		}
	}
	h.Close()
	if _, got := a.next(); got != "" {
		t.Errorf("after the end: %q", got)
	}
}

func TestAReaderThatComesBackGetsWhatItMissed(t *testing.T) {
	h := hub()
	server := httptest.NewServer(h)
	defer server.Close()
	defer h.Close()
	first := listen(t, server, "")
	h.Send(Message{"changed", "one"})
	id, _ := first.next()
	first.stop()
	h.Send(Message{"changed", "two"})
	h.Send(Message{"changed", "three\nlines"})
	again := listen(t, server, id)
	for _, want := range []string{`changed "two"`, `changed "three\nlines"`} {
		if _, got := again.next(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAReaderThatMissedTooMuchLoadsEverythingAgain(t *testing.T) {
	h := hub()
	server := httptest.NewServer(h)
	defer server.Close()
	defer h.Close()
	first := listen(t, server, "")
	h.Send(Message{"changed", "one"})
	id, _ := first.next()
	first.stop()
	for i := range kept + 1 {
		h.Send(Message{"progress", i})
	}
	for _, since := range []string{id, "of-an-earlier-process-1", "abc-7", id + "999999", "-"} {
		again := listen(t, server, since)
		for _, want := range []string{`changed {"topic":"posts"}`, `changed {"topic":"queue"}`} {
			if _, got := again.next(); got != want {
				t.Errorf("since %q: got %q, want %q", since, got, want)
			}
		}
		again.stop()
	}
}

func TestASlowReaderIsLetGoAndNobodyWaitsForIt(t *testing.T) {
	h := hub()
	slow, _, ok := h.join("")
	if !ok {
		t.Fatal("not taken")
	}
	for i := range queued + 1 {
		h.Send(Message{"progress", i})
	}
	n := 0
	for range slow { // closed, or this would not end
		n++
	}
	if n != queued {
		t.Errorf("it got %d events before it was let go, want %d", n, queued)
	}
	h.leave(slow) // as its handler does; must not close it twice
}

func TestTheNumberOfReadersIsBounded(t *testing.T) {
	h := hub()
	for range mostReader {
		if _, _, ok := h.join(""); !ok {
			t.Fatal("not taken")
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/events", nil))
	if w.Code != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", w.Code)
	}
}
