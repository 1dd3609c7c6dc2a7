package networktest

import (
	"context"

	"postbag/backend/network"
)

// Plain are Calls that send everything once and remember nothing, for a network's own tests.
type Plain struct {
	network.Carrier
	Classify func(step string, r network.Reply) (network.Receipt, error)
}

// NewPlain returns the plain calls of a network over a carrier.
func NewPlain(n network.Network, over network.Carrier) Plain {
	return Plain{over, n.Describe().Classify}
}

// Read implements network.Calls.
func (p Plain) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return p.Send(ctx, r, nil)
}

// Prepare implements network.Calls.
func (p Plain) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return p.Read(ctx, step, r)
}

// Publish implements network.Calls.
func (p Plain) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := p.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = p.Classify(step, reply)
	}
	return reply, err
}
