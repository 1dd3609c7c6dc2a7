package httpcall

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"testing"

	"postbag/backend/network"
)

// The properties are worth something only if they catch clients that break them.
func TestEveryMutantIsCaught(t *testing.T) {
	ordinary := func(change func(*http.Transport)) *http.Transport {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.Proxy = nil
		change(transport)
		t.Cleanup(transport.CloseIdleConnections)
		return transport
	}
	keeping := ordinary(func(*http.Transport) {})
	closing := ordinary(func(tr *http.Transport) { tr.DisableKeepAlives = true })
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}

	mutants := []struct {
		name   string
		client network.Carrier
		caught []string
	}{
		{
			"Go's default transport", through(func(r *http.Request, intent func() error) (*http.Response, error) {
				if err := intent(); err != nil {
					return nil, err
				}
				return keeping.RoundTrip(r)
			}), []string{"never sends again", "keeps no connection", "intent before the first byte", "no intent without a connection"},
		},
		{
			"Go's client without kept connections", through(func(r *http.Request, intent func() error) (*http.Response, error) {
				if err := intent(); err != nil {
					return nil, err
				}
				return (&http.Client{Transport: closing, Jar: jar}).Do(r)
			}), []string{"follows no redirect", "keeps no cookie"},
		},
		{
			"the intent written after the answer", through(func(r *http.Request, intent func() error) (*http.Response, error) {
				answer, err := closing.RoundTrip(r)
				if err == nil {
					err = intent()
				}
				return answer, err
			}), []string{"intent before the first byte", "a failing intent sends nothing"},
		},
		{
			"this client, trying once more",
			again{New(nil)},
			[]string{"never sends again"},
		},
	}
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			for _, p := range properties {
				if !slices.Contains(m.caught, p.name) {
					continue
				}
				if err := p.holds(t, m.client); err == nil {
					t.Errorf("%q does not catch it", p.name)
				} else {
					t.Logf("%s: %v", p.name, err)
				}
			}
		})
	}
}

// again is the mistake everybody makes once.
type again struct{ network.Carrier }

func (a again) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	reply, err := a.Carrier.Send(ctx, r, intent)
	if err != nil {
		reply, err = a.Carrier.Send(ctx, r, intent)
	}
	return reply, err
}
