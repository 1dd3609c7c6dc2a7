package instagramtest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// make makes a container. The caller holds the lock, as in every function below.
func (s *Server) make(w http.ResponseWriter, form url.Values) {
	c := &Container{Form: form, State: "FINISHED", Status: "Finished: Media has been uploaded and it is ready to be published.", item: form.Get("is_carousel_item") == "true"}
	var code, sub int
	var why string
	if form.Get("media_type") == "CAROUSEL" {
		code, sub, why = s.gather(c, form)
	} else {
		code, sub, why = s.fetch(c, form)
	}
	if why == "" {
		code, sub, why = worded(c, form)
	}
	if why != "" {
		fail(w, http.StatusBadRequest, code, sub, why)
		return
	}
	if s.ruin != "" {
		c.State, c.Status, s.ruin = "ERROR", s.ruin, ""
	} else if s.slow > 0 {
		c.State, c.Status = "IN_PROGRESS", "In Progress: Media is still being processed."
	}
	s.serial++
	c.ID = strconv.Itoa(17889455560000000 + s.serial)
	s.containers = append(s.containers, c)
	answer(w, map[string]string{"id": c.ID})
}

// gather makes a carousel of its items.
func (s *Server) gather(c *Container, form url.Values) (code, sub int, why string) {
	ids := strings.Split(form.Get("children"), ",")
	if len(ids) < 2 || len(ids) > 10 {
		return 100, 2207028, "Your post won't work as a carousel. It must have between 2 and 10 items."
	}
	for _, id := range ids {
		child := s.container(id)
		if child == nil || !child.item || child.State != "FINISHED" {
			return 9007, 2207027, "The media is not ready for publishing, please wait for a moment"
		}
		c.Media, c.alts = append(c.Media, child.Media...), append(c.alts, child.alts...)
	}
	return 0, 0, ""
}

// fetch gets the picture or video of a container from its public address.
func (s *Server) fetch(c *Container, form url.Values) (code, sub int, why string) {
	kind := form.Get("media_type")
	picture, film := form.Get("image_url"), form.Get("video_url")
	f, there := s.Get(picture + film)
	switch {
	case (picture == "") == (film == ""):
		return 100, 0, "The parameter image_url or video_url is required"
	case !there:
		return 9004, 2207052, "The media could not be fetched from this uri: " + picture + film
	case picture != "" && kind != "" && kind != "STORIES", film != "" && kind != "REELS" && kind != "STORIES" && (kind != "VIDEO" || !c.item):
		return 100, 2207023, "The media type " + kind + " is unknown."
	case picture != "" && (f.Type != "image/jpeg" || !bytes.HasPrefix(f.Bytes, []byte("\xff\xd8"))):
		return 36001, 2207005, "The image format is not supported. Supported formats are: JPEG"
	case picture != "" && len(f.Bytes) > 8<<20:
		return 36000, 2207004, "The image is too large to download. It should be less than 8 MiB."
	case film != "" && f.Type != "video/mp4" && f.Type != "video/quicktime":
		return 352, 2207026, "The video format is not supported."
	}
	c.Media, c.alts = []networktest.Shelved{f}, []string{form.Get("alt_text")}
	return 0, 0, ""
}

// worded looks at what a container says beside its media.
func worded(c *Container, form url.Values) (code, sub int, why string) {
	kind, caption := form.Get("media_type"), form.Get("caption")
	var with []string
	switch {
	case form.Has("caption") && (c.item || kind == "STORIES"):
		return 100, 0, "The parameter caption is not supported here"
	case utf8.RuneCountInString(caption) > 2200:
		return 36004, 2207010, "The submitted image's caption was too long"
	case form.Has("alt_text") && (kind != "" || utf8.RuneCountInString(form.Get("alt_text")) > 1000):
		return 100, 0, "The parameter alt_text is not supported here"
	case (form.Has("thumb_offset") || form.Has("share_to_feed")) && kind != "REELS":
		return 100, 0, "The parameter is only for reels"
	case form.Has("collaborators") && (json.Unmarshal([]byte(form.Get("collaborators")), &with) != nil || len(with) > 3 || c.item || kind == "STORIES"):
		return 100, 0, "The parameter collaborators is not supported here"
	}
	return 0, 0, ""
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
	c := s.container(id)
	if c == nil || form.Get("fields") != "id,status_code,status" || len(form) != 1 {
		fail(w, http.StatusBadRequest, 100, 33, "Unsupported get request. Object does not exist, cannot be loaded due to missing permissions")
		return
	}
	if c.asked++; c.State == "IN_PROGRESS" && c.asked > s.slow {
		c.State, c.Status = "FINISHED", "Finished: Media has been uploaded and it is ready to be published."
	}
	answer(w, map[string]string{"id": c.ID, "status_code": c.State, "status": c.Status})
}

// played takes the next failure, and reports whether it was the whole answer.
func (s *Server) played(w http.ResponseWriter) (failure networktest.Failure, over bool) {
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, http.StatusUnauthorized, 190, 463, "Error validating access token: Session has expired")
		return failure, true
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		fail(w, http.StatusForbidden, 4, 0, "Application request limit reached")
		return failure, true
	case networktest.Refused:
		fail(w, http.StatusBadRequest, 36003, 2207009, "The submitted image with aspect ratio ('2/1') cannot be published.")
		return failure, true
	case networktest.ServerError:
		fail(w, http.StatusInternalServerError, 2, 0, "An unexpected error has occurred. Please retry your request later.")
		return failure, true
	case networktest.DropAfter, networktest.Garbage, "":
	default:
		panic("instagramtest plays no " + string(failure))
	}
	return failure, false
}

// publish makes a container a post, or plays a failure.
func (s *Server) publish(w http.ResponseWriter, id string) {
	failure, over := s.played(w)
	if over {
		return
	}
	c := s.container(id)
	switch {
	case c == nil || c.item || c.State == "PUBLISHED":
		fail(w, http.StatusBadRequest, 24, 2207006, "The media with "+id+" cannot be found")
		return
	case c.State == "EXPIRED":
		fail(w, http.StatusBadRequest, -2, 2207020, "The media you are trying to access has expired. Please try to upload again.")
		return
	case c.State != "FINISHED":
		fail(w, http.StatusBadRequest, 9007, 2207027, "The media is not ready for publishing, please wait for a moment")
		return
	case s.used >= 50:
		fail(w, http.StatusBadRequest, 9, 2207042, "You reached maximum number of posts that is allowed to be published by Content Publishing API.")
		return
	}
	s.used++
	s.serial++
	c.State, c.Status, c.at = "PUBLISHED", "Published: Media has been successfully published.", time.Now()
	c.Post = strconv.Itoa(17920238420000000 + s.serial)
	s.shown = append(s.shown, c)
	ended(w, failure, c.Post)
}

// ended answers with the id of what was saved, or loses the answer.
func ended(w http.ResponseWriter, failure networktest.Failure, id string) {
	if failure == networktest.Garbage {
		_, _ = w.Write([]byte("<html>It works!</html>")) // the client may have gone
		return
	}
	if failure != networktest.DropAfter {
		answer(w, map[string]string{"id": id})
		return
	}
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

// Link is the address of a post.
func Link(post string) string { return "https://www.instagram.com/p/C" + post[len(post)-6:] + "/" }

// list lists the posts in the feed, or the stories, newest first.
func (s *Server) list(w http.ResponseWriter, stories bool) {
	posts := []any{}
	for i := len(s.shown) - 1; i >= 0 && !s.hide; i-- {
		c := s.shown[i]
		if stories != (c.Form.Get("media_type") == "STORIES") {
			continue
		}
		kind := "IMAGE"
		switch {
		case c.Form.Get("media_type") == "CAROUSEL":
			kind = "CAROUSEL_ALBUM"
		case c.Form.Has("video_url"):
			kind = "VIDEO"
		}
		p := map[string]any{"id": c.Post, "media_type": kind, "timestamp": c.at.UTC().Format("2006-01-02T15:04:05-0700"), "permalink": Link(c.Post)}
		if caption := strings.TrimSpace(c.Form.Get("caption")); caption != "" {
			p["caption"] = caption
		}
		posts = append(posts, p)
	}
	answer(w, map[string]any{"data": posts})
}
