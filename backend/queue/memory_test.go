package queue_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"postbag/backend/network"
)

// made is a post of the memory, as its list shows it.
type made struct {
	ID     string `json:"id"`
	URL    string `json:"url"`
	Text   string `json:"text"`
	Parent string `json:"parent"`
	AtMs   int64  `json:"at_ms"`
}

// show makes a post of an entry under a key.
func (m *memory) show(key string, e entry) string {
	if _, known := m.posts[key]; !known || !m.keyed {
		m.order = append(m.order, made{ID: key, URL: "https://ledger.example/" + key, Text: e.Text, Parent: e.Parent, AtMs: time.Now().UnixMilli()})
	}
	return m.accept(key, e.Text)
}

// box makes an invisible object of an entry.
func (m *memory) box(r network.Request) network.Reply {
	var e entry
	if err := json.Unmarshal(r.Body[0].Bytes, &e); err != nil {
		panic(err)
	}
	id := fmt.Sprintf("box-%d", len(m.boxes)+1)
	m.boxes[id] = e
	return answer(201, id)
}

// look answers a request that only reads.
func (m *memory) look(address string) network.Reply {
	m.appear()
	path := strings.TrimPrefix(address, "http://ledger")
	key := path[strings.LastIndexByte(path, '/')+1:]
	_, visible := m.posts[key]
	switch {
	case strings.HasPrefix(path, "/posts"):
		var skip int
		_, _ = fmt.Sscanf(path, "/posts?skip=%d", &skip)
		page := []made{}
		for i := len(m.order) - 1 - skip; i >= 0 && len(page) < 20; i-- {
			page = append(page, m.order[i])
		}
		body, err := json.Marshal(map[string]any{"posts": page})
		if err != nil {
			panic(err)
		}
		return network.Reply{Status: 200, Header: map[string]string{}, Body: body}
	case strings.HasPrefix(path, "/containers/"):
		status := "FINISHED"
		if visible {
			status = "PUBLISHED"
		}
		body, err := json.Marshal(map[string]string{"status": status, "id": key, "url": "https://ledger.example/" + key})
		if err != nil {
			panic(err)
		}
		return network.Reply{Status: 200, Header: map[string]string{}, Body: body}
	case visible:
		return answer(200, key)
	}
	return answer(404, "")
}

// entryOf returns what a publishing request shows, and under which key; false if it is shown already
// and cannot be again.
func (m *memory) entryOf(r network.Request) (key string, e entry, fresh bool) {
	key = r.Header["Idempotency-Key"]
	switch {
	case strings.HasSuffix(r.URL, "/publish"):
		pieces := strings.Split(r.URL, "/")
		key = pieces[len(pieces)-2]
		e = m.boxes[key]
	case r.Method == "PUT":
		key = r.URL[strings.LastIndexByte(r.URL, '/')+1:]
	}
	if e.Text == "" {
		if err := json.Unmarshal(r.Body[0].Bytes, &e); err != nil {
			panic(err)
		}
	}
	_, known := m.posts[key]
	return key, e, !known || r.Method == "POST" && !strings.HasSuffix(r.URL, "/publish")
}
