package mastodon_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/mastodon"
)

func TestOnlyDocumentedAnswersProveAnything(t *testing.T) {
	const (
		said  = `{"error":"Validation failed: Text can't be blank"}`
		page  = `<html><body>403 Forbidden</body></html>`
		live  = `{"id":"112","uri":"https://a.example/users/ana/statuses/112","url":"https://a.example/@ana/112"}`
		plain = "post 1"
		once  = "post 1 media once"
	)
	tests := []struct {
		name   string
		step   string
		status int
		body   string
		want   network.Kind // "" for accepted
	}{
		{"a status", plain, 200, live, ""},
		{"a status of a post with media", once, 200, live, ""},
		{"a status whose address is missing", plain, 200, `{"id":"112","url":null}`, ""},
		{"a scheduled status", plain, 200, `{"id":"3221","scheduled_at":"2026-12-05T12:33:01.000Z","params":{}}`, network.Ambiguous},
		{"success with another number", plain, 202, live, network.Ambiguous},
		{"success with no id", plain, 200, `{"url":"https://a.example/@ana/112"}`, network.Ambiguous},
		{"success with an empty id", plain, 200, `{"id":""}`, network.Ambiguous},
		{"success with an id that is no id", plain, 200, `{"id":"a\nb"}`, network.Ambiguous},
		{"success with a number for an id", plain, 200, `{"id":112}`, network.Ambiguous},
		{"success with an error", plain, 200, said, network.Ambiguous},
		{"success with a page", plain, 200, page, network.Ambiguous},
		{"success with half an answer", plain, 200, live[:30], network.Ambiguous},
		{"a redirect", plain, 302, "", network.Ambiguous},
		{"bad request", plain, 400, said, network.Rejected},
		{"bad request, media that may be live", once, 400, said, network.Ambiguous},
		{"token revoked", plain, 401, `{"error":"The access token was revoked"}`, network.Reauth},
		{"token revoked, with media", once, 401, `{"error":"The access token was revoked"}`, network.Reauth},
		{"scope missing", plain, 403, `{"error":"This action is outside the authorized scopes"}`, network.Reauth},
		{"answered post is gone", plain, 404, `{"error":"Record not found"}`, network.Rejected},
		{"gone", plain, 410, `{"error":"Gone"}`, network.Rejected},
		{"invalid", plain, 422, said, network.Rejected},
		{"invalid, media that may be live", once, 422, said, network.Ambiguous},
		{"a proxy's 400", plain, 400, page, network.Ambiguous},
		{"a proxy's 401", plain, 401, page, network.Ambiguous},
		{"a proxy's 403", plain, 403, page, network.Ambiguous},
		{"a proxy's 404", plain, 404, page, network.Ambiguous},
		{"an error of another shape", plain, 422, `{"error":{"code":1}}`, network.Ambiguous},
		{"an empty error", plain, 422, `{"error":""}`, network.Ambiguous},
		{"too many requests", plain, 429, `{"error":"Too many requests"}`, network.Throttled},
		{"too many requests, a proxy's", plain, 429, page, network.Throttled},
		{"conflict", plain, 409, said, network.Ambiguous},
		{"payment", plain, 402, said, network.Ambiguous},
		{"not acceptable", plain, 406, said, network.Ambiguous},
		{"time-out", plain, 408, said, network.Ambiguous},
		{"too large", plain, 413, said, network.Ambiguous},
		{"an unknown number", plain, 499, said, network.Ambiguous},
		{"server error", plain, 500, said, network.Ambiguous},
		{"bad gateway", plain, 502, page, network.Ambiguous},
		{"unavailable", plain, 503, said, network.Ambiguous},
		{"gateway time-out", plain, 504, "", network.Ambiguous},
		{"no status", plain, 0, "", network.Ambiguous},
	}
	classify := mastodon.New().Describe().Classify
	for _, tt := range tests {
		r, err := classify(tt.step, network.Reply{Status: tt.status, Body: []byte(tt.body)})
		if tt.want == "" {
			if err != nil || r.RemoteID != "112" {
				t.Errorf("%s: %+v, %v", tt.name, r, err)
			}
			continue
		}
		if err == nil || network.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestTheWaitIsTheServersOwnTime(t *testing.T) {
	const date = "Sun, 22 Nov 2026 10:00:00 GMT"
	tests := []struct {
		name               string
		date, reset, retry string
		want               time.Duration
	}{
		{name: "by the reset", date: date, reset: "2026-11-22T10:04:30.123456Z", want: 4*time.Minute + 30*time.Second},
		{name: "Retry-After goes first", date: date, reset: "2026-11-22T10:04:30Z", retry: "9", want: 9 * time.Second},
		{name: "a reset that is past", date: date, reset: "2026-11-22T09:00:00Z"},
		{name: "a reset in a year", date: date, reset: "2027-11-22T09:00:00Z", want: 24 * time.Hour},
		{name: "no date", reset: "2026-11-22T10:04:30Z"},
		{name: "a reset that is no time", date: date, reset: "270"},
	}
	classify := mastodon.New().Describe().Classify
	for _, tt := range tests {
		_, err := classify("post 1", network.Reply{Status: 429, Header: map[string]string{
			"Date": tt.date, "X-Ratelimit-Reset": tt.reset, "Retry-After": tt.retry,
		}})
		if got := network.WaitOf(err); got != tt.want {
			t.Errorf("%s: wait %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAServersWordsAreSafeToShow(t *testing.T) {
	_, err := mastodon.New().Describe().Classify("post 1", network.Reply{
		Status: 422, Body: []byte(`{"error":"no\u202e\n\u0007` + strings.Repeat("x", 5000) + `"}`),
	})
	if m := err.Error(); len(m) > 400 || strings.ContainsAny(m, "\n\a\u202e") {
		t.Errorf("%q", m)
	}
}
