package lemmy_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/lemmy"
)

func TestOnlyDocumentedAnswersProveAnything(t *testing.T) {
	const (
		page = `<html><body>400 Bad Request</body></html>`
		live = `{"post_view":{"post":{"id":112,"ap_id":"https://a.example/post/112"}}}`
	)
	code := func(code string) string { return `{"error":"` + code + `"}` }
	tests := []struct {
		name   string
		status int
		body   string
		want   network.Kind // "" for accepted
	}{
		{"a post", 200, live, ""},
		{"a post without an address", 200, `{"post_view":{"post":{"id":112}}}`, ""},
		{"a post with an address that is none", 200, `{"post_view":{"post":{"id":112,"ap_id":"javascript:alert(1)"}}}`, ""},
		{"a name with half a character", 200, `{"post_view":{"post":{"id":112,"name":"\ud800"}}}`, ""},
		{"success with another number", 201, live, network.Ambiguous},
		{"success with no id", 200, `{"post_view":{"post":{}}}`, network.Ambiguous},
		{"success with an id below zero", 200, `{"post_view":{"post":{"id":-1}}}`, network.Ambiguous},
		{"success with half an id", 200, `{"post_view":{"post":{"id":1.5}}}`, network.Ambiguous},
		{"success with a word for an id", 200, `{"post_view":{"post":{"id":"112"}}}`, network.Ambiguous},
		{"success with an endless id", 200, `{"post_view":{"post":{"id":` + strings.Repeat("9", 400) + `}}}`, network.Ambiguous},
		{"success with another type", 200, `{"post_view":[1]}`, network.Ambiguous},
		{"success with an error", 200, code("slurs"), network.Ambiguous},
		{"success with a page", 200, page, network.Ambiguous},
		{"success with half an answer", 200, live[:30], network.Ambiguous},
		{"a redirect", 302, "", network.Ambiguous},
		{"a word that is not taken", 400, code("slurs"), network.Rejected},
		{"a word that is not taken, with more", 400, `{"error":"slurs","message":"x"}`, network.Rejected},
		{"a blocked link", 400, code("blocked_url"), network.Rejected},
		{"no link", 400, code("invalid_url"), network.Rejected},
		{"a link of another kind", 400, code("invalid_url_scheme"), network.Rejected},
		{"a link too long", 400, code("url_length_overflow"), network.Rejected},
		{"a title", 400, code("invalid_post_title"), network.Rejected},
		{"a text too long", 400, code("invalid_body_field"), network.Rejected},
		{"a description too long", 400, code("alt_text_length_overflow"), network.Rejected},
		{"no community", 400, code("couldnt_find_community"), network.Rejected},
		{"moderators only", 400, code("only_mods_can_post_in_community"), network.Rejected},
		{"moderators only, 1.0", 400, code("not_a_moderator"), network.Rejected},
		{"a language", 400, code("language_not_allowed"), network.Rejected},
		{"NSFW", 400, code("nsfw_not_allowed"), network.Rejected},
		{"banned", 400, code("site_ban"), network.Rejected},
		{"banned from the community", 400, code("person_is_banned_from_community"), network.Rejected},
		{"banned from the community, older", 400, code("banned_from_community"), network.Rejected},
		{"deleted", 400, code("deleted"), network.Rejected},
		{"nobody", 400, code("not_logged_in"), network.Reauth},
		{"nobody, later", 401, code("not_logged_in"), network.Reauth},
		{"a wrong sign-in", 401, code("incorrect_login"), network.Reauth},
		{"too many", 400, code("rate_limit_error"), network.Throttled},
		{"too many, later", 429, code("rate_limit_error"), network.Throttled},
		{"too many, without a word", 429, "", network.Throttled},
		// After the post was saved.
		{"the address of the new post", 400, code("couldnt_create_post"), network.Ambiguous},
		{"the author's own vote", 400, code("couldnt_like_post"), network.Ambiguous},
		{"the post read back", 404, code("not_found"), network.Ambiguous},
		{"the post read back, older", 400, code("couldnt_find_post"), network.Ambiguous},
		{"anything", 400, `{"error":"unknown","message":"connection closed"}`, network.Ambiguous},
		{"a plugin", 400, `{"error":"plugin_error","message":"no"}`, network.Ambiguous},
		{"a code nobody knows", 400, code("made_up"), network.Ambiguous},
		{"a code that is none", 400, `{"error":"<script>"}`, network.Ambiguous},
		{"another shape", 400, `{"error":{"code":1}}`, network.Ambiguous},
		{"a deserialiser's words", 400, "Json deserialize error: missing field `name`", network.Ambiguous},
		{"a proxy's 400", 400, page, network.Ambiguous},
		{"a proxy's 401", 401, page, network.Ambiguous},
		{"a proxy's 403", 403, page, network.Ambiguous},
		{"a proxy's 404", 404, page, network.Ambiguous},
		{"the code of a refusal with another number", 403, code("slurs"), network.Ambiguous},
		{"conflict", 409, code("slurs"), network.Ambiguous},
		{"too large", 413, page, network.Ambiguous},
		{"server error with a refusal", 500, code("slurs"), network.Ambiguous},
		{"bad gateway", 502, page, network.Ambiguous},
		{"gateway time-out", 504, "", network.Ambiguous},
		{"no status", 0, "", network.Ambiguous},
	}
	d := lemmy.New().Describe()
	rows := map[string]bool{}
	for _, tt := range tests {
		r, err := d.Classify("post 1", network.Reply{Status: tt.status, Body: []byte(tt.body)})
		if tt.want == "" {
			if err != nil || r.RemoteID != "112" || r.URL != "" && r.URL != "https://a.example/post/112" {
				t.Errorf("%s: %+v, %v", tt.name, r, err)
			}
			continue
		}
		if err == nil || network.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if tt.want != network.Ambiguous {
			rows[tt.body] = true
		}
	}
	for _, row := range d.Refusals {
		if row.Code != "" && !rows[code(row.Code)] {
			t.Errorf("nothing tries the row %d %s", row.Status, row.Code)
		}
	}
}

func TestTheWaitIsWhatTheAnswerAsksFor(t *testing.T) {
	for body, wait := range map[string]string{`{"error":"rate_limit_error"}`: "", "": "30"} {
		status, want := 429, 30*time.Second
		if wait == "" {
			status, want = 400, 0
		}
		_, err := lemmy.New().Describe().Classify("post 1", network.Reply{Status: status, Body: []byte(body), Header: map[string]string{"Retry-After": wait}})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != want {
			t.Errorf("%d: %v waits %v, want %v", status, err, network.WaitOf(err), want)
		}
	}
}
