package wiring_test

import (
	"strings"
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/slack/slacktest"
)

// A post with a picture and an answer to it goes through the whole program to a channel on Slack: in a
// message each, under a key of its own, with the picture made to fit and its description.
func TestAThreadWithAPictureGoesToSlack(t *testing.T) {
	b := newBench(t)
	s := slacktest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "slack", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven & close late.", Parts: []string{"And close at <four>."},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	messages := s.Messages()
	if len(messages) != 2 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d messages and %d statuses arrived", len(messages), len(b.server.Statuses()))
	}
	first, second := messages[0], messages[1]
	if first.Text != "We open at seven & close late." || second.Text != "And close at <four>." || second.Thread != first.TS {
		t.Errorf("arrived as %q, then %q in answer to %q", first.Text, second.Text, second.Thread)
	}
	if len(first.Images) != 1 || first.Images[0].Alt != "A window with geraniums" || len(first.Images[0].File.Bytes) == 0 {
		t.Errorf("%d pictures arrived with the first", len(first.Images))
	}
	if first.Key == "" || first.Key == second.Key {
		t.Errorf("the keys are %q and %q", first.Key, second.Key)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if want := "https://" + slacktest.Workspace + "/archives/" + slacktest.Channel + "/p" + strings.Replace(first.TS, ".", "", 1); len(link) != 1 || link[0].RemoteURL != want {
		t.Errorf("what is published is %+v, want %s", link, want)
	}
}
