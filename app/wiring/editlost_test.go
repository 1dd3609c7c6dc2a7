package wiring_test

import (
	"testing"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/discordwebhook"
	"postbag/backend/networks/discordwebhook/discordwebhooktest"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/secrets"
)

// TestAChangeWhoseAnswerIsLostIsAskedForAgainAndMakesNothingTwice changes a message of a network from which
// nothing can be read back: with one answer lost Postbag itself asks again, with two a person does.
func TestAChangeWhoseAnswerIsLostIsAskedForAgainAndMakesNothingTwice(t *testing.T) {
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
	step := must[api.ConnectStep](t)(b.api.Channels.Connect(api.ConnectRequest{Network: "discordwebhook", Workspace: b.space.ID}))
	step = must[api.ConnectStep](t)(b.api.Channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: s.Answers()}))
	b.channel = domain.Channel{ID: domain.ChannelID(step.Channel.ID)}
	b.publish(api.Content{Text: "We open at seven."})
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(live) != 1 {
		t.Fatalf("what is published is %+v", live)
	}
	change := func(text string) api.Edit {
		t.Helper()
		done := must[api.Edit](t)(b.api.Queue.EditLive(api.EditRequest{ID: live[0].ID, Text: text}))
		if messages := s.Messages(); len(messages) != 1 || messages[0].Text != text {
			t.Errorf("after %q there is %+v", text, messages)
		}
		return done
	}
	s.LoseEdits(1)
	if done := change("We open at eight."); done.Outcome != "accepted" {
		t.Errorf("with one answer lost: %+v", done)
	}
	s.LoseEdits(2)
	if done := change("We open at nine."); done.Outcome != "ambiguous" {
		t.Errorf("with two answers lost: %+v", done)
	}
	now := must[api.LivePost](t)(b.api.Queue.Live(live[0].ID)).Parts[0]
	if !now.Doubt || now.Wish != "We open at nine." || now.Text != "We open at eight." {
		t.Errorf("in doubt it is %+v", now)
	}
	if done := change("We open at nine."); done.Outcome != "accepted" {
		t.Errorf("the same again: %+v", done)
	}
	if now = must[api.LivePost](t)(b.api.Queue.Live(live[0].ID)).Parts[0]; now.Doubt || now.Text != "We open at nine." {
		t.Errorf("in the end it is %+v", now)
	}
}
