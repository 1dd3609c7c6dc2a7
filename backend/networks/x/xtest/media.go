package xtest

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf8"
)

// types are those that the description knows and posts show.
var types = []string{"video/mp4", "video/quicktime", "image/jpeg", "image/gif", "image/png", "image/webp"}

func (s *Server) initialize(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Type     string `json:"media_type"`
		Category string `json:"media_category"`
		Bytes    int    `json:"total_bytes"`
	}
	err := strict(r, &in)
	if err != nil || !slices.Contains(types, in.Type) || in.Bytes < 1 || in.Bytes > 17179869184 ||
		!slices.Contains([]string{"tweet_image", "tweet_gif", "tweet_video"}, in.Category) {
		s.wrong("initialize: %v %+v", err, in)
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	if in.Category == "tweet_image" && in.Bytes > 5_000_000 {
		invalid(w, "The image is larger than 5 MB.", "")
		return
	}
	f := &File{ID: s.id(), Type: in.Type, Category: in.Category, Length: in.Bytes, Pieces: map[int][]byte{}}
	s.files[f.ID] = f
	answer(w, 200, map[string]any{"data": map[string]any{"id": f.ID, "media_key": "3_" + f.ID, "expires_after_secs": 86400}})
}

// file finds the file that a request is about, or says that there is none.
func (s *Server) file(w http.ResponseWriter, id string) *File {
	f := s.files[id]
	if f == nil {
		invalid(w, "One or more parameters to your request was invalid.", "The media id is not known.")
	}
	return f
}

func (s *Server) append(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseMultipartForm(8 << 20); err != nil {
		s.wrong("append: %v", err)
		invalid(w, "The form cannot be read.", "")
		return
	}
	for name := range r.MultipartForm.Value {
		if name != "segment_index" {
			s.wrong("append has no field %s", name)
		}
	}
	n, err := strconv.Atoi(r.FormValue("segment_index"))
	file, _, missing := r.FormFile("media")
	if err != nil || missing != nil || n < 0 || n > 999 {
		s.wrong("append: %v %v", err, missing)
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	defer file.Close()
	f := s.file(w, r.PathValue("id"))
	if f == nil {
		return
	}
	content, err := io.ReadAll(file)
	if err != nil || len(content) == 0 || len(content) > 5<<20 {
		invalid(w, "A segment has 1 byte to 5 MB.", "")
		return
	}
	f.Pieces[n] = content // a segment that is sent again is the same
	answer(w, 200, map[string]any{"data": map[string]any{"expires_at": 1_800_000_000}})
}

func (s *Server) finalize(w http.ResponseWriter, r *http.Request) {
	f := s.file(w, r.PathValue("id"))
	if f == nil {
		return
	}
	if len(f.Bytes()) != f.Length {
		invalid(w, "One or more parameters to your request was invalid.", "The segments do not add up to total_bytes.")
		return
	}
	f.Whole = true
	s.state(w, f, true)
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	if !s.only(r, map[string]string{"command": "STATUS", "media_id": ""}) {
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	if f := s.file(w, r.URL.Query().Get("media_id")); f != nil {
		s.state(w, f, false)
	}
}

// state says how far X is with a file: pictures are ready at once.
func (s *Server) state(w http.ResponseWriter, f *File, first bool) {
	v := map[string]any{"id": f.ID, "media_key": "3_" + f.ID, "size": f.Length, "expires_after_secs": 86400}
	switch {
	case f.Category == "tweet_image":
	case s.failed && !first:
		v["processing_info"] = map[string]any{"state": "failed"}
	case first:
		v["processing_info"] = map[string]any{"state": "pending", "check_after_secs": 5}
	case s.slow > 0:
		s.slow--
		v["processing_info"] = map[string]any{"state": "in_progress", "check_after_secs": 5, "progress_percent": 50}
	default:
		v["processing_info"] = map[string]any{"state": "succeeded", "progress_percent": 100}
	}
	answer(w, 200, map[string]any{"data": v})
}

func (s *Server) metadata(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID       string `json:"id"`
		Metadata struct {
			Alt struct {
				Text string `json:"text"`
			} `json:"alt_text"`
		} `json:"metadata"`
	}
	if err := strict(r, &in); err != nil || !idForm.MatchString(in.ID) || utf8.RuneCountInString(in.Metadata.Alt.Text) > 1000 {
		s.wrong("metadata: %v %+v", err, in)
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	f := s.file(w, in.ID)
	if f == nil {
		return
	}
	f.Alt = in.Metadata.Alt.Text
	answer(w, 200, map[string]any{"data": map[string]any{"id": f.ID, "associated_metadata": map[string]any{}}})
}
