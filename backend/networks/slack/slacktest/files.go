package slacktest

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mostAltTxt is the longest description of an upload (docs.slack.dev, files.getUploadURLExternal,
// alt_txt_too_large, as quoted in 2026).
const mostAltTxt = 1000

// address begins an upload.
func (s *Server) address(w http.ResponseWriter, in map[string]any) {
	length, err := strconv.Atoi(text(in, "length"))
	switch {
	case err != nil || length < 1 || text(in, "filename") == "":
		fail(w, "missing_argument")
		return
	case utf8.RuneCountInString(text(in, "alt_txt")) > mostAltTxt:
		fail(w, "alt_txt_too_large")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	f := &File{ID: fmt.Sprintf("F0FILE%05d", s.serial), Name: text(in, "filename"), Alt: text(in, "alt_txt"), Length: length}
	s.files = append(s.files, f)
	answer(w, map[string]any{"upload_url": s.URL + "/upload/v1/" + f.ID, "file_id": f.ID})
}

// store takes the bytes of an upload.
func (s *Server) store(w http.ResponseWriter, r *http.Request) {
	if instead, ok := s.take("upload"); ok {
		w.WriteHeader(instead.Status)
		_, _ = io.WriteString(w, instead.Body) // the client may have gone
		return
	}
	content, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		s.broken = append(s.broken, "the token went to the store of files")
	}
	f := s.fileOf(r.PathValue("id"))
	if err != nil || f == nil || len(content) != f.Length {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	f.Bytes = content
	_, _ = fmt.Fprintf(w, "OK - %d", len(content)) // the client may have gone
}

// complete ends an upload. With a channel it would make the file visible there.
func (s *Server) complete(w http.ResponseWriter, in map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, shares := range []string{"channel_id", "channels", "initial_comment", "thread_ts", "blocks"} {
		if _, has := in[shares]; has {
			s.broken = append(s.broken, "an upload is completed with "+shares)
		}
	}
	list, ok := in["files"].([]any)
	if !ok || len(list) == 0 {
		fail(w, "invalid_arguments")
		return
	}
	done := []any{}
	for _, item := range list {
		object, _ := item.(map[string]any)
		id, _ := object["id"].(string)
		f := s.fileOf(id)
		if f == nil || f.Bytes == nil {
			fail(w, "file_not_found")
			return
		}
		f.Title, _ = object["title"].(string)
		f.Complete = true
		done = append(done, map[string]any{"id": f.ID, "title": f.Title})
	}
	answer(w, map[string]any{"files": done})
}

// file shows one, without its type while Slack still looks at it.
func (s *Server) file(w http.ResponseWriter, in map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.fileOf(text(in, "file"))
	if f == nil || !f.Complete {
		fail(w, "file_not_found")
		return
	}
	kind := s.typeOf(f)
	if s.slow > 0 {
		s.slow--
		kind = ""
	}
	answer(w, map[string]any{"file": map[string]any{
		"id": f.ID, "name": f.Name, "title": f.Title, "mimetype": kind, "size": len(f.Bytes), "is_public": false, "channels": []any{},
	}, "comments": []any{}})
}

// fileOf returns the file with an id, nil if there is none. The caller holds the lock.
func (s *Server) fileOf(id string) *File {
	for _, f := range s.files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

// typeOf is what Slack finds out about a file, "" while it still looks at it, or if no block can show
// it: "Currently only png, jpg, jpeg, and gif Slack image files are supported". The caller holds the lock.
func (s *Server) typeOf(f *File) string {
	if s.slow > 0 {
		return ""
	}
	if kind := http.DetectContentType(f.Bytes); strings.Contains("image/png image/jpeg image/gif", kind) {
		return kind
	}
	return ""
}
