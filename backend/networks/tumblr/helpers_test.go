package tumblr_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tumblr"
)

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(tumblr.New(), httpcall.New(files))
}

// book answers with one reply after the other, the last again and again.
type book struct {
	replies []network.Reply
	next    int
}

func (b *book) Send(_ context.Context, _ network.Request, intent func() error) (network.Reply, error) {
	if intent != nil {
		if err := intent(); err != nil {
			return network.Reply{}, err
		}
	}
	reply := b.replies[min(b.next, len(b.replies)-1)]
	b.next++
	return reply, nil
}

// says answers every request alike.
func says(status int, body string) networktest.Plain {
	return networktest.NewPlain(tumblr.New(), &book{replies: []network.Reply{{Status: status, Body: []byte(body)}}})
}

func plan(key string, parts ...network.Part) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts,
		Keys: []string{fmt.Sprintf("%s0123456789abcdef%s", key, key)},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, c network.Calls, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := tumblr.New().Publish(t.Context(), c, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}

// is reports whether err is an error of a kind; KindOf alone says "" of none at all.
func is(err error, kind network.Kind) bool { return err != nil && network.KindOf(err) == kind }
