package ghost_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/ghost"
)

func calls(files *networktest.Files) network.Calls {
	return networktest.NewPlain(ghost.New(), httpcall.New(files))
}

// stopped loses the power at the request that publishes, before it is sent, and remembers which draft it was
// about, and the answer that made it.
type stopped struct {
	networktest.Plain
	draft *string
	made  *network.Reply
}

func (s stopped) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := s.Plain.Prepare(ctx, step, r)
	if step == "draft" {
		*s.made = reply
	}
	return reply, err
}

func (s stopped) Publish(_ context.Context, _ string, r network.Request) (network.Reply, error) {
	*s.draft = r.Container
	return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "lost"}
}

// answering gives every read the same answer, but the one about the site and its time.
type answering struct {
	network.Calls
	reply network.Reply
}

func (a answering) Read(_ context.Context, step string, _ network.Request) (network.Reply, error) {
	if strings.HasPrefix(step, "site") {
		return network.Reply{
			Status: 200, Header: map[string]string{"Date": "Sun, 22 Nov 2026 22:00:00 GMT"},
			Body: []byte(`{"site":{"title":"The garden","version":"6.2"}}`),
		}, nil
	}
	return a.reply, nil
}

func plan(key string, text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-" + key, CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: media}}, Keys: []string{key + "0123456789abcdef0123456789"},
		Options: map[string]string{},
	}
}

// connect leads a conversation to its end.
func connect(t *testing.T, answers map[string]string) network.Account {
	t.Helper()
	step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account == nil {
		t.Fatalf("not connected: %q, %v", step.Message, err)
	}
	return *step.Account
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return fmt.Sprintf("%s %s", e.Kind, e.Code)
	}
	return fmt.Sprint(err)
}

// prepared answers one step in the site's stead.
type prepared struct {
	network.Calls
	step  string
	reply network.Reply
}

func (p prepared) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if step == p.step {
		return p.reply, nil
	}
	return p.Calls.Prepare(ctx, step, r)
}

func problem(kind string) string {
	return fmt.Sprintf(`{"errors":[{"message":"Something is wrong.","context":"Look at it.","type":%q,"details":null,"code":null,"id":"1"}]}`, kind)
}
