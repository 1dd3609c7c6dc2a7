package servers

import (
	"context"
	"io"
	"net/http"
	"testing"
)

// ask gets what a server answers at an address, or why it does not.
func ask(t *testing.T, address string) ([]byte, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	reply, err := (&http.Client{}).Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = reply.Body.Close() }()
	return io.ReadAll(reply.Body)
}
