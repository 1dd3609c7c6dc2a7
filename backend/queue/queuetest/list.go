package queuetest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// listed is one post of a page.
type listed struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Text   string `json:"text"`
	Parent string `json:"parent"`
	AtMs   int64  `json:"at_ms"`
}

// list answers a page of posts, newest first. What is newer than Lag is not there yet.
func (l *Ledger) list(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	size := l.Page
	if size == 0 {
		size = 20
	}
	skip, _ := strconv.Atoi(r.URL.Query().Get("skip"))
	page := []listed{}
	for i := len(l.posts) - 1; i >= 0 && len(page) < size; i-- {
		e := l.posts[i]
		if l.Lag > 0 && time.Since(e.At) < l.Lag {
			continue
		}
		if skip--; skip >= 0 {
			continue
		}
		page = append(page, listed{e.ID, "https://ledger.example/" + e.ID, e.Text, e.Parent, e.At.UnixMilli()})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"posts": page})
}
