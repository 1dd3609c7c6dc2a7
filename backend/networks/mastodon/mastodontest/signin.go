package mastodontest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// outOfBand is the redirect of clients that cannot be called back: the code is shown instead.
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// app is a registered client.
type app struct {
	secret    string
	redirects []string
	scopes    []string
}

// grant is a code that waits for its exchange.
type grant struct {
	client, redirect, challenge string
}

// form reads a request's form or JSON body alike.
func form(r *http.Request) (map[string]string, error) {
	values := map[string]string{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return values, json.NewDecoder(r.Body).Decode(&values)
	}
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	for k := range r.PostForm {
		values[k] = r.PostForm.Get(k)
	}
	return values, nil
}

// register is POST /api/v1/apps.
func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	in, err := form(r)
	if err != nil || in["client_name"] == "" || in["redirect_uris"] == "" {
		fail(w, http.StatusUnprocessableEntity, "Validation failed: Application name can't be blank, Redirect URI must be an absolute URI.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := "client" + s.id()
	a := app{secret: "client-secret-" + s.id(), redirects: strings.Fields(in["redirect_uris"]), scopes: strings.Fields(in["scopes"])}
	s.apps[id] = a
	answer(w, http.StatusOK, map[string]any{
		"id": "1", "name": in["client_name"], "client_id": id, "client_secret": a.secret, "client_secret_expires_at": 0,
		"redirect_uris": a.redirects, "scopes": a.scopes,
	})
}

// authorize is the page in the browser; the person agrees at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apps[q.Get("client_id")]
	redirect := q.Get("redirect_uri")
	if !ok || q.Get("response_type") != "code" || !slices.Contains(a.redirects, redirect) {
		fail(w, http.StatusBadRequest, "Client authentication failed due to unknown client, or the redirect uri is not valid.")
		return
	}
	for _, scope := range strings.Fields(q.Get("scope")) {
		if !slices.Contains(s.kind().scopes, scope) || s.flavour != Pixelfed && !slices.Contains(a.scopes, scope) {
			fail(w, http.StatusBadRequest, "The requested scope is invalid, unknown, or malformed.")
			return
		}
	}
	if q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256" {
		fail(w, http.StatusBadRequest, "The code challenge method must be S256.")
		return
	}
	code := "code-" + s.id()
	s.codes[code] = grant{q.Get("client_id"), redirect, q.Get("code_challenge")}
	if redirect == outOfBand {
		_, _ = fmt.Fprintln(w, code)
		return
	}
	back, err := url.Parse(redirect)
	if err != nil {
		fail(w, http.StatusBadRequest, "The redirect uri is not valid.")
		return
	}
	values := back.Query()
	values.Set("code", code)
	if state := q.Get("state"); state != "" {
		values.Set("state", state)
	}
	back.RawQuery = values.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// exchange is POST /oauth/token.
func (s *Server) exchange(w http.ResponseWriter, r *http.Request) {
	in, err := form(r)
	if err != nil {
		fail(w, http.StatusBadRequest, "invalid_request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.apps[in["client_id"]]
	if !ok || a.secret != in["client_secret"] {
		fail(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	g, ok := s.codes[in["code"]]
	delete(s.codes, in["code"])
	sum := sha256.Sum256([]byte(in["code_verifier"]))
	if !ok || in["grant_type"] != "authorization_code" || g.client != in["client_id"] || g.redirect != in["redirect_uri"] ||
		(g.challenge != "" && g.challenge != base64.RawURLEncoding.EncodeToString(sum[:])) {
		fail(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	token := "signed-in-token-" + s.id()
	s.tokens[token] = true
	answer(w, http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "scope": strings.Join(a.scopes, " "), "created_at": s.now().Unix(),
	})
}
