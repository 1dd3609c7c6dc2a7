package wiring

import (
	"context"
	"fmt"
	"io"
	"os"

	"postbag/backend/network"
	"postbag/backend/pdf"
)

// binds says whether a network wants the pictures of a plan as one document, and under which title.
func binds(n network.Network, p network.Plan) (title string, wanted bool) {
	b, can := n.(network.Binder)
	if !can {
		return "", false
	}
	return b.Binds(p)
}

// bind makes a document of pictures, a page each, and keeps it by its hash, as the pictures are.
func (c composer) bind(ctx context.Context, title string, pictures []network.Media) (*network.Document, error) {
	files := c.app.Dir.Media()
	pages := make([]pdf.Page, 0, len(pictures))
	for _, m := range pictures {
		pages = append(pages, pdf.Page{Bytes: m.Bytes, Open: func() (io.ReadCloser, error) {
			path, err := files.Path(m.SHA256)
			if err != nil {
				return nil, err
			}
			return os.Open(path) //nolint:gosec // the content store says where its files are
		}})
	}
	r, w := io.Pipe()
	go func() { _ = w.CloseWithError(pdf.Write(w, title, pages)) }() // it ends when the reader does
	kept, err := files.Put(ctx, r)
	_ = r.CloseWithError(io.ErrClosedPipe)
	if err != nil {
		return nil, fmt.Errorf("make a document of the pictures: %w", err)
	}
	return &network.Document{SHA256: kept.SHA256, Bytes: kept.Bytes, Title: title, Pages: len(pages)}, nil
}
