package reddit_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/reddit/reddittest"
)

// talk gives one turn its answers.
func talk(t *testing.T, s *reddittest.Server, before network.Step, answers map[string]string) network.Step {
	t.Helper()
	if answers == nil {
		answers = map[string]string{}
	}
	answers["redirect_uri"] = reddittest.Redirect
	step, err := reddit.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: before.Name, Answers: answers, Carry: before.Carry})
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
	if err != nil || !strings.HasPrefix(to.String(), reddittest.Redirect) {
		t.Fatalf("the page answers %d and leads to %v", response.StatusCode, to)
	}
	back := map[string]string{}
	for name, values := range to.Query() {
		back[name] = values[0]
	}
	return back
}

// agreed leads a sign-in up to the browser's answer.
func agreed(t *testing.T, s *reddittest.Server, secret string) (network.Step, map[string]string) {
	t.Helper()
	step := talk(t, s, talk(t, s, network.Step{}, nil), map[string]string{"client": reddittest.Client, "owner": "u/" + reddittest.Owner, "secret": secret})
	if step.Browse == "" || secret != "" && strings.Contains(step.Browse, secret) {
		t.Fatalf("the browser is sent to %q: %s", step.Browse, step.Message)
	}
	return step, browse(t, step.Browse)
}

// asked leads a sign-in up to the question where to post.
func asked(t *testing.T, s *reddittest.Server) network.Step {
	t.Helper()
	step, back := agreed(t, s, "")
	if step = talk(t, s, step, back); len(step.Ask) != 1 || step.Ask[0].Default != "u/"+reddittest.User || step.Message != "" {
		t.Fatalf("asked is %+v: %s", step.Ask, step.Message)
	}
	return step
}

func TestSigningInByTheBrowserEndsInACommunityThatRenewsItself(t *testing.T) {
	for _, secret := range []string{"", "reddittest-secret-0123456789"} {
		s := reddittest.New(t)
		s.Secret(secret)
		step, back := agreed(t, s, secret)
		step = talk(t, s, talk(t, s, step, back), map[string]string{"community": "https://www.reddit.com/r/geraniums/"})
		if step.Account == nil {
			t.Fatalf("it ended at %q: %s", step.Name, step.Message)
		}
		a := *step.Account
		if a.RemoteID != reddittest.UserID+"/geraniums" || a.Handle != "r/Geraniums" || a.Name != "Geraniums, mostly · kari_bakes" || a.Limits.Media.Max != 20 {
			t.Errorf("connected as %+v", a)
		}
		if in := time.Until(a.Expires); in < 50*time.Minute || in > time.Hour {
			t.Errorf("it is to be renewed in %v", in)
		}
		fresh, err := reddit.New().Refresh(t.Context(), calls(nil), a)
		if err != nil || fresh.Secret.Field("token") == a.Secret.Field("token") || fresh.Secret.Field("refresh") != a.Secret.Field("refresh") || fresh.Expires.IsZero() {
			t.Fatalf("renewed: %v", err)
		}
		s.Rotate()
		if fresh, err = reddit.New().Refresh(t.Context(), calls(nil), fresh); err != nil || fresh.Secret.Field("refresh") == a.Secret.Field("refresh") {
			t.Errorf("a refresh token that is replaced: %v", err)
		}
		if _, err := reddit.New().Verify(t.Context(), calls(nil), fresh); err != nil {
			t.Errorf("the new token: %v", err)
		}
		if _, err := reddit.New().Refresh(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("a refresh token that ended: %v", err)
		}
		for _, body := range []string{"<html>", `{"access_token":"x"`, `{"access_token":"a b","token_type":"bearer"}`, "{}", `{"error":"new"}`} {
			s.Instead("POST /api/v1/access_token", reddittest.Answer{Status: 200, Body: body})
			if _, err := reddit.New().Refresh(t.Context(), calls(nil), fresh); network.KindOf(err) != network.Ambiguous {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
}

func TestASignInThatDoesNotEndWellSaysWhy(t *testing.T) {
	for _, c := range []struct {
		name   string
		secret string
		before func(s *reddittest.Server)
		change func(back map[string]string)
		reason network.Reason
	}{
		{"denied", "", (*reddittest.Server).Deny, nil, network.ReasonDenied},
		{"another's answer", "", nil, func(b map[string]string) { b["state"] = "x" }, network.ReasonSignIn},
		{"no code", "", nil, func(b map[string]string) { delete(b, "code") }, network.ReasonSignIn},
		{"a wrong code", "", nil, func(b map[string]string) { b["code"] = "old" }, network.ReasonRefused},
		{"a wrong secret", "another-secret-key", nil, nil, network.ReasonRefused},
		{"too little", "", func(s *reddittest.Server) { s.Grant("identity submit") }, nil, network.ReasonNotAllowed},
		{"nothing lasting", "", func(s *reddittest.Server) {
			s.Instead("POST /api/v1/access_token", reddittest.Answer{Status: 200, Body: `{"access_token":"x","token_type":"bearer","expires_in":3600,"scope":"*"}`})
		}, nil, network.ReasonSignIn},
		{"suspended", "", func(s *reddittest.Server) {
			s.Instead("GET /api/v1/me", reddittest.Answer{Status: 200, Body: `{"id":"a1","name":"kari","is_suspended":true}`})
		}, nil, network.ReasonNotAllowed},
	} {
		s := reddittest.New(t)
		if c.before != nil {
			c.before(s)
		}
		step, back := agreed(t, s, c.secret)
		if c.change != nil {
			c.change(back)
		}
		if step = talk(t, s, step, back); step.Reason != c.reason || step.Message == "" || len(step.Ask) != 3 || step.Account != nil {
			t.Errorf("%s: %q for %q", c.name, step.Message, step.Reason)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := reddittest.New(t)
	first := talk(t, s, network.Step{}, nil)
	for _, c := range []struct {
		answers map[string]string
		reason  network.Reason
		about   string
	}{
		{map[string]string{}, network.ReasonMissing, "client"},
		{map[string]string{"client": "my app"}, network.ReasonMalformed, "client"},
		{map[string]string{"client": reddittest.Client}, network.ReasonMissing, "owner"},
		{map[string]string{"client": reddittest.Client, "owner": "a)\r\nX: y"}, network.ReasonMalformed, "owner"},
		{map[string]string{"client": reddittest.Client, "owner": "kari", "secret": "a b"}, network.ReasonMalformed, "secret"},
	} {
		if step := talk(t, s, first, c.answers); step.Reason != c.reason || step.About != c.about || step.Message == "" {
			t.Errorf("%v: %q for %q about %q", c.answers, step.Message, step.Reason, step.About)
		}
	}
	place := asked(t, s)
	for named, reason := range map[string]network.Reason{
		"": network.ReasonMissing, "r/": network.ReasonMalformed, "a b c": network.ReasonMalformed, "https://example.com/r/geraniums": network.ReasonMalformed,
		"https://www.reddit.com/": network.ReasonMalformed, "m/feed": network.ReasonMalformed, "r/nowhere": network.ReasonNotFound, "r/closed": network.ReasonNotFound,
		"u/somebody": network.ReasonNotAllowed, "r/u_somebody": network.ReasonNotAllowed,
	} {
		if step := talk(t, s, place, map[string]string{"community": named}); step.Reason != reason || step.About != "community" || step.Message == "" || step.Carry.IsZero() {
			t.Errorf("%q: %q for %q about %q", named, step.Message, step.Reason, step.About)
		}
	}
	for named, want := range map[string]string{
		"geraniums": "geraniums", "/r/GERANIUMS/": "geraniums", "https://old.reddit.com/r/Geraniums/top/?t=all": "geraniums",
		"u/kari_bakes": "u_kari_bakes", "https://www.reddit.com/user/Kari_Bakes": "u_kari_bakes", "r/u_kari_bakes": "u_kari_bakes",
	} {
		if step := talk(t, s, place, map[string]string{"community": named}); step.Account == nil || step.Account.RemoteID != reddittest.UserID+"/"+want {
			t.Errorf("%q: %q", named, step.Message)
		}
	}
}

func TestACommunityThatTakesNoPostsIsNotConnected(t *testing.T) {
	for _, c := range []struct {
		field  string
		value  any
		reason network.Reason
	}{
		{"user_is_banned", true, network.ReasonNotAllowed},
		{"subreddit_type", "restricted", network.ReasonNotAllowed},
		{"restrict_posting", true, network.ReasonNotAllowed},
		{"subreddit_type", "archived", network.ReasonWrongKind},
		{"display_name", "Other", network.ReasonNotUnderstood},
		{"user_is_banned", "no", network.ReasonNotUnderstood},
	} {
		s := reddittest.New(t)
		place := asked(t, s)
		s.Says(c.field, c.value)
		if step := talk(t, s, place, map[string]string{"community": "geraniums"}); step.Account != nil || step.Reason != c.reason || step.Message == "" {
			t.Errorf("%s %v: %q for %q", c.field, c.value, step.Message, step.Reason)
		}
	}
	s := reddittest.New(t)
	place := asked(t, s)
	s.Instead("GET /r/geraniums/about", reddittest.Answer{Status: 403, Body: "<html>You've been blocked by network security.</html>"})
	if step := talk(t, s, place, map[string]string{"community": "geraniums"}); step.Account != nil || step.Reason != network.ReasonNotUnderstood {
		t.Errorf("a wall before Reddit: %q for %q", step.Message, step.Reason)
	}
	s.Says("subreddit_type", "restricted")
	s.Says("user_is_contributor", true)
	if step := talk(t, s, place, map[string]string{"community": "geraniums"}); step.Account == nil {
		t.Errorf("an approved user: %q", step.Message)
	}
	for _, a := range []reddittest.Answer{{Status: 403}, {Status: 200, Body: "{}"}, {Status: 503}} {
		s.Instead("GET /user/"+reddittest.User+"/submitted", a)
		if step := talk(t, s, place, map[string]string{"community": "geraniums"}); step.Account != nil || step.Reason == "" {
			t.Errorf("a list that cannot be read (%d): %+v", a.Status, step)
		}
	}
}

func TestACommunitySaysWhichPicturesItTakes(t *testing.T) {
	s := reddittest.New(t)
	limits := func() int {
		t.Helper()
		l, err := reddit.New().Limits(t.Context(), calls(nil), s.Account())
		if err != nil {
			t.Fatal(err)
		}
		return l.Media.Max
	}
	if n := limits(); n != 20 {
		t.Errorf("%d pictures", n)
	}
	s.Says("allow_galleries", false)
	if n := limits(); n != 1 {
		t.Errorf("without galleries: %d pictures", n)
	}
	s.Says("allow_images", false)
	if n := limits(); n != 0 {
		t.Errorf("without pictures: %d", n)
	}
	gone := s.Account()
	gone.RemoteID = reddittest.UserID + "/closed"
	if _, err := reddit.New().Limits(t.Context(), calls(nil), gone); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a community that is not shown: %v", err)
	}
	if _, err := reddit.New().Verify(t.Context(), calls(nil), gone); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a community that is not shown: %v", err)
	}
}

func TestVerify(t *testing.T) {
	s := reddittest.New(t)
	old := s.Account()
	old.Handle, old.Name = "before", "before"
	if a, err := reddit.New().Verify(t.Context(), calls(nil), old); err != nil || a.Handle != "r/Geraniums" || a.Name != "Geraniums, mostly · kari_bakes" {
		t.Errorf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = "other/geraniums"
	if _, err := reddit.New().Verify(t.Context(), calls(nil), other); network.KindOf(err) != network.Reauth {
		t.Errorf("another account's token: %v", err)
	}
	s.Revoke()
	if _, err := reddit.New().Verify(t.Context(), calls(nil), s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
}

func TestWithoutABrowserNothingBegins(t *testing.T) {
	s := reddittest.New(t)
	step, err := reddit.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: map[string]string{"client": reddittest.Client, "owner": "kari"}})
	if err != nil || step.Browse != "" || step.Reason != network.ReasonSignIn {
		t.Errorf("step %+v, %v", step, err)
	}
}
