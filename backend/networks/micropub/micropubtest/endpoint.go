package micropubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network/networktest"
)

// allowed checks the token ("Authentication": in the header, or in a form, and never both).
func (s *Server) allowed(w http.ResponseWriter, r *http.Request) bool {
	if strings.Contains(r.URL.RawQuery, Token) || r.URL.Query().Has("access_token") {
		s.wrong("a token in the address")
	}
	if r.Header.Get("Authorization") != "Bearer "+Token {
		refuse(w, 401, "unauthorized", "No such token")
		return false
	}
	return true
}

// refuse answers as "Error Response" says.
func refuse(w http.ResponseWriter, status int, code, description string) {
	answer(w, status, map[string]string{"error": code, "error_description": description})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *Server) locate(w http.ResponseWriter, status int, address string, relative bool) {
	if relative {
		address = strings.TrimPrefix(address, s.URL)
	}
	w.Header().Set("Location", address)
	w.WriteHeader(status)
}

// question answers q ("Querying").
func (s *Server) question(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.RawQuery)
	s.mu.Unlock()
	if !s.allowed(w, r) {
		return
	}
	if len(s.Destinations) > 0 && q.Has("mp-destination") && !slices.Contains(s.Destinations, q.Get("mp-destination")) {
		s.wrong("there is no destination %q", q.Get("mp-destination"))
	}
	switch {
	case q.Get("q") == "config":
		answer(w, 200, s.config())
	case q.Get("q") == "source" && q.Has("url"):
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, p := range s.posts {
			if p.URL == q.Get("url") && !p.Deleted {
				answer(w, 200, s.item(p))
				return
			}
		}
		refuse(w, 400, "invalid_request", "not found: "+q.Get("url"))
	case q.Get("q") == "source" && !s.NoList:
		s.list(w, r)
	default:
		refuse(w, 400, "invalid_request", "unknown query")
	}
}

func (s *Server) config() map[string]any {
	c := map[string]any{
		"syndicate-to": []map[string]string{{"uid": Target, "name": "Ada on the social"}},
		"q":            []string{"config", "syndicate-to"},
	}
	if !s.NoMedia {
		c["media-endpoint"] = s.URL + "/media"
	}
	if s.Visibilities != nil {
		c["visibility"] = s.Visibilities
	}
	if s.Destinations != nil {
		var list []map[string]string
		for _, d := range s.Destinations {
			list = append(list, map[string]string{"uid": d, "name": strings.TrimPrefix(d, "https://")})
		}
		c["destination"] = list
	}
	return c
}

// list answers with posts, newest first (extension "query for post list"; limit and offset, or after).
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []any{}
	for _, p := range slices.Backward(s.posts) {
		if !p.Deleted {
			items = append(items, s.item(p))
		}
	}
	if s.Endless {
		answer(w, 200, map[string]any{"items": items})
		return
	}
	q := r.URL.Query()
	from, _ := strconv.Atoi(q.Get("offset"))
	if s.Cursor {
		from, _ = strconv.Atoi(strings.TrimPrefix(q.Get("after"), "post-"))
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = 10
	}
	from = min(max(from, 0), len(items))
	page := map[string]any{"items": items[from:min(from+limit, len(items))]}
	if s.Cursor {
		next := map[string]string{}
		if from+limit < len(items) {
			next["after"] = fmt.Sprintf("post-%d", from+limit)
		}
		page["paging"] = next
	}
	answer(w, 200, page)
}

// item is a post as it is asked for ("Source Content").
func (s *Server) item(p Post) any {
	properties := map[string]any{"url": []string{p.URL}, "published": []string{p.At.Format(time.RFC3339)}, "post-status": []string{p.Status}}
	if p.Title != "" {
		properties["name"] = []string{p.Title}
	}
	if p.Text != "" {
		properties["content"] = []any{p.Text}
	}
	if s.HTML {
		paragraphs := strings.ReplaceAll(html.EscapeString(p.Text), "\n\n", "</p>\n<p>")
		properties["content"] = []any{map[string]string{"html": "<p>" + strings.ReplaceAll(paragraphs, "\n", "<br>\n") + "</p>"}}
	}
	for _, photo := range p.Photos {
		list, _ := properties["photo"].([]any)
		properties["photo"] = append(list, map[string]string{"value": photo.URL, "alt": photo.Alt})
	}
	if len(p.Videos) > 0 {
		properties["video"] = p.Videos
	}
	return map[string]any{"type": []string{"h-entry"}, "properties": properties}
}

// upload is the media endpoint: one part named "file".
func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	if !s.allowed(w, r) {
		return
	}
	if s.NoMedia {
		http.NotFound(w, r)
		return
	}
	reader, err := r.MultipartReader()
	if err != nil {
		s.wrong("an upload of %s", r.Header.Get("Content-Type"))
		refuse(w, 400, "invalid_request", "no multipart body")
		return
	}
	part, err := reader.NextPart()
	if err != nil || part.FormName() != "file" || part.FileName() == "" {
		s.wrong("an upload without a file: %v", err)
		refuse(w, 400, "invalid_request", "no file")
		return
	}
	body, err := io.ReadAll(part)
	if _, more := reader.NextPart(); err != nil || more == nil {
		s.wrong("an upload with more than a file: %v", err)
		refuse(w, 400, "invalid_request", "one file")
		return
	}
	s.mu.Lock()
	s.files = append(s.files, body)
	address := s.address(len(s.files) - 1)
	s.mu.Unlock()
	s.locate(w, http.StatusCreated, address, s.Relative)
}

// action is a new post in JSON, or a form that deletes one.
func (s *Server) action(w http.ResponseWriter, r *http.Request) {
	if !s.allowed(w, r) {
		return
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		if bytes.Contains(body, []byte(`"action"`)) {
			s.update(w, body)
			return
		}
		s.create(w, body)
	case "application/x-www-form-urlencoded":
		if err := r.ParseForm(); err != nil || r.PostForm.Get("action") != "delete" || len(r.PostForm) != 2 {
			s.wrong("the form %v", r.PostForm)
		}
		s.remove(w, r.PostForm.Get("url"))
	default:
		s.wrong("a body of %q", kind)
		refuse(w, 400, "invalid_request", "Unsupported Content Type")
	}
}

func (s *Server) remove(w http.ResponseWriter, address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.posts {
		if p.URL == address && !p.Deleted {
			s.posts[i].Deleted = true
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	refuse(w, 400, "invalid_request", address+" not found")
}

func (s *Server) create(w http.ResponseWriter, body []byte) {
	p, err := s.read(body)
	if err != nil {
		s.wrong("%v", err)
		refuse(w, 400, "invalid_request", err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	failure := networktest.Failure("")
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	if failure != "" && refused(w, failure) {
		return
	}
	for _, to := range p.SyndicateTo {
		if to != Target {
			refuse(w, 400, "invalid_request", "Unknown mp-syndicate-to targets: "+to)
			return
		}
	}
	p = s.save(p)
	if failure == networktest.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if failure == networktest.Garbage {
		fmt.Fprint(w, "<html><body>Thank you!</body></html>")
		return
	}
	status := http.StatusCreated
	if s.Later {
		status = http.StatusAccepted
	}
	s.locate(w, status, p.URL, s.RelativePost)
}

// refused plays a failure that saves nothing, and reports false for the others.
func refused(w http.ResponseWriter, failure networktest.Failure) bool {
	switch failure {
	case networktest.Unauthorized:
		refuse(w, http.StatusUnauthorized, "unauthorized", "The token has been revoked")
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	case networktest.Refused:
		refuse(w, http.StatusBadRequest, "invalid_request", "This post has too many words")
	case networktest.ServerError:
		w.WriteHeader(http.StatusInternalServerError)
	case networktest.DropAfter, networktest.Garbage:
		return false
	}
	return true
}
