package googlebusiness_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
)

// talk gives one turn its answers.
func talk(t *testing.T, s *googlebusinesstest.Server, before network.Step, answers map[string]string) network.Step {
	t.Helper()
	if answers == nil {
		answers = map[string]string{}
	}
	answers["redirect_uri"] = googlebusinesstest.Redirect
	step, err := googlebusiness.At(s.URL).Connect(t.Context(), calls(), network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// browse opens an address once and returns what comes back to the application.
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
	to, err := url.Parse(response.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), googlebusinesstest.Redirect) {
		t.Fatalf("the page answers %d and leads to %v", response.StatusCode, to)
	}
	back := map[string]string{}
	for name, values := range to.Query() {
		back[name] = values[0]
	}
	return back
}

// agreed leads a sign-in up to the browser's answer.
func agreed(t *testing.T, s *googlebusinesstest.Server, secret string) (network.Step, map[string]string) {
	t.Helper()
	step := talk(t, s, talk(t, s, network.Step{}, nil), map[string]string{"client_id": googlebusinesstest.Client, "client_secret": secret})
	if step.Browse == "" || strings.Contains(step.Browse, secret) {
		t.Fatalf("the browser is sent to %q: %s", step.Browse, step.Message)
	}
	return step, browse(t, step.Browse)
}

// asked leads a sign-in up to the question for the location.
func asked(t *testing.T, s *googlebusinesstest.Server) network.Step {
	t.Helper()
	step, back := agreed(t, s, googlebusinesstest.Secret)
	if step = talk(t, s, step, back); len(step.Ask) != 1 || step.Ask[0].Default != googlebusinesstest.Title || step.Message != "" {
		t.Fatalf("asked is %+v: %s", step.Ask, step.Message)
	}
	return step
}

func TestSigningInByTheBrowserEndsInALocationThatRenewsItself(t *testing.T) {
	s := googlebusinesstest.New(t)
	place := asked(t, s)
	for named, location := range map[string]string{
		"the lamp shop": googlebusinesstest.LocationID, "LAMP1": googlebusinesstest.LocationID, googlebusinesstest.Other: googlebusinesstest.Other,
		"The Lamp Shop (Harbour)": googlebusinesstest.Other, "locations/" + googlebusinesstest.Other: googlebusinesstest.Other,
	} {
		step := talk(t, s, place, map[string]string{"location": named})
		if step.Account == nil || step.Account.RemoteID != googlebusinesstest.AccountID+"/"+location {
			t.Errorf("%q: %+v %q", named, step.Account, step.Message)
		}
	}
	a := *talk(t, s, place, map[string]string{"location": googlebusinesstest.Title}).Account
	if a.Handle != googlebusinesstest.Title || a.Options["client"] != googlebusinesstest.Client {
		t.Errorf("connected as %+v", a)
	}
	if in := time.Until(a.Expires); in < 50*time.Minute || in > time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	n := googlebusiness.New()
	fresh, err := n.Refresh(t.Context(), calls(), a)
	if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || fresh.Secret.Field("refresh") != a.Secret.Field("refresh") || fresh.Expires.IsZero() {
		t.Fatalf("renewed: %v", err)
	}
	if _, err := n.Verify(t.Context(), calls(), fresh); err != nil {
		t.Errorf("the new token: %v", err)
	}
	for _, body := range []string{"<html>", `{"access_token":"x"`, `{"access_token":"a b","token_type":"bearer"}`, "{}"} {
		s.Instead("POST /token", googlebusinesstest.Answer{Status: 200, Body: body})
		if _, err := n.Refresh(t.Context(), calls(), fresh); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
	s.Revoke()
	if _, err := n.Refresh(t.Context(), calls(), a); network.KindOf(err) != network.Reauth {
		t.Errorf("a refresh token that ended: %v", err)
	}
	a.Options = nil
	if _, err := n.Refresh(t.Context(), calls(), a); network.KindOf(err) != network.Reauth {
		t.Errorf("without an application: %v", err)
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *googlebusinesstest.Server)
		change func(back map[string]string)
		reason network.Reason
	}{
		{"denied", googlebusinesstest.Secret, (*googlebusinesstest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", googlebusinesstest.Secret, nil, func(b map[string]string) { b["state"] = "x" }, network.ReasonSignIn},
		{"no code", googlebusinesstest.Secret, nil, func(b map[string]string) { delete(b, "code") }, network.ReasonSignIn},
		{"a wrong code", googlebusinesstest.Secret, nil, func(b map[string]string) { b["code"] = "old" }, network.ReasonRefused},
		{"a wrong secret", "GOCSPX-another", nil, nil, network.ReasonRefused},
		{"too little", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) { s.Grant("openid") }, nil, network.ReasonNotAllowed},
		{"nothing lasting", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) {
			s.Instead("POST /token", googlebusinesstest.Answer{Status: 200, Body: `{"access_token":"x","token_type":"Bearer","expires_in":3599}`})
		}, nil, network.ReasonSignIn},
		{"no approval", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) {
			s.Instead("GET /v1/accounts", googlebusinesstest.Answer{Status: 403, Body: no("PERMISSION_DENIED")})
		}, nil, network.ReasonNotAllowed},
		{"a quota of nothing", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) {
			s.Instead("GET /v1/accounts", googlebusinesstest.Answer{Status: 429, Body: no("RESOURCE_EXHAUSTED")})
		}, nil, network.ReasonNotAllowed},
		{"no business", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) {
			s.Instead("GET /v1/accounts", googlebusinesstest.Answer{Status: 200, Body: "{}"})
		}, nil, network.ReasonNotFound},
		{"nonsense", googlebusinesstest.Secret, func(s *googlebusinesstest.Server) {
			s.Instead("GET /v1/accounts", googlebusinesstest.Answer{Status: 200, Body: `{"accounts":[{"name":"accounts/../1"}]}`})
		}, nil, network.ReasonNotUnderstood},
	} {
		s := googlebusinesstest.New(t)
		if c.before != nil {
			c.before(s)
		}
		step, back := agreed(t, s, c.secret)
		if c.change != nil {
			c.change(back)
		}
		if step = talk(t, s, step, back); step.Reason != c.reason || step.Message == "" || len(step.Ask) != 2 || step.Account != nil {
			t.Errorf("%s: %q for %q", c.name, step.Message, step.Reason)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := googlebusinesstest.New(t)
	first := talk(t, s, network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "client_id"},
		{map[string]string{"client_id": "my app"}, network.ReasonMalformed, "client_id"},
		{map[string]string{"client_id": googlebusinesstest.Client}, network.ReasonMissing, "client_secret"},
		{map[string]string{"client_id": googlebusinesstest.Client, "client_secret": "a b"}, network.ReasonMalformed, "client_secret"},
	} {
		if step := talk(t, s, first, c.answers); step.Reason != c.reason || step.About != c.about || step.Message == "" {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	place := asked(t, s)
	for named, reason := range map[string]network.Reason{"": network.ReasonMissing, "The Book Shop": network.ReasonNotFound, "!": network.ReasonNotFound} {
		if step := talk(t, s, place, map[string]string{"location": named}); step.Reason != reason || step.About != "location" || step.Message == "" || step.Carry.IsZero() {
			t.Errorf("%q: %q for %q about %q", named, step.Message, step.Reason, step.About)
		}
	}
	posts := "GET /v4/accounts/" + googlebusinesstest.AccountID + "/locations/" + googlebusinesstest.LocationID + "/localPosts"
	for _, a := range []googlebusinesstest.Answer{{Status: 403, Body: no("PERMISSION_DENIED")}, {Status: 200, Body: "<html>"}, {Status: 503}} {
		s.Instead(posts, a)
		if step := talk(t, s, place, map[string]string{"location": googlebusinesstest.Title}); step.Account != nil || step.Reason == "" || step.Message == "" {
			t.Errorf("posts that cannot be read (%d): %+v", a.Status, step)
		}
	}
	two := `{"locations":[{"name":"locations/1","title":"Lamps!"},{"name":"locations/2","title":"lamps"}]}`
	s.Instead("GET /v1/accounts/"+googlebusinesstest.AccountID+"/locations", googlebusinesstest.Answer{Status: 200, Body: two})
	if step := talk(t, s, place, map[string]string{"location": "Lamps"}); step.Account != nil || step.Reason != network.ReasonNotFound || !strings.Contains(step.Message, "Several") {
		t.Errorf("two of one name: %+v", step)
	}
}

func TestWithoutABrowserNothingBegins(t *testing.T) {
	s := googlebusinesstest.New(t)
	step, err := googlebusiness.At(s.URL).Connect(t.Context(), calls(), network.Step{
		Name: "app", Answers: map[string]string{"client_id": googlebusinesstest.Client, "client_secret": googlebusinesstest.Secret},
	})
	if err != nil || step.Browse != "" || step.Reason != network.ReasonSignIn {
		t.Errorf("step %+v, %v", step, err)
	}
}
