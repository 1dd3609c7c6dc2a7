package wiring_test

import (
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/discord/discordtest"
)

// A post with a picture and an answer to it goes through the whole program to a channel on Discord:
// in a request each, under a nonce of its own, with the picture made to fit and its description.
func TestAThreadWithAPictureGoesToDiscord(t *testing.T) {
	b := newBench(t)
	s := discordtest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "discord", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	messages := s.Messages()
	if len(messages) != 2 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d messages and %d statuses arrived", len(messages), len(b.server.Statuses()))
	}
	first, second := messages[0], messages[1]
	if first.Text != "We open at seven." || second.Text != "And close at four." || second.Parent != first.ID {
		t.Errorf("arrived as %q, then %q in answer to %q", first.Text, second.Text, second.Parent)
	}
	if len(first.Files) != 1 || first.Files[0].Alt != "A window with geraniums" || len(first.Files[0].Bytes) == 0 || len(first.Files[0].Bytes) > 10<<20 {
		t.Errorf("%d files arrived with the first", len(first.Files))
	}
	if first.Nonce == "" || len(first.Nonce) != 25 || first.Nonce == second.Nonce {
		t.Errorf("the nonces are %q and %q", first.Nonce, second.Nonce)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != "https://discord.com/channels/"+discordtest.Guild+"/"+discordtest.Channel+"/"+first.ID {
		t.Errorf("what is published is %+v", link)
	}
}
