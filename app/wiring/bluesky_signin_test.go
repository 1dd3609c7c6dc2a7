package wiring_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/bluesky/blueskytest"
	"postbag/backend/queue"
	"postbag/backend/secrets/secretstest"
)

// blueskyInBrowser connects Alice's account through the server's own page, as a person does.
func (b *bench) blueskyInBrowser(s *blueskytest.Server) api.Channel {
	b.t.Helper()
	channels := b.api.Channels
	step := must[api.ConnectStep](b.t)(channels.Connect(api.ConnectRequest{Network: "bluesky", Workspace: b.space.ID, Browser: true}))
	step = must[api.ConnectStep](b.t)(channels.Answer(api.AnswerRequest{
		Conversation: step.Conversation, Answers: map[string]string{"server": s.URL, "identifier": "alice.test"},
	}))
	if !step.Waiting || step.Browse == "" {
		b.t.Fatalf("step %+v", step)
	}
	back := must[string](b.t)(s.Browse(step.Browse, true))
	page, err := (&http.Client{}).Do(must[*http.Request](b.t)(http.NewRequestWithContext(b.t.Context(), http.MethodGet, back, nil)))
	if err != nil {
		b.t.Fatal(err)
	}
	defer page.Body.Close()
	if step = must[api.ConnectStep](b.t)(channels.AwaitBrowser(step.Conversation)); !step.Done {
		b.t.Fatalf("it ended with %+v", step)
	}
	return step.Channel
}

// A person signs in to Bluesky in the browser. A post and a thread with a picture go out; one that the
// server refuses for want of its new nonce waits and goes out once; after the token's end it is
// renewed. When the person ends the sign-in at the server, the next post waits for a new one. The key and
// the tokens are nowhere to be read.
func TestAPersonSignsInToBlueskyInTheBrowser(t *testing.T) {
	b := newBench(t)
	s := blueskytest.New(t)
	b.channel.ID = domain.ChannelID(b.blueskyInBrowser(s).ID)
	_, account, err := b.Accounts.Account(t.Context(), b.channel.ID)
	ok(t, err)
	if account.Secret.Field("kind") != "oauth" || account.Secret.Field("key") == "" {
		t.Fatal("the account has no key of its own")
	}
	arrived := func(posts int, state string) {
		t.Helper()
		list := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{state}))
		if got := len(s.Posts()); got != posts || len(list) == 0 {
			t.Errorf("%d posts arrived, want %d; %s are %+v", got, posts, state, list)
		}
	}
	b.publish(api.Content{
		Text: "The boat leaves at seven.", Parts: []string{"And comes back at four."},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	arrived(2, "published")

	s.TurnNonceBefore("com.atproto.repo.putRecord")
	b.publish(api.Content{Text: "We open at seven."})                                              // it waits a moment; on a slow machine that is over already
	for _, d := range must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"waiting"})) { // half a minute at most
		ok(t, b.DB.Postpone(t.Context(), domain.DeliveryID(d.ID), time.Now(), d.ErrorClass, d.ErrorText))
	}
	ok(t, b.Publish(t.Context(), true, nil))
	arrived(3, "published")
	if n := s.Requests("com.atproto.repo.putRecord"); n != 2 {
		t.Errorf("%d writes were asked for, want the refused one and one more", n)
	}

	s.ExpireAccess()
	b.publish(api.Content{Text: "We close at four."})
	arrived(4, "published")
	_, renewed, err := b.Accounts.Account(t.Context(), b.channel.ID)
	ok(t, err)
	if renewed.Secret.Field("access") == account.Secret.Field("access") || renewed.Secret.Field("key") != account.Secret.Field("key") {
		t.Error("the token was not renewed, or the key was")
	}

	s.Revoke()
	b.publish(api.Content{Text: "On Sundays at two."})
	arrived(4, "held")
	var secrets []string
	for _, field := range []string{"access", "refresh", "key"} {
		secrets = append(secrets, account.Secret.Field(field), renewed.Secret.Field(field))
	}
	secretstest.Scan(t, b.Dir.Path(), secrets...)
}

// A refresh token of such a sign-in is good once, and a second use ends it all: of those who renew one
// account at the same moment, one asks.
func TestTwoThatRenewASignInToBlueskyAskOnce(t *testing.T) {
	b := newBench(t)
	s := blueskytest.New(t)
	id := domain.ChannelID(b.blueskyInBrowser(s).ID)
	for range 3 {
		_, used, err := b.Accounts.Account(t.Context(), id)
		ok(t, err)
		var work sync.WaitGroup
		for range 4 {
			work.Go(func() {
				fresh, err := queue.Renew(t.Context(), b.Accounts, b.Carriers, id, used, nil)
				if err != nil || fresh.Secret == used.Secret || !strings.HasPrefix(fresh.Secret.Field("access"), "bound-access-") {
					t.Errorf("renewed: %v", err)
				}
			})
		}
		work.Wait()
	}
	b.channel.ID = id
	b.publish(api.Content{Text: "Still here."})
	if n := len(s.Posts()); n != 1 {
		t.Errorf("%d posts arrived", n)
	}
}
