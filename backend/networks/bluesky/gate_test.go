package bluesky_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

const gateName = "app.bsky.feed.threadgate#"

// replyRules are the choices and the rules that they must become.
var replyRules = map[string][]string{
	"": nil, "everybody": nil, "nobody": {}, "mentioned": {gateName + "mentionRule"},
	"following": {gateName + "followingRule"}, "followers": {gateName + "followerRule"},
}

func closed(key, replies, quotes string, texts ...string) network.Plan {
	in := plan(key)
	for _, text := range texts {
		in.Parts = append(in.Parts, network.Part{Text: text})
	}
	in.Options = map[string]string{"replies": replies, "no_quotes": quotes}
	return in
}

func TestAChoiceOfWhoMayReplyIsTheThreadsGate(t *testing.T) {
	for choice, want := range replyRules {
		for _, texts := range [][]string{{"one"}, {"one", "two", "three"}} {
			server := blueskytest.New(t)
			publish(t, newCalls(nil), server.Account(), closed("gate", choice, "", texts...))
			for i, post := range server.Posts() {
				if got := server.Gates(post.ID); !reflect.DeepEqual(got, blueskytest.Gates{Replies: want}) {
					t.Errorf("%q, part %d of %d: %+v, want %v", choice, i+1, len(texts), got, want)
				}
			}
			gates := server.Records("app.bsky.feed.threadgate")
			if len(server.Posts()) != len(texts) || gates != 0 && want == nil || gates != 1 && want != nil {
				t.Errorf("%q: %d posts, %d gates", choice, len(server.Posts()), gates)
			}
		}
	}
}

func TestNoPostOfAThreadCanBeQuotedIfNoneShouldBe(t *testing.T) {
	for value, want := range map[string]bool{"": false, "false": false, "true": true} {
		server := blueskytest.New(t)
		publish(t, newCalls(nil), server.Account(), closed("quotes", "", value, "one", "two"))
		for i, post := range server.Posts() {
			if got := server.Gates(post.ID); got.NoQuotes != want || got.Replies != nil {
				t.Errorf("%q, part %d: %+v", value, i+1, got)
			}
		}
	}
	c := newCalls(nil)
	_, err := bluesky.New().Publish(t.Context(), c, blueskytest.New(t).Account(), closed("quotes", "", "perhaps", "one"))
	wantKind(t, err, network.Rejected)
	if len(c.steps) > 0 {
		t.Errorf("requests were made: %v", c.steps)
	}
}

func TestGatesAreWrittenWithTheirPostsOrNotAtAll(t *testing.T) {
	for _, failure := range []networktest.Failure{
		networktest.RateLimited, networktest.Refused, networktest.ServerError, networktest.Unauthorized,
		networktest.DropAfter, networktest.Garbage, blueskytest.Ghost,
	} {
		server := blueskytest.New(t)
		in := closed("gates", "nobody", "true", "one", "two")
		server.Fail(failure)
		c := newCalls(nil)
		if _, err := bluesky.New().Publish(t.Context(), c, server.Account(), in); err == nil {
			t.Fatalf("%s: no error", failure)
		}
		if len(c.steps) != 1 || server.Requests("com.atproto.repo.applyWrites") != 1 {
			t.Errorf("%s: the steps are %v", failure, c.steps)
		}
		saved := len(server.Posts()) > 0
		found, there, err := bluesky.New().Find(t.Context(), newCalls(nil), server.Account(), in)
		if err != nil || there != saved {
			t.Errorf("%s: found %t, %v; the server has %d posts", failure, there, err, len(server.Posts()))
		}
		if saved {
			if again, _, err := bluesky.New().Find(t.Context(), newCalls(nil), server.Account(), in); err != nil || again != found {
				t.Errorf("%s: found %+v, then %+v, %v", failure, found, again, err)
			}
			_, err = bluesky.New().Publish(t.Context(), newCalls(nil), server.Account(), in) // must not exist
			wantKind(t, err, network.Ambiguous)
		} else {
			found = publish(t, newCalls(nil), server.Account(), in)
		}
		server.ReleaseGhosts()
		posts := server.Posts()
		if len(posts) != 2 || posts[0].ID != found.RemoteID || server.Records("app.bsky.feed.threadgate") != 1 ||
			server.Records("app.bsky.feed.postgate") != 2 {
			t.Errorf("%s: %d posts, %d and %d gates", failure, len(posts),
				server.Records("app.bsky.feed.threadgate"), server.Records("app.bsky.feed.postgate"))
		}
	}
}

func TestAPostIsDeletedWithItsGates(t *testing.T) {
	for _, texts := range [][]string{{"one"}, {"one", "two", "three"}} {
		server := blueskytest.New(t)
		kept := closed("kept", "followers", "true", "kept")
		publish(t, newCalls(nil), server.Account(), kept)
		receipt := publish(t, newCalls(nil), server.Account(), closed("gone", "nobody", "true", texts...))
		for range 2 {
			if err := bluesky.New().Delete(t.Context(), newCalls(nil), server.Account(), receipt); err != nil {
				t.Fatal(err)
			}
		}
		for collection, want := range map[string]int{
			"app.bsky.feed.post": 1, "app.bsky.feed.threadgate": 1, "app.bsky.feed.postgate": 1,
		} {
			if got := server.Records(collection); got != want {
				t.Errorf("%d records are left in %s, want %d", got, collection, want)
			}
		}
	}
}

func TestAPostIsNeverLeftWithoutItsGate(t *testing.T) {
	server := blueskytest.New(t)
	receipt := publish(t, newCalls(nil), server.Account(), closed("half", "nobody", "true", "one", "two"))
	for stop := range 5 {
		c, n := newCalls(nil), 0
		c.answer = func(string, network.Request) (network.Reply, bool) {
			n++
			return network.Reply{Status: 503}, n > stop
		}
		if err := bluesky.New().Delete(t.Context(), c, server.Account(), receipt); err == nil {
			t.Fatalf("after %d steps it is a success", stop)
		}
		for _, post := range server.Posts() {
			if g := server.Gates(post.ID); g.Replies == nil || !g.NoQuotes {
				t.Errorf("after %d steps %q can be answered or quoted", stop, post.Text)
			}
		}
	}
}

func TestGatesCountTowardsTheWritesOfAnHour(t *testing.T) {
	d := bluesky.New().Describe()
	for _, c := range []struct {
		plan network.Plan
		want int
	}{
		{closed("a", "", "", "one"), 3},
		{closed("b", "nobody", "", "one"), 6},
		{closed("c", "nobody", "true", "one", "two"), 15},
	} {
		server := blueskytest.New(t)
		calls := newCalls(nil)
		publish(t, calls, server.Account(), c.plan)
		expected := d.ExpectOf(c.plan)
		last := expected[len(expected)-1]
		if last != d.UseOf(calls.steps[len(calls.steps)-1], network.UsePublish, c.plan) {
			t.Errorf("expected %+v, the step is %q", last, calls.steps[len(calls.steps)-1])
		}
		if got := d.Budgets.CostOf(d.Budgets.Windows[1], last); got != c.want {
			t.Errorf("%q costs %d points, want %d", last.Step, got, c.want)
		}
	}
}

func TestAnAnswerWithoutAPostIsNoReceipt(t *testing.T) {
	const id, at = "bafyreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", "at://did:plc:alice/"
	result := func(address string) string { return fmt.Sprintf(`{"uri":"%s%s","cid":"%s"}`, at, address, id) }
	post, gate := result("app.bsky.feed.post/3jzfcijpj2z2a"), result("app.bsky.feed.threadgate/3jzfcijpj2z2a")
	for _, c := range []struct {
		results []string
		want    string // the reference, "" for doubt
	}{
		{[]string{post}, id},
		{[]string{post, gate}, id + " threadgate"},
		{[]string{post, post, gate, result("app.bsky.feed.postgate/3jzfcijpj2z2a")}, id + " +1 threadgate postgate"},
		{[]string{gate}, ""},
		{[]string{gate, post}, ""},
		{[]string{post, result("app.bsky.feed.like/3jzfcijpj2z2a")}, ""},
		{[]string{post, result("app.bsky.feed.threadgate/self")}, ""},
		{[]string{post, `{"uri":7}`}, ""},
		{[]string{post, `null`}, ""},
	} {
		body := `{"results":[` + strings.Join(c.results, ",") + `]}`
		receipt, err := bluesky.New().Describe().Classify("thread", network.Reply{Status: 200, Body: []byte(body)})
		if receipt.Ref != c.want || (err == nil) != (c.want != "") || err != nil && network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", body, receipt, err)
		}
	}
}

// gates writes each kind of gate to the real server and reads it back.
func gates(t *testing.T, p realPDS) {
	for choice, want := range replyRules {
		noQuotes := []string{"", "true"}[len(choice)%2] // nobody, mentioned, following, followers
		in := closed("gates "+choice, choice, noQuotes, "one "+choice, "two")
		c := newCalls(p.files)
		receipt := publish(t, c, p.account, in)
		step := c.steps[len(c.steps)-1]
		if valid := bytes.Count(c.replies[step].Body, []byte(`"validationStatus":"valid"`)); valid != strings.Count(string(c.sent[step].Body[0].Bytes), "#create") {
			t.Errorf("%q: %d records are valid: %s", choice, valid, c.replies[step].Body)
		}
		gate := func(collection string) string {
			id, value := p.record(t, strings.Replace(receipt.RemoteID, "app.bsky.feed.post", collection, 1))
			if id == "" {
				return ""
			}
			return string(value)
		}
		var read struct {
			Type      string `json:"$type"`
			Post      string
			CreatedAt string
			Allow     []struct {
				Type string `json:"$type"`
			}
		}
		body := gate("app.bsky.feed.threadgate")
		if (body == "") != (want == nil) {
			t.Errorf("%q: the gate is %q", choice, body)
		} else if body != "" {
			if err := json.Unmarshal([]byte(body), &read); err != nil || read.Post != receipt.RemoteID || read.CreatedAt != "2026-11-22T10:00:00.000Z" {
				t.Errorf("%q: %v: %s", choice, err, body)
			}
			rules := []string{}
			for _, r := range read.Allow {
				rules = append(rules, r.Type)
			}
			if !slices.Equal(rules, want) || !strings.Contains(body, `"allow":[`) {
				t.Errorf("%q: %s", choice, body)
			}
		}
		quotes := gate("app.bsky.feed.postgate")
		if (quotes != "") != (in.Options["no_quotes"] == "true") || quotes != "" && !strings.Contains(quotes, `"app.bsky.feed.postgate#disableRule"`) {
			t.Errorf("%q: the gate of quotes is %q", choice, quotes)
		}
		if want != nil {
			_, err := bluesky.New().Publish(t.Context(), newCalls(p.files), p.account, in)
			wantKind(t, err, network.Ambiguous)
		}
		if found, there, err := bluesky.New().Find(t.Context(), newCalls(nil), p.account, in); err != nil || !there || found != receipt {
			t.Errorf("%q: found %t %+v, %v; published %+v", choice, there, found, err, receipt)
		}
		for range 2 {
			if err := bluesky.New().Delete(t.Context(), newCalls(nil), p.account, receipt); err != nil {
				t.Fatal(err)
			}
		}
		for _, collection := range []string{"app.bsky.feed.post", "app.bsky.feed.threadgate", "app.bsky.feed.postgate"} {
			if left := gate(collection); left != "" {
				t.Errorf("%q: left is %s", choice, left)
			}
		}
	}
}
