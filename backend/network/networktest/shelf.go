package networktest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"postbag/backend/network"
)

// Shelf is the public storage of a person, in memory, for stand-ins of networks that fetch media from a
// public address. It is the carrier of shelf: as shelfcall describes it, and sends everything else on to
// the carriers of servers. A stand-in that embeds one is Carried and Filed. It is safe for concurrent use.
type Shelf struct {
	mu     sync.Mutex
	files  network.Opener
	others network.Carrier
	stand  map[string]Shelved // by address
	serial int
}

// Shelved is a file that stands on a Shelf.
type Shelved struct {
	Folder   string // of the channel
	Delivery string
	Type     string
	Bytes    []byte
}

var (
	_ Filed           = (*Shelf)(nil)
	_ Carried         = (*Shelf)(nil)
	_ network.Carrier = (*Shelf)(nil)
)

// NewShelf returns an empty shelf, which has to be given the files before anything is put.
func NewShelf() *Shelf { return &Shelf{stand: map[string]Shelved{}} }

// UseFiles implements Filed.
func (s *Shelf) UseFiles(files network.Opener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files, s.others = files, Carriers(files)
}

// Carrier implements Carried.
func (s *Shelf) Carrier() network.Carrier { return s }

// Get returns what stands at a public address.
func (s *Shelf) Get(address string) (Shelved, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.stand[address]
	return f, ok
}

// Addresses returns how many files stand on the shelf.
func (s *Shelf) Addresses() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.stand)
}

// Clear takes everything away, as a person may.
func (s *Shelf) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.stand)
}

// Send implements network.Carrier. Every PUT makes a file with an address of its own.
func (s *Shelf) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	s.mu.Lock()
	files, others := s.files, s.others
	s.mu.Unlock()
	u, err := url.Parse(r.URL)
	if err == nil && u.Scheme != "shelf" && others != nil {
		return others.Send(ctx, r, intent)
	}
	if ctx.Err() != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "stopped before anything was put", Err: ctx.Err()}
	}
	if err != nil || files == nil {
		return network.Reply{Status: http.StatusBadRequest}, nil
	}
	at := strings.Split(strings.TrimPrefix(u.Path, "/"), "/")
	whole := len(r.Body) == 1 && r.Body[0].File.SHA256 != "" && r.Body[0].File.Offset == 0
	switch {
	case r.Method != http.MethodPut:
		return network.Reply{Status: http.StatusMethodNotAllowed}, nil
	case u.Host != "" || u.RawQuery != "" || len(at) != 2 || at[0] == "" || at[1] == "" || !whole || r.Header["Content-Type"] == "":
		return network.Reply{Status: http.StatusBadRequest}, nil
	}
	file, err := files.Open(r.Body[0].File.SHA256)
	if err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "the file cannot be read", Err: network.ErrMediaChanged}
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil || int64(len(content)) != r.Body[0].File.Length {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "the file is another", Err: network.ErrMediaChanged}
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "the intent was not written down", Err: err}
		}
	}
	_, ending, _ := strings.Cut(r.Header["Content-Type"], "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	address := fmt.Sprintf("https://shelf.example/postbag-%d.%s", s.serial, ending)
	s.stand[address] = Shelved{Folder: at[0], Delivery: at[1], Type: r.Header["Content-Type"], Bytes: content}
	return network.Reply{Status: http.StatusCreated, Header: map[string]string{"Location": address}}, nil
}
