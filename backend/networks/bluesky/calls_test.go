package bluesky_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
)

// calls makes every call at once, judges publishing ones, and remembers what was asked.
type calls struct {
	carrier network.Carrier
	steps   []string
	sent    map[string]network.Request
	replies map[string]network.Reply
	answer  func(step string, r network.Request) (network.Reply, bool) // in the carrier's stead
	lose    bool                                                       // the answer to a publishing call
}

func newCalls(files network.Opener) *calls {
	return &calls{
		carrier: httpcall.New(files),
		sent:    map[string]network.Request{}, replies: map[string]network.Reply{},
	}
}

func (c *calls) send(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	c.steps = append(c.steps, step)
	c.sent[step] = r
	if c.answer != nil {
		if reply, ok := c.answer(step, r); ok {
			return reply, nil
		}
	}
	reply, err := c.carrier.Send(ctx, r, func() error { return nil })
	c.replies[step] = reply
	return reply, err
}

func (c *calls) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.send(ctx, step, r)
}

func (c *calls) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.send(ctx, step, r)
}

func (c *calls) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := c.send(ctx, step, r)
	if err == nil && c.lose {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the answer was lost"}
	}
	if err == nil {
		_, err = bluesky.New().Describe().Classify(step, reply)
	}
	return reply, err
}

// created is when every plan of these tests was due.
var created = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

func plan(key string, parts ...network.Part) network.Plan {
	return network.Plan{Delivery: "test", CreatedAt: created, Parts: parts, Language: "en", Keys: []string{key}}
}

func picture(files *networktest.Files, n int, alt string) network.Media {
	m := files.Picture("image/png", n, 0)
	m.Alt = alt
	return m
}

// connect leads the conversation with all answers at once, as the command line does.
func connect(t *testing.T, c network.Calls, answers map[string]string) network.Account {
	t.Helper()
	step, err := bluesky.New().Connect(t.Context(), c, network.Step{Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	if step.Account == nil {
		t.Fatalf("the conversation stands at %q: %s", step.Name, step.Message)
	}
	return *step.Account
}

func publish(t *testing.T, c network.Calls, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	receipt, err := bluesky.New().Publish(t.Context(), c, a, p)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

func wantKind(t *testing.T, err error, want network.Kind) {
	t.Helper()
	if err == nil || network.KindOf(err) != want {
		t.Fatalf("got %v, want %s", err, want)
	}
}

func asError(err error, e **network.Error) bool { return errors.As(err, e) }

// elsewhere sends requests to other servers than they name.
type elsewhere struct {
	network.Carrier
	to map[string]string
}

func (e elsewhere) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	for from, to := range e.to {
		if rest, ok := strings.CutPrefix(r.URL, from); ok {
			r.URL = to + rest
			break
		}
	}
	return e.Carrier.Send(ctx, r, intent)
}
