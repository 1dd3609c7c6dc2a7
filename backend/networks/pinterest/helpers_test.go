package pinterest_test

import (
	"context"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
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
		_, err = pinterest.New().Describe().Classify(step, reply)
	}
	return reply, err
}

// forget is what the queue does after an error that says that what was prepared is stale.
func (j *journal) forget() { clear(j.kept) }

// plan is a pin of a text and a video.
func plan(files *networktest.Files, text string) network.Plan {
	m := files.Picture("video/mp4", 1, 5000)
	m.DurationMs, m.Alt = 5000, "A bowl of soup"
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: []network.Media{m}}}, Options: map[string]string{},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *journal, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := pinterest.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
