package networktest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"postbag/backend/network"
)

// Run exercises n against stand-ins made by newServer, one a test. Every network's test calls
// it once; a network that passes keeps the promises the queue relies on.
func Run(t *testing.T, n network.Network, newServer func(*testing.T) Server) {
	s := suite{n: n, d: n.Describe(), newServer: newServer}
	if s.d.ByHand {
		t.Run("by hand", s.byHand)
		s.n = handed{n}
		s.d = s.n.Describe()
	}
	by := StandIn
	if s.d.Local || s.d.Rehearsal {
		by = Itself
	}
	Verified(t, s.d.ID, by, "")
	t.Run("facts", s.facts)
	if t.Failed() {
		return // the other groups rely on the facts
	}
	t.Run("whole", s.whole)
	t.Run("limits", s.limits)
	t.Run("outcome", s.outcome)
	t.Run("repeat", s.repeat)
	t.Run("edits", s.edits)
	t.Run("manners", s.manners)
	t.Run("shapes", s.shapes)
	t.Run("linked", s.linked)
	t.Run("connect", s.connect)
	t.Run("both", s.both)
}

type suite struct {
	n         network.Network
	d         network.Descriptor
	newServer func(*testing.T) Server
}

// bench is one stand-in with everything needed to publish to it.
type bench struct {
	*testing.T
	suite
	server  Server
	account network.Account
	limits  network.Limits
	files   *Files
	carrier network.Carrier
	secrets []string
}

func (s suite) bench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, suite: s, files: NewFiles(), server: s.newServer(t)}
	if filed, ok := b.server.(Filed); ok {
		filed.UseFiles(b.files)
	}
	b.carrier = carrierFor(b.server, b.files)
	b.account = b.server.Account()
	b.limits = s.d.LimitsFor(b.account)
	b.secrets = secretsOf(b.account)
	return b
}

func (b *bench) journal() *journal {
	return &journal{
		t: b.T, d: b.d, carrier: b.carrier, secrets: b.secrets, stop: -1,
		done: map[string]call{}, used: map[string]bool{},
	}
}

// publish runs Publish and holds its result to the contract.
func (b *bench) publish(ctx context.Context, c network.Calls, p network.Plan) (network.Receipt, error) {
	b.Helper()
	receipt, err := b.n.Publish(ctx, c, b.account, p)
	if err == nil && receipt.RemoteID == "" {
		b.Error("Publish succeeded with an empty RemoteID")
	}
	b.wellFormed(err)
	return receipt, err
}

// wellFormed checks what holds for every error of Publish.
func (b *bench) wellFormed(err error) {
	b.Helper()
	if err == nil {
		return
	}
	e, ok := errors.AsType[*network.Error](err)
	if !ok {
		b.Errorf("Publish fails with %T (%v), want *network.Error", err, err)
		return
	}
	switch e.Kind {
	case network.NotSent, network.Rejected, network.Throttled, network.Reauth, network.Ambiguous:
	default:
		b.Errorf("Publish fails with the kind %q", e.Kind)
	}
	if e.Message == "" {
		b.Error("Publish fails without a message for people")
	}
	if leaks(err.Error(), b.secrets) {
		b.Error("the error shows the secret")
	}
}

// must publishes p through j and stops the test if that fails.
func (b *bench) must(j *journal, p network.Plan) network.Receipt {
	b.Helper()
	receipt, err := b.publish(b.Context(), j, p)
	if err != nil {
		b.Fatalf("publish: %v; calls:%s", err, describe(j.calls()))
	}
	return receipt
}

// wantKind checks the kind of an error.
func (b *bench) wantKind(err error, want network.Kind) {
	b.Helper()
	if err == nil {
		b.Fatalf("no error, want %s", want)
	}
	if got := network.KindOf(err); got != want {
		b.Errorf("kind %s, want %s (%v)", got, want, err)
	}
}

// wantPosts checks how much the server saved.
func (b *bench) wantPosts(want int) {
	b.Helper()
	if got := len(b.server.Posts()); got != want {
		b.Errorf("the server has %d posts, want %d", got, want)
	}
}

// plays reports whether the stand-in can play a failure.
func (b *bench) plays(f Failure) bool {
	limited, ok := b.server.(Limited)
	return !ok || limited.Plays(f)
}

// secretsOf lists the values that must never be seen: the secret and each of its fields,
// without those that are the account's open facts.
func secretsOf(a network.Account) []string {
	if a.Secret.IsZero() {
		return nil
	}
	list := []string{a.Secret.Reveal()}
	var fields map[string]string
	if json.Unmarshal([]byte(a.Secret.Reveal()), &fields) == nil {
		for _, v := range fields {
			if len(v) >= 8 && v != a.RemoteID && v != a.Handle && v != a.Server {
				list = append(list, v)
			}
		}
	}
	return list
}

func leaks(s string, secrets []string) bool {
	for _, secret := range secrets {
		if strings.Contains(s, secret) {
			return true
		}
	}
	return false
}
