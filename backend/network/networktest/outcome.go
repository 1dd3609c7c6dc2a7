package networktest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
)

// outcome: every end of a publishing call is classified, and none is tried again.
func (s suite) outcome(t *testing.T) {
	for _, c := range []struct {
		failure Failure
		want    network.Kind
		saved   int // posts the server has afterwards
	}{
		{Unauthorized, network.Reauth, 0},
		{RateLimited, network.Throttled, 0},
		{Refused, network.Rejected, 0},
		{ServerError, network.Ambiguous, 0},
		{DropAfter, network.Ambiguous, 1},
		{Garbage, network.Ambiguous, 1},
	} {
		t.Run(fmt.Sprintf("%s is %s", c.failure, c.want), func(t *testing.T) {
			b := s.bench(t)
			if !b.plays(c.failure) {
				return
			}
			b.server.Fail(c.failure)
			j := b.journal()
			_, err := b.publish(b.Context(), j, b.hello(1))
			b.wantKind(err, c.want)
			b.readable(err)
			if c.failure == RateLimited && network.WaitOf(err) != 7*time.Second {
				b.Errorf("the wait is %v, want 7s", network.WaitOf(err))
			}
			if j.publishes() != 1 {
				b.Errorf("%d publishing calls, want one:%s", j.publishes(), describe(j.calls()))
			}
			b.wantPosts(c.saved)
		})
	}
	if s.d.Thread.Segments(2) == 2 {
		t.Run("a thread stops at the part that failed", s.threadStops)
	}
	t.Run("a failed step before publishing stops the post", s.failedSteps)
	t.Run("nonsense is never an acceptance", s.nonsense)
	t.Run("a lost answer is ambiguous", func(t *testing.T) {
		b := s.bench(t)
		j := b.journal()
		j.fault = onPublish(network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the connection was cut"})
		_, err := b.publish(b.Context(), j, b.hello(1))
		b.wantKind(err, network.Ambiguous)
		if j.publishes() != 1 {
			b.Errorf("%d publishing calls, want one:%s", j.publishes(), describe(j.calls()))
		}
	})
	t.Run("what was never sent stays not_sent", func(t *testing.T) {
		b := s.bench(t)
		j := b.journal()
		j.fault = onPublish(network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no route to the server"})
		_, err := b.publish(b.Context(), j, b.hello(1))
		b.wantKind(err, network.NotSent)
		b.wantPosts(0)
	})
}

func (s suite) threadStops(t *testing.T) {
	for _, failure := range []Failure{ServerError, DropAfter, RateLimited} {
		b := s.bench(t)
		if !b.plays(failure) {
			continue
		}
		j := b.journal()
		j.answer = func(c call) {
			if c.effect == publish && j.publishes() == 1 {
				b.server.Fail(failure) // the next one
			}
		}
		if _, err := b.publish(b.Context(), j, b.thread(b.length())); err == nil {
			b.Errorf("%s in the second part: no error", failure)
		}
		if j.publishes() != 2 {
			b.Errorf("%s in the second part: %d publishing calls, want 2:%s", failure, j.publishes(), describe(j.calls()))
		}
	}
}

// failedSteps breaks each call before the publishing one in turn. A post without the picture
// whose upload failed would be another post than the one approved.
func (s suite) failedSteps(t *testing.T) {
	dry := s.bench(t)
	j := dry.journal()
	dry.must(j, dry.hello(1))
	for i, c := range j.calls() {
		if c.effect != prepare {
			continue
		}
		for _, status := range []int{404, 500, 503} {
			b := s.bench(t)
			k := b.journal()
			k.fault = onStep(c.step, network.Reply{Status: status}, nil)
			if _, err := b.publish(b.Context(), k, b.hello(1)); err == nil {
				b.Errorf("call %d (%q) answered %d, and Publish succeeded", i+1, c.step, status)
			}
			if k.publishes() != 0 {
				b.Errorf("call %d (%q) answered %d, and the post was published", i+1, c.step, status)
			}
			b.wantPosts(0)
		}
	}
}

// junk is what servers, proxies and captive portals answer instead.
var junk = []string{
	"", "null", "{}", "[]", "0", `"ok"`, `{"id":""}`, `{"id":null}`, `{"id":{}}`, `{"uri":""}`, `{"error":""}`,
	"<html><body>Please sign in</body></html>", "\x00\xff\xfe", `{"id":"1`,
}

func (s suite) nonsense(t *testing.T) {
	dry := s.bench(t)
	j := dry.journal()
	dry.must(j, dry.hello(1))
	for _, c := range j.calls() {
		for _, status := range []int{200, 201, 202, 204, 301, 302} {
			for _, body := range junk {
				b := s.bench(t)
				k := b.journal()
				k.fault = onStep(c.step, network.Reply{Status: status, Body: []byte(body)}, nil)
				_, err := b.publish(b.Context(), k, b.hello(1))
				switch {
				case c.effect == publish && (err == nil || network.KindOf(err) != network.Ambiguous):
					b.Errorf("publishing call %q answered %d %q: got %v, want ambiguous", c.step, status, body, err)
				case c.effect == prepare && (err == nil || k.publishes() > 0):
					b.Errorf("call %q answered %d %q, and the post was published", c.step, status, body)
				}
				if k.publishes() > 1 {
					b.Errorf("call %q answered %d %q: %d publishing calls", c.step, status, body, k.publishes())
				}
			}
		}
	}
}

// onStep answers the step of a name in the server's stead.
func onStep(step string, reply network.Reply, err error) fault {
	return func(_ context.Context, c call) (network.Reply, error, bool) {
		return reply, err, c.step == step
	}
}

// onPublish answers every publishing call in the server's stead.
func onPublish(reply network.Reply, err error) fault {
	return func(_ context.Context, c call) (network.Reply, error, bool) {
		return reply, err, c.effect == publish
	}
}
