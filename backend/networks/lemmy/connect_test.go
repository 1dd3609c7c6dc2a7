package lemmy_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/lemmy"
	"postbag/backend/networks/lemmy/lemmytest"
)

func connect(t *testing.T, c network.Calls, step network.Step) network.Step {
	t.Helper()
	next, err := lemmy.New().Connect(t.Context(), c, step)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func account(answers map[string]string, changes ...string) network.Step {
	answers = maps.Clone(answers)
	for i := 0; i+1 < len(changes); i += 2 {
		answers[changes[i]] = changes[i+1]
	}
	return network.Step{Name: "account", Answers: answers}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := lemmytest.New(t)
	for _, test := range []struct{ key, value, says string }{
		{"server", "", "no server"},
		{"server", "http://lemmy.example", "https://"},
		{"server", "https://ana:secret@lemmy.example", "user name or password"},
		{"server", "https://lemmy.example/c/news", "without a path"},
		{"server", "lémmy.example", "xn--"},
		{"community", "", "no community"},
		{"community", "https://lemmy.example/u/ana", "no community"},
		{"community", "a b", "no community"},
		{"community", "!nothing", "finds no such community"},
		{"community", "closed", "is closed"},
		{"user", "", "user name and password, or a token"},
		{"password", "", "user name and password, or a token"},
		{"password", "correct horse", "is not right"}, // spaces belong to it
		{"token", "a b", "no space"},
		{"token", "unknown", "does not accept this token"},
	} {
		step := connect(t, calls(nil), account(s.Answers(), test.key, test.value))
		if step.Account != nil || len(step.Ask) != 5 || !strings.Contains(step.Message, test.says) || step.Reason == "" || step.About != test.key {
			t.Errorf("%s %q: %q, %s about %q", test.key, test.value, step.Message, step.Reason, step.About)
		}
		for _, q := range step.Ask {
			if q.Secret && q.Default != "" {
				t.Errorf("%s is shown again", q.Key)
			}
		}
	}
}

func TestACommunityIsConnectedByAnyOfItsNames(t *testing.T) {
	for _, s := range []*lemmytest.Server{lemmytest.New(t), lemmytest.NewModern(t)} {
		for _, test := range []struct{ typed, id, handle, profile string }{
			{"news", "34/12@", "news@" + s.Host(), "/c/news"},
			{"!news@" + s.Host(), "34/12@", "news@" + s.Host(), "/c/news"},
			{s.URL + "/c/news", "34/12@", "news@" + s.Host(), "/c/news"},
			{"!photos@far.example", "34/77@", "photos@far.example", "/c/photos@far.example"},
			{"https://far.example/c/photos", "34/77@", "photos@far.example", "/c/photos@far.example"},
			{s.URL + "/c/photos@Far.Example?sort=New", "34/77@", "photos@far.example", "/c/photos@far.example"},
		} {
			step := connect(t, calls(nil), account(s.Answers(), "community", test.typed, "user", "@ana@"+s.Host()))
			a := step.Account
			if a == nil || a.RemoteID != test.id+s.Host() || a.Handle != test.handle || a.Server != s.URL || !strings.HasSuffix(a.Name, " · ana") {
				t.Fatalf("%q on %s is %+v, %q", test.typed, s.Version, a, step.Message)
			}
			if got := lemmy.New().Profile(*a); got != s.URL+test.profile {
				t.Errorf("%q is at %q", test.typed, got)
			}
			if a.Secret.Field("token") != s.Token() || strings.Contains(a.Secret.Reveal(), "horse") {
				t.Error("what is kept is not the token alone")
			}
			if want := map[string]string{"0.19.11": "en=37", "1.0.0": "de=32 en=37"}[s.Version]; a.Options["languages"] != want {
				t.Errorf("the languages are %q, want %q", a.Options["languages"], want)
			}
			if a.Limits == nil || a.Limits.Software != "Lemmy "+s.Version {
				t.Errorf("the limits are %+v", a.Limits)
			}
		}
	}
}

func TestASecondFactorIsAskedFor(t *testing.T) {
	s := lemmytest.New(t)
	s.AskCode()
	step := connect(t, calls(nil), account(s.Answers(), "user", lemmytest.Email, "code", ""))
	for _, wrong := range []string{"", "000000"} {
		if step.Name != "code" || len(step.Ask) != 1 || step.Account != nil {
			t.Fatalf("asked %+v", step)
		}
		step = connect(t, calls(nil), network.Step{Name: "code", Carry: step.Carry, Answers: map[string]string{"code": wrong}})
		if want := map[string]network.Reason{"": network.ReasonMissing, "000000": network.ReasonRefused}[wrong]; step.Reason != want || step.About != "code" || step.Message == "" {
			t.Errorf("the code %q: %q, %s", wrong, step.Message, step.Reason)
		}
	}
	step = connect(t, calls(nil), network.Step{Name: "code", Carry: step.Carry, Answers: map[string]string{"code": lemmytest.Code}})
	if step.Account == nil || step.Account.Handle != "news@"+s.Host() {
		t.Errorf("connected as %+v, %q", step.Account, step.Message)
	}
}

func TestAnswersMayComeUnasked(t *testing.T) {
	s := lemmytest.New(t)
	unasked := account(s.Answers())
	unasked.Name = ""
	if step := connect(t, calls(nil), unasked); step.Account == nil {
		t.Errorf("all at once: %q", step.Message)
	}
	for _, missing := range []string{"server", "community", "user", "password"} {
		some := account(s.Answers(), missing, "")
		some.Name = ""
		step := connect(t, says{Status: 500}, some)
		if step.Name != "account" || step.Message != "" || len(step.Ask) != 5 || missing != "server" && step.Ask[0].Default != s.URL {
			t.Errorf("without the %s: %+v", missing, step)
		}
	}
}

func TestATokenIsEnough(t *testing.T) {
	s := lemmytest.New(t)
	var steps []string
	c := calls(nil)
	c.steps = &steps
	step := connect(t, c, account(s.Answers(), "token", " "+s.Token()+"\n", "password", "", "user", ""))
	if step.Account == nil || strings.Join(steps, ", ") != "site, community" {
		t.Errorf("connected as %+v by %q", step.Account, steps)
	}
}

func TestAServerThatIsNoLemmyIsToldSo(t *testing.T) {
	old := lemmytest.New(t)
	old.Version = "0.18.5"
	if step := connect(t, calls(nil), account(old.Answers())); step.Account != nil || !strings.Contains(step.Message, "needs 0.19") {
		t.Errorf("0.18: %q", step.Message)
	}
	for name, reply := range map[string]network.Reply{
		"a page":               {Status: 200, Body: []byte("<html>")},
		"half":                 {Status: 200, Body: []byte(`{"jwt":"a`)},
		"another type":         {Status: 200, Body: []byte(`{"jwt":5}`)},
		"a token that is none": {Status: 200, Body: []byte(`{"jwt":"a\r\nb"}`)},
		"no token":             {Status: 200, Body: []byte(`{"registration_created":true}`)},
		"half a character":     {Status: 400, Body: []byte(`{"error":"\ud800"}`)},
		"server error":         {Status: 500},
		"elsewhere":            {Status: 301},
		"too many":             {Status: 429},
	} {
		step := connect(t, says(reply), account(old.Answers()))
		if step.Account != nil || step.Message == "" || step.Reason == "" || len(step.Ask) == 0 || network.Printable(step.Message) != step.Message {
			t.Errorf("%s: %+v", name, step)
		}
	}
}

func TestVerifySeesWhoseTheTokenIs(t *testing.T) {
	s := lemmytest.New(t)
	if a, err := lemmy.New().Verify(t.Context(), calls(nil), s.Account()); err != nil || a.Handle != s.Account().Handle {
		t.Errorf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = strings.Replace(other.RemoteID, "34/", "35/", 1)
	expired := s.Account()
	expired.Secret = network.SecretOf(map[string]string{"token": "expired"})
	for name, a := range map[string]network.Account{"another": other, "expired": expired} {
		if _, err := lemmy.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := lemmy.New().Verify(t.Context(), says{Status: 200, Body: []byte("<html>")}, s.Account()); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a page: %v", err)
	}
	l, err := lemmy.New().Limits(t.Context(), calls(nil), s.Account())
	if err != nil || l.Software != "Lemmy 0.19.11" || l.Text.Max != 50_000 {
		t.Errorf("limits %+v, %v", l, err)
	}
}

func TestAPostIsToldByItsAddress(t *testing.T) {
	a := network.Account{Server: "https://lemmy.example", RemoteID: "34/12@lemmy.example", Handle: "news@lemmy.example"}
	for link, want := range map[string]string{
		"https://lemmy.example/post/7":           "7",
		" https://Lemmy.Example/post/7/3?x#y\n":  "7",
		"https://lemmy.example/c/news/p/7/title": "7",
		"https://lemmy.example/c/news":           "",
		"https://lemmy.example/comment/7":        "",
		"https://lemmy.example/post/":            "",
		"https://lemmy.example/post/x7":          "",
		"https://other.example/post/7":           "",
		"https://a:b@lemmy.example/post/7":       "",
		"javascript:alert(1)":                    "",
	} {
		if got, ok := lemmy.New().Linked(a, link); ok != (want != "") || got.RemoteID != want || ok && got.URL != "https://lemmy.example/post/7" {
			t.Errorf("%q is %+v %t", link, got, ok)
		}
	}
}

// swaps is the stand-in but for its answer about a community.
type swaps struct {
	plain
	community string
}

func (s swaps) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	if step == "community" {
		return network.Reply{Status: 200, Body: []byte(`{"community_view":{"community":` + s.community + `}}`)}, nil
	}
	return s.plain.Read(ctx, step, r)
}

func TestAnotherCommunityThanTheOneAskedForIsNotConnected(t *testing.T) {
	s := lemmytest.New(t)
	for community, ok := range map[string]bool{
		`{"id":12,"name":"News","actor_id":"` + s.URL + `/c/news"}`:        true,
		`{"id":13,"name":"other","actor_id":"` + s.URL + `/c/other"}`:      false,
		`{"id":14,"name":"news","actor_id":"https://evil.example/c/news"}`: false,
		`{"id":0,"name":"news","actor_id":"` + s.URL + `/c/news"}`:         false,
		`{"name":"news"}`: false,
		`null`:            false,
	} {
		step := connect(t, swaps{calls(nil), community}, account(s.Answers()))
		if (step.Account != nil) != ok || !ok && step.Reason != network.ReasonNotUnderstood {
			t.Errorf("%s: %+v, %s", community, step.Account, step.Reason)
		}
	}
}
