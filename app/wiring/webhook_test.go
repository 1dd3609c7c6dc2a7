package wiring_test

import (
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/webhook"
	"postbag/backend/networks/webhook/webhooktest"
	"postbag/backend/queue"
	"postbag/backend/secrets/secretstest"
)

// A thread with a picture goes through the whole program to an address of one's own. Where the receiver
// remembers keys a lost answer ends with one post there and nobody is asked; where it does not, a person is.
func TestAWebhookGetsEveryPostOnce(t *testing.T) {
	b := newBench(t)
	s := webhooktest.New(t)
	a := s.Account()
	limits := must[network.Limits](t)(webhook.New().Limits(t.Context(), queue.Direct{Carriers: b.Carriers}, a))
	limits.Reconcile.Quarantine = time.Millisecond
	a.Limits = &limits
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "webhook", a))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."}, Language: "en",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	p := saved[0]
	if len(p.Parts) != 2 || p.Text != "We open at seven." || p.Parts[1].Text != "And close at four." || p.Language != "en" {
		t.Errorf("arrived as %s", p.Raw)
	}
	if m := p.Parts[0].Media; len(m) != 1 || m[0].Alt != "A window with geraniums" || m[0].Bytes == 0 || m[0].Bytes > 10_000_000 {
		t.Errorf("with the files %+v", m)
	}

	for n, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		s.Fail(failure)
		b.publish(api.Content{Text: "Closed on Sunday, " + string(failure) + "."})
		var live []api.Delivery
		for until := time.Now().Add(time.Minute); len(live) < n+2 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			live = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
		}
		if saved = s.Saved(); len(live) != n+2 || len(saved) != n+2 {
			t.Fatalf("%s: %d are published; the receiver has %d", failure, len(live), len(saved))
		}
	}

	forgetful := webhooktest.NewForgetful(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "webhook", forgetful.Account()))
	forgetful.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Monday."})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	asked := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown", "held"}))
	if len(asked) != 1 || len(forgetful.Saved()) != 1 {
		t.Errorf("before a person come %+v; the receiver has %d", asked, len(forgetful.Saved()))
	}
	secretstest.Scan(t, b.Dir.Path(), webhooktest.Secret, webhooktest.Key)
}
