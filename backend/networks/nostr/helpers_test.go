package nostr_test

import (
	"encoding/json"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/network/wscall"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
)

func calls(files *networktest.Files) networktest.Plain {
	if files == nil {
		files = networktest.NewFiles()
	}
	return networktest.NewPlain(nostr.New(), networktest.Carriers(files))
}

// due is when every plan of these tests is due, before the stand-in's time of day.
var due = time.Date(2026, 7, 30, 9, 0, 0, 0, time.UTC)

func plan(parts ...network.Part) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: due, Parts: parts}
	for i := range parts {
		p.Keys = append(p.Keys, "key-"+string(rune('a'+i)))
	}
	return p
}

func must(t *testing.T, files *networktest.Files, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := nostr.New().Publish(t.Context(), calls(files), a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}

// find looks for a plan and says what came of it in a word.
func find(t *testing.T, a network.Account, p network.Plan) string {
	t.Helper()
	r, found, err := nostr.New().Find(t.Context(), calls(nil), a, p)
	switch {
	case err != nil:
		return "unknown"
	case found:
		return r.RemoteID
	}
	return "absent"
}

// relayReply is what the carrier brings from relays: one answer each.
func relayReply(answers ...map[string]any) network.Reply {
	for i, a := range answers {
		if a["url"] == nil {
			a["url"] = "wss://relay" + string(rune('1'+i)) + ".example"
		}
	}
	b, err := json.Marshal(answers)
	if err != nil {
		panic(err)
	}
	return network.Reply{Status: 200, Body: b}
}

func ok(id string, yes any, words string) map[string]any {
	return map[string]any{"status": 200, "sent": true, "messages": []any{[]any{"OK", id, yes, words}}}
}

func account(relays ...string) network.Account { return nostrtest.AccountAt("", relays...) }

// quick are calls that wait for no answer longer than a moment.
func quick() networktest.Plain {
	web := httpcall.New(nil)
	return networktest.NewPlain(nostr.New(), wscall.New(web, wscall.Patience(5*time.Second, 200*time.Millisecond)))
}
