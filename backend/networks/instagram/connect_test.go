package instagram_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/instagram"
	"postbag/backend/networks/instagram/instagramtest"
)

// answer gives one turn its answers.
func (b *bench) answer(before network.Step, answers map[string]string) network.Step {
	b.Helper()
	step, err := instagram.At(b.URL).Connect(b.Context(), b.calls, network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
	if err != nil {
		b.Fatal(err)
	}
	return step
}

// agreed leads a sign-in up to the address at which the browser ends.
func (b *bench) agreed(secret string) (network.Step, string) {
	b.Helper()
	step := b.answer(b.answer(network.Step{}, nil), map[string]string{"app_id": instagramtest.App, "app_secret": secret})
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
	if !strings.HasPrefix(to, instagramtest.Redirect+"?") || !strings.HasSuffix(to, "#_") {
		b.Fatalf("the page answers %d and leads to %q", response.StatusCode, to)
	}
	return step, to
}

func TestSigningInEndsInAnAccountThatRenewsItself(t *testing.T) {
	for _, listed := range []bool{false, true} {
		b := newBench(t)
		if listed {
			b.List()
		}
		step, to := b.agreed(instagramtest.Secret)
		step = b.answer(step, map[string]string{"address": " " + to + " "})
		if step.Account == nil {
			t.Fatalf("it ended at %q: %s", step.Name, step.Message)
		}
		a := *step.Account
		if a.RemoteID != instagramtest.ID || a.Handle != instagramtest.Handle || a.Name != instagramtest.Name {
			t.Errorf("connected as %+v", a)
		}
		if in := time.Until(a.Expires); in < 29*24*time.Hour || in > 31*24*time.Hour {
			t.Errorf("it is to be renewed in %v", in)
		}
		n := instagram.At(b.URL)
		if _, err := n.Refresh(t.Context(), b.calls, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("a token of today: %v", err)
		}
		b.Age()
		fresh, err := n.Refresh(t.Context(), b.calls, a)
		if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || !fresh.Expires.After(time.Now().Add(29*24*time.Hour)) {
			t.Fatalf("renewed: %v", err)
		}
		if who, err := n.Verify(t.Context(), b.calls, fresh); err != nil || who.Handle != instagramtest.Handle {
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
}

func TestASignInThatMayNotCommentIsRemembered(t *testing.T) {
	for granted, want := range map[string]string{
		"instagram_business_basic,instagram_business_content_publish":                                    "off",
		"instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments": "",
	} {
		b := newBench(t)
		b.Grant(granted)
		step, to := b.agreed(instagramtest.Secret)
		step = b.answer(step, map[string]string{"address": to})
		if step.Account == nil || step.Account.Options["comments"] != want {
			t.Errorf("with %s: %+v", granted, step)
		}
	}
}

func TestATokenOfTheDashboardIsRenewedInADay(t *testing.T) {
	b := newBench(t)
	step := b.answer(b.answer(network.Step{}, nil), map[string]string{"token": "Bearer " + instagramtest.GoodToken})
	if step.Account == nil {
		t.Fatal(step.Message)
	}
	if in := time.Until(step.Account.Expires); in < 24*time.Hour || in > 26*time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := instagram.At(b.URL)
	a := *step.Account
	for _, body := range []string{"<html>", `{"access_token":"x","token_type":"bearer"}`, `{"access_token":"IGAAlonglivedtokenZD1"}`, "{}"} {
		b.Instead("GET /refresh_access_token", instagramtest.Answer{Status: 200, Body: body})
		b.calls.Forget()
		if _, err := n.Refresh(t.Context(), b.calls, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
	b.Instead("GET /refresh_access_token", instagramtest.Answer{Status: 200, Body: `{"access_token":"IGAAlonglivedtokenZD1","token_type":"bearer"}`})
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
		before func(s *instagramtest.Server)
		change func(back url.Values)
		reason network.Reason
	}{
		{"denied", instagramtest.Secret, (*instagramtest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", instagramtest.Secret, nil, func(q url.Values) { q.Set("state", "x") }, network.ReasonSignIn},
		{"no code", instagramtest.Secret, nil, func(q url.Values) { q.Del("code") }, network.ReasonSignIn},
		{"another error", instagramtest.Secret, nil, func(q url.Values) { q.Set("error", "server_error") }, network.ReasonSignIn},
		{"a wrong secret", "anothersecret0123", nil, nil, network.ReasonRefused},
		{"too little", instagramtest.Secret, func(s *instagramtest.Server) { s.Grant("instagram_business_basic") }, nil, network.ReasonNotAllowed},
		{"no token", instagramtest.Secret, func(s *instagramtest.Server) {
			s.Instead("POST /oauth/access_token", instagramtest.Answer{Status: 200, Body: "{}"})
		}, nil, network.ReasonNotUnderstood},
		{"it asks to wait", instagramtest.Secret, func(s *instagramtest.Server) {
			s.Instead("POST /oauth/access_token", instagramtest.Answer{Status: 429})
		}, nil, network.ReasonWait},
		{"no lasting token", instagramtest.Secret, func(s *instagramtest.Server) {
			s.Instead("GET /access_token", instagramtest.Answer{Status: 400, Body: said(190, 0)})
		}, nil, network.ReasonSignIn},
		{"a personal account", instagramtest.Secret, func(s *instagramtest.Server) { s.Kind("PERSONAL") }, nil, network.ReasonWrongKind},
		{"an answer of nobody's", instagramtest.Secret, func(s *instagramtest.Server) {
			s.Instead("GET /me", instagramtest.Answer{Status: 200, Body: `{"user_id":"x","username":"kari"}`})
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
	step, _ := b.agreed(instagramtest.Secret)
	for _, address := range []string{"", "AQBx", "https://evil.example/?code=x", instagramtest.Redirect + "?code=1;2&%zz"} {
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
		{map[string]string{"token": "IGAA&access_token=x0123456789"}, network.ReasonMalformed, "token"},
		{map[string]string{"app_secret": instagramtest.Secret}, network.ReasonMissing, "app_id"},
		{map[string]string{"app_id": "my app", "app_secret": "x"}, network.ReasonMalformed, "app_id"},
		{map[string]string{"app_id": instagramtest.App}, network.ReasonMissing, "app_secret"},
		{map[string]string{"app_id": instagramtest.App, "app_secret": "a&b=c0123456789"}, network.ReasonMalformed, "app_secret"},
		{map[string]string{"app_id": instagramtest.App, "app_secret": instagramtest.Secret, "redirect": "http://localhost/"}, network.ReasonMalformed, "redirect"},
		{map[string]string{"token": "IGAAanothertokenZDZDZD"}, network.ReasonRefused, "token"},
	} {
		step := b.answer(first, c.answers)
		if step.Reason != c.reason || step.About != c.about || step.Message == "" || step.Account != nil {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	b.Instead("GET /me", instagramtest.Answer{Status: 200, Body: `{"data":[{"user_id":17841405822304914,"username":"kari.bakes"}]}`})
	if step := b.answer(first, map[string]string{"token": instagramtest.GoodToken}); step.Account == nil || step.Account.RemoteID != instagramtest.ID || step.Account.Name != "kari.bakes" {
		t.Errorf("an account in a list: %+v", step)
	}
}
