package googlebusiness_test

import (
	"context"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
)

// placed is the network with the stand-in's address for sign-ins.
type placed struct {
	googlebusiness.Network
	server *string
}

func (p placed) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return googlebusiness.At(*p.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, placed{googlebusiness.New(), &at}, func(t *testing.T) networktest.Server {
		s := googlebusinesstest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, googlebusiness.New()) }

// plain sends every call and remembers the names of its steps.
type plain struct {
	network.Carrier
	sent *[]string
}

func calls() plain { return plain{httpcall.New(networktest.NewFiles()), &[]string{}} }

func (p plain) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	*p.sent = append(*p.sent, step)
	return p.Send(ctx, r, nil)
}

func (p plain) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return p.Read(ctx, step, r)
}

func (p plain) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	*p.sent = append(*p.sent, step)
	reply, err := p.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = googlebusiness.New().Describe().Classify(step, reply)
	}
	return reply, err
}

// plan is a post of a text, with a link unless that is "".
func plan(text, link string) network.Plan {
	p := network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Language: "en-GB",
		Parts: []network.Part{{Text: text}}, Options: map[string]string{},
	}
	if link != "" {
		p.Link = &network.Link{URL: link}
	}
	return p
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := googlebusiness.New().Publish(t.Context(), calls(), a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
