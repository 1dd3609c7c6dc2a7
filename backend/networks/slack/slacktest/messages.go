package slacktest

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"postbag/backend/network/networktest"
)

// What a message may have (docs.slack.dev, chat.postMessage and reference/block-kit, as quoted in 2026).
const (
	mostText    = 4000 // advised; Slack cuts at 40,000
	mostBlocks  = 50
	mostSection = 3000
	mostAlt     = 2000
	mostPage    = 999
)

var (
	eventForm = regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	linkForm  = regexp.MustCompile(`https?://[^\s<>]+`)
	unescaper = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

func (s *Server) post(w http.ResponseWriter, in map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		fail(w, "invalid_auth")
		return
	case networktest.RateLimited:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		fail(w, "ratelimited")
		return
	case networktest.Refused:
		fail(w, "msg_too_long")
		return
	case networktest.ServerError:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case networktest.DropAfter, networktest.Garbage:
	}
	m, code := s.accept(in)
	if code != "" {
		fail(w, code)
		return
	}
	m = s.save(m)
	if failure == networktest.DropAfter {
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_ = c.Close() // that is the failure
		}
		return
	}
	if failure == networktest.Garbage {
		_, _ = io.WriteString(w, "<html>hello</html>") // the client may have gone
		return
	}
	answer(w, map[string]any{"channel": Channel, "ts": m.TS, "message": shown(m, false)})
}

// accept holds a message to the rules of the documentation. The caller holds the lock.
func (s *Server) accept(in map[string]any) (m Message, code string) {
	switch text(in, "channel") {
	case Channel:
	case Archived:
		return m, "is_archived"
	case Outside:
		return m, "not_in_channel"
	default:
		return m, "channel_not_found"
	}
	said := text(in, "text")
	m = Message{By: Bot, Text: s.read(said), Thread: text(in, "thread_ts"), Broadcast: yes(in, "reply_broadcast"), Previews: yes(in, "unfurl_links")}
	if yes(in, "unfurl_links") != yes(in, "unfurl_media") {
		s.broken = append(s.broken, "previews of one kind alone")
	}
	if len(utf16.Encode([]rune(said))) > mostText {
		return m, "msg_too_long"
	}
	if list, has := in["blocks"]; has {
		blocks, ok := list.([]any)
		if !ok || len(blocks) == 0 || len(blocks) > mostBlocks {
			return m, "invalid_blocks_format"
		}
		m.Text = "" // beside blocks the text is for notifications alone
		for _, b := range blocks {
			if !s.block(&m, b) {
				return m, "invalid_blocks"
			}
		}
		if m.Text != s.read(said) {
			s.broken = append(s.broken, "the blocks say something else than the text")
		}
	} else if strings.TrimSpace(said) == "" {
		return m, "no_text"
	}
	if m.Thread != "" {
		at := slices.IndexFunc(s.messages, func(o Message) bool { return o.TS == m.Thread })
		if at < 0 || s.messages[at].Thread != "" { // "Never use a reply's ts value; use its parent instead"
			return m, "cannot_reply_to_message"
		}
	} else if m.Broadcast {
		return m, "cant_broadcast_message"
	}
	if data, has := in["metadata"]; has {
		object, _ := data.(map[string]any)
		kind, _ := object["event_type"].(string)
		payload, ok := object["event_payload"].(map[string]any)
		if !ok || !eventForm.MatchString(kind) {
			return m, "invalid_metadata_format"
		}
		m.Key, _ = payload["key"].(string)
	}
	return m, ""
}

// read is a text as people see it. What a text has between < and > is a mention, a link or a command,
// which nobody meant to send. The caller holds the lock.
func (s *Server) read(said string) string {
	if strings.ContainsAny(said, "<>") {
		s.broken = append(s.broken, "a text that is not escaped: "+said)
	}
	return unescaper.Replace(said)
}

// block reads one block into a message, and reports whether it is one. The caller holds the lock.
func (s *Server) block(m *Message, in any) bool {
	b, _ := in.(map[string]any)
	switch b["type"] {
	case "section":
		object, _ := b["text"].(map[string]any)
		said, _ := object["text"].(string)
		if n := len(utf16.Encode([]rune(said))); object["type"] != "mrkdwn" || n < 1 || n > mostSection || len(b) != 2 || len(m.Images) > 0 {
			return false
		}
		m.Text += s.read(said)
		return true
	case "image":
		alt, _ := b["alt_text"].(string)
		object, _ := b["slack_file"].(map[string]any)
		id, _ := object["id"].(string)
		f := s.fileOf(id)
		if n := utf8.RuneCountInString(alt); n < 1 || n > mostAlt || len(object) != 1 || f == nil || !f.Complete || s.typeOf(f) == "" || len(b) != 3 {
			return false
		}
		if f.Alt != "" && alt != f.Alt {
			s.broken = append(s.broken, "a picture with two descriptions")
		}
		m.Images = append(m.Images, Image{File: f, Alt: alt})
		return true
	}
	return false
}

func (s *Server) history(w http.ResponseWriter, in map[string]any) {
	oldest := text(in, "oldest")
	var list []Message
	for _, m := range slices.Backward(s.Messages()) {
		if (m.Thread == "" || m.Broadcast) && m.TS > oldest {
			list = append(list, m)
		}
	}
	s.page(w, in, list)
}

func (s *Server) replies(w http.ResponseWriter, in map[string]any) {
	root := text(in, "ts")
	var list []Message
	for _, m := range s.Messages() {
		if m.TS == root || m.Thread == root {
			list = append(list, m)
		}
	}
	if len(list) == 0 {
		fail(w, "thread_not_found")
		return
	}
	s.page(w, in, list)
}

// page answers with a part of a list, and with where it goes on.
func (s *Server) page(w http.ResponseWriter, in map[string]any, list []Message) {
	if text(in, "channel") != Channel {
		fail(w, "channel_not_found")
		return
	}
	limit, err := strconv.Atoi(text(in, "limit"))
	if err != nil || limit < 1 || limit > mostPage {
		fail(w, "invalid_limit")
		return
	}
	from := 0
	if cursor, given := strings.CutPrefix(text(in, "cursor"), "from:"); given {
		from, _ = strconv.Atoi(cursor)
	}
	to := min(from+limit, len(list))
	messages := []any{}
	for _, m := range list[min(from, to):to] {
		messages = append(messages, shown(m, yes(in, "include_all_metadata")))
	}
	out := map[string]any{"messages": messages, "has_more": to < len(list)}
	if to < len(list) {
		out["response_metadata"] = map[string]any{"next_cursor": "from:" + strconv.Itoa(to)}
	}
	s.mu.Lock()
	if s.limited && to == len(list) {
		out["is_limited"] = true
	}
	s.mu.Unlock()
	answer(w, out)
}

// shown is a message as the API shows it: links are marked up, and metadata is for who asks for it.
func shown(m Message, data bool) map[string]any {
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(m.Text)
	out := map[string]any{
		"type": "message", "user": m.By, "ts": m.TS, "team": Team,
		"text": linkForm.ReplaceAllString(escaped, "<$0>"),
	}
	if m.Thread != "" {
		out["thread_ts"] = m.Thread
	}
	if m.Key != "" && data {
		out["metadata"] = map[string]any{"event_type": "postbag_post", "event_payload": map[string]any{"key": m.Key}}
	}
	if m.By == Other {
		out["metadata"] = map[string]any{"event_type": "another_app", "event_payload": []any{1, nil}}
		if m.Key != "" { // somebody else's app that copies ours
			out["metadata"] = map[string]any{"event_type": "postbag_post", "event_payload": map[string]any{"key": m.Key}}
		}
	}
	return out
}
