package nostr_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
)

// npub is an address from NIP-19's examples, with its public key.
const (
	npub   = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg"
	pubkey = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e"
)

func connect(t *testing.T, answers map[string]string) network.Step {
	t.Helper()
	step, err := nostr.New().Connect(t.Context(), calls(nil), network.Step{Name: "keys", Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := nostrtest.New(t)
	strict, working := nostrtest.New(t), nostrtest.New(t)
	strict.Limit, working.Limit = `{"auth_required":true}`, `{"min_pow_difficulty":30}`
	for _, c := range []struct {
		key, value string
		reason     network.Reason
		about      string
	}{
		{"key", "", network.ReasonMissing, "key"},
		{"key", npub, network.ReasonMalformed, "key"},
		{"key", "ncryptsec1qgg9947rlpvqu76pj5ecreduf9jxhselq2nae2kghhvd5g7dgjtcxfqtd67p9m0w57lspw8gsq6yphnm8623nsl8xn9j4jdzz84zm3frztj3z7s35vpzmqf6ksu8r89qk5z2zxfmu5gv8th8wclt0h4p", network.ReasonMalformed, "key"},
		{"key", nostrtest.Nsec[:62] + "p", network.ReasonMalformed, "key"},
		{"key", "N" + nostrtest.Nsec[1:], network.ReasonMalformed, "key"},
		{"key", strings.Repeat("0", 64), network.ReasonMalformed, "key"},
		{"key", strings.Repeat("f", 64), network.ReasonMalformed, "key"}, // not below the order of the curve
		{"key", nostrtest.Key[:62], network.ReasonMalformed, "key"},
		{"relays", "", network.ReasonMissing, "relays"},
		{"relays", "relay.example.com", network.ReasonMalformed, "relays"},
		{"relays", "https://relay.example.com", network.ReasonMalformed, "relays"},
		{"relays", "ws://relay.example.com", network.ReasonMalformed, "relays"},
		{"relays", s.WS + " wss://ana:pass@relay.example.com", network.ReasonMalformed, "relays"},
		{"relays", "wss://relay.example.com?key=secret", network.ReasonMalformed, "relays"},
		{"relays", strings.Repeat(s.WS+" ", 11), network.ReasonMalformed, "relays"},
		{"relays", "ws://127.0.0.1:1", network.ReasonUnreachable, ""},
		{"relays", s.WS + " " + strict.WS, network.ReasonRefused, "relays"},
		{"relays", working.WS, network.ReasonRefused, "relays"},
		{"media", "blossom.example.com", network.ReasonMalformed, "media"},
		{"media", "http://blossom.example.com", network.ReasonMalformed, "media"},
		{"media", "http://127.0.0.1:1", network.ReasonUnreachable, ""},
	} {
		answers := maps.Clone(s.Answers())
		answers[c.key] = c.value
		step := connect(t, answers)
		if step.Account != nil || step.Reason != c.reason || step.About != c.about || step.Message == "" || len(step.Ask) != 3 {
			t.Errorf("%s %.40q: %s about %q: %s", c.key, c.value, step.Reason, step.About, step.Message)
		}
		if strings.Contains(fmt.Sprintf("%+v", step), nostrtest.Nsec[5:60]) {
			t.Errorf("%s %.40q: the key is shown again", c.key, c.value)
		}
	}
}

func TestAKeyIsTakenAsPeopleHaveIt(t *testing.T) {
	s := nostrtest.New(t)
	for _, typed := range []string{nostrtest.Nsec, strings.ToUpper(nostrtest.Nsec), nostrtest.Key, " " + strings.ToUpper(nostrtest.Key) + "\n"} {
		a := connect(t, map[string]string{"key": typed, "relays": s.WS + "/, " + s.WS + "\n" + s.WS}).Account
		if a == nil {
			t.Fatalf("%q is not taken", typed)
		}
		if a.RemoteID != nostrtest.PubKey() || a.Secret.Field("key") != nostrtest.Key || a.Options["relays"] != s.WS || a.Server != s.WS || !strings.HasPrefix(a.Handle, "npub1") {
			t.Errorf("connected as %+v", *a)
		}
		if a.Limits.Media.Max != 0 || a.Limits.Alt.Max != 0 {
			t.Error("without a media server pictures are taken")
		}
		if strings.Contains(fmt.Sprintf("%+v", *a), nostrtest.Key) {
			t.Error("the key is open")
		}
	}
}

func TestTheNewestProfileNamesTheAccount(t *testing.T) {
	s, empty, liar := nostrtest.New(t), nostrtest.New(t), nostrtest.New(t)
	for i, content := range []string{`{"name":"old"}`, `{"name":"bakery","display_name":"The \u202eBakery"}`} {
		s.Put(nostrtest.Signed(0, int64(1_700_000_000+i), content))
	}
	forged := nostrtest.Signed(0, 1_800_000_000, `{"name":"mine"}`)
	forged.Content = `{"name":"somebody"}`
	liar.Put(forged)
	a, err := nostr.New().Verify(t.Context(), calls(nil), account(empty.WS, liar.WS, s.WS))
	if err != nil || a.Name != "The Bakery" {
		t.Errorf("named %q, %v", a.Name, err)
	}
	a.Secret = network.SecretOf(map[string]string{"key": strings.Repeat("1", 64)})
	if _, err := nostr.New().Verify(t.Context(), calls(nil), a); network.KindOf(err) != network.Reauth {
		t.Errorf("with another key: %v", err)
	}
}

func TestTheStrictestRelayLimitsTheText(t *testing.T) {
	loose, strict, silent := nostrtest.New(t), nostrtest.New(t), nostrtest.New(t)
	loose.Limit = `{"max_content_length":65536,"max_message_length":131072}`
	strict.Limit = `{"max_content_length":8196,"max_message_length":16384}`
	silent.Limit = `"nonsense"`
	a := nostrtest.AccountAt(loose.URL, loose.WS, strict.WS, silent.WS, "ws://127.0.0.1:1")
	l, err := nostr.New().Limits(t.Context(), calls(nil), a)
	if err != nil || l.Text.Max != 8196-10*150 || l.Text.Unit != network.UnitCodePoints || l.Text.MaxBytes != 6144 {
		t.Errorf("limits %+v, %v", l.Text, err)
	}
	a.Limits = &l
	if _, err := nostr.New().Publish(t.Context(), calls(nil), a, plan(network.Part{Text: strings.Repeat("é", 3073)})); network.KindOf(err) != network.Rejected {
		t.Errorf("a note too long for one relay: %v", err)
	}
	if _, err := nostr.New().Limits(t.Context(), calls(nil), account("ws://127.0.0.1:1")); network.KindOf(err) != network.NotSent {
		t.Errorf("nobody there: %v", err)
	}
}

func TestNamesAreThoseOfNIP19(t *testing.T) {
	if got := nostr.New().Profile(network.Account{RemoteID: pubkey}); got != "https://njump.me/"+npub {
		t.Errorf("the profile is at %s", got)
	}
	r := must(t, nil, nostrtest.New(t).Account(), plan(network.Part{Text: "to be linked"}))
	name := strings.TrimPrefix(r.URL, "https://njump.me/")
	for link, want := range map[string]string{
		name: r.RemoteID, "nostr:" + name: r.RemoteID, "https://primal.net/e/" + name: r.RemoteID, r.URL + "?lang=en": r.RemoteID,
		strings.ToUpper(name): r.RemoteID, "https://primal.net/e/" + name[:len(name)-1]: "", "http://primal.net/e/" + name: "",
		npub: "", nostrtest.Nsec: "", "nevent1": "", "nostr:": "", r.RemoteID: "",
	} {
		got, ok := nostr.New().Linked(network.Account{}, link)
		if ok != (want != "") || got.RemoteID != want {
			t.Errorf("%q is %+v, want %q", link, got, want)
		}
	}
}

func TestWhatNoNoteCanHoldIsRefused(t *testing.T) {
	s := nostrtest.New(t)
	files := networktest.NewFiles()
	described := func(alt string) network.Plan {
		picture := files.Picture("image/png", 1, 0)
		picture.Alt = alt
		return plan(network.Part{Text: "a", Media: []network.Media{picture}})
	}
	for name, p := range map[string]network.Plan{
		"a control character in a description": described("a\x02"),
		"a description of too many emoji":      described(strings.Repeat("\U0001f469", 501)),
		"a warning too long":                   {CreatedAt: due, Parts: []network.Part{{Text: "a"}}, Warning: strings.Repeat("é", 1001)},
		"too many words together":              {CreatedAt: due, Parts: []network.Part{many(files)}, Warning: "one more"},
		"a control character in the text":      plan(network.Part{Text: "a\vb"}),
		"a control character in the warning":   {CreatedAt: due, Parts: []network.Part{{Text: "a"}}, Warning: "\x01"},
	} {
		if _, err := nostr.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
	gone := s.Account()
	gone.Options = nil
	if _, err := nostr.New().Publish(t.Context(), calls(nil), gone, plan(network.Part{Text: "a"})); network.KindOf(err) != network.Reauth {
		t.Errorf("an account without relays: %v", err)
	}
	if len(s.Sent()) != 0 {
		t.Error("something was sent")
	}
}

// many is a part whose text and descriptions fit, each for itself, and together to the byte.
func many(files *networktest.Files) network.Part {
	part := network.Part{Text: strings.Repeat("水", 10_000)}
	for i := range 10 {
		picture := files.Picture("image/png", i, 0)
		picture.Alt = strings.Repeat("水", 1000)
		part.Media = append(part.Media, picture)
	}
	return part
}
