package wiring_test

import (
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A thread with a picture goes through the whole program to an account on X: a post each, the second in
// answer to the first, the picture made to fit and described, and both for a price that is said before.
func TestAThreadWithAPictureGoesToX(t *testing.T) {
	b := newBench(t)
	s := xtest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "x", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven & close late.", Parts: []string{"More at https://example.com/hours"},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	saved := s.Saved()
	if len(saved) != 2 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	first, second := saved[0], saved[1]
	if first.Text != "We open at seven & close late." || second.Text != "More at https://example.com/hours" || second.Parent != first.ID {
		t.Errorf("arrived as %q, then %q in answer to %q", first.Text, second.Text, second.Parent)
	}
	if len(first.Files) != 1 || first.Files[0].Alt != "A window with geraniums" || len(first.Files[0].Bytes()) == 0 {
		t.Errorf("%d pictures arrived with the first", len(first.Files))
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || !strings.HasSuffix(link[0].RemoteURL, "/status/"+first.ID) {
		t.Errorf("what is published is %+v", link)
	}
}

// hastyX is X whose doubt is looked into at once.
type hastyX struct{ x.Network }

func (h hastyX) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// Whatever becomes of the answer, nothing is sent twice: a post that is there is found among the account's
// own and adopted, and one that is not found stays in doubt, before a person.
func TestDoubtAboutAPostOnXIsLookedInto(t *testing.T) {
	for failure, want := range map[networktest.Failure]string{
		networktest.DropAfter: "published", networktest.Garbage: "published", networktest.ServerError: "held",
	} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyX{x.New()}, feed.New()),
		}))
		s := xtest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "x", s.Account()))
		s.Fail(failure)
		b.publish(api.Content{Text: "Closed on Sunday & https://example.com/monday."})
		var end []api.Delivery
		for until := time.Now().Add(time.Minute); len(end) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			end = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{want}))
		}
		saved := s.Saved()
		if len(end) != 1 || s.Asked("POST /2/tweets") != 1 {
			t.Errorf("%s: %s are %+v; X was asked to post %d times", failure, want, end, s.Asked("POST /2/tweets"))
		}
		if want == "published" && (len(end) != 1 || len(saved) != 1 || !strings.HasSuffix(end[0].RemoteURL, "/status/"+saved[0].ID)) {
			t.Errorf("%s: published are %+v; X has %+v", failure, end, saved)
		}
		secretstest.Scan(t, app.Dir.Path(), s.Account().Secret.Field("access"))
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}
