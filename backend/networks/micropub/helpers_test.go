package micropub_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(micropub.New(), files)
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
