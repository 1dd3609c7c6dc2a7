package networktest

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"postbag/backend/network"
)

// patience is how long a call that should end at once may take on a busy machine.
const patience = 20 * time.Second

// manners: nothing hangs, nothing leaks, nothing works on after it was told to stop.
func (s suite) manners(t *testing.T) {
	t.Run("a context that has ended sends nothing", func(t *testing.T) {
		b := s.bench(t)
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		if _, err := b.publish(ctx, b.journal(), b.hello(1)); err == nil {
			b.Error("Publish succeeded")
		}
		b.wantPosts(0)
	})
	t.Run("a silent server does not hold it when the context ends", func(t *testing.T) {
		s.eachStep(t, func(b *bench, step string, e effect) {
			ctx, cancel := context.WithCancel(b.Context())
			defer cancel()
			j := b.journal()
			j.fault = func(ctx context.Context, c call) (network.Reply, error, bool) {
				if c.step != step {
					return network.Reply{}, nil, false
				}
				cancel() // now, while the server is silent
				<-ctx.Done()
				kind := network.Ambiguous
				if e == read {
					kind = network.NotSent
				}
				return network.Reply{}, &network.Error{Kind: kind, Message: "stopped while waiting", Err: ctx.Err()}, true
			}
			if _, err := b.inTime(ctx, j, b.hello(1)); err == nil {
				b.Errorf("step %q was never answered, and Publish succeeded", step)
			}
		})
	})
	t.Run("an endless reply does not hang it", func(t *testing.T) {
		for _, flood := range [][]byte{
			bytes.Repeat([]byte("["), network.MaxReply),
			bytes.Repeat([]byte(`{"a":`), network.MaxReply/5),
			append([]byte(`{"id":"`), bytes.Repeat([]byte("x"), network.MaxReply-7)...),
		} {
			s.eachStep(t, func(b *bench, step string, e effect) {
				j := b.journal()
				j.fault = onStep(step, network.Reply{Status: 200, Body: flood}, nil)
				if _, err := b.inTime(b.Context(), j, b.hello(1)); err == nil && e != read {
					b.Errorf("step %q was flooded, and Publish succeeded", step)
				}
			})
		}
		s.eachStep(t, func(b *bench, step string, _ effect) {
			j := b.journal()
			tooLong := &network.Error{Kind: network.Ambiguous, Message: "the reply is longer than 4 MB"}
			j.fault = onStep(step, network.Reply{}, tooLong)
			if _, err := b.inTime(b.Context(), j, b.hello(1)); err == nil {
				b.Errorf("step %q had a reply of 10 MB, and Publish succeeded", step)
			}
		})
	})
}

// eachStep runs f on a fresh bench for every step of an ordinary post.
func (s suite) eachStep(t *testing.T, f func(b *bench, step string, e effect)) {
	t.Helper()
	dry := s.bench(t)
	j := dry.journal()
	dry.must(j, dry.hello(1))
	for _, c := range j.calls() {
		f(s.bench(t), c.step, c.effect)
	}
}

// inTime is publish with an end: it fails the test instead of hanging it.
func (b *bench) inTime(ctx context.Context, c network.Calls, p network.Plan) (network.Receipt, error) {
	b.Helper()
	type result struct {
		receipt network.Receipt
		err     error
	}
	done := make(chan result, 1)
	go func() {
		receipt, err := b.n.Publish(ctx, c, b.account, p)
		done <- result{receipt, err}
	}()
	select {
	case r := <-done:
		b.wellFormed(r.err)
		return r.receipt, r.err
	case <-time.After(patience):
		b.Fatalf("Publish did not end within %v", patience)
		return network.Receipt{}, nil
	}
}

// both: two accounts at once do not disturb each other. Run it with the race detector.
func (s suite) both(t *testing.T) {
	benches := []*bench{s.bench(t), s.bench(t)}
	var wait sync.WaitGroup
	errs := make([]error, len(benches))
	for i, b := range benches {
		p, j := b.thread(b.length()), b.journal()
		wait.Go(func() { _, errs[i] = b.n.Publish(b.Context(), j, b.account, p) })
	}
	wait.Wait()
	for i, b := range benches {
		if errs[i] != nil {
			t.Errorf("account %d: %v", i+1, errs[i])
			continue
		}
		b.compare(b.thread(b.length()))
	}
}
