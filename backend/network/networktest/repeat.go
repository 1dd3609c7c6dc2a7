package networktest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"postbag/backend/network"
)

// repeat: what the queue relies on when it starts again in the middle.
func (s suite) repeat(t *testing.T) {
	t.Run("the same plan makes the same requests", s.sameRequests)
	t.Run("a restart after any call repeats no finished step", s.restarts)
	if s.d.Thread.Segments(2) == 2 {
		t.Run("parts that are live are passed over", s.passesOver)
	}
	t.Run("the same key twice posts once", s.sameKey)
	t.Run("two deliveries with the same words are two posts", func(t *testing.T) {
		b := s.bench(t)
		first, second := b.plan(1, b.part(1, "again")), b.plan(2, b.part(1, "again"))
		if one, two := b.must(b.journal(), first), b.must(b.journal(), second); one.RemoteID == two.RemoteID {
			b.Errorf("both have the id %q", one.RemoteID)
		}
		b.wantPosts(2)
	})
	if _, ok := s.n.(network.Finder); ok {
		t.Run("find", s.find)
	}
	if _, ok := s.n.(network.Deleter); ok {
		t.Run("delete removes it, and again is no error", s.deletes)
	}
}

// sameRequests publishes once for real and once from the recording, in another decade: a
// clock, a random number or a map's order shows as a difference.
func (s suite) sameRequests(t *testing.T) {
	b := s.bench(t)
	plans := append(b.full(), b.hello(1), b.thread(b.length()))
	for _, p := range plans {
		fresh := s.bench(t)
		fresh.files = b.files
		if filed, ok := fresh.server.(Filed); ok {
			filed.UseFiles(b.files)
		}
		if _, ok := fresh.server.(Carried); !ok {
			fresh.carrier = carrierFor(fresh.server, b.files)
		}
		j := fresh.journal()
		first := fresh.must(j, p)
		for range 3 {
			synctest.Test(t, func(t *testing.T) { // the bubble's clock starts in the year 2000
				again := &replay{t: t, left: j.calls()}
				second, err := s.n.Publish(t.Context(), again, fresh.account, p)
				if err != nil {
					t.Fatalf("again: %v", err)
				}
				if len(again.left) > 0 {
					t.Errorf("the same plan left out:%s", describe(again.left))
				}
				if first != second {
					t.Errorf("the receipts differ: %+v and %+v", first, second)
				}
			})
		}
	}
}

// restarts cuts the power after every single call, then runs again with what was journalled.
func (s suite) restarts(t *testing.T) {
	dry := s.bench(t)
	counted := dry.journal()
	dry.must(counted, dry.thread(dry.length()))
	for stop := range counted.calls() {
		b := s.bench(t)
		p := b.thread(b.length())
		j := b.journal()
		j.stop = stop
		if _, err := b.publish(b.Context(), j, p); err == nil {
			b.Errorf("with the power off after %d calls Publish succeeded", stop)
		}
		j.restart()
		b.must(j, p)
		b.compare(p)
		sent := map[string]int{}
		for _, c := range j.calls() {
			if c.effect == read || c.request.Fresh {
				continue
			}
			if sent[c.step]++; sent[c.step] > 1 {
				b.Errorf("after a restart behind call %d step %q was asked again", stop, c.step)
			}
		}
	}
}

// passesOver gives a plan whose first segments are known to be live, by proof or by a
// person, with no journal of them.
func (s suite) passesOver(t *testing.T) {
	whole := s.bench(t)
	whole.must(whole.journal(), whole.thread(whole.length()))
	for done := 1; done < whole.length(); done++ {
		b := s.bench(t)
		p := b.thread(b.length())
		j := b.journal()
		j.answer = func(c call) {
			if c.effect == publish && c.err == nil && j.publishes() <= done {
				receipt, err := b.d.Classify(c.step, c.reply)
				if err != nil {
					b.Errorf("classify again: %v", err)
				}
				p.Done = append(p.Done, receipt)
			}
			if j.publishes() == done {
				j.stop = len(j.calls())
			}
		}
		if _, err := b.publish(b.Context(), j, p); err == nil || len(p.Done) != done {
			b.Fatalf("with the power off after %d parts: %d receipts, %v", done, len(p.Done), err)
		}
		fresh := b.journal()
		if receipt := b.must(fresh, p); receipt.RemoteID != p.Done[0].RemoteID {
			b.Errorf("the receipt is of %q, want the first part's %q", receipt.RemoteID, p.Done[0].RemoteID)
		}
		b.compare(p)
		if want := len(p.Parts) - done; fresh.publishes() != want {
			b.Errorf("%d parts were live, %d publishing calls, want %d", done, fresh.publishes(), want)
		}
	}
	t.Run("a finished plan makes no publishing call", func(t *testing.T) {
		b := s.bench(t)
		p := b.hello(1)
		p.Done = []network.Receipt{b.must(b.journal(), p)}
		again := b.journal()
		b.must(again, p)
		if again.publishes() != 0 {
			b.Errorf("%d publishing calls:%s", again.publishes(), describe(again.calls()))
		}
	})
}

func (s suite) sameKey(t *testing.T) {
	b := s.bench(t)
	keyed, ok := b.server.(Keyed)
	honoured := ok && keyed.KeyHonoured()
	if !honoured && b.d.Reconcile.Shape != network.ShapeRecord {
		if b.d.Reconcile.Shape == network.ShapeKey {
			b.Error("the shape is key, but the stand-in promises nothing for it (Keyed)")
		}
		return
	}
	p := b.hello(1)
	first := b.must(b.journal(), p)
	second, err := b.publish(b.Context(), b.journal(), p) // nothing is journalled
	if err == nil && second.RemoteID != first.RemoteID {
		b.Errorf("the same key gives %q and %q", first.RemoteID, second.RemoteID)
	}
	if honoured && err != nil {
		b.Errorf("the same key again: %v", err)
	}
	b.wantPosts(1)
}

func (s suite) find(t *testing.T) {
	find := func(b *bench, c network.Calls, p network.Plan) (network.Receipt, bool, error) {
		return b.n.(network.Finder).Find(b.Context(), c, b.account, p)
	}
	onlyReads := func(b *bench, j *journal) {
		b.Helper()
		for _, c := range j.calls() {
			if c.effect != read {
				b.Errorf("Find makes a call that is no read:%s", describe(j.calls()))
			}
		}
	}
	for _, failure := range []Failure{DropAfter, Garbage} {
		t.Run(fmt.Sprintf("finds it after %s", failure), func(t *testing.T) {
			b := s.bench(t)
			if !b.plays(failure) {
				return
			}
			b.must(b.journal(), b.hello(7)) // another post, which is not meant
			p := b.hello(1)
			b.server.Fail(failure)
			if _, err := b.publish(b.Context(), b.journal(), p); err == nil {
				b.Fatal("the answer was lost, and Publish succeeded")
			}
			j := b.journal()
			receipt, found, err := find(b, j, p)
			posts := b.server.Posts()
			if err != nil || !found || len(posts) != 2 || receipt.RemoteID != posts[1].ID {
				b.Errorf("found %t %q: %v; the server has %d posts", found, receipt.RemoteID, err, len(posts))
			}
			onlyReads(b, j)
		})
	}
	t.Run("says absent only of what is absent", func(t *testing.T) {
		b := s.bench(t)
		b.must(b.journal(), b.hello(7))
		j := b.journal()
		if _, found, err := find(b, j, b.hello(1)); found || err != nil {
			b.Errorf("found %t, %v: want a plain no", found, err)
		}
		onlyReads(b, j)
	})
	if s.d.Thread.Segments(2) == 2 {
		t.Run("finds the part in doubt", func(t *testing.T) {
			b := s.bench(t)
			p := b.thread(b.length())
			b.must(b.journal(), p)
			posts := b.server.Posts()
			p.Done = []network.Receipt{{RemoteID: posts[0].ID}}
			if receipt, found, err := find(b, b.journal(), p); err != nil || !found || receipt.RemoteID != posts[1].ID {
				b.Errorf("found %t %q: %v; want %q", found, receipt.RemoteID, err, posts[1].ID)
			}
		})
	}
	t.Run("an unusable answer is an error, never absent", func(t *testing.T) {
		for _, reply := range []network.Reply{
			{Status: 500},
			{Status: 429},
			{Status: 302},
			{Status: 401},
			{Status: 204},
			{Status: 200},
			{Status: 200, Body: []byte("<html>")},
			{Status: 200, Body: []byte(`{"id":`)},
		} {
			b := s.bench(t)
			j := b.journal()
			j.fault = func(context.Context, call) (network.Reply, error, bool) { return reply, nil, true }
			if _, found, err := find(b, j, b.hello(1)); err == nil {
				b.Errorf("a reply of %d %q proves found=%t", reply.Status, reply.Body, found)
			}
		}
	})
}

func (s suite) deletes(t *testing.T) {
	b := s.bench(t)
	kept := b.must(b.journal(), b.hello(1))
	gone := b.must(b.journal(), b.hello(2))
	for i := range 2 {
		if err := b.n.(network.Deleter).Delete(b.Context(), b.journal(), b.account, gone); err != nil {
			b.Errorf("delete, time %d: %v", i+1, err)
		}
	}
	var left []string
	for _, post := range b.server.Posts() {
		left = append(left, post.ID)
	}
	if !slices.Equal(left, []string{kept.RemoteID}) {
		b.Errorf("left is %q, want %q alone", left, kept.RemoteID)
	}
}
