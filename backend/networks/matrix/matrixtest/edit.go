package matrixtest

import (
	"net/http"
	"slices"
	"strconv"
)

// replaced returns the event that an event replaces, "" if it replaces none.
func replaced(e Event) string {
	relation, _ := e.Content["m.relates_to"].(map[string]any)
	if relation["rel_type"] != "m.replace" {
		return ""
	}
	id, _ := relation["event_id"].(string)
	return id
}

// newest is an event as an app shows it: with the content of what replaced it last, in the relations that it
// has itself ("Event replacements").
func (s *Server) newest(e Event) Event {
	for _, by := range slices.Backward(s.events) {
		if replaced(by) != e.ID || by.Sender != e.Sender || by.Redacted {
			continue
		}
		content, ok := by.Content["m.new_content"].(map[string]any)
		if !ok {
			continue
		}
		shown := map[string]any{}
		for k, v := range content {
			shown[k] = v
		}
		if relation, has := e.Content["m.relates_to"]; has {
			shown["m.relates_to"] = relation
		}
		e.Content = shown
		return e
	}
	return e
}

// relations lists what relates to an event, the latest first.
func (s *Server) relations(r *request) answer {
	if !s.members[r.values["roomId"]+User] {
		return outside()
	}
	if !slices.ContainsFunc(s.events, func(e Event) bool { return e.ID == r.values["eventId"] && !e.Redacted }) {
		return no(http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
	}
	limit := 10
	if l := r.query.Get("limit"); l != "" {
		limit, _ = strconv.Atoi(l)
	}
	chunk := []any{}
	for _, e := range slices.Backward(s.events) {
		if len(chunk) < limit && r.values["relType"] == "m.replace" && replaced(e) == r.values["eventId"] && e.Type == r.values["eventType"] && !e.Redacted {
			chunk = append(chunk, shown(e, r.device))
		}
	}
	return ok(map[string]any{"chunk": chunk})
}
