package pinterest_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

// there is Pinterest that is connected to at the stand-in's address.
type there struct {
	pinterest.Network
	server *string
}

func (n there) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return pinterest.At(*n.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, there{pinterest.New(), &at}, func(t *testing.T) networktest.Server {
		s := pinteresttest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, pinterest.New()) }
