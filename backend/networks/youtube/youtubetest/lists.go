package youtubetest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// The application that a person made at Google Cloud.
const (
	Client = "123456789012-0a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p.apps.googleusercontent.com"
	Secret = "GOCSPX-youtubetest-0f0e0d0c"
	Scope  = "https://www.googleapis.com/auth/youtube https://www.googleapis.com/auth/youtube.force-ssl"
)

// signed is what a server knows of sign-ins. Its lock guards it.
type signed struct {
	tokens    map[string]bool // good ones
	refreshes map[string]bool
	codes     map[string]url.Values // what the page was asked for with them
	denied    bool
	scope     string // given instead of what was asked for
	nobody    bool   // the account has no channel
}

// Deny makes the person say no at the next sign-in.
func (s *Server) Deny() { s.set(func() { s.denied = true }) }

// Grant gives another scope than was asked for.
func (s *Server) Grant(scope string) { s.set(func() { s.scope = scope }) }

// Nobody takes the channel from the account.
func (s *Server) Nobody() { s.set(func() { s.nobody = true }) }

// Revoke ends every token and refresh token.
func (s *Server) Revoke() { s.set(func() { clear(s.tokens); clear(s.refreshes) }) }

// Answers are the good answers of a connect conversation.
func (s *Server) Answers() map[string]string {
	return map[string]string{"client": Client, "secret": Secret}
}

// WrongAnswer is an answer that must ask again.
func (s *Server) WrongAnswer() (key, value string) { return "secret", "GOCSPX-another" }

// page is where a person agrees; here everybody does at once.
func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	to, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || to.Scheme != "http" || to.Hostname() != "127.0.0.1" || q.Get("client_id") != Client || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("scope") != Scope || q.Get("access_type") != "offline" {
		http.Error(w, "Error 400: invalid_request", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {q.Get("state")}}
	if s.denied {
		s.denied = false
		back.Set("error", "access_denied")
	} else {
		s.serial++
		code := "4/code-" + strconv.Itoa(s.serial)
		if s.codes == nil {
			s.codes = map[string]url.Values{}
		}
		s.codes[code] = q
		back.Set("code", code)
		back.Set("scope", Scope)
	}
	to.RawQuery = back.Encode()
	http.Redirect(w, r, to.String(), http.StatusFound)
}

// token is the token endpoint. A code is good once, for who has the proof; a refresh token stays.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, code string) {
		answer(w, status, map[string]any{"error": code, "error_description": "Bad Request"})
	}
	if err := r.ParseForm(); err != nil {
		refuse(http.StatusBadRequest, "invalid_request")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	form := r.PostForm
	if form.Get("client_id") != Client || form.Get("client_secret") != Secret {
		refuse(http.StatusUnauthorized, "invalid_client")
		return
	}
	s.serial++
	access := "youtubetest-access-" + strconv.Itoa(s.serial)
	given := map[string]any{"access_token": access, "expires_in": 3599, "token_type": "Bearer", "scope": Scope}
	if s.scope != "" {
		given["scope"] = s.scope
	}
	switch form.Get("grant_type") {
	case "authorization_code":
		asked, ok := s.codes[form.Get("code")]
		if !ok || asked.Get("redirect_uri") != form.Get("redirect_uri") || asked.Get("code_challenge") != challenge(form.Get("code_verifier")) {
			refuse(http.StatusBadRequest, "invalid_grant")
			return
		}
		delete(s.codes, form.Get("code"))
		refresh := "youtubetest-refresh-" + strconv.Itoa(s.serial)
		if s.refreshes == nil {
			s.refreshes = map[string]bool{}
		}
		s.refreshes[refresh], given["refresh_token"] = true, refresh
	case "refresh_token":
		if !s.refreshes[form.Get("refresh_token")] {
			refuse(http.StatusBadRequest, "invalid_grant")
			return
		}
	default:
		refuse(http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	s.tokens[access] = true
	answer(w, http.StatusOK, given)
}

func (s *Server) channels(w http.ResponseWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := map[string]any{"kind": "youtube#channelListResponse"} // an empty list is left out
	if !s.nobody {
		page["items"] = []any{map[string]any{
			"kind": "youtube#channel", "id": Channel, "snippet": map[string]any{"title": Title, "customUrl": "@" + Handle},
		}}
	}
	answer(w, http.StatusOK, page)
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.URL.Query().Get("playlistId") != Playlist {
		fail(w, http.StatusNotFound, "playlistNotFound", "The playlist cannot be found.")
		return
	}
	items := []any{}
	if id := r.URL.Query().Get("videoId"); slices.Contains(s.listed, id) {
		items = append(items, placed(id))
	}
	answer(w, http.StatusOK, map[string]any{"kind": "youtube#playlistItemListResponse", "items": items})
}

func (s *Server) enlist(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Snippet struct {
			Playlist string `json:"playlistId"`
			Resource struct {
				Kind  string `json:"kind"`
				Video string `json:"videoId"`
			} `json:"resourceId"`
		} `json:"snippet"`
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || in.Snippet.Playlist != Playlist || in.Snippet.Resource.Kind != "youtube#video" || s.video(in.Snippet.Resource.Video) == nil {
		fail(w, http.StatusNotFound, "videoNotFound", "The video that you are trying to add cannot be found.")
		return
	}
	s.listed = append(s.listed, in.Snippet.Resource.Video)
	answer(w, http.StatusOK, placed(in.Snippet.Resource.Video))
}

func placed(id string) map[string]any {
	return map[string]any{
		"kind": "youtube#playlistItem", "id": "UExpdGVt" + id,
		"snippet": map[string]any{"playlistId": Playlist, "resourceId": map[string]any{"kind": "youtube#video", "videoId": id}},
	}
}

// challenge is what the page was told of a proof (RFC 7636, 4.6).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
