package ghost_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/ghost/ghosttest"
)

func TestALostAnswerIsSettledByTheDraft(t *testing.T) {
	n, c := ghost.New(), calls(nil)
	for _, failure := range []networktest.Failure{networktest.ServerError, networktest.DropAfter, networktest.Garbage} {
		s := ghosttest.New(t)
		p := plan("a1", "good morning")
		s.Fail(failure)
		if _, err := n.Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: %v", failure, err)
		}
		want := network.ContainerPublished
		if failure == networktest.ServerError {
			want = network.ContainerReady
		}
		made := s.Saved()[0]
		box, err := n.Container(t.Context(), c, s.Account(), p, made.ID)
		if err != nil || box.State != want {
			t.Errorf("%s: the draft is %+v, %v", failure, box, err)
		}
		r, found, err := n.Find(t.Context(), c, s.Account(), p)
		if err != nil || found != (want == network.ContainerPublished) || found && (r != box.Receipt || r.RemoteID != made.ID || r.URL != s.URL+"/"+made.Slug+"/") {
			t.Errorf("%s: found %t %+v, %v; the draft says %+v", failure, found, r, err, box)
		}
	}
}

func TestAPostIsFoundBesideADraftThatAnAnswerWasLostOf(t *testing.T) {
	s := ghosttest.New(t)
	s.WithTwins()
	p := plan("a1", "good morning")
	want, err := ghost.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	if live := s.Saved("published"); len(live) != 1 || len(s.Saved("draft")) != 1 || !strings.HasSuffix(live[0].Slug, "-2") {
		t.Fatalf("%+v", s.Saved())
	}
	if r, found, err := ghost.New().Find(t.Context(), calls(nil), s.Account(), p); !found || err != nil || r != want {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestAnotherPostOfTheSameWordsIsNotFound(t *testing.T) {
	s, p := ghosttest.New(t), plan("a1", "good morning")
	if _, err := ghost.New().Publish(t.Context(), calls(nil), s.Account(), p); err != nil {
		t.Fatal(err)
	}
	if r, found, err := ghost.New().Find(t.Context(), calls(nil), s.Account(), plan("b1", "good morning")); found || err != nil {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

// Somebody opens the draft on the site and writes on: what they have is not published over their head.
// Without them, the same answer from the journal publishes it.
func TestADraftThatSomebodyEditsIsNotPublished(t *testing.T) {
	for _, edited := range []bool{true, false} {
		s, p := ghosttest.New(t), plan("a1", "good morning")
		var draft string
		var made network.Reply
		if _, err := ghost.New().Publish(t.Context(), stopped{calls(nil).(networktest.Plain), &draft, &made}, s.Account(), p); err == nil || draft == "" {
			t.Fatalf("draft %q, %v", draft, err)
		}
		if edited {
			s.Change(draft, func(p *ghosttest.Post) { p.HTML = "<p>good morning, and</p>" })
		}
		made.Kept = true
		r, err := ghost.New().Publish(t.Context(), prepared{calls(nil), "draft", made}, s.Account(), p)
		if !edited {
			if err != nil || r.RemoteID != draft || len(s.Posts()) != 1 {
				t.Errorf("nobody edited it: %+v, %v", r, err)
			}
			continue
		}
		if codeOf(err) != "ambiguous UpdateCollisionError" || len(s.Posts()) != 0 {
			t.Errorf("edited: %v; %d posts", err, len(s.Posts()))
		}
		if box, err := ghost.New().Container(t.Context(), calls(nil), s.Account(), p, draft); err != nil || box.State != network.ContainerReady {
			t.Errorf("%+v, %v", box, err)
		}
	}
}

func TestWhatSomebodyDidToADraftIsSaid(t *testing.T) {
	s := ghosttest.New(t)
	p := plan("a1", "good morning")
	r, err := ghost.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[string]network.ContainerState{
		"published": network.ContainerPublished, "draft": network.ContainerReady,
		"scheduled": network.ContainerBuilding, "sent": network.ContainerBuilding,
	} {
		s.Change(r.RemoteID, func(p *ghosttest.Post) { p.Status = status })
		box, err := ghost.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID)
		if err != nil || box.State != want {
			t.Errorf("%s: %+v, %v", status, box, err)
		}
		_, found, err := ghost.New().Find(t.Context(), calls(nil), s.Account(), p)
		if found != (status == "published") || (err != nil) != (want == network.ContainerBuilding) {
			t.Errorf("%s: found %t, %v", status, found, err)
		}
	}
	s.Change(r.RemoteID, func(p *ghosttest.Post) { p.Status = "never-heard-of" })
	if box, err := ghost.New().Container(t.Context(), calls(nil), s.Account(), p, r.RemoteID); err == nil {
		t.Errorf("a status nobody documented: %+v", box)
	}
	if box, err := ghost.New().Container(t.Context(), calls(nil), s.Account(), p, other); err != nil || box.State != network.ContainerExpired {
		t.Errorf("deleted: %+v, %v", box, err)
	}
}

func TestALyingListProvesNothing(t *testing.T) {
	p := plan("a1", "good morning")
	const total0, total1 = `,"meta":{"pagination":{"total":0}}}`, `,"meta":{"pagination":{"total":1}}}`
	ours := func(slug, status string) string {
		return strings.Replace(strings.TrimSuffix(onePost(id, status, "https://example.com/a/"), "}"), `"slug":"a"`, `"slug":"`+slug+`"`, 1)
	}
	const slug = "good-morning-a101234567"
	for body, want := range map[string]string{
		`{"posts":[]` + total0:                      "absent",
		ours(slug, "draft") + total1:                "absent",
		ours(slug, "published") + total1:            "found",
		ours(slug+"-2", "published") + total1:       "found",
		ours(slug, "scheduled") + total1:            "unsure",
		ours(slug, "sent") + total1:                 "unsure",
		ours(slug, "") + total1:                     "unsure",
		ours(slug, "published") + total0:            "unsure",
		ours("other", "published") + total1:         "unsure", // the filter was passed over
		ours(slug, "published"):                     "unsure",
		`{"posts":[]}`:                              "unsure", // nobody says that this is all
		`{"posts":[]` + total1:                      "unsure",
		`{"posts":[null]` + total1:                  "unsure",
		`{"posts":null` + total0:                    "unsure",
		`{"posts":{}` + total0:                      "unsure",
		`{"posts":[],"meta":{"pagination":"none"}}`: "unsure",
		`{}`:                       "unsure",
		`[]`:                       "unsure",
		`null`:                     "unsure",
		`<html>[]</html>`:          "unsure",
		strings.Repeat("[", 1<<20): "unsure",
	} {
		c := answering{calls(nil), network.Reply{Status: 200, Body: []byte(body)}}
		_, found, err := ghost.New().Find(t.Context(), c, network.Account{Server: "https://example.com"}, p)
		got := "absent"
		if err != nil {
			got = "unsure"
		} else if found {
			got = "found"
		}
		if got != want {
			t.Errorf("%.120s: %s, want %s (%v)", body, got, want, err)
		}
	}
	empty := network.Reply{Status: 200, Body: []byte(`{"posts":[]` + total0)}
	for _, r := range []network.Reply{{Status: 404, Body: []byte(problem("NotFoundError"))}, {Status: 422, Body: []byte(problem("ValidationError"))}, {Status: 201, Body: empty.Body}} {
		if _, found, err := ghost.New().Find(t.Context(), answering{calls(nil), r}, network.Account{}, p); found || network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d: %t, %v", r.Status, found, err)
		}
	}
	p.Keys = nil
	if _, found, err := ghost.New().Find(t.Context(), answering{calls(nil), empty}, network.Account{}, p); found || err == nil {
		t.Errorf("without a key: %t, %v", found, err)
	}
}

func TestALyingDraftProvesNothing(t *testing.T) {
	for _, r := range []network.Reply{
		{Status: 200, Body: []byte(onePost(other, "published", "https://example.com/a/"))},
		{Status: 200, Body: []byte(onePost(id, "published", "javascript:alert(1)"))},
		{Status: 200, Body: []byte(onePost(id, "", ""))},
		{Status: 200, Body: []byte(`{"posts":[]}`)},
		{Status: 200, Body: []byte(`null`)},
		{Status: 200, Body: []byte(`<html>`)},
		{Status: 200},
		{Status: 201, Body: []byte(onePost(id, "published", "https://example.com/a/"))},
		{Status: 404},
		{Status: 404, Body: []byte("<html>not found</html>")},
		{Status: 410, Body: []byte(problem("NotFoundError"))},
		{Status: 422, Body: []byte(problem("ValidationError"))},
	} {
		box, err := ghost.New().Container(t.Context(), answering{calls(nil), r}, network.Account{}, plan("a1", "hello"), id)
		if err == nil || network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d %s: %+v, %v", r.Status, r.Body, box, err)
		}
	}
	for _, bad := range []string{"", "0", "../users", strings.ToUpper(id), id + " ", id[1:]} {
		if _, err := ghost.New().Container(t.Context(), answering{calls(nil), network.Reply{}}, network.Account{}, plan("a1", "hello"), bad); err == nil {
			t.Errorf("the id %q is taken", bad)
		}
		if err := ghost.New().Delete(t.Context(), answering{calls(nil), network.Reply{}}, network.Account{}, network.Receipt{RemoteID: bad}); err == nil {
			t.Errorf("the id %q is deleted", bad)
		}
	}
}
