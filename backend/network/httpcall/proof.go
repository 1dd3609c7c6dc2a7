package httpcall

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"postbag/backend/network"
)

const (
	proofHeader = "Dpop"
	nonceHeader = "Dpop-Nonce"
	// maxNonce is the longest nonce that is kept, in bytes; RFC 9449 sets no limit.
	maxNonce = 1 << 10
	// mostNonces is how many are kept. A forgotten one costs a refusal.
	mostNonces = 1 << 10
)

// bond is whom a nonce is for: one key at one server. It is zero for a request without a proof.
type bond struct{ key, origin string }

// nonces are what servers want to see in the next proof (RFC 9449, 8 and 9).
type nonces struct {
	mu    sync.Mutex
	known map[bond]string
}

func (n *nonces) of(b bond) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.known[b]
}

// note keeps the nonce of a reply, if it brings one that can be used.
func (n *nonces) note(b bond, r network.Reply) {
	nonce := r.Header[nonceHeader]
	if b == (bond{}) || nonce == "" || len(nonce) > maxNonce || strings.ContainsFunc(nonce, notNonce) {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) >= mostNonces {
		n.known = map[bond]string{}
	}
	n.known[b] = nonce
}

// notNonce reports what a nonce has not: anything but NQCHAR of RFC 6749, appendix A.
func notNonce(r rune) bool { return r <= ' ' || r >= 0x7f || r == '"' || r == '\\' }

// proofKey is the public half of a key as RFC 7517 writes it, in the order of RFC 7638.
type proofKey struct {
	Curve string `json:"crv"`
	Type  string `json:"kty"`
	X     string `json:"x"`
	Y     string `json:"y"`
}

type proofHead struct {
	Type string   `json:"typ"`
	Alg  string   `json:"alg"`
	Key  proofKey `json:"jwk"`
}

// claims of a proof (RFC 9449, 4.2).
type claims struct {
	ID     string `json:"jti"`
	Method string `json:"htm"`
	URL    string `json:"htu"`
	Issued int64  `json:"iat"`
	Nonce  string `json:"nonce,omitempty"`
	Token  string `json:"ath,omitempty"`
}

// withProof adds the proof that a request with a Proof needs, and says whom the next nonce is for.
// Errors repeat nothing of either.
func (c *Client) withProof(to target, r network.Request) (network.Request, bond, error) {
	if r.Proof.IsZero() {
		return r, bond{}, nil
	}
	key, public, err := readProofKey(r.Proof)
	if err != nil {
		return r, bond{}, refused("its proof cannot be made")
	}
	header := maps.Clone(r.Header)
	if header == nil {
		header = map[string]string{}
	}
	var token string
	for name, value := range header {
		switch textproto.CanonicalMIMEHeaderKey(name) {
		case proofHeader:
			return r, bond{}, refused("its proof is made by the carrier")
		case "Authorization":
			token, _ = strings.CutPrefix(value, "DPoP ")
			if token == value {
				return r, bond{}, refused("its token is not of the kind that a proof is for")
			}
		}
	}
	scheme := "http"
	if to.secure {
		scheme = "https"
	}
	b := bond{key: public.thumbprint(), origin: scheme + "://" + strings.ToLower(to.header)}
	path, _, _ := strings.Cut(to.path, "?")
	said := claims{
		ID: rand.Text(), Method: methodOf(r), URL: scheme + "://" + to.header + path, Issued: time.Now().Unix(), Nonce: c.nonces.of(b),
	}
	if token != "" {
		said.Token = hashed([]byte(token))
	}
	if header["DPoP"], err = sign(key, proofHead{Type: "dpop+jwt", Alg: "ES256", Key: public}, said); err != nil {
		return r, bond{}, refused("its proof cannot be made")
	}
	r.Header = header
	return r, b, nil
}

// readProofKey reads a key of oauth.NewProofKey: the 32 bytes of a P-256 key.
func readProofKey(s network.Secret) (*ecdsa.PrivateKey, proofKey, error) {
	raw, err := base64.RawURLEncoding.DecodeString(s.Reveal())
	if err != nil {
		return nil, proofKey{}, errors.New("the key is not one")
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		return nil, proofKey{}, errors.New("the key is not one")
	}
	point, err := key.PublicKey.Bytes()
	if err != nil || len(point) != 65 {
		return nil, proofKey{}, errors.New("the key has no public half")
	}
	part := base64.RawURLEncoding.EncodeToString
	return key, proofKey{Curve: "P-256", Type: "EC", X: part(point[1:33]), Y: part(point[33:])}, nil
}

// thumbprint names a key (RFC 7638).
func (k proofKey) thumbprint() string {
	b, err := json.Marshal(k)
	if err != nil { // strings always marshal
		panic(err)
	}
	return hashed(b)
}

func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sign writes a JWT with ES256: the two numbers of the signature one after the other (RFC 7518, 3.4).
func sign(key *ecdsa.PrivateKey, head proofHead, said claims) (string, error) {
	h, err := json.Marshal(head)
	if err != nil {
		return "", err
	}
	p, err := json.Marshal(said)
	if err != nil {
		return "", err
	}
	part := base64.RawURLEncoding.EncodeToString
	text := part(h) + "." + part(p)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
	if err != nil {
		return "", err
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return text + "." + part(signature), nil
}
