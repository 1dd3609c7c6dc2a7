package telegramtest

import (
	"net/http"
	"strconv"
	"strings"
)

// edit gives a message other words. It takes those it has already for a mistake, as Telegram does.
func (s *Server) edit(w http.ResponseWriter, method string, fields map[string]any) {
	_, chat := chatOf(fields)
	for i, m := range s.messages {
		if m.Chat != chat || strconv.FormatInt(m.ID, 10) != text(fields["message_id"]) {
			continue
		}
		words, most := strings.TrimSpace(text(fields["text"])), 4096
		if method == "editMessageCaption" {
			words, most = strings.TrimSpace(text(fields["caption"])), 1024
		}
		switch {
		case (m.Kind == "text") != (method == "editMessageText"), m.Kind == "poll":
			fail(w, http.StatusBadRequest, "Bad Request: there is no text in the message to edit")
		case m.Kind == "text" && words == "":
			fail(w, http.StatusBadRequest, "Bad Request: message text is empty")
		case length(words) > most:
			fail(w, http.StatusBadRequest, "Bad Request: MESSAGE_TOO_LONG")
		case words == m.Text:
			fail(w, http.StatusBadRequest, "Bad Request: message is not modified: specified new message content and reply markup are "+
				"exactly the same as a current content and reply markup of the message")
		default:
			s.messages[i].Text = words
			answer(w, map[string]any{"message_id": m.ID, "date": 1790000000, "edit_date": 1790000600, "chat": chats[m.Chat]})
		}
		return
	}
	fail(w, http.StatusBadRequest, "Bad Request: message to edit not found")
}
