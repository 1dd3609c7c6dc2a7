package linkedin_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

// answered is the turn that follows the given answers to the first.
func answered(t *testing.T, s *linkedintest.Server, answers map[string]string) network.Step {
	t.Helper()
	return told(t, s, network.Step{Name: "application", Answers: answers})
}

func told(t *testing.T, s *linkedintest.Server, say network.Step) network.Step {
	t.Helper()
	step, err := linkedin.At(s.URL).Connect(t.Context(), calls(nil), say)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

// browse opens LinkedIn's page and returns where it sends the browser.
func browse(t *testing.T, address string) *url.URL {
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
	return back
}

func values(u *url.URL) map[string]string {
	m := map[string]string{}
	for k, v := range u.Query() {
		m[k] = v[0]
	}
	return m
}

// begun is a conversation that stands at LinkedIn's page, with somebody waiting for the browser.
func begun(t *testing.T, s *linkedintest.Server) network.Step {
	t.Helper()
	answers := s.Answers()
	answers["redirect_uri"] = linkedintest.Redirect
	step := answered(t, s, answers)
	if step.Browse == "" || len(step.Ask) != 0 || step.Carry.IsZero() {
		t.Fatalf("step %+v", step)
	}
	return step
}

func TestSigningInWithTheBrowserEndsInAnAccountThatKnowsItsEnd(t *testing.T) {
	for want, s := range map[string]*linkedintest.Server{linkedintest.Member: linkedintest.New(t), linkedintest.Page: linkedintest.NewPage(t)} {
		step := begun(t, s)
		q := browse(t, step.Browse)
		step.Answers = values(q)
		done := told(t, s, step)
		if done.Account == nil || done.Account.RemoteID != want || done.Account.Name != s.Account().Name || done.Account.Handle != s.Account().Handle {
			t.Fatalf("%s: ended at %+v: %s", want, done.Account, done.Message)
		}
		if left := time.Until(done.Account.Expires); left < 59*24*time.Hour || left > 60*24*time.Hour {
			t.Errorf("%s: the token ends in %v", want, left)
		}
		if listed := done.Account.Limits != nil && done.Account.Limits.Reconcile.Shape == network.ShapeLookUp; listed != (want == linkedintest.Page) {
			t.Errorf("%s: limits %+v", want, done.Account.Limits)
		}
		if strings.Contains(step.Browse, linkedintest.Secret) || done.Account.Secret.Field("client_secret") != "" {
			t.Error("the client secret went on")
		}
	}
}

func TestWhereNobodyWaitsTheAddressIsPasted(t *testing.T) {
	s := linkedintest.New(t)
	step := answered(t, s, s.Answers())
	if step.Browse == "" || len(step.Ask) != 1 || step.Ask[0].Key != "address" {
		t.Fatalf("step %+v", step)
	}
	back := browse(t, step.Browse)
	say := func(address string) network.Step {
		step.Answers = map[string]string{"address": address}
		return told(t, s, step)
	}
	for _, wrong := range []string{"", "AQT-code-1", "https://www.linkedin.com/feed/", "http://evil.example/callback?" + back.RawQuery, linkedintest.Redirect + "?code=a&code=b"} {
		if again := say(wrong); again.Account != nil || again.Reason != network.ReasonSignIn || len(again.Ask) == 0 {
			t.Errorf("%q: %+v", wrong, again)
		}
	}
	if done := say(" " + back.String() + "#!\n"); done.Account == nil || done.Account.RemoteID != linkedintest.Member {
		t.Errorf("ended at %q: %s", done.Name, done.Message)
	}
}

func TestAForgedOrRefusedAnswerConnectsNothing(t *testing.T) {
	s := linkedintest.New(t)
	first := begun(t, s)
	good := values(browse(t, first.Browse))
	for name, test := range map[string]struct {
		change func(map[string]string)
		reason network.Reason
	}{
		"another state": {func(m map[string]string) { m["state"] = "forged" }, network.ReasonSignIn},
		"no state":      {func(m map[string]string) { delete(m, "state") }, network.ReasonSignIn},
		"no code":       {func(m map[string]string) { delete(m, "code") }, network.ReasonSignIn},
		"another code":  {func(m map[string]string) { m["code"] = "guessed" }, network.ReasonSignIn},
		"a no":          {func(m map[string]string) { m["error"] = "user_cancelled_authorize" }, network.ReasonDenied},
		"gone away":     {func(m map[string]string) { m["error"] = "user_cancelled_login" }, network.ReasonDenied},
		"no product":    {func(m map[string]string) { m["error"] = "unauthorized_scope_error" }, network.ReasonNotAllowed},
	} {
		say := first
		say.Answers = maps.Clone(good)
		test.change(say.Answers)
		if step := told(t, s, say); step.Account != nil || step.Reason != test.reason || len(step.Ask) == 0 || step.Ask[0].Default != linkedintest.ClientID {
			t.Errorf("%s: %+v", name, step)
		}
	}
	for body, want := range map[string]network.Reason{
		`{"access_token":"AQX","expires_in":5184000,"scope":"openid,profile"}`: network.ReasonNotAllowed,
		`{"access_token":"","expires_in":1}`:                                   network.ReasonSignIn,
		`<html>`:                                                               network.ReasonSignIn,
	} {
		s.Instead("POST /oauth/v2/accessToken", linkedintest.Answer{Status: 200, Body: body})
		say := first
		say.Answers = good
		if step := told(t, s, say); step.Account != nil || step.Reason != want {
			t.Errorf("%s: %+v", body, step)
		}
	}
}

func TestAPastedTokenIsLookedAt(t *testing.T) {
	for _, s := range []*linkedintest.Server{linkedintest.New(t), linkedintest.NewPage(t)} {
		answers := s.Answers()
		answers["token"] = " Bearer " + s.Token() + "\n"
		step := answered(t, s, answers)
		if step.Account == nil || step.Account.RemoteID != s.Account().RemoteID || !step.Account.Expires.Equal(linkedintest.Ends()) {
			t.Fatalf("connected as %+v: %s", step.Account, step.Message)
		}
		answers["client_id"], answers["client_secret"] = "", ""
		step = answered(t, s, answers)
		if step.Account == nil || time.Until(step.Account.Expires) > 60*24*time.Hour || time.Until(step.Account.Expires) < 59*24*time.Hour {
			t.Errorf("without the application: %+v: %s", step.Account, step.Message)
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		key, value, says string
		reason           network.Reason
	}{
		{"client_id", "", "Client ID", network.ReasonMissing},
		{"client_id", "ana@example.com", "no Client ID", network.ReasonMalformed},
		{"client_secret", "", "client secret", network.ReasonMissing},
		{"client_secret", "a b", "no spaces", network.ReasonMalformed},
		{"token", "a b", "no spaces", network.ReasonMalformed},
		{"token", "AQX-unknown", "does not know this token", network.ReasonRefused},
		{"token", "AQX-old-token", "has ended", network.ReasonRefused},
		{"page", "the-square", "no page by its number", network.ReasonMalformed},
		{"page", "https://www.linkedin.com/company/the-square/", "no page by its number", network.ReasonMalformed},
		{"page", "https://www.linkedin.com/in/12345/", "no page by its number", network.ReasonMalformed},
		{"page", "http://www.linkedin.com/company/12345/", "no page by its number", network.ReasonMalformed},
		{"page", "https://linkedin.com.evil.example/company/12345/", "no page by its number", network.ReasonMalformed},
		{"version", "2026", "year and a month", network.ReasonMalformed},
		{"version", "202613", "year and a month", network.ReasonMalformed},
	} {
		s := linkedintest.New(t)
		answers := s.Answers()
		answers[test.key] = test.value
		step := answered(t, s, answers)
		if step.Account != nil || !strings.Contains(step.Message, test.says) || step.Reason != test.reason || step.About != test.key || len(step.Ask) != 5 {
			t.Errorf("%s %q: %q, %q about %q", test.key, test.value, step.Message, step.Reason, step.About)
		}
	}
}

func TestATokenThatMayNotPostIsSaidAtOnce(t *testing.T) {
	s := linkedintest.New(t)
	answers := s.Answers()
	answers["token"] = s.Token()
	s.Grant("openid", "profile")
	if step := answered(t, s, answers); step.Account != nil || step.Reason != network.ReasonNotAllowed || !strings.Contains(step.Message, "w_member_social") {
		t.Errorf("without w_member_social: %+v", step)
	}
	s.Grant("w_member_social")
	if step := answered(t, s, answers); step.Account != nil || step.Reason != network.ReasonRefused || !strings.Contains(step.Message, "openid") {
		t.Errorf("without openid: %+v", step)
	}
	page := linkedintest.NewPage(t)
	answers = page.Answers()
	answers["token"], answers["page"] = page.Token(), linkedintest.OtherPage
	if step := answered(t, page, answers); step.Account != nil || step.Reason != network.ReasonNotAllowed || step.About != "page" {
		t.Errorf("where one may only look: %+v", step)
	}
	answers["page"], answers["version"] = "12345", "202401"
	if step := answered(t, page, answers); step.Account != nil || step.About != "version" {
		t.Errorf("a version that is over: %+v", step)
	}
	answers["version"] = "202608"
	step := answered(t, page, answers)
	if step.Account == nil || step.Account.Options["version"] != "202608" {
		t.Errorf("another version: %+v", step)
	}
	page.Grant("w_organization_social", "rw_organization_admin")
	if step := answered(t, page, answers); step.Account == nil || step.Account.Limits.Reconcile.Shape != "" {
		t.Errorf("without r_organization_social: %+v", step)
	}
}

func TestVerifyTellsWhoItIs(t *testing.T) {
	for _, s := range []*linkedintest.Server{linkedintest.New(t), linkedintest.NewPage(t)} {
		a := s.Account()
		a.Handle, a.Name = "old", "old"
		now, err := linkedin.New().Verify(t.Context(), calls(nil), a)
		if err != nil || now.Handle != s.Account().Handle || now.Name != s.Account().Name || !now.Expires.Equal(a.Expires) {
			t.Errorf("verified as %+v, %v", now, err)
		}
		a.RemoteID = strings.NewReplacer("a1B2", "z9", "12345", "999").Replace(a.RemoteID)
		if _, err := linkedin.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("another's token: %v", err)
		}
		a = s.Account()
		a.Secret = network.SecretOf(map[string]string{"token": "AQX-gone"})
		if _, err := linkedin.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("a token that is gone: %v", err)
		}
	}
}

func TestAPostIsToldByItsAddress(t *testing.T) {
	n, a := linkedin.New(), linkedintest.New(t).Account()
	for link, want := range map[string]string{
		"https://www.linkedin.com/feed/update/urn:li:share:71/":                           "urn:li:share:71",
		" https://linkedin.com/feed/update/urn%3Ali%3AugcPost%3A72?utm_source=share ":     "urn:li:ugcPost:72",
		"https://www.linkedin.com/posts/ana-lind_we-open-share-7141138937766391808-aB3_/": "urn:li:share:7141138937766391808",
		"https://no.linkedin.com/posts/ana_x-activity-73-Cd-9?utm_medium=member_desktop":  "urn:li:activity:73",
		"https://www.linkedin.com/in/ana-lind/":                                           "",
		"https://www.linkedin.com/posts/ana-lind":                                         "",
		"https://www.linkedin.com/feed/update/urn:li:person:1/":                           "",
		"https://www.linkedin.com:8443/feed/update/urn:li:share:71/":                      "",
		"http://www.linkedin.com/feed/update/urn:li:share:71/":                            "",
		"https://evillinkedin.com/feed/update/urn:li:share:71/":                           "",
		"https://a:b@www.linkedin.com/feed/update/urn:li:share:71/":                       "",
	} {
		got, ok := n.Linked(a, link)
		if ok != (want != "") || got.RemoteID != want || ok && got.URL != "https://www.linkedin.com/feed/update/"+want+"/" {
			t.Errorf("%q is %+v %t, want %q", link, got, ok, want)
		}
	}
	if got := n.Profile(a); got != "" {
		t.Errorf("a member's profile is said to be at %q", got)
	}
	if got := n.Profile(linkedintest.NewPage(t).Account()); got != "https://www.linkedin.com/company/12345/" {
		t.Errorf("the page is at %q", got)
	}
}
