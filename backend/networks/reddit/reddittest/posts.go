package reddittest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// Signature says who may send a file: a secret, as an address to send to would be.
const Signature = "e982bd485f663a0315e57d7f122b656908b1331a916f98d17b1e784c43e6b7b8"

// file is what was leased, and what came.
type file struct {
	kind  string
	bytes []byte
	ended bool
}

// Expire ends every lease so far.
func (s *Server) Expire() {
	s.with(func() {
		for _, f := range s.files {
			f.ended = true
		}
	})
}

// Files counts what was leased, and what of it came whole.
func (s *Server) Files() (begun, whole int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if begun++; f.bytes != nil {
			whole++
		}
	}
	return begun, whole
}

// lease gives leave to send one file, as Reddit did on 2020-07-20 (test_submit_gallery).
func (s *Server) lease(w http.ResponseWriter, r *http.Request) {
	kind := r.PostFormValue("mimetype")
	if r.PostFormValue("filepath") == "" || !slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, kind) {
		problem(w, http.StatusBadRequest, "Bad Request", "")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	id := strconv.FormatInt(int64(s.serial), 36)
	s.files[id] = &file{kind: kind}
	fields := []map[string]string{}
	for _, f := range [][2]string{
		{"acl", "public-read"},
		{"key", "rte_images/" + id},
		{"X-Amz-Credential", "ASIATB45ILA56J67SGNO/20200720/us-east-1/s3/aws4_request"},
		{"X-Amz-Algorithm", "AWS4-HMAC-SHA256"},
		{"X-Amz-Date", "20200720T231853Z"},
		{"success_action_status", "201"},
		{"content-type", kind},
		{"x-amz-storage-class", "STANDARD"},
		{"x-amz-meta-ext", strings.TrimPrefix(kind, "image/")},
		{"policy", "eyJjb25kaXRpb25zIjog" + id},
		{"X-Amz-Signature", Signature},
		{"x-amz-security-token", "IQoJb3JpZ2luX2VjEH8aCXVzLWVhc3QtMSJH=="},
	} {
		fields = append(fields, map[string]string{"name": f[0], "value": f[1]})
	}
	answer(w, map[string]any{
		"args":  map[string]any{"action": strings.TrimPrefix(s.URL, "http:") + "/store", "fields": fields},
		"asset": map[string]any{"asset_id": id, "processing_state": "incomplete", "payload": map[string]any{"filepath": r.PostFormValue("filepath")}, "websocket_url": "wss://ws.example/" + id},
	})
}

// take is Amazon's store of files ("Browser-Based Uploads Using POST"): the fields first, the file last.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	no := func(status int, code string) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code></Error>") // the client may have gone
	}
	if r.Header.Get("Authorization") != "" {
		s.breaks("the token went to the store of files")
		no(http.StatusBadRequest, "InvalidArgument")
		return
	}
	form, err := r.MultipartReader()
	if err != nil {
		no(http.StatusBadRequest, "MalformedPOSTRequest")
		return
	}
	fields := map[string]string{}
	var content []byte
	for {
		part, err := form.NextPart()
		if err != nil {
			break
		}
		text, err := io.ReadAll(part)
		if err != nil || content != nil { // cut short, or something behind the file
			no(http.StatusBadRequest, "MalformedPOSTRequest")
			return
		}
		if part.FormName() == "file" {
			content = text
			continue
		}
		fields[part.FormName()] = string(text)
	}
	id := strings.TrimPrefix(fields["key"], "rte_images/")
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	switch {
	case f == nil, f.ended, fields["policy"] != "eyJjb25kaXRpb25zIjog"+id, fields["X-Amz-Signature"] != Signature, fields["content-type"] != f.kind, len(fields) != 12, content == nil:
		no(http.StatusForbidden, "AccessDenied")
		return
	case len(content) > 20971520:
		no(http.StatusBadRequest, "EntityTooLarge")
		return
	}
	f.bytes = content
	w.WriteHeader(http.StatusCreated)
	_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+
		`<PostResponse><Location>%s/store/rte_images%%2F%s</Location><Bucket>reddit-uploaded-media</Bucket><Key>rte_images/%s</Key><ETag>"1"</ETag></PostResponse>`, s.URL, id, id) // the client may have gone
}

// submit makes the post of a text, a link or a picture.
func (s *Server) submit(w http.ResponseWriter, r *http.Request) {
	flag := func(name string) bool {
		switch v := r.PostFormValue(name); v {
		case "true", "false":
			return v == "true"
		default:
			s.breaks("a form with " + name + " as " + v)
			return false
		}
	}
	if r.PostFormValue("api_type") != "json" || !flag("validate_on_submit") || !flag("sendreplies") {
		s.breaks("a post without api_type, validate_on_submit or sendreplies")
	}
	p := Post{
		In: r.PostFormValue("sr"), Kind: r.PostFormValue("kind"), Title: r.PostFormValue("title"), Text: r.PostFormValue("text"), URL: r.PostFormValue("url"),
		Flair: r.PostFormValue("flair_id"), NSFW: flag("nsfw"), Spoiler: flag("spoiler"),
	}
	switch p.Kind {
	case "self":
		if p.URL != "" {
			s.breaks("a text with an address")
		}
	case "link":
		if !flag("resubmit") && s.has(p) {
			errorOf(w, "ALREADY_SUB", "that link has already been submitted", "url", 0)
			return
		}
	case "image":
		s.mu.Lock()
		for id, f := range s.files {
			if p.URL == s.URL+"/store/rte_images/"+id && f.bytes != nil {
				p.Pictures, p.URL = [][]byte{f.bytes}, "https://i.redd.it/"+id+".png"
			}
		}
		s.mu.Unlock()
		if p.Pictures == nil {
			errorOf(w, "BAD_URL", "you should check that url", "url", 0)
			return
		}
	default:
		errorOf(w, "INVALID_OPTION", "that option is not valid", "kind", 0)
		return
	}
	s.publish(w, p)
}

// submitGallery makes the post of several pictures, which is asked for in JSON.
func (s *Server) submitGallery(w http.ResponseWriter, r *http.Request) {
	var in struct {
		API      string `json:"api_type"`
		SR       string `json:"sr"`
		Title    string `json:"title"`
		Text     string `json:"text"`
		NSFW     bool   `json:"nsfw"`
		Spoiler  bool   `json:"spoiler"`
		Replies  bool   `json:"sendreplies"`
		All      bool   `json:"show_error_list"`
		Validate bool   `json:"validate_on_submit"`
		Flair    string `json:"flair_id"`
		Items    []struct {
			Media   string `json:"media_id"`
			Caption string `json:"caption"`
			Link    string `json:"outbound_url"`
		} `json:"items"`
	}
	body := json.NewDecoder(r.Body)
	body.DisallowUnknownFields()
	if err := body.Decode(&in); err != nil || r.Header.Get("Content-Type") != "application/json" || in.API != "json" || !in.All {
		s.breaks(fmt.Sprintf("a gallery that is none: %v", err))
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	p := Post{In: in.SR, Kind: "gallery", Title: in.Title, Text: in.Text, Flair: in.Flair, NSFW: in.NSFW, Spoiler: in.Spoiler}
	if len(in.Items) < 2 {
		errorOf(w, "placeholder", "List is too short.", "items", 0)
		return
	}
	s.mu.Lock()
	for _, it := range in.Items {
		if f := s.files[it.Media]; f != nil && f.bytes != nil {
			p.Pictures = append(p.Pictures, f.bytes)
		}
	}
	s.mu.Unlock()
	if len(p.Pictures) != len(in.Items) || len(in.Items) > 20 {
		errorOf(w, "INVALID_OPTION", "that option is not valid", "items", 0)
		return
	}
	s.publish(w, p)
}

func (s *Server) has(p Post) bool {
	return slices.ContainsFunc(s.Saved(), func(old Post) bool { return old.Kind == "link" && old.URL == p.URL && strings.EqualFold(old.In, p.In) })
}

// publish checks what is the same for every kind, plays a failure and saves the post.
func (s *Server) publish(w http.ResponseWriter, p Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		problem(w, http.StatusUnauthorized, "Unauthorized", "")
		return
	case networktest.RateLimited:
		errorOf(w, "RATELIMIT", "you are doing that too much. try again in 6 seconds.", "ratelimit", 6.42)
		return
	case networktest.Refused:
		errorOf(w, "SUBREDDIT_NOTALLOWED", "you aren't allowed to post there.", "sr", 0)
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	switch {
	case strings.EqualFold(p.In, Community):
		p.In = Community
	case strings.EqualFold(p.In, "u_"+User):
		p.In = "u_" + User
	default:
		errorOf(w, "SUBREDDIT_NOEXIST", "that community doesn't exist", "sr", 0)
		return
	}
	switch {
	case strings.TrimSpace(p.Title) == "":
		errorOf(w, "NO_TEXT", "we need something here", "title", 0)
		return
	case utf8.RuneCountInString(p.Title) > 300:
		errorOf(w, "TOO_LONG", "this is too long (max: 300)", "title", 0)
		return
	case utf8.RuneCountInString(p.Text) > 40000:
		errorOf(w, "TOO_LONG", "this is too long (max: 40000)", "text", 0)
		return
	case p.Kind == "link" && !strings.HasPrefix(p.URL, "http"):
		errorOf(w, "NO_URL", "a url is required", "url", 0)
		return
	case p.Flair != "" && p.Flair != FlairID:
		errorOf(w, "BAD_FLAIR_TEMPLATE_ID", "that flair template id is not valid", "flair", 0)
		return
	}
	p.Title = strings.Join(strings.Fields(p.Title), " ")
	p = s.save(p)
	said := map[string]any{"url": "https://www.reddit.com/r/" + p.In + "/comments/" + p.ID + "/words/", "id": p.ID, "name": "t3_" + p.ID, "drafts_count": 0}
	switch {
	case p.Kind == "gallery":
		said = map[string]any{"url": said["url"], "id": "t3_" + p.ID}
	case p.Kind == "image" && s.later:
		said = map[string]any{"user_submitted_page": "https://www.reddit.com/user/" + User + "/submitted/", "websocket_url": "wss://ws.example/" + p.ID}
	}
	switch failure {
	case networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case networktest.Garbage:
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // answered above
	default:
		answer(w, map[string]any{"json": map[string]any{"errors": []any{}, "data": said}})
	}
}

// errorOf is how Reddit refuses a post: with status 200.
func errorOf(w http.ResponseWriter, code, text, field string, wait float64) {
	said := map[string]any{"errors": []any{[]string{code, text, field}}}
	if wait > 0 {
		said["ratelimit"] = wait
	}
	answer(w, map[string]any{"json": said})
}

// shown is a post as lists have it, with the fields that tell the kinds apart.
func shown(p Post) map[string]any {
	path := "/r/" + p.In + "/comments/" + p.ID + "/words/"
	data := map[string]any{
		"id": p.ID, "name": "t3_" + p.ID, "title": p.Title, "selftext": p.Text, "subreddit": p.In, "author": User, "author_fullname": "t2_" + UserID,
		"created_utc": float64(p.At.Unix()), "permalink": path, "url": p.URL, "is_self": p.Kind == "self", "is_video": false, "over_18": p.NSFW,
		"spoiler": p.Spoiler, "domain": "example.com", "removed_by_category": nil,
	}
	switch p.Kind {
	case "self":
		data["url"], data["domain"] = "https://www.reddit.com"+path, "self."+p.In
	case "image":
		data["domain"] = "i.redd.it" // post_hint comes with the thumbnails
	case "gallery":
		items := []any{}
		for i := range p.Pictures {
			items = append(items, map[string]any{"media_id": "m" + strconv.Itoa(i), "id": i})
		}
		data["url"], data["domain"] = "https://www.reddit.com/gallery/"+p.ID, "reddit.com"
		data["is_gallery"], data["gallery_data"] = true, map[string]any{"items": items}
	}
	if p.Deleted {
		data["author"], data["selftext"] = "[deleted]", "[deleted]"
		delete(data, "author_fullname")
	}
	return map[string]any{"kind": "t3", "data": data}
}

func listing(posts []Post, after any) map[string]any {
	children := []any{}
	for _, p := range posts {
		children = append(children, shown(p))
	}
	return map[string]any{"kind": "Listing", "data": map[string]any{"after": after, "before": nil, "dist": len(children), "children": children}}
}

// list gives the account's posts, newest first, in pages.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("raw_json") != "1" {
		s.breaks("a list whose texts come escaped")
	}
	posts := s.Saved()
	slices.Reverse(posts)
	slices.SortStableFunc(posts, func(a, b Post) int { return b.At.Compare(a.At) })
	s.mu.Lock()
	size, loop := s.most, s.loop
	s.mu.Unlock()
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && (size == 0 || n < size) {
		size = min(n, 100)
	}
	if i := slices.IndexFunc(posts, func(p Post) bool { return "t3_"+p.ID == q.Get("after") }); i >= 0 {
		posts = posts[i+1:]
	}
	var after any
	if len(posts) > size {
		posts = posts[:size]
		after = "t3_" + posts[size-1].ID
	}
	if loop {
		after = "t3_again"
	}
	answer(w, listing(posts, after))
}

func (s *Server) info(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer(w, listing(slices.DeleteFunc(slices.Clone(s.posts), func(p Post) bool { return "t3_"+p.ID != r.URL.Query().Get("id") }), nil))
}

// remove says nothing of what became of the post.
func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.posts {
		if "t3_"+s.posts[i].ID == r.PostFormValue("id") && !s.undying {
			s.posts[i].Deleted = true
		}
	}
	answer(w, map[string]any{})
}
