package threads_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/threads"
	"postbag/backend/networks/threads/threadstest"
)

// answer gives one turn its answers.
func (b *bench) answer(before network.Step, answers map[string]string) network.Step {
	b.Helper()
	step, err := threads.At(b.URL).Connect(b.Context(), b.calls, network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
	if err != nil {
		b.Fatal(err)
	}
	return step
}

// agreed leads a sign-in up to the address at which the browser ends.
func (b *bench) agreed(secret string) (network.Step, string) {
	b.Helper()
	step := b.answer(b.answer(network.Step{}, nil), map[string]string{"app_id": threadstest.App, "app_secret": secret})
	if step.Browse == "" || strings.Contains(step.Browse, secret) || len(step.Ask) != 1 || !step.Ask[0].Secret {
		b.Fatalf("the browser is sent to %q: %s", step.Browse, step.Message)
	}
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, step.Browse, nil)
	if err != nil {
		b.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	to := response.Header.Get("Location")
	if !strings.HasPrefix(to, threadstest.Redirect+"?") || !strings.HasSuffix(to, "#_") {
		b.Fatalf("the page answers %d and leads to %q", response.StatusCode, to)
	}
	return step, to
}

func TestSigningInEndsInAnAccountThatRenewsItself(t *testing.T) {
	b := newBench(t)
	step, to := b.agreed(threadstest.Secret)
	step = b.answer(step, map[string]string{"address": " " + to + " "})
	if step.Account == nil {
		t.Fatalf("it ended at %q: %s", step.Name, step.Message)
	}
	a := *step.Account
	if a.RemoteID != threadstest.ID || a.Handle != threadstest.Handle || a.Name != threadstest.Name {
		t.Errorf("connected as %+v", a)
	}
	if in := time.Until(a.Expires); in < 29*24*time.Hour || in > 31*24*time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := threads.At(b.URL)
	if _, err := n.Refresh(t.Context(), b.calls, a); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a token of today: %v", err)
	}
	b.Age()
	fresh, err := n.Refresh(t.Context(), b.calls, a)
	if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || !fresh.Expires.After(time.Now().Add(29*24*time.Hour)) {
		t.Fatalf("renewed: %v", err)
	}
	if who, err := n.Verify(t.Context(), b.calls, fresh); err != nil || who.Handle != threadstest.Handle {
		t.Errorf("the new token: %v", err)
	}
	other := fresh
	other.RemoteID = "17841400000000000"
	if _, err := n.Verify(t.Context(), b.calls, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another account: %v", err)
	}
	b.Revoke()
	if _, err := n.Verify(t.Context(), b.calls, fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
	b.calls.Forget()
	if _, err := n.Refresh(t.Context(), b.calls, fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("renewing one that ended: %v", err)
	}
}

func TestATokenOfTheDashboardIsRenewedInADay(t *testing.T) {
	b := newBench(t)
	step := b.answer(b.answer(network.Step{}, nil), map[string]string{"token": "Bearer " + threadstest.GoodToken})
	if step.Account == nil {
		t.Fatal(step.Message)
	}
	if in := time.Until(step.Account.Expires); in < 24*time.Hour || in > 26*time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := threads.At(b.URL)
	a := *step.Account
	for _, body := range []string{"<html>", `{"access_token":"x","token_type":"bearer"}`, `{"access_token":"THAAlonglivedtokenZD1"}`, "{}"} {
		b.Instead("GET /refresh_access_token", threadstest.Answer{Status: 200, Body: body})
		b.calls.Forget()
		if _, err := n.Refresh(t.Context(), b.calls, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
	b.Instead("GET /refresh_access_token", threadstest.Answer{Status: 200, Body: `{"access_token":"THAAlonglivedtokenZD1","token_type":"bearer"}`})
	b.calls.Forget()
	if fresh, err := n.Refresh(t.Context(), b.calls, a); err != nil || time.Until(fresh.Expires) < 29*24*time.Hour {
		t.Errorf("one that does not say when it ends: %v, %v", fresh.Expires, err)
	}
	a.Secret = network.NewSecret("{}")
	if _, err := n.Refresh(t.Context(), b.calls, a); network.KindOf(err) != network.Reauth {
		t.Errorf("no token: %v", err)
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *threadstest.Server)
		change func(back url.Values)
		reason network.Reason
	}{
		{"denied", threadstest.Secret, (*threadstest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", threadstest.Secret, nil, func(q url.Values) { q.Set("state", "x") }, network.ReasonSignIn},
		{"no code", threadstest.Secret, nil, func(q url.Values) { q.Del("code") }, network.ReasonSignIn},
		{"another error", threadstest.Secret, nil, func(q url.Values) { q.Set("error", "server_error") }, network.ReasonSignIn},
		{"a wrong secret", "anothersecret0123", nil, nil, network.ReasonRefused},
		{"no token", threadstest.Secret, func(s *threadstest.Server) {
			s.Instead("POST /oauth/access_token", threadstest.Answer{Status: 200, Body: "{}"})
		}, nil, network.ReasonNotUnderstood},
		{"it asks to wait", threadstest.Secret, func(s *threadstest.Server) {
			s.Instead("POST /oauth/access_token", threadstest.Answer{Status: 429})
		}, nil, network.ReasonWait},
		{"no lasting token", threadstest.Secret, func(s *threadstest.Server) {
			s.Instead("GET /access_token", threadstest.Answer{Status: 400, Body: said(190, 0)})
		}, nil, network.ReasonSignIn},
		{"an answer of nobody's", threadstest.Secret, func(s *threadstest.Server) {
			s.Instead("GET /me", threadstest.Answer{Status: 200, Body: `{"id":"x","username":"kari"}`})
		}, nil, network.ReasonNotUnderstood},
	} {
		b := newBench(t)
		if c.before != nil {
			c.before(b.Server)
		}
		step, to := b.agreed(c.secret)
		u, err := url.Parse(to)
		if err != nil {
			t.Fatal(err)
		}
		if c.change != nil {
			q := u.Query()
			c.change(q)
			u.RawQuery = q.Encode()
		}
		if step = b.answer(step, map[string]string{"address": u.String()}); step.Reason != c.reason || step.Message == "" || len(step.Ask) != 4 || step.Account != nil {
			t.Errorf("%s: %q for %q", c.name, step.Message, step.Reason)
		}
	}
	b := newBench(t)
	step, _ := b.agreed(threadstest.Secret)
	for _, address := range []string{"", "AQBx", "https://evil.example/?code=x", threadstest.Redirect + "?code=1;2&%zz"} {
		if again := b.answer(step, map[string]string{"address": address}); again.Reason != network.ReasonSignIn || again.Account != nil {
			t.Errorf("%q: %q for %q", address, again.Message, again.Reason)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	b := newBench(t)
	first := b.answer(network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "token"},
		{map[string]string{"token": "two words"}, network.ReasonMalformed, "token"},
		{map[string]string{"token": "THAA&access_token=x0123456789"}, network.ReasonMalformed, "token"},
		{map[string]string{"app_secret": threadstest.Secret}, network.ReasonMissing, "app_id"},
		{map[string]string{"app_id": "my app", "app_secret": "x"}, network.ReasonMalformed, "app_id"},
		{map[string]string{"app_id": threadstest.App}, network.ReasonMissing, "app_secret"},
		{map[string]string{"app_id": threadstest.App, "app_secret": "a&b=c0123456789"}, network.ReasonMalformed, "app_secret"},
		{map[string]string{"app_id": threadstest.App, "app_secret": threadstest.Secret, "redirect": "http://localhost/"}, network.ReasonMalformed, "redirect"},
		{map[string]string{"token": "THAAanothertokenZDZDZD"}, network.ReasonRefused, "token"},
	} {
		step := b.answer(first, c.answers)
		if step.Reason != c.reason || step.About != c.about || step.Message == "" || step.Account != nil {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	b.Instead("GET /me", threadstest.Answer{Status: 200, Body: `{"id":"17841405822304914","username":"kari.bakes"}`})
	if step := b.answer(first, map[string]string{"token": threadstest.GoodToken}); step.Account == nil || step.Account.RemoteID != threadstest.ID || step.Account.Name != "kari.bakes" {
		t.Errorf("an account without a name: %+v", step)
	}
}

// A token says what it may do, and the conversation and the check name what is missing. Where Threads does not
// say, nothing is made up.
func TestAMissingPermissionIsNamed(t *testing.T) {
	for scope, named := range map[string]bool{"threads_content_publish": true, "threads_manage_replies": true, "threads_read_replies": true, "threads_delete": false} {
		b := newBench(t)
		first := b.answer(network.Step{}, nil)
		b.Lack(scope)
		step := b.answer(first, map[string]string{"token": threadstest.GoodToken})
		if (step.Reason == network.ReasonNotAllowed && strings.Contains(step.Message, scope) && step.Account == nil) != named {
			t.Errorf("without %s it says %q, %+v", scope, step.Message, step.Account)
		}
		_, err := threads.At(b.URL).Verify(t.Context(), b.calls, b.Account())
		if lost := scope == "threads_content_publish"; (network.KindOf(err) == network.Reauth) != lost || lost && !strings.Contains(err.Error(), scope) {
			t.Errorf("without %s its check says %v", scope, err)
		}
	}
	for _, body := range []string{"", "<html>", `{"data":{}}`, `{"data":{"is_valid":true,"scopes":[]}}`, `{"data":{"is_valid":false,"scopes":["threads_basic"]}}`} {
		b := newBench(t)
		first := b.answer(network.Step{}, nil)
		b.Instead("GET /debug_token", threadstest.Answer{Status: 200, Body: body})
		if step := b.answer(first, map[string]string{"token": threadstest.GoodToken}); step.Account == nil {
			t.Errorf("%q: %+v", body, step)
		}
	}
}
