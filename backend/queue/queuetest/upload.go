package queuetest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// upload is a file that arrives in pieces. Its address is a secret: whoever has it can write.
type upload struct {
	length  int64
	has     []byte
	asked   int
	counted bool
}

func (l *Ledger) beginUpload(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Length int64 `json:"length"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		return
	}
	id := "secret-" + rand.Text()
	l.Do(func() { l.uploads[id] = &upload{length: ask.Length} })
	w.Header().Set("Location", l.URL()+"/uploads/"+id)
	reply(w, 201, nil)
}

// use finds an upload whose address still answers. Callers hold the lock.
func (l *Ledger) use(w http.ResponseWriter, r *http.Request) *upload {
	u := l.uploads[r.PathValue("id")]
	if u == nil || l.UploadLife > 0 && u.asked >= l.UploadLife {
		reply(w, 410, map[string]string{"error": "this upload is over"})
		return nil
	}
	u.asked++
	return u
}

func (l *Ledger) askUpload(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if u := l.use(w, r); u != nil {
		l.tellUpload(w, u)
	}
}

func (l *Ledger) continueUpload(w http.ResponseWriter, r *http.Request) {
	piece, torn := io.ReadAll(r.Body) // what arrived counts, torn or not
	at, err := strconv.ParseInt(r.Header.Get("Upload-Offset"), 10, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.use(w, r)
	if u == nil {
		return
	}
	if err != nil || at != int64(len(u.has)) || at+int64(len(piece)) > u.length {
		reply(w, 409, map[string]string{"error": "wrong offset"})
		return
	}
	l.pieces = append(l.pieces, Piece{at, int64(len(piece))})
	u.has = append(u.has, piece...)
	if f := l.next(); f == ResetAfter || f == ResetBefore {
		if f == ResetBefore {
			u.has = u.has[:at]
		}
		cut(w)
		return
	}
	if torn != nil {
		return
	}
	l.tellUpload(w, u)
}

func (l *Ledger) tellUpload(w http.ResponseWriter, u *upload) {
	has := int64(len(u.has))
	if has == u.length && !u.counted {
		u.counted = true
		l.media++
	}
	if l.Offsets != nil {
		has = l.Offsets(has, u.length)
	}
	answer := map[string]string{"offset": fmt.Sprint(has)}
	if int64(len(u.has)) == u.length {
		answer["id"] = fmt.Sprintf("media-%x", u.length)
	}
	reply(w, 200, answer)
}

// Piece is a part of a file that arrived.
type Piece struct{ Offset, Length int64 }

// Pieces returns the parts of files that arrived, in order.
func (l *Ledger) Pieces() (list []Piece) {
	l.Do(func() { list = append(list, l.pieces...) })
	return list
}

// Lose makes every unfinished upload forget what came after the first bytes of it.
func (l *Ledger) Lose(keep int) {
	l.Do(func() {
		for _, u := range l.uploads {
			if int64(len(u.has)) < u.length {
				u.has = u.has[:min(keep, len(u.has))]
			}
		}
	})
}

func (l *Ledger) next() Fault {
	if l.NextPiece == nil {
		return None
	}
	return l.NextPiece()
}

// Whole returns the files that arrived whole by uploads in pieces.
func (l *Ledger) Whole() (list [][]byte) {
	l.Do(func() {
		for _, u := range l.uploads {
			if int64(len(u.has)) == u.length {
				list = append(list, u.has)
			}
		}
	})
	return list
}
