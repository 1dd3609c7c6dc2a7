package threadstest

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

// edge is what Meta's own list of requests (fbsamples/threads_api 44df04d, 2026-01-02) and its pages say of
// one place, restated: which parameters it takes, and which it must have. What this package's network has no
// use for is left out, so that using it is a mistake here until it is added.
type edge struct {
	takes map[string]kind
	must  []string
}

func edges() map[string]edge {
	return map[string]edge{
		"GET me":                          {takes: map[string]kind{"fields": texts}},
		"GET debug_token":                 {takes: map[string]kind{"input_token": text}, must: []string{"input_token"}},
		"GET me/threads":                  {takes: map[string]kind{"fields": texts, "limit": number, "since": number, "until": number}},
		"GET me/replies":                  {takes: map[string]kind{"fields": texts, "limit": number, "since": number, "until": number}},
		"GET me/threads_publishing_limit": {takes: map[string]kind{"fields": texts}, must: []string{"fields"}},
		"POST me/threads": {must: []string{"media_type"}, takes: map[string]kind{
			"media_type": text, "text": text, "image_url": text, "video_url": text, "alt_text": text, "is_carousel_item": yesNo,
			"children": texts, "reply_to_id": number, "reply_control": text, "link_attachment": text, "topic_tag": text, "poll_attachment": text,
		}},
		"POST me/threads_publish": {takes: map[string]kind{"creation_id": number}, must: []string{"creation_id"}},
	}
}

// fields are what people may read at a place (the variables of the same list).
func fields(place string) []string {
	switch place {
	case "me":
		return []string{"id", "username", "name", "is_verified", "threads_profile_picture_url", "threads_biography"}
	case "me/threads_publishing_limit":
		return []string{"quota_usage", "config", "reply_quota_usage", "reply_config", "delete_quota_usage", "delete_config"}
	case "me/replies":
		return []string{"id", "text", "timestamp", "media_type", "permalink", "shortcode", "username", "is_reply", "root_post", "replied_to"}
	}
	return []string{"id", "text", "timestamp", "media_type", "permalink", "shortcode", "username", "alt_text", "link_attachment_url"}
}

// wrong says what is wrong with a request, "" if nothing is.
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
		case !ok:
			return name + " has no " + param
		case len(values) != 1 || values[0] == "":
			return param + " is said " + strings.Join(values, ", ")
		case !kind.fits(values[0]):
			return param + " is not what it should be: " + values[0]
		}
	}
	if method == "GET" && form.Has("fields") {
		for field := range strings.SplitSeq(form.Get("fields"), ",") {
			if !slices.Contains(fields(name), field) {
				return name + " has no field " + field
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
