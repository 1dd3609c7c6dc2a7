package slacktest

import (
	"net/http"
	"strings"
	"unicode/utf16"
)

// edit gives a message other words. What the request does not name stays as it is.
func (s *Server) edit(w http.ResponseWriter, in map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	said := text(in, "text")
	for i, m := range s.messages {
		if m.TS != text(in, "ts") {
			continue
		}
		switch {
		case text(in, "channel") != Channel:
			fail(w, "channel_not_found")
		case m.By != Bot:
			fail(w, "cant_update_message")
		case s.closed:
			fail(w, "edit_window_closed")
		case strings.TrimSpace(said) == "":
			fail(w, "no_text")
		case len(utf16.Encode([]rune(said))) > mostText:
			fail(w, "msg_too_long")
		default:
			if text(in, "parse") != "none" {
				s.broken = append(s.broken, "a change whose text is read otherwise than that of a new message")
			}
			s.messages[i].Text = s.read(said)
			answer(w, map[string]any{"channel": Channel, "ts": m.TS, "text": said})
		}
		return
	}
	fail(w, "message_not_found")
}

// CloseEditing has the workspace let nobody change messages any more.
func (s *Server) CloseEditing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
}
