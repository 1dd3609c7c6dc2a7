package networktest

import (
	"context"
	"net/url"
	"path"
	"slices"
	"testing"

	"postbag/backend/network"
)

// handed is a ByHand network in whose place the suite takes a hand-over for the post: what lies ready
// is what arrived. The rest of the suite holds for it as for every other network. What is told of the
// hand-over is its address, of which the stand-in's posts have the id.
type handed struct{ network.Network }

// Describe returns the facts, with a Classify that accepts what was handed over.
func (h handed) Describe() network.Descriptor {
	d := h.Network.Describe()
	inner := d.Classify
	d.Classify = func(step string, r network.Reply) (network.Receipt, error) {
		receipt, err := inner(step, r)
		if network.IsByHand(err) {
			where := r.Header["Content-Location"]
			return network.Receipt{RemoteID: where, URL: where}, nil
		}
		return receipt, err
	}
	return d
}

// Publish takes what was handed over for published.
func (h handed) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	last := &lastPublish{Calls: c}
	receipt, err := h.Network.Publish(ctx, last, a, p)
	if network.IsByHand(err) {
		return h.Describe().Classify(last.step, last.reply)
	}
	return receipt, err
}

// lastPublish remembers the publishing call.
type lastPublish struct {
	network.Calls
	step  string
	reply network.Reply
}

func (l *lastPublish) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := l.Calls.Publish(ctx, step, r)
	l.step, l.reply = step, reply
	return reply, err
}

// byHand: a network that a person finishes says so of everything, and has it all in place before.
func (s suite) byHand(t *testing.T) {
	hander, ok := s.n.(network.Hander)
	if !ok || !s.d.Local || s.d.Reconcile.Shape != network.ShapeNone {
		t.Fatal("a ByHand network is Local, is a Hander, and has nothing that can be asked (ShapeNone)")
	}
	if _, ok := s.n.(network.Finder); ok {
		t.Error("only the person knows whether it is public: it cannot be a Finder")
	}
	t.Run("it is the person's turn, and never a success", func(t *testing.T) {
		b := s.bench(t)
		for _, p := range append(b.full(), b.hello(1), b.thread(b.length())) {
			j := b.journal()
			if receipt, err := b.publish(b.Context(), j, p); !network.IsByHand(err) || receipt.RemoteID != "" {
				b.Errorf("ended with %+v, %v", receipt, err)
			}
			b.readyBefore(j.calls(), hander.Handed(p), p)
		}
	})
	t.Run("what was not handed over is no turn of theirs", func(t *testing.T) {
		for _, reply := range unusable {
			b := s.bench(t)
			j := b.journal()
			j.fault = onPublish(reply, nil)
			if _, err := b.publish(b.Context(), j, b.hello(1)); err == nil || network.IsByHand(err) {
				b.Errorf("a reply of %d %q ends with %v", reply.Status, reply.Body, err)
			}
		}
	})
	t.Run("two deliveries lie apart", func(t *testing.T) {
		b := s.bench(t)
		one, two := hander.Handed(b.hello(1)), hander.Handed(b.hello(2))
		if one.Folder == two.Folder || one.Folder == "" {
			b.Errorf("they lie in %q and %q", one.Folder, two.Folder)
		}
	})
}

// readyBefore checks that nothing left this machine, and that every file was in place, by its hash,
// before the hand-over.
func (b *bench) readyBefore(calls []call, h network.Handed, p network.Plan) {
	b.Helper()
	placed := map[string]bool{}
	for i, c := range calls {
		if u, err := url.Parse(c.request.URL); err != nil || u.Scheme != "file" {
			b.Errorf("step %q leaves this machine: %s", c.step, c.request.URL)
		}
		if c.effect == publish && i != len(calls)-1 {
			b.Errorf("step %q comes after the hand-over", calls[i+1].step)
		}
		for _, f := range c.request.Files {
			if path.Dir(f.Path) != h.Folder {
				b.Errorf("%s lies outside %s", f.Path, h.Folder)
			}
			for _, piece := range f.Body {
				if c.effect == publish && piece.File.SHA256 != "" {
					b.Errorf("%s comes with the hand-over, want it before", f.Path)
				}
				placed[piece.File.SHA256] = true
				placed[string(piece.Bytes)] = true
			}
		}
	}
	for i, part := range p.Parts {
		if len(h.Texts) != len(p.Parts) || h.Texts[i] != "" && !placed[h.Texts[i]] {
			b.Errorf("the text of part %d lies nowhere, or is not said", i+1)
		}
		if !slices.ContainsFunc(part.Media, func(m network.Media) bool { return !placed[m.SHA256] }) {
			continue
		}
		b.Errorf("a picture of part %d lies nowhere", i+1)
	}
}
