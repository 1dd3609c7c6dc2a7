package instagramtest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// kind is what a parameter's value is.
type kind int

const (
	text kind = iota
	yesNo
	number
	texts // as a JSON list, or with commas between
)

// edge is what Meta's own description (facebook/facebook-business-sdk-codegen ad2b0b6, IGUser, 2026-04-15)
// says of one place below an account, and of the comments of a post (IGMedia), restated: which parameters it takes, and which it must have. What
// this package's network has no use for is left out, so that using it is a mistake here until it is added.
type edge struct {
	takes map[string]kind
	must  []string
}

func edges() map[string]edge {
	return map[string]edge{
		"GET content_publishing_limit": {},
		"GET media":                    {},
		"GET stories":                  {},
		"POST comments":                {takes: map[string]kind{"message": text}, must: []string{"message"}},
		"POST media": {takes: map[string]kind{
			"image_url": text, "video_url": text, "cover_url": text, "caption": text, "alt_text": text, "media_type": text,
			"thumb_offset": text, "children": texts, "collaborators": texts, "is_carousel_item": yesNo, "share_to_feed": yesNo,
		}},
		"POST media_publish": {takes: map[string]kind{"creation_id": number}, must: []string{"creation_id"}},
	}
}

// postFields are the fields of a post (IGMedia of the same description) that people may read.
func postFields() []string {
	return []string{"id", "caption", "alt_text", "media_type", "media_product_type", "permalink", "shortcode", "timestamp", "username"}
}

// paging are the parameters of every edge of the Graph API (graph-api/results, as known in 2026).
func paging() []string { return []string{"fields", "limit", "after", "before"} }

// wrong says what is wrong with a request to an edge of an account, "" if nothing is.
func wrong(method, name string, form url.Values) string {
	e, ok := edges()[method+" "+name]
	if !ok {
		return method + " " + name + " is not described"
	}
	for _, must := range e.must {
		if form.Get(must) == "" {
			return name + " without " + must
		}
	}
	for param, values := range form {
		kind, ok := e.takes[param]
		switch {
		case method == "GET" && slices.Contains(paging(), param):
		case !ok:
			return name + " has no " + param
		case len(values) != 1 || values[0] == "":
			return param + " is said " + strings.Join(values, ", ")
		case !kind.fits(values[0]):
			return param + " is not what it should be: " + values[0]
		}
	}
	if method == "GET" && name == "media" {
		for field := range strings.SplitSeq(form.Get("fields"), ",") {
			if !slices.Contains(postFields(), field) {
				return "a post has no " + field
			}
		}
	}
	return ""
}

// fits reports whether a value is of its kind, as a form writes it.
func (k kind) fits(value string) bool {
	switch k {
	case yesNo:
		return value == "true" || value == "false"
	case number:
		return strings.Trim(value, "0123456789") == ""
	case texts:
		var list []string
		return !strings.HasPrefix(value, "[") || json.Unmarshal([]byte(value), &list) == nil
	case text:
	}
	return true
}
