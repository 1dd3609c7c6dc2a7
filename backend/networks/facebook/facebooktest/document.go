package facebooktest

import (
	"net/url"
	"slices"
	"strings"
)

// takes is what Meta's own description (facebook/facebook-business-sdk-codegen ad2b0b6, Page, 2026-04-15) says of
// the edges of a Page, and of a post's comments (PagePost), restated: which parameters each takes. What this package's network has no use for is
// left out, so that using it is a mistake here until it is added.
func takes() map[string][]string {
	return map[string][]string{
		"POST feed":           {"attached_media", "link", "message", "published"},
		"POST photos":         {"alt_text_custom", "caption", "published"},
		"POST videos":         {"description", "end_offset", "file_size", "published", "start_offset", "title", "upload_phase", "upload_session_id", "video_file_chunk"},
		"GET published_posts": {},
		"POST video_reels":    {"description", "title", "upload_phase", "video_id", "video_state"},
		"POST video_stories":  {"description", "title", "upload_phase", "video_id", "video_state"},
		"POST photo_stories":  {"photo_id"},
		"GET video_reels":     {},
		"GET stories":         {"since", "status", "until"},
		"POST comments":       {"attachment_id", "attachment_url", "message"},
		"GET comments":        {"filter", "order", "since"},
	}
}

// postFields and pageFields are the fields of a post (PagePost of the same description) and of a Page that
// are read.
func postFields() []string {
	return []string{"created_time", "from", "full_picture", "id", "is_published", "message", "permalink_url", "status_type", "updated_time"}
}

func pageFields() []string { return []string{"access_token", "id", "link", "name", "username"} }

// What the description leaves to the prose: paging and fields of every edge, the file of a picture, and
// that a post's attachments are an edge of it.
func paging() []string { return []string{"fields", "limit", "after", "before"} }

func prose(edge string) []string {
	if edge == "photos" {
		return []string{"source"}
	}
	return nil
}

func postEdges() []string { return []string{"attachments"} }

// misused says what is wrong with a request to an edge of a Page, "" if nothing is.
func misused(method, edge string, form url.Values) string {
	known, ok := takes()[method+" "+edge]
	if !ok {
		return "there is no " + method + " " + edge
	}
	for name, values := range form {
		plain, _, _ := strings.Cut(name, "[")
		switch {
		case method == "GET" && slices.Contains(paging(), name) && len(values) == 1, slices.Contains(prose(edge), name):
		case !slices.Contains(known, plain):
			return edge + " has no " + name
		case len(values) != 1 || values[0] == "":
			return edge + " with an empty or repeated " + name
		}
	}
	return ""
}

// fields says which of the fields asked for do not exist, "" if all do.
func fields(asked string, known ...string) string {
	depth, word := 0, ""
	for _, r := range asked + "," {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case r == ',' && depth == 0:
			if !slices.Contains(known, word) {
				return word
			}
			word = ""
		case depth == 0:
			word += string(r)
		}
	}
	return ""
}
