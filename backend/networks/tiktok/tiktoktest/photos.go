package tiktoktest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // a format of pictures that TikTok takes
	"net/http"
	"net/url"
	"slices"
	"unicode/utf16"

	_ "golang.org/x/image/webp" // the other

	"postbag/backend/network/networktest"
)

// fetching is what a post of pictures is until TikTok has fetched them (Get Post Status).
const fetching = "PROCESSING_DOWNLOAD"

// photoWire is the request that begins and publishes a post of pictures, with every field that the page names
// (Content Posting API, Photo).
type photoWire struct {
	Type string `json:"media_type"`
	Mode string `json:"post_mode"`
	Info struct {
		Title   string `json:"title"`
		Text    string `json:"description"`
		Privacy string `json:"privacy_level"`
		Closed  *bool  `json:"disable_comment"`
		Music   *bool  `json:"auto_add_music"`
		Paid    *bool  `json:"brand_content_toggle"`
		Brand   *bool  `json:"brand_organic_toggle"`
	} `json:"post_info"`
	Source struct {
		Source string   `json:"source"`
		Images []string `json:"photo_images"`
		Cover  *int     `json:"photo_cover_index"`
	} `json:"source_info"`
}

// wrong says what the page does not take of a request.
func (in photoWire) wrong() string {
	i, src := in.Info, in.Source
	direct := in.Mode == "DIRECT_POST"
	switch {
	case in.Type != "PHOTO" || !direct && in.Mode != "MEDIA_UPLOAD":
		return fmt.Sprintf("%q of %q", in.Mode, in.Type)
	case len(utf16.Encode([]rune(i.Title))) > 90 || len(utf16.Encode([]rune(i.Text))) > 4000:
		return "words that are too long"
	case direct != (i.Privacy != "") || direct != (i.Closed != nil && i.Music != nil && i.Paid != nil && i.Brand != nil):
		return "what is for direct posts alone"
	case direct && *i.Paid && i.Privacy == "SELF_ONLY":
		return "a paid partnership for oneself"
	case src.Source != "PULL_FROM_URL" || len(src.Images) == 0 || len(src.Images) > 35:
		return fmt.Sprintf("%d pictures by %s", len(src.Images), src.Source)
	case src.Cover == nil || *src.Cover < 0 || *src.Cover >= len(src.Images):
		return "the cover"
	}
	return ""
}

// content takes a post of pictures: it is a post from this moment on, and is asked for by the id in the answer.
func (s *Server) content(w http.ResponseWriter, r *http.Request) {
	var failure networktest.Failure
	s.set(func() {
		if len(s.failures) > 0 {
			failure, s.failures = s.failures[0], s.failures[1:]
		}
	})
	if failure == networktest.ServerError {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	var in photoWire
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	err := decoder.Decode(&in)
	why := in.wrong()
	if err != nil {
		why = err.Error()
	}
	if why != "" {
		s.breaks(r.URL.Path + ": " + why)
		fail(w, http.StatusBadRequest, "invalid_params", "The request post info is empty or incorrect")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	direct := in.Mode == "DIRECT_POST"
	switch {
	case slices.ContainsFunc(in.Source.Images, func(address string) bool { return !s.ownedLocked(address) }):
		fail(w, http.StatusForbidden, "url_ownership_unverified", "Please verify the ownership of the URL.")
		return
	case direct && !slices.Contains(s.levels, in.Info.Privacy):
		fail(w, http.StatusForbidden, "privacy_level_option_mismatch", "The privacy level is not among the options.")
		return
	case direct && !s.audited && (in.Info.Privacy != "SELF_ONLY" || slices.Contains(s.levels, "PUBLIC_TO_EVERYONE")):
		fail(w, http.StatusForbidden, "unaudited_client_can_only_post_to_private_accounts", "Please review our integration guidelines.")
		return
	}
	s.serial++
	up := &upload{done: true, images: in.Source.Images, post: Post{
		ID: fmt.Sprintf("p_pub_url~v2.73012345678%d", s.serial), Inbox: !direct, Title: in.Info.Title, Text: in.Info.Text, Privacy: in.Info.Privacy,
		Cover: *in.Source.Cover, State: fetching, Reason: s.ruin,
	}}
	if direct {
		up.post.Comment, up.post.Music, up.post.Paid, up.post.Brand = !*in.Info.Closed, *in.Info.Music, *in.Info.Paid, *in.Info.Brand
	}
	s.ruin = ""
	s.byID[up.post.ID], s.whole = up, append(s.whole, up)
	switch failure {
	case networktest.DropAfter:
		hang(w)
	case networktest.Garbage:
		_, _ = fmt.Fprint(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // not played, or answered above
	default:
		answer(w, map[string]any{"publish_id": up.post.ID})
	}
}

// ownedLocked reports whether an address is one that the application's owner has verified.
func (s *Server) ownedLocked(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && !s.stranger
}

// fetchLocked does what TikTok does after its answer: it gets the pictures and looks at them.
func (s *Server) fetchLocked(up *upload) {
	for _, address := range up.images {
		file, ok := s.Get(address)
		if !ok {
			up.post.Reason = "photo_pull_failed"
			return
		}
		size, kind, err := image.DecodeConfig(bytes.NewReader(file.Bytes))
		switch {
		case err != nil || kind != "jpeg" && kind != "webp" || file.Type != "image/"+kind:
			up.post.Reason = "file_format_check_failed"
			return
		case len(file.Bytes) > 20*mega, min(size.Width, size.Height) > 1080, max(size.Width, size.Height) > 1920:
			up.post.Reason = "picture_size_check_failed"
			return
		}
		up.post.Pictures = append(up.post.Pictures, file.Bytes)
	}
	up.images = nil
}
