package wiring_test

import (
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/reddit/reddittest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A post with a picture, a title and a flair goes through the whole program into a community, after the
// token that had ended was renewed. One whose answer is lost is in doubt, and is not sent again by itself.
func TestAPostWithAPictureGoesToRedditAndALostOneIsNotRepeated(t *testing.T) {
	b := newBench(t)
	s := reddittest.New(t)
	account := s.Account()
	account.Expires = time.Now().Add(-time.Minute)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "reddit", account))
	b.publish(api.Content{
		Text:  "We open at **seven**.",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	}, api.Variant{Channel: string(b.channel.ID), Options: map[string]string{"title": "Opening hours", "flair": "in bloom", "spoiler": "true"}})
	saved := s.Saved()
	if len(saved) != 1 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d posts and %d statuses arrived", len(saved), len(b.server.Statuses()))
	}
	p := saved[0]
	if p.Kind != "image" || p.Title != "Opening hours" || p.Text != "We open at **seven**." || p.In != reddittest.Community || p.Flair != reddittest.FlairID || !p.Spoiler || p.NSFW {
		t.Errorf("arrived as %+v", p)
	}
	if len(p.Pictures) != 1 || len(p.Pictures[0]) == 0 {
		t.Errorf("%d pictures arrived", len(p.Pictures))
	}
	done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(done) != 1 || done[0].RemoteURL != "https://www.reddit.com/r/Geraniums/comments/"+p.ID+"/words/" {
		t.Errorf("what is published is %+v", done)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "We close at four.\nOn Sundays at two."})
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown"}))
	if saved = s.Saved(); len(doubt) != 1 || len(saved) != 2 || saved[1].Title != "We close at four." || saved[1].Text != "On Sundays at two." {
		t.Errorf("in doubt are %+v; the server has %+v", doubt, saved)
	}
	secretstest.Scan(t, b.Dir.Path(), account.Secret.Field("token"), account.Secret.Field("refresh"), reddittest.Signature)
}

// hastyReddit is Reddit whose doubt is looked into at once.
type hastyReddit struct{ reddit.Network }

func (h hastyReddit) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// A picture that Reddit promises to post, and a post whose answer was lost, are found in the account's own
// list and adopted. One that is not there is put before a person after the second look: nothing proves that
// it will not come. Nothing is posted twice.
func TestDoubtAboutAPostOnRedditIsSettledByTheList(t *testing.T) {
	for _, c := range []struct {
		failure networktest.Failure // "" where Reddit only promises
		state   string
		posts   int
	}{{"", "published", 1}, {networktest.DropAfter, "published", 1}, {networktest.Garbage, "published", 1}, {networktest.ServerError, "held", 0}} {
		app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
			Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
			Networks: network.NewRegistry(hastyReddit{reddit.New()}, feed.New()),
		}))
		s := reddittest.New(t)
		b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "reddit", s.Account()))
		content := api.Content{Text: "We open at **seven**.\n\nEvery day."}
		if c.failure == "" {
			s.Later()
			content.Media = []api.Media{{Asset: string(b.asset("window.jpg").ID), Alt: "A window with geraniums"}}
		} else {
			s.Fail(c.failure)
		}
		b.publish(content)
		var ended []api.Delivery
		for until := time.Now().Add(time.Minute); len(ended) == 0 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			ended = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published", "held"}))
		}
		posts := s.Saved()
		if len(ended) != 1 || ended[0].State != c.state || len(posts) != c.posts {
			t.Errorf("%q: ended as %+v; the server has %+v", c.failure, ended, posts)
		} else if c.posts == 1 && ended[0].RemoteID != posts[0].ID {
			t.Errorf("%q: adopted is %q, the server has %q", c.failure, ended[0].RemoteID, posts[0].ID)
		}
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	}
}
