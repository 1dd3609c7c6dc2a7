package wiring_test

import (
	"testing"

	"postbag/app/api"
)

func TestOneMentionGoesOutAsTheHandleOfEachNetwork(t *testing.T) {
	b := newBench(t)
	changed := func(name string, handles ...api.Handle) {
		t.Helper()
		ok(t, b.api.Settings.SavePerson(api.SavePerson{Workspace: b.space.ID, Person: api.Person{Mark: " @Anna ", Name: name, Handles: handles}}))
	}
	changed("Anna", api.Handle{Network: "bluesky", Handle: "old.example"}, api.Handle{Network: "mastodon", Handle: "wrong"})
	changed("Anna Berg", api.Handle{Network: "mastodon", Handle: "@anna@there.example"})
	people := must[[]api.Person](t)(b.api.Settings.People(b.space.ID))
	if len(people) != 1 || people[0].Mark != "anna" || people[0].Name != "Anna Berg" || len(people[0].Handles) != 1 {
		t.Fatalf("the workspace knows %+v", people)
	}
	c := api.Content{Text: "Photographs by @anna.", Parts: []string{}}
	if saved := b.publish(c); len(saved) != 1 || saved[0].Text != "Photographs by @anna@there.example." {
		t.Fatalf("the server has %+v", saved)
	}
	previews := must[[]api.Preview](t)(b.api.Posts.PreviewDraft(api.Draft{
		Workspace: b.space.ID, Content: c, Variants: []api.Variant{{Channel: string(b.channel.ID)}},
	}))
	if len(previews) != 1 || previews[0].Parts[0].Text != "Photographs by @anna@there.example." {
		t.Errorf("the preview is %+v", previews)
	}
	changed("Anna Berg") // without a handle there
	if saved := b.publish(c); len(saved) != 2 || saved[1].Text != "Photographs by Anna Berg." {
		t.Errorf("the server has %+v", saved)
	}
	ok(t, b.api.Settings.RemovePerson(api.RemovePerson{Workspace: b.space.ID, Mark: "anna"}))
	if saved := b.publish(c); len(saved) != 3 || saved[2].Text != "Photographs by @anna." {
		t.Errorf("the server has %+v", saved)
	}
}
