package micropub_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
)

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	for _, test := range []struct {
		key, value, says string
		reason           network.Reason
	}{
		{"site", "", "address of the site", network.ReasonMissing},
		{"site", "nowhere.invalid", "cannot be reached", network.ReasonUnreachable},
		{"site", "http://example.com", "only https://", network.ReasonMalformed},
		{"site", "ftp://example.com", "must begin with https://", network.ReasonMalformed},
		{"site", "https://ada:secret@example.com", "user name or password", network.ReasonMalformed},
		{"site", "https://", "cannot be read", network.ReasonMalformed},
		{"site", "https://exämple.com", "xn--", network.ReasonMalformed},
		{"site", "https://" + strings.Repeat("a", 400), "too long", network.ReasonMalformed},
		{"site", s.URL + "/nothing", "no page", network.ReasonNotFound},
		{"site", s.URL + "/round", "no page", network.ReasonNotFound},
		{"token", " ", "access token", network.ReasonMissing},
		{"token", "a b", "no spaces", network.ReasonMalformed},
		{"token", strings.Repeat("x", 5000), "copy it again", network.ReasonMalformed},
		{"token", "wrong", "does not accept this token", network.ReasonRefused},
	} {
		answers := s.Answers()
		answers[test.key] = test.value
		step, err := micropub.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: answers})
		if err != nil || step.Account != nil || len(step.Ask) != 2 || step.Reason != test.reason || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %.60q: %q %q, %v", test.key, test.value, step.Reason, step.Message, err)
		}
	}
}

func TestTheEndpointIsFoundByTheSite(t *testing.T) {
	for name, site := range map[string]micropubtest.Site{
		"a link in the page":              {},
		"one after a base":                {Page: `<head><base href="/micropub/"><link rel=micropub href=../micropub>`},
		"one behind scripts":              {Page: `<!doctype html><html><head><script>if (a<b) "</head>"</script><noscript><img src=x></noscript><style>a>b{}</style><link rel="micropub" href="/micropub">`},
		"one of many relations":           {Page: `<LINK REL="me  MicroPub" HREF=" /micropub ">`},
		"the first of two":                {Page: `<head><link rel="micropub" href="/micropub"><link rel="micropub" href="/other"></head>`},
		"one after broken tags":           {Page: `<head><meta content="<link rel=micropub href=/evil>"><!-- <link rel="micropub" href="/evil"> --><link rel=micropub href="" ><link rel="micropub" href="/micropub"` + ">"},
		"the header of the answer":        {Link: `<https://ada.example/wp-json/>; rel="https://api.w.org/", </micropub>; rel=micropub`},
		"one before that of the page":     {Link: `</micropub>; title="a, b; rel=x"; rel="self micropub"`, Page: `<link rel="micropub" href="/other">`},
		"a page when the header is about": {Link: `</other>; rel="webmention"; title="rel=micropub", nonsense, <`, Page: `<link rel="micropub" href="/micropub">`},
	} {
		s := micropubtest.New(t, site)
		if a := connect(t, s.Answers()); a.Options["endpoint"] != s.URL+"/micropub" || a.Server != s.URL || a.RemoteID != s.URL || a.Handle != strings.TrimPrefix(s.URL, "http://") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestASiteIsConnectedByAnyAddressOfIt(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	for _, typed := range []string{s.URL + "/", s.URL + "?x=1#y", s.URL + "/moved", " " + s.URL + " ", strings.ToUpper(s.URL)} {
		answers := s.Answers()
		answers["site"], answers["token"] = typed, " Bearer "+micropubtest.Token+"\n"
		if a := connect(t, answers); a.RemoteID != s.URL || a.Server != s.URL {
			t.Errorf("%s: %+v", typed, a)
		}
	}
}

// Who can write on a page, such as a visitor in a comment, does not decide where the token goes.
func TestAHostilePageGetsNoToken(t *testing.T) {
	got := ""
	evil := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got += r.Header.Get("Authorization") + r.URL.String() }))
	defer evil.Close()
	for _, page := range []string{
		"", "<html>", "\x00\xff\xfe", `<a rel="micropub" href="` + evil.URL + `">me</a>`, `</head><link rel="micropub" href="` + evil.URL + `">`,
		`<body><link rel="micropub" href="` + evil.URL + `">`, `<title>Ada</title><p>A visitor says: <link rel="micropub" href="` + evil.URL + `">`, `<title><link rel="micropub" href="` + evil.URL + `"></title>`,
		`<script>"<link rel='micropub' href='` + evil.URL + `'>"</script>`, `<link rel="not-micropub" href="` + evil.URL + `">`,
		`<textarea><link rel="micropub" href="` + evil.URL + `">`, strings.Repeat("<div ", 1<<19), strings.Repeat("<b>", 1<<19), strings.Repeat("<link rel=x>", 1<<18),
		`<link rel="micropub" href="ftp://ada.example/">`, `<link rel="micropub" href="javascript:alert(1)">`, `<link rel="micropub" href="http://ada.example/micropub">`,
		`<link rel="micropub" href="https://ada:b@ada.example/">`, `<link rel="micropub" href="http://10.0.0.1/">`,
		`<link rel="micropub" href="//%zz">`, `<link rel="micropub" href="https://ada.example/#x">`, `<link rel="micropub" href="/` + strings.Repeat("x", 3000) + `">`,
	} {
		s := micropubtest.New(t, micropubtest.Site{Page: page, Link: "nonsense"})
		j := calls(nil)
		step, err := micropub.New().Connect(t.Context(), j, network.Step{Name: "site", Answers: s.Answers()})
		if err != nil || step.Account != nil || step.Reason != network.ReasonWrongKind || step.About != "site" || !slices.Equal(j.Sent, []string{"site 1"}) || got != "" {
			t.Errorf("%.80q: %q %q, %v; steps %q; got %q", page, step.Reason, step.Message, err, j.Sent, got)
		}
	}
}

// A site elsewhere cannot send the token to this machine, nor out of https.
func TestASiteElsewhereLeadsNowhereUnsafe(t *testing.T) {
	answers := map[string]string{"site": "https://ada.example", "token": "secret"}
	for _, reply := range []network.Reply{
		{Status: 200, Body: []byte(`<link rel="micropub" href="http://127.0.0.1:8080/micropub">`)},
		{Status: 200, Body: []byte(`<link rel="micropub" href="https://localhost/micropub">`)},
		{Status: 200, Body: []byte(`<link rel="micropub" href="https://[::ffff:127.0.0.1]/micropub">`)},
		{Status: 200, Body: []byte(`<base href="http://ada.example/"><link rel="micropub" href="micropub">`)},
		{Status: 302, Header: map[string]string{"Location": "http://ada.example/"}},
		{Status: 302, Header: map[string]string{"Location": "https://127.0.0.1/"}},
		{Status: 302},
	} {
		step, err := micropub.New().Connect(t.Context(), answering{calls(nil), reply}, network.Step{Name: "site", Answers: answers})
		if err != nil || step.Account != nil || !strings.Contains(step.Message, "not safe") {
			t.Errorf("%d %s: %q, %v", reply.Status, reply.Body, step.Message, err)
		}
	}
}

func TestTheLimitsAreWhatTheEndpointSays(t *testing.T) {
	for _, test := range []struct {
		site micropubtest.Site
		want string
	}{
		{micropubtest.Site{}, "20 [] look_up"},
		{micropubtest.Site{NoMedia: true}, "0 [] look_up"},
		{micropubtest.Site{NoList: true}, "20 [] none"},
		{micropubtest.Site{Visibilities: []string{"private", "public", "friends"}}, "20 [public private] look_up"},
		{micropubtest.Site{Visibilities: []string{"private", "unlisted"}}, "20 [] look_up"},
		{micropubtest.Site{Visibilities: []string{"public"}}, "20 [] look_up"},
	} {
		s := micropubtest.New(t, test.site)
		a := connect(t, s.Answers())
		l, err := micropub.New().Limits(t.Context(), calls(nil), a)
		for _, l := range []network.Limits{l, *a.Limits} {
			if got := fmt.Sprintf("%d %v %s", l.Media.Max, l.Visibilities, l.Reconcile.Shape); got != test.want || err != nil || (l.Media.Max == 0) != (l.Alt.Max == 0) {
				t.Errorf("%+v: %s, want %s (%v)", test.site, got, test.want, err)
			}
		}
	}
}

func TestALyingEndpointIsNotUnderstood(t *testing.T) {
	a := network.Account{Server: "https://ada.example", Options: map[string]string{"endpoint": "https://ada.example/micropub"}}
	for _, reply := range []network.Reply{
		{Status: 200},
		{Status: 200, Body: []byte("<html>")},
		{Status: 200, Body: []byte("null")},
		{Status: 200, Body: []byte(`{"q":`)},
		{Status: 200, Body: []byte(`"config"`)},
		{Status: 200, Body: []byte(strings.Repeat(`{"a":`, 1<<18))},
		{Status: 204, Body: []byte("{}")},
		{Status: 302},
		{Status: 404},
		{Status: 500},
		{Status: 400, Body: []byte(`{"error":"invalid_request"}`)},
	} {
		_, err := micropub.New().Verify(t.Context(), answering{calls(nil), reply}, a)
		if _, other := micropub.New().Limits(t.Context(), answering{calls(nil), reply}, a); network.KindOf(err) != network.Ambiguous || network.KindOf(other) != network.Ambiguous {
			t.Errorf("%d %.40q: %v; %v", reply.Status, reply.Body, err, other)
		}
	}
	for _, body := range []string{
		"{}", "[]", ` [ ] `[1:2] + "]", `{"media-endpoint":7,"syndicate-to":{"uid":1},"visibility":"public","destination":[null,{"uid":""},7]}`,
		`{"media-endpoint":"http://ada.example/media"}`, `{"media-endpoint":"https://127.0.0.1/media"}`, `{"media-endpoint":"\ud800"}`,
	} {
		l, err := micropub.New().Limits(t.Context(), answering{calls(nil), network.Reply{Status: 200, Body: []byte(body)}}, a)
		if err != nil || l.Media.Max != 0 || l.Visibilities != nil || l.Reconcile.Shape != network.ShapeNone {
			t.Errorf("%s: %+v, %v", body, l, err)
		}
	}
	if _, err := micropub.New().Verify(t.Context(), answering{calls(nil), network.Reply{Status: 401}}, a); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that is gone: %v", err)
	}
}

func TestOneOfSeveralSitesIsMeant(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{Destinations: []string{"https://one.example/", "https://two.example/"}})
	step, err := micropub.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: s.Answers()})
	if err != nil || step.Account != nil || step.About != "site" || !strings.Contains(step.Message, "one.example/, two.example/") {
		t.Errorf("%q, %v", step.Message, err)
	}
	s = micropubtest.New(t, micropubtest.Site{Destinations: []string{"https://one.example/"}})
	a := connect(t, s.Answers())
	must(t, calls(nil), a, plan("a1", "hello"))
	if a.Options["destination"] != "https://one.example/" || s.Saved()[0].Destination != "https://one.example/" {
		t.Errorf("%+v wrote %+v", a, s.Saved())
	}
}
