package secrets

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
)

const (
	keySize = 32
	// maxKeys bounds the ring: the key in use and those of changes that were never finished.
	// Four keys are 192 characters, far below the 2,560 bytes Windows' Credential Manager
	// takes (CRED_MAX_CREDENTIAL_BLOB_SIZE, wincred.h).
	maxKeys    = 4
	ringPrefix = "postbag1:"
)

type keyID [keyIDSize]byte

// key is one 32-byte key. Its id is derived from it, so that a value says which key opens
// it; from a random key of 256 bits the id gives nothing away.
type key struct {
	id     keyID
	secret [keySize]byte
}

func newKey() key {
	var secret [keySize]byte
	_, _ = rand.Read(secret[:]) // never fails (crypto/rand, Go 1.24)
	return keyOf(secret)
}

func keyOf(secret [keySize]byte) key {
	sum := sha256.Sum256(append([]byte("postbag key id\n"), secret[:]...))
	return key{id: keyID(sum[:keyIDSize]), secret: secret}
}

// ring is the key in use and, while it is being changed, the ones before it.
type ring []key

func (r ring) find(id keyID) (key, bool) {
	for _, k := range r {
		if k.id == id {
			return k, true
		}
	}
	return key{}, false
}

func (r ring) clone() ring {
	if len(r) == 0 {
		return nil
	}
	return append(make(ring, 0, len(r)), r...)
}

// wipe overwrites the keys. Copies the runtime or a keychain library made are out of reach.
func (r ring) wipe() { clear(r) }

// String is the form a Keeper stores.
func (r ring) String() string {
	parts := make([]string, len(r))
	for i, k := range r {
		parts[i] = base64.RawStdEncoding.EncodeToString(k.secret[:])
	}
	return ringPrefix + strings.Join(parts, ",")
}

var errNotAKey = errors.New("what is stored there is not a key of Postbag")

func parseRing(text string) (ring, error) {
	rest, ok := strings.CutPrefix(text, ringPrefix)
	if !ok || len(rest) > maxKeys*44 {
		return nil, errNotAKey
	}
	var r ring
	for part := range strings.SplitSeq(rest, ",") {
		b, err := base64.RawStdEncoding.DecodeString(part)
		if err != nil || len(b) != keySize {
			return nil, errNotAKey
		}
		r = append(r, keyOf([keySize]byte(b)))
		clear(b)
	}
	return r, nil
}
