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

// plain sends every call and remembers nothing.
type plain struct{ network.Carrier }

func (p plain) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return p.Send(ctx, r, nil)
}

func (p plain) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return p.Read(ctx, step, r)
}

func (p plain) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := p.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = tumblr.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func calls(files *networktest.Files) plain { return plain{httpcall.New(files)} }

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
func says(status int, body string) plain {
	return plain{&book{replies: []network.Reply{{Status: status, Body: []byte(body)}}}}
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
