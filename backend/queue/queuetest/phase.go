package queuetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// container is an invisible object.
type container struct {
	entry Entry
	asked int // how often it was asked for its state
	made  time.Time
	post  *Entry // what it became
}

// contain makes a container. Nobody sees it.
func (l *Ledger) contain(w http.ResponseWriter, r *http.Request) {
	var e Entry
	if err := json.NewDecoder(r.Body).Decode(&e); err != nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.boxes++
	id := fmt.Sprintf("box-%d", l.boxes)
	l.containers[id] = &container{entry: e, made: time.Now()}
	reply(w, 201, map[string]string{"id": id})
}

// container says what became of one.
func (l *Ledger) container(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	c := l.containers[r.PathValue("id")]
	if c == nil {
		reply(w, 404, map[string]string{"error": "no such container"})
		return
	}
	state := l.state(c)
	c.asked++
	answer := map[string]string{"status": state}
	if c.post != nil {
		answer["id"], answer["url"] = c.post.ID, "https://ledger.example/"+c.post.ID
	}
	reply(w, 200, answer)
}

func (l *Ledger) state(c *container) string {
	switch {
	case c.post != nil:
		return "PUBLISHED"
	case l.ContainerLife > 0 && time.Since(c.made) > l.ContainerLife:
		return "EXPIRED"
	case l.Building < 0 || c.asked < l.Building:
		return "IN_PROGRESS"
	}
	return "FINISHED"
}

// Drop forgets a container, as a service does with what nobody published. Call it under Do.
func (l *Ledger) Drop(id string) { delete(l.containers, id) }

// flip makes a container visible, once. A racy server looks before and marks after.
func (l *Ledger) flip(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	l.accept(w, r, id, func(Entry) (int, Entry) {
		c := l.containers[id]
		switch {
		case c == nil || l.state(c) == "EXPIRED":
			return 410, Entry{Text: "expired"}
		case l.state(c) == "IN_PROGRESS":
			return 425, Entry{Text: "not ready"}
		case c.post != nil:
			return 409, Entry{Text: "used"}
		}
		saved, _ := l.save(id, c.entry)
		c.post = &saved
		return 200, saved
	})
}
