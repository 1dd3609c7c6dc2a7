package xtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/network/measure"
	"postbag/backend/network/networktest"
)

// newPost is what the description knows of the body of POST /2/tweets, but for what is not used here.
type newPost struct {
	Text  *string `json:"text"`
	Media *struct {
		IDs []string `json:"media_ids"`
	} `json:"media"`
	Poll *struct {
		Options []string `json:"options"`
		Minutes int      `json:"duration_minutes"`
	} `json:"poll"`
	Reply *struct {
		To string `json:"in_reply_to_tweet_id"`
	} `json:"reply"`
	Settings *string `json:"reply_settings"`
	AI       bool    `json:"made_with_ai"`
	Paid     bool    `json:"paid_partnership"`
}

var idForm = regexp.MustCompile(`^[0-9]{1,19}$`)

// strict reads a JSON body that may have no field besides those that are known.
func strict(r *http.Request, into any) error {
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		return fmt.Errorf("the content type is %q", got)
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// misfit says what of a new post the description does not allow, "" for nothing.
func (p newPost) misfit() string {
	switch {
	case p.Text == nil:
		return "no text"
	case p.Media != nil && (len(p.Media.IDs) < 1 || len(p.Media.IDs) > 4 || slices.ContainsFunc(p.Media.IDs, func(id string) bool { return !idForm.MatchString(id) })):
		return "media_ids"
	case p.Reply != nil && !idForm.MatchString(p.Reply.To):
		return "in_reply_to_tweet_id"
	case p.Settings != nil && !slices.Contains([]string{"following", "mentionedUsers", "subscribers", "verified"}, *p.Settings):
		return "reply_settings"
	case p.Poll != nil && (len(p.Poll.Options) < 2 || len(p.Poll.Options) > 4 || p.Poll.Minutes < 5 || p.Poll.Minutes > 10080):
		return "poll"
	case p.Poll != nil && slices.ContainsFunc(p.Poll.Options, func(o string) bool { return o == "" || utf8.RuneCountInString(o) > 25 }):
		return "poll options"
	case p.Poll != nil && p.Media != nil:
		return "media and a poll exclude each other"
	}
	return ""
}

func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	const detail = "One or more parameters to your request was invalid."
	var p newPost
	err := strict(r, &p)
	if why := p.misfit(); err != nil || why != "" {
		s.wrong("POST /2/tweets: %v %s", err, why)
		invalid(w, detail, why)
		return
	}
	post := Post{Text: *p.Text, By: User, AI: p.AI, Paid: p.Paid}
	if p.Media != nil {
		for _, id := range p.Media.IDs {
			f := s.files[id]
			if f == nil || !f.Whole || s.slow > 0 && f.Category != "tweet_image" {
				invalid(w, detail, "Your media IDs are invalid.")
				return
			}
			post.Files = append(post.Files, f)
		}
		if len(post.Files) > 1 && slices.ContainsFunc(post.Files, func(f *File) bool { return f.Category != "tweet_image" }) {
			invalid(w, detail, "Multiple video or GIF media IDs are not allowed.")
			return
		}
	}
	most := 280
	if strings.HasPrefix(s.subscription, "Premium") {
		most = 25_000
	}
	switch {
	case strings.TrimSpace(post.Text) == "" && len(post.Files) == 0:
		invalid(w, detail, "Your Tweet text is missing.")
		return
	case measure.X(post.Text) > most:
		invalid(w, detail, "Your Tweet text is too long.")
		return
	}
	if p.Reply != nil {
		post.Parent = p.Reply.To
		if !slices.ContainsFunc(s.posts, func(q Post) bool { return q.ID == post.Parent }) {
			problem(w, 403, "about:blank", "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you.")
			return
		}
	}
	if p.Poll != nil {
		post.Poll, post.Minutes = p.Poll.Options, p.Poll.Minutes
	}
	if p.Settings != nil {
		post.Settings = *p.Settings
	}
	s.finish(w, post)
}

// finish saves a post, or fails as it was told to.
func (s *Server) finish(w http.ResponseWriter, post Post) {
	failure := networktest.Failure("")
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	now := time.Now().Truncate(time.Second)
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	switch failure {
	case networktest.Unauthorized:
		unauthorized(w)
		return
	case networktest.RateLimited:
		limitHeaders(w, 0, now.Add(7*time.Second))
		problem(w, 429, "about:blank", "Too Many Requests", "Too Many Requests")
		return
	case networktest.Refused:
		invalid(w, "One or more parameters to your request was invalid.", "Your Tweet text is not allowed.")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage, "":
	default:
		panic("xtest cannot play " + string(failure))
	}
	if !s.forgetful && post.Text != "" && slices.ContainsFunc(s.posts, func(q Post) bool { return q.By == User && q.Text == post.Text }) {
		problem(w, 403, "about:blank", "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
		return
	}
	post = s.save(post)
	switch failure {
	case networktest.DropAfter:
		panic(http.ErrAbortHandler)
	case networktest.Garbage:
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte("<html>created</html>"))
		return
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError:
	}
	limitHeaders(w, 100-len(s.posts)%100, now.Add(15*time.Minute))
	answer(w, 201, map[string]any{"data": map[string]any{"id": post.ID, "text": post.Text, "edit_history_post_ids": []string{post.ID}}})
}

func limitHeaders(w http.ResponseWriter, left int, reset time.Time) {
	w.Header().Set("x-rate-limit-limit", "100")
	w.Header().Set("x-rate-limit-remaining", strconv.Itoa(left))
	w.Header().Set("x-rate-limit-reset", strconv.FormatInt(reset.Unix(), 10))
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !idForm.MatchString(id) {
		s.wrong("DELETE of %q", id)
	}
	s.posts = slices.DeleteFunc(s.posts, func(p Post) bool { return p.ID == id })
	answer(w, 200, map[string]any{"data": map[string]any{"deleted": true}})
}

// timeline lists the account's posts, newest first.
func (s *Server) timeline(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	known := map[string]string{"max_results": "", "start_time": "", "pagination_token": "", "exclude": "replies retweets"}
	if s.older {
		known["tweet.fields"] = "attachments created_at entities note_tweet referenced_tweets"
		if q.Has("post.fields") {
			invalid(w, "One or more parameters to your request was invalid.", "The query parameter [post.fields] is not one of [id,max_results,tweet.fields]")
			return
		}
	} else {
		known["post.fields"] = "attachments created_at entities note_post"
		known["expansions"] = "referenced_posts"
	}
	size, errSize := strconv.Atoi(q.Get("max_results"))
	since, errSince := time.Parse(time.RFC3339, q.Get("start_time"))
	if !s.only(r, known) || errSize != nil || size < 5 || size > 100 || errSince != nil || r.PathValue("id") != User {
		s.wrong("%s: %v %v", r.URL, errSize, errSince)
		invalid(w, "One or more parameters to your request was invalid.", "")
		return
	}
	var list []map[string]any
	for _, p := range slices.Backward(s.posts) {
		if p.By == User && !p.At.Before(since) {
			list = append(list, s.shown(p))
		}
	}
	from, _ := strconv.Atoi(q.Get("pagination_token"))
	list = list[min(from, len(list)):]
	meta := map[string]any{"result_count": min(len(list), size)}
	if len(list) > size {
		list, meta["next_token"] = list[:size], strconv.Itoa(from+size)
	}
	out := map[string]any{"meta": meta}
	if len(list) > 0 {
		out["data"] = list
	}
	answer(w, 200, out)
}

var webLink = regexp.MustCompile(`(?:https?://|\bexample\.com/)[^\s]*[^\s.,!?]`)

// shown is a post as X gives it: escaped, with t.co for links and one more for pictures, and cut.
func (s *Server) shown(p Post) map[string]any {
	posts, note := "referenced_posts", "note_post"
	if s.older {
		posts, note = "referenced_tweets", "note_tweet"
	}
	text, links := wrapped(p)
	v := map[string]any{"id": p.ID, "created_at": p.At.UTC().Format("2006-01-02T15:04:05.000Z")}
	if measure.X(p.Text) > 280 {
		v[note] = map[string]any{"text": text, "entities": map[string]any{"urls": links}}
		cut := []rune(text)
		text, links = string(cut[:min(len(cut), 250)])+"…", nil
	}
	if len(p.Files) > 0 {
		keys, short := []string{}, "https://t.co/M"+p.ID[9:]
		for i, f := range p.Files {
			key := "3_" + f.ID
			keys = append(keys, key)
			links = append(links, map[string]any{
				"url": short, "expanded_url": fmt.Sprintf("https://x.com/%s/status/%s/photo/%d", Handle, p.ID, i+1), "media_key": key, "start": 0, "end": 1,
			})
		}
		text = strings.TrimSpace(text + " " + short)
		v["attachments"] = map[string]any{"media_keys": keys}
	}
	v["text"] = text
	if len(links) > 0 {
		v["entities"] = map[string]any{"urls": links}
	}
	if p.Parent != "" {
		v[posts] = []map[string]any{{"type": "replied_to", "id": p.Parent}}
	}
	return v
}

func wrapped(p Post) (string, []map[string]any) {
	var b bytes.Buffer
	var links []map[string]any
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	at := 0
	for n, m := range webLink.FindAllStringIndex(p.Text, -1) {
		b.WriteString(escape(p.Text[at:m[0]]))
		short, long := fmt.Sprintf("https://t.co/L%s%02d", p.ID[9:], n), html.UnescapeString(p.Text[m[0]:m[1]])
		if !strings.Contains(long, "://") {
			long = "http://" + long
		}
		links = append(links, map[string]any{"url": short, "expanded_url": long, "start": 0, "end": 1})
		b.WriteString(short)
		at = m[1]
	}
	b.WriteString(escape(p.Text[at:]))
	return b.String(), links
}
