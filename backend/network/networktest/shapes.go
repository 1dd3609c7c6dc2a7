package networktest

import (
	"context"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
)

// shapes: what the queue relies on when it settles doubt by the network's shape.
func (s suite) shapes(t *testing.T) {
	if s.d.Reconcile.Shape == network.ShapePhase {
		t.Run("a container is one post", s.phase)
	}
	if _, ok := s.n.(network.Lister); ok {
		t.Run("the list of posts shows what was sent", s.list)
	}
}

// unusable are answers that prove nothing about anything.
var unusable = []network.Reply{
	{Status: 500},
	{Status: 429},
	{Status: 302},
	{Status: 401},
	{Status: 204},
	{Status: 200},
	{Status: 200, Body: []byte("<html>")},
	{Status: 200, Body: []byte(`{"id":`)},
}

// phase publishes a thread and asks every container before and after it is made visible.
func (s suite) phase(t *testing.T) {
	phaser := s.n.(network.Phaser)
	ask := func(b *bench, p network.Plan, id string) network.Container {
		b.Helper()
		j := b.journal()
		box, err := phaser.Container(b.Context(), j, b.account, p, id)
		if err != nil {
			b.Errorf("ask container %q: %v", id, err)
		}
		for _, c := range j.calls() {
			if c.effect != read {
				b.Errorf("asking a container makes a call that is no read:%s", describe(j.calls()))
			}
		}
		return box
	}
	t.Run("it is written down, made visible, and says so", func(t *testing.T) {
		b := s.bench(t)
		p := b.thread(b.length())
		j := b.journal()
		made := map[int]string{}
		j.answer = func(c call) {
			if c.effect == prepare && c.err == nil {
				if id := b.d.Container(c.step, c.reply); id != "" {
					made[c.request.Segment] = id
				}
				return
			}
			if c.effect != publish || c.err != nil {
				return
			}
			id := c.request.Container
			if c.request.Segment > 0 && b.d.Thread == network.ThreadComment {
				if id != "" { // a comment is of no phases: its doubt is a person's
					b.Errorf("step %q makes %q visible, and is a comment", c.step, id)
				}
				return
			}
			if id == "" || id != made[c.request.Segment] {
				b.Errorf("step %q makes %q visible; the container of part %d is %q", c.step, id, c.request.Segment+1, made[c.request.Segment])
				return
			}
			receipt, err := b.d.Classify(c.step, c.reply)
			if err != nil {
				b.Errorf("classify again: %v", err)
			}
			box := ask(b, p, id)
			if box.State != network.ContainerPublished || box.Receipt.RemoteID != "" && box.Receipt.RemoteID != receipt.RemoteID {
				b.Errorf("once visible, container %q is %+v, want published as %q", id, box, receipt.RemoteID)
			}
			p.Done = append(p.Done, receipt)
		}
		b.must(j, b.thread(b.length()))
	})
	t.Run("made visible twice it is one post", func(t *testing.T) {
		b := s.bench(t)
		j := b.journal()
		b.must(j, b.hello(1))
		for _, c := range j.calls() {
			if c.effect == publish {
				_, _ = b.carrier.Send(b.Context(), c.request, func() error { return nil })
			}
		}
		b.wantPosts(1)
	})
	t.Run("one that nobody made visible is not published", func(t *testing.T) {
		b := s.bench(t)
		j := b.journal()
		id := ""
		j.fault = func(_ context.Context, c call) (network.Reply, error, bool) {
			if c.effect == publish {
				id = c.request.Container
				return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "lost"}, true
			}
			return network.Reply{}, nil, false
		}
		if _, err := b.publish(b.Context(), j, b.hello(1)); err == nil {
			b.Fatal("the answer was lost, and Publish succeeded")
		}
		if box := ask(b, b.hello(1), id); box.State != network.ContainerReady && box.State != network.ContainerBuilding {
			b.Errorf("the container is %+v, want ready", box)
		}
		b.wantPosts(0)
	})
	t.Run("an unusable answer is an error", func(t *testing.T) {
		for _, reply := range unusable {
			b := s.bench(t)
			j := b.journal()
			j.fault = func(context.Context, call) (network.Reply, error, bool) { return reply, nil, true }
			if box, err := phaser.Container(b.Context(), j, b.account, b.hello(1), "id"); err == nil {
				b.Errorf("a reply of %d %q proves %+v", reply.Status, reply.Body, box)
			}
			if id := b.d.Container("post 1", reply); id != "" {
				b.Errorf("a reply of %d %q names the container %q", reply.Status, reply.Body, id)
			}
		}
	})
}

// list publishes a thread and compares what is listed as the queue does.
func (s suite) list(t *testing.T) {
	lister := s.n.(network.Lister)
	t.Run("each part is found, and only it", func(t *testing.T) {
		b := s.bench(t)
		begun := time.Now()
		b.must(b.journal(), b.hello(7)) // another post, which is not meant
		p := b.thread(b.length())
		b.must(b.journal(), p)
		posts := b.server.Posts()
		for i := range b.d.Thread.Segments(len(p.Parts)) {
			j := b.journal()
			list, err := lister.List(b.Context(), j, b.account, p, begun.Add(-match.Slack))
			if err != nil || !list.Complete {
				b.Fatalf("list: complete %t, %v", list.Complete, err)
			}
			for _, c := range j.calls() {
				if c.effect != read {
					b.Errorf("List makes a call that is no read:%s", describe(j.calls()))
				}
			}
			want := match.Of(p, i)
			want.Since, want.Until = begun, time.Now()
			exact, _ := match.Posts(want, list.Posts)
			if len(exact) != 1 || exact[0].Receipt.RemoteID != posts[i+1].ID {
				b.Fatalf("part %d is found as %+v, want %q", i+1, exact, posts[i+1].ID)
			}
			p.Done = append(p.Done, exact[0].Receipt)
		}
	})
	t.Run("an unusable page is an error", func(t *testing.T) {
		for _, reply := range unusable {
			b := s.bench(t)
			j := b.journal()
			j.fault = func(context.Context, call) (network.Reply, error, bool) { return reply, nil, true }
			if list, err := lister.List(b.Context(), j, b.account, b.hello(1), time.Now()); err == nil {
				b.Errorf("a reply of %d %q is a list: %+v", reply.Status, reply.Body, list)
			}
		}
	})
}
