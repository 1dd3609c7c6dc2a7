package x_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
)

// here is X with the stand-in's address, which a conversation begins with.
type here struct {
	x.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return x.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{x.New(), &at}, func(t *testing.T) networktest.Server {
		s := xtest.Forgetful(t) // the suite posts the same words twice; what X says to that has tests of its own
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, x.New()) }
