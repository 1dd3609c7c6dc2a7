package wiring_test

import (
	"testing"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/networks/matrix/matrixtest"
)

// A post with a picture and an answer to it goes through the whole program to a room on Matrix: in an
// event each, under a transaction id of its own, with the picture made to fit and its description.
func TestAThreadWithAPictureGoesToMatrix(t *testing.T) {
	b := newBench(t)
	s := matrixtest.New(t)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "matrix", s.Account()))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."},
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	posts, events := s.Posts(), s.Events()
	if len(posts) != 2 || len(b.server.Statuses()) != 0 {
		t.Fatalf("%d messages and %d statuses arrived", len(posts), len(b.server.Statuses()))
	}
	first, second := posts[0], posts[1]
	if first.Text != "We open at seven." || second.Text != "And close at four." || second.Parent != first.ID {
		t.Errorf("arrived as %q, then %q in answer to %q", first.Text, second.Text, second.Parent)
	}
	if len(first.Images) != 1 || len(first.Images[0]) == 0 || first.Alts[0] != "A window with geraniums" {
		t.Errorf("%d pictures arrived with the first, described as %q", len(first.Images), first.Alts)
	}
	if one, two := events[0].Content["org.postbag.key"], events[1].Content["org.postbag.key"]; one == nil || one == two {
		t.Errorf("the keys are %v and %v", one, two)
	}
	link := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
	if len(link) != 1 || link[0].RemoteURL != "https://matrix.to/#/%21news:matrix.test/"+first.ID+"?via=matrix.test" {
		t.Errorf("what is published is %+v", link)
	}
}
