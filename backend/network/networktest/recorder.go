package networktest

import (
	"context"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
)

// Recorder sends every call of a network for a test of its own, and answers an invisible step that
// succeeded from what it kept, as the queue does. It is for one goroutine.
type Recorder struct {
	network.Carrier
	Kept map[string]network.Reply // answers of invisible steps
	Sent []string                 // the steps that were sent, in order

	classify func(step string, r network.Reply) (network.Receipt, error)
}

var _ network.Calls = (*Recorder)(nil)

// Record returns a Recorder for the calls of n over HTTP, whose files are those given.
func Record(n network.Network, files *Files) *Recorder {
	return &Recorder{Carrier: httpcall.New(files), Kept: map[string]network.Reply{}, classify: n.Describe().Classify}
}

// Read sends r.
func (j *Recorder) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	j.Sent = append(j.Sent, step)
	return j.Send(ctx, r, nil)
}

// Prepare sends r, or answers from what is kept.
func (j *Recorder) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	name := step + " " + r.Hash()
	if reply, ok := j.Kept[name]; ok && !r.Fresh {
		reply.Kept = true
		return reply, nil
	}
	reply, err := j.Read(ctx, step, r)
	if err == nil && reply.Status < 300 {
		j.Kept[name] = reply
	}
	return reply, err
}

// Publish sends r and lets the network's own rule judge the answer.
func (j *Recorder) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	j.Sent = append(j.Sent, step)
	reply, err := j.Send(ctx, r, func() error { return nil })
	if err == nil {
		_, err = j.classify(step, reply)
	}
	return reply, err
}

// Forget throws away what was prepared, as the queue does after an error that says it is stale.
func (j *Recorder) Forget() { clear(j.Kept) }
