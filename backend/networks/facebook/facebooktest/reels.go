package facebooktest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network/networktest"
)

// Places of a post that is none of the feed.
const (
	PlaceReel  = "reel"
	PlaceStory = "story"
)

// upload is where the bytes of reels and stories go, after Meta's guides to both.
const upload = "/video-upload/v25.0/"

const sent = "bytes_transfered" //nolint:misspell // Facebook spells it so

// reels is POST /{page}/video_reels, and stories POST /{page}/video_stories.
func (s *Server) reels(w http.ResponseWriter, r *http.Request) { s.short(w, r, "video_reels") }

func (s *Server) filmStories(w http.ResponseWriter, r *http.Request) { s.short(w, r, "video_stories") }

func (s *Server) form(r *http.Request, edge string) url.Values {
	if err := r.ParseForm(); err != nil {
		s.wrong("%s that cannot be read: %v", edge, err)
	}
	if why := misused("POST", edge, r.PostForm); why != "" {
		s.wrong("%s", why)
	}
	return r.PostForm
}

func (s *Server) short(w http.ResponseWriter, r *http.Request, edge string) {
	form := s.form(r, edge)
	if !s.may(w, "pages_manage_posts") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if form.Get("upload_phase") == "start" {
		f := &film{id: s.number(), size: -1, edge: edge}
		s.videos["short "+f.id] = f
		answer(w, map[string]any{"video_id": f.id, "upload_url": s.URL + upload + f.id})
		return
	}
	f := s.videos["short "+form.Get("video_id")]
	switch {
	case form.Get("upload_phase") != "finish" || edge == "video_reels" && form.Get("video_state") != "PUBLISHED":
		fail(w, 400, 100, 0, "(#100) upload_phase")
		return
	case f == nil || f.edge != edge || f.done || f.size < 0 || int64(len(f.data)) != f.size:
		fail(w, 400, 100, 1363036, "There was a problem with your upload session")
		return
	}
	fault := s.fault()
	if played(w, fault) {
		return
	}
	f.done = true
	p := &Post{Text: form.Get("description"), Video: f.data, Film: f.id, Place: PlaceReel}
	if edge == "video_stories" {
		p.Place = PlaceStory
	}
	s.save(p)
	ended(w, fault, map[string]any{"success": true, "post_id": strings.TrimPrefix(p.ID, Page+"_")})
}

// bytes takes those of a reel or a story from an offset on.
func (s *Server) bytes(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "OAuth "+PageToken {
		fail(w, 400, 190, 0, "Invalid OAuth access token")
		return
	}
	data, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.videos["short "+strings.TrimPrefix(r.URL.Path, upload)]
	size, bad := strconv.ParseInt(r.Header.Get("file_size"), 10, 64)
	if f == nil || err != nil || bad != nil || r.Header.Get("offset") != fmt.Sprint(len(f.data)) || int64(len(f.data)+len(data)) > size {
		fail(w, 400, 100, 1363036, "There was a problem with your upload session")
		return
	}
	f.size = size
	if s.breaks && len(data) > 1 { // the connection breaks in the middle
		s.breaks = false
		f.data = append(f.data, data[:len(data)/2]...)
		panic(http.ErrAbortHandler)
	}
	f.data = append(f.data, data...)
	answer(w, map[string]any{"success": true})
}

// Break makes the next upload of a reel or a story end in its middle.
func (s *Server) Break() { s.locked(func() { s.breaks = true }) }

// status is GET /{video}?fields=status.
func (s *Server) status(w http.ResponseWriter, r *http.Request) {
	if r.URL.RawQuery != "fields=status" {
		s.wrong("a video was asked for by %q", r.URL.RawQuery)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.videos["short "+r.PathValue("id")]
	if f == nil {
		fail(w, 400, 100, 33, "Unsupported get request")
		return
	}
	phase := map[string]any{"status": "not_started"}
	switch {
	case f.size >= 0 && int64(len(f.data)) == f.size:
		phase = map[string]any{"status": "complete", sent: len(f.data)}
	case len(f.data) > 0:
		phase = map[string]any{"status": "in_progress", sent: len(f.data)}
	}
	answer(w, map[string]any{"id": f.id, "status": map[string]any{"video_status": "processing", "uploading_phase": phase}})
}

// photoStory is POST /{page}/photo_stories.
func (s *Server) photoStory(w http.ResponseWriter, r *http.Request) {
	form := s.form(r, "photo_stories")
	if !s.may(w, "pages_manage_posts") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.fault()
	if played(w, fault) {
		return
	}
	found := s.pictures[form.Get("photo_id")]
	if found == nil || found.used {
		fail(w, 400, 100, 0, "(#100) photo_id")
		return
	}
	found.used = true
	p := &Post{Images: [][]byte{found.data}, Alts: []string{found.alt}, Place: PlaceStory}
	s.save(p)
	ended(w, fault, map[string]any{"success": true, "post_id": strings.TrimPrefix(p.ID, Page+"_")})
}

// comment is POST /{post}/comments.
func (s *Server) comment(w http.ResponseWriter, r *http.Request) {
	form := s.form(r, "comments")
	if !s.may(w, "pages_manage_engagement") {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fault := s.fault()
	if len(s.late) > 0 {
		fault, s.late = s.late[0], s.late[1:]
	}
	if played(w, fault) {
		return
	}
	post := s.at(r.PathValue("id"))
	if post == nil || post.Place == PlaceStory || form.Get("message") == "" {
		fail(w, 400, 100, 33, "Unsupported post request")
		return
	}
	p := &Post{Text: form.Get("message"), Parent: r.PathValue("id"), Writer: Page}
	s.save(p)
	ended(w, fault, map[string]any{"id": p.ID})
}

// FailComment makes the next comment fail, and no post.
func (s *Server) FailComment(f networktest.Failure) { s.locked(func() { s.late = append(s.late, f) }) }

// at finds a post by its id or that of its video. The caller holds the lock.
func (s *Server) at(id string) *Post {
	for _, p := range s.posts {
		if p.ID == id || p.Film == id && id != "" {
			return p
		}
	}
	return nil
}

// comments is GET /{post}/comments, newest first.
func (s *Server) comments(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if why := misused("GET", "comments", q); why != "" || fields(q.Get("fields"), "id", "message", "created_time", "from") != "" ||
		q.Get("filter") != "stream" || q.Get("order") != "reverse_chronological" {
		s.wrong("comments were asked for by %q: %s", r.URL.RawQuery, why)
	}
	if s.may(w, "pages_read_engagement") {
		s.others(w, func(p *Post) map[string]any {
			if p.Parent != r.PathValue("id") {
				return nil
			}
			e := map[string]any{"id": p.ID, "message": p.Text, "created_time": stamp(p)}
			if p.Writer != "" {
				e["from"] = map[string]any{"id": p.Writer, "name": "Somebody"}
			}
			return e
		})
	}
}

func stamp(p *Post) string { return p.Made.UTC().Format("2006-01-02T15:04:05-0700") }

// listReels is GET /{page}/video_reels.
func (s *Server) listReels(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if why := misused("GET", "video_reels", q); why != "" || fields(q.Get("fields"), "id", "description", "created_time") != "" {
		s.wrong("reels were asked for by %q: %s", r.URL.RawQuery, why)
	}
	s.others(w, func(p *Post) map[string]any {
		if p.Place != PlaceReel {
			return nil
		}
		return map[string]any{"id": p.Film, "description": p.Text, "created_time": stamp(p)}
	})
}

// listStories is GET /{page}/stories.
func (s *Server) listStories(w http.ResponseWriter, r *http.Request) {
	if why := misused("GET", "stories", r.URL.Query()); why != "" {
		s.wrong("%s", why)
	}
	s.others(w, func(p *Post) map[string]any {
		if p.Place != PlaceStory {
			return nil
		}
		kind := "photo"
		if p.Video != nil {
			kind = "video"
		}
		return map[string]any{"post_id": strings.TrimPrefix(p.ID, Page+"_"), "status": "PUBLISHED", "creation_time": fmt.Sprint(p.Made.Unix()), "media_type": kind}
	})
}

// others answers with what show makes of each post, newest first, all at once.
func (s *Server) others(w http.ResponseWriter, show func(p *Post) map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data := []any{}
	for _, p := range slices.Backward(s.posts) {
		if e := show(p); e != nil {
			data = append(data, e)
		}
	}
	answer(w, map[string]any{"data": data, "paging": map[string]any{}})
}
