package wiring_test

import (
	"net/http"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey/misskeytest"
	"postbag/backend/secrets/secretstest"
)

// A post with a picture and an answer to it goes through the whole program to a Misskey server: the
// picture first, made to fit and described, then a note each. A note whose answer is lost is not sent
// again, and the token is in no file.
func TestAThreadWithAPictureGoesToMisskey(t *testing.T) {
	b := newBench(t)
	s := misskeytest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "misskey", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	notes := s.Notes()
	if len(notes) != 2 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d notes and %d statuses arrived", len(notes), len(b.server.Statuses()))
	}
	first, second := notes[0], notes[1]
	if first.Text != "We open at seven." || second.Text != "And close at four." || second.ReplyID != first.ID || first.Visibility != "public" {
		t.Errorf("arrived as %q for %q, then %q in answer to %q", first.Text, first.Visibility, second.Text, second.ReplyID)
	}
	if len(first.Files) != 1 || first.Files[0].Comment != "A window with geraniums" || len(first.Files[0].Bytes) == 0 || len(first.Files[0].Bytes) > 30<<20 {
		t.Errorf("%d files arrived with the first", len(first.Files))
	}
	if s.Files() != 1 {
		t.Errorf("%d files are in the drive", s.Files())
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != "https://notes.example/notes/"+first.ID {
		t.Errorf("what is published is %+v", link)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday."})
	if n := len(s.Notes()); n != 3 {
		t.Errorf("%d notes are there, want three", n)
	}
	open := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if len(open) != 1 {
		t.Errorf("in doubt is %+v", open)
	}
	secretstest.Scan(t, b.Dir.Path(), s.Token)
}

// A person names the server, allows Postbag on its page in the browser, and has a channel.
func TestSigningInToMisskeyGoesThroughTheBrowser(t *testing.T) {
	b := newBench(t)
	s := misskeytest.New(t)
	channels := b.api.Channels
	step := must[api.ConnectStep](t)(channels.Connect(api.ConnectRequest{Network: "misskey", Workspace: b.space.ID, Browser: true}))
	step = must[api.ConnectStep](t)(channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: map[string]string{"server": s.URL}}))
	if !step.Waiting || step.Browse == "" {
		t.Fatalf("step %+v", step)
	}
	request := must[*http.Request](t)(http.NewRequestWithContext(t.Context(), http.MethodGet, step.Browse, nil))
	browser := http.Client{} // which goes where the server sends it
	page, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	if page.StatusCode != http.StatusOK {
		t.Fatalf("the browser came back to %d", page.StatusCode)
	}
	step = must[api.ConnectStep](t)(channels.AwaitBrowser(step.Conversation))
	if !step.Done || step.Channel.Handle != "ana@notes.example" {
		t.Fatalf("it ended with %+v", step)
	}
	b.channel.ID = domain.ChannelID(step.Channel.ID)
	b.publish(api.Content{Text: "We open at seven."})
	if notes := s.Notes(); len(notes) != 1 || notes[0].Text != "We open at seven." {
		t.Errorf("arrived: %+v", notes)
	}
}
