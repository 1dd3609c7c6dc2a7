package misskey_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

const callback = "http://127.0.0.1:53999/callback"

func connect(t *testing.T, say network.Step) network.Step {
	t.Helper()
	step, err := misskey.New().Connect(t.Context(), calls(nil), say)
	if err != nil {
		t.Fatal(err)
	}
	if network.Printable(step.Message) != step.Message {
		t.Errorf("the message %q cannot be shown", step.Message)
	}
	return step
}

// browse opens the server's page and returns the query it sends the browser back with.
func browse(t *testing.T, address string) map[string]string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode >= 400 {
		t.Fatalf("the page answers %d to %s", response.StatusCode, address)
	}
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	query := map[string]string{}
	for k, v := range to.Query() {
		query[k] = v[0]
	}
	return query
}

func TestSigningInWithTheBrowserEndsInAnAccount(t *testing.T) {
	s := misskeytest.New(t)
	step := connect(t, network.Step{Answers: map[string]string{"server": s.URL, "redirect_uri": callback}})
	if step.Browse == "" || step.Carry.IsZero() || len(step.Ask) != 0 {
		t.Fatalf("step %+v", step)
	}
	step.Answers = browse(t, step.Browse)
	done := connect(t, step)
	if done.Account == nil || done.Account.Handle != "ana@notes.example" || done.Account.Limits == nil || done.Account.Limits.Software != "misskey 2026.5.1" {
		t.Fatalf("it ended at %q: %s", done.Name, done.Message)
	}
	publish(t, calls(nil), *done.Account, plan(network.Part{Text: "hello"}))
	if again := connect(t, step); again.Account != nil || !strings.Contains(again.Message, "did not allow") {
		t.Errorf("a session that is spent: %+v", again)
	}
}

func TestWithoutACallbackThePersonSaysWhenItIsDone(t *testing.T) {
	s := misskeytest.New(t)
	step := connect(t, network.Step{Answers: map[string]string{"server": s.URL}})
	if len(step.Ask) != 1 || !step.Ask[0].Optional {
		t.Fatalf("step %+v", step)
	}
	if early := connect(t, step); early.Account != nil || early.Message == "" || len(early.Ask) == 0 {
		t.Errorf("before it was allowed: %+v", early)
	}
	browse(t, step.Browse)
	if done := connect(t, step); done.Account == nil {
		t.Errorf("it ended at %q: %s", done.Name, done.Message)
	}
}

func TestAnOddAnswerToASignInConnectsNothing(t *testing.T) {
	s := misskeytest.New(t)
	say := connect(t, network.Step{Answers: map[string]string{"server": s.URL, "redirect_uri": callback}})
	say.Answers = browse(t, say.Browse)
	for _, c := range []networktest.Plain{
		says(200, `{"ok":false,"token":"t"}`), says(200, `{"ok":true}`), says(200, `{"ok":true,"token":5}`), says(200, "<html>"),
		says(204, ""), says(404, "Not found"), says(429, ""), says(500, problem("INTERNAL_ERROR")), says(302, ""),
	} {
		step, err := misskey.New().Connect(t.Context(), c, say)
		if err != nil || step.Account != nil || step.Message == "" || step.Reason == "" || len(step.Ask) == 0 {
			t.Errorf("%v: %+v, %v", c, step, err)
		}
	}
	step, err := misskey.New().Connect(t.Context(), says(200, `{"ok":false,"token":"t"}`), say)
	if err != nil || step.Reason != network.ReasonDenied {
		t.Errorf("a token that was not allowed: %+v, %v", step, err)
	}
}

func TestAForgedAnswerConnectsNothing(t *testing.T) {
	s := misskeytest.New(t)
	first := connect(t, network.Step{Answers: map[string]string{"server": s.URL, "redirect_uri": callback}})
	good := browse(t, first.Browse)
	for name, change := range map[string]func(map[string]string){
		"another session": func(m map[string]string) { m["session"] = "00000000-0000-4000-8000-000000000000" },
		"no session":      func(m map[string]string) { delete(m, "session") },
	} {
		say := first
		say.Answers = maps.Clone(good)
		change(say.Answers)
		if step := connect(t, say); step.Account != nil || step.Reason != network.ReasonSignIn || !strings.Contains(step.Message, "does not belong") || len(step.Ask) == 0 {
			t.Errorf("%s: step %q, message %q, account %t", name, step.Name, step.Message, step.Account != nil)
		}
	}
	first.Answers = good
	if step := connect(t, first); step.Account == nil {
		t.Errorf("the real answer: %s", step.Message)
	}
}

func TestNoTwoSignInsShareASession(t *testing.T) {
	s := misskeytest.New(t)
	say := network.Step{Answers: map[string]string{"server": s.URL, "redirect_uri": callback}}
	if one, two := connect(t, say), connect(t, say); one.Browse == two.Browse {
		t.Errorf("both are %s", one.Browse)
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := misskeytest.New(t)
	s.Grant("onlyWrites", "write:notes")
	for _, tt := range []struct{ token, says string }{
		{"unknown", "does not accept this token"},
		{"two words", "no space"},
		{"line\r\nX-Header: 1", "no space"},
		{strings.Repeat("x", 5000), "no space"},
		{"onlyWrites", "may not read your account"},
	} {
		step := connect(t, network.Step{Name: "server", Answers: map[string]string{"server": s.URL, "token": tt.token}})
		if step.Account != nil || step.About != "token" || !strings.Contains(step.Message, tt.says) || step.Ask[0].Default != s.URL || strings.Contains(step.Message, tt.token) {
			t.Errorf("%.20q: %q", tt.token, step.Message)
		}
	}
	if step := connect(t, network.Step{Name: "server"}); step.Reason != network.ReasonMissing || !strings.Contains(step.Message, "name the server") {
		t.Errorf("no server: %q", step.Message)
	}
}

func TestAServerThatReadsTokensFromBodiesAloneIsTooOld(t *testing.T) {
	s := misskeytest.New(t)
	s.IgnoreHeader()
	step := connect(t, network.Step{Name: "server", Answers: s.Answers()})
	if step.Account != nil || step.Reason != network.ReasonTooOld || !strings.Contains(step.Message, "2023.9") {
		t.Errorf("%+v", step)
	}
}

func TestOnlyServersArePlacesForATokenToGo(t *testing.T) {
	for _, typed := range []string{
		"http://notes.example", "https://ana:secret@notes.example", "https://notes.example/path", "notes.example?x=1",
		"ftp://notes.example", "javascript:alert(1)", "notes example", "https://", "http://127.0.0.1.evil.example",
		"nötes.example", "https://[::1", strings.Repeat("a", 400), "http://10.0.0.1", "a..b",
	} {
		step := connect(t, network.Step{Name: "server", Answers: map[string]string{"server": typed, "token": "t"}})
		if step.Account != nil || step.Reason != network.ReasonMalformed || step.About != "server" || !strings.HasPrefix(step.Message, "That is no server") {
			t.Errorf("%q: message %q", typed, step.Message)
		}
	}
	s := misskeytest.New(t)
	for _, typed := range []string{s.URL, s.URL + "/", " " + strings.ToUpper(s.URL) + "//"} {
		step := connect(t, network.Step{Name: "server", Answers: map[string]string{"server": typed, "token": s.Token}})
		if step.Account == nil || step.Account.Server != s.URL {
			t.Errorf("%q: %q", typed, step.Message)
		}
	}
}

func TestSomethingElseThanAMisskeyIsSaidToBeNone(t *testing.T) {
	for _, c := range []networktest.Plain{says(200, "<html>"), says(404, `{"error":"Not Found"}`), says(200, "{}"), says(200, "[]"), says(204, ""), says(200, `{"version":1}`)} {
		for _, token := range []string{"", "t"} {
			step, err := misskey.New().Connect(t.Context(), c, network.Step{Name: "server", Answers: map[string]string{
				"server": "blog.example", "token": token, "redirect_uri": callback,
			}})
			if err != nil || step.Account != nil || step.Browse != "" || step.Reason != network.ReasonNotUnderstood {
				t.Errorf("%v: %+v, %v", c, step, err)
			}
		}
	}
}

func TestVerifyNoticesWhatChanged(t *testing.T) {
	s := misskeytest.New(t)
	a := s.Account()
	a.Name = "Old name"
	got, err := misskey.New().Verify(t.Context(), calls(nil), a)
	if err != nil || got.Name != "Ana" || got.Handle != a.Handle {
		t.Errorf("verified as %q %q: %v", got.Name, got.Handle, err)
	}
	a.RemoteID = "another@elsewhere"
	if _, err := misskey.New().Verify(t.Context(), calls(nil), a); !is(err, network.Reauth) {
		t.Errorf("another account: %v", err)
	}
	s.Revoke()
	if _, err := misskey.New().Verify(t.Context(), calls(nil), s.Account()); !is(err, network.Reauth) {
		t.Errorf("a revoked token: %v", err)
	}
}
