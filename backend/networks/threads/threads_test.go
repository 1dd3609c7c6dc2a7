package threads_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/threads"
	"postbag/backend/networks/threads/threadstest"
)

// local is Threads at the stand-in's address.
type local struct {
	threads.Network
	server *string
}

func (l local) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return threads.At(*l.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, local{threads.New(), &at}, func(t *testing.T) networktest.Server {
		s := threadstest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, threads.New()) }
