package micropub_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
)

func TestEveryDocumentedAnswerIsJudged(t *testing.T) {
	at := func(status int, location, body string) network.Reply {
		return network.Reply{Status: status, Header: map[string]string{"Location": location, "Retry-After": "7"}, Body: []byte(body)}
	}
	said := func(code string) string { return `{"error":"` + code + `","error_description":"because"}` }
	for _, test := range []struct {
		reply network.Reply
		want  string
	}{
		{at(201, "https://ada.example/posts/1", ""), ""},
		{at(202, "https://ada.example/posts/1", `{"anything":1}`), ""},
		{at(201, "http://ada.example/?p=1", ""), ""},
		{at(200, "https://ada.example/posts/1", ""), "ambiguous "},
		{at(204, "https://ada.example/posts/1", ""), "ambiguous "},
		{at(201, "", `{"url":"https://ada.example/posts/1"}`), "ambiguous "},
		{at(201, "/posts/1", ""), "ambiguous "},
		{at(201, "//ada.example/posts/1", ""), "ambiguous "},
		{at(201, "javascript:alert(1)", ""), "ambiguous "},
		{at(201, "https://ada:secret@ada.example/1", ""), "ambiguous "},
		{at(201, "https://", ""), "ambiguous "},
		{at(201, "https://ada.example/\x01", ""), "ambiguous "},
		{at(201, "https://ada.example/"+strings.Repeat("x", 3000), ""), "ambiguous "},
		{at(301, "https://ada.example/posts/1", ""), "ambiguous "},
		{at(400, "", said("invalid_request")), "rejected invalid_request"},
		{at(400, "", said("something_else")), "ambiguous something_else"},
		{at(400, "", ""), "ambiguous "},
		{at(400, "", "<html>"), "ambiguous "},
		{at(401, "", said("unauthorized")), "reauth unauthorized"},
		{at(401, "", said("insufficient_scope")), "reauth insufficient_scope"},
		{at(401, "", said("invalid_token")), "reauth invalid_token"},
		{at(401, "", ""), "reauth "},
		{at(403, "", said("forbidden")), "reauth forbidden"},
		{at(403, "", said("insufficient_scope")), "reauth insufficient_scope"},
		{at(403, "", "<html>blocked</html>"), "ambiguous "},
		{at(404, "", said("not_found")), "ambiguous not_found"},
		{at(409, "", said("already_exists")), "ambiguous already_exists"},
		{at(413, "", ""), "rejected "},
		{at(429, "", ""), "throttled "},
		{at(500, "", said("invalid_request")), "ambiguous invalid_request"},
		{at(503, "", ""), "ambiguous "},
		{at(400, "", `{"error":7}`), "ambiguous "},
		{at(400, "", `{"error":"invalid_request","error_description":"\ud800"}`), "rejected invalid_request"},
		{at(400, "", `{"error":"invalid_request"`), "ambiguous "},
	} {
		r, err := micropub.New().Describe().Classify("post 1", test.reply)
		if got := kindOf(err); got != test.want || err == nil && (r.RemoteID == "" || r.RemoteID != r.URL) {
			t.Errorf("%d %q %q: %q, want %q (%+v)", test.reply.Status, test.reply.Header["Location"], test.reply.Body, got, test.want, r)
		}
		if test.want == "throttled " && network.WaitOf(err) != 7*time.Second {
			t.Errorf("the wait is %v", network.WaitOf(err))
		}
		if e, ok := err.(*network.Error); ok && (e.Message == "" || network.Printable(e.Message) != e.Message) { //nolint:errorlint // never wrapped
			t.Errorf("the message %q cannot be shown", e.Message)
		}
	}
}

func TestARefusedUploadIsNoPost(t *testing.T) {
	s, files := micropubtest.New(t, micropubtest.Site{}), networktest.NewFiles()
	p := plan("a1", "look", files.Picture("image/png", 1, 0))
	for _, test := range []struct {
		reply network.Reply
		want  string
	}{
		{network.Reply{Status: 400}, "rejected "},
		{network.Reply{Status: 413}, "rejected "},
		{network.Reply{Status: 415}, "rejected "},
		{network.Reply{Status: 401}, "reauth "},
		{network.Reply{Status: 403, Body: []byte(`{"error":"insufficient_scope"}`)}, "reauth insufficient_scope"},
		{network.Reply{Status: 429}, "throttled "},
		{network.Reply{Status: 500}, "ambiguous "},
		{network.Reply{Status: 201}, "ambiguous "},
		{network.Reply{Status: 201, Header: map[string]string{"Location": "data:image/png,x"}}, "ambiguous "},
	} {
		j := calls(files)
		_, err := micropub.New().Publish(t.Context(), prepared{j, test.reply}, s.Account(), p)
		if got := kindOf(err); got != test.want || len(s.Saved()) != 0 {
			t.Errorf("%d: %q, want %q; %d posts", test.reply.Status, got, test.want, len(s.Saved()))
		}
	}
}
