package wiring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/telegram/telegramtest"
)

// A post with a picture goes through the whole program to a channel on Telegram. One whose answer is lost
// comes before a person, because nothing can be found out, and is sent by nobody else; the bot's token is
// in no file of the data folder, although it is part of every address.
func TestTelegramTellsNothingSoAPersonDoes(t *testing.T) {
	b := newBench(t)
	s := telegramtest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "telegram", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."}, Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window"}},
	})
	messages := s.Messages()
	if len(messages) != 2 || messages[0].Kind != "photo" || messages[0].Text != "We open at seven." || messages[1].Parent != messages[0].ID {
		t.Fatalf("arrived: %+v", messages)
	}
	live := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(live) != 1 || live[0].RemoteURL != "https://t.me/"+telegramtest.Name+"/41" {
		t.Errorf("what is published is %+v", live)
	}

	s.Fail(networktest.DropAfter)
	b.publish(api.Content{Text: "Closed on Sunday."})
	if n := len(s.Messages()); n != 3 {
		t.Errorf("%d messages are there, want three", n)
	}
	open := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"unknown", "held"}))
	if len(open) != 1 {
		t.Errorf("before a person come %+v", open)
	}

	token := []byte(telegramtest.Token)
	err := filepath.WalkDir(b.Dir.Path(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if bytes.Contains(body, token) {
			t.Errorf("the token is in %s", d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
