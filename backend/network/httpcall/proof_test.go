package httpcall

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
)

// proofSecret is the P-256 key of RFC 7515, appendix A.3, in the form of oauth.NewProofKey.
const proofSecret = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"

// proofOf checks the signature of a request's proof and returns its claims.
func proofOf(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	parts := strings.Split(r.Header.Get("DPoP"), ".")
	if len(parts) != 3 {
		t.Fatalf("the proof is %q", r.Header.Get("DPoP"))
	}
	raw := make([][]byte, 3)
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			t.Fatal(err)
		}
	}
	// The public half is the one that the standard gives for this key.
	const want = `{"typ":"dpop+jwt","alg":"ES256","jwk":{"crv":"P-256","kty":"EC",` +
		`"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}`
	if string(raw[0]) != want {
		t.Errorf("the head is %s", raw[0])
	}
	key, _, err := readProofKey(network.NewSecret(proofSecret))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if len(raw[2]) != 64 || !ecdsa.Verify(&key.PublicKey, sum[:], new(big.Int).SetBytes(raw[2][:32]), new(big.Int).SetBytes(raw[2][32:])) {
		t.Error("the signature is not the key's")
	}
	var said map[string]any
	if err := json.Unmarshal(raw[1], &said); err != nil {
		t.Fatal(err)
	}
	return said
}

func bound(address string) network.Request {
	return network.Request{
		Method: "POST", URL: address, Proof: network.NewSecret(proofSecret),
		Header: map[string]string{"Authorization": "DPoP Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"},
	}
}

func TestAProofNamesTheRequestTheTokenAndTheServersLastNonce(t *testing.T) {
	given := []string{"", "one", "", "bad nonce", strings.Repeat("x", 2000), "two"}
	var s *server
	s = listen(t, func(v visit) {
		if _, err := v.request(); err == nil {
			v.answer(strings.Replace(fine, "\r\n", "\r\ndpop-nonce: "+given[len(s.got())]+"\r\n", 1))
		}
	})
	c := New(nil)
	r := bound(s.url() + "/resource?a=b")
	var nonces, ids []string
	for range 5 {
		if _, _, err := sent(t.Context(), c, r); err != nil {
			t.Fatal(err)
		}
		got := s.got()
		said := proofOf(t, got[len(got)-1])
		nonce, _ := said["nonce"].(string)
		id, _ := said["jti"].(string)
		nonces, ids = append(nonces, nonce), append(ids, id)
		issued, _ := said["iat"].(float64)
		if said["htm"] != "POST" || said["htu"] != s.url()+"/resource" || time.Since(time.Unix(int64(issued), 0)).Abs() > time.Minute ||
			said["ath"] != "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo" { // RFC 9449, 7: the hash of this token
			t.Errorf("the proof says %v", said)
		}
	}
	if got := strings.Join(nonces, ","); got != ",one,one,one,one" {
		t.Errorf("the nonces were %q", got)
	}
	for i, id := range ids {
		if len(id) < 22 || strings.Contains(strings.Join(ids[:i], " "), id) {
			t.Errorf("the proof number %d has the name %q", i+1, id)
		}
	}
	if r.Header["DPoP"] != "" || r.Hash() != bound(s.url()+"/resource?a=b").Hash() {
		t.Error("the caller's request has the proof in it")
	}
	without := r
	without.Proof, without.Header = network.Secret{}, map[string]string{}
	if without.Hash() != r.Hash() {
		t.Error("the hash of a request depends on its proof")
	}
}

func TestANonceIsForOneKeyAtOneServer(t *testing.T) {
	mine := strings.Replace(fine, "\r\n", "\r\nDPoP-Nonce: mine\r\n", 1)
	one, two := answering(t, mine), answering(t, mine)
	c := New(nil)
	plain := network.Request{Method: "POST", URL: one.url() + "/token"}
	tokens := plain
	tokens.Proof = network.NewSecret(proofSecret)
	other := bound(two.url() + "/")
	for _, r := range []network.Request{plain, tokens, other} {
		if _, _, err := sent(t.Context(), c, r); err != nil {
			t.Fatal(err)
		}
	}
	if one.got()[0].Header.Get("DPoP") != "" {
		t.Error("a request without a key has a proof")
	}
	for _, r := range []*http.Request{one.got()[1], two.got()[0]} {
		if said := proofOf(t, r); said["nonce"] != nil {
			t.Errorf("a nonce from elsewhere was shown: %v", said)
		}
	}
	if said := proofOf(t, one.got()[1]); said["ath"] != nil {
		t.Errorf("a proof without a token is for one: %v", said)
	}
}

func TestNoMoreNoncesAreKeptThanThereIsRoomFor(t *testing.T) {
	var n nonces
	server := strconv.Itoa
	for i := range 3 * mostNonces {
		n.note(bond{"key", server(i)}, network.Reply{Header: map[string]string{nonceHeader: "x"}})
	}
	n.note(bond{}, network.Reply{Header: map[string]string{nonceHeader: "x"}})
	if len(n.known) > mostNonces || n.of(bond{}) != "" || n.of(bond{"key", server(3*mostNonces - 1)}) != "x" {
		t.Errorf("%d nonces are kept", len(n.known))
	}
}

func TestAProofThatCannotBeMadeIsNotSent(t *testing.T) {
	c := New(nil, Dial(func(context.Context, string, string) (net.Conn, error) {
		t.Error("a connection was made")
		return nil, errors.New("no")
	}))
	for name, change := range map[string]func(*network.Request){
		"no base64":       func(r *network.Request) { r.Proof = network.NewSecret("s3cret s3cret") },
		"too short":       func(r *network.Request) { r.Proof = network.NewSecret("czNjcmV0") },
		"zero":            func(r *network.Request) { r.Proof = network.NewSecret(strings.Repeat("A", 43)) },
		"not of a curve":  func(r *network.Request) { r.Proof = network.NewSecret(strings.Repeat("_", 42) + "8") },
		"a proof already": func(r *network.Request) { r.Header["dpop"] = "s3cret" },
		"a bearer token":  func(r *network.Request) { r.Header["Authorization"] = "Bearer s3cret" },
	} {
		r := bound("https://example.org/")
		change(&r)
		_, err := c.Send(t.Context(), r, func() error {
			t.Errorf("%s: the intent was written", name)
			return nil
		})
		if network.KindOf(err) != network.NotSent || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
