package youtubetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// session is one resumable upload.
type session struct {
	video Video
	total int64
	kind  string
	bytes []byte
	done  *Video
}

// wire is a video as the API has it.
type wire struct {
	ID      string `json:"id"`
	Snippet *struct {
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Tags        []string `json:"tags"`
		Category    string   `json:"categoryId"`
	} `json:"snippet"`
	Status *struct {
		Privacy    string `json:"privacyStatus"`
		ForKids    *bool  `json:"selfDeclaredMadeForKids"`
		Synthetic  bool   `json:"containsSyntheticMedia"`
		Embeddable bool   `json:"embeddable"`
	} `json:"status"`
}

// worded puts words into a video, or says which of them YouTube does not take.
func worded(v *Video, in wire) string {
	w := in.Snippet
	switch {
	case w == nil:
		return "invalidVideoMetadata"
	case strings.TrimSpace(w.Title) == "" || utf8.RuneCountInString(w.Title) > 100 || strings.ContainsAny(w.Title, "<>\n"):
		return "invalidTitle"
	case len(w.Description) > 5000 || strings.ContainsAny(w.Description, "<>"):
		return "invalidDescription"
	case w.Category == "":
		return "invalidCategoryId"
	}
	if _, err := strconv.Atoi(w.Category); err != nil {
		return "invalidCategoryId"
	}
	n := 0
	for i, tag := range w.Tags {
		if n += utf8.RuneCountInString(tag) + min(i, 1); strings.Contains(tag, " ") {
			n += 2
		}
	}
	if n > 500 {
		return "invalidTags"
	}
	v.Title, v.Description, v.Tags, v.Category = w.Title, w.Description, w.Tags, w.Category
	return ""
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	var in wire
	total, err := strconv.ParseInt(r.Header.Get("X-Upload-Content-Length"), 10, 64)
	if json.NewDecoder(r.Body).Decode(&in) != nil || err != nil || total <= 0 || !strings.HasPrefix(r.Header.Get("X-Upload-Content-Type"), "video/") {
		s.breaks("an upload is begun without its length or type")
		fail(w, http.StatusBadRequest, "mediaBodyRequired", "The request does not include the video content.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	up := &session{total: total, kind: r.Header.Get("X-Upload-Content-Type")}
	if why := worded(&up.video, in); why != "" {
		fail(w, http.StatusBadRequest, why, "The request metadata specifies an invalid or empty value.")
		return
	}
	if in.Status == nil || in.Status.ForKids == nil || in.Status.Privacy != "private" {
		s.broken = append(s.broken, "an upload that is not private, or says nothing of children")
		fail(w, http.StatusBadRequest, "invalidVideoMetadata", "The request metadata is invalid.")
		return
	}
	up.video.Privacy, up.video.ForKids, up.video.Synthetic = in.Status.Privacy, *in.Status.ForKids, in.Status.Synthetic
	s.serial++
	id := fmt.Sprintf("AAANsUnXfcGnPrA0dNvKNtq-%d", s.serial)
	s.sessions[id] = up
	w.Header().Set("Location", s.URL+"/upload/youtube/v3/videos?uploadType=resumable&part=snippet%2Cstatus&upload_id="+id)
	w.WriteHeader(http.StatusOK)
}

// take receives a piece of a file, or says how much of it is there (the guide to resumable uploads).
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	if !s.knows(r) {
		fail(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	}
	s.mu.Lock()
	up := s.sessions[r.URL.Query().Get("upload_id")]
	cut := s.cut
	s.mu.Unlock()
	if up == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	span, ok := strings.CutPrefix(r.Header.Get("Content-Range"), "bytes ")
	span, total, split := strings.Cut(span, "/")
	if !ok || !split || total != strconv.FormatInt(up.total, 10) {
		s.breaks("a piece with the Content-Range " + r.Header.Get("Content-Range"))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if span != "*" && !s.receive(w, r, up, span, cut) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if int64(len(up.bytes)) < up.total {
		if len(up.bytes) > 0 {
			w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", len(up.bytes)-1))
		}
		w.WriteHeader(http.StatusPermanentRedirect) // 308, which here means to go on
		return
	}
	if up.done == nil {
		s.serial++
		v := up.video
		v.ID, v.Bytes, v.State = fmt.Sprintf("dQw4w9WgX%02d", s.serial%100), up.bytes, "uploaded"
		v.Reason, s.ruin = s.ruin, ""
		s.videos = append(s.videos, &v)
		up.done = &v
	}
	answer(w, http.StatusOK, shown(up.done))
}

// receive keeps a piece. It reports false if it has answered, or the connection was cut: then what came
// is kept in whole quarters of a MiB.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, up *session, span string, cut int64) bool {
	const grain = 256 << 10
	var first, last int64
	if _, err := fmt.Sscanf(span, "%d-%d", &first, &last); err != nil || first != int64(len(up.bytes)) || last >= up.total ||
		r.Header.Get("Content-Type") != up.kind || last+1 < up.total && (last+1-first)%grain != 0 {
		s.breaks("a piece of " + r.Header.Get("Content-Range"))
		w.WriteHeader(http.StatusBadRequest)
		return false
	}
	body := io.Reader(r.Body)
	if cut > 0 {
		body = io.LimitReader(body, cut)
	}
	content, err := io.ReadAll(body)
	if cut > 0 || err != nil || int64(len(content)) != last+1-first {
		s.set(func() { up.bytes, s.cut = append(up.bytes, content[:len(content)/grain*grain]...), 0 })
		hang(w)
		return false
	}
	s.set(func() { up.bytes = append(up.bytes, content...) })
	return true
}

func hang(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close() // that is the failure
	}
}

func (s *Server) show(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := []any{}
	if v := s.video(r.URL.Query().Get("id")); v != nil {
		if v.asked++; v.asked > s.slow && v.State == "uploaded" {
			v.State = "processed"
			switch v.Reason {
			case "":
			case "conversion", "invalidFile", "emptyFile", "tooSmall", "codec", "uploadAborted":
				v.State = "failed"
			default:
				v.State = "rejected"
			}
		}
		items = append(items, shown(v))
	}
	answer(w, http.StatusOK, map[string]any{"kind": "youtube#videoListResponse", "items": items})
}

// change replaces whole parts of a video: what is not sent is lost.
func (s *Server) change(w http.ResponseWriter, r *http.Request) {
	var in wire
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "badRequest", "Parse Error")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.video(in.ID)
	part := r.URL.Query().Get("part")
	if part == "snippet" {
		if v == nil {
			fail(w, http.StatusNotFound, "videoNotFound", "The video that you are trying to update cannot be found.")
		} else if why := worded(v, in); why != "" {
			fail(w, http.StatusBadRequest, why, "The request metadata specifies an invalid value.")
		} else {
			answer(w, http.StatusOK, shown(v))
		}
		return
	}
	if part != "status" || in.Status == nil || in.Status.ForKids == nil || !in.Status.Embeddable {
		s.broken = append(s.broken, "a change that loses what it does not name")
		fail(w, http.StatusBadRequest, "invalidVideoMetadata", "The request metadata is invalid.")
		return
	}
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, "authError", "Invalid Credentials")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusForbidden, "rateLimitExceeded", "Rate Limit Exceeded")
		return
	case networktest.Refused:
		fail(w, http.StatusForbidden, "forbiddenPrivacySetting", "The request attempts to set an invalid privacy setting for the video.")
		return
	case networktest.ServerError:
		fail(w, http.StatusServiceUnavailable, "backendError", "Backend Error")
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	if v == nil {
		fail(w, http.StatusNotFound, "videoNotFound", "The video that you are trying to update cannot be found.")
		return
	}
	v.ForKids, v.Synthetic, v.Embeddable = *in.Status.ForKids, in.Status.Synthetic, in.Status.Embeddable
	if !s.locked {
		if v.Privacy == "private" && in.Status.Privacy != "private" {
			s.shown = append(s.shown, v.ID)
		}
		v.Privacy = in.Status.Privacy
	}
	switch failure {
	case networktest.DropAfter:
		hang(w)
	case networktest.Garbage:
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // answered above
	default:
		answer(w, http.StatusOK, shown(v))
	}
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, v := range s.videos {
		if v.ID == r.URL.Query().Get("id") {
			s.videos = append(s.videos[:i:i], s.videos[i+1:]...)
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	fail(w, http.StatusNotFound, "videoNotFound", "The video that you are trying to delete cannot be found.")
}

// shown is a video as the API gives it.
func shown(v *Video) map[string]any {
	status := map[string]any{
		"uploadStatus": v.State, "privacyStatus": v.Privacy, "license": "youtube", "embeddable": v.Embeddable,
		"publicStatsViewable": true, "madeForKids": v.ForKids, "selfDeclaredMadeForKids": v.ForKids,
	}
	switch v.State {
	case "failed":
		status["failureReason"] = v.Reason
	case "rejected":
		status["rejectionReason"] = v.Reason
	}
	return map[string]any{
		"kind": "youtube#video", "id": v.ID, "status": status,
		"snippet": map[string]any{
			"publishedAt": "2026-11-22T10:00:00Z", "channelId": Channel, "title": v.Title, "description": v.Description,
			"tags": v.Tags, "categoryId": v.Category, "channelTitle": Title, "liveBroadcastContent": "none",
		},
	}
}
