package wordpress_test

import (
	"fmt"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
)

func TestALostAnswerIsSettledByTheDraft(t *testing.T) {
	n, c := wordpress.New(), calls(nil)
	for _, failure := range []networktest.Failure{networktest.ServerError, networktest.DropAfter, networktest.Garbage} {
		s := wordpresstest.New(t)
		p := plan("a1", "good morning")
		s.Fail(failure)
		if _, err := n.Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: %v", failure, err)
		}
		want := network.ContainerPublished
		if failure == networktest.ServerError {
			want = network.ContainerReady
		}
		id := fmt.Sprint(s.Saved()[0].ID)
		box, err := n.Container(t.Context(), c, s.Account(), p, id)
		if err != nil || box.State != want {
			t.Errorf("%s: the draft is %+v, %v", failure, box, err)
		}
		r, found, err := n.Find(t.Context(), c, s.Account(), p)
		if err != nil || found != (want == network.ContainerPublished) || found && (r != box.Receipt || r.RemoteID != id) {
			t.Errorf("%s: found %t %+v, %v; the draft says %+v", failure, found, r, err, box)
		}
	}
}

func TestAPostIsFoundBesideADraftThatAnAnswerWasLostOf(t *testing.T) {
	s := wordpresstest.New(t)
	s.WithTwins()
	p := plan("a1", "good morning")
	want, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(s.Saved("publish")); n != 1 || len(s.Saved("draft")) != 1 || !strings.HasSuffix(s.Saved("publish")[0].Slug, "-2") {
		t.Fatalf("%d posts: %+v", n, s.Saved())
	}
	if r, found, err := wordpress.New().Find(t.Context(), calls(nil), s.Account(), p); !found || err != nil || r != want {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestWhatSomebodyDidToADraftIsSaid(t *testing.T) {
	s := wordpresstest.New(t)
	p := plan("a1", "good morning")
	r, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	id := s.Saved()[0].ID
	for status, want := range map[string]network.ContainerState{
		"publish": network.ContainerPublished, "draft": network.ContainerReady, "pending": network.ContainerBuilding,
		"future": network.ContainerBuilding, "private": network.ContainerBuilding, "trash": network.ContainerExpired,
	} {
		s.Change(id, func(p *wordpresstest.Post) { p.Status = status })
		box, err := wordpress.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID)
		if err != nil || box.State != want {
			t.Errorf("%s: %+v, %v", status, box, err)
		}
	}
	s.Change(id, func(p *wordpresstest.Post) { p.Status = "of-a-plug-in" })
	if box, err := wordpress.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID); err == nil {
		t.Errorf("a status nobody documented: %+v", box)
	}
	// A draft that was made visible by hand is live, whatever was chosen.
	s.Change(id, func(p *wordpresstest.Post) { p.Status = "publish" })
	p.Options["status"] = "draft"
	if box, err := wordpress.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID); err != nil || box.State != network.ContainerPublished {
		t.Errorf("made visible by hand: %+v, %v", box, err)
	}
	if box, err := wordpress.New().Container(t.Context(), calls(nil), s.Account(), p, "99999"); err != nil || box.State != network.ContainerExpired {
		t.Errorf("deleted: %+v, %v", box, err)
	}
}

func TestADraftThatWasWantedIsFoundAsOne(t *testing.T) {
	s := wordpresstest.New(t)
	p := plan("a1", "for later")
	p.Options["status"] = "draft"
	s.Fail(networktest.DropAfter)
	if _, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatal(err)
	}
	if len(s.Saved("draft")) != 1 || len(s.Posts()) != 0 {
		t.Fatalf("%+v", s.Saved())
	}
	r, found, err := wordpress.New().Find(t.Context(), calls(nil), s.Account(), p)
	if err != nil || !found {
		t.Fatalf("found %t, %v", found, err)
	}
	if box, err := wordpress.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID); err != nil || box.State != network.ContainerPublished || box.Receipt != r {
		t.Errorf("%+v, %v", box, err)
	}
}

func TestALyingListProvesNothing(t *testing.T) {
	n, p := wordpress.New(), plan("a1", "good morning")
	ours := func(status string) string {
		return `{"id":12,"slug":"good-morning-a101234567","status":"` + status + `","link":"https://example.com/?p=12"}`
	}
	for body, want := range map[string]string{
		`[]`:                        "absent",
		`[` + ours("draft") + `]`:   "absent",
		`[` + ours("publish") + `]`: "found",
		`[` + ours("publish"):       "unsure",
		`null`:                      "unsure",
		`{}`:                        "unsure",
		`"good-morning-a101234567"`: "unsure",
		`[{"id":12}]`:               "unsure",
		`[{"id":12,"slug":"other","status":"publish","link":"https://example.com/?p=12"}]`: "unsure", // the filter was passed over
		`[null]`:                   "unsure",
		`<html>[]</html>`:          "unsure",
		strings.Repeat("[", 1<<20): "unsure",
	} {
		_, found, err := n.Find(t.Context(), answering{calls(nil), network.Reply{Status: 200, Body: []byte(body)}}, network.Account{Server: "https://example.com/wp-json"}, p)
		got := "absent"
		if err != nil {
			got = "unsure"
		} else if found {
			got = "found"
		}
		if got != want {
			t.Errorf("%.80s: %s, want %s (%v)", body, got, want, err)
		}
	}
	short := network.Reply{Status: 200, Body: []byte(`[]`), Header: map[string]string{"X-Wp-Total": "1"}}
	if _, found, err := n.Find(t.Context(), answering{calls(nil), short}, network.Account{}, p); found || err == nil {
		t.Errorf("a list that leaves posts out: %t, %v", found, err)
	}
	refused := network.Reply{Status: 400, Body: []byte(problem("rest_invalid_param"))}
	if _, found, err := n.Find(t.Context(), answering{calls(nil), refused}, network.Account{}, p); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("a refused look-up: %t, %v", found, err)
	}
	p.Keys = nil
	if _, found, err := n.Find(t.Context(), answering{calls(nil), network.Reply{Status: 200, Body: []byte(`[]`)}}, network.Account{}, p); found || err == nil {
		t.Errorf("without a key: %t, %v", found, err)
	}
}

func TestALyingDraftProvesNothing(t *testing.T) {
	for _, body := range []string{
		`{"id":13,"status":"publish","link":"https://example.com/?p=13"}`, `{"id":12,"status":"publish"}`, `{"id":12,"status":1}`, `[]`, `null`, ``,
		`<html>`, `{"id":12,"status":"","link":"https://example.com/?p=12"}`,
	} {
		c := answering{calls(nil), network.Reply{Status: 200, Body: []byte(body)}}
		if box, err := wordpress.New().Container(t.Context(), c, network.Account{}, plan("a1", "hello"), "12"); err == nil {
			t.Errorf("%s: %+v", body, box)
		}
	}
	for _, r := range []network.Reply{{Status: 404}, {Status: 404, Body: []byte(problem("rest_no_route"))}, {Status: 410}, {Status: 400, Body: []byte(problem("rest_invalid_param"))}} {
		if box, err := wordpress.New().Container(t.Context(), answering{calls(nil), r}, network.Account{}, plan("a1", "hello"), "12"); network.KindOf(err) != network.Ambiguous || err == nil {
			t.Errorf("%d %s: %+v, %v", r.Status, r.Body, box, err)
		}
	}
	for _, id := range []string{"", "0", "-1", "1/../2", "01", "12 ", "x"} {
		if _, err := wordpress.New().Container(t.Context(), calls(nil), network.Account{}, plan("a1", "hello"), id); err == nil {
			t.Errorf("the id %q is taken", id)
		}
	}
}

func TestWithoutATrashAPostIsDeletedForGood(t *testing.T) {
	s := wordpresstest.New(t)
	s.WithoutTrash()
	r, err := wordpress.New().Publish(t.Context(), calls(nil), s.Account(), plan("a1", "hello"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := wordpress.New().Delete(t.Context(), calls(nil), s.Account(), r); err != nil {
			t.Error(err)
		}
	}
	if n := len(s.Saved()); n != 0 {
		t.Errorf("%d posts are left", n)
	}
	if err := wordpress.New().Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: "../users/1"}); err == nil {
		t.Error("an id that is none was deleted")
	}
}
