package tiktoktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"unicode/utf16"

	"postbag/backend/network/networktest"
)

// What an upload can be (Get Post Status).
const (
	uploading = "PROCESSING_UPLOAD"
	inbox     = "SEND_TO_USER_INBOX"
	complete  = "PUBLISH_COMPLETE"
	failed    = "FAILED"
)

// public is the field with the ids of posts that everybody may see.
const public = "publicaly_available_post_id" //nolint:misspell // TikTok spells it so

// upload is one that was begun.
type upload struct {
	post    Post
	size    int64
	chunk   int64
	chunks  int64
	bytes   []byte
	expired bool
	done    bool
	asked   int
	images  []string // addresses of pictures that are not fetched yet
}

// wire is the request to begin an upload, with every field that the pages name.
type wire struct {
	Info *struct {
		Title     string `json:"title"`
		Privacy   string `json:"privacy_level"`
		NoDuet    bool   `json:"disable_duet"`
		NoComment bool   `json:"disable_comment"`
		NoStitch  bool   `json:"disable_stitch"`
		CoverMs   int64  `json:"video_cover_timestamp_ms"`
		Paid      *bool  `json:"brand_content_toggle"`
		Brand     *bool  `json:"brand_organic_toggle"`
		AI        bool   `json:"is_aigc"`
	} `json:"post_info"`
	Source struct {
		Source string `json:"source"`
		Size   int64  `json:"video_size"`
		Chunk  int64  `json:"chunk_size"`
		Chunks int64  `json:"total_chunk_count"`
	} `json:"source_info"`
}

const (
	mega  = 1_000_000
	small = 5 << 20 // the larger reading of 5 MB
)

// wrongParts says what is wrong with how a video is cut (Media Transfer Guide, chunk restrictions), by the
// stricter reading of a megabyte each time.
func wrongParts(size, chunk, chunks int64) string {
	last := size - chunk*(chunks-1)
	switch {
	case size <= 0 || size > 4000*mega:
		return fmt.Sprintf("a video of %d bytes", size)
	case chunk <= 0 || chunks < 1 || chunks > 1000 || chunks != size/chunk:
		return fmt.Sprintf("%d parts of %d bytes for %d", chunks, chunk, size)
	case size < small && chunk != size:
		return "a small video that does not go whole"
	case size > 64*mega && chunks < 2:
		return "a large video that goes whole"
	case chunks == 1 && chunk != size:
		return "one part, of another size than the video"
	case size >= small && chunk < small, chunk > 64*mega, last > 128*mega:
		return fmt.Sprintf("parts of %d bytes, the last of %d", chunk, last)
	}
	return ""
}

func (s *Server) begin(w http.ResponseWriter, r *http.Request) {
	var in wire
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		s.breaks(r.URL.Path + ": " + err.Error())
		fail(w, http.StatusBadRequest, "invalid_params", "The request post info is empty or incorrect")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	direct := r.URL.Path == "/v2/post/publish/video/init/"
	if why := wrongParts(in.Source.Size, in.Source.Chunk, in.Source.Chunks); why != "" || in.Source.Source != "FILE_UPLOAD" || direct != (in.Info != nil) {
		s.broken = append(s.broken, r.URL.Path+": "+why)
		fail(w, http.StatusBadRequest, "invalid_params", "The chunk size is invalid")
		return
	}
	up := &upload{size: in.Source.Size, chunk: in.Source.Chunk, chunks: in.Source.Chunks, post: Post{Inbox: !direct, State: uploading}}
	if direct {
		i := in.Info
		switch {
		case !slices.Contains(s.levels, i.Privacy):
			fail(w, http.StatusForbidden, "privacy_level_option_mismatch", "The privacy level is not among the options.")
			return
		case !s.audited && (i.Privacy != "SELF_ONLY" || slices.Contains(s.levels, "PUBLIC_TO_EVERYONE")):
			fail(w, http.StatusForbidden, "unaudited_client_can_only_post_to_private_accounts", "Please review our integration guidelines.")
			return
		case i.Paid == nil || i.Brand == nil || *i.Paid && i.Privacy == "SELF_ONLY" || len(utf16.Encode([]rune(i.Title))) > 2200:
			s.broken = append(s.broken, "words that TikTok does not take")
			fail(w, http.StatusBadRequest, "invalid_param", "The post info is invalid")
			return
		}
		up.post = Post{
			Title: i.Title, Privacy: i.Privacy, Comment: !i.NoComment, Duet: !i.NoDuet, Stitch: !i.NoStitch,
			Paid: *i.Paid, Brand: *i.Brand, AI: i.AI, CoverMs: i.CoverMs, State: uploading,
		}
	}
	s.serial++
	kind := "v_pub_file"
	if !direct {
		kind = "v_inbox_file"
	}
	up.post.ID = fmt.Sprintf("%s~v2-1.73012345678%d", kind, s.serial)
	id := strconv.Itoa(67890 + s.serial)
	s.uploads[id], s.byID[up.post.ID] = up, up
	answer(w, map[string]any{"publish_id": up.post.ID, "upload_url": s.URL + "/video/?upload_id=" + id + "&upload_token=Xza123-0f0e0d0c-upload-token" + id})
}

// take receives a part of a video (Media Transfer Guide).
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	id := r.URL.Query().Get("upload_id")
	up, cut := s.uploads[id], s.cut
	s.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		s.breaks("a part of a video with the token of the account")
	}
	switch {
	case up == nil || r.URL.Query().Get("upload_token") != "Xza123-0f0e0d0c-upload-token"+id:
		w.WriteHeader(http.StatusNotFound)
		return
	case up.expired:
		w.WriteHeader(http.StatusForbidden)
		return
	}
	var from, to, total int64
	if n, err := fmt.Sscanf(r.Header.Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &total); n != 3 || err != nil || total != up.size ||
		r.ContentLength != to+1-from || !slices.Contains([]string{"video/mp4", "video/quicktime", "video/webm"}, r.Header.Get("Content-Type")) {
		s.breaks("a part with " + fmt.Sprint(r.Header))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	there, done := int64(len(up.bytes)), up.done
	s.mu.Unlock()
	last := to+1 == up.size
	if done || from != there {
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return
	}
	if n := to + 1 - from; !last && n != up.chunk || last && from != up.chunk*(up.chunks-1) {
		s.breaks(fmt.Sprintf("a part of %d bytes from %d", n, from))
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	var failure networktest.Failure
	if last {
		s.set(func() {
			if len(s.failures) > 0 {
				failure, s.failures = s.failures[0], s.failures[1:]
			}
		})
	}
	if failure == networktest.ServerError {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	body := io.Reader(r.Body)
	if cut > 0 {
		body = io.LimitReader(body, cut)
	}
	content, err := io.ReadAll(body)
	if cut > 0 || err != nil || int64(len(content)) != to+1-from {
		s.set(func() { s.cut = 0 }) // what came of the part is thrown away
		hang(w)
		return
	}
	s.keep(up, content, r.Header.Get("Content-Type"))
	switch failure {
	case networktest.DropAfter:
		hang(w)
	case networktest.Garbage:
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // not played, or answered above
	default:
		w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", to+1, total))
		if last {
			w.WriteHeader(http.StatusCreated)
		} else {
			w.WriteHeader(http.StatusPartialContent)
		}
	}
}

// keep adds a part to an upload.
func (s *Server) keep(up *upload, content []byte, kind string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	up.bytes, up.post.Type = append(up.bytes, content...), kind
	if int64(len(up.bytes)) == up.size {
		up.done, up.post.Reason, s.ruin = true, s.ruin, ""
		s.whole = append(s.whole, up)
	}
}

func hang(w http.ResponseWriter) {
	if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
		_ = c.Close() // that is the failure
	}
}

func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID string `json:"publish_id"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.ID == "" {
		s.breaks("a status of nothing")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	up := s.byID[in.ID]
	if up == nil {
		fail(w, http.StatusBadRequest, "invalid_publish_id", "The publish_id does not exist")
		return
	}
	if up.done && (up.post.State == uploading || up.post.State == fetching) {
		if up.asked++; up.asked > s.slow {
			s.fetchLocked(up)
			switch {
			case up.post.Reason != "":
				up.post.State = failed
			case up.post.Inbox:
				up.post.State = inbox
			default:
				up.post.State = complete
			}
		}
	}
	data := map[string]any{"status": up.post.State, public: []any{}}
	if up.size > 0 {
		data["uploaded_bytes"] = len(up.bytes)
	}
	switch {
	case up.post.State == failed:
		data["fail_reason"] = up.post.Reason
	case up.post.State == complete && up.post.Privacy == "PUBLIC_TO_EVERYONE":
		up.post.Video = "7301234567890123456"
		data[public] = []any{json.Number(up.post.Video)}
	}
	answer(w, data)
}

func (s *Server) creator(w http.ResponseWriter, r *http.Request) {
	if n, err := io.Copy(io.Discard, r.Body); n > 0 || err != nil {
		s.breaks("a question about the creator with a body")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, map[string]any{
		"creator_avatar_url": "https://lf16-tt4d.tiktokcdn.com/obj/avatar", "creator_username": Username, "creator_nickname": Nickname,
		"privacy_level_options": s.levels, "comment_disabled": false, "duet_disabled": false, "stitch_disabled": true,
		"max_video_post_duration_sec": s.seconds,
	})
}
