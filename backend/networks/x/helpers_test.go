package x_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
)

// journal sends every call, and answers an invisible step that succeeded from what it kept, as the
// queue does.
type journal struct {
	network.Carrier
	kept map[string]network.Reply
	sent []string // the steps that were sent
}

func calls(files *networktest.Files) *journal {
	return &journal{Carrier: httpcall.New(files), kept: map[string]network.Reply{}}
}

func (j *journal) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	j.sent = append(j.sent, step)
	return j.Send(ctx, r, nil)
}

func (j *journal) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	name := step + " " + r.Hash()
	if reply, ok := j.kept[name]; ok {
		reply.Kept = true
		return reply, nil
	}
	reply, err := j.Read(ctx, step, r)
	if err == nil && reply.Status < 300 {
		j.kept[name] = reply
	}
	return reply, err
}

func (j *journal) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	j.sent = append(j.sent, step)
	reply, err := j.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = x.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func plan(parts ...network.Part) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
	for i := range parts {
		p.Keys = append(p.Keys, fmt.Sprintf("key-%d-0123456789abcdef0123456789", i))
	}
	return p
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *journal, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := x.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
