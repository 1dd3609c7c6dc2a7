package misskey_test

import (
	"context"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
)

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(misskey.New(), httpcall.New(files))
}

// book answers with one body after the other, the last again and again.
type book struct {
	status int
	bodies []string
	next   int
}

func (b *book) Send(_ context.Context, _ network.Request, intent func() error) (network.Reply, error) {
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, err
		}
	}
	body := b.bodies[min(b.next, len(b.bodies)-1)]
	b.next++
	return network.Reply{Status: b.status, Body: []byte(body)}, nil
}

func pages(status int, bodies ...string) networktest.Plain {
	return networktest.NewPlain(misskey.New(), &book{status: status, bodies: bodies})
}

// says answers every request alike.
func says(status int, body string) networktest.Plain { return pages(status, body) }

func plan(parts ...network.Part) network.Plan {
	return network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
}

func publish(t *testing.T, c network.Calls, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := misskey.New().Publish(t.Context(), c, a, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// is reports whether err is an error of a kind; KindOf alone says Ambiguous of none at all.
func is(err error, kind network.Kind) bool { return err != nil && network.KindOf(err) == kind }
