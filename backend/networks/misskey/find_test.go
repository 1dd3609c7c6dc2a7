package misskey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

func find(t *testing.T, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	t.Helper()
	return misskey.New().Find(t.Context(), c, a, p)
}

func TestALostAnswerIsFoundAmongTheNotes(t *testing.T) {
	s, files := misskeytest.New(t), networktest.NewFiles()
	c := calls(files)
	p := plan(network.Part{Text: " good  morning\n", Media: []network.Media{files.Picture("image/png", 1, 0)}}, network.Part{Text: "and night"})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	p.Warning = "hours"
	for _, near := range []misskeytest.Note{ // each is another in one thing
		{Text: "good  morning\n\nhttps://example.com/boat", CW: "hours"},
		{Text: "good  morning\n\nhttps://example.com/boat", Files: make([]misskeytest.File, 1)},
		{Text: "good  morning", CW: "hours", Files: make([]misskeytest.File, 1)},
		{Text: "good  morning\n\nhttps://example.com/boat", CW: "hours", Files: make([]misskeytest.File, 1), RenoteID: "a1"},
		{Text: "good  morning\n\nhttps://example.com/boat", CW: "hours", Files: make([]misskeytest.File, 1), ReplyID: "a1"},
		{Text: "good  morning\n\nhttps://example.com/boat", CW: "hours", Files: make([]misskeytest.File, 1), Poll: &misskeytest.Poll{}},
	} {
		s.Write(near)
	}
	if _, found, err := find(t, c, s.Account(), p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	s.Fail(networktest.DropAfter)
	if _, err := misskey.New().Publish(t.Context(), c, s.Account(), p); !is(err, network.Ambiguous) {
		t.Fatalf("published: %v", err)
	}
	first := s.Notes()[6]
	r, found, err := find(t, c, s.Account(), p)
	if err != nil || !found || r != (network.Receipt{RemoteID: first.ID, URL: "https://notes.example/notes/" + first.ID}) {
		t.Fatalf("found %t %+v, %v", found, r, err)
	}
	p.Done = []network.Receipt{r}
	if _, found, err := find(t, c, s.Account(), p); found || err != nil {
		t.Fatalf("the second, before: %t, %v", found, err)
	}
	publish(t, c, s.Account(), p)
	if r, found, err := find(t, c, s.Account(), p); err != nil || !found || r.RemoteID != s.Notes()[7].ID {
		t.Errorf("the second: %t %+v, %v", found, r, err)
	}
}

func TestTwoOfTheSameWordsAreToldByNothing(t *testing.T) {
	s := misskeytest.New(t)
	p := plan(network.Part{Text: "hello"})
	for range 2 {
		publish(t, calls(nil), s.Account(), p)
	}
	if r, found, err := find(t, calls(nil), s.Account(), p); found || !is(err, network.Ambiguous) {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestNotesAreReadFromThePlansTimeToTheLast(t *testing.T) {
	s := misskeytest.New(t)
	s.Advance(-time.Hour)
	for range 70 {
		s.Write(misskeytest.Note{Text: "an hour before"})
	}
	s.Advance(time.Hour)
	p := plan(network.Part{Text: "one"})
	for i := range 120 {
		s.Write(misskeytest.Note{Text: fmt.Sprintf("chatter %d", i)})
	}
	r := publish(t, calls(nil), s.Account(), p)
	for range 120 {
		s.Write(misskeytest.Note{Text: "more"})
	}
	if got, found, err := find(t, calls(nil), s.Account(), p); got != r || !found || err != nil {
		t.Errorf("found %t %+v, %v", found, got, err)
	}
	pages := 0
	for _, call := range s.Calls() {
		if call == "POST /api/users/notes" {
			pages++
		}
	}
	if pages != 6 { // five with 241 notes, and the empty one
		t.Errorf("%d pages were read", pages)
	}
	for range 1000 {
		s.Write(misskeytest.Note{Text: "more"})
	}
	if _, found, err := find(t, calls(nil), s.Account(), p); found || !is(err, network.Ambiguous) {
		t.Errorf("among too many: found %t, %v", found, err)
	}
}

func TestAServerThatDoesNotReadTheQuestionProvesNothing(t *testing.T) {
	p := plan(network.Part{Text: "one"})
	now := time.Now().UTC()
	note := func(id, user string, at time.Time) string {
		return fmt.Sprintf(`{"id":%q,"userId":%q,"createdAt":%q,"text":"two","fileIds":[]}`, id, user, at.Format(time.RFC3339Nano))
	}
	own := misskeytest.UserID
	for name, body := range map[string]string{
		"a page":                "<html>",
		"null":                  "null",
		"an object":             "{}",
		"half a list":           "[" + note("a1", own, now),
		"a note without an id":  "[" + note("", own, now) + "]",
		"an id that is no id":   "[" + note("a/b", own, now) + "]",
		"somebody else's note":  "[" + note("a1", "b2", now) + "]",
		"a note without a time": fmt.Sprintf(`[{"id":"a1","userId":%q}]`, own),
		"an older note":         "[" + note("a1", own, now.Add(-time.Hour)) + "]",
		"newest first":          "[" + note("a2", own, now.Add(time.Second)) + "," + note("a1", own, now) + "]",
		"a text that is none":   fmt.Sprintf(`[{"id":"a1","userId":%q,"text":{}}]`, own),
		"an error":              problem("NO_SUCH_USER"),
	} {
		for _, status := range []int{200, 201, 400, 500} {
			a := misskeytest.New(t).Account()
			if _, found, err := find(t, pages(status, body, "[]"), a, p); found || is(err, network.Rejected) || err == nil {
				t.Errorf("%s with %d: found %t, %v", name, status, found, err)
			}
			if _, err := misskey.New().List(t.Context(), pages(status, body, "[]"), a, p, now.Add(-time.Minute)); err == nil {
				t.Errorf("%s with %d is a list", name, status)
			}
		}
	}
	for _, c := range []networktest.Plain{ // one page over and over, and one that is as it must be
		pages(200, "["+note("a1", own, now)+"]"), pages(200, "["+note("a1", own, now)+"]", "["+note("a2", own, now)+"]", "[]"),
	} {
		_, found, err := find(t, c, misskeytest.New(t).Account(), p)
		if over := len(c.Carrier.(*book).bodies) == 1; found || (err != nil) != over {
			t.Errorf("over and over %t: found %t, %v", over, found, err)
		}
	}
	s := misskeytest.New(t)
	s.Descend()
	for range 3 {
		s.Write(misskeytest.Note{Text: "chatter"})
		s.Advance(time.Second)
	}
	if _, found, err := find(t, calls(nil), s.Account(), p); found || err == nil {
		t.Errorf("from a server that begins with the newest: %t, %v", found, err)
	}
}

// Old servers change the words of accounts that say they are cats.
func TestACatsNoteIsNeverSaidToBeAbsent(t *testing.T) {
	for _, text := range []string{"good morning, nation", "なるほど", "banana"} {
		s := misskeytest.New(t)
		s.Purr()
		p := plan(network.Part{Text: text})
		s.Write(misskeytest.Note{Text: "quite another thing"})
		if _, found, err := find(t, calls(nil), s.Account(), p); found || err != nil {
			t.Errorf("%q, before: %t, %v", text, found, err)
		}
		publish(t, calls(nil), s.Account(), p)
		if _, found, err := find(t, calls(nil), s.Account(), p); found || !is(err, network.Ambiguous) {
			t.Errorf("%q: found %t, %v", text, found, err)
		}
		list, err := misskey.New().List(t.Context(), calls(nil), s.Account(), p, p.CreatedAt.Add(-time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		want := match.Of(p, 0)
		want.Since, want.Until = p.CreatedAt, time.Now()
		if exact, near := match.Posts(want, list.Posts); len(exact) != 0 || len(near) != 1 {
			t.Errorf("%q is listed as %+v", text, list.Posts)
		}
	}
}

func TestTheListIsNewestFirstAndTakesNothingThatIsNearlyIt(t *testing.T) {
	s := misskeytest.New(t)
	p := plan(network.Part{Text: "hello"})
	p.Link = &network.Link{URL: "https://example.com/"}
	p.Warning = "words"
	s.Write(misskeytest.Note{Text: "hello\n\nhttps://example.com/"}) // without the warning
	r := publish(t, calls(nil), s.Account(), p)
	s.Write(misskeytest.Note{Text: "later"})
	list, err := misskey.New().List(t.Context(), calls(nil), s.Account(), p, p.CreatedAt.Add(-time.Minute))
	if err != nil || !list.Complete || len(list.Posts) != 3 || list.Posts[0].Text != "later" {
		t.Fatalf("%+v, %v", list, err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = p.CreatedAt, time.Now()
	exact, near := match.Posts(want, list.Posts)
	if len(exact) != 1 || exact[0].Receipt != r || len(near) != 1 || near[0].Receipt.RemoteID != "" {
		t.Errorf("exact %+v, near %+v", exact, near)
	}
}

func TestNothingIsLookedForThatIsNotInDoubt(t *testing.T) {
	s := misskeytest.New(t)
	p := plan(network.Part{Text: "hello"})
	p.Done = []network.Receipt{{RemoteID: "a1"}}
	if _, found, err := find(t, calls(nil), s.Account(), p); found || err == nil {
		t.Errorf("a finished plan: %t, %v", found, err)
	}
	a := s.Account()
	a.RemoteID = strings.Repeat("x", 100)
	if _, found, err := find(t, calls(nil), a, plan(network.Part{Text: "hello"})); found || err == nil {
		t.Errorf("an account without an id: %t, %v", found, err)
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}
