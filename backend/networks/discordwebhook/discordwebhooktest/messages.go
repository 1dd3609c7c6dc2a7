package discordwebhooktest

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"postbag/backend/network/networktest"
)

// sent is the body of a new message, as the documentation has it.
type sent struct {
	Content    string `json:"content"`
	UserName   string `json:"username"`
	Avatar     string `json:"avatar_url"`
	Flags      int    `json:"flags"`
	ThreadName string `json:"thread_name"`
	Mentions   struct {
		Parse []string `json:"parse"`
	} `json:"allowed_mentions"`
	Attachments []struct {
		ID          string `json:"id"`
		Description string `json:"description"`
		Spoiler     bool   `json:"is_spoiler"`
	} `json:"attachments"`
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	if !s.known(w, r) {
		return
	}
	body, files, err := taken(r)
	if err != nil {
		fail(w, http.StatusBadRequest, 50035, err.Error())
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
		fail(w, http.StatusUnauthorized, 50027, "Invalid Webhook Token")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		answer(w, http.StatusTooManyRequests, map[string]any{"message": "You are being rate limited.", "retry_after": 6.457, "global": false})
		return
	case networktest.Refused:
		fail(w, http.StatusBadRequest, 50035, "Invalid Form Body")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	m, code, why := s.accept(body, files, r.PathValue("hook"), r.URL.Query().Get("thread_id"))
	if why != "" {
		fail(w, http.StatusBadRequest, code, why)
		return
	}
	s.messages = append(s.messages, m)
	switch {
	case failure == networktest.DropAfter:
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
	case failure == networktest.Garbage:
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
	case r.URL.Query().Get("wait") != "true":
		w.WriteHeader(http.StatusNoContent)
	default:
		answer(w, http.StatusOK, shown(m, r.PathValue("hook")))
	}
}

// accept holds a message to the description of the API and its rules. The caller holds the lock.
func (s *Server) accept(body []byte, files map[string]File, hook, thread string) (m Message, code int, why string) {
	var document any
	var in sent
	if json.Unmarshal(body, &document) != nil || json.Unmarshal(body, &in) != nil {
		return m, 50109, "The request body contains invalid JSON."
	}
	if err := s.schema.Validate(document); err != nil {
		s.broken = append(s.broken, err.Error())
		return m, 50035, "Invalid Form Body"
	}
	s.serial++
	m = Message{
		ID: strconv.Itoa(1_290_000_000_000_000_000 + s.serial), Text: strings.TrimSpace(in.Content), Flags: in.Flags,
		Name: in.UserName, Avatar: in.Avatar, Title: in.ThreadName, In: Channel, Parse: in.Mentions.Parse,
	}
	for _, a := range in.Attachments {
		f, ok := files[a.ID]
		if !ok {
			return m, 50035, "an attachment without a file"
		}
		f.Alt, f.Spoiler = a.Description, a.Spoiler
		m.Files = append(m.Files, f)
	}
	switch {
	case hook == Follower:
		return m, 50035, "Invalid Form Body"
	case hook == ForumHook && in.ThreadName == "" && thread == "":
		return m, 220001, "Webhooks posted to forum channels must have a thread_name or thread_id"
	case in.ThreadName != "" && thread != "":
		return m, 220002, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
	case hook != ForumHook && in.ThreadName != "":
		return m, 220003, "Webhooks can only create threads in forum channels"
	case thread != "" && thread != Thread:
		return m, 10003, "Unknown Channel"
	case len(m.Files) != len(files):
		return m, 50035, "a file that is no attachment"
	case m.Text == "" && len(m.Files) == 0:
		return m, 50006, "Cannot send an empty message"
	case len([]rune(in.Content)) > mostContent:
		return m, 50035, "Must be 2000 or fewer in length."
	}
	if in.ThreadName != "" {
		m.In = m.ID // the thread has the id of its first message
	} else if thread != "" {
		m.In = thread
	}
	return m, 0, ""
}

// taken reads the two forms of a request: JSON alone, or with files.
func taken(r *http.Request) (body []byte, files map[string]File, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if kind == "application/json" {
		body, err = io.ReadAll(r.Body)
		return body, nil, err
	}
	files = map[string]File{}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // returned as it is
			return body, files, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, err
		}
		if id, ok := strings.CutPrefix(part.FormName(), "files["); ok {
			files[strings.TrimSuffix(id, "]")] = File{Name: part.FileName(), Bytes: content}
		} else if part.FormName() == "payload_json" {
			body = content
		}
	}
}

// shown is a message as the API shows it.
func shown(m Message, hook string) map[string]any {
	files := []any{}
	for i, f := range m.Files {
		files = append(files, map[string]any{"id": strconv.Itoa(i), "filename": f.Name, "description": f.Alt, "size": len(f.Bytes)})
	}
	return map[string]any{
		"id": m.ID, "channel_id": m.In, "webhook_id": hook, "author": map[string]any{"id": hook, "bot": true, "username": m.Name},
		"content": m.Text, "attachments": files, "type": 0, "flags": m.Flags,
	}
}

func answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

func fail(w http.ResponseWriter, status, code int, why string) {
	answer(w, status, map[string]any{"code": code, "message": why})
}
