package webhook_test

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/webhook"
	"postbag/backend/networks/webhook/webhooktest"
)

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := webhooktest.New(t)
	good := s.Answers()
	for _, test := range []struct {
		key, value string
		reason     network.Reason
		about      string
	}{
		{"address", "", network.ReasonMissing, "address"},
		{"address", "example.com/hooks", network.ReasonMalformed, "address"},
		{"address", "http://example.com/{key}", network.ReasonMalformed, "address"},
		{"address", "ftp://example.com/{key}", network.ReasonMalformed, "address"},
		{"address", "https://ana:pass@example.com/{key}", network.ReasonMalformed, "address"},
		{"address", "https://example.com/{key}#top", network.ReasonMalformed, "address"},
		{"address", "https://{key}.example.com/", network.ReasonMalformed, "address"},
		{"address", "https://example.com/{token}/{key}", network.ReasonMalformed, "address"},
		{"address", "https://example.com/a b/{key}", network.ReasonMalformed, "address"},
		{"address", "https://example.com/%zz/{key}", network.ReasonMalformed, "address"},
		{"address", "https:///{key}", network.ReasonMalformed, "address"},
		{"address", "https://example.com/" + strings.Repeat("x", 2000) + "{key}", network.ReasonMalformed, "address"},
		{"address", s.URL + "/hooks/plain", network.ReasonMalformed, "address"}, // the key has no place
		{"address", s.URL + "/elsewhere/{key}", network.ReasonNotFound, "address"},
		{"address", "http://127.0.0.1:1/{key}", network.ReasonUnreachable, ""},
		{"key", "", network.ReasonMissing, "key"},
		{"key", "a/b", network.ReasonMalformed, "key"},
		{"key", "another", network.ReasonNotFound, "address"},
		{"secret", "", network.ReasonMissing, "secret"},
		{"secret", "too short", network.ReasonMalformed, "secret"},
		{"secret", "another-secret-altogether", network.ReasonRefused, "secret"},
	} {
		answers := maps.Clone(good)
		answers[test.key] = test.value
		step := connect(t, calls(nil), answers)
		if step.Account != nil || step.Reason != test.reason || step.About != test.about || step.Message == "" || len(step.Ask) != 3 {
			t.Errorf("%s %q: %s about %q: %s", test.key, test.value, step.Reason, step.About, step.Message)
		}
		for _, q := range step.Ask {
			if q.Secret && q.Default != "" {
				t.Errorf("%s %q: the answer to %s is shown again", test.key, test.value, q.Key)
			}
		}
	}
}

func TestTheSecretPartOfAnAddressIsNowhereElse(t *testing.T) {
	s := webhooktest.New(t)
	step := connect(t, calls(nil), s.Answers())
	if step.Account == nil {
		t.Fatal(step.Message)
	}
	a := *step.Account
	if a.Name != webhooktest.Name || a.Handle != strings.TrimPrefix(s.URL, "http://")+"/hooks/…" || a.Server != s.URL {
		t.Errorf("connected as %q %q at %q", a.Name, a.Handle, a.Server)
	}
	if open := fmt.Sprintf("%+v", a); strings.Contains(open, webhooktest.Key) || strings.Contains(open, webhooktest.Secret) {
		t.Errorf("what is open of it says %s", open)
	}
	publish(t, nil, a, plan("key-1", network.Part{Text: "hello"}))
	if verified, err := webhook.New().Verify(t.Context(), calls(nil), a); err != nil || verified.Name != webhooktest.Name || s.Pings() != 2 {
		t.Errorf("verified as %+v, %v, %d pings", verified, err, s.Pings())
	}
	a.Secret = network.SecretOf(map[string]string{"secret": "another-secret-altogether", "key": webhooktest.Key})
	if _, err := webhook.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("with another secret: %v", err)
	}

	// Two addresses that differ in their secret parts alone are two channels.
	ids := map[string]bool{}
	for _, key := range []string{"first", "second", "first"} {
		step := connect(t, answers(`{"postbag":1}`), map[string]string{"address": "https://example.com/{key}", "key": key, "secret": webhooktest.Secret})
		ids[step.Account.RemoteID] = true
	}
	if len(ids) != 2 {
		t.Errorf("the channels have the ids %v", ids)
	}
}

func TestAChannelThatLostItsAddressSendsNothing(t *testing.T) {
	good := webhooktest.New(t).Account()
	for _, change := range []func(a *network.Account){
		func(a *network.Account) { a.Options = nil },
		func(a *network.Account) { a.Server = "https://evil.example" },
		func(a *network.Account) { a.Secret = network.SecretOf(map[string]string{"secret": webhooktest.Secret}) },
		func(a *network.Account) { a.Secret = network.Secret{} },
	} {
		a := good
		change(&a)
		if _, err := webhook.New().Publish(t.Context(), nil, a, plan("k", network.Part{Text: "hello"})); network.KindOf(err) != network.Rejected {
			t.Errorf("published: %v", err)
		}
		if _, err := webhook.New().Verify(t.Context(), nil, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("verified: %v", err)
		}
		if _, err := webhook.New().Limits(t.Context(), nil, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("limits: %v", err)
		}
	}
}

// answers is a receiver that says one thing to everything, with the status before it if there is one.
type answers string

func (s answers) Read(context.Context, string, network.Request) (network.Reply, error) {
	status, body := 200, string(s)
	if n, rest, ok := strings.Cut(body, " "); ok && len(n) == 3 {
		if _, err := fmt.Sscan(n, &status); err != nil {
			return network.Reply{}, err
		}
		body = rest
	}
	return network.Reply{Status: status, Body: []byte(body)}, nil
}

func (s answers) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func (s answers) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func TestAKeyIsTrustedOnlyAsFarAsTheReceiverSays(t *testing.T) {
	a := webhooktest.New(t).Account()
	for said, want := range map[string]time.Duration{
		`{"postbag":1}`:                         0,
		`{"postbag":1,"remembers":0}`:           0,
		`{"postbag":1,"remembers":-86400}`:      0,
		`{"postbag":1,"remembers":599}`:         0,
		`{"postbag":1,"remembers":600}`:         10 * time.Minute,
		`{"postbag":1,"remembers":86400,"x":1}`: 24 * time.Hour,
		`{"postbag":1,"remembers":9223372036}`:  30 * 24 * time.Hour,
	} {
		l, err := webhook.New().Limits(t.Context(), answers(said), a)
		shape := network.ShapeKey
		if want == 0 {
			shape = ""
		}
		if err != nil || l.Reconcile.KeyLife != want || l.Reconcile.Shape != shape {
			t.Errorf("%s: %+v, %v", said, l.Reconcile, err)
		}
	}
}

func TestWhatIsNoReceiverIsNotConnected(t *testing.T) {
	for said, reason := range map[string]network.Reason{
		"":                                  network.ReasonNotUnderstood,
		"<html>Please sign in</html>":       network.ReasonNotUnderstood,
		`{"postbag":`:                       network.ReasonNotUnderstood,
		`{"postbag":2}`:                     network.ReasonNotUnderstood,
		`{"postbag":"1"}`:                   network.ReasonNotUnderstood,
		`{"postbag":1,"name":7}`:            network.ReasonNotUnderstood,
		`{"postbag":1,"remembers":"a day"}`: network.ReasonNotUnderstood,
		`{"postbag":1,"remembers":1e99}`:    network.ReasonNotUnderstood,
		`[{"postbag":1}]`:                   network.ReasonNotUnderstood,
		`201 {"postbag":1}`:                 network.ReasonNotUnderstood,
		`302 {"postbag":1}`:                 network.ReasonNotUnderstood,
		`500 {"postbag":1}`:                 network.ReasonNotUnderstood,
		`422 {"refused":"no pings"}`:        network.ReasonNotUnderstood,
		`404 nothing`:                       network.ReasonNotFound,
		`405 nothing`:                       network.ReasonNotFound,
		`410 gone`:                          network.ReasonNotFound,
		`401 who`:                           network.ReasonRefused,
		`429 slowly`:                        network.ReasonWait,
	} {
		step := connect(t, answers(said), map[string]string{"address": "https://example.com/hooks", "secret": webhooktest.Secret})
		if step.Account != nil || step.Reason != reason {
			t.Errorf("%q: %s: %s", said, step.Reason, step.Message)
		}
	}
	step := connect(t, answers(`{"postbag":1,"name":"a\u202e\ud800b\n"}`), map[string]string{"address": "https://example.com/hooks", "secret": webhooktest.Secret})
	if step.Account == nil || step.Account.Name != "a\uFFFDb" || step.Account.Handle != "example.com/hooks" {
		t.Errorf("connected as %+v: %s", step.Account, step.Message)
	}
}

// signs looks at the signature of a ping.
type signs struct {
	answers
	t *testing.T
}

func (s signs) Read(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	// printf '{"postbag":1,"type":"ping"}' | openssl dgst -sha256 -hmac "correct horse battery staple"
	const want = "sha256=9e59d78b65f374a2215e56d51bcb572986f5f690b71c5c507e630af5c1df0755"
	if got := r.Header["Postbag-Signature"]; got != want || len(r.Body) != 1 || string(r.Body[0].Bytes) != `{"postbag":1,"type":"ping"}` {
		s.t.Errorf("the signature is %s", got)
	}
	return s.answers.Read(ctx, step, r)
}

func TestASignatureIsWhatOtherToolsMakeOfIt(t *testing.T) {
	step := connect(t, signs{`{"postbag":1}`, t}, map[string]string{"address": "https://example.com", "secret": "correct horse battery staple"})
	if step.Account == nil {
		t.Error(step.Message)
	}
}
