package threadstest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// make makes a container. The caller holds the lock, as in every function below.
func (s *Server) make(w http.ResponseWriter, form url.Values) {
	c := &Container{Form: form, State: "FINISHED", item: form.Get("is_carousel_item") == "true"}
	why := ""
	switch kind := form.Get("media_type"); kind {
	case "TEXT":
		if form.Get("text") == "" || form.Has("image_url") || form.Has("video_url") {
			why = "A text post has a text and no media"
		}
	case "CAROUSEL":
		why = s.gather(c, form)
	default:
		why = s.fetch(c, form)
	}
	if why == "" {
		why = s.worded(c, form)
	}
	if why != "" {
		fail(w, http.StatusBadRequest, 100, 0, why)
		return
	}
	if s.ruin != "" {
		c.State, c.Why, s.ruin = "ERROR", s.ruin, ""
	} else if s.slow > 0 && form.Get("media_type") != "TEXT" {
		c.State = "IN_PROGRESS"
	}
	s.serial++
	c.ID = strconv.Itoa(17889455560000000 + s.serial)
	s.containers = append(s.containers, c)
	answer(w, map[string]string{"id": c.ID})
}

// gather makes a carousel of its items.
func (s *Server) gather(c *Container, form url.Values) (why string) {
	ids := strings.Split(form.Get("children"), ",")
	if len(ids) < 2 || len(ids) > 20 {
		return "A carousel has between 2 and 20 items"
	}
	for _, id := range ids {
		child := s.container(id)
		if child == nil || !child.item || child.State != "FINISHED" {
			return "An item of the carousel is not ready"
		}
		c.Media, c.alts = append(c.Media, child.Media...), append(c.alts, child.alts...)
	}
	return ""
}

// fetch gets the picture or video of a container from its public address.
func (s *Server) fetch(c *Container, form url.Values) (why string) {
	kind := form.Get("media_type")
	picture, film := form.Get("image_url"), form.Get("video_url")
	f, there := s.Get(picture + film)
	switch {
	case kind != "IMAGE" && kind != "VIDEO", (kind == "IMAGE") != (picture != ""), (kind == "VIDEO") != (film != ""):
		return "The parameter media_type does not fit its address"
	case !there && film != "":
		s.ruin = "FAILED_DOWNLOADING_VIDEO"
	case !there:
		return "The media could not be fetched from this uri"
	case picture != "" && (f.Type != "image/jpeg" && f.Type != "image/png" || len(f.Bytes) > 8<<20):
		return "The image format is not supported"
	case film != "" && f.Type != "video/mp4" && f.Type != "video/quicktime":
		return "The video format is not supported"
	}
	c.Media, c.alts = []networktest.Shelved{f}, []string{form.Get("alt_text")}
	return ""
}

// worded looks at what a container says beside its media.
func (s *Server) worded(c *Container, form url.Values) (why string) {
	controls := []string{"everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"}
	kind, topic := form.Get("media_type"), form.Get("topic_tag")
	switch {
	case c.item && (form.Has("text") || form.Has("reply_to_id")):
		return "An item of a carousel has no text of its own"
	case utf8.RuneCountInString(form.Get("text")) > 500:
		return "The parameter text must be at most 500 characters"
	case form.Has("alt_text") && (kind != "IMAGE" && kind != "VIDEO" || utf8.RuneCountInString(form.Get("alt_text")) > 1000):
		return "The parameter alt_text is not supported here"
	case form.Has("link_attachment") && kind != "TEXT":
		return "link_attachment is only for text posts"
	case form.Has("poll_attachment") && (kind != "TEXT" || form.Has("link_attachment") || !answers(form.Get("poll_attachment"))):
		return "The parameter poll_attachment is not supported here"
	case form.Has("reply_control") && !slices.Contains(controls, form.Get("reply_control")):
		return "reply_control is none of the known"
	case form.Has("topic_tag") && (strings.ContainsAny(topic, ".&") || utf8.RuneCountInString(topic) > 50):
		return "topic_tag has 1 to 50 characters, without . and &"
	case form.Has("reply_to_id") && (s.young || !slices.ContainsFunc(s.shown, func(one *Container) bool { return one.Post == form.Get("reply_to_id") })):
		s.young = false
		return "The requested resource does not exist"
	}
	return ""
}

// answers reports whether a poll's object is one (the page on polls): option_a to option_d, two at least, without
// a gap, of 1 to 25 characters each.
func answers(object string) bool {
	var said map[string]string
	if json.Unmarshal([]byte(object), &said) != nil || len(said) < 2 || len(said) > 4 {
		return false
	}
	for i := range len(said) {
		n := utf8.RuneCountInString(said["option_"+string(rune('a'+i))])
		if n < 1 || n > 25 {
			return false
		}
	}
	return true
}

// remove deletes a post of the account.
func (s *Server) remove(w http.ResponseWriter, id string) {
	if s.keeps {
		fail(w, http.StatusForbidden, 10, 0, "Application does not have permission for this action")
		return
	}
	at := slices.IndexFunc(s.shown, func(c *Container) bool { return c.Post == id })
	if at < 0 {
		fail(w, http.StatusBadRequest, 100, 33, "Unsupported delete request. Object does not exist, cannot be loaded due to missing permissions")
		return
	}
	s.shown = slices.Delete(s.shown, at, at+1)
	answer(w, map[string]any{"success": true, "deleted_id": id})
}

func (s *Server) container(id string) *Container {
	for _, c := range s.containers {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// state says how far a container is.
func (s *Server) state(w http.ResponseWriter, id string, form url.Values) {
	if form.Get("fields") == "id" && slices.ContainsFunc(s.shown, func(c *Container) bool { return c.Post == id }) {
		answer(w, map[string]string{"id": id})
		return
	}
	c := s.container(id)
	if c == nil || form.Get("fields") != "id,status,error_message" || len(form) != 1 {
		fail(w, http.StatusBadRequest, 100, 33, "Unsupported get request. Object does not exist, cannot be loaded due to missing permissions")
		return
	}
	if c.asked++; c.State == "IN_PROGRESS" && c.asked > s.slow {
		c.State = "FINISHED"
	}
	said := map[string]string{"id": c.ID, "status": c.State}
	if c.Why != "" {
		said["error_message"] = c.Why
	}
	answer(w, said)
}

// publish makes a container a post, or plays a failure.
func (s *Server) publish(w http.ResponseWriter, id string) {
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, 190, 463, "Error validating access token: Session has expired")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusForbidden, 4, 0, "Application request limit reached")
		return
	case networktest.Refused:
		fail(w, http.StatusBadRequest, 4, 2207051, "We restrict certain activity to protect our community.")
		return
	case networktest.ServerError:
		fail(w, http.StatusInternalServerError, 2, 0, "An unexpected error has occurred. Please retry your request later.")
		return
	case networktest.DropAfter, networktest.Garbage, "":
	default:
		panic("threadstest plays no " + string(failure))
	}
	c := s.container(id)
	switch {
	case c == nil || c.item || c.State == "PUBLISHED":
		fail(w, http.StatusBadRequest, 24, 0, "The media with "+id+" cannot be found")
		return
	case c.State != "FINISHED":
		fail(w, http.StatusBadRequest, 24, 0, "The media is not ready for publishing")
		return
	case s.used >= 250:
		fail(w, http.StatusBadRequest, 9, 0, "The quota of posts is used up")
		return
	}
	if c.Form.Has("reply_to_id") {
		s.replied++
	} else {
		s.used++
	}
	s.serial++
	c.State, c.at = "PUBLISHED", time.Now()
	c.Post = strconv.Itoa(17920238420000000 + s.serial)
	s.shown = append(s.shown, c)
	if failure == networktest.Garbage {
		_, _ = w.Write([]byte("<html>It works!</html>")) // the client may have gone
		return
	}
	if failure != networktest.DropAfter {
		answer(w, map[string]string{"id": c.Post})
		return
	}
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

// Link is the address of a post.
func Link(post string) string {
	return "https://www.threads.com/@" + Handle + "/post/C" + post[len(post)-6:]
}

// list lists the posts, or the replies, newest first.
func (s *Server) list(w http.ResponseWriter, replies bool) {
	posts := []any{}
	for i := len(s.shown) - 1; i >= 0 && !s.hide; i-- {
		c := s.shown[i]
		if replies != c.Form.Has("reply_to_id") {
			continue
		}
		kind := c.Form.Get("media_type")
		switch kind {
		case "TEXT":
			kind = "TEXT_POST"
		case "CAROUSEL":
			kind = "CAROUSEL_ALBUM"
		}
		p := map[string]any{"id": c.Post, "media_type": kind, "timestamp": c.at.UTC().Format("2006-01-02T15:04:05-0700"), "permalink": Link(c.Post)}
		if text := strings.TrimSpace(c.Form.Get("text")); text != "" {
			p["text"] = text
		}
		if replies {
			p["replied_to"] = map[string]string{"id": c.Form.Get("reply_to_id")}
		}
		posts = append(posts, p)
	}
	answer(w, map[string]any{"data": posts})
}
