package instagram_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/instagram"
	"postbag/backend/networks/instagram/instagramtest"
)

// local is Instagram at the stand-in's address.
type local struct {
	instagram.Network
	server *string
}

func (l local) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return instagram.At(*l.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, local{instagram.New(), &at}, func(t *testing.T) networktest.Server {
		s := instagramtest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, instagram.New()) }
