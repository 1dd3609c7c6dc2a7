package blueskytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// proofLife is how far a proof's time may be from the server's, and how long a nonce is good: what
// the reference server takes (oauth-provider, oauth-constants.ts, 0.22.9).
const proofLife = 3 * time.Minute

// proven holds the proof of a request to RFC 9449, 4.3, and returns the thumbprint of its key. If it does
// not pass, the answer is a code of 7.1 or 9. token is what the proof has to be for, "" for none.
func (s *Server) proven(r *http.Request, token string) (key, refusal string) {
	if len(r.Header.Values("DPoP")) != 1 {
		return "", "invalid_dpop_proof"
	}
	parts := strings.Split(r.Header.Get("DPoP"), ".")
	var head struct {
		Type string `json:"typ"`
		Alg  string `json:"alg"`
		Key  struct {
			Curve   string `json:"crv"`
			Type    string `json:"kty"`
			X       string `json:"x"`
			Y       string `json:"y"`
			Private string `json:"d"`
		} `json:"jwk"`
	}
	var said struct {
		ID     string  `json:"jti"`
		Method string  `json:"htm"`
		URL    string  `json:"htu"`
		Issued int64   `json:"iat"`
		Nonce  string  `json:"nonce"`
		Token  *string `json:"ath"`
	}
	if len(parts) != 3 || !decode(parts[0], &head) || !decode(parts[1], &said) || head.Type != "dpop+jwt" || head.Alg != "ES256" ||
		head.Key.Type != "EC" || head.Key.Curve != "P-256" || head.Key.Private != "" || !verified(parts, head.Key.X, head.Key.Y) {
		return "", "invalid_dpop_proof"
	}
	age := time.Since(time.Unix(said.Issued, 0))
	address := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case said.Method != r.Method || said.URL != address.String() || said.ID == "" || s.proofs[said.ID] || age > proofLife || age < -proofLife:
		return "", "invalid_dpop_proof"
	case said.Nonce != s.nonce():
		return "", "use_dpop_nonce"
	case token == "" && said.Token != nil, token != "" && (said.Token == nil || *said.Token != hashed(token)):
		return "", "invalid_dpop_proof"
	}
	s.proofs[said.ID] = true
	return hashed(fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, head.Key.X, head.Key.Y)), ""
}

func decode(part string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(b, into) == nil
}

func verified(parts []string, x, y string) bool {
	point := []byte{4}
	for _, half := range []string{x, y} {
		b, err := base64.RawURLEncoding.DecodeString(half)
		if err != nil || len(b) != 32 {
			return false
		}
		point = append(point, b...)
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(signature) != 64 {
		return false
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	return ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:]))
}

func hashed(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// nonce is what a proof has to have now. The lock is held.
func (s *Server) nonce() string { return fmt.Sprintf("nonce-%d", s.turns) }

// TurnNonce ends the nonce that clients know.
func (s *Server) TurnNonce() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turns++
}

// TurnNonceBefore ends the nonce that clients know when a method is called next, before it is looked at.
func (s *Server) TurnNonceBefore(method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turnAt = method
}

// authorisedBound is authorised for a token that is bound to a key.
func (s *Server) authorisedBound(w http.ResponseWriter, r *http.Request, token string) bool {
	s.mu.Lock()
	if s.turnAt != "" && strings.HasSuffix(r.URL.Path, "/"+s.turnAt) {
		s.turns, s.turnAt = s.turns+1, ""
	}
	s.mu.Unlock()
	key, refusal := s.proven(r, token)
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("DPoP-Nonce", s.nonce())
	end, known := s.access[token]
	if refusal == "" && (!known || !time.Now().Before(end)) {
		refusal = "invalid_token"
	}
	if refusal == "" && s.holders[token] != key {
		refusal = "invalid_token"
	}
	if refusal != "" {
		w.Header().Set("WWW-Authenticate", `DPoP algs="ES256", error="`+refusal+`"`)
		refuse(w, http.StatusUnauthorized, refusal, "the token or its proof is not taken")
		return false
	}
	return true
}

// thumbprint names the public half of a key of oauth.NewProofKey (RFC 7638).
func thumbprint(key network.Secret) string {
	raw, err := base64.RawURLEncoding.DecodeString(key.Reveal())
	if err != nil {
		panic(err)
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
	if err != nil {
		panic(err)
	}
	point, err := private.PublicKey.Bytes()
	if err != nil {
		panic(err)
	}
	part := base64.RawURLEncoding.EncodeToString
	return hashed(fmt.Sprintf(`{"crv":"P-256","kty":"EC","x":%q,"y":%q}`, part(point[1:33]), part(point[33:])))
}
