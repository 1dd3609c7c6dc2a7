package devto_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/devto"
	"postbag/backend/networks/devto/devtotest"
)

// look lists as the queue does, and compares.
func look(t *testing.T, s *devtotest.Server, p network.Plan, begun time.Time) (exact, near []network.Seen, complete bool) {
	t.Helper()
	list, err := devto.New().List(t.Context(), calls(), s.Account(), p, begun.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = begun, time.Now()
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostArticleIsFoundAndNoOtherIsTakenForIt(t *testing.T) {
	s, begun := devtotest.New(t), time.Now()
	p := plan("Opening hours\n\nWe open at seven\\_ish.\n\n---\n\nAnd  close at four.", "tags", "go")
	s.Write("Something else", "Of the same day.", begun)
	s.Write("Opening hours", "The ones of last year.", begun.AddDate(-1, 0, 0))
	if exact, _, complete := look(t, s, p, begun); len(exact) != 0 || !complete {
		t.Errorf("before: %+v, complete %t", exact, complete)
	}
	s.Fail(networktest.DropAfter)
	if _, err := devto.New().Publish(t.Context(), calls(), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	id := s.Posts()[2].ID
	if exact, near, complete := look(t, s, p, begun); len(exact) != 1 || exact[0].Receipt.RemoteID != id || exact[0].Receipt.URL == "" || len(near) != 0 || !complete {
		t.Errorf("found %+v and %+v, complete %t", exact, near, complete)
	}
	other := plan("Opening hours\n\nOnly the title is the same.")
	if exact, near, _ := look(t, s, other, begun); len(exact) != 0 || len(near) != 1 || near[0].Receipt.RemoteID != "" {
		t.Errorf("of the same title: %+v and %+v", exact, near)
	}
	if err := devto.New().Delete(t.Context(), calls(), s.Account(), network.Receipt{RemoteID: id}); err != nil {
		t.Fatal(err)
	}
	if exact, _, _ := look(t, s, p, begun); len(exact) != 0 {
		t.Errorf("taken back, and found as %+v", exact)
	}
}

func TestAListIsReadBackToTheTimeAndNoFurtherThanTenPages(t *testing.T) {
	s, begun := devtotest.New(t), time.Now()
	p := plan("Opening hours\n\nWe open at seven.")
	publish(t, s, p)
	for i := range 250 {
		s.Write(fmt.Sprint("Article ", i), "text", begun.Add(time.Duration(i+1)*time.Second))
	}
	if exact, _, complete := look(t, s, p, begun); len(exact) != 1 || !complete {
		t.Errorf("behind 250: %+v, complete %t", exact, complete)
	}
	for i := range 800 {
		s.Write(fmt.Sprint("More ", i), "text", begun.Add(time.Duration(i+1)*time.Second))
	}
	if exact, _, complete := look(t, s, p, begun); len(exact) != 0 || complete {
		t.Errorf("behind 1050: %+v, complete %t", exact, complete)
	}
}

// answers is a DEV that says one thing to everything, after its status.
type answers string

func (s answers) Read(context.Context, string, network.Request) (network.Reply, error) {
	n, body, _ := strings.Cut(string(s), " ")
	status := 0
	if _, err := fmt.Sscan(n, &status); err != nil {
		return network.Reply{}, err
	}
	return network.Reply{Status: status, Body: []byte(body)}, nil
}

func (s answers) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func (s answers) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func TestAListThatCannotBeReadProvesNothing(t *testing.T) {
	a := devtotest.New(t).Account()
	now := time.Now().UTC().Format(time.RFC3339)
	for _, said := range []string{
		`200 null`, `200 {}`, `200 {"error":"no"}`, `200 [7]`, `200 [{}]`, `200 [null]`, `200 [{"id":251}]`,
		`200 [{"id":251,"published_at":null}]`, `200 [{"id":251,"published_at":"yesterday"}]`, `200 [{"id":0,"published_at":"` + now + `"}]`,
		`200 [{"id":251,"title":7,"published_at":"` + now + `"}]`, `200 <html>`, `200 [{"id":251,`, `201 []`, `404 {"error":"not found"}`, `422 {"error":"no"}`,
		// An article of the title that is not read as one: the answer to it is a list.
		`200 [{"id":251,"title":"Title","published_at":"` + now + `"}]`,
	} {
		list, err := devto.New().List(t.Context(), answers(said), a, plan("Title\n\ntext"), time.Now().Add(-time.Hour))
		if network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", said, list, err)
		}
	}
	done := plan("Title\n\ntext")
	done.Done = []network.Receipt{{RemoteID: "1"}}
	if _, err := devto.New().List(t.Context(), answers(`200 []`), a, done, time.Now()); network.KindOf(err) != network.Ambiguous {
		t.Errorf("nothing is in doubt: %v", err)
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := devtotest.New(t)
	for key, reason := range map[string]network.Reason{
		"": network.ReasonMissing, "a b": network.ReasonMalformed, "clé": network.ReasonMalformed, "{key}": network.ReasonMalformed,
		strings.Repeat("x", 201): network.ReasonMalformed, "another-key": network.ReasonRefused,
	} {
		step, err := devto.At(s.URL).Connect(t.Context(), calls(), network.Step{Name: "key", Answers: map[string]string{"key": key}})
		if err != nil || step.Account != nil || step.Reason != reason || step.About != "key" {
			t.Errorf("%q: %s about %q, %v", key, step.Reason, step.About, err)
		}
	}
	for said, reason := range map[string]network.Reason{
		`200 <html>`: network.ReasonNotUnderstood, `200 {}`: network.ReasonNotUnderstood, `200 {"id":"1431","username":"ana"}`: network.ReasonNotUnderstood,
		`200 {"id":1431,"username":"../ana"}`: network.ReasonNotUnderstood, `500 `: network.ReasonNotUnderstood, `429 `: network.ReasonWait,
	} {
		step, err := devto.New().Connect(t.Context(), answers(said), network.Step{Name: "key", Answers: map[string]string{"key": "k"}})
		if err != nil || step.Account != nil || step.Reason != reason {
			t.Errorf("%s: %s, %v", said, step.Reason, err)
		}
	}
	step, err := devto.At(s.URL).Connect(t.Context(), calls(), network.Step{Name: "key", Answers: s.Answers()})
	if err != nil || step.Account == nil || step.Account.Handle != devtotest.Name || step.Account.Name != "Ana" || step.Account.RemoteID != fmt.Sprint(devtotest.User) {
		t.Fatalf("connected as %+v, %v", step.Account, err)
	}
	if at := devto.New().Profile(*step.Account); at != s.URL+"/"+devtotest.Name {
		t.Errorf("the account is at %q", at)
	}
}

func TestVerifyKnowsWhoseKeyItIs(t *testing.T) {
	s := devtotest.New(t)
	a := s.Account()
	a.Handle = "an_old_name"
	if a, err := devto.New().Verify(t.Context(), calls(), a); err != nil || a.Handle != devtotest.Name {
		t.Errorf("verified as %+v, %v", a, err)
	}
	a.RemoteID = "1"
	if _, err := devto.New().Verify(t.Context(), calls(), a); network.KindOf(err) != network.Reauth {
		t.Errorf("another account's key: %v", err)
	}
}
