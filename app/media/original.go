package media

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/render"
)

// original sends an asset's file as it is. kinds limits what may be sent; nil is anything.
func (h *Handler) original(w http.ResponseWriter, r *http.Request, id domain.AssetID, kinds []domain.AssetKind) error {
	a, err := h.Library.Get(r.Context(), id)
	if err != nil {
		return err
	}
	if !allowed(kinds, a.Kind) {
		return fmt.Errorf("original of %q: %w", a.Name, library.ErrNoPicture)
	}
	f, err := h.open(r.Context(), a)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	header := w.Header()
	header.Set("Content-Type", render.Format(a.Format).MIME())
	header.Set("ETag", `"`+a.SHA256+`"`)
	header.Set("Cache-Control", forEver)
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox") // if somebody opens it by itself
	http.ServeContent(w, r, "", time.Time{}, f)
	return nil
}

func allowed(kinds []domain.AssetKind, kind domain.AssetKind) bool {
	for _, k := range kinds {
		if k == kind {
			return true
		}
	}
	return kinds == nil
}

// open opens an original for being looked at. A player asks for many pieces of a film, and the
// library reads a whole file, or all of it before the piece, to prove that it is the one that was
// imported: here that happens once, and then again only if the file's size or time changed.
func (h *Handler) open(ctx context.Context, a domain.Asset) (io.ReadSeekCloser, error) {
	if a.Kind != domain.AssetVideo {
		return h.Library.Open(ctx, a)
	}
	if f, ok := h.proved.open(a.ID); ok {
		return f, nil
	}
	f, err := h.Library.Open(ctx, a)
	if err != nil {
		return nil, err
	}
	if named, ok := f.(*os.File); ok {
		h.proved.add(a.ID, named)
		return f, nil
	}
	if h.Path == nil {
		return f, nil
	}
	path, err := h.Path(a)
	if err != nil {
		return f, nil //nolint:nilerr // the slower way works
	}
	plain, err := os.Open(path)
	if err != nil {
		return f, nil //nolint:nilerr // the slower way works
	}
	h.proved.add(a.ID, plain)
	return plain, f.Close()
}

// mostProved bounds how many films are remembered.
const mostProved = 64

// proofs remembers which files were proved to be the right ones.
type proofs struct {
	mu   sync.Mutex
	list map[domain.AssetID]proof
}

type proof struct {
	path    string
	size    int64
	changed time.Time
}

func (p *proofs) add(id domain.AssetID, f *os.File) {
	info, err := f.Stat()
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list == nil || len(p.list) >= mostProved {
		p.list = map[domain.AssetID]proof{}
	}
	p.list[id] = proof{f.Name(), info.Size(), info.ModTime()}
}

func (p *proofs) open(id domain.AssetID) (*os.File, bool) {
	p.mu.Lock()
	known, ok := p.list[id]
	p.mu.Unlock()
	if !ok {
		return nil, false
	}
	f, err := os.Open(known.path)
	if err != nil {
		return nil, false
	}
	info, err := f.Stat()
	if err != nil || info.Size() != known.size || !info.ModTime().Equal(known.changed) || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, false
	}
	return f, true
}
