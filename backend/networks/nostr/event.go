package nostr

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"

	"postbag/backend/network"
)

// The kinds of events this network makes or reads.
const (
	kindProfile = 0
	kindNote    = 1
	kindDelete  = 5
	kindBlossom = 24242
)

// event is everything there is in Nostr (NIP-01).
type event struct {
	ID        string     `json:"id"`
	PubKey    string     `json:"pubkey"`
	CreatedAt int64      `json:"created_at"`
	Kind      int        `json:"kind"`
	Tags      [][]string `json:"tags"`
	Content   string     `json:"content"`
	Sig       string     `json:"sig"`
}

// hash is what the id of an event is the hexadecimal form of: SHA-256 of a JSON array without white
// space, in which seven characters are escaped and no other (NIP-01, 2026-07-22).
func (e event) hash() [32]byte {
	var b strings.Builder
	b.WriteString(`[0,"` + e.PubKey + `",` + strconv.FormatInt(e.CreatedAt, 10) + `,` + strconv.Itoa(e.Kind) + `,[`)
	for i, tag := range e.Tags {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for k, s := range tag {
			if k > 0 {
				b.WriteByte(',')
			}
			quote(&b, s)
		}
		b.WriteByte(']')
	}
	b.WriteString("],")
	quote(&b, e.Content)
	b.WriteByte(']')
	return sha256.Sum256([]byte(b.String()))
}

var escapes = strings.NewReplacer("\n", `\n`, `"`, `\"`, `\`, `\\`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)

func quote(b *strings.Builder, s string) {
	b.WriteByte('"')
	_, _ = escapes.WriteString(b, s) // a Builder takes everything
	b.WriteByte('"')
}

// sign completes an event with its author, id and signature. The signature draws nothing: BIP-340 lets
// its auxiliary data be zero, so the same event is signed the same way every time.
func (e event) sign(key *btcec.PrivateKey) (event, error) {
	if e.Tags == nil {
		e.Tags = [][]string{}
	}
	e.PubKey = publicOf(key)
	sum := e.hash()
	e.ID = hex.EncodeToString(sum[:])
	sig, err := schnorr.Sign(key, sum[:], schnorr.CustomNonce([32]byte{}))
	if err != nil {
		return e, &network.Error{Kind: network.Ambiguous, Message: "the post cannot be signed", Err: err}
	}
	e.Sig = hex.EncodeToString(sig.Serialize())
	return e, nil
}

// valid reports whether the id is the event's own and the author signed it.
func (e event) valid() bool {
	sum := e.hash()
	if e.ID != hex.EncodeToString(sum[:]) {
		return false
	}
	author, err := hex.DecodeString(e.PubKey)
	if err != nil {
		return false
	}
	key, err := schnorr.ParsePubKey(author)
	if err != nil {
		return false
	}
	b, err := hex.DecodeString(e.Sig)
	if err != nil {
		return false
	}
	sig, err := schnorr.ParseSignature(b)
	return err == nil && sig.Verify(sum[:], key)
}

// document is the JSON of an event. Characters of a text stand in it as they are.
func (e event) document() ([]byte, error) {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(e); err != nil {
		return nil, &network.Error{Kind: network.Ambiguous, Message: "the post cannot be written as JSON", Err: err}
	}
	return []byte(strings.TrimSuffix(b.String(), "\n")), nil
}

// authorization is the header that carries an event to a media server (Blossom BUD-01).
func (e event) authorization() (string, error) {
	b, err := e.document()
	return "Nostr " + base64.StdEncoding.EncodeToString(b), err
}
