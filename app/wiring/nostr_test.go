package wiring_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
	"postbag/backend/queue"
	"postbag/backend/secrets/secretstest"
)

// A thread with a picture goes through the whole program to two relays over real websockets. A lost answer
// ends with one note on each and asks nobody, and the key is nowhere in clear.
func TestANoteGetsToItsRelaysOnce(t *testing.T) {
	b := newBench(t)
	first, second := nostrtest.New(t), nostrtest.New(t)
	first.Live()
	second.Live()
	a := nostrtest.AccountAt(first.URL, first.WS, second.WS)
	limits := must[network.Limits](t)(nostr.New().Limits(t.Context(), queue.Direct{Carriers: b.Carriers}, a))
	limits.Reconcile = network.Reconcile{Shape: network.ShapeKey, KeyLife: time.Hour, Quarantine: time.Millisecond}
	a.Limits = &limits
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "nostr", a))
	b.publish(api.Content{
		Text: "We open at seven.", Parts: []string{"And close at four."}, Language: "en",
		Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}},
	})
	for i, relay := range []*nostrtest.Relay{first, second} {
		posts := relay.Posts()
		if len(posts) != 2 || posts[1].Text != "And close at four." || posts[1].Parent != posts[0].ID || !strings.HasPrefix(posts[0].Text, "We open at seven.") {
			t.Fatalf("relay %d has %+v", i+1, posts)
		}
		if len(posts[0].Alts) != 1 || posts[0].Alts[0] != "A window with geraniums" || len(posts[0].Images) != 1 {
			t.Errorf("relay %d has the pictures %q", i+1, posts[0].Alts)
		}
	}
	if images := first.Posts()[0].Images; len(images[0]) == 0 {
		t.Error("the picture is not on the media server")
	}

	for n, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		first.Fail(failure)
		second.Fail(failure)
		b.publish(api.Content{Text: "Closed on Sunday, " + string(failure) + "."})
		var live []api.Delivery
		for until := time.Now().Add(time.Minute); len(live) < n+2 && time.Now().Before(until); {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
			live = must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
		}
		has := len(first.Posts())
		if len(live) != n+2 || has != n+3 && len(second.Posts()) != n+3 {
			t.Fatalf("%s: %d are published; the relays have %d and %d", failure, len(live), has, len(second.Posts()))
		}
	}
	ids := map[string]int{}
	for _, e := range slices.Concat(first.Posts(), second.Posts()) {
		ids[e.ID]++
	}
	if len(ids) != 5 {
		t.Errorf("the relays have %d notes", len(ids))
	}
	secretstest.Scan(t, b.Dir.Path(), nostrtest.Key, nostrtest.Nsec)
}
