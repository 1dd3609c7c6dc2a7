package slack_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

func TestALostAnswerIsFoundByItsKeyWhateverItLooksLike(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "see https://example.org/?a=1&b=2 <now>"})
	s.Write(slacktest.Other, p.Parts[0].Text, "") // somebody else says the same
	s.Write(slacktest.Bot, p.Parts[0].Text, "")   // and so does the app, by other means
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	s.Fail(networktest.DropAfter)
	if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	want := s.Messages()[2].TS
	r, found, err := slack.New().Find(t.Context(), c, s.Account(), p)
	if err != nil || !found || r.RemoteID != want || r.URL != "https://"+slacktest.Workspace+"/archives/"+slacktest.Channel+"/p"+strings.Replace(want, ".", "", 1) {
		t.Fatalf("found %t %+v, %v", found, r, err)
	}
}

func TestARequestThatNeverArrivedIsNotFound(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "hello"})
	s.Fail(networktest.ServerError)
	if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	if r, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
	if d := slack.New().Describe(); d.Reconcile.Shape != network.ShapeLookUp || d.Reconcile.Bound != 0 {
		t.Error("nothing says how late Slack takes a request: what is not found must stay in doubt")
	}
}

func TestAnAnswerInAThreadIsLookedForThere(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	for _, broadcast := range []string{"", "true"} {
		p := plan("a"+broadcast, network.Part{Text: "one"}, network.Part{Text: "two"}, network.Part{Text: "three"})
		p.Options = map[string]string{"broadcast": broadcast}
		before := len(s.Messages())
		first := must(t, c, s.Account(), p)
		messages := s.Messages()[before:]
		if messages[1].Thread != first.RemoteID || messages[2].Thread != first.RemoteID || messages[2].Broadcast != (broadcast != "") || messages[0].Broadcast {
			t.Fatalf("the thread is %+v", messages)
		}
		p.Done = []network.Receipt{first, {RemoteID: messages[1].TS}}
		r, found, err := slack.New().Find(t.Context(), c, s.Account(), p)
		if err != nil || !found || r.RemoteID != messages[2].TS || !strings.HasSuffix(r.URL, "?thread_ts="+first.RemoteID+"&cid="+slacktest.Channel) {
			t.Errorf("found %t %+v, %v", found, r, err)
		}
		p.Keys[2] = "another"
		if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
			t.Errorf("another key: found %t, %v", found, err)
		}
	}
	p := plan("z", network.Part{Text: "one"}, network.Part{Text: "two"})
	for _, gone := range []string{"1790000000.000001", "", "../x"} { // the first part was deleted, or its id is none
		p.Done = []network.Receipt{{RemoteID: gone}}
		if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || kindOf(err) != network.Ambiguous {
			t.Errorf("in answer to %q: found %t, %v", gone, found, err)
		}
	}
}

func TestTheKeyCountsOnTheAppsOwnMessagesAlone(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "hello"})
	s.Write(slacktest.Other, "hello", p.Keys[0])
	if r, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("another app's copy: found %t %+v, %v", found, r, err)
	}
	s.Instead("conversations.history", slacktest.Answer{Status: 200, Body: `{"ok":true,"has_more":false,"messages":[{"ts":"1790000000.000001",
		"user":"` + slacktest.Bot + `","metadata":{"event_type":"another","event_payload":{"key":"` + p.Keys[0] + `"}}}]}`})
	if r, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Errorf("metadata of another kind: found %t %+v, %v", found, r, err)
	}
	for range 2 {
		s.Write(slacktest.Bot, "hello", p.Keys[0])
	}
	if r, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || kindOf(err) != network.Ambiguous {
		t.Errorf("two of one key: found %t %+v, %v", found, r, err)
	}
	p.Keys = nil
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || err == nil {
		t.Errorf("without a key: found %t, %v", found, err)
	}
}

func TestALongChannelIsReadBackToThePlansTime(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "one"})
	must(t, c, s.Account(), p)
	for range 450 {
		s.Write(slacktest.Other, "chatter", "")
	}
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); !found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	absent := plan("b", network.Part{Text: "one"})
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), absent); found || err != nil {
		t.Errorf("what is not there: found %t, %v", found, err)
	}
	for range 600 {
		s.Write(slacktest.Other, "chatter", "")
	}
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), absent); found || kindOf(err) != network.Ambiguous {
		t.Errorf("in too long a channel: found %t, %v", found, err)
	}
}

func TestAHistoryThatIsCutShortProvesNothing(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "one"})
	s.Limit()
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || kindOf(err) != network.Ambiguous {
		t.Errorf("found %t, %v", found, err)
	}
	must(t, c, s.Account(), p)
	if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); !found || err != nil {
		t.Errorf("what is seen is there: found %t, %v", found, err)
	}
	for name, body := range map[string]string{
		"more, and no way to it": `{"ok":true,"messages":[],"has_more":true}`,
		"no messages":            `{"ok":true,"has_more":false}`,
		"null":                   `{"ok":true,"messages":null}`,
		"an object":              `{"ok":true,"messages":{}}`,
		"a message without ts":   `{"ok":true,"messages":[{"text":"one"}],"has_more":false}`,
		"metadata of no kind":    `{"ok":true,"messages":[{"ts":"1790000000.000001","metadata":[]}]}`,
		"a no":                   `{"ok":false,"error":"channel_not_found"}`,
		"a no nobody knows":      `{"ok":false,"error":"whatever"}`,
		"cut":                    `{"ok":true,"messages":[{"ts":"17900`,
		"a page":                 `<html></html>`,
	} {
		s.Instead("conversations.history", slacktest.Answer{Status: 200, Body: body})
		if _, found, err := slack.New().Find(t.Context(), c, s.Account(), p); found || kindOf(err) != network.Ambiguous {
			t.Errorf("%s: found %t, %v", name, found, err)
		}
	}
	s.Instead("conversations.history", slacktest.Answer{Status: 429, Header: map[string]string{"Retry-After": "9"}})
	if _, _, err := slack.New().Find(t.Context(), c, s.Account(), p); kindOf(err) != network.Throttled || network.WaitOf(err).Seconds() != 9 {
		t.Errorf("a look-up that must wait: %v", err)
	}
	s.Instead("conversations.history", slacktest.Answer{Status: 200, Body: `{"ok":false,"error":"token_revoked"}`})
	if _, _, err := slack.New().Find(t.Context(), c, s.Account(), p); kindOf(err) != network.Reauth {
		t.Errorf("a look-up with a dead token: %v", err)
	}
	if slices.Contains(c.Sent, "post 2") || len(s.Messages()) != 1 {
		t.Error("looking published something")
	}
}
