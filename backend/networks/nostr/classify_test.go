package nostr_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/nostr"
)

const someID = "a2d97d0c8b19d6d91b8bd3c36feeb69f176861f9443ba575cbabf9941d4200bf"

func TestEveryDocumentedAnswerIsWhatItProves(t *testing.T) {
	away := map[string]any{"status": 503, "sent": false}
	silent := map[string]any{"status": 504, "sent": true}
	no := func(words string) map[string]any { return ok(someID, false, words) }
	yes := ok(someID, true, "")
	for name, c := range map[string]struct {
		reply network.Reply
		want  network.Kind // "" for published
	}{
		"accepted":                        {relayReply(yes), ""},
		"there already":                   {relayReply(ok(someID, true, "duplicate: already have this event")), ""},
		"accepted with a remark":          {relayReply(ok(someID, true, "pow: difficulty 25>=24")), ""},
		"blocked":                         {relayReply(no("blocked: you are banned from posting here")), network.Rejected},
		"invalid":                         {relayReply(no("invalid: event creation date is too far off from the current time")), network.Rejected},
		"pow":                             {relayReply(no("pow: difficulty 26 is less than 30")), network.Rejected},
		"restricted":                      {relayReply(no("restricted: not allowed to write.")), network.Rejected},
		"auth-required":                   {relayReply(no("auth-required: we only accept events from registered users")), network.Rejected},
		"rate-limited":                    {relayReply(no("rate-limited: slow down there chief")), network.Throttled},
		"error":                           {relayReply(no("error: could not connect to the database")), network.Ambiguous},
		"a duplicate that was refused":    {relayReply(no("duplicate: already have this event")), network.Ambiguous},
		"mute":                            {relayReply(no("mute: no one was listening")), network.Ambiguous},
		"an unknown word":                 {relayReply(no("tuesday: not today")), network.Ambiguous},
		"no word":                         {relayReply(no("")), network.Ambiguous},
		"no colon":                        {relayReply(no("you may not")), network.Ambiguous},
		"silent":                          {relayReply(silent), network.Ambiguous},
		"away":                            {relayReply(away), network.Ambiguous},
		"nobody":                          {relayReply(), network.Ambiguous},
		"one of three accepts":            {relayReply(no("blocked: no"), silent, yes), ""},
		"two refuse":                      {relayReply(no("blocked: no"), no("invalid: no")), network.Rejected},
		"one refuses, one is away":        {relayReply(no("blocked: no"), away), network.Throttled},
		"one refuses, one is silent":      {relayReply(no("blocked: no"), silent), network.Ambiguous},
		"one refuses, one has to wait":    {relayReply(no("blocked: no"), no("rate-limited: wait")), network.Throttled},
		"one refuses, one failed":         {relayReply(no("blocked: no"), no("error: disk")), network.Ambiguous},
		"yes in words":                    {relayReply(ok(someID, "true", "")), network.Ambiguous},
		"yes as null":                     {relayReply(ok(someID, nil, "")), network.Ambiguous},
		"yes as a number":                 {relayReply(ok(someID, 1, "")), network.Ambiguous},
		"an id that is none":              {relayReply(ok("A2", true, "")), network.Ambiguous},
		"an answer to something else":     {relayReply(map[string]any{"status": 200, "sent": true, "messages": []any{[]any{"EOSE", "q"}}}), network.Ambiguous},
		"accepted, said by a cut answer":  {relayReply(map[string]any{"status": 502, "sent": true, "messages": []any{[]any{"OK", someID, true, ""}}}), network.Ambiguous},
		"another success":                 {network.Reply{Status: 201, Body: relayReply(yes).Body}, network.Ambiguous},
		"an unpaired surrogate":           {network.Reply{Status: 200, Body: []byte(`[{"url":"wss://a","status":200,"sent":true,"messages":[["OK","` + someID + `",false,"\ud800: x"]]}]`)}, network.Ambiguous},
		"half a document":                 {network.Reply{Status: 200, Body: []byte(`[{"url":"wss://a","status":200,"sent":true,"messages":[["OK","` + someID)}, network.Ambiguous},
		"messages that are none":          {network.Reply{Status: 200, Body: []byte(`[{"url":"wss://a","status":200,"sent":true,"messages":["OK"]}]`)}, network.Ambiguous},
		"a thousand arrays in each other": {network.Reply{Status: 200, Body: []byte(strings.Repeat("[", 1000))}, network.Ambiguous},
	} {
		receipt, err := nostr.New().Describe().Classify("post 1", c.reply)
		switch {
		case network.KindOf(err) != c.want:
			t.Errorf("%s: %v, want %q", name, err, c.want)
		case err == nil && (receipt.RemoteID != someID || !strings.HasPrefix(receipt.URL, "https://njump.me/nevent1")):
			t.Errorf("%s: %+v", name, receipt)
		case err != nil && len(err.Error()) > 600:
			t.Errorf("%s: says %d bytes", name, len(err.Error()))
		}
	}
}

func TestWhatEachRelayAnsweredIsSaid(t *testing.T) {
	_, err := nostr.New().Describe().Classify("post 1", relayReply(
		ok(someID, false, "blocked: you are \u202ebanned"), ok(someID, false, "invalid: too old"), map[string]any{"status": 504, "sent": true}, map[string]any{"status": 503}))
	for _, want := range []string{"relay1.example: blocked: you are banned", "relay2.example: invalid: too old", "relay3.example: no certain answer", "relay4.example: not reached"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
