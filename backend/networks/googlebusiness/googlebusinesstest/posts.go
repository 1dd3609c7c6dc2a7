package googlebusinesstest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // what a post takes
	_ "image/png"  // what a post takes
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// create makes a post of what the reference takes, and of nothing else.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Language string `json:"languageCode"`
		Summary  string `json:"summary"`
		Topic    string `json:"topicType"`
		Button   *struct {
			Type string `json:"actionType"`
			URL  string `json:"url"`
		} `json:"callToAction"`
		Media []struct {
			Format string `json:"mediaFormat"`
			Source string `json:"sourceUrl"`
		} `json:"media"`
		occasion
	}
	body := json.NewDecoder(r.Body)
	body.DisallowUnknownFields()
	if err := body.Decode(&in); err != nil || r.Header.Get("Content-Type") != "application/json" {
		s.breaks(fmt.Sprintf("a post that is none: %v", err))
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Invalid JSON payload received.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		problem(w, http.StatusUnauthorized, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
		return
	case networktest.RateLimited:
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = io.WriteString(w, `{"error":{"code":429,"message":"Quota exceeded.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}`) // the client may have gone
		return
	case networktest.Refused:
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument.")
		return
	case networktest.ServerError:
		problem(w, http.StatusServiceUnavailable, "UNAVAILABLE", "The service is currently unavailable.")
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	p := Post{Location: r.PathValue("location"), Language: in.Language, Text: in.Summary, Topic: in.Topic}
	wrong := ""
	if in.Button != nil {
		p.Button, p.Link = in.Button.Type, in.Button.URL
		if !slices.Contains([]string{"BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL"}, p.Button) || (p.Button == "CALL") != (p.Link == "") {
			wrong = "call_to_action"
		}
	}
	switch {
	case r.PathValue("account") != AccountID || p.Location != LocationID && p.Location != Other:
		problem(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
		return
	case !in.fits(p.Topic, in.Button != nil):
		wrong = "topic_type"
	case len(in.Media) > 1 || len(in.Media) == 1 && in.Media[0].Format != "PHOTO":
		wrong = "media"
	case strings.TrimSpace(p.Text) == "" && len(in.Media) == 0, utf8.RuneCountInString(p.Text) > 1500:
		wrong = "summary"
	}
	if len(in.Media) == 1 && wrong == "" {
		file, there := s.Get(in.Media[0].Source)
		if _, format, err := image.DecodeConfig(bytes.NewReader(file.Bytes)); !there || err != nil || len(file.Bytes) > 5_000_000 || "image/"+format != file.Type {
			wrong = "media.source_url"
		}
		p.File, p.Picture = file.Bytes, true
	}
	in.keep(&p)
	if wrong != "" {
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "Request contains an invalid argument: "+wrong)
		return
	}
	p = s.save(p)
	switch failure {
	case networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case networktest.Garbage:
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // answered above
	default:
		answer(w, shown(p))
	}
}

// shown is a post as the reference has it.
func shown(p Post) map[string]any {
	data := map[string]any{
		"name": "accounts/" + AccountID + "/locations/" + p.Location + "/localPosts/" + p.ID, "summary": p.Text, "topicType": p.Topic, "state": p.State,
		"createTime": p.At.Format("2006-01-02T15:04:05.000000Z"), "updateTime": p.At.Format("2006-01-02T15:04:05.000000Z"),
		"searchUrl": "https://local.google.com/place?id=15495218520188348604&use=posts&lpsid=" + p.ID,
	}
	if p.Button != "" {
		button := map[string]any{"actionType": p.Button}
		if p.Link != "" {
			button["url"] = p.Link
		}
		data["callToAction"] = button
	}
	if p.Topic != "STANDARD" {
		data["event"] = map[string]any{"title": p.Event.Title, "schedule": map[string]any{"startDate": day(p.Event.Start), "endDate": day(p.Event.End)}}
	}
	if p.Topic == "OFFER" {
		data["offer"] = map[string]any{"couponCode": p.Coupon, "redeemOnlineUrl": p.Redeem, "termsConditions": p.Terms}
	}
	if p.Picture {
		data["media"] = []any{map[string]any{"mediaFormat": "PHOTO", "googleUrl": "https://lh3.googleusercontent.com/p/x"}}
	}
	return data
}

// list gives the posts in the order they were made; none is an empty answer.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size, err := strconv.Atoi(r.URL.Query().Get("pageSize"))
	if err != nil || size < 1 || size > 100 {
		problem(w, http.StatusBadRequest, "INVALID_ARGUMENT", "page_size")
		return
	}
	if s.most > 0 {
		size = min(size, s.most)
	}
	begin, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("pageToken"), "after-")) // none: 0
	said := map[string]any{}
	items := []any{}
	n := 0
	for _, p := range s.posts {
		if p.Location != r.PathValue("location") {
			continue
		}
		if n++; n <= begin {
			continue
		}
		if len(items) == size {
			said["nextPageToken"] = "after-" + strconv.Itoa(begin+size)
			break
		}
		items = append(items, shown(p))
	}
	if s.loop {
		said["nextPageToken"] = "again"
	}
	if len(items) > 0 {
		said["localPosts"] = items
	}
	answer(w, said)
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.posts)
	s.posts = slices.DeleteFunc(s.posts, func(p Post) bool { return p.ID == r.PathValue("id") && p.Location == r.PathValue("location") })
	if len(s.posts) == before {
		problem(w, http.StatusNotFound, "NOT_FOUND", "Requested entity was not found.")
		return
	}
	answer(w, map[string]any{})
}
