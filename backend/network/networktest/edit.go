package networktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
)

// BareEdits is a Server of a service whose answer to a change of a post proves itself by its status
// alone: it documents no body.
type BareEdits interface{ EditsAnswerNothing() bool }

// edits: a live post reads otherwise, in its place, and nothing is ever posted by that.
func (s suite) edits(t *testing.T) {
	rule := s.d.Edit
	editor, ok := s.n.(network.Editor)
	t.Run("what can be changed is said", func(t *testing.T) {
		switch {
		case ok != (len(rule.Fields) > 0):
			t.Errorf("it edits: %t, and its rule names the fields %q", ok, rule.Fields)
		case (ok || rule.Never) && strings.TrimSpace(rule.Source) == "":
			t.Error("the rule about editing has no source")
		case ok && rule.Never:
			t.Error("the rule says that nothing is ever changed, and names fields")
		}
	})
	if !ok {
		return
	}
	t.Run("the words change and nothing else", func(t *testing.T) { s.editsWords(t, editor) })
	t.Run("what was lost is asked for again", func(t *testing.T) { s.editsAgain(t, editor) })
	t.Run("no answer is a change that is not one", func(t *testing.T) { s.editsHostile(t, editor) })
}

// editable is a thread as long as the suite's, which the network's rule lets be changed.
func (b *bench) editable() network.Plan {
	p := b.thread(b.length())
	if b.d.Edit.WordsOnly {
		for i := range p.Parts {
			p.Parts[i].Media = nil
		}
	}
	return p
}

// published makes p live and returns it with its receipts.
func (b *bench) published(p network.Plan) network.Plan {
	b.Helper()
	j := b.journal()
	b.must(j, p)
	for _, c := range j.calls() {
		if c.effect == publish {
			receipt, err := b.d.Classify(c.step, c.reply)
			if err != nil {
				b.Fatalf("classify again: %v", err)
			}
			p.Done = append(p.Done, receipt)
		}
	}
	return p
}

// reworded is p with other words in one part, as far as the network's rule goes.
func (b *bench) reworded(p network.Plan, part int, text string) network.Plan {
	p.Parts = slices.Clone(p.Parts)
	if b.d.Edit.Can(network.EditText) {
		p.Parts[part].Text = text
	}
	p.Parts[part].Media = slices.Clone(p.Parts[part].Media)
	if b.d.Edit.Can(network.EditAlt) && b.limits.Alt.Max > 0 {
		for i := range p.Parts[part].Media {
			p.Parts[part].Media[i].Alt = b.alt("seen anew: " + text)
		}
	}
	return p
}

func (s suite) editsWords(t *testing.T, editor network.Editor) {
	b := s.bench(t)
	p := b.published(b.editable())
	before := b.server.Posts()
	for part := range p.Parts {
		for _, sample := range []string{"Mended", "Mended again: “<b>” & é 👍🏽, see https://example.org/a?b=c"} {
			next := b.reworded(p, part, sample+fmt.Sprintf(" (%d)", part+1))
			if _, bad := network.Blocking(network.Check(b.d, b.limits, next)); bad {
				continue // what the network does not take is not asked for
			}
			p = next
			for range 2 { // the same again is the same
				j := b.journal()
				if err := editor.Edit(t.Context(), j, b.account, p, part); err != nil {
					t.Fatalf("edit part %d: %v; calls:%s", part+1, err, describe(j.calls()))
				}
				if j.publishes() > 0 {
					t.Errorf("editing publishes:%s", describe(j.calls()))
				}
				b.compare(p)
			}
		}
	}
	after := b.server.Posts()
	for i := range after {
		if after[i].ID != before[i].ID {
			t.Errorf("post %d was %q and is %q", i+1, before[i].ID, after[i].ID)
		}
	}
}

func (s suite) editsAgain(t *testing.T, editor network.Editor) {
	b := s.bench(t)
	p := b.published(b.editable())
	p = b.reworded(p, 0, "Arrived, and nobody heard of it")
	j := b.journal()
	j.fault = func(ctx context.Context, c call) (network.Reply, error, bool) {
		if c.effect != prepare {
			return network.Reply{}, nil, false
		}
		_, _ = b.carrier.Send(ctx, c.request, func() error { return nil })
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the connection was cut"}, true
	}
	b.wantKind(editor.Edit(t.Context(), j, b.account, p, 0), network.Ambiguous)
	b.wantPosts(len(p.Parts))
	if err := editor.Edit(t.Context(), b.journal(), b.account, p, 0); err != nil {
		t.Errorf("the same again: %v", err)
	}
	b.compare(p)
}

func (s suite) editsHostile(t *testing.T, editor network.Editor) {
	b := s.bench(t)
	p := b.published(b.editable())
	p = b.reworded(p, 0, "Nobody takes this")
	bare := false
	if said, ok := b.server.(BareEdits); ok {
		bare = said.EditsAnswerNothing()
	}
	for _, c := range []struct {
		reply network.Reply
		err   error
		want  network.Kind // "": any but success
	}{
		{reply: network.Reply{Status: 500}, want: network.Ambiguous},
		{reply: network.Reply{Status: 503, Body: []byte("<html>")}, want: network.Ambiguous},
		{reply: network.Reply{Status: 302, Header: map[string]string{"Location": "https://portal.example/"}}, want: network.Ambiguous},
		{reply: network.Reply{Status: 418}, want: network.Ambiguous},
		{reply: network.Reply{Status: 429}},
		{reply: network.Reply{Status: 200, Body: []byte("<html>Please sign in</html>")}, want: network.Ambiguous},
		{reply: network.Reply{Status: 200, Body: []byte("null")}, want: network.Ambiguous},
		{err: &network.Error{Kind: network.NotSent, Message: "no route to the server"}, want: network.NotSent},
		{err: &network.Error{Kind: network.Ambiguous, Message: "the connection was cut"}, want: network.Ambiguous},
		{err: fmt.Errorf("nobody classified this"), want: network.Ambiguous},
	} {
		if bare && c.err == nil && c.reply.OK() {
			continue
		}
		j := b.journal()
		j.fault = func(_ context.Context, made call) (network.Reply, error, bool) {
			return c.reply, c.err, made.effect == prepare
		}
		err := editor.Edit(t.Context(), j, b.account, p, 0)
		switch {
		case err == nil:
			t.Errorf("answered %d %q, %v: taken for a change", c.reply.Status, c.reply.Body, c.err)
		case c.want != "" && network.KindOf(err) != c.want:
			t.Errorf("answered %d %q, %v: got %v, want %s", c.reply.Status, c.reply.Body, c.err, err, c.want)
		}
		if leaks(fmt.Sprint(err), b.secrets) {
			t.Error("the error shows the secret")
		}
	}
	b.wantPosts(len(p.Parts))
}
