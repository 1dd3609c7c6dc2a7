package facebooktest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"postbag/backend/network/networktest"
)

// feed is POST /{page}/feed.
func (s *Server) feed(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.wrong("a post that cannot be read: %v", err)
	}
	if why := misused("POST", "feed", r.PostForm); why != "" {
		s.wrong("%s", why)
	}
	if !s.may(w, "pages_manage_posts") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.fault()
	if played(w, fault) {
		return
	}
	p := &Post{Text: r.PostForm.Get("message"), Link: r.PostForm.Get("link")}
	if why := s.fill(p, r.PostForm); why != "" {
		fail(w, 400, 100, 0, "(#100) "+why)
		return
	}
	if n := len(s.posts); s.strict && n > 0 && s.posts[n-1].Text == p.Text && s.posts[n-1].Link == p.Link {
		fail(w, 400, 506, 1455006, "Duplicate status message")
		return
	}
	s.save(p)
	ended(w, fault, map[string]any{"id": p.ID})
}

// fill puts the pictures into a post, and says what is wrong with it. The caller holds the lock.
func (s *Server) fill(p *Post, form url.Values) string {
	count := 0
	for name := range form {
		if strings.HasPrefix(name, "attached_media") {
			count++
		}
	}
	for i := range count {
		var m struct {
			ID string `json:"media_fbid"`
		}
		err := json.Unmarshal([]byte(form.Get("attached_media["+strconv.Itoa(i)+"]")), &m)
		found := s.pictures[m.ID]
		if err != nil || found == nil || found.used {
			return "attached_media is invalid"
		}
		found.used = true
		p.Alts, p.Images = append(p.Alts, found.alt), append(p.Images, found.data)
	}
	switch {
	case count > 10:
		return "too many attached_media"
	case p.Text == "" && p.Link == "" && count == 0:
		return "Missing message or attachment"
	case len(utf16.Encode([]rune(p.Text))) > 63206:
		return "the message is too long"
	case p.Link != "" && count > 0:
		return "a link beside attached_media"
	}
	return ""
}

// fault takes the next failure. The caller holds the lock.
func (s *Server) fault() (f networktest.Failure) {
	if len(s.failures) > 0 {
		f, s.failures = s.failures[0], s.failures[1:]
	}
	return f
}

// played answers with a failure before anything is saved.
func played(w http.ResponseWriter, f networktest.Failure) bool {
	switch f {
	case networktest.Unauthorized:
		fail(w, 401, 190, 463, "Error validating access token: Session has expired")
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, 403, 32, 0, "(#32) Page request limit reached")
	case networktest.Refused:
		fail(w, 400, 100, 1500, "(#100) The url you supplied is invalid")
	case networktest.ServerError:
		fail(w, 500, 2, 0, "An unexpected error has occurred. Please retry your request later.")
	case networktest.DropAfter, networktest.Garbage, "":
		return false
	default:
		panic("facebooktest cannot play " + f)
	}
	return true
}

// ended answers for what was saved.
func ended(w http.ResponseWriter, f networktest.Failure, v any) {
	if f == networktest.DropAfter {
		panic(http.ErrAbortHandler)
	}
	if f == networktest.Garbage {
		_, _ = io.WriteString(w, "<html><body>Welcome</body></html>") // the client may have gone
		return
	}
	answer(w, v)
}

// photo is POST /{page}/photos: multipart, with the file as "source".
func (s *Server) photo(w http.ResponseWriter, r *http.Request) {
	data, form := s.multipart(r, "photos", "source")
	if form.Get("published") != "false" {
		s.wrong("a picture that would be seen at once")
	}
	if len(data) == 0 || !s.may(w, "pages_manage_posts") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.number()
	s.pictures[id] = &picture{alt: form.Get("alt_text_custom"), data: data}
	answer(w, map[string]any{"id": id})
}

// multipart reads a form with one file.
func (s *Server) multipart(r *http.Request, edge, file string) ([]byte, url.Values) {
	if err := r.ParseMultipartForm(64 << 20); err != nil {
		s.wrong("%s that cannot be read: %v", edge, err)
		return nil, nil
	}
	form := url.Values(r.MultipartForm.Value)
	if why := misused("POST", edge, form); why != "" {
		s.wrong("%s", why)
	}
	f, _, err := r.FormFile(file)
	if err != nil {
		s.wrong("%s without a file: %v", edge, err)
		return nil, form
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		s.wrong("%s: %v", edge, err)
	}
	return data, form
}

// video is POST /{page}/videos in its three phases.
func (s *Server) video(w http.ResponseWriter, r *http.Request) {
	if !s.may(w, "pages_manage_posts") {
		return
	}
	var data []byte
	var form url.Values
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		data, form = s.multipart(r, "videos", "video_file_chunk")
	} else {
		if err := r.ParseForm(); err != nil {
			s.wrong("a video that cannot be read: %v", err)
		}
		form = r.PostForm
		if why := misused("POST", "videos", form); why != "" {
			s.wrong("%s", why)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if form.Get("upload_phase") == "start" {
		size, err := strconv.ParseInt(form.Get("file_size"), 10, 64)
		if err != nil || size <= 0 {
			fail(w, 400, 100, 0, "(#100) file_size")
			return
		}
		f := &film{id: s.number(), size: size}
		session := s.number()
		s.videos[session] = f
		said := s.offsets(f)
		said["upload_session_id"], said["video_id"] = session, f.id
		answer(w, said)
		return
	}
	f := s.videos[form.Get("upload_session_id")]
	switch phase := form.Get("upload_phase"); {
	case f == nil || f.done:
		fail(w, 400, 100, 1363036, "There was a problem with your upload session")
	case phase == "transfer" && form.Get("start_offset") != fmt.Sprint(len(f.data)):
		fail(w, 400, 6001, 1363037, "The start offset is not where the upload stands")
	case phase == "transfer":
		f.data = append(f.data, data...)
		answer(w, s.offsets(f))
	case phase == "finish" && int64(len(f.data)) == f.size:
		fault := s.fault()
		if played(w, fault) {
			return
		}
		f.done = true
		s.save(&Post{Text: form.Get("description"), Video: f.data, Film: f.id})
		ended(w, fault, map[string]any{"success": true})
	default:
		fail(w, 400, 100, 0, "(#100) upload_phase")
	}
}

// offsets says which bytes are wanted next. The caller holds the lock.
func (s *Server) offsets(f *film) map[string]any {
	has := int64(len(f.data))
	return map[string]any{"start_offset": fmt.Sprint(has), "end_offset": fmt.Sprint(min(has+s.piece, f.size))}
}

// list is GET /{page}/published_posts, newest first.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	why := misused("GET", "published_posts", q)
	if bad := fields(q.Get("fields"), append(postEdges(), postFields()...)...); bad != "" {
		why = "a post has no field " + bad
	}
	limit, err := strconv.Atoi(q.Get("limit"))
	if why != "" || err != nil || limit < 1 || limit > 100 {
		s.wrong("posts were asked for by %q: %s", r.URL.RawQuery, why)
	}
	if !s.may(w, "pages_read_engagement") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := slices.DeleteFunc(slices.Clone(s.posts), func(p *Post) bool { return p.Parent != "" || p.Place != "" })
	slices.SortStableFunc(all, func(a, b *Post) int { return b.Made.Compare(a.Made) })
	from, _ := strconv.Atoi(q.Get("after"))
	to := min(from+limit, len(all))
	data := []any{}
	for _, p := range all[min(from, to):to] {
		data = append(data, shown(p))
	}
	paging := map[string]any{"cursors": map[string]any{"before": "0", "after": strconv.Itoa(to)}}
	if to < len(all) {
		paging["next"] = s.URL + "/v25.0/more"
	}
	answer(w, map[string]any{"data": data, "paging": paging})
}

func shown(p *Post) map[string]any {
	e := map[string]any{"id": p.ID, "created_time": p.Made.UTC().Format("2006-01-02T15:04:05-0700"), "permalink_url": "https://www.facebook.com/" + p.ID}
	if p.Text != "" {
		e["message"] = p.Text
	}
	attachment := map[string]any{}
	switch n := len(p.Images); {
	case p.Video != nil:
		attachment["media_type"] = "video"
	case n == 1:
		attachment["media_type"] = "photo"
	case n > 1:
		var sub []any
		for range n {
			sub = append(sub, map[string]any{"media_type": "photo"})
		}
		attachment["media_type"], attachment["subattachments"] = "album", map[string]any{"data": sub}
	case p.Link != "":
		attachment["media_type"], attachment["unshimmed_url"] = "link", p.Link
	default:
		return e
	}
	e["attachments"] = map[string]any{"data": []any{attachment}}
	return e
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := r.PathValue("id")
	at := slices.IndexFunc(s.posts, func(p *Post) bool { return p.ID == id || p.Film == id && id != "" })
	if at < 0 {
		fail(w, 400, 100, 33, "Unsupported delete request. Object with ID '"+id+"' does not exist, cannot be loaded due to missing permissions, or does not support this operation")
		return
	}
	s.posts = slices.Delete(s.posts, at, at+1)
	s.posts = slices.DeleteFunc(s.posts, func(p *Post) bool { return p.Parent == id })
	answer(w, map[string]any{"success": true})
}
