package pinterest_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

// answer gives one turn its answers.
func answer(t *testing.T, s *pinteresttest.Server, before network.Step, answers map[string]string) network.Step {
	t.Helper()
	if answers == nil {
		answers = map[string]string{}
	}
	answers["redirect_uri"] = pinteresttest.Redirect
	step, err := pinterest.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
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
	if err != nil || !strings.HasPrefix(to.String(), pinteresttest.Redirect) {
		t.Fatalf("the page answers %d and leads to %v", response.StatusCode, to)
	}
	back := map[string]string{}
	for name, values := range to.Query() {
		back[name] = values[0]
	}
	return back
}

// agreed leads a sign-in up to the browser's answer.
func agreed(t *testing.T, s *pinteresttest.Server, secret string) (network.Step, map[string]string) {
	t.Helper()
	step := answer(t, s, answer(t, s, network.Step{}, nil), map[string]string{"app": pinteresttest.App, "secret": secret})
	if step.Browse == "" || strings.Contains(step.Browse, secret) {
		t.Fatalf("the browser is sent to %q: %s", step.Browse, step.Message)
	}
	return step, browse(t, step.Browse)
}

func TestSigningInByTheBrowserEndsInASectionThatRenewsItself(t *testing.T) {
	s := pinteresttest.New(t)
	step, back := agreed(t, s, pinteresttest.Secret)
	step = answer(t, s, step, back)
	if len(step.Ask) != 2 || step.Ask[0].Default != "Summer recipes" || step.Message != "" {
		t.Fatalf("the board is asked for as %+v: %s", step.Ask, step.Message)
	}
	step = answer(t, s, step, map[string]string{"board": "https://no.pinterest.com/kari_bakes/summer-recipes/", "section": "salads"})
	if step.Account == nil {
		t.Fatalf("it ended at %q: %s", step.Name, step.Message)
	}
	a := *step.Account
	if a.RemoteID != pinteresttest.User+"/"+pinteresttest.Board+"/"+pinteresttest.Section || a.Handle != pinteresttest.Username || a.Name != "Summer recipes · Salads" {
		t.Errorf("connected as %+v", a)
	}
	if in := time.Until(a.Expires); in < 28*24*time.Hour || in > 30*24*time.Hour {
		t.Errorf("it is to be renewed in %v", in)
	}
	fresh, err := pinterest.New().Refresh(t.Context(), calls(nil), a)
	if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || fresh.Secret.Field("refresh") == a.Secret.Field("refresh") || fresh.Expires.IsZero() {
		t.Fatalf("renewed: %v", err)
	}
	if _, err := pinterest.New().Verify(t.Context(), calls(nil), fresh); err != nil {
		t.Errorf("the new token: %v", err)
	}
	if _, err := pinterest.New().Refresh(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("a refresh token that was used: %v", err)
	}
	for _, body := range []string{"<html>", `{"access_token":"x"`, `{"access_token":"a b","token_type":"bearer"}`, "{}"} {
		s.Instead("POST /v5/oauth/token", pinteresttest.Answer{Status: 200, Body: body})
		if _, err := pinterest.New().Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *pinteresttest.Server)
		change func(back map[string]string)
		reason network.Reason
	}{
		{"denied", pinteresttest.Secret, (*pinteresttest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", pinteresttest.Secret, nil, func(b map[string]string) { b["state"] = "x" }, network.ReasonSignIn},
		{"no code", pinteresttest.Secret, nil, func(b map[string]string) { delete(b, "code") }, network.ReasonSignIn},
		{"a wrong key", "another-secret-key", nil, nil, network.ReasonRefused},
		{"too little", pinteresttest.Secret, func(s *pinteresttest.Server) { s.Grant("boards:read,pins:read") }, nil, network.ReasonNotAllowed},
	} {
		s := pinteresttest.New(t)
		if c.before != nil {
			c.before(s)
		}
		step, back := agreed(t, s, c.secret)
		if c.change != nil {
			c.change(back)
		}
		if step = answer(t, s, step, back); step.Reason != c.reason || step.Message == "" || len(step.Ask) != 3 || step.Account != nil {
			t.Errorf("%s: %q for %q", c.name, step.Message, step.Reason)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := pinteresttest.New(t)
	first := answer(t, s, network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "app"},
		{map[string]string{"app": "my app"}, network.ReasonMalformed, "app"},
		{map[string]string{"app": pinteresttest.App}, network.ReasonMissing, "secret"},
		{map[string]string{"app": pinteresttest.App, "secret": "a b"}, network.ReasonMalformed, "secret"},
		{map[string]string{"token": "a b"}, network.ReasonMalformed, "token"},
		{map[string]string{"token": "unknown"}, network.ReasonRefused, "token"},
	} {
		if step := answer(t, s, first, c.answers); step.Reason != c.reason || step.About != c.about || step.Message == "" {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	boards := answer(t, s, first, map[string]string{"token": "Bearer " + pinteresttest.GoodToken})
	for _, c := range []struct {
		board, section string
		reason         network.Reason
		about          string
	}{
		{"", "", network.ReasonMissing, "board"},
		{"Autumn", "", network.ReasonNotFound, "board"},
		{"https://www.pinterest.com/kari_bakes/", "", network.ReasonNotFound, "board"},
		{"Summer recipes", "Cakes", network.ReasonNotFound, "section"},
	} {
		step := answer(t, s, boards, map[string]string{"board": c.board, "section": c.section})
		if step.Reason != c.reason || step.About != c.about || step.Message == "" || step.Carry.IsZero() {
			t.Errorf("%q %q: %q for %q about %q", c.board, c.section, step.Message, step.Reason, step.About)
		}
	}
	for _, named := range []string{"Summer recipes", "summer RECIPES", pinteresttest.Board, "https://www.pinterest.com/kari_bakes/summer-recipes"} {
		step := answer(t, s, boards, map[string]string{"board": named})
		if step.Account == nil || step.Account.RemoteID != pinteresttest.User+"/"+pinteresttest.Board || !step.Account.Expires.IsZero() {
			t.Errorf("%q: %q", named, step.Message)
			continue
		}
		if _, err := pinterest.New().Refresh(t.Context(), calls(nil), *step.Account); network.KindOf(err) != network.Reauth {
			t.Errorf("a pasted token is renewed: %v", err)
		}
	}
}

func TestWithoutABrowserATokenIsAskedFor(t *testing.T) {
	s := pinteresttest.New(t)
	step, err := pinterest.At(s.URL).Connect(context.Background(), calls(nil), network.Step{
		Name: "app", Answers: map[string]string{"app": pinteresttest.App, "secret": pinteresttest.Secret},
	})
	if err != nil || step.Browse != "" || step.Reason != network.ReasonMissing || step.About != "token" {
		t.Errorf("step %+v, %v", step, err)
	}
}

func TestABoardThatCannotBeReadIsNotConnected(t *testing.T) {
	s := pinteresttest.New(t)
	boards := answer(t, s, network.Step{Name: "app"}, map[string]string{"token": pinteresttest.GoodToken})
	for _, a := range []pinteresttest.Answer{
		{Status: 403, Body: `{"code":3,"message":"Authorization failed."}`}, {Status: 200, Body: `{}`}, {Status: 200, Body: `<html>`}, {Status: 503},
	} {
		s.Instead("GET /v5/boards/"+pinteresttest.Board+"/pins", a)
		if step := answer(t, s, boards, map[string]string{"board": "Summer recipes"}); step.Account != nil || step.Message == "" || step.Reason == "" {
			t.Errorf("%d %q: %+v", a.Status, a.Body, step)
		}
	}
}

func TestOfTwoBoardsOfOneNameNoneIsTaken(t *testing.T) {
	s := pinteresttest.New(t)
	boards := answer(t, s, network.Step{Name: "app"}, map[string]string{"token": pinteresttest.GoodToken})
	two := pinteresttest.Answer{Status: 200, Body: `{"items":[{"id":"1","name":"Soup!"},{"id":"2","name":"soup"},{"id":"x","name":"Bread"}]}`}
	for named, says := range map[string]string{"SOUP": "several", "https://www.pinterest.com/kari_bakes/soup/": "several", "Bread": "none"} {
		s.Instead("GET /v5/boards", two)
		step := answer(t, s, boards, map[string]string{"board": named})
		if step.Account != nil || step.Reason != network.ReasonNotFound || step.About != "board" || !strings.Contains(step.Message, says) {
			t.Errorf("%q: %+v", named, step)
		}
	}
}

func TestARefreshTokenThatIsNotReplacedStaysGood(t *testing.T) {
	s := pinteresttest.New(t)
	a := s.Account()
	a.Secret = network.SecretOf(map[string]string{
		"token": pinteresttest.GoodToken, "refresh": "the-first-refresh", "app": pinteresttest.App, "app_secret": pinteresttest.Secret,
	})
	s.Instead("POST /v5/oauth/token", pinteresttest.Answer{Status: 200, Body: `{"access_token":"the-second","token_type":"bearer","expires_in":60,"scope":"pins:read"}`})
	fresh, err := pinterest.New().Refresh(t.Context(), calls(nil), a)
	if err != nil || fresh.Secret.Field("token") != "the-second" || fresh.Secret.Field("refresh") != "the-first-refresh" || fresh.Secret.Field("app_secret") != pinteresttest.Secret {
		t.Errorf("renewed with %q, %v", fresh.Secret.Field("refresh"), err)
	}
}
