package misskey_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

func TestEverythingThatWasChosenArrives(t *testing.T) {
	s, files := misskeytest.New(t), networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	picture.Alt, picture.Name = "A boat", "bo..at....png"
	video := files.Picture("video/mp4", 2, 0)
	video.Kind, video.Alt = network.Video, "Waves"
	p := plan(network.Part{Text: "look", Media: []network.Media{picture, video}}, network.Part{Text: "and more"})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	p.Warning, p.Visibility = "boats", "private"
	p.Options = map[string]string{"local_only": "true", "sensitive": "true"}
	r := publish(t, calls(files), s.Account(), p)
	n := s.Notes()
	if len(n) != 2 || r.RemoteID != n[0].ID || r.URL != "https://notes.example/notes/"+n[0].ID {
		t.Fatalf("%d notes, the receipt is %+v", len(n), r)
	}
	if n[0].Text != "look\n\nhttps://example.com/boat" || n[1].Text != "and more" || n[1].ReplyID != n[0].ID {
		t.Errorf("the notes are %+v", n)
	}
	for i := range n {
		if n[i].CW != "boats" || n[i].Visibility != "followers" || !n[i].LocalOnly {
			t.Errorf("note %d has the warning %q, goes to %q, local only %t", i+1, n[i].CW, n[i].Visibility, n[i].LocalOnly)
		}
	}
	if len(n[0].Files) != 2 {
		t.Fatalf("%d files arrived", len(n[0].Files))
	}
	for i, alt := range []string{"A boat", "Waves"} {
		if f := n[0].Files[i]; f.Comment != alt || !f.Sensitive || strings.Contains(f.Name, "..") {
			t.Errorf("file %d is %q %q, sensitive %t", i+1, f.Name, f.Comment, f.Sensitive)
		}
	}
}

func TestVisibilitiesHaveMisskeysWords(t *testing.T) {
	for chosen, want := range map[string]string{"": "public", "public": "public", "unlisted": "home", "private": "followers"} {
		s := misskeytest.New(t)
		p := plan(network.Part{Text: "hello"})
		p.Visibility = chosen
		publish(t, calls(nil), s.Account(), p)
		if got := s.Notes()[0]; got.Visibility != want || got.LocalOnly {
			t.Errorf("%q goes to %q, local only %t", chosen, got.Visibility, got.LocalOnly)
		}
	}
	p := plan(network.Part{Text: "hello"})
	p.Visibility = "direct" // nobody is named, so nobody but the author would see it
	if _, err := misskey.New().Publish(t.Context(), says(500, ""), misskeytest.New(t).Account(), p); !is(err, network.Rejected) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestAPollArrives(t *testing.T) {
	s := misskeytest.New(t)
	p := plan(network.Part{}, network.Part{Text: "tell us"})
	p.Poll = &network.Poll{Options: []string{"yes", "no"}, DurationS: 3600, Multiple: true}
	publish(t, calls(nil), s.Account(), p)
	want := misskeytest.Poll{Choices: []string{"yes", "no"}, Multiple: true, ExpiredAfter: 3_600_000}
	if n := s.Notes(); n[0].Poll == nil || !reflect.DeepEqual(*n[0].Poll, want) || n[1].Poll != nil {
		t.Errorf("the polls are %+v, %+v", n[0].Poll, n[1].Poll)
	}
}

// The description belongs to the file in the drive: the same picture with other words is another file.
func TestTheSamePictureKeepsTheWordsOfEachNote(t *testing.T) {
	s, files := misskeytest.New(t), networktest.NewFiles()
	one := files.Picture("image/png", 1, 0)
	two := one
	one.Alt, two.Alt = "A boat", "The same boat"
	publish(t, calls(files), s.Account(), plan(network.Part{Text: "a", Media: []network.Media{one, two}}))
	publish(t, calls(files), s.Account(), plan(network.Part{Text: "b", Media: []network.Media{two}}))
	n := s.Notes()
	if n[0].Files[0].Comment != "A boat" || n[0].Files[1].Comment != "The same boat" || n[1].Files[0].Comment != "The same boat" {
		t.Errorf("the files are %+v and %+v", n[0].Files, n[1].Files)
	}
}

func TestARefusedPictureLeavesNoHalfThread(t *testing.T) {
	s, files := misskeytest.New(t), networktest.NewFiles()
	s.Allow("maxFileSizeMb", 0) // and the server has not said so yet
	p := plan(network.Part{Text: "one"}, network.Part{Text: "two", Media: []network.Media{files.Picture("image/png", 1, 0)}})
	_, err := misskey.New().Publish(t.Context(), calls(files), s.Account(), p)
	if !is(err, network.Rejected) || len(s.Notes()) != 0 || slices.Contains(s.Calls(), "POST /api/notes/create") {
		t.Errorf("%v, %d notes, calls %q", err, len(s.Notes()), s.Calls())
	}
}

func TestWhatBecomesOfARefusedUpload(t *testing.T) {
	files := networktest.NewFiles()
	p := plan(network.Part{Media: []network.Media{files.Picture("image/png", 1, 0)}})
	for _, tt := range []struct {
		status int
		body   string
		want   network.Kind
	}{
		{400, problem("NO_FREE_SPACE"), network.Rejected},
		{400, problem("INAPPROPRIATE"), network.Rejected},
		{413, problem("MAX_FILE_SIZE_EXCEEDED"), network.Rejected},
		{413, "<html>too large</html>", network.Rejected},
		{429, problem("RATE_LIMIT_EXCEEDED"), network.Throttled},
		{403, problem("PERMISSION_DENIED"), network.Reauth},
		{400, problem("FAILED_TO_CREATE_DRIVE_FILE"), network.Ambiguous}, // it may do better later
		{500, problem("INTERNAL_ERROR"), network.Ambiguous},
		{200, `{"id":""}`, network.Ambiguous},
		{200, `{"id":"../x"}`, network.Ambiguous},
	} {
		if _, err := misskey.New().Publish(t.Context(), says(tt.status, tt.body), misskeytest.New(t).Account(), p); !is(err, tt.want) {
			t.Errorf("%d %s: %v, want %s", tt.status, tt.body, err, tt.want)
		}
	}
}

// emptying deletes the drive's files before a note is made.
type emptying struct {
	networktest.Plain
	s *misskeytest.Server
}

func (e emptying) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	e.s.EmptyDrive()
	return e.Plain.Publish(ctx, step, r)
}

func TestAFileThatIsGoneFromTheDriveIsUploadedAnew(t *testing.T) {
	s, files := misskeytest.New(t), networktest.NewFiles()
	p := plan(network.Part{Text: "look", Media: []network.Media{files.Picture("image/png", 1, 0)}})
	c := emptying{calls(files), s}
	if _, err := misskey.New().Publish(t.Context(), c, s.Account(), p); !network.IsStale(err) || len(s.Notes()) != 0 {
		t.Fatalf("%v, %d notes", err, len(s.Notes()))
	}
	publish(t, calls(files), s.Account(), p)
	if len(s.Notes()) != 1 || len(s.Notes()[0].Files) != 1 {
		t.Errorf("the notes are %+v", s.Notes())
	}
}

func TestWhatIsTooLongIsSaidBefore(t *testing.T) {
	d := misskey.New().Describe()
	tests := map[string]struct {
		change func(*network.Plan)
		code   string
		over   string
	}{
		"a link that does not fit": {func(p *network.Plan) {
			p.Parts[0].Text, p.Link = strings.Repeat("x", 2990), &network.Link{URL: "https://example.com/boat"}
		}, network.IssueTooLong, "16"},
		"a long warning":     {func(p *network.Plan) { p.Warning = strings.Repeat("é", 101) }, network.IssueTooLong, "1"},
		"a warning of emoji": {func(p *network.Plan) { p.Warning = strings.Repeat("😀", 51) }, network.IssueTooLong, "2"},
		"the same answer twice": {func(p *network.Plan) {
			p.Poll = &network.Poll{Options: []string{"a", "b", "a"}, DurationS: 3600}
		}, network.IssuePoll, ""},
	}
	for name, tt := range tests {
		p := plan(network.Part{Text: "hello"})
		tt.change(&p)
		issues := network.Check(d, d.Limits, p)
		if len(issues) != 1 || issues[0].Code != tt.code || issues[0].Values["over"] != tt.over {
			t.Errorf("%s: %+v", name, issues)
		}
	}
}

func TestDeleteAndLinks(t *testing.T) {
	s := misskeytest.New(t)
	a := s.Account()
	r := publish(t, calls(nil), a, plan(network.Part{Text: "gone"}))
	if got := misskey.New().Profile(a); got != s.URL+"/@ana" {
		t.Errorf("the profile is %s", got)
	}
	for _, link := range []string{r.URL, s.URL + "/notes/" + r.RemoteID, r.URL + "?x=1#y"} {
		if got, ok := misskey.New().Linked(a, link); !ok || got != r {
			t.Errorf("%s is %+v, %t", link, got, ok)
		}
	}
	for _, link := range []string{
		"https://elsewhere.example/notes/" + r.RemoteID, "https://notes.example/@ana", "https://notes.example/notes/", "https://notes.example/notes/a_b",
		"https://x@notes.example/notes/" + r.RemoteID, "https://notes.example/notes/" + r.RemoteID + "/replies",
	} {
		if got, ok := misskey.New().Linked(a, link); ok {
			t.Errorf("%s is %+v", link, got)
		}
	}
	for range 2 { // what is gone is success
		if err := misskey.New().Delete(t.Context(), calls(nil), a, r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Notes()); n != 0 {
		t.Errorf("%d notes are left", n)
	}
	for _, c := range []networktest.Plain{says(400, "<html>"), says(404, "No such note"), says(500, problem("NO_SUCH_NOTE")), says(403, problem("ACCESS_DENIED"))} {
		if err := misskey.New().Delete(t.Context(), c, a, r); err == nil {
			t.Errorf("%v counts as gone", c)
		}
	}
	if err := misskey.New().Delete(t.Context(), says(204, ""), a, network.Receipt{RemoteID: "a/b"}); err == nil {
		t.Error("an id that is none was deleted")
	}
}
