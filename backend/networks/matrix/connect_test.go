package matrix_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/matrix/matrixtest"
)

func connect(t *testing.T, c network.Calls, answers map[string]string) network.Step {
	t.Helper()
	step, err := matrix.New().Connect(t.Context(), c, network.Step{Name: "sign_in", Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := matrixtest.New(t)
	for _, test := range []struct{ key, value, says string }{
		{"user", "", "your Matrix ID"},
		{"user", "ana", "no Matrix ID"},
		{"user", "@ana", "no Matrix ID"},
		{"user", "@ana:bad server", "no Matrix ID"},
		{"user", "@bob:matrix.test", "does not accept this password for @bob:matrix.test"},
		{"password", "wrong", "does not accept this password"},
		{"token", "a b", "no spaces"},
		{"token", "unknown", "does not know this access token"},
		{"room", "", "name the room"},
		{"room", "news", "no room"},
		{"room", "https://matrix.to.evil.test/#/!a:b", "no room"},
		{"room", "#nowhere:matrix.test", "may not join"},
		{"room", matrixtest.InviteOnly, "may not join"},
		{"room", matrixtest.Encrypted, "encrypted"},
		{"room", matrixtest.Quiet, "may not write"},
		{"server", "http://example.org", "only https"},
		{"server", "https://a:b@example.org", "no address"},
		{"server", "ftp://example.org", "must begin"},
	} {
		answers := s.Answers()
		answers[test.key] = test.value
		if step := connect(t, calls(nil), answers); step.Account != nil || !strings.Contains(step.Message, test.says) || len(step.Ask) == 0 {
			t.Errorf("%s %q: %q", test.key, test.value, step.Message)
		}
		if left := s.Devices(); len(left) != 1 {
			t.Errorf("%s %q leaves the devices %q", test.key, test.value, left)
		}
	}
	s.Flows("m.login.sso")
	if step := connect(t, calls(nil), s.Answers()); !strings.Contains(step.Message, "by browser only") {
		t.Errorf("without passwords: %q", step.Message)
	}
}

func TestAPasswordIsAskedForWhereThereIsNoToken(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	answers := s.Answers()
	delete(answers, "password")
	second := connect(t, c, answers)
	if second.Message != "" || len(second.Ask) != 1 || second.Ask[0].Key != "password" || second.Ask[0].Optional {
		t.Fatalf("the second turn is %+v", second)
	}
	say := func(step network.Step, password string) network.Step {
		step.Answers = map[string]string{"password": password}
		step, err := matrix.New().Connect(t.Context(), c, step)
		if err != nil {
			t.Fatal(err)
		}
		return step
	}
	again := say(second, "wrong")
	if again.Account != nil || again.Name != second.Name || !strings.Contains(again.Message, "does not accept this password") {
		t.Fatalf("after a wrong one: %+v", again)
	}
	if last := say(again, matrixtest.Password); last.Account == nil || last.Account.Handle != matrixtest.Alias {
		t.Errorf("it ended at %q: %s", last.Name, last.Message)
	}
	second.Carry = network.Secret{}
	if lost := say(second, matrixtest.Password); lost.Account != nil || lost.Name != "sign_in" || lost.Message == "" {
		t.Errorf("without the first turn: %+v", lost)
	}
}

func TestAPasswordMakesADeviceOfItsOwn(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	a := connect(t, c, s.Answers()).Account
	if a == nil || a.RemoteID != matrixtest.Room+"/"+matrixtest.User || a.Handle != matrixtest.Alias || a.Name != "News" || a.Server != s.URL {
		t.Fatalf("connected as %+v", a)
	}
	if a.Limits == nil || a.Limits.Media.ImageBytes != matrixtest.UploadSize || a.Limits.Media.VideoBytes != matrixtest.UploadSize {
		t.Errorf("limits %+v", a.Limits)
	}
	before := s.Devices()
	b := connect(t, c, s.Answers()).Account
	if after := s.Devices(); len(before) != 2 || !slices.Equal(before, after) || a.Secret == b.Secret {
		t.Errorf("the devices were %q and are %q", before, after)
	}
	if _, err := matrix.New().Verify(t.Context(), c, *a); network.KindOf(err) != network.Reauth {
		t.Errorf("the token before: %v", err)
	}
	answers := s.Answers()
	answers["room"] = "https://matrix.to/#/" + matrixtest.Room + "?via=matrix.test"
	if step := connect(t, c, answers); step.Account == nil || step.Account.RemoteID != a.RemoteID || len(s.Devices()) != 3 {
		t.Errorf("by its link: %q, devices %q", step.Message, s.Devices())
	}
}

func TestACreatorsRightIsInNoLevels(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	answers := s.Answers()
	answers["room"] = matrixtest.Newer
	a := connect(t, c, answers).Account
	if a == nil || a.Handle != matrixtest.Newer {
		t.Fatalf("connected as %+v", a)
	}
	r, err := matrix.New().Publish(t.Context(), c, *a, plan("a", network.Part{Text: "by its creator"}))
	if err != nil || r.URL != "https://matrix.to/#/%21newer/"+r.RemoteID+"?via=matrix.test" {
		t.Errorf("published %+v, %v", r, err)
	}
}

func TestATokenIsTakenAsItIs(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	answers := s.Answers()
	answers["password"], answers["token"] = "", " "+matrixtest.Token+"\n"
	if step := connect(t, c, answers); step.Account == nil || len(s.Devices()) != 1 {
		t.Errorf("connected: %q, devices %q", step.Message, s.Devices())
	}
	answers["user"] = "@bob:matrix.test"
	if step := connect(t, c, answers); !strings.Contains(step.Message, "belongs to @ana:matrix.test") {
		t.Errorf("somebody else's: %q", step.Message)
	}
}

func TestAServerIsFoundByItsName(t *testing.T) {
	const place = "https://matrix.test/.well-known/matrix/client"
	versions := network.Reply{Status: 200, Body: []byte(`{"versions":["v1.11"]}`)}
	says := func(base string) network.Reply {
		return network.Reply{Status: 200, Body: []byte(`{"m.homeserver":{"base_url":"` + base + `"}}`)}
	}
	to := func(address string) network.Reply {
		return network.Reply{Status: 301, Header: map[string]string{"Location": address}}
	}
	for name, test := range map[string]struct {
		user    string
		answers map[string]network.Reply
		asked   string // the address that is asked to sign in
		message string
	}{
		"it says where":         {"@ana:matrix.test", map[string]network.Reply{place: says("https://hs.matrix.test/"), "https://hs.matrix.test/_matrix/client/versions": versions}, "https://hs.matrix.test/_matrix/client/v3/login", ""},
		"below a path":          {"@ana:matrix.test", map[string]network.Reply{place: says("https://hs.test:8448/m/"), "https://hs.test:8448/m/_matrix/client/versions": versions}, "https://hs.test:8448/m/_matrix/client/v3/login", ""},
		"it says nothing":       {"@ana:matrix.test:8448", map[string]network.Reply{place: {Status: 404}, "https://matrix.test:8448/_matrix/client/versions": versions}, "https://matrix.test:8448/_matrix/client/v3/login", ""},
		"it moved":              {"@ana:matrix.test", map[string]network.Reply{place: to("//www.matrix.test/there"), "https://www.matrix.test/there": says("https://hs.test"), "https://hs.test/_matrix/client/versions": versions}, "https://hs.test/_matrix/client/v3/login", ""},
		"it moves in a circle":  {"@ana:matrix.test", map[string]network.Reply{place: to(place)}, "", "does not say where"},
		"it moves to the open":  {"@ana:matrix.test", map[string]network.Reply{place: to("http://matrix.test/")}, "", "does not say where"},
		"a page":                {"@ana:matrix.test", map[string]network.Reply{place: {Status: 200, Body: []byte("<html>")}}, "", "does not say where"},
		"nothing in it":         {"@ana:matrix.test", map[string]network.Reply{place: {Status: 200, Body: []byte("{}")}}, "", "does not say where"},
		"an open address":       {"@ana:matrix.test", map[string]network.Reply{place: says("http://hs.test")}, "", "cannot be used"},
		"with a name in it":     {"@ana:matrix.test", map[string]network.Reply{place: says("https://a:b@hs.test")}, "", "cannot be used"},
		"no homeserver there":   {"@ana:matrix.test", map[string]network.Reply{place: says("https://hs.test"), "https://hs.test/_matrix/client/versions": {Status: 200, Body: []byte("<html>")}}, "", "no homeserver"},
		"a server of long ago":  {"@ana:matrix.test", map[string]network.Reply{place: says("https://hs.test"), "https://hs.test/_matrix/client/versions": {Status: 200, Body: []byte(`{"versions":["r0.6.1"]}`)}}, "", "too old"},
		"a server that is gone": {"@ana:matrix.test", map[string]network.Reply{place: says("https://hs.test"), "https://hs.test/_matrix/client/versions": {Status: 502}}, "", "no homeserver"},
	} {
		asked := ""
		c := calls(nil)
		c.answer = func(r network.Request) (network.Reply, bool) {
			if reply, ok := test.answers[r.URL]; ok {
				return reply, true
			}
			if r.Header["Authorization"] != "" || len(r.Body) > 0 {
				t.Errorf("%s: a secret goes to %s", name, r.URL)
			}
			asked = r.URL
			return network.Reply{Status: 404}, true
		}
		step := connect(t, c, map[string]string{"user": test.user, "password": "secret", "room": "#a:b"})
		if asked != test.asked || !strings.Contains(step.Message, test.message) {
			t.Errorf("%s: %q was asked, %q is said", name, asked, step.Message)
		}
	}
}

func TestVerifyAndDelete(t *testing.T) {
	s, c := matrixtest.New(t), calls(nil)
	a, err := matrix.New().Verify(t.Context(), c, s.Account())
	if err != nil || a.Handle != matrixtest.Alias || a.Name != "News" {
		t.Fatalf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = matrixtest.Room + "/@bob:matrix.test"
	if _, err := matrix.New().Verify(t.Context(), c, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another account's token: %v", err)
	}
	r := publish(t, s, c, plan("a", network.Part{Text: "gone"}))
	for range 2 { // what is gone is success, and no second redaction
		if err := matrix.New().Delete(t.Context(), c, s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if err := matrix.New().Delete(t.Context(), c, s.Account(), network.Receipt{RemoteID: "$unknown"}); err != nil {
		t.Errorf("delete what is not there: %v", err)
	}
	if n, events := len(s.Posts()), len(s.Events()); n != 0 || events != 2 {
		t.Errorf("%d messages are left, %d events", n, events)
	}
	s.Expel()
	if _, err := matrix.New().Verify(t.Context(), c, s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("outside the room: %v", err)
	}
	if _, err := matrix.New().Publish(t.Context(), c, s.Account(), plan("b", network.Part{Text: "x"})); network.KindOf(err) != network.Reauth {
		t.Errorf("publishing from outside: %v", err)
	}
}

func TestLimitsAreTheServersOwn(t *testing.T) {
	s := matrixtest.New(t)
	for name, test := range map[string]struct {
		status int
		body   string
		bytes  int64
		fails  bool
	}{
		"it says":         {200, `{"m.upload.size":1000}`, 1000, false},
		"it does not":     {200, `{}`, 0, false},
		"null":            {200, `{"m.upload.size":null}`, 0, false},
		"nothing at all":  {404, `{"errcode":"M_UNRECOGNIZED"}`, 0, false},
		"less than none":  {200, `{"m.upload.size":-1}`, 0, false},
		"a text":          {200, `{"m.upload.size":"1"}`, 0, true},
		"a page":          {200, `<html>`, 0, true},
		"a server's fall": {500, ``, 0, true},
	} {
		c := calls(nil)
		c.answer = func(network.Request) (network.Reply, bool) {
			return network.Reply{Status: test.status, Body: []byte(test.body)}, true
		}
		l, err := matrix.New().Limits(t.Context(), c, s.Account())
		if (err != nil) != test.fails || l.Media.ImageBytes != test.bytes || l.Media.VideoBytes != test.bytes || l.Media.Max != 1 {
			t.Errorf("%s: %+v, %v", name, l.Media, err)
		}
	}
}

// What a server may answer somebody who was put out of the room, when it is asked whether the room is
// encrypted.
func TestSomeOtherStateDoesNotHideThatOneIsOutside(t *testing.T) {
	s := matrixtest.New(t)
	for name, test := range map[string]struct {
		encryption, member string
		kind               network.Kind
	}{
		"outside":            {`{"membership":"leave"}`, `{"membership":"leave"}`, network.Reauth},
		"inside":             {`{"membership":"join"}`, `{"membership":"join"}`, network.Rejected},
		"nobody can say":     {`{}`, `[]`, network.Ambiguous},
		"the real state":     {`{"algorithm":"m.megolm.v1.aes-sha2"}`, `{"membership":"leave"}`, network.Rejected},
		"an algorithm of 12": {`{"algorithm":12}`, `{"membership":"leave"}`, network.Rejected},
	} {
		c := calls(nil)
		c.answer = func(r network.Request) (network.Reply, bool) {
			body := test.member
			if strings.Contains(r.URL, "m.room.encryption") {
				body = test.encryption
			}
			return network.Reply{Status: 200, Body: []byte(body)}, true
		}
		if _, err := matrix.New().Publish(t.Context(), c, s.Account(), plan("a", network.Part{Text: "x"})); network.KindOf(err) != test.kind || len(s.Events()) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
