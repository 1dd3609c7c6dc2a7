package tiktok_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

const redirect = "http://127.0.0.1:49152/callback/"

// answer gives one turn its answers.
func answer(t *testing.T, s *tiktoktest.Server, before network.Step, answers map[string]string) network.Step {
	t.Helper()
	if answers == nil {
		answers = map[string]string{}
	}
	answers["redirect_uri"] = redirect
	step, err := tiktok.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// agreed leads a sign-in up to the browser's answer.
func agreed(t *testing.T, s *tiktoktest.Server, secret string) (network.Step, map[string]string) {
	t.Helper()
	step := answer(t, s, answer(t, s, network.Step{}, nil), map[string]string{"client": tiktoktest.Client, "secret": secret})
	if step.Browse == "" || strings.Contains(step.Browse, secret) {
		t.Fatalf("the browser is sent to %q: %s", step.Browse, step.Message)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, step.Browse, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), redirect) {
		t.Fatalf("the page answers %d and leads to %v", response.StatusCode, to)
	}
	back := map[string]string{}
	for name, values := range to.Query() {
		back[name] = values[0]
	}
	return step, back
}

// The challenge is the hash in hexadecimal, which no other network has: that of RFC 7636's own verifier.
func TestTheChallengeIsHexadecimal(t *testing.T) {
	s := tiktoktest.New(t)
	step := answer(t, s, answer(t, s, network.Step{}, nil), map[string]string{"client": tiktoktest.Client, "secret": tiktoktest.Secret})
	u, err := url.Parse(step.Browse)
	if err != nil {
		t.Fatal(err)
	}
	challenge := u.Query().Get("code_challenge")
	if len(challenge) != 64 || strings.Trim(challenge, "0123456789abcdef") != "" {
		t.Errorf("the challenge is %q", challenge)
	}
	if verifier := step.Carry.Field("verifier"); len(verifier) < 43 || strings.Contains(step.Browse, verifier) {
		t.Error("the verifier is too short, or shown")
	}
}

func TestSigningInEndsInAnAccountThatRenewsItself(t *testing.T) {
	s := tiktoktest.New(t)
	step, back := agreed(t, s, tiktoktest.Secret)
	step = answer(t, s, step, back)
	if step.Account == nil {
		t.Fatalf("it ended at %q: %s", step.Name, step.Message)
	}
	a := *step.Account
	if a.RemoteID != tiktoktest.OpenID || a.Handle != tiktoktest.Username || a.Name != tiktoktest.Nickname {
		t.Errorf("connected as %+v", a)
	}
	if in := time.Until(a.Expires); in < 100*time.Minute || in > 2*time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := tiktok.At(s.URL)
	fresh, err := n.Refresh(t.Context(), calls(nil), a)
	if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || fresh.Secret.Field("refresh") == a.Secret.Field("refresh") || fresh.Expires.IsZero() {
		t.Fatalf("renewed: %v", err)
	}
	if _, err := n.Verify(t.Context(), calls(nil), fresh); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if _, err := n.Refresh(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("a refresh token that was used: %v", err)
	}
	const path = "POST /v2/oauth/token/"
	for _, body := range []string{"<html>", `{"access_token":"x"`, `{"access_token":"a b","token_type":"Bearer"}`, "{}", `{"error":""}`} {
		s.Instead(path, tiktoktest.Answer{Status: 200, Body: body})
		if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
	s.Instead(path, tiktoktest.Answer{Status: 200, Body: `{"access_token":"x","token_type":"Bearer"}`})
	if kept, err := n.Refresh(t.Context(), calls(nil), fresh); err != nil || kept.Secret.Field("refresh") != fresh.Secret.Field("refresh") {
		t.Errorf("without a new refresh token: %v", err)
	}
	for _, status := range []int{200, 400, 401} {
		s.Instead(path, tiktoktest.Answer{Status: status, Body: `{"error":"invalid_client","error_description":"Client key or secret is incorrect.","log_id":"1"}`})
		if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
			t.Errorf("an application that is gone, with the status %d: %v", status, err)
		}
	}
	s.Oddly()
	s.Revoke()
	if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("a sign-in that ended: %v", err)
	}
	if _, err := n.Verify(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
	fresh.Secret = network.SecretOf(map[string]string{"token": "x"})
	if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("without a refresh token: %v", err)
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *tiktoktest.Server)
		change func(back map[string]string)
		reason network.Reason
	}{
		{"denied", tiktoktest.Secret, (*tiktoktest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", tiktoktest.Secret, nil, func(b map[string]string) { b["state"] = "x" }, network.ReasonSignIn},
		{"no code", tiktoktest.Secret, nil, func(b map[string]string) { delete(b, "code") }, network.ReasonSignIn},
		{"a scope that the app has not", tiktoktest.Secret, nil, func(b map[string]string) { b["error"] = "invalid_scope" }, network.ReasonSignIn},
		{"a wrong secret", "another-secret-key", nil, nil, network.ReasonRefused},
		{"a wrong secret, with the status 200", "another-secret-key", (*tiktoktest.Server).Oddly, nil, network.ReasonRefused},
		{"too little", tiktoktest.Secret, func(s *tiktoktest.Server) { s.Grant("user.info.basic") }, nil, network.ReasonNotAllowed},
		{"nothing of the account", tiktoktest.Secret, func(s *tiktoktest.Server) { s.Grant("video.publish,video.upload") }, nil, network.ReasonNotAllowed},
		{"no lasting sign-in", tiktoktest.Secret, func(s *tiktoktest.Server) {
			s.Instead("POST /v2/oauth/token/", tiktoktest.Answer{Status: 200, Body: `{"access_token":"x","token_type":"Bearer"}`})
		}, nil, network.ReasonSignIn},
		{"an account that is not shown", tiktoktest.Secret, func(s *tiktoktest.Server) {
			s.Instead("GET /v2/user/info/", tiktoktest.Answer{Status: 401, Body: said("scope_not_authorized")})
		}, nil, network.ReasonNotAllowed},
		{"an answer of nobody's", tiktoktest.Secret, func(s *tiktoktest.Server) {
			s.Instead("GET /v2/user/info/", tiktoktest.Answer{Status: 200, Body: `{"data":{"user":{}},"error":{"code":"ok"}}`})
		}, nil, network.ReasonNotUnderstood},
		{"a creator of nobody's", tiktoktest.Secret, func(s *tiktoktest.Server) {
			s.Instead("POST /v2/post/publish/creator_info/query/", tiktoktest.Answer{Status: 200, Body: `<html>`})
		}, nil, network.ReasonNotUnderstood},
	} {
		s := tiktoktest.New(t)
		if c.before != nil {
			c.before(s)
		}
		step, back := agreed(t, s, c.secret)
		if c.change != nil {
			c.change(back)
		}
		if step = answer(t, s, step, back); step.Reason != c.reason || step.Message == "" || len(step.Ask) != 2 || step.Account != nil {
			t.Errorf("%s: %q for %q", c.name, step.Message, step.Reason)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := tiktoktest.New(t)
	first := answer(t, s, network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "client"},
		{map[string]string{"client": "my app"}, network.ReasonMalformed, "client"},
		{map[string]string{"client": tiktoktest.Client}, network.ReasonMissing, "secret"},
		{map[string]string{"client": tiktoktest.Client, "secret": "a b"}, network.ReasonMalformed, "secret"},
	} {
		if step := answer(t, s, first, c.answers); step.Reason != c.reason || step.About != c.about || step.Message == "" {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	step, err := tiktok.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: map[string]string{"client": tiktoktest.Client, "secret": "x"}})
	if err != nil || step.Reason != network.ReasonSignIn {
		t.Errorf("without a browser: %q, %v", step.Message, err)
	}
}

// Who let the application only fill the inbox can do that, and has no name in an address.
func TestAnApplicationForTheInboxAlone(t *testing.T) {
	s := tiktoktest.New(t)
	s.Grant("user.info.basic,video.upload")
	step, back := agreed(t, s, tiktoktest.Secret)
	step = answer(t, s, step, back)
	if step.Account == nil || step.Account.Handle != "" || step.Account.Name != tiktoktest.Nickname {
		t.Fatalf("it ended at %q: %s", step.Name, step.Message)
	}
	limits, err := tiktok.New().Limits(t.Context(), calls(nil), *step.Account)
	if err != nil || limits.Media.VideoMs != 600_000 {
		t.Errorf("its videos have %d ms, %v", limits.Media.VideoMs, err)
	}
}

func TestTheAccountSaysHowLongAVideoMayBe(t *testing.T) {
	s := tiktoktest.New(t)
	n := tiktok.New()
	limits, err := n.Limits(t.Context(), calls(nil), s.Account())
	if err != nil || limits.Media.VideoMs != 300_000 || limits.Text.Video != 2200 || limits.Media.Max != 35 {
		t.Errorf("its limits are %+v, %v", limits, err)
	}
	s.Instead("POST /v2/post/publish/creator_info/query/", tiktoktest.Answer{Status: 503})
	if _, err := n.Limits(t.Context(), calls(nil), s.Account()); err == nil {
		t.Error("a server that is down has limits")
	}
}

func TestATokenOfAnotherAccountIsRefused(t *testing.T) {
	s := tiktoktest.New(t)
	old := s.Account()
	old.Handle, old.Name = "before", "before"
	a, err := tiktok.New().Verify(t.Context(), calls(nil), old)
	if err != nil || a.Handle != tiktoktest.Username || a.Name != tiktoktest.Nickname {
		t.Errorf("verified as %+v, %v", a, err)
	}
	old.RemoteID = "another"
	if _, err := tiktok.New().Verify(t.Context(), calls(nil), old); network.KindOf(err) != network.Reauth {
		t.Errorf("another account's token: %v", err)
	}
}
