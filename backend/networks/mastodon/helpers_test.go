package mastodon_test

import (
	"context"
	"fmt"

	"postbag/backend/network"
	"postbag/backend/networks/mastodon"
)

// plainCalls sends every call and remembers nothing but the names of its steps.
type plainCalls struct {
	carrier network.Carrier
	steps   *[]string
}

func (c plainCalls) send(ctx context.Context, what, step string, r network.Request) (network.Reply, error) {
	if c.steps != nil {
		*c.steps = append(*c.steps, fmt.Sprintf("%s %s", what, step))
	}
	return c.carrier.Send(ctx, r, nil)
}

func (c plainCalls) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.send(ctx, "read", step, r)
}

func (c plainCalls) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return c.send(ctx, "prepare", step, r)
}

func (c plainCalls) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := c.send(ctx, "publish", step, r)
	if err == nil {
		_, err = mastodon.New().Describe().Classify(step, reply)
	}
	return reply, err
}

func (u *uploads) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if reply, ok := u.kept[step]; ok {
		return reply, nil
	}
	reply, err := u.plainCalls.Prepare(ctx, step, r)
	if err == nil && reply.OK() {
		u.kept[step] = reply
	}
	return reply, err
}
