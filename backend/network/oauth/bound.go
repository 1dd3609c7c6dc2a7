package oauth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"

	"postbag/backend/network"
)

var errRedirect = errors.New("the callback is not an address of this computer")

// useNonce is how a server asks for its nonce in the next proof (RFC 9449, 8 and 9).
const useNonce = "use_dpop_nonce"

// NewProofKey returns a fresh key that tokens can be bound to, for network.Request.Proof (RFC 9449,
// ES256). It is a secret, and lives and ends with the tokens.
func NewProofKey() network.Secret {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil { // crypto/rand never fails: Go 1.24
		panic(err)
	}
	raw, err := key.Bytes()
	if err != nil { // a key of P-256 always has bytes
		panic(err)
	}
	return network.NewSecret(base64.RawURLEncoding.EncodeToString(raw))
}

// WantsNonce reports whether a server has refused a request only because its proof had no nonce, or an
// old one, and has said which to take. It has done nothing: the same request, once more, has the right one.
func WantsNonce(r network.Reply) bool {
	if r.Status != 400 && r.Status != 401 || r.Header["Dpop-Nonce"] == "" || len(r.Body) > maxToken {
		return false
	}
	var said struct {
		Error string `json:"error"`
	}
	return json.Unmarshal(r.Body, &said) == nil && said.Error == useNonce
}
