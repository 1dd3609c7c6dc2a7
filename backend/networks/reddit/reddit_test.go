package reddit_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/reddit/reddittest"
)

// titled is Reddit with the stand-in's address, and with a title for the suite's posts, which have none.
// The stand-in names the post of a single picture in its answer, as Reddit did in 2021 (Pyprohly's notes);
// that it promises one is tested apart.
type titled struct {
	reddit.Network
	server *string
}

func withTitle(p network.Plan) network.Plan {
	p.Options = maps.Clone(p.Options)
	if p.Options == nil {
		p.Options = map[string]string{}
	}
	p.Options["title"] = "A title of its own"
	return p
}

func (t titled) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return reddit.At(*t.server).Connect(ctx, c, answers)
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
	var at string
	networktest.Run(t, titled{reddit.New(), &at}, func(t *testing.T) networktest.Server {
		s := reddittest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, reddit.New()) }
