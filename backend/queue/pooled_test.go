package queue_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/queue"
)

// pooled is a carrier that keeps its connections, as every client does by itself. Go sends a POST
// that has an Idempotency-Key again when a kept connection breaks (net/http, Transport, Go 1.26).
type pooled struct{ client *http.Client }

func (p pooled) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	var body []byte
	if len(r.Body) > 0 {
		body = r.Body[0].Bytes
	}
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(body))
	if err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Err: err}
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, &network.Error{Kind: network.NotSent, Err: err}
		}
	}
	response, err := p.client.Do(request)
	if err != nil {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "reset", Err: err}
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	if err != nil {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "torn", Err: err}
	}
	return network.Reply{Status: response.StatusCode, Header: map[string]string{}, Body: read}, nil
}

// Q7: a client that keeps its connections is caught: it sends a post again behind the queue's back.
func TestAPooledConnectionIsCaught(t *testing.T) {
	t.Parallel()
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	for _, test := range []struct {
		carrier network.Carrier
		want    int
	}{{httpcall.New(nil), 1}, {pooled{client}, 2}} {
		l := newLedger(t)
		l.Do(func() { l.Keyed = false })
		h := &haunted{
			app:    newApp(t, fake(network.ShapeKey, l.URL(), time.Hour), queue.Carriers{"http": test.carrier}),
			ledger: l,
		}
		h.plan(h.channel("me"), time.Now(), "hello") // its upload warms the connection
		l.Once(faultResetAfter)
		h.run()
		if n := l.Visible()["hello"]; n != test.want {
			t.Errorf("%T: visible %d times, want %d", test.carrier, n, test.want)
		}
	}
}
