package facebooktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// dialog is Facebook's own page, where the person agrees at once.
func (s *Server) dialog(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != AppID || q.Get("redirect_uri") != Redirect || q.Get("response_type") != "code" || q.Get("state") == "" ||
		!slices.Contains(strings.Split(q.Get("scope"), ","), "pages_manage_posts") {
		s.wrong("a sign-in with %q", r.URL.RawQuery)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	back := url.Values{"state": {q.Get("state")}}
	if s.deny {
		back.Set("error", "access_denied")
		back.Set("error_reason", "user_denied")
	} else {
		code := "AQ" + s.number()
		s.codes[code] = true
		back.Set("code", code)
	}
	w.Header().Set("Location", Redirect+"?"+back.Encode()+"#_=_")
	w.WriteHeader(http.StatusFound)
}

// token exchanges a code, or a person's token for a lasting one.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.URL.RawQuery != "" {
		s.wrong("a token was asked for in the address")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := r.PostForm
	if f.Get("client_id") != AppID || f.Get("client_secret") != Secret {
		fail(w, 400, 1, 0, "Error validating client secret.")
		return
	}
	if f.Get("grant_type") == "fb_exchange_token" {
		if f.Get("fb_exchange_token") != UserToken {
			fail(w, 400, 190, 0, "Invalid OAuth access token.")
			return
		}
		answer(w, map[string]any{"access_token": longToken, "token_type": "bearer", "expires_in": 5183944})
		return
	}
	if !s.codes[f.Get("code")] || f.Get("redirect_uri") != Redirect {
		fail(w, 400, 100, 36007, "This authorization code has been used.")
		return
	}
	delete(s.codes, f.Get("code"))
	answer(w, map[string]any{"access_token": UserToken, "token_type": "bearer", "expires_in": 5400})
}

func (s *Server) debug(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+AppID+"|"+Secret {
		fail(w, 400, 190, 0, "Invalid OAuth access token signature.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	data := map[string]any{"app_id": AppID, "type": "USER", "is_valid": true, "expires_at": 1790000000, "scopes": s.scopes}
	switch token := r.URL.Query().Get("input_token"); token {
	case UserToken:
	case PageToken:
		data["type"], data["expires_at"], data["profile_id"] = "PAGE", s.expires, Page
	default:
		data = map[string]any{"is_valid": false, "scopes": []string{}, "error": map[string]any{"code": 190, "message": "Invalid OAuth access token"}}
	}
	answer(w, map[string]any{"data": data})
}

// own is a Page as it shows itself.
func own(id, handle, title string) map[string]any {
	return map[string]any{"id": id, "name": title, "username": handle}
}

func (s *Server) me(w http.ResponseWriter, r *http.Request) {
	if bad := fields(r.URL.Query().Get("fields"), pageFields()...); bad != "" {
		s.wrong("a Page has no field %q", bad)
	}
	if r.Header.Get("Authorization") != "Bearer "+PageToken {
		fail(w, 400, 190, 460, "Error validating access token: The session has been invalidated because the user changed their password")
		return
	}
	answer(w, own(Page, "riverside", "Riverside Bakery"))
}

// accounts lists the person's Pages. Only a lasting token gives lasting ones.
func (s *Server) accounts(w http.ResponseWriter, r *http.Request) {
	if bad := fields(r.URL.Query().Get("fields"), append(pageFields(), "tasks")...); bad != "" {
		s.wrong("a Page has no field %q", bad)
	}
	if r.Header.Get("Authorization") != "Bearer "+longToken {
		fail(w, 400, 190, 0, "Invalid OAuth access token.")
		return
	}
	if !s.may(w, "pages_show_list") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []map[string]any{own(Page, "riverside", "Riverside Bakery"), own(OtherPage, "", "Riverside Bakery"), own(NoPage, "", "The square")}
	for i, tasks := range [][]string{{"CREATE_CONTENT", "MANAGE"}, {"CREATE_CONTENT"}, {"ANALYZE"}} {
		list[i]["tasks"], list[i]["access_token"] = tasks, "EAAPageTokenOther001"
	}
	list[0]["access_token"] = PageToken
	answer(w, map[string]any{"data": list[:s.pages], "paging": map[string]any{}})
}
