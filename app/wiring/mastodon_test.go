package wiring_test

import (
	"net/http"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets/secretstest"
)

// signInTo connects a channel to a server through its page in the browser, as a person does.
func (b *bench) signInTo(s *mastodontest.Server) api.Channel {
	b.t.Helper()
	channels := b.api.Channels
	step := must[api.ConnectStep](b.t)(channels.Connect(api.ConnectRequest{Network: "mastodon", Workspace: b.space.ID, Browser: true}))
	step = must[api.ConnectStep](b.t)(channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: map[string]string{"server": s.URL}}))
	if !step.Waiting || step.Browse == "" {
		b.t.Fatalf("step %+v", step)
	}
	request := must[*http.Request](b.t)(http.NewRequestWithContext(b.t.Context(), http.MethodGet, step.Browse, nil))
	page, err := (&http.Client{}).Do(request) // which goes where the server sends it
	if err != nil {
		b.t.Fatal(err)
	}
	defer page.Body.Close()
	if step = must[api.ConnectStep](b.t)(channels.AwaitBrowser(step.Conversation)); !step.Done {
		b.t.Fatalf("it ended with %+v", step)
	}
	return step.Channel
}

// A person signs in to a server of every kind, and a post with a picture goes there as that kind takes it.
// What the server refused because of too many requests goes later; what may be there is looked for, found
// and not sent again; what is not there comes before the person.
func TestAPostGoesToEveryKindOfServerThatSpeaksMastodon(t *testing.T) {
	for _, flavour := range []mastodontest.Flavour{
		mastodontest.GoToSocial, mastodontest.Pleroma, mastodontest.Pixelfed, mastodontest.Older,
	} {
		t.Run(string(flavour), func(t *testing.T) {
			b := newBench(t)
			s := mastodontest.NewFlavour(t, flavour)
			channel := b.signInTo(s)
			b.channel.ID = domain.ChannelID(channel.ID)
			picture := []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}}
			b.publish(api.Content{Text: "We open at seven.", Media: picture})
			sent := s.Statuses()
			if len(sent) != 1 || len(b.server.Statuses()) != 0 {
				t.Fatalf("%d statuses arrived", len(sent))
			}
			if got := sent[0]; got.Text != "We open at seven." || got.Visibility != "public" || (got.Key != "") != (flavour == mastodontest.Older) || len(got.Media) != 1 ||
				got.Media[0].Alt != "A window with geraniums" || len(got.Media[0].Bytes) == 0 {
				t.Errorf("arrived as %q for %q under the key %q with %d media", got.Text, got.Visibility, got.Key, len(got.Media))
			}
			secretstest.Scan(t, b.Dir.Path(), s.Token)
		})
	}
}

// Doubt about a post on a server without keys is settled by the list of posts. Nothing is posted twice.
func TestDoubtAboutAPostWithoutAKeyIsSettledByTheList(t *testing.T) {
	for _, flavour := range []mastodontest.Flavour{mastodontest.GoToSocial, mastodontest.Pleroma, mastodontest.Pixelfed} {
		for failure, want := range map[networktest.Failure]struct {
			state string
			posts int
		}{networktest.DropAfter: {"published", 1}, networktest.Garbage: {"published", 1}, networktest.ServerError: {"held", 0}} {
			t.Run(string(flavour)+" "+string(failure), func(t *testing.T) {
				b := newBench(t)
				s := mastodontest.NewFlavour(t, flavour)
				stored := b.signInTo(s)
				_, account, err := b.Accounts.Account(t.Context(), domain.ChannelID(stored.ID))
				if err != nil {
					t.Fatal(err)
				}
				if account.Limits == nil || account.Limits.Reconcile.Shape != network.ShapeLookUp {
					t.Fatalf("the channel keeps the limits %+v", account.Limits)
				}
				account.Limits.Reconcile.Quarantine = time.Millisecond // it is looked into at once
				b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "mastodon", account))
				s.Fail(failure)
				b.publish(api.Content{
					Text:  "We open at seven, see https://example.com/hours.",
					Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
				})
				var ended []api.Delivery
				for until := time.Now().Add(time.Minute); len(ended) == 0 && time.Now().Before(until); {
					if err := b.Publish(t.Context(), true, nil); err != nil {
						t.Fatal(err)
					}
					ended = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
				}
				posts := s.Statuses()
				if len(ended) != 1 || ended[0].State != want.state || len(posts) != want.posts {
					t.Errorf("it ended as %+v; the server has %d posts", ended, len(posts))
				} else if want.posts == 1 && ended[0].RemoteID != posts[0].ID {
					t.Errorf("adopted is %q, the server has %q", ended[0].RemoteID, posts[0].ID)
				}
			})
		}
	}
}
