package devto_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/devto"
	"postbag/backend/networks/devto/devtotest"
)

// titled is DEV with a title for each of the suite's posts, which have none, at the stand-in's address.
type titled struct {
	devto.Network
	server *string
}

func withTitle(p network.Plan) network.Plan {
	p.Options = maps.Clone(p.Options)
	if p.Options == nil {
		p.Options = map[string]string{}
	}
	p.Options["title"] = "About " + p.Delivery // DEV takes no title twice in five minutes
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

func (t titled) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return devto.At(*t.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, titled{devto.New(), &at}, func(t *testing.T) networktest.Server {
		s := devtotest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, devto.New()) }

func calls() networktest.Plain { return networktest.NewPlain(devto.New(), httpcall.New(nil)) }

func plan(text string, options ...string) network.Plan {
	p := network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text}}, Options: map[string]string{},
	}
	for i := 0; i+1 < len(options); i += 2 {
		p.Options[options[i]] = options[i+1]
	}
	return p
}
