package bluesky_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

// come lets the stand-in's person agree or not, and goes on with what the browser brings back.
func come(t *testing.T, s *blueskytest.Server, c network.Calls, step network.Step, agree bool) network.Step {
	t.Helper()
	back, err := s.Browse(step.Browse, agree)
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(back, "?")
	step.Answers = callbackAnswers(t, query)
	last, err := bluesky.New().Connect(t.Context(), c, step)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func TestASignInInTheBrowserNeedsAHandleAlone(t *testing.T) {
	s, c := blueskytest.New(t), newCalls(nil)
	step := begin(t, c, s.URL, "@Alice.Test")
	u, err := url.Parse(step.Browse)
	if err != nil || u.Query().Get("request_uri") == "" || len(u.Query()) != 2 {
		t.Fatalf("the browser is sent to %s", step.Browse)
	}
	text, err := json.Marshal(step)
	if err != nil || strings.Contains(string(text), step.Carry.Field("key")) || strings.Contains(string(text), step.Carry.Field("verifier")) {
		t.Fatalf("the page sees %s: %v", text, err)
	}
	last := come(t, s, c, step, true)
	if last.Account == nil {
		t.Fatalf("it ended with %q", last.Message)
	}
	a := *last.Account
	if a.Handle != "alice.test" || a.RemoteID == "" || a.Server != s.URL || s.Requests("com.atproto.server.createSession") != 0 {
		t.Errorf("connected as %+v", a)
	}
	if left := time.Until(a.Expires); left < 50*time.Minute || left > time.Hour {
		t.Errorf("the token is good for %v more", left)
	}
	publish(t, c, a, plan("browser", network.Part{Text: "hello"}))
	if n := len(s.Posts()); n != 1 {
		t.Errorf("%d posts arrived", n)
	}
}

func TestWithoutABrowserAPasswordIsAskedFor(t *testing.T) {
	s, c := blueskytest.New(t), newCalls(nil)
	step, err := bluesky.New().Connect(t.Context(), c, network.Step{Name: "account", Answers: map[string]string{"server": s.URL, "identifier": "alice.test"}})
	if err != nil || step.Browse != "" || step.Reason != network.ReasonMissing || step.About != "password" || len(c.steps) > 0 {
		t.Errorf("%+v, %v, requests %v", step, err, c.steps)
	}
}

func TestAnAnswerThatDoesNotBelongToTheSignInConnectsNothing(t *testing.T) {
	for name, change := range map[string]func(s *blueskytest.Server, answers map[string]string){
		"another state":     func(_ *blueskytest.Server, a map[string]string) { a["state"] = "x" },
		"no state":          func(_ *blueskytest.Server, a map[string]string) { delete(a, "state") },
		"another issuer":    func(_ *blueskytest.Server, a map[string]string) { a["iss"] = "https://evil.example" },
		"no issuer":         func(_ *blueskytest.Server, a map[string]string) { delete(a, "iss") },
		"no code":           func(_ *blueskytest.Server, a map[string]string) { delete(a, "code") },
		"another code":      func(_ *blueskytest.Server, a map[string]string) { a["code"] = "guessed" },
		"an error":          func(_ *blueskytest.Server, a map[string]string) { a["error"] = "server_error" },
		"another account":   func(s *blueskytest.Server, _ map[string]string) { s.Pretend("", blueskytest.OtherDID, "") },
		"too small a scope": func(s *blueskytest.Server, _ map[string]string) { s.Pretend("", "", "atproto") },
	} {
		s, c := blueskytest.New(t), newCalls(nil)
		step := begin(t, c, s.URL, "alice.test")
		back, err := s.Browse(step.Browse, true)
		if err != nil {
			t.Fatal(err)
		}
		_, query, _ := strings.Cut(back, "?")
		step.Answers = callbackAnswers(t, query)
		change(s, step.Answers)
		before := len(c.steps)
		last, err := bluesky.New().Connect(t.Context(), c, step)
		if err != nil || last.Account != nil || last.Message == "" || len(last.Ask) != 3 {
			t.Errorf("%s: %+v, %v", name, last, err)
		}
		if sent := len(c.steps) > before; sent && (strings.HasSuffix(name, "state") || strings.HasSuffix(name, "issuer")) {
			t.Errorf("%s: the code was sent on", name)
		}
	}
	s, c := blueskytest.New(t), newCalls(nil)
	if last := come(t, s, c, begin(t, c, s.URL, "alice.test"), false); last.Reason != network.ReasonDenied || last.Account != nil {
		t.Errorf("not agreed: %+v", last)
	}
	s.Pretend("https://evil.example", "", "")
	if last := come(t, s, c, begin(t, c, s.URL, "alice.test"), true); last.Reason != network.ReasonSignIn || last.Account != nil {
		t.Errorf("a server that takes another name in the answer: %+v", last)
	}
}

func TestACodeIsGoodOnce(t *testing.T) {
	s, c := blueskytest.New(t), newCalls(nil)
	step := begin(t, c, s.URL, "alice.test")
	back, err := s.Browse(step.Browse, true)
	if err != nil {
		t.Fatal(err)
	}
	_, query, _ := strings.Cut(back, "?")
	step.Answers = callbackAnswers(t, query)
	for i, want := range []bool{true, false} {
		last, err := bluesky.New().Connect(t.Context(), c, step)
		if err != nil || (last.Account != nil) != want {
			t.Errorf("the time number %d: %+v, %v", i+1, last, err)
		}
	}
}

func TestANonceThatEndsOnTheWayIsAskedForAgain(t *testing.T) {
	s, c := blueskytest.New(t), newCalls(nil)
	a := s.BoundAccount()
	for range 3 { // what changes nothing is simply repeated
		s.TurnNonce()
		if _, err := bluesky.New().Verify(t.Context(), c, a); err != nil {
			t.Fatal(err)
		}
		s.TurnNonce()
		var err error
		if a, err = bluesky.New().Refresh(t.Context(), c, a); err != nil {
			t.Fatal(err)
		}
		s.TurnNonce()
		publish(t, c, a, plan(time.Now().String(), network.Part{Text: "hello"}))
	}
	if n := len(s.Posts()); n != 3 {
		t.Errorf("%d posts arrived", n)
	}
}

func TestAPostIsNotRepeatedForANonceByItself(t *testing.T) {
	s, c := blueskytest.New(t), newCalls(nil)
	a, in := s.BoundAccount(), plan("turn", network.Part{Text: "hello"})
	s.TurnNonceBefore("com.atproto.repo.putRecord")
	_, err := bluesky.New().Publish(t.Context(), c, a, in)
	wantKind(t, err, network.Throttled)
	if n := s.Requests("com.atproto.repo.putRecord"); n != 1 || len(s.Posts()) != 0 || network.WaitOf(err) != 0 {
		t.Errorf("%d requests, %d posts, wait %v", n, len(s.Posts()), network.WaitOf(err))
	}
	publish(t, c, a, in)
	if n := len(s.Posts()); n != 1 {
		t.Errorf("%d posts arrived", n)
	}
}

func TestABoundTokenIsNothingWithoutItsKey(t *testing.T) {
	s := blueskytest.New(t)
	a, other := s.BoundAccount(), s.BoundAccount()
	fields := map[string]string{"kind": "oauth", "token_endpoint": s.URL + "/oauth/token", "client_id": "http://localhost?x"}
	for _, name := range []string{"access", "refresh"} {
		fields[name] = a.Secret.Field(name)
	}
	stolen := a
	for name, key := range map[string]string{"another key": other.Secret.Field("key"), "no key": ""} {
		fields["key"] = key
		stolen.Secret = network.SecretOf(maps.Clone(fields))
		_, err := bluesky.New().Publish(t.Context(), newCalls(nil), stolen, plan(name, network.Part{Text: "x"}))
		wantKind(t, err, network.Reauth)
		_, err = bluesky.New().Refresh(t.Context(), newCalls(nil), stolen)
		wantKind(t, err, network.Reauth)
	}
	if len(s.Posts()) != 0 {
		t.Error("something was posted")
	}
}

// What a server answers to a refresh is judged: only what it documents ends the sign-in.
func TestARefreshIsJudgedByWhatIsDocumented(t *testing.T) {
	s := blueskytest.New(t)
	a := s.BoundAccount()
	good := func(sub, refresh string) string {
		return `{"access_token":"a","token_type":"DPoP","sub":"` + sub + `","refresh_token":"` + refresh + `"}`
	}
	nonce := map[string]string{"Dpop-Nonce": "x"}
	for name, c := range map[string]struct {
		reply network.Reply
		want  network.Kind
	}{
		"ended":            {network.Reply{Status: 400, Body: []byte(`{"error":"invalid_grant"}`)}, network.Reauth},
		"another client":   {network.Reply{Status: 401, Body: []byte(`{"error":"invalid_client"}`)}, network.Reauth},
		"the clock":        {network.Reply{Status: 400, Body: []byte(`{"error":"invalid_dpop_proof"}`)}, network.Throttled},
		"always a nonce":   {network.Reply{Status: 400, Header: nonce, Body: []byte(`{"error":"use_dpop_nonce"}`)}, network.Throttled},
		"too much":         {network.Reply{Status: 429}, network.Throttled},
		"broken":           {network.Reply{Status: 502, Body: []byte(`{"error":"invalid_grant"}`)}, network.Ambiguous},
		"no JSON":          {network.Reply{Status: 200, Body: []byte(`<html>`)}, network.Ambiguous},
		"bearer":           {network.Reply{Status: 200, Body: []byte(strings.Replace(good(a.RemoteID, "r"), "DPoP", "Bearer", 1))}, network.Ambiguous},
		"no refresh token": {network.Reply{Status: 200, Body: []byte(good(a.RemoteID, ""))}, network.Ambiguous},
		"another account":  {network.Reply{Status: 200, Body: []byte(good(blueskytest.OtherDID, "r"))}, network.Reauth},
	} {
		calls := newCalls(nil)
		calls.answer = func(string, network.Request) (network.Reply, bool) { return c.reply, true }
		_, err := bluesky.New().Refresh(t.Context(), calls, a)
		if err == nil || network.KindOf(err) != c.want || len(calls.steps) > 2 {
			t.Errorf("%s: %v after %v", name, err, calls.steps)
		}
	}
}

// site answers with a status, for what is no success.
type site struct {
	*web
	status map[string]int
}

func (w site) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := w.web.Read(ctx, step, r)
	if status, ok := w.status[r.URL]; ok {
		reply.Status = status
	}
	return reply, err
}

func (w site) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return w.Read(ctx, step, r)
}

const (
	homePDS  = "https://pds.example.com"
	homeAuth = "https://auth.example.com"
	resource = homePDS + "/.well-known/oauth-protected-resource"
	metadata = homeAuth + "/.well-known/oauth-authorization-server"
	findDID  = "https://bsky.social/xrpc/com.atproto.identity.resolveHandle?handle=alice.example.com"
)

// honest is a web in which alice.example.com lives on a server that another one signs in for.
func honest(t *testing.T) site {
	t.Helper()
	b, err := json.Marshal(blueskytest.Metadata(homeAuth))
	if err != nil {
		t.Fatal(err)
	}
	return site{&web{replies: map[string]string{
		findDID:                           `{"did":"` + webDID + `"}`,
		"https://plc.directory/" + webDID: strings.Replace(document(homePDS), "{", `{"alsoKnownAs":["at://Alice.example.com"],`, 1),
		resource:                          `{"resource":"` + homePDS + `","authorization_servers":["` + homeAuth + `"]}`,
		metadata:                          string(b),
		homeAuth + "/oauth/par":           `{"request_uri":"urn:x","expires_in":300}`,
	}}, map[string]int{}}
}

func TestASignInIsLookedForFromTheHandleToTheServerThatSignsIn(t *testing.T) {
	w := honest(t)
	for _, who := range []string{"alice.example.com", webDID} {
		step, err := bluesky.New().Connect(t.Context(), w, network.Step{Answers: map[string]string{"identifier": who, "redirect_uri": callback}})
		if err != nil || !strings.HasPrefix(step.Browse, homeAuth+"/oauth/authorize?client_id=http%3A%2F%2Flocalhost") {
			t.Errorf("%s: %+v, %v", who, step, err)
		}
		if step.Carry.Field("did") != webDID || step.Carry.Field("server") != homePDS || step.Carry.Field("issuer") != homeAuth {
			t.Errorf("%s: another account or server is carried on", who)
		}
	}
}

func TestAHostileWebBeginsNoSignIn(t *testing.T) {
	edit := func(address, from, to string) func(site) {
		return func(w site) { w.replies[address] = strings.Replace(w.replies[address], from, to, 1) }
	}
	status := func(address string, code int) func(site) { return func(w site) { w.status[address] = code } }
	huge := strings.Repeat(" ", 100_000)
	for name, change := range map[string]func(site){
		"no such handle":               status(findDID, 400),
		"a handle with no DID":         edit(findDID, "did:plc", "plc"),
		"a directory that is away":     status("https://plc.directory/"+webDID, 500),
		"a DID that names another":     edit("https://plc.directory/"+webDID, "Alice", "mallory"),
		"a DID without names":          edit("https://plc.directory/"+webDID, "at://Alice.example.com", ""),
		"a server without encryption":  edit("https://plc.directory/"+webDID, homePDS, "http://pds.example.com"),
		"a server with a number":       edit("https://plc.directory/"+webDID, homePDS, "https://192.168.1.1"),
		"a server on this machine":     edit("https://plc.directory/"+webDID, homePDS, "https://127.0.0.1:1"),
		"a redirect of the resource":   status(resource, 302),
		"no resource":                  status(resource, 404),
		"a broken resource":            status(resource, 503),
		"a huge resource":              edit(resource, "{", "{"+huge),
		"another resource":             edit(resource, homePDS, "https://other.example.com"),
		"no sign-in server":            edit(resource, `"`+homeAuth+`"`, ``),
		"two sign-in servers":          edit(resource, `"`+homeAuth+`"`, `"`+homeAuth+`","https://b.example.com"`),
		"a sign-in server on http":     edit(resource, homeAuth, "http://auth.example.com"),
		"a sign-in server here":        edit(resource, homeAuth, "http://127.0.0.1:1"),
		"a sign-in server by number":   edit(resource, homeAuth, "https://10.0.0.1"),
		"a sign-in server with a path": edit(resource, homeAuth, homeAuth+"/a"),
		"a sign-in server with a user": edit(resource, homeAuth, "https://a@auth.example.com"),
		"a redirect of the metadata":   status(metadata, 307),
		"huge metadata":                edit(metadata, "{", "{"+huge),
		"no metadata":                  edit(metadata, "{", ""),
		"metadata of another":          edit(metadata, `"issuer":"`+homeAuth, `"issuer":"https://evil.example.com`),
		"tokens over http":             edit(metadata, homeAuth+"/oauth/token", "http://auth.example.com/oauth/token"),
		"tokens in the own network":    edit(metadata, homeAuth+"/oauth/token", "https://192.168.0.1/oauth/token"),
		"tokens on this machine":       edit(metadata, homeAuth+"/oauth/token", "http://localhost:1/oauth/token"),
		"a push over http":             edit(metadata, homeAuth+"/oauth/par", "http://auth.example.com/oauth/par"),
		"a page that is a program":     edit(metadata, homeAuth+"/oauth/authorize", "javascript:alert(1)"),
		"a page that is a file":        edit(metadata, homeAuth+"/oauth/authorize", "file:///etc/passwd"),
		"no proofs":                    edit(metadata, `["ES256"]`, `["none"]`),
		"no PKCE":                      edit(metadata, `["S256"]`, `["plain"]`),
		"no public clients":            edit(metadata, `["none",`, `[`),
		"no name in the answer":        edit(metadata, `"authorization_response_iss_parameter_supported":true`, `"x":1`),
		"a push that is refused":       status(homeAuth+"/oauth/par", 400),
		"a push that is forwarded":     status(homeAuth+"/oauth/par", 302),
		"a push that fails":            status(homeAuth+"/oauth/par", 500),
	} {
		w := honest(t)
		change(w)
		step, err := bluesky.New().Connect(t.Context(), w, network.Step{Answers: map[string]string{"identifier": "alice.example.com", "redirect_uri": callback}})
		if err != nil || step.Browse != "" || step.Message == "" || len(step.Ask) != 3 || network.Printable(step.Message) != step.Message {
			t.Errorf("%s: %+v, %v", name, step, err)
		}
		for _, address := range w.seen {
			if !strings.HasPrefix(address, "https://") || strings.Contains(address, "//192.168") || strings.Contains(address, "//10.") || strings.Contains(address, "//127.") {
				t.Errorf("%s: %s was asked", name, address)
			}
		}
	}
}

// The same over the real carrier: a redirect is not followed, an endless document is not read, and a server
// of the web cannot name one on this machine.
func TestAServerThatRedirectsOrFloodsBeginsNoSignIn(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"a flood": func(w http.ResponseWriter, _ *http.Request) {
			for range 2 * network.MaxReply >> 10 {
				if _, err := w.Write(make([]byte, 1<<10)); err != nil {
					return
				}
			}
		},
		"an end in the middle": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		seen := []string{}
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r.URL.Path)
			if strings.HasPrefix(r.URL.Path, "/xrpc/") {
				_, _ = w.Write([]byte(`{"did":"` + webDID + `"}`)) // the other side may be gone
				return
			}
			answer(w, r)
		}))
		step, err := bluesky.New().Connect(t.Context(), newCalls(nil), network.Step{Answers: map[string]string{
			"server": s.URL, "identifier": "alice.test", "redirect_uri": callback,
		}})
		s.Close()
		if err != nil || step.Browse != "" || step.Message == "" || len(seen) != 2 {
			t.Errorf("%s: %+v, %v, asked for %v", name, step, err, seen)
		}
	}
}
