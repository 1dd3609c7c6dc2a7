package nostr

import (
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"

	"postbag/backend/network"
)

// Keys and ids are 32 bytes, in lower-case hexadecimal digits on the wire, and in bech32 where people
// see and copy them (NIP-19, 2026-07-22; BIP-173 for the checksum).

var hexForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// keyField is where an account's secret has the private key, in hexadecimal digits.
const keyField = "key"

// keyOf returns the key of an account. It is the account's own only if its public half is the account's id.
func keyOf(a network.Account) (*btcec.PrivateKey, error) {
	key := readKey(a.Secret.Field(keyField))
	if key == nil || publicOf(key) != a.RemoteID {
		return nil, &network.Error{Kind: network.Reauth, Message: "the key of this account is not there any more"}
	}
	return key, nil
}

// readKey reads a private key as people have it, nil if it is none.
func readKey(typed string) *btcec.PrivateKey {
	b, err := hex.DecodeString(strings.ToLower(typed))
	if prefix, data, ok := decode(typed); ok && prefix == "nsec" {
		b, err = data, nil
	}
	if err != nil || len(b) != 32 {
		return nil
	}
	var d btcec.ModNScalar
	if d.SetByteSlice(b) || d.IsZero() { // not below the order of the curve
		return nil
	}
	return btcec.PrivKeyFromScalar(&d)
}

// publicOf returns the public half of a key, as it is on the wire.
func publicOf(key *btcec.PrivateKey) string {
	return hex.EncodeToString(schnorr.SerializePubKey(key.PubKey()))
}

// npub is a public key as people see it.
func npub(public string) string {
	b, err := hex.DecodeString(public)
	if err != nil {
		return ""
	}
	return encode("npub", b)
}

// nevent names an event, and a relay that has it, where there is one to name.
func nevent(id, relay string) string {
	b, err := hex.DecodeString(id)
	if err != nil || len(b) != 32 {
		return ""
	}
	list := append([]byte{0, 32}, b...)
	if relay != "" && len(relay) <= 255 {
		list = append(append(list, 1, byte(len(relay))), relay...)
	}
	return encode("nevent", list)
}

// eventOf reads the id of an event from note1… or nevent1…, "" if it is neither.
func eventOf(name string) string {
	prefix, data, ok := decode(name)
	switch {
	case ok && prefix == "note" && len(data) == 32:
		return hex.EncodeToString(data)
	case !ok || prefix != "nevent":
		return ""
	}
	for len(data) >= 2 && len(data) >= 2+int(data[1]) {
		kind, value := data[0], data[2:2+int(data[1])]
		if kind == 0 && len(value) == 32 {
			return hex.EncodeToString(value)
		}
		data = data[2+len(value):]
	}
	return ""
}

const bech32Letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// encode writes bytes in bech32.
func encode(prefix string, data []byte) string {
	groups := regroup(data, 8, 5)
	sum := polymod(append(append(expand(prefix), groups...), make([]byte, 6)...)) ^ 1
	for i := range 6 {
		groups = append(groups, byte(sum>>(5*(5-i)))&31)
	}
	var b strings.Builder
	b.WriteString(prefix + "1")
	for _, g := range groups {
		b.WriteByte(bech32Letters[g])
	}
	return b.String()
}

// decode reads bech32, in one case throughout, and checks its sum.
func decode(s string) (prefix string, data []byte, ok bool) {
	if len(s) > 5000 || s != strings.ToLower(s) && s != strings.ToUpper(s) {
		return "", nil, false
	}
	s = strings.ToLower(s)
	at := strings.LastIndexByte(s, '1')
	if at < 1 || len(s)-at < 7 {
		return "", nil, false
	}
	var groups []byte
	for _, c := range []byte(s[at+1:]) {
		g := strings.IndexByte(bech32Letters, c)
		if g < 0 {
			return "", nil, false
		}
		groups = append(groups, byte(g))
	}
	if polymod(append(expand(s[:at]), groups...)) != 1 {
		return "", nil, false
	}
	groups = groups[:len(groups)-6]
	if spare := len(groups) * 5 % 8; spare > 4 || spare > 0 && groups[len(groups)-1]&(1<<spare-1) != 0 {
		return "", nil, false // what fills the last group is zero, and less than one
	}
	return s[:at], regroup(groups, 5, 8), true
}

// regroup turns groups of from bits into groups of to bits. What is left over is padded only when the
// groups get smaller.
func regroup(in []byte, from, to uint) (out []byte) {
	var value uint
	var bits uint
	for _, b := range in {
		value, bits = value<<from|uint(b), bits+from
		for ; bits >= to; bits -= to {
			out = append(out, byte(value>>(bits-to))&byte(1<<to-1))
		}
		value &= 1<<bits - 1
	}
	if bits > 0 && to < from {
		out = append(out, byte(value<<(to-bits))&byte(1<<to-1))
	}
	return out
}

func expand(prefix string) (out []byte) {
	for _, c := range []byte(prefix) {
		out = append(out, c>>5)
	}
	out = append(out, 0)
	for _, c := range []byte(prefix) {
		out = append(out, c&31)
	}
	return out
}

func polymod(values []byte) uint32 {
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range [...]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum
}
