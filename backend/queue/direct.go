package queue

import (
	"context"

	"postbag/backend/network"
)

// Direct makes calls outside a delivery: connecting, testing and renewing a channel. Nothing
// is journalled, and it cannot publish.
type Direct struct{ Carriers Carriers }

// Read implements network.Calls.
func (c Direct) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return c.send(ctx, r)
}

// Prepare implements network.Calls.
func (c Direct) Prepare(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return c.send(ctx, r)
}

// Publish always fails.
func (c Direct) Publish(context.Context, string, network.Request) (network.Reply, error) {
	return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "nothing is published outside the queue"}
}

func (c Direct) send(ctx context.Context, r network.Request) (network.Reply, error) {
	carrier, err := c.Carriers.carrier(r)
	if err != nil {
		return network.Reply{}, err
	}
	return carrier.Send(ctx, r, nil)
}
