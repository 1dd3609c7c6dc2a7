package tumblr_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/tumblr/tumblrtest"
)

const redirect = "http://127.0.0.1:53682/callback"

// browse opens an address as the system's browser does, and returns the query that comes back.
func browse(t *testing.T, address string) map[string]string {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), redirect) {
		t.Fatalf("the browser was sent to %q", back)
	}
	answers := map[string]string{"redirect_uri": redirect}
	for k, v := range back.Query() {
		answers[k] = v[0]
	}
	return answers
}

// begin answers the first questions and returns the step that opens the browser.
func begin(t *testing.T, s *tumblrtest.Server) network.Step {
	t.Helper()
	answers := s.Answers()
	answers["redirect_uri"] = redirect
	step, err := tumblr.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: answers})
	if err != nil || step.Browse == "" || step.Carry.IsZero() {
		t.Fatalf("%+v, %v", step, err)
	}
	return step
}

// turn takes one more turn of a conversation.
func turn(t *testing.T, s *tumblrtest.Server, from network.Step, answers map[string]string) network.Step {
	t.Helper()
	step, err := tumblr.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: from.Name, Carry: from.Carry, Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestSigningInEndsInTheBlog(t *testing.T) {
	s := tumblrtest.New(t)
	before := time.Now()
	step := begin(t, s)
	if u, err := url.Parse(step.Browse); err != nil || u.Query().Get("scope") != "basic write offline_access" || strings.Contains(step.Browse, s.Answers()["client_secret"]) {
		t.Errorf("the browser goes to %q", step.Browse)
	}
	step = turn(t, s, step, browse(t, step.Browse))
	a := step.Account
	if a == nil || a.RemoteID != tumblrtest.UUID || a.Handle != tumblrtest.Blog || a.Name != "Geraniums, mostly" || a.Server != s.URL {
		t.Fatalf("connected as %+v: %s", a, step.Message)
	}
	if life := a.Expires.Sub(before); life < 36*time.Minute || life > 38*time.Minute {
		t.Errorf("the token has to be renewed in %v", life)
	}
	if shown, err := json.Marshal(a.Options); err != nil || strings.Contains(string(shown), "Secret") {
		t.Errorf("the options are %s, %v", shown, err)
	}
	must(t, calls(nil), *a, plan("a", network.Part{Text: "hello"}))
}

func TestTheFirstQuestionsSayHowToRegisterAnApplication(t *testing.T) {
	step, err := tumblr.New().Connect(t.Context(), nil, network.Step{})
	if err != nil || len(step.Ask) != 2 || step.Message != "" {
		t.Fatalf("%+v, %v", step, err)
	}
	d := tumblr.New().Describe().SignIn
	registered := "http://127.0.0.1:28764" + d.Path
	if !d.Loopback || !d.Application || d.Port != 28764 || !strings.Contains(step.Ask[0].Help, registered) || step.Ask[0].Link == "" || !step.Ask[1].Secret {
		t.Errorf("the callback is %+v, the help %q", d, step.Ask[0].Help)
	}
}

func TestOfSeveralBlogsOneIsChosen(t *testing.T) {
	s := tumblrtest.New(t)
	s.AddBlog("begonias", "t:begonias_22")
	first := begin(t, s)
	ask := turn(t, s, first, browse(t, first.Browse))
	if ask.Account != nil || len(ask.Ask) != 1 || ask.Ask[0].Key != "blog" || ask.Ask[0].Default != tumblrtest.Blog || ask.Message != "Blogs: begonias, geraniums" || ask.Reason != "" {
		t.Fatalf("asked %+v", ask)
	}
	for typed, reason := range map[string]network.Reason{"": network.ReasonMissing, "roses": network.ReasonNotFound} {
		again := turn(t, s, ask, map[string]string{"blog": typed})
		if again.Account != nil || again.Reason != reason || again.About != "blog" || again.Carry.IsZero() {
			t.Errorf("%q: %+v", typed, again)
		}
	}
	for _, typed := range []string{"begonias", " Begonias ", "@begonias", "https://begonias.tumblr.com/", "https://www.tumblr.com/begonias"} {
		step := turn(t, s, ask, map[string]string{"blog": typed})
		if step.Account == nil || step.Account.RemoteID != "t:begonias_22" || step.Account.Handle != "begonias" || step.Account.Expires.IsZero() {
			t.Errorf("%q: %+v", typed, step)
		}
	}
	s.Expire()
	if step := turn(t, s, ask, map[string]string{"blog": "begonias"}); step.Name != "app" || step.Reason != network.ReasonSignIn {
		t.Errorf("after the token has ended: %+v", step)
	}
}

func TestASignInThatDoesNotEndWellBeginsAgain(t *testing.T) {
	s := tumblrtest.New(t)
	good := s.Answers()
	for _, test := range []struct {
		key, value string
		reason     network.Reason
	}{
		{"client_id", " ", network.ReasonMissing},
		{"client_id", "a b", network.ReasonMalformed},
		{"client_secret", "", network.ReasonMissing},
		{"client_secret", "é", network.ReasonMalformed},
		{"client_secret", strings.Repeat("x", 201), network.ReasonMalformed},
	} {
		answers := map[string]string{"client_id": good["client_id"], "client_secret": good["client_secret"], "redirect_uri": redirect}
		answers[test.key] = test.value
		step := turn(t, s, network.Step{Name: "app"}, answers)
		if step.Reason != test.reason || step.About != test.key || step.Name != "app" {
			t.Errorf("%s %q: %+v", test.key, test.value, step)
		}
	}
	if step := turn(t, s, network.Step{Name: "app"}, good); step.Reason != network.ReasonSignIn || step.Browse != "" {
		t.Errorf("without a callback: %+v", step)
	}
	for name, test := range map[string]struct {
		change func(map[string]string)
		reason network.Reason
	}{
		"another state": {func(m map[string]string) { m["state"] = "x" }, network.ReasonSignIn},
		"no code":       {func(m map[string]string) { delete(m, "code") }, network.ReasonSignIn},
		"another code":  {func(m map[string]string) { m["code"] = "x" }, network.ReasonRefused},
		"no thanks":     {func(m map[string]string) { m["error"] = "access_denied" }, network.ReasonDenied},
		"a mismatch":    {func(m map[string]string) { m["error"] = "redirect_url_mismatch" }, network.ReasonSignIn},
	} {
		first := begin(t, s)
		back := browse(t, first.Browse)
		test.change(back)
		step := turn(t, s, first, back)
		if step.Account != nil || step.Reason != test.reason || step.Name != "app" || step.Ask[0].Default != tumblrtest.Client {
			t.Errorf("%s: %+v", name, step)
		}
	}
	first := begin(t, s)
	back := browse(t, first.Browse)
	if step := turn(t, s, first, back); step.Account == nil {
		t.Fatal("the good one is refused")
	}
	if step := turn(t, s, first, back); step.Account != nil || step.Reason != network.ReasonRefused {
		t.Errorf("a code that was spent: %+v", step)
	}
	s.TakeBlogs()
	first = begin(t, s)
	if step := turn(t, s, first, browse(t, first.Browse)); step.Account != nil || step.Reason != network.ReasonNotFound {
		t.Errorf("without a blog: %+v", step)
	}
}

func TestATokenWithoutTheRightToPostOrToStayIsNotTaken(t *testing.T) {
	s := tumblrtest.New(t)
	first := begin(t, s)
	back := browse(t, first.Browse)
	for _, body := range []string{
		`{"access_token":"a1","token_type":"bearer","expires_in":2520,"scope":"basic offline_access","refresh_token":"r1"}`,
		`{"access_token":"a1","token_type":"bearer","expires_in":2520,"scope":"basic write","refresh_token":""}`,
	} {
		step, err := tumblr.At(s.URL).Connect(t.Context(), says(200, body), network.Step{Name: first.Name, Carry: first.Carry, Answers: back})
		if err != nil || step.Account != nil || step.Reason != network.ReasonNotAllowed {
			t.Errorf("%s: %+v, %v", body, step, err)
		}
	}
	for _, body := range []string{"<html>", "{}", `{"access_token":"a\n","token_type":"bearer"}`, `{"access_token":"\ud800","token_type":"bearer","refresh_token":"r"}`} {
		step, err := tumblr.At(s.URL).Connect(t.Context(), says(200, body), network.Step{Name: first.Name, Carry: first.Carry, Answers: back})
		if err != nil || step.Account != nil || step.Reason != network.ReasonNotUnderstood {
			t.Errorf("%s: %+v, %v", body, step, err)
		}
	}
}

func TestARefreshGivesNewTokensAndEndsTheOld(t *testing.T) {
	s, c := tumblrtest.New(t), calls(nil)
	old := s.Account()
	s.Expire()
	fresh, err := tumblr.New().Refresh(t.Context(), c, old)
	if err != nil || fresh.Secret == old.Secret || time.Until(fresh.Expires) < 36*time.Minute || fresh.RemoteID != old.RemoteID || fresh.Handle != old.Handle {
		t.Fatalf("%+v, %v", fresh, err)
	}
	must(t, c, fresh, plan("a", network.Part{Text: "hello"}))
	if _, err := tumblr.New().Refresh(t.Context(), c, old); !is(err, network.Reauth) {
		t.Errorf("with the old refresh token: %v", err)
	}
	again, err := tumblr.New().Refresh(t.Context(), c, fresh)
	if err != nil {
		t.Fatal(err)
	}
	must(t, c, again, plan("b", network.Part{Text: "hello again"}))
	for body, want := range map[string]network.Kind{
		"": network.Ambiguous, "<html>": network.Ambiguous, `{"error":"invalid_grant"}`: network.Reauth,
		`{"meta":{"status":401,"msg":"Unauthorized"}}`: network.Reauth, `{"error":"invalid_client"}`: network.Reauth,
	} {
		if _, err := tumblr.New().Refresh(t.Context(), says(401, body), again); !is(err, want) || strings.Contains(err.Error(), "Secret") {
			t.Errorf("401 %q: %v, want %s", body, err, want)
		}
	}
	if _, err := tumblr.New().Refresh(t.Context(), says(503, "busy"), again); !is(err, network.Ambiguous) {
		t.Errorf("503: %v", err)
	}
	bare := again
	bare.Secret = network.SecretOf(map[string]string{"access": "a"})
	if _, err := tumblr.New().Refresh(t.Context(), c, bare); !is(err, network.Reauth) {
		t.Errorf("without a refresh token: %v", err)
	}
}
