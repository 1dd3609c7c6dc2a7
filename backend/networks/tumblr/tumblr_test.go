package tumblr_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/tumblr/tumblrtest"
)

// here is Tumblr with the stand-in's address, which a conversation begins with.
type here struct {
	tumblr.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return tumblr.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{tumblr.New(), &at}, func(t *testing.T) networktest.Server {
		s := tumblrtest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, tumblr.New()) }
