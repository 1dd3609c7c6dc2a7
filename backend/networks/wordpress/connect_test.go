package wordpress_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
)

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := wordpresstest.New(t)
	for _, test := range []struct{ key, value, says string }{
		{"site", "nowhere.invalid", "cannot be reached"},
		{"site", "", "address of the site"},
		{"site", "http://example.com", "only https://"},
		{"site", "ftp://example.com", "must begin with https://"},
		{"site", "https://ada:secret@example.com", "user name or password"},
		{"site", "https://", "cannot be read"},
		{"site", "https://exämple.com", "xn--"},
		{"site", "https://" + strings.Repeat("a", 400), "too long"},
		{"user", "", "user name"},
		{"user", "a:b", "no colon"},
		{"password", "  ", "application password"},
		{"password", strings.Repeat("x", 300), "too long"},
		{"password", "wrong", "does not accept"},
		{"user", "nobody", "does not accept"},
		{"user", wordpresstest.Reader, "Author or higher"},
	} {
		answers := s.Answers()
		answers[test.key] = test.value
		step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
		if err != nil || step.Account != nil || len(step.Ask) != 3 || step.Reason == "" || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %q: %q, %v", test.key, test.value, step.Message, err)
		}
	}
}

func TestASiteIsConnectedByAnyAddressOfIt(t *testing.T) {
	s := wordpresstest.New(t)
	for _, plain := range []bool{false, true} {
		if plain {
			s.WithoutPermalinks()
		}
		for _, ending := range []string{"", "/", "/wp-admin/", "/wp-login.php", "/wp-json/", "/wp-admin/profile.php?x=1#y", "/?p=1"} {
			answers := s.Answers()
			answers["site"] = s.URL + ending
			if a := connect(t, answers); a.Server != s.Account().Server || a.RemoteID != s.Account().RemoteID || a.Handle != s.Account().Handle || a.Name != "The garden" {
				t.Errorf("%s: %+v", ending, a)
			}
		}
	}
}

func TestASiteThatHidesFromStrangersIsConnected(t *testing.T) {
	s := wordpresstest.New(t)
	s.Closed()
	if a := connect(t, s.Answers()); a.Server != s.Account().Server || a.Name != "The garden" {
		t.Errorf("%+v", a)
	}
	answers := s.Answers()
	answers["password"] = "wrong"
	step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account != nil || !strings.Contains(step.Message, "does not accept") {
		t.Errorf("with a wrong password: %q, %v", step.Message, err)
	}
}

func TestApplicationPasswordsThatAreOffAreSaid(t *testing.T) {
	s := wordpresstest.New(t)
	s.WithoutPasswords()
	step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: s.Answers()})
	if err != nil || step.Account != nil || !strings.Contains(step.Message, "switched off") {
		t.Errorf("%q, %v", step.Message, err)
	}
}

// A password is sent to the address that was given and to no other.
func TestAPasswordIsNotSentOnToAnotherSite(t *testing.T) {
	other := wordpresstest.New(t)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the password was sent to a site that only redirects")
		}
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusMovedPermanently)
	}))
	defer first.Close()
	answers := other.Answers()
	answers["site"] = first.URL
	step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
	if err != nil || step.Account != nil || !strings.Contains(step.Message, other.URL) || step.Ask[0].Default != other.URL || step.Reason != network.ReasonElsewhere {
		t.Fatalf("%q, %+v, %v", step.Message, step.Ask, err)
	}
	answers["site"] = step.Ask[0].Default
	connect(t, answers)
}

func TestWhatIsNoWordPressIsToldFromOne(t *testing.T) {
	for _, body := range []string{``, `<html>hello</html>`, `{"name":"a","namespaces":["other/v1"]}`, `{"namespaces":"wp/v2"}`, `[]`} {
		site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{
			Name: "site", Answers: map[string]string{"site": site.URL, "user": "a", "password": "b"},
		})
		site.Close()
		if err != nil || step.Account != nil || !strings.Contains(step.Message, "no WordPress") {
			t.Errorf("%s: %q, %v", body, step.Message, err)
		}
	}
}

func TestVerifyTellsWhoThePasswordBelongsTo(t *testing.T) {
	s := wordpresstest.New(t)
	a, err := wordpress.New().Verify(t.Context(), calls(nil), s.Account())
	if err != nil || a.Handle != s.Account().Handle {
		t.Errorf("%+v, %v", a, err)
	}
	a.RemoteID = "8" + a.RemoteID
	if _, err := wordpress.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("another user: %v", err)
	}
	a = s.Account()
	a.Secret = network.SecretOf(map[string]string{"user": wordpresstest.Reader, "password": a.Secret.Field("password")})
	if _, err := wordpress.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("a user who may not write: %v", err)
	}
}

func TestAnAddressTellsAPostAsFarAsItCan(t *testing.T) {
	for _, server := range []string{"https://example.com/blog/wp-json", "https://example.com/blog/?rest_route="} {
		a := network.Account{Server: server}
		if page := wordpress.New().Profile(a); page != "https://example.com/blog/" {
			t.Errorf("the site is %q", page)
		}
		for link, want := range map[string]string{
			"https://example.com/blog/?p=12":                                 "12",
			"https://example.com/blog/?p=12&preview=true":                    "12",
			"https://EXAMPLE.com/blog/archives/12":                           "12",
			"https://example.com/blog/wp-admin/post.php?post=12&action=edit": "12",
			"https://example.com/blog/2026/11/hello/":                        "",
			"https://example.com/blog/hello/?utm=1#more":                     "",
			"https://example.com/blog/":                                      "none",
			"https://example.com/blog/?p=x":                                  "none",
			"https://example.com/blog/wp-admin/":                             "none",
			"https://example.com/blog/wp-login.php":                          "none",
			"https://example.com/other/?p=12":                                "none",
			"https://example.com/blogs/?p=12":                                "none",
			"https://example.com.evil.example/blog/?p=12":                    "none",
			"https://a:b@example.com/blog/?p=12":                             "none",
			"ftp://example.com/blog/?p=12":                                   "none",
		} {
			r, ok := wordpress.New().Linked(a, link)
			got := r.RemoteID
			if !ok {
				got = "none"
			}
			if got != want || ok && !strings.HasPrefix(r.URL, "https://") {
				t.Errorf("%s is %+v, %t; want %q", link, r, ok, want)
			}
		}
	}
}
