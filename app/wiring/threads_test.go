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
	"postbag/backend/networks/threads"
	"postbag/backend/networks/threads/threadstest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// hastyThreads is the stand-in as Threads, whose doubt is looked into at once.
type hastyThreads struct{ threads.Network }

func (h hastyThreads) Describe() network.Descriptor {
	d := h.Network.Describe()
	d.Reconcile.Quarantine = time.Millisecond
	return d
}

// threadsBench is a program with one account on Threads, connected through the conversation, whose files
// stand on a shelf in memory.
func threadsBench(t *testing.T) (*bench, *threadstest.Server) {
	t.Helper()
	s := threadstest.New(t)
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(hastyThreads{threads.At(s.URL)}, feed.New()),
	}))
	t.Cleanup(func() { ok(t, app.Close()) })
	s.UseFiles(app.Dir.Media())
	app.Carriers["shelf"] = s.Shelf
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.haveShelf()
	channels := b.api.Channels
	step := must[api.ConnectStep](t)(channels.Connect(api.ConnectRequest{Workspace: b.space.ID, Network: "threads"}))
	if len(step.Ask) != 4 || step.Ask[0].Key != "token" || !step.Ask[0].Secret {
		t.Fatalf("it asks for %+v", step)
	}
	step = must[api.ConnectStep](t)(channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: s.Answers()}))
	if !step.Done || step.Channel.Handle != threadstest.Handle {
		t.Fatalf("it ends as %+v", step)
	}
	b.channel = domain.Channel{ID: domain.ChannelID(step.Channel.ID)}
	return b, s
}

// A post goes through the whole program to Threads, which fetches its picture from the person's storage.
// Where the answer is lost the container is asked: a post that is there is adopted with its own address, one
// that is not is published as the same container. No token is in the clear.
func TestAPostGoesToThreadsOnce(t *testing.T) {
	for _, failure := range []networktest.Failure{"", networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		b, s := threadsBench(t)
		if failure != "" {
			s.Fail(failure)
		}
		picture := b.asset("window.jpg")
		b.publish(api.Content{Text: "We open at seven 🌷", Media: []api.Media{{Asset: string(picture.ID), Alt: "A window with geraniums"}}})
		done := b.ended()
		posts := s.Posts()
		if done.State != "published" || len(posts) != 1 || done.RemoteID != posts[0].ID {
			t.Fatalf("%q: ended as %+v; there are %d posts", failure, done, len(posts))
		}
		if p := posts[0]; p.Text != "We open at seven 🌷" || len(p.Images) != 1 || p.Alts[0] != "A window with geraniums" {
			t.Errorf("%q: arrived as %q with %d pictures", failure, p.Text, len(p.Images))
		}
		want := "https://www.threads.com/@" + threadstest.Handle
		if failure == networktest.DropAfter || failure == networktest.Garbage {
			want = threadstest.Link(posts[0].ID)
		}
		if done.RemoteURL != want || s.Addresses() != 1 || len(s.Containers()) != 1 {
			t.Errorf("%q: published at %q, of %d files and %d containers", failure, done.RemoteURL, s.Addresses(), len(s.Containers()))
		}
		secretstest.Scan(t, b.Dir.Path(), threadstest.GoodToken)
	}
}

// A thread whose second part lost its answer goes on after the post that the list of replies shows.
func TestAThreadGoesOnAfterALostAnswer(t *testing.T) {
	b, s := threadsBench(t)
	s.Fail("")
	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "One", Parts: []string{"Two", "Three"}})
	done := b.ended()
	posts := s.Posts()
	if done.State != "published" || len(posts) != 3 || posts[1].Parent != posts[0].ID || posts[2].Parent != posts[1].ID {
		t.Fatalf("ended as %+v; there are %+v", done, posts)
	}
}
