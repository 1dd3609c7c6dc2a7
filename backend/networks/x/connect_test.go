package x_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
)

func connect(t *testing.T, s *xtest.Server, say network.Step) network.Step {
	t.Helper()
	step, err := x.At(s.URL).Connect(t.Context(), calls(nil), say)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// begin answers the first turn.
func begin(t *testing.T, s *xtest.Server, client, secret, redirect string) network.Step {
	t.Helper()
	return connect(t, s, network.Step{Name: "application", Answers: map[string]string{"client_id": client, "client_secret": secret, "redirect_uri": redirect}})
}

// browse opens X's page, on which everybody agrees, and returns where it sends the browser.
func browse(t *testing.T, address string) (string, map[string]string) {
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
	back, err := url.Parse(response.Header.Get("Location"))
	if err != nil || response.StatusCode != http.StatusFound {
		t.Fatalf("the page answers %d, %v", response.StatusCode, err)
	}
	query := map[string]string{}
	for k, v := range back.Query() {
		query[k] = v[0]
	}
	return back.String(), query
}

func TestSigningInWithTheBrowserEndsInAnAccount(t *testing.T) {
	for client, secret := range map[string]string{xtest.Client: "", xtest.Web: xtest.Secret} {
		s := xtest.New(t)
		s.Subscribe("Premium")
		step := begin(t, s, " "+client+"\n", secret, xtest.Callback)
		if step.Browse == "" || len(step.Ask) != 0 || strings.Contains(step.Browse, xtest.Secret) {
			t.Fatalf("step %+v", step)
		}
		_, step.Answers = browse(t, step.Browse)
		done := connect(t, s, step)
		if done.Account == nil {
			t.Fatalf("%s: it ended at %q: %s", client, done.Name, done.Message)
		}
		a := *done.Account
		if a.RemoteID != xtest.User || a.Handle != xtest.Handle || a.Limits.Text.Max != 25_000 || a.Options["client_id"] != client {
			t.Errorf("the account is %+v", a)
		}
		if left := time.Until(a.Expires); left < 100*time.Minute || left > 2*time.Hour {
			t.Errorf("the token is renewed in %v", left)
		}
		must(t, calls(nil), a, plan(network.Part{Text: "hello"}))
		// The same application renews it, and each renewal ends the token before.
		fresh, err := x.New().Refresh(t.Context(), calls(nil), a)
		if err != nil || fresh.Secret == a.Secret || fresh.RemoteID != a.RemoteID || fresh.Options["client_id"] != client {
			t.Fatalf("renewed: %v", err)
		}
		if _, err := x.New().Refresh(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("a spent token: %v", err)
		}
		if again, err := x.New().Refresh(t.Context(), calls(nil), fresh); err != nil || again.Secret == fresh.Secret {
			t.Errorf("renewed again: %v", err)
		}
	}
}

func TestWhereNobodyWaitsTheAddressIsCopied(t *testing.T) {
	s := xtest.New(t)
	step := begin(t, s, xtest.Client, "", "")
	if len(step.Ask) != 1 || step.Ask[0].Key != "address" || step.Browse == "" {
		t.Fatalf("step %+v", step)
	}
	address, _ := browse(t, step.Browse)
	for _, wrong := range []string{"", "no address", "http://127.0.0.1:53682/callback", strings.Replace(address, "state=", "state=x", 1), "http://%zz"} {
		say := step
		say.Answers = map[string]string{"address": wrong}
		if got := connect(t, s, say); got.Account != nil || got.Reason != network.ReasonSignIn {
			t.Errorf("%q: %+v", wrong, got)
		}
	}
	step.Answers = map[string]string{"address": " " + address + "\n"}
	if done := connect(t, s, step); done.Account == nil {
		t.Errorf("it ended at %q: %s", done.Name, done.Message)
	}
}

func TestAForgedAnswerConnectsNothing(t *testing.T) {
	s := xtest.New(t)
	first := begin(t, s, xtest.Client, "", xtest.Callback)
	_, good := browse(t, first.Browse)
	for name, c := range map[string]struct {
		change func(map[string]string)
		want   network.Reason
	}{
		"another state": {func(m map[string]string) { m["state"] = "forged" }, network.ReasonSignIn},
		"no state":      {func(m map[string]string) { delete(m, "state") }, network.ReasonSignIn},
		"no code":       {func(m map[string]string) { delete(m, "code") }, network.ReasonSignIn},
		"a no":          {func(m map[string]string) { m["error"] = "access_denied" }, network.ReasonDenied},
		"another code":  {func(m map[string]string) { m["code"] = "guessed" }, network.ReasonSignIn},
	} {
		say := first
		say.Answers = maps.Clone(good)
		c.change(say.Answers)
		if step := connect(t, s, say); step.Account != nil || step.Reason != c.want || len(step.Ask) != 2 || step.Ask[0].Default != xtest.Client {
			t.Errorf("%s: %+v", name, step)
		}
	}
	first.Answers = good
	if step := connect(t, s, first); step.Account == nil {
		t.Errorf("the real answer: %s", step.Message)
	}
}

func TestTheConversationSaysWhatIsWrong(t *testing.T) {
	s := xtest.New(t)
	if first := connect(t, s, network.Step{}); first.Message != "" || !strings.Contains(first.Ask[0].Help, xtest.Callback) {
		t.Errorf("the first question is %+v", first)
	}
	for _, c := range []struct {
		client, secret string
		reason         network.Reason
		about          string
	}{
		{"", "", network.ReasonMissing, "client_id"},
		{"two words", "", network.ReasonMalformed, "client_id"},
		{strings.Repeat("x", 600), "", network.ReasonMalformed, "client_id"},
		{xtest.Client, "line\r\nX: 1", network.ReasonMalformed, "client_secret"},
	} {
		if step := begin(t, s, c.client, c.secret, xtest.Callback); step.Reason != c.reason || step.About != c.about || step.Browse != "" {
			t.Errorf("%.20q %q: %+v", c.client, c.secret, step)
		}
	}
	// An application with a secret that was not given.
	step := begin(t, s, xtest.Web, "", xtest.Callback)
	_, step.Answers = browse(t, step.Browse)
	if step = connect(t, s, step); step.Reason != network.ReasonRefused || step.About != "client_id" || step.Account != nil {
		t.Errorf("without its secret: %+v", step)
	}
	for _, scopes := range []string{"tweet.read users.read offline.access", "tweet.read tweet.write users.read media.write"} {
		s.Grant(scopes)
		step := begin(t, s, xtest.Client, "", xtest.Callback)
		_, step.Answers = browse(t, step.Browse)
		if step = connect(t, s, step); step.Reason != network.ReasonNotAllowed || step.Account != nil {
			t.Errorf("with %q: %+v", scopes, step)
		}
	}
	for status, want := range map[int]network.Reason{500: network.ReasonSignIn, 403: network.ReasonSignIn} {
		s := xtest.New(t)
		step := begin(t, s, xtest.Client, "", xtest.Callback)
		_, step.Answers = browse(t, step.Browse)
		s.Instead("/2/oauth2/token", xtest.Answer{Status: status, Body: "<html>"})
		if step = connect(t, s, step); step.Reason != want || step.Account != nil {
			t.Errorf("%d: %+v", status, step)
		}
	}
}

func TestVerifyNoticesAnotherAccountAndAnEndedToken(t *testing.T) {
	s := xtest.New(t)
	a := s.Account()
	a.Name, a.Handle = "Old name", "old"
	if got, err := x.New().Verify(t.Context(), calls(nil), a); err != nil || got.Name != "Ana" || got.Handle != xtest.Handle {
		t.Errorf("verified as %q %q: %v", got.Name, got.Handle, err)
	}
	a.RemoteID = "1"
	if _, err := x.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("another account: %v", err)
	}
	s.Expire()
	if _, err := x.New().Verify(t.Context(), calls(nil), s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("an ended token: %v", err)
	}
	for _, body := range []string{`{"data":{"id":"x","username":"ana"}}`, `{"data":{"id":"1","username":"../ana"}}`, `{}`, `<html>`, `{"data":`} {
		s.Instead("/2/users/me", xtest.Answer{Status: 200, Body: body})
		if _, err := x.New().Verify(t.Context(), calls(nil), s.Account()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestARenewalThatIsLostOrNonsenseKeepsTheAccount(t *testing.T) {
	s := xtest.New(t)
	for _, answer := range []xtest.Answer{{Status: 200, Body: "<html>"}, {Status: 200, Body: `{"token_type":"bearer"}`}, {Status: 503}, {Status: 400, Body: "no"}} {
		s.Instead("/2/oauth2/token", answer)
		if got, err := x.New().Refresh(t.Context(), calls(nil), s.Account()); network.KindOf(err) != network.Ambiguous || got.Secret != s.Account().Secret {
			t.Errorf("%+v: %v", answer, err)
		}
	}
	s.Instead("/2/oauth2/token", xtest.Answer{Status: 200, Body: `{"token_type":"bearer","access_token":"only-access","expires_in":7200}`})
	got, err := x.New().Refresh(t.Context(), calls(nil), s.Account())
	if err != nil || got.Secret.Field("access") != "only-access" || got.Secret.Field("refresh") != s.Account().Secret.Field("refresh") {
		t.Errorf("without a new refresh token: %v", err)
	}
}
