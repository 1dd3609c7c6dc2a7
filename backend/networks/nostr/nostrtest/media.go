package nostrtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

// upload keeps a file whose author has signed for it (BUD-02, "PUT /upload"; BUD-01, "Authorization events").
func (r *Relay) upload(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	sum := sha256.Sum256(body)
	name := hex.EncodeToString(sum[:])
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refuse != nil && r.refuse(w) {
		return
	}
	if status, why := r.permitted(q.Header.Get("Authorization"), name); status != 0 {
		w.Header().Set("Blossom-Upload-Message", why)
		w.WriteHeader(status)
		return
	}
	r.blobs[name] = body
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"url": r.URL + "/" + name + ".bin", "sha256": name, "size": len(body), "type": q.Header.Get("Content-Type"), "uploaded": r.clock().Unix(),
	})
}

func (r *Relay) permitted(authorization, name string) (status int, why string) {
	encoded, ok := strings.CutPrefix(authorization, "Nostr ")
	document, err := base64.StdEncoding.DecodeString(encoded)
	var e Event
	if !ok || err != nil || json.Unmarshal(document, &e) != nil {
		return http.StatusUnauthorized, "no authorization event"
	}
	has := func(key, value string) bool {
		return slices.ContainsFunc(e.Tags, func(tag []string) bool { return len(tag) > 1 && tag[0] == key && tag[1] == value })
	}
	until := int64(0)
	for _, tag := range e.Tags {
		if len(tag) > 1 && tag[0] == "expiration" {
			until, _ = strconv.ParseInt(tag[1], 10, 64)
		}
	}
	now := r.clock().Unix()
	switch {
	case wrong(e) != "":
		return http.StatusUnauthorized, "the event is invalid: " + wrong(e)
	case e.Kind != 24242 || e.Content == "":
		return http.StatusUnauthorized, "the event is no authorization"
	case e.CreatedAt >= now:
		return http.StatusUnauthorized, "created_at must be in the past"
	case until <= now:
		return http.StatusUnauthorized, "the event has expired"
	case !has("t", "upload") || !has("x", name):
		return http.StatusForbidden, "the event is for something else"
	}
	return 0, ""
}

// PubKey is the public half of Key.
func PubKey() string {
	b, err := hex.DecodeString(Key)
	if err != nil {
		panic(err)
	}
	key, _ := btcec.PrivKeyFromBytes(b)
	return hex.EncodeToString(schnorr.SerializePubKey(key.PubKey()))
}

// Account implements networktest.Server.
func (r *Relay) Account() network.Account { return AccountAt(r.URL, r.WS) }

// AccountAt is an account with a media server and relays.
func AccountAt(media string, relays ...string) network.Account {
	return network.Account{
		RemoteID: PubKey(), Handle: "npub", Server: relays[0], Secret: network.SecretOf(map[string]string{"key": Key}),
		Options: map[string]string{"relays": strings.Join(relays, " "), "media": media},
	}
}

// Fail implements networktest.Server.
func (r *Relay) Fail(f networktest.Failure) {
	if !r.Plays(f) {
		panic("a relay cannot play " + string(f))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = f
}

// Plays implements networktest.Limited: nobody signs in to a relay, and none says how long to wait.
func (r *Relay) Plays(f networktest.Failure) bool {
	return f != networktest.Unauthorized && f != networktest.RateLimited
}

// KeyHonoured implements networktest.Keyed: an event has one id.
func (r *Relay) KeyHonoured() bool { return true }

// Answers implements networktest.Connector.
func (r *Relay) Answers() map[string]string {
	return map[string]string{"key": Nsec, "relays": r.WS, "media": r.URL}
}

// WrongAnswer implements networktest.Connector.
func (r *Relay) WrongAnswer() (key, value string) { return "key", Nsec[:len(Nsec)-1] + "q" }

// Answer makes the relay say something to the next event and keep nothing; %s stands for the event's id.
func (r *Relay) Answer(document string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = document
}

// Mute keeps the relay from answering questions.
func (r *Relay) Mute(mute bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.mute = mute
}

// RefuseFiles lets answer handle uploads; it reports whether it answered.
func (r *Relay) RefuseFiles(answer func(http.ResponseWriter) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refuse = answer
}

// Put stores an event as if somebody else had sent it.
func (r *Relay) Put(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.store(e)
}

// Sent returns every event that arrived.
func (r *Relay) Sent() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// Posts implements networktest.Server: the notes, as a client shows them.
func (r *Relay) Posts() []networktest.Post {
	r.mu.Lock()
	defer r.mu.Unlock()
	var posts []networktest.Post
	for _, e := range r.events {
		if e.Kind == 1 {
			posts = append(posts, r.shown(e))
		}
	}
	return posts
}

// shown takes the addresses at the end of a note for its pictures, and a marked tag for what it answers
// (NIP-92, NIP-10).
func (r *Relay) shown(e Event) networktest.Post {
	p := networktest.Post{ID: e.ID}
	var addresses []string
	for _, tag := range e.Tags {
		switch {
		case tag[0] == "imeta":
			fields := map[string]string{}
			for _, pair := range tag[1:] {
				key, value, _ := strings.Cut(pair, " ")
				fields[key] = value
			}
			p.Alts = append(p.Alts, fields["alt"])
			name := strings.TrimSuffix(fields["url"][strings.LastIndexByte(fields["url"], '/')+1:], ".bin")
			if fields["x"] == name {
				p.Images = append(p.Images, r.blobs[name])
			}
			addresses = append(addresses, fields["url"])
		case tag[0] == "e" && len(tag) > 3 && (tag[3] == "reply" || tag[3] == "root" && p.Parent == ""):
			p.Parent = tag[1]
		}
	}
	p.Text = e.Content
	if len(addresses) > 0 {
		var whole bool
		if p.Text, whole = strings.CutSuffix(e.Content, strings.Join(addresses, "\n")); !whole {
			p.Text = "the addresses of the pictures are not in the text: " + e.Content
		}
		p.Text = strings.TrimSuffix(p.Text, "\n\n")
	}
	return p
}

// Signed makes an event of Key's owner.
func Signed(kind int, at int64, content string) Event {
	b, err := hex.DecodeString(Key)
	if err != nil {
		panic(err)
	}
	key, _ := btcec.PrivKeyFromBytes(b)
	e := Event{PubKey: PubKey(), CreatedAt: at, Kind: kind, Tags: [][]string{}, Content: content}
	id := sha256.Sum256(serialized(e))
	sig, err := schnorr.Sign(key, id[:])
	if err != nil {
		panic(err)
	}
	e.ID, e.Sig = hex.EncodeToString(id[:]), hex.EncodeToString(sig.Serialize())
	return e
}
