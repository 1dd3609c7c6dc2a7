package linkedin_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

// onPage is LinkedIn with the stand-in's address, which a conversation begins with.
type onPage struct {
	linkedin.Network
	server *string
}

func (n onPage) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return linkedin.At(*n.server).Connect(ctx, c, answers)
}

// onProfile is the same for a member, whose posts nobody can list.
type onProfile struct {
	network.Network
	network.Deleter
	network.Editor
	network.Linker
}

func TestAPageKeepsThePromisesOfANetwork(t *testing.T) {
	var at string
	networktest.Run(t, onPage{linkedin.New(), &at}, func(t *testing.T) networktest.Server {
		s := linkedintest.NewPage(t)
		at = s.URL
		return s
	})
}

func TestAProfileKeepsThePromisesOfANetwork(t *testing.T) {
	var at string
	n := onPage{linkedin.New(), &at}
	networktest.Run(t, onProfile{n, n, n, n}, func(t *testing.T) networktest.Server {
		s := linkedintest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, linkedin.New()) }
