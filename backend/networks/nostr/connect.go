package nostr

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the keys of its answers.
const (
	keysStep  = "keys"
	keyKey    = "key"
	relaysKey = "relays"
	mediaKey  = "media"
)

// mostRelays is how many relays an account may have: every post waits for the slowest.
const mostRelays = 10

const (
	keyHelp = "Your private key, as your Nostr app shows it under its keys. It begins with nsec1. " +
		"It stays on this computer, sealed, and only its signatures are sent."
	relaysHelp = "The relays that take your notes, with spaces between, such as wss://relay.example.com. " +
		"Your Nostr app lists them in its settings."
	mediaHelp = "A Blossom server that keeps your pictures and videos, such as https://blossom.example.com. Without one you can publish text alone."
)

// Connect asks for a key, relays and a media server, and asks every relay for the key's profile.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[keyKey])
	relays := strings.FieldsFunc(answers.Answers[relaysKey], func(r rune) bool { return r == ' ' || r == ',' || r == '\n' || r == '\t' })
	media := strings.TrimRight(strings.TrimSpace(answers.Answers[mediaKey]), "/")
	ask := ask(strings.Join(relays, " "), media)
	if answers.Name != keysStep {
		return ask, nil
	}
	key := readKey(typed)
	switch {
	case typed == "":
		return ask.Because(network.ReasonMissing, keyKey, "Please give your private key."), nil
	case key == nil && strings.HasPrefix(typed, "npub"):
		return ask.Because(network.ReasonMalformed, keyKey, "This is your public key. The private one begins with nsec1."), nil
	case key == nil && strings.HasPrefix(typed, "ncryptsec"):
		return ask.Because(network.ReasonMalformed, keyKey, "This key is locked with a password. Please give it as your app shows it unlocked; it begins with nsec1."), nil
	case key == nil:
		return ask.Because(network.ReasonMalformed, keyKey, "This is no private key. It begins with nsec1, or has 64 digits and letters from a to f."), nil
	case len(relays) == 0:
		return ask.Because(network.ReasonMissing, relaysKey, "Please give the address of at least one relay."), nil
	case len(relays) > mostRelays:
		return ask.Because(network.ReasonMalformed, relaysKey, "Ten relays are enough: every post waits for the slowest."), nil
	case media != "" && !isServer(media, "https", "http"):
		return ask.Because(network.ReasonMalformed, mediaKey, "This is no address of a server. It begins with https://."), nil
	}
	for i, relay := range relays {
		if relays[i] = strings.TrimSuffix(relay, "/"); !isServer(relays[i], "wss", "ws") {
			return ask.Because(network.ReasonMalformed, relaysKey, "This is no address of a relay: "+relay+". One begins with wss://."), nil
		}
	}
	slices.Sort(relays[1:]) // the first stays the one that is named to others
	relays = slices.Compact(relays)
	return n.meet(ctx, c, ask, network.Account{
		RemoteID: publicOf(key), Server: relays[0],
		Secret:  network.SecretOf(map[string]string{keyField: hex.EncodeToString(key.Serialize())}),
		Options: map[string]string{relaysOption: strings.Join(relays, " "), mediaOption: media},
	})
}

// meet asks the servers of a new account whether they can be worked with.
func (n Network) meet(ctx context.Context, c network.Calls, ask network.Step, a network.Account) (network.Step, error) {
	known, err := n.Verify(ctx, c, a)
	if err != nil {
		return ask.After(err, "A relay", network.ReasonRefused, relaysKey, "No relay lets its notes be read, and without that a lost answer could not be settled."), nil
	}
	limits := limitsOf(a)
	for _, relay := range relaysOf(a) {
		reply, err := c.Read(ctx, "relay "+host(relay), information(relay))
		d, ok := aboutOf(reply)
		switch {
		case err != nil || !ok: // it need not say anything of itself
			continue
		case d.Limitation.SignIn:
			return ask.Because(network.ReasonRefused, relaysKey, host(relay)+" wants everybody to sign in first (NIP-42), which Postbag cannot do yet. Please choose another relay."), nil
		case d.Limitation.Work > 0:
			return ask.Because(network.ReasonRefused, relaysKey, host(relay)+" takes only notes with proof of work, which Postbag does not make. Please choose another relay."), nil
		}
		limits = narrower(limits, d)
	}
	if server := a.Options[mediaOption]; server != "" {
		if _, err := c.Read(ctx, "media", network.Request{Method: "GET", URL: server + "/"}); err != nil {
			return ask.After(err, "The media server", network.ReasonRefused, mediaKey, "The media server refuses to talk."), nil
		}
	}
	known.Limits = &limits
	return network.Step{Name: "done", Account: &known}, nil
}

func ask(relays, media string) network.Step {
	return network.Step{Name: keysStep, Ask: []network.Question{
		{Key: keyKey, Label: "Private key", Help: keyHelp, Secret: true},
		{Key: relaysKey, Label: "Relays", Help: relaysHelp, Default: network.Printable(relays)},
		{Key: mediaKey, Label: "Media server", Help: mediaHelp, Default: network.Printable(media), Optional: true},
	}}
}

// isServer reports whether an address is that of a server: open or, on this very machine, plain.
func isServer(address, secure, plain string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 200 && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" &&
		(u.Scheme == secure || u.Scheme == plain && network.Loopback(u.Host)) &&
		!strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"<>\^{|}`+"`", r) })
}

// profile is what a person says of themselves (NIP-01 and NIP-24, kind 0).
type profile struct {
	Name    string `json:"name"`
	Display string `json:"display_name"`
}

// Verify asks the relays for the newest profile of the key. A key without one is as good; relays that
// answer nothing at all are an error.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	if _, err := keyOf(a); err != nil {
		return a, err
	}
	r, err := query(a, filter{Authors: []string{a.RemoteID}, Kinds: []int{kindProfile}, Limit: 1})
	if err != nil {
		return a, err
	}
	reply, err := c.Read(ctx, "profile", r)
	if err != nil {
		return a, network.AsError("the relays", err)
	}
	list := read(reply)
	if len(list) == 0 {
		return a, &network.Error{Kind: network.Ambiguous, Message: "the answer is none of relays"}
	}
	var newest event
	readable := false
	for _, s := range list {
		events, whole := s.found()
		readable = readable || whole
		for _, e := range events {
			if e.PubKey == a.RemoteID && e.Kind == kindProfile && e.CreatedAt > newest.CreatedAt {
				newest = e
			}
		}
	}
	if !readable {
		return a, &network.Error{Kind: network.Rejected, Message: "no relay lets its notes be read"}
	}
	public := npub(a.RemoteID)
	a.Handle = public[:12] + "…" + public[len(public)-6:]
	var who profile
	if json.Unmarshal([]byte(newest.Content), &who) == nil {
		if a.Name = network.Printable(who.Display); a.Name == "" {
			a.Name = network.Printable(who.Name)
		}
	}
	return a, nil
}

// Limits reads what the account's relays say of themselves. The strictest counts, so that all take a note.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	limits := limitsOf(a)
	var last error
	heard := false
	for _, relay := range relaysOf(a) {
		reply, err := c.Read(ctx, "relay "+host(relay), information(relay))
		if err != nil {
			last = err
			continue
		}
		heard = true
		if d, ok := aboutOf(reply); ok {
			limits = narrower(limits, d)
		}
	}
	if !heard {
		return limits, network.AsError("the relays", last)
	}
	return limits, nil
}

// limitsOf returns what holds for an account before its relays have said anything.
func limitsOf(a network.Account) network.Limits {
	l := stock()
	if a.Options[mediaOption] == "" { // nowhere to put a file
		l.Media = network.MediaLimit{}
		l.Alt = network.AltLimit{}
	}
	return l
}

// addressRoom is what is kept of a text's length for the addresses of media (validAddress has more room
// than servers use: their own address, 64 digits and an ending).
const addressRoom = 150

// messageRoom is what is kept of a message's length for what is around the words of a note.
const messageRoom = 4096

// narrower returns limits that a relay takes, too. The characters of a note are text and addresses; its
// message also has everything around them (docLimit).
func narrower(l network.Limits, d about) network.Limits {
	if most := d.Limitation.Content - l.Media.Max*addressRoom; d.Limitation.Content > 0 {
		if l.Text.Max == 0 || most < l.Text.Max {
			l.Text.Max, l.Text.Unit = max(most, d.Limitation.Content/2, 1), network.UnitCodePoints
		}
	}
	if d.Limitation.Message > 0 {
		l.Text.MaxBytes = min(l.Text.MaxBytes, max((d.Limitation.Message-messageRoom)/2, 1))
	}
	return l
}
