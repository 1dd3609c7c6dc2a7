package wiring_test

import (
	"fmt"
	"testing"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/discordwebhook"
	"postbag/backend/networks/discordwebhook/discordwebhooktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
)

// A webhook is connected by its address, and a post with a picture goes through the whole program to its
// channel. One whose answer is lost comes before a person, because nothing can be found out, and is sent by
// nobody else. The secret part of the address is in no file of the data folder, in no export, and in nothing
// that the window is told.
func TestAWebhookOfDiscordTellsNothingSoAPersonDoes(t *testing.T) {
	s := discordwebhooktest.New(t)
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
		Networks: network.NewRegistry(discordwebhook.At(s.URL), feed.New()),
	}))
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{}), server: mastodontest.New(t)}
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	b.picture = b.asset("window.jpg")

	step := must[api.ConnectStep](t)(b.api.Channels.Connect(api.ConnectRequest{Network: "discordwebhook", Workspace: b.space.ID}))
	if len(step.Ask) != 1 || !step.Ask[0].Secret {
		t.Fatalf("asked is %+v", step.Ask)
	}
	step = must[api.ConnectStep](t)(b.api.Channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: s.Answers()}))
	if !step.Done {
		t.Fatalf("not connected: %s", step.Message)
	}
	said := fmt.Sprintf("%+v", step)
	b.channel = domain.Channel{ID: domain.ChannelID(step.Channel.ID)}
	if tested := must[api.Channel](t)(b.api.Channels.Test(step.Channel.ID)); tested.State != "ready" || tested.Handle != "Town crier" {
		t.Errorf("tested it is %+v", tested)
	}

	b.publish(api.Content{
		Text: "We open at seven.", Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	}, api.Variant{Channel: step.Channel.ID, Options: map[string]string{"username": "The shop"}})
	messages := s.Messages()
	if len(messages) != 1 || messages[0].Text != "We open at seven." || messages[0].Name != "The shop" || len(messages[0].Files) != 1 || messages[0].Files[0].Alt != "A window with geraniums" {
		t.Fatalf("arrived: %+v", messages)
	}
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(live) != 1 || live[0].RemoteURL != "https://discord.com/channels/"+discordwebhooktest.Guild+"/"+discordwebhooktest.Channel+"/"+messages[0].ID {
		t.Fatalf("what is published is %+v", live)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday."})
	for range 3 {
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
	}
	doubt := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown", "held"}))
	if messages = s.Messages(); len(doubt) != 1 || len(messages) != 2 {
		t.Fatalf("before a person come %+v; %d messages are there", doubt, len(messages))
	}
	link := "https://discord.com/channels/" + discordwebhooktest.Guild + "/" + discordwebhooktest.Channel + "/" + messages[1].ID
	settled := must[api.Delivery](t)(b.api.Queue.Resolve(api.ResolveRequest{ID: doubt[0].ID, LiveURL: link}))
	if settled.State != "published" || settled.RemoteID != messages[1].ID {
		t.Errorf("with its link it is %+v", settled)
	}

	for _, d := range []string{live[0].ID, doubt[0].ID} {
		said += fmt.Sprintf("%+v", must[api.DeliveryStory](t)(b.api.Queue.Show(d)))
	}
	secretstest.ScanBytes(t, "what the window is told", []byte(said), discordwebhooktest.Token)
	out := t.TempDir()
	must[api.Exported](t)(b.api.System.Export(out))
	secretstest.Scan(t, out, discordwebhooktest.Token)
	secretstest.Scan(t, b.Dir.Path(), discordwebhooktest.Token)
}
