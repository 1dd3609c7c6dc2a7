package matrixtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"postbag/backend/network/networktest"
)

func (s *Server) loginFlows(*request) answer {
	flows := []any{}
	for _, f := range s.flows {
		flows = append(flows, map[string]any{"type": f})
	}
	return ok(map[string]any{"flows": flows})
}

// login signs in. A device that is named again loses its tokens ("Relationship between access tokens
// and devices").
func (s *Server) login(r *request) answer {
	var in struct {
		Type       string
		Identifier struct{ Type, User string }
		Password   string
		Device     string `json:"device_id"`
	}
	switch {
	case json.Unmarshal(r.body, &in) != nil:
		return no(http.StatusBadRequest, "M_NOT_JSON", "Content not JSON.")
	case in.Type != "m.login.password" || !slices.Contains(s.flows, in.Type) || in.Identifier.Type != "m.id.user":
		return no(http.StatusBadRequest, "M_UNKNOWN", "Bad login type.")
	case in.Identifier.User != User && in.Identifier.User != "ana" || in.Password != Password:
		return no(http.StatusForbidden, "M_FORBIDDEN", "Invalid username or password")
	}
	for token, device := range s.devices {
		if device == in.Device {
			delete(s.devices, token)
		}
	}
	s.logins++
	token := fmt.Sprintf("matrixtest_session_%d_of_%s", s.logins, in.Device)
	s.devices[token] = in.Device
	return ok(map[string]any{"user_id": User, "access_token": token, "device_id": in.Device})
}

func (s *Server) logout(r *request) answer {
	delete(s.devices, r.token)
	return ok(map[string]any{})
}

func (s *Server) join(r *request) answer {
	room := r.values["roomIdOrAlias"]
	switch room {
	case Alias:
		room = Room
	case Room, Encrypted, Quiet, Newer:
	case InviteOnly:
		return no(http.StatusForbidden, "M_FORBIDDEN", "You are not invited to this room.")
	default:
		return no(http.StatusNotFound, "M_NOT_FOUND", "Room alias not found")
	}
	s.members[room+User] = true
	return ok(map[string]any{"room_id": room})
}

func outside() answer { return no(http.StatusForbidden, "M_FORBIDDEN", "You are not in the room.") }

func (s *Server) state(r *request) answer {
	room := r.values["roomId"]
	if !s.members[room+User] {
		return outside()
	}
	switch kind := r.values["eventType"]; {
	case kind == "m.room.encryption" && room == Encrypted:
		return ok(map[string]any{"algorithm": "m.megolm.v1.aes-sha2"})
	case kind == "m.room.power_levels" && (room == Quiet || room == Newer):
		return ok(map[string]any{"users": map[string]any{Other: 100}, "events": map[string]any{"m.room.message": 50}})
	case kind == "m.room.power_levels":
		return ok(map[string]any{"users": map[string]any{Other: 100}, "users_default": 10, "events_default": 10})
	case kind == "m.room.create":
		return ok(map[string]any{"room_version": map[bool]string{true: "12", false: "10"}[room == Newer]})
	case kind == "m.room.name" && room == Room:
		return ok(map[string]any{"name": "News"})
	case kind == "m.room.canonical_alias" && room == Room:
		return ok(map[string]any{"alias": Alias})
	case kind == "m.room.member" && r.values["stateKey"] == User:
		return ok(map[string]any{"membership": "join"})
	}
	return no(http.StatusNotFound, "M_NOT_FOUND", "Event not found.")
}

// messages lists the room's events, newest first, a page at a time. What a filter leaves out counts
// towards the page, so that one can be empty and not the last.
func (s *Server) messages(r *request) answer {
	if !s.members[r.values["roomId"]+User] {
		return outside()
	}
	limit, at := 10, len(s.events)
	if l := r.query.Get("limit"); l != "" {
		limit, _ = strconv.Atoi(l)
	}
	if from := r.query.Get("from"); from != "" {
		n, err := strconv.Atoi(from)
		if err != nil || n < 0 || n > len(s.events) {
			return no(http.StatusBadRequest, "M_INVALID_PARAM", "Invalid pagination token")
		}
		at = n
	}
	var filter struct{ Senders, Types []string }
	if f := r.query.Get("filter"); f != "" && json.Unmarshal([]byte(f), &filter) != nil || r.query.Get("dir") != "b" {
		return no(http.StatusBadRequest, "M_INVALID_PARAM", "Invalid filter or direction")
	}
	chunk := []any{}
	first := max(at-limit, 0)
	for i := at - 1; i >= first; i-- {
		e := s.events[i]
		if e.Room == r.values["roomId"] && (filter.Senders == nil || slices.Contains(filter.Senders, e.Sender)) &&
			(filter.Types == nil || slices.Contains(filter.Types, e.Type)) {
			chunk = append(chunk, shown(e, r.device))
		}
	}
	out := map[string]any{"start": strconv.Itoa(at), "chunk": chunk}
	if first > 0 {
		out["end"] = strconv.Itoa(first)
	}
	return ok(out)
}

// shown is an event as the API shows it to a device.
func shown(e Event, device string) map[string]any {
	unsigned := map[string]any{"age": 1234}
	if e.transaction != "" && e.device == device {
		unsigned["transaction_id"] = e.transaction
	}
	content := e.Content
	if e.Redacted {
		content = map[string]any{}
		unsigned["redacted_because"] = map[string]any{"type": "m.room.redaction", "sender": e.Sender, "content": map[string]any{}}
	}
	return map[string]any{
		"event_id": e.ID, "room_id": e.Room, "type": e.Type, "sender": e.Sender, "origin_server_ts": e.At.UnixMilli(),
		"content": content, "unsigned": unsigned,
	}
}

func (s *Server) upload(r *request) answer {
	if len(r.body) > UploadSize {
		return no(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "Cannot upload files larger than 50 MB")
	}
	if r.header.Get("Content-Type") == "" || r.query.Get("filename") == "" {
		s.broken = append(s.broken, "an upload without a type or a name")
	}
	address := fmt.Sprintf("mxc://matrix.test/content%d", len(s.uploads)+1)
	s.uploads[address] = r.body
	return ok(map[string]any{"content_uri": address})
}

// send saves an event, once for a transaction id of a device at an endpoint.
func (s *Server) send(r *request) answer {
	var failure networktest.Failure
	if len(s.failures) > 0 {
		failure, s.failures = s.failures[0], s.failures[1:]
	}
	switch failure {
	case networktest.Unauthorized:
		return no(http.StatusUnauthorized, "M_UNKNOWN_TOKEN", "Unrecognised access token.")
	case networktest.RateLimited:
		a := no(http.StatusTooManyRequests, "M_LIMIT_EXCEEDED", "Too Many Requests")
		a.wait = "7"
		return a
	case networktest.Refused:
		return no(http.StatusBadRequest, "M_BAD_JSON", "'body' not in content")
	case networktest.ServerError:
		return answer{status: http.StatusBadGateway, raw: "<html>Bad Gateway</html>"}
	case networktest.DropAfter, networktest.Garbage:
	}
	id, done := s.transactions[r.device+" "+r.path]
	if !done {
		e, refused := s.accept(r)
		if refused.status != 0 {
			return refused
		}
		id = s.save(e).ID
		s.transactions[r.device+" "+r.path] = id
	}
	switch failure {
	case networktest.DropAfter:
		return answer{drop: true}
	case networktest.Garbage:
		return answer{status: http.StatusOK, raw: "<html>hello</html>"}
	case networktest.Unauthorized, networktest.RateLimited, networktest.Refused, networktest.ServerError: // above
	}
	return ok(map[string]any{"event_id": id})
}

// accept holds a new event to the description and the rules.
func (s *Server) accept(r *request) (Event, answer) {
	e := Event{
		Room: r.values["roomId"], Type: r.values["eventType"], Sender: User, device: r.device, transaction: r.values["txnId"],
	}
	if !s.members[e.Room+User] || e.Room == Quiet {
		return e, outside()
	}
	if e.Type != "m.room.message" || e.Room == Encrypted {
		s.broken = append(s.broken, "an event "+e.Type+" in the room "+e.Room)
	}
	if err := s.contract.message(r.body); err != nil {
		s.broken = append(s.broken, err.Error())
		return e, no(http.StatusBadRequest, "M_BAD_JSON", "The content does not follow its description")
	}
	if len(r.body)+addition > mostEvent {
		return e, no(http.StatusRequestEntityTooLarge, "M_TOO_LARGE", "event too large")
	}
	if json.Unmarshal(r.body, &e.Content) != nil {
		return e, no(http.StatusBadRequest, "M_NOT_JSON", "Content not JSON.")
	}
	if address, ok := e.Content["url"].(string); ok && s.uploads[address] == nil {
		s.broken = append(s.broken, "nothing was uploaded to "+address)
	}
	relation, _ := e.Content["m.relates_to"].(map[string]any)
	if relation["rel_type"] == "m.thread" {
		for _, root := range s.events {
			if other, ok := root.Content["m.relates_to"].(map[string]any); ok && root.ID == relation["event_id"] && other["rel_type"] != nil {
				return e, no(http.StatusBadRequest, "M_UNKNOWN", "Cannot start threads from an event with a relation")
			}
		}
	}
	return e, answer{}
}

// redact takes the content of an event away.
func (s *Server) redact(r *request) answer {
	if !s.members[r.values["roomId"]+User] {
		return outside()
	}
	if id, done := s.transactions[r.device+" "+r.path]; done {
		return ok(map[string]any{"event_id": id})
	}
	for i, e := range s.events {
		if e.ID == r.values["eventId"] {
			s.events[i].Redacted = true
			id := s.save(Event{Room: e.Room, Type: "m.room.redaction", Sender: User, Content: map[string]any{"redacts": e.ID}}).ID
			s.transactions[r.device+" "+r.path] = id
			return ok(map[string]any{"event_id": id})
		}
	}
	return no(http.StatusNotFound, "M_NOT_FOUND", "Could not find event "+r.values["eventId"])
}
