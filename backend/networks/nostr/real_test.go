package nostr_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
	"postbag/build/servers"
)

// Somebody else's relay computes ids and verifies signatures in its own way.
func TestAgainstARealRelay(t *testing.T) {
	networktest.Verified(t, "nostr", networktest.RealServer, "the relay @nostr-relay/core 0.0.40; media by a stand-in")
	real, media := servers.NostrRelay(t), nostrtest.New(t)
	files := networktest.NewFiles()
	step := connect(t, map[string]string{"key": nostrtest.Nsec, "relays": real, "media": media.URL})
	if step.Account == nil {
		t.Fatal(step.Message)
	}
	a := *step.Account
	if a.Limits.Text.Max != 102400-10*150 {
		t.Errorf("limits %+v", a.Limits.Text)
	}
	texts := []string{
		"Open at seven.", "family \U0001f469\u200d\U0001f469\u200d\U0001f467, flag \U0001f1ef\U0001f1f5", "e\u0301 \u05e9\u05dc\u05d5\u05dd \u2067abc\u2069",
		"one\ntwo\r\n\tthree\b\f", `<b>&amp; "quotes" \n \u0041 ]]>`, "line\u2028separator\u2029 nul-like \u007f \u0085", "\U0001d518\U00020000 #日本 #tag",
	}
	for _, text := range texts {
		picture := files.Picture("image/png", len(text), 0)
		picture.Alt = "alt of: " + text + strings.Repeat("\U0001f469", 450)
		p := plan(network.Part{Text: text, Media: []network.Media{picture}}, network.Part{Text: "answer to " + text}, network.Part{Text: "last"})
		p.CreatedAt = due.Add(time.Duration(len(text)) * time.Hour / 10)
		first := must(t, files, a, p)
		if again := must(t, files, a, p); again != first {
			t.Errorf("%q again is %+v, was %+v", text, again, first)
		}
		for i := range p.Parts {
			got := find(t, a, p)
			if i == 0 && got != first.RemoteID || got == "absent" || got == "unknown" {
				t.Fatalf("%q, part %d is found as %s", text, i+1, got)
			}
			p.Done = append(p.Done, network.Receipt{RemoteID: got})
		}
	}

	gone := plan(network.Part{Text: "to be deleted"})
	r := must(t, nil, a, gone)
	for range 2 {
		if err := nostr.New().Delete(t.Context(), calls(nil), a, r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if got := find(t, a, gone); got != "absent" {
		t.Errorf("after it was deleted: %s", got)
	}

	forged := plan(network.Part{Text: "forged on the way"})
	if _, err := nostr.New().Publish(t.Context(), forging{calls(nil)}, a, forged); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "invalid") {
		t.Errorf("a forged note: %v", err)
	}
	if got := find(t, a, forged); got != "absent" {
		t.Errorf("what was refused is %s", got)
	}
}

// forging are calls on whose way somebody writes another signature.
type forging struct{ networktest.Plain }

// Publish implements network.Calls.
func (f forging) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	at := bytes.LastIndex(r.Body[0].Bytes, []byte(`"sig":"`)) + len(`"sig":"`)
	forged := bytes.Clone(r.Body[0].Bytes)
	copy(forged[at+64:], strings.Repeat("0", 64))
	r.Body = network.Bytes(forged)
	return f.Plain.Publish(ctx, step, r)
}
