package wiring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

// A video with a title and a link goes through the whole program on a board: uploaded first, described,
// then one pin. One whose answer is lost is in doubt, and is not sent again by itself.
func TestAVideoGoesToPinterestAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := pinteresttest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "pinterest", s.Account()))
	film := func(name string, content []byte) []api.Media {
		path := filepath.Join(t.TempDir(), name)
		ok(t, os.WriteFile(path, content, 0o600))
		got := must[library.Result](t)(b.Library.Import(t.Context(), domain.WorkspaceID(b.space.ID), []string{path}, library.Options{}, nil))
		if len(got.Assets) != 1 {
			t.Fatalf("imported: %+v", got)
		}
		return []api.Media{{Asset: string(got.Assets[0].Asset.ID), Alt: "A boat leaves the quay"}}
	}
	b.publish(api.Content{Text: "The boat leaves at seven.", Media: film("boat.mp4", movie())}, api.Variant{
		Channel: string(b.channel.ID), Options: map[string]string{"title": "Timetable", "link": "https://example.com/boat", "cover": "2"},
	})
	pins := s.Pins()
	if len(pins) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d pins and %d statuses arrived", len(pins), len(b.server.Statuses()))
	}
	p := pins[0]
	if p.Title != "Timetable" || p.Description != "The boat leaves at seven." || p.Link != "https://example.com/boat" || p.Cover != 2 || p.Board != pinteresttest.Board {
		t.Errorf("arrived as %+v", p)
	}
	if p.Alt != "A boat leaves the quay" || !bytes.Contains(p.Video, []byte("pictures and sound")) {
		t.Errorf("a video of %d bytes arrived, described as %q", len(p.Video), p.Alt)
	}
	done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(done) != 1 || done[0].RemoteURL != "https://www.pinterest.com/pin/"+p.ID+"/" {
		t.Errorf("what is published is %+v", done)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "And comes back at four.", Media: film("back.mp4", bytes.ReplaceAll(movie(), []byte("sound"), []byte("waves")))})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if pins = s.Pins(); len(doubt) != 1 || len(pins) != 2 {
		t.Errorf("in doubt are %+v; the server has %d pins", doubt, len(pins))
	}
}
