package wiring_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// nearFacebook is Facebook on this machine, whose doubt is looked into at once.
type nearFacebook struct{ facebook.Network }

func (n nearFacebook) Describe() network.Descriptor {
	d := n.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// facebookBench is a program that knows a stand-in of Facebook, with no channel yet.
func facebookBench(t *testing.T, s *facebooktest.Server) *bench {
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(nearFacebook{facebook.At(s.URL)}, feed.New()),
	}))
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	return b
}

// A Page is chosen in the program's own conversation, and a post with two pictures goes there.
func TestAPostWithPicturesGoesToAFacebookPage(t *testing.T) {
	s := facebooktest.New(t)
	s.Pages(2)
	b := facebookBench(t, s)
	step := must[api.ConnectStep](t)(b.api.Channels.Connect(api.ConnectRequest{Network: "facebook", Workspace: b.space.ID}))
	for range 2 {
		step = must[api.ConnectStep](t)(b.api.Channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: s.Answers()}))
	}
	if !step.Done {
		t.Fatalf("not connected: %s", step.Message)
	}
	b.channel = domain.Channel{ID: domain.ChannelID(step.Channel.ID)}
	if tested := must[api.Channel](t)(b.api.Channels.Test(step.Channel.ID)); tested.State != "ready" || tested.Handle != "riverside" {
		t.Errorf("tested it is %+v", tested)
	}
	picture := string(b.asset("window.jpg").ID)
	b.publish(api.Content{Text: "We open at seven.", Media: []api.Media{{Asset: picture, Alt: "A window with geraniums"}, {Asset: picture, Alt: "The same window"}}})
	saved := s.Saved()
	if len(saved) != 1 || saved[0].Text != "We open at seven." || len(saved[0].Images) != 2 || saved[0].Alts[0] != "A window with geraniums" || saved[0].Alts[1] != "The same window" {
		t.Fatalf("arrived: %d posts", len(saved))
	}
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(live) != 1 || live[0].RemoteURL != "https://www.facebook.com/"+saved[0].ID {
		t.Errorf("what is published is %+v", live)
	}
	secretstest.Scan(t, b.Dir.Path(), facebooktest.PageToken, facebooktest.UserToken, facebooktest.Secret)
}

// A post whose answer was lost is found in the Page's own list and adopted. One that is not there is put
// before a person after the second look. Nothing is posted twice.
func TestDoubtAboutAPostOnAFacebookPageIsSettledByTheList(t *testing.T) {
	for _, c := range []struct {
		failure networktest.Failure
		state   string
		posts   int
	}{{networktest.DropAfter, "published", 1}, {networktest.Garbage, "published", 1}, {networktest.ServerError, "held", 0}} {
		s := facebooktest.New(t)
		b := facebookBench(t, s)
		b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "facebook", s.Account()))
		s.Fail(c.failure)
		b.publish(api.Content{Text: "We close at four."})
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
	}
}

// pageBench is a program with a Page.
func pageBench(t *testing.T, s *facebooktest.Server) *bench {
	b := facebookBench(t, s)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "facebook", s.Account()))
	return b
}

// set are the settings of the channel's network for a post.
func (b *bench) set(options map[string]string) api.Variant {
	return api.Variant{Channel: string(b.channel.ID), Options: options}
}

// A first comment goes out under the post, once, whatever becomes of the answer; a thread is still one text.
func TestAFirstCommentStandsUnderAPostOnAFacebookPage(t *testing.T) {
	for _, c := range []struct {
		failure networktest.Failure // of the comment
		state   string
		saved   int
	}{{"", "published", 2}, {networktest.DropAfter, "published", 2}, {networktest.Garbage, "published", 2}, {networktest.ServerError, "held", 1}} {
		s := facebooktest.New(t)
		b := pageBench(t, s)
		if c.failure != "" {
			s.FailComment(c.failure)
		}
		b.publish(api.Content{Text: "We open at seven.", Parts: []string{"And close at four."}}, b.set(map[string]string{"first_comment": " The menu: https://example.com/menu "}))
		done, saved := b.ended(), s.Saved()
		if done.State != c.state || len(saved) != c.saved || saved[0].Text != "We open at seven.\n\nAnd close at four." || done.State == "published" && done.RemoteID != saved[0].ID {
			t.Fatalf("%q: ended as %+v; saved are %+v", c.failure, done, saved)
		}
		if c.saved == 2 && (saved[1].Text != "The menu: https://example.com/menu" || saved[1].Parent != saved[0].ID) {
			t.Errorf("%q: the comment is %+v", c.failure, saved[1])
		}
	}
}

// upright is a film of so many seconds in 1080 by 1920 pixels.
func upright(n uint32) []byte {
	film := seconds(n)
	at := bytes.Index(film, []byte("tkhd")) + 4
	binary.BigEndian.PutUint32(film[at+76:], 1080<<16)
	binary.BigEndian.PutUint32(film[at+80:], 1920<<16)
	return film
}

// An upright film becomes a reel, and a story without words.
func TestAReelAndAStoryGoToAFacebookPage(t *testing.T) {
	for _, place := range []string{facebooktest.PlaceReel, facebooktest.PlaceStory} {
		s := facebooktest.New(t)
		b := pageBench(t, s)
		b.publish(api.Content{Text: "A boat", Media: b.film("boat.mp4", upright(5))}, b.set(map[string]string{"place": place}))
		done := b.ended()
		saved := s.Saved()
		if done.State != "published" || len(saved) != 1 || saved[0].Place != place || len(saved[0].Video) == 0 {
			t.Fatalf("%s: ended as %+v; saved are %d", place, done, len(saved))
		}
		if want := map[string]string{"reel": "A boat", "story": ""}[place]; saved[0].Text != want {
			t.Errorf("%s: it reads %q", place, saved[0].Text)
		}
	}
}
