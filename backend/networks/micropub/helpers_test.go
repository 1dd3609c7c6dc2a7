package micropub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
)

// journal sends every call, and answers an invisible step that succeeded from what it kept, as the queue
// does.
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
		_, err = micropub.New().Describe().Classify(step, reply)
	}
	return reply, err
}

// answering gives every read the same answer.
type answering struct {
	network.Calls
	reply network.Reply
}

func (a answering) Read(context.Context, string, network.Request) (network.Reply, error) {
	return a.reply, nil
}

func plan(key, text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-" + key, CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: media}}, Keys: []string{key + "0123456789abcdef0123456789"},
		Options: map[string]string{},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, c network.Calls, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := micropub.New().Publish(t.Context(), c, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}

// connect leads a conversation to its end.
func connect(t *testing.T, answers map[string]string) network.Account {
	t.Helper()
	step, err := micropub.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account == nil {
		t.Fatalf("not connected: %q, %v", step.Message, err)
	}
	return *step.Account
}

// kindOf is the kind and code of an error, "" for none.
func kindOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return fmt.Sprintf("%s %s", e.Kind, e.Code)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// prepared gives every invisible step the same answer.
type prepared struct {
	network.Calls
	reply network.Reply
}

func (p prepared) Prepare(context.Context, string, network.Request) (network.Reply, error) {
	return p.reply, nil
}
