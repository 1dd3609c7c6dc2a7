package facebook_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

// say leads the next turn of a conversation with some answers.
func say(t *testing.T, s *facebooktest.Server, step network.Step, answers map[string]string) network.Step {
	t.Helper()
	step.Answers = answers
	next, err := facebook.At(s.URL).Connect(t.Context(), calls(networktest.NewFiles()), step)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// begin gives the application, and with other answers what differs.
func begin(t *testing.T, s *facebooktest.Server, other map[string]string) network.Step {
	t.Helper()
	answers := map[string]string{"app_id": facebooktest.AppID, "app_secret": facebooktest.Secret}
	maps.Copy(answers, other)
	return say(t, s, say(t, s, network.Step{}, nil), answers)
}

// browse opens Facebook's page and returns the address at which the browser ends.
func browse(t *testing.T, step network.Step) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, step.Browse, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.Header.Get("Location")
}

func TestAPersonSignsInWithTheBrowserAndChoosesThePage(t *testing.T) {
	s := facebooktest.New(t)
	s.Pages(3)
	step := begin(t, s, nil)
	if len(step.Ask) != 1 || !step.Ask[0].Secret || step.Browse == "" {
		t.Fatalf("the sign-in asks %+v", step.Ask)
	}
	step = say(t, s, step, map[string]string{"address": " " + browse(t, step) + "\n"})
	if step.Account != nil || step.Name != "page" || step.Ask[0].Default != "Riverside Bakery" {
		t.Fatalf("with three Pages it stands at %q: %s", step.Name, step.Message)
	}
	for named, reason := range map[string]network.Reason{
		"": network.ReasonMissing, "Elsewhere": network.ReasonNotFound, "riverside bakery": network.ReasonNotFound, "the square": network.ReasonNotAllowed,
	} {
		if again := say(t, s, step, map[string]string{"page": named}); again.Account != nil || again.Reason != reason {
			t.Errorf("%q asks again for %q: %s", named, again.Reason, again.Message)
		}
	}
	done := say(t, s, step, map[string]string{"page": "@riverside"})
	if done.Account == nil {
		t.Fatalf("it ended at %q: %s", done.Name, done.Message)
	}
	a := *done.Account
	if a.RemoteID != facebooktest.Page || a.Handle != "riverside" || a.Name != "Riverside Bakery" || !a.Expires.IsZero() || a.Secret.Field("token") != facebooktest.PageToken {
		t.Errorf("connected is %+v", a)
	}
	if got, err := facebook.New().Verify(t.Context(), calls(networktest.NewFiles()), a); err != nil || got.Handle != "riverside" {
		t.Errorf("verify: %+v, %v", got, err)
	}
}

func TestTheTokenOfAPageIsTakenAsItIs(t *testing.T) {
	s := facebooktest.New(t)
	done := begin(t, s, map[string]string{"token": "Bearer " + facebooktest.PageToken})
	if done.Account == nil || done.Account.RemoteID != facebooktest.Page || !done.Account.Expires.IsZero() {
		t.Fatalf("it ended at %q: %s", done.Name, done.Message)
	}
	s.Ends(1_900_000_000)
	if done = begin(t, s, map[string]string{"token": facebooktest.PageToken}); done.Account == nil || !done.Account.Expires.Equal(time.Unix(1_900_000_000, 0)) {
		t.Errorf("a token that ends gives %+v", done.Account)
	}
}

func TestAPermissionThatIsMissingIsNamed(t *testing.T) {
	all := []string{"pages_manage_posts", "pages_read_engagement", "pages_show_list"}
	for i, missing := range all {
		s := facebooktest.New(t)
		var rest []string
		for k, scope := range all {
			if k != i {
				rest = append(rest, scope)
			}
		}
		s.Grant(rest...)
		step := begin(t, s, nil)
		step = say(t, s, step, map[string]string{"address": browse(t, step)})
		if step.Account != nil || step.Reason != network.ReasonNotAllowed || !strings.Contains(step.Message, missing) {
			t.Errorf("without %s: %q %s", missing, step.Reason, step.Message)
		}
	}
}

func TestWrongAnswersAreAskedForAgain(t *testing.T) {
	for _, c := range []struct {
		other  map[string]string
		reason network.Reason
		about  string
	}{
		{map[string]string{"app_id": ""}, network.ReasonMissing, "app_id"},
		{map[string]string{"app_id": "my app"}, network.ReasonMalformed, "app_id"},
		{map[string]string{"app_secret": ""}, network.ReasonMissing, "app_secret"},
		{map[string]string{"app_secret": "not a secret"}, network.ReasonMalformed, "app_secret"},
		{map[string]string{"token": "short"}, network.ReasonMalformed, "token"},
		{map[string]string{"token": "EAAUnknownToken00001"}, network.ReasonRefused, "token"},
		{map[string]string{"app_id": "99999999", "token": facebooktest.PageToken}, network.ReasonRefused, "app_secret"},
	} {
		s := facebooktest.New(t)
		if step := begin(t, s, c.other); step.Account != nil || step.Reason != c.reason || step.About != c.about || len(step.Ask) != 3 {
			t.Errorf("%v asks again for %q about %q: %s", c.other, step.Reason, step.About, step.Message)
		}
	}
}

func TestASignInThatDoesNotEndWellBeginsAgain(t *testing.T) {
	s := facebooktest.New(t)
	step := begin(t, s, nil)
	for _, pasted := range []string{"", "https://example.com/?code=1", "https://localhost/?code=AQ1&state=other", "https://localhost/?state=x", "https://localhost/?%zz"} {
		if again := say(t, s, step, map[string]string{"address": pasted}); again.Account != nil || again.Reason != network.ReasonSignIn {
			t.Errorf("%q leads to %q: %s", pasted, again.Reason, again.Message)
		}
	}
	used := browse(t, step)
	say(t, s, step, map[string]string{"address": used})
	if again := say(t, s, step, map[string]string{"address": used}); again.Account != nil || again.Message == "" {
		t.Errorf("a code that was used leads to %+v", again)
	}
	s.Deny()
	if again := say(t, s, step, map[string]string{"address": browse(t, step)}); again.Reason != network.ReasonDenied {
		t.Errorf("a person who said no is told %q", again.Message)
	}
}

func TestHostileAnswersConnectNobody(t *testing.T) {
	bodies := []facebooktest.Answer{
		{Status: 200, Body: "<html>"},
		{Status: 200, Body: "{}"},
		{Status: 200, Body: `{"data":null}`},
		{Status: 500},
		{Status: 302},
		{Status: 429},
		{Status: 200, Body: `{"access_token":"a b","token_type":"bearer"}`},
		{Status: 200, Body: `{"id":"../me","name":"x"}`},
		{Status: 200, Body: `{"id":"12345"}`},
		{Status: 200, Body: `{"data":[{"id":"12345","name":"x","access_token":"\r\nX: y"}]}`},
		{Status: 200, Body: `{"data":[]}`},
		{Status: 200, Body: `{"data":{"is_valid":true,"app_id":"1","type":"USER"}}`},
		{Status: 400, Body: `{"error":{"code":100}}`},
		{Status: 200, Body: `{"data":{"is_valid":true,"app_id":"` + facebooktest.AppID + `","type":"APP"}}`},
	}
	for at, token := range map[string]string{
		"GET /debug_token": facebooktest.UserToken, "POST /oauth/access_token": facebooktest.UserToken, "GET /me/accounts": facebooktest.UserToken, "GET /me": facebooktest.PageToken,
	} {
		for _, answer := range bodies {
			s := facebooktest.New(t)
			s.Instead(at, answer)
			if step := begin(t, s, map[string]string{"token": token}); step.Account != nil || step.Message == "" {
				t.Errorf("%s answers %d %s: %q, connected %t", at, answer.Status, answer.Body, step.Message, step.Account != nil)
			}
		}
	}
}

func TestAnAccountIsVerified(t *testing.T) {
	for body, want := range map[string]network.Kind{
		`{"id":"999999","name":"Another"}`: network.Reauth, `{"id":"` + facebooktest.Page + `"}`: network.Ambiguous, "<html>": network.Ambiguous,
	} {
		s := facebooktest.New(t)
		s.Instead("GET /me", facebooktest.Answer{Status: 200, Body: body})
		if _, err := facebook.New().Verify(t.Context(), calls(networktest.NewFiles()), s.Account()); network.KindOf(err) != want {
			t.Errorf("%s gives %v", body, err)
		}
	}
	s := facebooktest.New(t)
	a := s.Account()
	a.Secret = network.SecretOf(map[string]string{"token": "EAAOldToken000000001"})
	if _, err := facebook.New().Verify(t.Context(), calls(networktest.NewFiles()), a); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that has ended gives %v", err)
	}
}
