package pinteresttest

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// Signature says who may send a file: a secret, as an address to send to would be.
const Signature = "fcd6309a6aaee213346668a72abed8b44552a43acb6b340e8e1b288d21a5fe92"

// upload is a video that was registered.
type upload struct {
	policy string
	bytes  []byte
	asked  int // how often its state was asked for
	ruined bool
	gone   bool
}

// Slow lets videos be worked on until their state was asked for n times.
func (s *Server) Slow(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slow = n
}

// Ruin makes the next video one that cannot be used.
func (s *Server) Ruin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ruined = true
}

// Expire makes what was registered so far of no more use: neither taken nor known.
func (s *Server) Expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		u.gone = true
	}
}

// Uploads counts what was registered, and what of it came whole.
func (s *Server) Uploads() (begun, whole int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.uploads {
		if begun++; u.bytes != nil {
			whole++
		}
	}
	return begun, whole
}

// body reads a JSON body and holds it to a schema of the description.
func (s *Server) body(w http.ResponseWriter, r *http.Request, schema string) (map[string]any, bool) {
	var in any
	why := ""
	if r.Header.Get("Content-Type") != "application/json" {
		why = "the body is no JSON"
	} else if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		why = err.Error()
	} else {
		why = s.document.matches(schema, in)
	}
	object, isObject := in.(map[string]any)
	if why == "" && isObject {
		why = s.document.unknown(schema, object)
	}
	if why != "" || !isObject {
		s.breaks(why)
		fail(w, http.StatusBadRequest, 1, "Invalid request: "+schema)
		return nil, false
	}
	return object, true
}

func (s *Server) register(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.body(w, r, "MediaUploadCreate"); !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	id := strconv.Itoa(5212123920968240000 + s.serial)
	u := &upload{policy: "eyJ" + id, ruined: s.ruined}
	s.uploads[id], s.ruined = u, false
	answer(w, http.StatusCreated, map[string]any{
		"media_id": id, "media_type": "video", "upload_url": s.URL + "/uploads",
		"upload_parameters": map[string]string{
			"Content-Type": "multipart/form-data", "key": "uploads/" + id, "policy": u.policy, "x-amz-algorithm": "AWS4-HMAC-SHA256",
			"x-amz-credential": "ASIA6QZJ64OPIKV7FRVX/20220127/us-east-1/s3/aws4_request", "x-amz-date": "20220127T185143Z",
			"x-amz-security-token": "IQoJb3JpZ2luX2VjEJr==", "x-amz-signature": Signature,
		},
	})
}

// take is Amazon's store of files ("Browser-Based Uploads Using POST"): the fields first, the file last,
// and nothing else that says who may send.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	no := func(status int, code string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>") // the client may have gone
	}
	if r.Header.Get("Authorization") != "" {
		s.breaks("the token went to the store of files")
		no(http.StatusBadRequest, "InvalidArgument")
		return
	}
	form, err := r.MultipartReader()
	if err != nil {
		no(http.StatusBadRequest, "MalformedPOSTRequest")
		return
	}
	fields := map[string]string{}
	var file []byte
	for {
		part, err := form.NextPart()
		if err != nil {
			break
		}
		content, err := io.ReadAll(part)
		if err != nil || file != nil { // cut short, or something behind the file
			no(http.StatusBadRequest, "MalformedPOSTRequest")
			return
		}
		if part.FormName() == "file" {
			file = content
			continue
		}
		fields[part.FormName()] = string(content)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, u := range s.uploads {
		if fields["key"] != "uploads/"+id {
			continue
		}
		if u.gone || fields["policy"] != u.policy || fields["x-amz-signature"] != Signature || len(fields) != 8 || file == nil {
			no(http.StatusForbidden, "AccessDenied")
			return
		}
		u.bytes = file
		w.WriteHeader(http.StatusNoContent)
		return
	}
	no(http.StatusForbidden, "AccessDenied")
}

func (s *Server) media(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	u := s.uploads[id]
	if u == nil || u.gone {
		fail(w, http.StatusNotFound, 404, "Media not found.")
		return
	}
	u.asked++
	status := "succeeded"
	switch {
	case u.bytes == nil:
		status = "registered"
	case u.asked <= s.slow:
		status = "processing"
	case u.ruined:
		status = "failed"
	}
	answer(w, http.StatusOK, map[string]any{"media_id": id, "media_type": "video", "status": status})
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	in, ok := s.body(w, r, "PinCreate")
	if !ok {
		return
	}
	source, _ := in["media_source"].(map[string]any)
	pictures, slots, ok := s.pictures(w, source)
	if !ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, 2, "Authentication failed.")
		return
	case networktest.RateLimited:
		w.Header().Set("X-Ratelimit-Reset", "7")
		fail(w, http.StatusTooManyRequests, 8, "You have exceeded your rate limit.")
		return
	case networktest.Refused:
		fail(w, http.StatusBadRequest, 1, "The pin cannot be saved.")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	p := Pin{
		Board: text(in["board_id"]), Section: text(in["board_section_id"]), Title: text(in["title"]), Description: text(in["description"]),
		Link: text(in["link"]), Alt: text(in["alt_text"]), Pictures: pictures, Slots: slots,
	}
	u := s.uploads[text(source["media_id"])]
	switch {
	case p.Board != Board && p.Board != Other:
		fail(w, http.StatusNotFound, 40, "Board not found.")
		return
	case p.Section != "" && (p.Section != Section || p.Board != Board):
		fail(w, http.StatusNotFound, 2031, "Board section not found.")
		return
	case pictures == nil && (u == nil || u.gone || u.bytes == nil || u.asked <= s.slow || u.ruined):
		fail(w, http.StatusNotFound, 404, "Media not found.")
		return
	case utf8.RuneCountInString(p.Description) > 800:
		fail(w, http.StatusBadRequest, 1, "Invalid description")
		return
	}
	if pictures == nil {
		cover, second := source["cover_image_key_frame_time"].(float64)
		picture, ok := pictureOf(source["cover_image_data"], source["cover_image_content_type"])
		if second == ok { // one of them, and a picture that is one
			fail(w, http.StatusBadRequest, 1, "A cover is needed")
			return
		}
		p.Cover, p.CoverPicture, p.Video = int(cover), picture, u.bytes
	}
	p = s.save(p)
	switch failure {
	case networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case networktest.Garbage:
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // answered above
	default:
		answer(w, http.StatusCreated, shown(p))
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
