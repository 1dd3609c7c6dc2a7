package lemmy_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/lemmy"
	"postbag/backend/networks/lemmy/lemmytest"
)

// titled is Lemmy with a title for the suite's posts, which have none.
type titled struct{ lemmy.Network }

func withTitle(p network.Plan) network.Plan {
	p.Options = maps.Clone(p.Options)
	if p.Options == nil {
		p.Options = map[string]string{}
	}
	p.Options["title"] = "A title of its own"
	return p
}

func (t titled) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	return t.Network.Publish(ctx, c, a, withTitle(p))
}

func (t titled) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	return t.Network.Edit(ctx, c, a, withTitle(p), part)
}

func (t titled) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	return t.Network.List(ctx, c, a, withTitle(p), since)
}

func TestNetwork(t *testing.T) {
	networktest.Run(t, titled{}, func(t *testing.T) networktest.Server { return lemmytest.New(t) })
}

// one is a Lemmy 1.0 whose channel knows that it is one.
type one struct{ *lemmytest.Server }

func (o one) Account() network.Account {
	a := o.Server.Account()
	l := lemmy.New().Describe().Limits
	l.Software = "Lemmy " + o.Version
	a.Limits = &l
	return a
}

func TestTheSameNetworkOnTheNextGeneration(t *testing.T) {
	networktest.Run(t, titled{}, func(t *testing.T) networktest.Server { return one{lemmytest.NewModern(t)} })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, lemmy.New()) }

// plain sends every call and remembers nothing but the names of its steps.
type plain struct {
	network.Carrier
	steps *[]string
}

func (p plain) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if p.steps != nil {
		*p.steps = append(*p.steps, step)
	}
	return p.Send(ctx, r, nil)
}

func (p plain) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return p.Read(ctx, step, r)
}

func (p plain) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := p.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = lemmy.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func calls(files *networktest.Files) plain { return plain{Carrier: httpcall.New(files)} }

func plan(title, text string) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Language: "en-GB",
		Parts: []network.Part{{Text: text}}, Options: map[string]string{"title": title},
	}
}
