package nonecall_test

import (
	"context"
	"errors"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/nonecall"
)

func write(key string) network.Request {
	return network.Request{Method: "POST", URL: "none:///posts", Header: map[string]string{"Idempotency-Key": key}}
}

func TestAWriteIsAnsweredWithItsKeyAfterItsIntent(t *testing.T) {
	intents := 0
	reply, err := nonecall.New().Send(t.Context(), write("k-1"), func() error { intents++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	if reply.Status != 200 || string(reply.Body) != `{"id":"k-1"}` {
		t.Errorf("answered %d %s", reply.Status, reply.Body)
	}
	if intents != 1 {
		t.Errorf("the intent was called %d times, want once", intents)
	}
}

func TestAFailingIntentSendsNothing(t *testing.T) {
	full := errors.New("disk full")
	_, err := nonecall.New().Send(t.Context(), write("k"), func() error { return full })
	if network.KindOf(err) != network.NotSent || !errors.Is(err, full) {
		t.Errorf("got %v, want not_sent because the disk is full", err)
	}
}

func TestRefusalsComeBeforeAnyIntent(t *testing.T) {
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		r      network.Request
		status int // 0: a NotSent error
	}{
		{"a context that has ended", stopped, write("k"), 0},
		{"another scheme", t.Context(), network.Request{Method: "POST", URL: "https://example.org/"}, 0},
		{"an address that is none", t.Context(), network.Request{Method: "POST", URL: "none://%zz"}, 0},
		{"a write without a key", t.Context(), write(""), 400},
		{"a read", t.Context(), network.Request{Method: "GET", URL: "none:///posts/1"}, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			reply, err := nonecall.New().Send(c.ctx, c.r, func() error {
				t.Error("the intent was called")
				return nil
			})
			if c.status == 0 && network.KindOf(err) != network.NotSent {
				t.Errorf("got %v, want not_sent", err)
			}
			if c.status != 0 && (err != nil || reply.Status != c.status) {
				t.Errorf("got %d and %v, want %d", reply.Status, err, c.status)
			}
		})
	}
}
