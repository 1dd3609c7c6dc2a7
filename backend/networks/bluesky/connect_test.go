package bluesky_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

func TestTheFirstQuestionsComeWithTheUsualServer(t *testing.T) {
	step, err := bluesky.New().Connect(t.Context(), newCalls(nil), network.Step{})
	if err != nil || step.Account != nil || step.Message != "" {
		t.Fatalf("%+v, %v", step, err)
	}
	secrets := 0
	for _, q := range step.Ask {
		if q.Secret {
			secrets++
		}
		if q.Key == "server" && q.Default != "https://bsky.social" {
			t.Errorf("the server is %q", q.Default)
		}
	}
	if len(step.Ask) != 3 || secrets != 1 {
		t.Errorf("%d questions, %d of them secret", len(step.Ask), secrets)
	}
}

func TestAnUnsafeServerIsNeverGivenThePassword(t *testing.T) {
	for _, server := range []string{
		"http://example.com", "ftp://127.0.0.1", "https://user@example.com", "https://example.com/path",
		"https://example.com?a=b", "https://", "not a server", "http://127.0.0.1.example.com",
	} {
		c := newCalls(nil)
		step, err := bluesky.New().Connect(t.Context(), c, network.Step{Answers: map[string]string{
			"server": server, "identifier": "alice.test", "password": "app1-app2-app3-app4",
		}})
		if err != nil || step.Message == "" || len(step.Ask) == 0 {
			t.Errorf("%q: %+v, %v", server, step, err)
		}
		if len(c.steps) > 0 {
			t.Errorf("%q: %v", server, c.steps)
		}
	}
}

func TestAServerOnThisMachineNeedsNoScheme(t *testing.T) {
	server := blueskytest.New(t)
	answers := server.Answers()
	answers["server"] = " " + strings.TrimPrefix(server.URL, "http://") + "/ "
	if account := connect(t, newCalls(nil), answers); account.Server != server.URL {
		t.Errorf("the account is on %s", account.Server)
	}
}

func TestACodeByMailIsAskedFor(t *testing.T) {
	server := blueskytest.New(t)
	server.WantCode("AB-12")
	c := newCalls(nil)
	step, err := bluesky.New().Connect(t.Context(), c, network.Step{Answers: server.Answers()})
	if err != nil || step.Name != "factor" || len(step.Ask) != 1 || !step.Ask[0].Secret {
		t.Fatalf("%+v, %v", step, err)
	}
	text, err := json.Marshal(step)
	if err != nil || strings.Contains(string(text), "app1-app2") {
		t.Fatalf("the step is %s: %v", text, err)
	}
	step.Answers = map[string]string{"authFactorToken": "wrong"}
	step, err = bluesky.New().Connect(t.Context(), c, step)
	if err != nil || step.Name != "factor" || step.Message == "" {
		t.Fatalf("%+v, %v", step, err)
	}
	step.Answers = map[string]string{"authFactorToken": " AB-12\n"}
	step, err = bluesky.New().Connect(t.Context(), c, step)
	if err != nil || step.Account == nil {
		t.Fatalf("%+v, %v", step, err)
	}
	if strings.Contains(step.Account.Secret.Reveal(), "app1-app2") {
		t.Error("the password was kept")
	}
	if left := time.Until(step.Account.Expires); left < time.Hour || left > 2*time.Hour {
		t.Errorf("the token is good for %v more", left)
	}
}

func TestTooManySignInsAreAnErrorThatSaysHowLong(t *testing.T) {
	server := blueskytest.New(t)
	answers := server.Answers()
	answers["password"] = "wrong"
	for range 31 {
		_, err := bluesky.New().Connect(t.Context(), newCalls(nil), network.Step{Answers: answers})
		if err != nil {
			wantKind(t, err, network.Throttled)
			if network.WaitOf(err) <= 0 {
				t.Error("it does not say how long to wait")
			}
			return
		}
	}
	t.Error("31 sign-ins were not too many")
}

// web answers for the public servers: the entryway, the directory, and a server of one's own.
type web struct {
	replies map[string]string // by address
	seen    []string
}

func (w *web) Read(_ context.Context, _ string, r network.Request) (network.Reply, error) {
	return w.Prepare(context.Background(), "", r)
}

func (w *web) Prepare(_ context.Context, _ string, r network.Request) (network.Reply, error) {
	w.seen = append(w.seen, r.URL)
	if body, ok := w.replies[r.URL]; ok {
		return network.Reply{Status: 200, Body: []byte(body)}, nil
	}
	return network.Reply{Status: 404}, nil
}

func (w *web) Publish(context.Context, string, network.Request) (network.Reply, error) {
	return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "a connect conversation cannot publish"}
}

const webDID = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"

func document(pds string) string {
	return fmt.Sprintf(`{"id":%q,"service":[{"id":"#other","type":"x","serviceEndpoint":{}},
		{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":%q}]}`, webDID, pds)
}

func TestTheUsualServerLeadsToTheAccountsOwn(t *testing.T) {
	const resolve = "https://bsky.social/xrpc/com.atproto.identity.resolveHandle?handle=alice.bsky.social"
	const home = "https://morel.us-east.host.bsky.network"
	w := &web{replies: map[string]string{
		resolve:                           `{"did":"` + webDID + `"}`,
		"https://plc.directory/" + webDID: document(home),
		"https://bsky.social/xrpc/com.atproto.server.createSession": `{"accessJwt":"a","refreshJwt":"r","did":"` + webDID +
			`","handle":"alice.bsky.social","didDoc":` + document(home) + `}`,
	}}
	account := connect(t, w, map[string]string{"identifier": "@\u202aAlice\u202c", "password": "p"})
	if account.Server != home || account.RemoteID != webDID || account.Handle != "alice.bsky.social" {
		t.Errorf("connected to %s as %s", account.Server, account.RemoteID)
	}
}

func TestAnAccountElsewhereIsSentThereByThePersonAndNotByItself(t *testing.T) {
	w := &web{replies: map[string]string{
		"https://bsky.social/xrpc/com.atproto.identity.resolveHandle?handle=alice.example.com": `{"did":"` + webDID + `"}`,
		"https://plc.directory/" + webDID: document("https://pds.example.com/"),
	}}
	step, err := bluesky.New().Connect(t.Context(), w, network.Step{
		Answers: map[string]string{"identifier": "alice.example.com", "password": "p"},
	})
	if err != nil || step.Account != nil || len(step.Ask) != 3 || step.Ask[0].Default != "https://pds.example.com" {
		t.Fatalf("%+v, %v", step, err)
	}
	if !strings.Contains(step.Message, "https://pds.example.com") {
		t.Errorf("the message is %q", step.Message)
	}
	for _, address := range w.seen {
		if strings.Contains(address, "createSession") {
			t.Errorf("the password was sent to %s", address)
		}
	}
}

func TestADocumentCannotSendTheTokensToAnUnsafePlace(t *testing.T) {
	for _, pds := range []string{"http://pds.example.com", "https://a@b.example.com", "file:///etc", "http://127.0.0.1:1", "https://x.example.com/path"} {
		w := &web{replies: map[string]string{
			"https://mine.example.com/xrpc/com.atproto.server.createSession": `{"accessJwt":"a","refreshJwt":"r","did":"` + webDID +
				`","handle":"alice.example.com","didDoc":` + document(pds) + `}`,
		}}
		account := connect(t, w, map[string]string{"server": "mine.example.com", "identifier": "a.example.com", "password": "p"})
		if account.Server != "https://mine.example.com" {
			t.Errorf("%s: the account is on %s", pds, account.Server)
		}
	}
}

func TestAnAccountThatIsNotActiveIsNotConnected(t *testing.T) {
	w := &web{replies: map[string]string{
		"https://mine.example.com/xrpc/com.atproto.server.createSession": `{"accessJwt":"a","refreshJwt":"r","did":"` + webDID +
			`","handle":"alice.example.com","active":false,"status":"deactivated"}`,
	}}
	step, err := bluesky.New().Connect(t.Context(), w, network.Step{Answers: map[string]string{
		"server": "mine.example.com", "identifier": "a.example.com", "password": "p",
	}})
	if err != nil || step.Account != nil || !strings.Contains(step.Message, "deactivated") {
		t.Errorf("%+v, %v", step, err)
	}
}
