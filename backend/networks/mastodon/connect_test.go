package mastodon_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

func calls() plainCalls { return plainCalls{carrier: httpcall.New(networktest.NewFiles())} }

func connect(t *testing.T, say network.Step) network.Step {
	t.Helper()
	step, err := mastodon.New().Connect(t.Context(), calls(), say)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// browse opens the server's page and returns where it sends the browser, or the code it shows.
func browse(t *testing.T, address string) (query map[string]string, shown string) {
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
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 400 {
		t.Fatalf("the page answers %d %s, %v", response.StatusCode, body, err)
	}
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	query = map[string]string{}
	for k, v := range back.Query() {
		query[k] = v[0]
	}
	return query, strings.TrimSpace(string(body))
}

const callback = "http://127.0.0.1:53999/callback"

func TestATokenGoesStraightThrough(t *testing.T) {
	server := mastodontest.New(t)
	step := connect(t, network.Step{Answers: server.Answers()})
	if step.Account == nil {
		t.Fatalf("step %q: %s", step.Name, step.Message)
	}
	a := *step.Account
	want := server.Account()
	if a.RemoteID != want.RemoteID || a.Handle != want.Handle || a.Server != want.Server {
		t.Errorf("account %q %q on %q, want %q %q on %q", a.RemoteID, a.Handle, a.Server, want.RemoteID, want.Handle, want.Server)
	}
	if a.Limits == nil || a.Limits.Text.Max != 500 || a.Limits.Software != "mastodon 4.5.0" || a.Limits.Reconcile.Shape != network.ShapeKey {
		t.Errorf("limits %+v", a.Limits)
	}
}

func TestSigningInWithTheBrowserEndsInAnAccount(t *testing.T) {
	server := mastodontest.New(t)
	step := connect(t, network.Step{Answers: map[string]string{"server": server.URL, "redirect_uri": callback}})
	if step.Browse == "" || step.Carry.IsZero() {
		t.Fatalf("step %+v", step)
	}
	step.Answers, _ = browse(t, step.Browse)
	if done := connect(t, step); done.Account == nil || done.Account.Handle != "ana@social.example" {
		t.Errorf("it ended at %q: %s", done.Name, done.Message)
	}
}

func TestWithoutACallbackTheCodeIsPasted(t *testing.T) {
	server := mastodontest.New(t)
	step := connect(t, network.Step{Answers: map[string]string{"server": server.URL}})
	if len(step.Ask) != 1 || step.Ask[0].Key != "code" {
		t.Fatalf("step %+v", step)
	}
	_, code := browse(t, step.Browse)
	step.Answers = map[string]string{"code": " " + code + "\n"}
	if done := connect(t, step); done.Account == nil {
		t.Errorf("it ended at %q: %s", done.Name, done.Message)
	}
}

func TestAForgedAnswerConnectsNothing(t *testing.T) {
	server := mastodontest.New(t)
	first := connect(t, network.Step{Answers: map[string]string{"server": server.URL, "redirect_uri": callback}})
	good, _ := browse(t, first.Browse)
	for name, change := range map[string]func(map[string]string){
		"another state":  func(m map[string]string) { m["state"] = "forged" },
		"no state":       func(m map[string]string) { delete(m, "state") },
		"another issuer": func(m map[string]string) { m["iss"] = "https://evil.example" },
		"no code":        func(m map[string]string) { delete(m, "code") },
		"an error":       func(m map[string]string) { m["error"] = "access_denied" },
		"another code":   func(m map[string]string) { m["code"] = "guessed" },
	} {
		say := first
		say.Answers = maps.Clone(good)
		change(say.Answers)
		if step := connect(t, say); step.Account != nil || step.Message == "" || len(step.Ask) == 0 {
			t.Errorf("%s: step %q, message %q, account %t", name, step.Name, step.Message, step.Account != nil)
		}
	}
	first.Answers = good
	if step := connect(t, first); step.Account == nil {
		t.Errorf("the real answer: %s", step.Message)
	}
}

func TestOnlyServersArePlacesForATokenToGo(t *testing.T) {
	for _, typed := range []string{
		"http://social.example", "https://ana:secret@social.example", "https://social.example/path", "social.example?x=1",
		"ftp://social.example", "javascript:alert(1)", "social example", "https://", "http://127.0.0.1.evil.example",
		"söcial.example", "https://[::1", strings.Repeat("a", 400), "http://10.0.0.1", "a..b",
	} {
		step := connect(t, network.Step{Name: "server", Answers: map[string]string{"server": typed, "token": "t"}})
		if step.Account != nil || !strings.HasPrefix(step.Message, "That is no server") {
			t.Errorf("%q: message %q", typed, step.Message)
		}
	}
	server := mastodontest.New(t)
	for _, typed := range []string{server.URL, server.URL + "/", " " + strings.ToUpper(server.URL) + "//"} {
		step := connect(t, network.Step{Answers: map[string]string{"server": typed, "token": server.Token}})
		if step.Account == nil || step.Account.Server != server.URL {
			t.Errorf("%q: %q", typed, step.Message)
		}
	}
}

func TestABadTokenIsAskedForAgain(t *testing.T) {
	server := mastodontest.New(t)
	for _, token := range []string{"wrong", "two words", "line\r\nX-Header: 1", strings.Repeat("x", 5000)} {
		step := connect(t, network.Step{Answers: map[string]string{"server": server.URL, "token": token}})
		if step.Account != nil || step.Message == "" || step.Ask[0].Default != server.URL {
			t.Errorf("%.20q: %+v", token, step)
		}
		if strings.Contains(step.Message, token) {
			t.Errorf("the message shows the token: %q", step.Message)
		}
	}
}

func TestVerifyNoticesWhatChanged(t *testing.T) {
	server := mastodontest.New(t)
	a := server.Account()
	a.Name = "Old name"
	got, err := mastodon.New().Verify(t.Context(), calls(), a)
	if err != nil || got.Name != "Ana" || got.Handle != a.Handle {
		t.Errorf("verified as %q %q: %v", got.Name, got.Handle, err)
	}
	a.RemoteID = "1@elsewhere"
	if _, err := mastodon.New().Verify(t.Context(), calls(), a); network.KindOf(err) != network.Reauth {
		t.Errorf("another account: %v", err)
	}
	server.Revoke()
	if _, err := mastodon.New().Verify(t.Context(), calls(), server.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("a revoked token: %v", err)
	}
}

func TestAServerThatOnlyTakesPostsIsConnectedWithNothingInItsFavour(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/api/v1/accounts/verify_credentials" && r.Header.Get("Authorization") == "Bearer good" {
			_, _ = io.WriteString(w, `{"id":"1","username":"ana","acct":"ana"}`)
			return
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":"Record not found"}`)
	}))
	defer server.Close()
	ask := connect(t, network.Step{})
	step := connect(t, network.Step{Name: ask.Name, Answers: map[string]string{"server": server.URL, "token": "good"}})
	if step.Account == nil || step.Account.Limits.Reconcile.Shape != network.ShapeLookUp || step.Account.Limits.Text.Max != 500 {
		t.Fatalf("ended with %+v", step)
	}
	if _, err := mastodon.New().Limits(t.Context(), calls(), network.Account{Server: server.URL}); err == nil {
		t.Error("without a token anything that answers 404 would be a server")
	}
}
