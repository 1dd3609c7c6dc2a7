package network_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"postbag/backend/network"
)

func TestASecretShowsItselfNowhere(t *testing.T) {
	const canary = "canary-token-4711"
	s := network.SecretOf(map[string]string{"access": canary})
	a := network.Account{Handle: "me", Secret: s}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", s, "account", fmt.Sprint(a))
	for _, shown := range []string{
		fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q %x", s, s, s, s, s, s), fmt.Sprintf("%v %+v %#v", a, a, a), fmt.Sprintf("%v", &a),
		errors.Join(fmt.Errorf("with %v", s)).Error(), log.String(),
	} {
		if strings.Contains(shown, canary) || strings.Contains(shown, fmt.Sprintf("%x", canary)) {
			t.Errorf("shown in %q", shown)
		}
	}
	if _, err := json.Marshal(a); err == nil {
		t.Error("an account with a secret has a JSON form")
	}
	if _, err := json.Marshal(network.Step{Carry: s, Account: &a}); err != nil {
		t.Errorf("a step must travel without its secrets: %v", err)
	}
	if s.Field("access") != canary || s.Field("other") != "" || network.NewSecret("plain").Field("access") != "" {
		t.Error("fields do not come back")
	}
}

func TestTheHashIdentifiesARequestWithoutItsToken(t *testing.T) {
	base := func() network.Request {
		return network.Request{
			Method: "POST", URL: "https://a.example/x", Header: map[string]string{"Authorization": "one", "Idempotency-Key": "k"},
			Body: network.Body{{Bytes: []byte("a")}, {File: network.FileRef{SHA256: "f", Length: 3}}},
		}
	}
	same := base()
	same.Header["Authorization"] = "renewed"
	if base().Hash() != same.Hash() {
		t.Error("a renewed token makes another request")
	}
	for name, change := range map[string]func(*network.Request){
		"method":  func(r *network.Request) { r.Method = "PUT" },
		"address": func(r *network.Request) { r.URL += "?" },
		"key":     func(r *network.Request) { r.Header["Idempotency-Key"] = "l" },
		"body":    func(r *network.Request) { r.Body[0].Bytes = []byte("b") },
		"file":    func(r *network.Request) { r.Body[1].File.SHA256 = "g" },
		"files":   func(r *network.Request) { r.Files = []network.FilePut{{Path: "p"}} },
		"segment": func(r *network.Request) { r.Segment = 1 },
	} {
		other := base()
		change(&other)
		if other.Hash() == base().Hash() {
			t.Errorf("another %s has the same hash", name)
		}
	}
	// The border between two pieces is part of what is sent.
	ab, a := base(), base()
	ab.Body, a.Body = network.Body{{Bytes: []byte("ab")}}, network.Body{{Bytes: []byte("a")}, {Bytes: []byte("b")}}
	if ab.Body.Len() != a.Body.Len() {
		t.Error("lengths differ")
	}
}

func TestAnErrorNobodyClassifiedIsDoubt(t *testing.T) {
	if network.KindOf(errors.New("?")) != network.Ambiguous || network.KindOf(context.Canceled) != network.Ambiguous {
		t.Error("an unknown error is not ambiguous")
	}
	wrapped := fmt.Errorf("while posting: %w", &network.Error{Kind: network.Rejected, Message: "no"})
	if network.KindOf(wrapped) != network.Rejected {
		t.Error("wrapping loses the kind")
	}
}

type stub struct{ d network.Descriptor }

func (s stub) Describe() network.Descriptor { return s.d }
func (stub) Connect(context.Context, network.Calls, network.Step) (network.Step, error) {
	return network.Step{}, nil
}

func (stub) Publish(context.Context, network.Calls, network.Account, network.Plan) (network.Receipt, error) {
	return network.Receipt{}, nil
}

func TestARegistryRefusesNonsenseAtStart(t *testing.T) {
	good := descriptor()
	good.Classify = func(string, network.Reply) (network.Receipt, error) { return network.Receipt{}, nil }
	good.Local = true
	r := network.NewRegistry(stub{good})
	if _, ok := r.Get("n"); !ok || len(r.All()) != 1 {
		t.Error("the network is not there")
	}
	if _, ok := r.Local(); !ok {
		t.Error("the local network is not found")
	}
	for name, networks := range map[string][]network.Network{
		"twice": {stub{good}, stub{good}}, "incomplete": {stub{network.Descriptor{ID: "x"}}},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			network.NewRegistry(networks...)
		}()
	}
}

func TestSegmentsFollowTheThreadingAbility(t *testing.T) {
	for threading, want := range map[network.Threading]int{network.ThreadNone: 1, network.ThreadAtomic: 1, network.ThreadChain: 4, network.ThreadComment: 4} {
		if n := threading.Segments(4); n != want {
			t.Errorf("%s: %d segments", threading, n)
		}
	}
	p := network.Plan{Keys: []string{"a"}}
	if p.Key(0) != "a" || p.Key(1) != "" {
		t.Error("keys")
	}
}
