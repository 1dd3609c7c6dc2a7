package youtube_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

const redirect = "http://127.0.0.1:49152/callback"

// answer gives one turn its answers.
func answer(t *testing.T, s *youtubetest.Server, before network.Step, answers map[string]string) network.Step {
	t.Helper()
	if answers == nil {
		answers = map[string]string{}
	}
	answers["redirect_uri"] = redirect
	step, err := youtube.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// agreed leads a sign-in up to the browser's answer.
func agreed(t *testing.T, s *youtubetest.Server, secret string) (network.Step, map[string]string) {
	t.Helper()
	step := answer(t, s, answer(t, s, network.Step{}, nil), map[string]string{"client": youtubetest.Client, "secret": secret})
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

func TestSigningInEndsInAChannelThatRenewsItself(t *testing.T) {
	s := youtubetest.New(t)
	step, back := agreed(t, s, youtubetest.Secret)
	step = answer(t, s, step, back)
	if step.Account == nil {
		t.Fatalf("it ended at %q: %s", step.Name, step.Message)
	}
	a := *step.Account
	if a.RemoteID != youtubetest.Channel || a.Handle != youtubetest.Handle || a.Name != youtubetest.Title || a.Options["client"] != youtubetest.Client {
		t.Errorf("connected as %+v", a)
	}
	if in := time.Until(a.Expires); in < 50*time.Minute || in > time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := youtube.At(s.URL)
	fresh, err := n.Refresh(t.Context(), calls(nil), a)
	if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || fresh.Secret.Field("refresh") != a.Secret.Field("refresh") || fresh.Expires.IsZero() {
		t.Fatalf("renewed: %v", err)
	}
	if _, err := n.Verify(t.Context(), calls(nil), fresh); err != nil {
		t.Errorf("the new token: %v", err)
	}
	for _, body := range []string{"<html>", `{"access_token":"x"`, `{"access_token":"a b","token_type":"Bearer"}`, "{}"} {
		s.Instead("POST /token", youtubetest.Answer{Status: 200, Body: body})
		if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
	s.Instead("POST /token", youtubetest.Answer{Status: 401, Body: `{"error":"invalid_client"}`})
	if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("an application that is gone: %v", err)
	}
	s.Revoke() // as Google does after seven days to an application in testing
	if _, err := n.Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("a sign-in that ended: %v", err)
	}
	if _, err := n.Verify(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *youtubetest.Server)
		change func(back map[string]string)
		reason network.Reason
	}{
		{"denied", youtubetest.Secret, (*youtubetest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", youtubetest.Secret, nil, func(b map[string]string) { b["state"] = "x" }, network.ReasonSignIn},
		{"no code", youtubetest.Secret, nil, func(b map[string]string) { delete(b, "code") }, network.ReasonSignIn},
		{"a wrong secret", "another-secret-key", nil, nil, network.ReasonRefused},
		{"too little", youtubetest.Secret, func(s *youtubetest.Server) { s.Grant("openid") }, nil, network.ReasonNotAllowed},
		{"no channel", youtubetest.Secret, (*youtubetest.Server).Nobody, nil, network.ReasonNotFound},
		{"no lasting sign-in", youtubetest.Secret, func(s *youtubetest.Server) {
			s.Instead("POST /token", youtubetest.Answer{Status: 200, Body: `{"access_token":"x","token_type":"Bearer"}`})
		}, nil, network.ReasonSignIn},
		{"the API is not switched on", youtubetest.Secret, func(s *youtubetest.Server) {
			s.Instead("GET /youtube/v3/channels", youtubetest.Answer{Status: 403, Body: reason("accessNotConfigured")})
		}, nil, network.ReasonNotAllowed},
		{"an answer of nobody's", youtubetest.Secret, func(s *youtubetest.Server) {
			s.Instead("GET /youtube/v3/channels", youtubetest.Answer{Status: 200, Body: `{"items":[]}`})
		}, nil, network.ReasonNotUnderstood},
	} {
		s := youtubetest.New(t)
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
	s := youtubetest.New(t)
	first := answer(t, s, network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "client"},
		{map[string]string{"client": "my app"}, network.ReasonMalformed, "client"},
		{map[string]string{"client": youtubetest.Client}, network.ReasonMissing, "secret"},
		{map[string]string{"client": youtubetest.Client, "secret": "a b"}, network.ReasonMalformed, "secret"},
	} {
		if step := answer(t, s, first, c.answers); step.Reason != c.reason || step.About != c.about || step.Message == "" {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
}

func TestDeleteAndVerify(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	j := calls(files)
	r := must(t, j, s.Account(), plan(files, "gone"))
	for range 2 { // what is gone is success
		if err := youtube.New().Delete(t.Context(), calls(files), s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Videos()); n != 0 {
		t.Errorf("%d videos are left", n)
	}
	s.Instead("DELETE /youtube/v3/videos", youtubetest.Answer{Status: 404, Body: "<html>"})
	if err := youtube.New().Delete(t.Context(), calls(files), s.Account(), r); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a page that is not found: %v", err)
	}
	old := s.Account()
	old.Handle, old.Name = "before", "before"
	a, err := youtube.New().Verify(t.Context(), j, old)
	if err != nil || a.Handle != youtubetest.Handle || a.Name != youtubetest.Title {
		t.Errorf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = "UC" + strings.Repeat("x", 22)
	if _, err := youtube.New().Verify(t.Context(), j, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another channel's token: %v", err)
	}
	if _, err := youtube.New().Publish(t.Context(), calls(files), other, plan(files, "elsewhere")); network.KindOf(err) != network.Reauth || len(s.Posts()) != 0 {
		t.Errorf("on another channel: %v", err)
	}
}
