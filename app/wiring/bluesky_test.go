package wiring_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/networks/bluesky/blueskytest"
)

// A thread with a video goes through the whole program to Bluesky: in one write, with the gates that a
// person chose for this channel, and the video with its description and shape.
func TestAThreadWithAVideoAndGatesGoesToBluesky(t *testing.T) {
	b := newBench(t)
	s := blueskytest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "bluesky", s.Account()))
	path := filepath.Join(t.TempDir(), "boat.mp4")
	ok(t, os.WriteFile(path, movie(), 0o600))
	got := must[library.Result](t)(b.Library.Import(t.Context(), domain.WorkspaceID(b.space.ID), []string{path}, library.Options{}, nil))
	if len(got.Assets) != 1 {
		t.Fatalf("imported: %+v", got)
	}
	content := api.Content{
		Text: "The boat leaves at seven.", Parts: []string{"And comes back at four."},
		Media: []api.Media{{Asset: string(got.Assets[0].Asset.ID), Alt: "A boat leaves the quay"}},
	}
	b.publish(content, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"replies": "followers", "no_quotes": "true"},
	})
	posts := s.Posts()
	if len(posts) != 2 || s.Requests("com.atproto.repo.applyWrites") != 1 || s.Requests("com.atproto.repo.putRecord") != 0 {
		t.Fatalf("%d posts arrived, in %d writes", len(posts), s.Requests("com.atproto.repo.applyWrites"))
	}
	if len(posts[0].Images) != 1 || !bytes.Contains(posts[0].Images[0], []byte("pictures and sound")) || posts[0].Alts[0] != "A boat leaves the quay" {
		t.Errorf("with the first arrived %q, described as %q", posts[0].Images, posts[0].Alts)
	}
	for i, post := range posts {
		if g := s.Gates(post.ID); !slices.Equal(g.Replies, []string{"app.bsky.feed.threadgate#followerRule"}) || !g.NoQuotes {
			t.Errorf("part %d stands behind %+v", i+1, g)
		}
	}
	done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(done) != 1 || done[0].RemoteURL == "" {
		t.Errorf("what is published is %+v", done)
	}
}

// movie is an MP4 of 160 × 90 px and 2.5 s with nothing to see in it.
func movie() []byte {
	order := binary.BigEndian
	box := func(kind string, content ...[]byte) []byte {
		body := bytes.Join(content, nil)
		return append(append(order.AppendUint32(nil, uint32(8+len(body))), kind...), body...)
	}
	mvhd, tkhd := make([]byte, 100), make([]byte, 84)
	order.PutUint32(mvhd[12:], 1000)
	order.PutUint32(mvhd[16:], 2500)
	order.PutUint32(tkhd[40:], 0x10000) // not turned
	order.PutUint32(tkhd[56:], 0x10000)
	order.PutUint32(tkhd[76:], 160<<16)
	order.PutUint32(tkhd[80:], 90<<16)
	hdlr := box("hdlr", make([]byte, 8), []byte("vide"), make([]byte, 13))
	return slices.Concat(
		box("ftyp", []byte("isom\x00\x00\x02\x00isom")),
		box("mdat", []byte("pictures and sound")),
		box("moov", box("mvhd", mvhd), box("trak", box("tkhd", tkhd), box("mdia", hdlr, box("minf")))),
	)
}
