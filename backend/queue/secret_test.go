package queue_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// tokens is what a sign-in server knows.
type tokens struct {
	renewals int
	fail     error
	during   func()
}

func newRenewing(t testing.TB, k *tokens) (*app, *pliant) {
	t.Helper()
	n := renewing{scripted: script(network.ShapeKey), refresh: func(ctx context.Context, _ network.Calls, a network.Account) (network.Account, error) {
		k.renewals++
		if k.during != nil {
			k.during()
		}
		if ctx.Err() != nil {
			return a, &network.Error{Kind: network.Ambiguous, Message: "the answer was torn", Err: ctx.Err()}
		}
		if k.fail != nil {
			return a, k.fail
		}
		a.Secret, a.Expires = network.NewSecret("fresh"), time.Time{}
		return a, nil
	}}
	a, p := newScripted(t, n)
	a.account.Secret = network.NewSecret("old")
	return a, p
}

// only accepts one token where ask says so.
func only(token string, ask func(r network.Request, public bool) bool, p *pliant) {
	p.reply = func(r network.Request, public bool) (network.Reply, error) {
		if r.Header["Authorization"] != token && ask(r, public) {
			return answer(401, ""), nil
		}
		return network.Reply{}, nil
	}
}

func TestASecretIsRenewedAheadOfItsEnd(t *testing.T) {
	k := &tokens{}
	a, p := newRenewing(t, k)
	a.account.Expires = time.Now().Add(time.Minute)
	id := a.plan(a.channel("me"), time.Now(), "hello")
	a.run()
	a.want(id, domain.Published, "")
	if k.renewals != 1 || p.tokens[0] != "fresh" || a.account.Secret.Reveal() != "fresh" {
		t.Errorf("%d renewals, first used %q", k.renewals, p.tokens[0])
	}
}

func TestASecretThatRanOutIsRenewedOnceWhereverItIsRefused(t *testing.T) {
	for name, ask := range map[string]func(network.Request, bool) bool{
		"before the intent": func(_ network.Request, public bool) bool { return !public },
		"after the intent":  func(_ network.Request, public bool) bool { return public },
		"between two parts": func(r network.Request, _ bool) bool {
			return isUpload(r) && string(r.Body[0].Bytes) == "two"
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := &tokens{}
			a, p := newRenewing(t, k)
			only("fresh", ask, p)
			id := a.plan(a.channel("me"), time.Now(), "one", "two")
			a.run()
			a.want(id, domain.Published, "")
			if k.renewals != 1 || p.seen("one") != 1 || p.seen("two") != 1 {
				t.Errorf("%d renewals, visible %v", k.renewals, p.visible)
			}
		})
	}
}

func TestASecretRefusedAgainAsksThePerson(t *testing.T) {
	for _, public := range []bool{false, true} {
		k := &tokens{}
		a, p := newRenewing(t, k)
		only("no token at all", func(_ network.Request, is bool) bool { return is == public }, p)
		id := a.plan(a.channel("me"), time.Now(), "hello")
		a.run()
		a.want(id, domain.Held, domain.HoldReauth)
		if k.renewals != 1 {
			t.Errorf("%d renewals", k.renewals)
		}
		if c, err := a.db.Channel(t.Context(), a.channelOf(id)); err != nil || c.State != domain.ChannelReauth {
			t.Errorf("the channel is %s, %v", c.State, err)
		}
	}
}

func (a *app) channelOf(id domain.DeliveryID) domain.ChannelID { return a.get(id).Channel }

func TestARenewalThatIsNotAnsweredSignsNobodyOut(t *testing.T) {
	for _, kind := range []network.Kind{network.NotSent, network.Ambiguous, network.Throttled} {
		k := &tokens{fail: &network.Error{Kind: kind, Message: "no"}}
		a, _ := newRenewing(t, k)
		a.account.Expires = time.Now()
		id := a.plan(a.channel("me"), time.Now(), "hello")
		a.run()
		a.want(id, domain.Waiting, "")
		if c, err := a.db.Channel(t.Context(), a.channelOf(id)); err != nil || c.State != domain.ChannelReady {
			t.Errorf("after %s the channel is %s, %v", kind, c.State, err)
		}
		if a.account.Secret.Reveal() != "old" {
			t.Error("the secret is gone")
		}
	}
}

func TestARenewalSomebodyElseWonIsNoSignOut(t *testing.T) {
	k := &tokens{fail: &network.Error{Kind: network.Reauth, Code: "invalid_grant", Message: "used already"}}
	a, p := newRenewing(t, k)
	a.account.Expires = time.Now()
	k.during = func() { a.account.Secret, a.account.Expires = network.NewSecret("theirs"), time.Time{} }
	id := a.plan(a.channel("me"), time.Now(), "hello")
	a.run()
	a.want(id, domain.Published, "")
	if p.tokens[0] != "theirs" {
		t.Errorf("used %q", p.tokens[0])
	}
}

func TestStoppingTearsNoRenewal(t *testing.T) {
	k := &tokens{}
	a, _ := newRenewing(t, k)
	a.account.Expires = time.Now()
	id := a.plan(a.channel("me"), time.Now(), "hello")
	ctx, stop := context.WithCancel(t.Context())
	k.during = stop
	if err := a.queue.Run(ctx); err != nil {
		t.Fatal(err)
	}
	a.want(id, domain.Planned, "")
	if a.account.Secret.Reveal() != "fresh" {
		t.Error("the renewed secret is lost, and the old one has ended")
	}
}

func TestAKeychainThatDoesNotAnswerSignsNobodyOut(t *testing.T) {
	a, p := newScripted(t, script(network.ShapeKey))
	id := a.plan(a.channel("me"), time.Now(), "hello")
	a.queue.Accounts = locked{a}
	a.run()
	a.want(id, domain.Waiting, "")
	if c, err := a.db.Channel(t.Context(), a.channelOf(id)); err != nil || c.State != domain.ChannelReady {
		t.Errorf("the channel is %s, %v", c.State, err)
	}
	a.queue.Accounts = a
	a.account.Secret = network.NewSecret("token")
	a.queue.Sealer = noSeal{}
	a.exec("UPDATE delivery SET wake_at_ms = 1")
	a.run()
	a.want(id, domain.Published, "") // answers that cannot be kept do not stop it
	if p.uploads != 1 || p.seen("hello") != 1 {
		t.Errorf("%d uploads, visible %v", p.uploads, p.visible)
	}
}

type locked struct{ *app }

func (locked) Account(context.Context, domain.ChannelID) (network.Network, network.Account, error) {
	return nil, network.Account{}, errors.New("the keychain does not answer")
}

type noSeal struct{}

func (noSeal) SealReply(context.Context, domain.ChannelID, []byte) ([]byte, error) {
	return nil, errors.New("the keychain does not answer")
}

func (noSeal) OpenReply(context.Context, domain.ChannelID, []byte) ([]byte, error) {
	return nil, errors.New("the keychain does not answer")
}
