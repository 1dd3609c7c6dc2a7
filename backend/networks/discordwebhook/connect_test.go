package discordwebhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/discordwebhook"
	"postbag/backend/networks/discordwebhook/discordwebhooktest"
)

const (
	hook  = discordwebhooktest.Hook
	token = discordwebhooktest.Token
)

func connect(t *testing.T, at, address string) network.Step {
	t.Helper()
	step, err := discordwebhook.At(at).Connect(t.Context(), calls(nil), network.Step{Name: "webhook", Answers: map[string]string{"address": address}})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := discordwebhooktest.New(t)
	good := discordwebhooktest.Address(hook, token)
	for _, test := range []struct {
		address string
		reason  network.Reason
	}{
		{"", network.ReasonMissing},
		{"general", network.ReasonMalformed},
		{"https://discord.com/channels/1/2", network.ReasonMalformed},
		{"http://discord.com/api/webhooks/" + hook + "/" + token, network.ReasonMalformed},
		{"https://discord.com.example/api/webhooks/" + hook + "/" + token, network.ReasonMalformed},
		{"https://ana:pass@discord.com/api/webhooks/" + hook + "/" + token, network.ReasonMalformed},
		{"https://discord.com:444/api/webhooks/" + hook + "/" + token, network.ReasonMalformed},
		{good + "/slack", network.ReasonMalformed},
		{good + "?thread_id=x", network.ReasonMalformed},
		{good + "#top", network.ReasonMalformed},
		{"https://discord.com/api/webhooks/x/" + token, network.ReasonMalformed},
		{"https://discord.com/api/webhooks/" + hook + "/short", network.ReasonMalformed},
		{"https://discord.com/api/webhooks/" + hook + "/%2e%2e%2f%2e%2e%2fusers%2f@me-and-more", network.ReasonMalformed},
		{discordwebhooktest.Address(hook, "another-token-altogether"), network.ReasonNotFound},
		{discordwebhooktest.Address("223704706495545399", token), network.ReasonNotFound},
		{discordwebhooktest.Address(discordwebhooktest.Follower, token), network.ReasonWrongKind},
	} {
		step := connect(t, s.URL, test.address)
		if step.Account != nil || step.Reason != test.reason || step.About != "address" || step.Message == "" || len(step.Ask) != 1 {
			t.Errorf("%q: %s about %q: %s", test.address, step.Reason, step.About, step.Message)
		}
		if shown := fmt.Sprintf("%+v", step); test.address != "" && strings.Contains(shown, token) || step.Ask[0].Default != "" || !step.Ask[0].Secret {
			t.Errorf("%q is shown again: %s", test.address, shown)
		}
	}
	if step := connect(t, "http://127.0.0.1:1", good); step.Reason != network.ReasonUnreachable || strings.Contains(step.Message, token) {
		t.Errorf("nobody there: %s: %s", step.Reason, step.Message)
	}
}

func TestEveryFormOfAnAddressIsTaken(t *testing.T) {
	s := discordwebhooktest.New(t)
	for address, where := range map[string]string{
		discordwebhooktest.Address(hook, token):                               discordwebhooktest.Channel + "/" + hook,
		" https://discordapp.com/api/webhooks/" + hook + "/" + token + "/ ":   discordwebhooktest.Channel + "/" + hook,
		"https://ptb.discord.com/api/v9/webhooks/" + hook + "/" + token:       discordwebhooktest.Channel + "/" + hook,
		discordwebhooktest.Address(hook, token) + "?wait=true&thread_id=1234": discordwebhooktest.Channel + "/" + hook + "/1234",
		discordwebhooktest.Address(discordwebhooktest.ForumHook, token):       discordwebhooktest.Forum + "/" + discordwebhooktest.ForumHook,
	} {
		step := connect(t, s.URL, address)
		if step.Account == nil {
			t.Errorf("%q: %s", address, step.Message)
			continue
		}
		a := *step.Account
		if a.RemoteID != discordwebhooktest.Guild+"/"+where || a.Handle != "Town crier" || a.Server != s.URL {
			t.Errorf("%q is %+v", address, a)
		}
		if open := fmt.Sprintf("%+v", a); strings.Contains(open, token) {
			t.Errorf("what is open of it says %s", open)
		}
	}
}

// always is a carrier that has one answer.
type always struct{ body string }

func (a always) Send(context.Context, network.Request, func() error) (network.Reply, error) {
	return network.Reply{Status: 200, Body: []byte(a.body)}, nil
}

// answers are Calls that give the same answer to every question.
func answers(body string) networktest.Plain {
	return networktest.NewPlain(discordwebhook.New(), always{body})
}

func TestAnAnswerThatIsNoWebhooksConnectsNothing(t *testing.T) {
	for _, body := range []string{"", "<html>", "{}", `{"id":"1","type":1}`, `{"id":1}`} {
		step, err := discordwebhook.New().Connect(t.Context(), answers(body), network.Step{
			Name: "webhook", Answers: map[string]string{"address": discordwebhooktest.Address(hook, token)},
		})
		if err != nil || step.Account != nil || step.Reason != network.ReasonNotUnderstood {
			t.Errorf("%q: %s, %v", body, step.Reason, err)
		}
	}
	step, err := discordwebhook.New().Connect(t.Context(), answers(`{"id":"`+hook+`","type":1,"guild_id":null,"channel_id":null,"name":null}`), network.Step{
		Name: "webhook", Answers: map[string]string{"address": discordwebhooktest.Address(hook, token)},
	})
	if err != nil || step.Account != nil || step.Reason != network.ReasonWrongKind {
		t.Errorf("a webhook of no channel: %s, %v", step.Reason, err)
	}
	step, err = discordwebhook.New().Connect(t.Context(), answers(`{"id":"`+hook+`","type":1,"guild_id":"1","channel_id":"2","name":"@\u202e "}`), network.Step{
		Name: "webhook", Answers: map[string]string{"address": discordwebhooktest.Address(hook, token)},
	})
	if err != nil || step.Account == nil || step.Account.Handle != hook {
		t.Errorf("a webhook without a name: %+v, %v", step.Account, err)
	}
}

func TestVerifySaysWhatHappenedToTheWebhook(t *testing.T) {
	s, n := discordwebhooktest.New(t), discordwebhook.New()
	verify := func(a network.Account) (network.Account, error) { return n.Verify(t.Context(), calls(nil), a) }
	if a, err := verify(s.Account()); err != nil || a.Handle != "Town crier" {
		t.Errorf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.Secret = network.SecretOf(map[string]string{"token": "another-token-altogether"})
	if _, err := verify(other); network.KindOf(err) != network.Reauth || strings.Contains(err.Error(), "another-token") {
		t.Errorf("another token: %v", err)
	}
	s.Move()
	if _, err := verify(s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("moved: %v", err)
	}
	s.DeleteWebhooks()
	if _, err := verify(s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("deleted: %v", err)
	}
	if _, err := n.Publish(t.Context(), calls(nil), s.Account(), plan(network.Part{Text: "hello"})); network.KindOf(err) != network.Reauth {
		t.Errorf("a post to what was deleted: %v", err)
	}
}

func TestAChannelWhoseIDCannotBeReadSendsNothing(t *testing.T) {
	n, none := discordwebhook.New(), networktest.NewPlain(discordwebhook.New(), httpcall.New(nil))
	for _, id := range []string{"", "1", "1/2", "1/2/3/4/5", "1/2/x", "1/../3", "//"} {
		a := network.Account{RemoteID: id, Server: "http://127.0.0.1:1"}
		if _, err := n.Publish(t.Context(), none, a, plan(network.Part{Text: "hello"})); network.KindOf(err) != network.Rejected {
			t.Errorf("publish as %q: %v", id, err)
		}
		if _, err := n.Verify(t.Context(), none, a); network.KindOf(err) != network.Ambiguous {
			t.Errorf("verify %q: %v", id, err)
		}
		if err := n.Delete(t.Context(), none, a, network.Receipt{RemoteID: "1"}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("delete as %q: %v", id, err)
		}
		if at := n.Profile(a); at != "" {
			t.Errorf("%q is at %s", id, at)
		}
	}
	good := discordwebhooktest.New(t).Account()
	for _, r := range []network.Receipt{{}, {RemoteID: "../1"}, {RemoteID: "1", Ref: "x&y"}} {
		if err := n.Delete(t.Context(), none, good, r); network.KindOf(err) != network.Ambiguous {
			t.Errorf("delete %+v: %v", r, err)
		}
	}
}
