package wiring_test

import (
	"bytes"
	"image"
	"image/draw"
	_ "image/jpeg" // what a page is
	"image/png"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin/linkedintest"
	"postbag/backend/secrets/secretstest"
)

// A post with a picture goes through the whole program to a profile, made to fit and described. A post
// whose answer is lost is put before a person at once, since nobody can list a member's posts; it is not
// sent again, and the token is in no file.
func TestAPostGoesToAProfileOnLinkedInAndALostOneComesBeforeAPerson(t *testing.T) {
	b := newBench(t)
	s := linkedintest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "linkedin", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven (sharp). #bakery", Visibility: "private",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	first := saved[0]
	if first.Text != "We open at seven (sharp). #bakery" || first.Author != linkedintest.Member || first.Visibility != "CONNECTIONS" {
		t.Errorf("arrived as %+v", first)
	}
	if len(first.Images) != 1 || first.Alts[0] != "A window with geraniums" || len(first.Images[0].Bytes) == 0 || len(first.Images[0].Bytes) > 5_000_000 {
		t.Errorf("%d pictures arrived, described as %q", len(first.Images), first.Alts)
	}
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(live) != 1 || live[0].RemoteURL != "https://www.linkedin.com/feed/update/"+first.URN+"/" {
		t.Errorf("what is published is %+v", live)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday."})
	for range 3 {
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.Saved()); n != 2 {
		t.Errorf("%d posts are there, want two", n)
	}
	held := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown", "held"}))
	if len(held) != 1 {
		t.Errorf("before a person are %+v", held)
	}
	secretstest.Scan(t, b.Dir.Path(), s.Token())
}

// A video goes through the whole program to a page, in pieces.
func TestAVideoGoesToAPageOnLinkedIn(t *testing.T) {
	b := newBench(t)
	s := linkedintest.NewPage(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "linkedin", s.Account()))
	filler := make([]byte, 5<<20) // a free box, which players pass over (ISO/IEC 14496-12:2022, 8.1.2)
	copy(filler, "\x00\x50\x00\x00free")
	b.publish(api.Content{Text: "The boat leaves at seven.", Media: b.film("boat.mp4", append(seconds(10), filler...))})
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Video == nil || len(saved[0].Video.Bytes) < 5<<20 || saved[0].Author != linkedintest.Page {
		t.Errorf("%d posts arrived; %+v", len(saved), must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, nil)))
	}
}

// What LinkedIn refuses because it repeats another post is doubt: the other may be any of the person's.
func TestARepeatedPostOnLinkedInComesBeforeAPersonWithTheOthersAddress(t *testing.T) {
	b := newBench(t)
	s := linkedintest.NewPage(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "linkedin", s.Account()))
	b.publish(api.Content{Text: "We open at seven."})
	b.publish(api.Content{Text: "We open at seven."})
	if n := len(s.Saved()); n != 1 {
		t.Errorf("%d posts are there, want one", n)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown", "held"}))
	if len(doubt) != 1 || !strings.Contains(doubt[0].ErrorText, s.Saved()[0].URN) {
		t.Errorf("in doubt are %+v", doubt)
	}
}

// Pictures go through the whole program as one document, a page each, whatever they are made of. Its pages are the
// frozen files themselves.
func TestPicturesGoToLinkedInAsADocument(t *testing.T) {
	b := newBench(t)
	s := linkedintest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "linkedin", s.Account()))
	drawn := image.NewGray(image.Rect(0, 0, 640, 400))
	draw.Draw(drawn, image.Rect(0, 0, 320, 400), image.White, image.Point{}, draw.Src)
	var content bytes.Buffer
	ok(t, png.Encode(&content, drawn))
	path := filepath.Join(t.TempDir(), "plan.png")
	ok(t, os.WriteFile(path, content.Bytes(), 0o600))
	imported := must[library.Result](t)(b.Library.Import(t.Context(), domain.WorkspaceID(b.space.ID), []string{path}, library.Options{}, nil))
	b.publish(
		api.Content{Text: "Five loaves\nand how to bake them", Media: []api.Media{
			{Asset: string(b.picture.ID), Alt: "A window with geraniums"}, {Asset: string(imported.Assets[0].Asset.ID), Alt: "A plan of the oven"},
		}},
		api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"document": "true"}},
	)
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Document == nil || saved[0].Title != "Five loaves" || len(saved[0].Images) != 0 {
		t.Fatalf("saved is %+v; %+v", saved, must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, nil)))
	}
	doc := saved[0].Document.Bytes
	if n := bytes.Count(doc, []byte("/Filter /DCTDecode")); n != 2 || !bytes.Contains(doc, []byte("/Count 2 ")) || !bytes.HasSuffix(doc, []byte("%%EOF\n")) {
		t.Errorf("the document has %d pages", n)
	}
	for at := range 2 { // each stream is a whole JPEG file
		_, rest, _ := bytes.Cut(doc, []byte("/DCTDecode /Length "))
		size, stream, _ := bytes.Cut(rest, []byte(" >>\nstream\n"))
		n := must[int](t)(strconv.Atoi(string(size)))
		if m, _, err := image.Decode(bytes.NewReader(stream[:n])); err != nil || m.Bounds().Dx() < 600 {
			t.Errorf("page %d: %v", at+1, err)
		}
		doc = stream[n:]
	}
}
