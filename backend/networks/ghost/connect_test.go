package ghost_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/ghost/ghosttest"
)

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := ghosttest.New(t)
	for _, test := range []struct {
		key, value, says string
		reason           network.Reason
	}{
		{"site", "nowhere.invalid", "cannot be reached", network.ReasonUnreachable},
		{"site", "", "address of the site", network.ReasonMissing},
		{"site", "http://example.com", "only https://", network.ReasonMalformed},
		{"site", "ftp://example.com", "must begin with https://", network.ReasonMalformed},
		{"site", "https://ada:secret@example.com", "user name or password", network.ReasonMalformed},
		{"site", "https://", "cannot be read", network.ReasonMalformed},
		{"site", "https://exämple.com", "xn--", network.ReasonMalformed},
		{"site", "https://" + strings.Repeat("a", 400), "too long", network.ReasonMalformed},
		{"key", "", "Admin API key", network.ReasonMissing},
		{"key", "22444f78447824223cefc48062", "Content API key is another", network.ReasonMalformed},
		{"key", ghosttest.KeyID + ":" + ghosttest.Secret[1:], "no Admin API key", network.ReasonMalformed},
		{"key", ghosttest.KeyID + ":", "no Admin API key", network.ReasonMalformed},
		{"key", "x" + ghosttest.KeyID + ":" + ghosttest.Secret, "no Admin API key", network.ReasonMalformed},
		{"key", ghosttest.KeyID + ":" + strings.Repeat("ab", 32), "does not accept this key", network.ReasonRefused},
		{"key", strings.Repeat("a", 24) + ":" + ghosttest.Secret, "does not accept this key", network.ReasonRefused},
		{"key", ghosttest.Powerless + ":" + ghosttest.Secret, "does not accept this key", network.ReasonRefused},
	} {
		answers := s.Answers()
		answers[test.key] = test.value
		step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
		if err != nil || step.Account != nil || len(step.Ask) != 2 || step.Reason != test.reason || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %q: %s %q, %v", test.key, test.value, step.Reason, step.Message, err)
		}
		if strings.Contains(step.Message, ghosttest.Secret[1:]) {
			t.Errorf("%s %q: the message shows the secret", test.key, test.value)
		}
	}
}

func TestASiteIsConnectedByAnyAddressOfIt(t *testing.T) {
	s := ghosttest.New(t)
	for _, ending := range []string{"", "/", "/ghost", "/ghost/", "/ghost/#/settings/integrations", "/ghost/api/admin/site/", "/?x=1#y"} {
		answers := s.Answers()
		answers["site"] = s.URL + ending
		if a := connect(t, answers); a.Server != s.URL || a.RemoteID != s.Account().RemoteID || a.Handle != s.Account().Handle || a.Name != "The garden" {
			t.Errorf("%s: %+v", ending, a)
		}
	}
}

func TestAnOldGhostIsSaidToBeOne(t *testing.T) {
	s := ghosttest.New(t)
	for version, want := range map[string]network.Reason{
		"4.48": network.ReasonTooOld, "v0.11": network.ReasonTooOld, "5.0": "", "6.2": "", "10.1.0": "", "": "", "next": "",
	} {
		s.Version(version)
		step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: s.Answers()})
		if err != nil || step.Reason != want || (step.Account != nil) != (want == "") {
			t.Errorf("%q: %q %q, %v", version, step.Reason, step.Message, err)
		}
	}
}

// What opens a site is sent to the address that was given and to no other.
func TestAKeyIsNotSentOnToAnotherSite(t *testing.T) {
	other := ghosttest.New(t)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a token was sent to a site that only redirects")
		}
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusMovedPermanently)
	}))
	defer first.Close()
	answers := other.Answers()
	answers["site"] = first.URL
	step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account != nil || !strings.Contains(step.Message, other.URL) || step.Ask[0].Default != other.URL || step.Reason != network.ReasonElsewhere {
		t.Fatalf("%q, %+v, %v", step.Message, step.Ask, err)
	}
	answers["site"] = step.Ask[0].Default
	a := connect(t, answers)
	a.Server = first.URL // the site moves later
	if _, err := ghost.New().Publish(t.Context(), calls(nil), a, plan("a1", "hello")); network.KindOf(err) != network.Ambiguous || !strings.Contains(err.Error(), "has moved to "+other.URL) {
		t.Errorf("moved: %v", err)
	}
}

func TestWhatIsNoGhostIsToldFromOne(t *testing.T) {
	for _, body := range []string{``, `<html>hello</html>`, `{"site":null}`, `{"site":{}}`, `{"site":"The garden"}`, `[]`, `{"site":{"title":"x"}}`} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Date"] = nil // the last one would do, if it said what time it is
			_, _ = w.Write([]byte(body))
		}))
		step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{
			Name: "site", Answers: map[string]string{"site": site.URL, "key": ghosttest.KeyID + ":" + ghosttest.Secret},
		})
		site.Close()
		if err != nil || step.Account != nil || step.Reason != network.ReasonNotUnderstood {
			t.Errorf("%s: %s %q, %v", body, step.Reason, step.Message, err)
		}
	}
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{
		Name: "site", Answers: map[string]string{"site": site.URL, "key": ghosttest.KeyID + ":" + ghosttest.Secret},
	})
	if err != nil || step.Account != nil || step.Reason != network.ReasonNotUnderstood {
		t.Errorf("a site without Ghost: %s %q, %v", step.Reason, step.Message, err)
	}
}

func TestVerifyTellsWhetherTheKeyIsGood(t *testing.T) {
	s := ghosttest.New(t)
	a := s.Account()
	a.Name = "An old name"
	if a, err := ghost.New().Verify(t.Context(), calls(nil), a); err != nil || a.Name != "The garden" || a.RemoteID != s.Account().RemoteID {
		t.Errorf("%+v, %v", a, err)
	}
	for _, key := range []string{ghosttest.KeyID + ":" + strings.Repeat("ab", 32), ghosttest.Powerless + ":" + ghosttest.Secret} {
		a.Secret = network.SecretOf(map[string]string{"key": key})
		if _, err := ghost.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("%.24s: %v", key, err)
		}
	}
}

func TestAProfileIsTheSite(t *testing.T) {
	for server, want := range map[string]string{"": "", "https://example.com": "https://example.com/", "https://example.com/blog": "https://example.com/blog/"} {
		if got := ghost.New().Profile(network.Account{Server: server}); got != want {
			t.Errorf("%q: %q", server, got)
		}
	}
}
