package facebook_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

// near is Facebook with the stand-in's address, which a conversation begins with.
type near struct {
	facebook.Network
	server *string
}

func (n near) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return facebook.At(*n.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, near{facebook.New(), &at}, func(t *testing.T) networktest.Server {
		s := facebooktest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, facebook.New()) }
