package networktest

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
)

// whole: what was approved arrives, all of it and once.
func (s suite) whole(t *testing.T) {
	t.Run("a post at every limit arrives whole", func(t *testing.T) {
		for _, p := range s.bench(t).full() {
			b := s.bench(t)
			for _, q := range b.full() { // the new bench needs the pictures in its own store
				if q.Delivery == p.Delivery {
					b.checkWhole(q)
				}
			}
		}
	})
	t.Run("text alone arrives", func(t *testing.T) {
		b := s.bench(t)
		if b.limits.Media.Needed {
			return
		}
		b.checkWhole(b.plan(1, network.Part{Text: "no picture"}))
	})
	t.Run("a picture alone arrives", func(t *testing.T) {
		b := s.bench(t)
		if len(b.imageTypes()) > 0 {
			b.checkWhole(b.plan(1, b.part(1, "")))
		}
	})
	t.Run("the largest picture arrives", func(t *testing.T) {
		b := s.bench(t)
		size := b.limits.Media.ImageBytes
		if len(b.imageTypes()) == 0 || size == 0 || size > 20<<20 {
			return // none, no limit, or more than a test should move
		}
		part := network.Part{Text: "large", Media: []network.Media{b.files.Picture(b.imageTypes()[0], 1, int(size))}}
		b.checkWhole(b.plan(1, part))
	})
	for _, sample := range samples {
		t.Run(sample.name+" arrive unharmed", func(t *testing.T) {
			b := s.bench(t)
			b.checkWhole(b.plan(1, b.part(1, sample.text)))
		})
	}
	if s.d.Thread != network.ThreadNone {
		t.Run("a thread arrives whole and in order", func(t *testing.T) {
			b := s.bench(t)
			b.checkWhole(b.thread(b.length()))
		})
		t.Run("the longest thread arrives whole", func(t *testing.T) {
			b := s.bench(t)
			if s.d.Thread == network.ThreadComment {
				return // it is the one before
			}
			var parts []network.Part
			for i := range b.limits.Parts {
				parts = append(parts, b.part(i, fmt.Sprintf("%d", i+1)))
			}
			b.checkWhole(b.plan(1, parts...))
		})
	}
}

// checkWhole publishes p and compares what was saved with what was planned.
func (b *bench) checkWhole(p network.Plan) {
	b.Helper()
	j := b.journal()
	receipt := b.must(j, p)
	b.compare(p)
	b.oneEach(j, p)
	posts := b.server.Posts()
	if len(posts) > 0 && receipt.RemoteID != posts[0].ID {
		b.Errorf("the receipt has the id %q, the first post is %q", receipt.RemoteID, posts[0].ID)
	}
	nowhere := len(j.calls()) > 0 && strings.HasPrefix(j.calls()[0].request.URL, "none:")
	if u, err := url.Parse(receipt.URL); !nowhere && (err != nil || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "file")) {
		b.Errorf("the receipt has the address %q", receipt.URL)
	}
}

// compare checks that the server has exactly the parts of p, in order.
func (b *bench) compare(p network.Plan) {
	b.Helper()
	posts := b.server.Posts()
	if len(posts) != len(p.Parts) {
		b.Fatalf("the server has %d posts, want %d", len(posts), len(p.Parts))
	}
	for i, part := range p.Parts {
		got := posts[i]
		if lines(got.Text) != lines(part.Text) {
			b.Errorf("post %d reads %.200q, want %.200q", i+1, got.Text, part.Text)
		}
		if len(got.Images) != len(part.Media) {
			b.Errorf("post %d has %d pictures, want %d", i+1, len(got.Images), len(part.Media))
			continue
		}
		for k, m := range part.Media {
			if !bytes.Equal(got.Images[k], b.files.Bytes(m)) {
				b.Errorf("picture %d of post %d is another", k+1, i+1)
			}
			if b.limits.Alt.Max > 0 && (len(got.Alts) <= k || got.Alts[k] != m.Alt) {
				b.Errorf("picture %d of post %d has lost its description", k+1, i+1)
			}
		}
		if i == 0 && got.Parent != "" {
			b.Errorf("the first post answers %q", got.Parent)
		}
		if i > 0 && b.d.Thread.Segments(2) == 2 && got.Parent != posts[i-1].ID {
			b.Errorf("post %d answers %q, want %q", i+1, got.Parent, posts[i-1].ID)
		}
	}
}

// oneEach checks that each segment had one publishing call, and nothing came after the last.
func (b *bench) oneEach(j *journal, p network.Plan) {
	b.Helper()
	calls := j.calls()
	want := 0
	for _, c := range calls {
		if c.effect != publish {
			continue
		}
		if c.request.Segment != want {
			b.Errorf("publishing call %q is for segment %d, want %d", c.step, c.request.Segment, want)
		}
		want++
	}
	if segments := b.d.Thread.Segments(len(p.Parts)); want != segments {
		b.Errorf("%d publishing calls, want one for each of %d segments:%s", want, segments, describe(calls))
	}
	if len(calls) > 0 && calls[len(calls)-1].effect != publish {
		b.Errorf("the last call does not publish:%s", describe(calls))
	}
}

// lines makes all line ends alike: a server may store either.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
