package misskey_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/misskey"
)

func problem(code string) string {
	return fmt.Sprintf(`{"error":{"message":"Words.","code":%q,"id":"0b5f1631-7c1a-41a6-b399-cce335f34d85","kind":"client"}}`, code)
}

func TestOnlyDocumentedAnswersProveAnything(t *testing.T) {
	const (
		live = `{"createdNote":{"id":"a1b2c3d400000001","createdAt":"2026-05-28T10:00:00.000Z","text":"hello"}}`
		page = `<html><body>403 Forbidden</body></html>`
	)
	tests := []struct {
		name   string
		status int
		body   string
		want   network.Kind // "" for accepted
	}{
		{"a note", 200, live, ""},
		{"a note with another number", 202, live, network.Ambiguous},
		{"no content", 204, "", network.Ambiguous},
		{"no note", 200, `{}`, network.Ambiguous},
		{"a note that is null", 200, `{"createdNote":null}`, network.Ambiguous},
		{"a note without an id", 200, `{"createdNote":{}}`, network.Ambiguous},
		{"an id that is no id", 200, `{"createdNote":{"id":"a/../b"}}`, network.Ambiguous},
		{"a number for an id", 200, `{"createdNote":{"id":12}}`, network.Ambiguous},
		{"an id of half a character", 200, `{"createdNote":{"id":"\ud800"}}`, network.Ambiguous},
		{"success with an error", 200, problem("INVALID_PARAM"), network.Ambiguous},
		{"success with a page", 200, page, network.Ambiguous},
		{"success with half an answer", 200, live[:40], network.Ambiguous},
		{"a draft that is scheduled", 200, `{"createdDraft":{"id":"a1b2c3d400000001"}}`, network.Ambiguous},
		{"no credential", 401, problem("CREDENTIAL_REQUIRED"), network.Reauth},
		{"a token that is gone", 401, problem("AUTHENTICATION_FAILED"), network.Reauth},
		{"a token that is gone, on an old server", 403, problem("AUTHENTICATION_FAILED"), network.Reauth},
		{"a permission is missing", 403, problem("PERMISSION_DENIED"), network.Reauth},
		{"suspended", 403, problem("YOUR_ACCOUNT_SUSPENDED"), network.Reauth},
		{"moved", 403, problem("YOUR_ACCOUNT_MOVED"), network.Reauth},
		{"a parameter", 400, problem("INVALID_PARAM"), network.Rejected},
		{"words", 400, problem("CONTAINS_PROHIBITED_WORDS"), network.Rejected},
		{"too many mentions", 400, problem("CONTAINS_TOO_MANY_MENTIONS"), network.Rejected},
		{"too long", 400, problem("MAX_LENGTH"), network.Rejected},
		{"what it answers is gone", 400, problem("NO_SUCH_REPLY_TARGET"), network.Rejected},
		{"a file is gone", 400, problem("NO_SUCH_FILE"), network.Throttled},
		{"a code nobody documents", 400, problem("SOMETHING_NEW"), network.Ambiguous},
		{"a code in small letters", 400, problem("invalid_param"), network.Ambiguous},
		{"a known code with another number", 409, problem("INVALID_PARAM"), network.Ambiguous},
		{"no code", 400, `{"error":{"message":"Words."}}`, network.Ambiguous},
		{"an error of another shape", 400, `{"error":"INVALID_PARAM"}`, network.Ambiguous},
		{"the framework's own", 400, `{"statusCode":400,"code":"FST_ERR_CTP_EMPTY_JSON_BODY","error":"Bad Request"}`, network.Ambiguous},
		{"a proxy's 400", 400, page, network.Ambiguous},
		{"a proxy's 401", 401, page, network.Ambiguous},
		{"a proxy's 403", 403, page, network.Ambiguous},
		{"a proxy's 404", 404, page, network.Ambiguous},
		{"too many requests", 429, problem("RATE_LIMIT_EXCEEDED"), network.Throttled},
		{"too many requests, a proxy's", 429, page, network.Throttled},
		{"too large, a proxy's", 413, page, network.Ambiguous},
		{"server error", 500, problem("INTERNAL_ERROR"), network.Ambiguous},
		{"server error with a known code", 500, problem("INVALID_PARAM"), network.Ambiguous},
		{"bad gateway", 502, page, network.Ambiguous},
		{"gateway time-out", 504, "", network.Ambiguous},
		{"a redirect", 302, "", network.Ambiguous},
		{"no status", 0, "", network.Ambiguous},
	}
	classify := misskey.New().Describe().Classify
	for _, tt := range tests {
		r, err := classify("post 1 on notes.example", network.Reply{Status: tt.status, Body: []byte(tt.body)})
		if tt.want == "" {
			if err != nil || r.RemoteID != "a1b2c3d400000001" || r.URL != "https://notes.example/notes/a1b2c3d400000001" {
				t.Errorf("%s: %+v, %v", tt.name, r, err)
			}
			continue
		}
		if err == nil || network.KindOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if stale := strings.Contains(tt.body, "NO_SUCH_FILE"); network.IsStale(err) != stale {
			t.Errorf("%s: stale is %t", tt.name, !stale)
		}
	}
}

func TestTheWaitIsTheServersOwnTime(t *testing.T) {
	const date = "Sun, 22 Nov 2026 10:00:00 GMT"
	reset := time.Date(2026, 11, 22, 10, 4, 30, 0, time.UTC)
	tests := []struct {
		name, date, retry string
		info              string
		want              time.Duration
	}{
		{name: "by the reset", date: date, info: fmt.Sprintf(`{"resetMs":%d}`, reset.UnixMilli()), want: 4*time.Minute + 30*time.Second},
		{name: "Retry-After goes first", date: date, retry: "9", info: fmt.Sprintf(`{"resetMs":%d}`, reset.UnixMilli()), want: 9 * time.Second},
		{name: "a reset that is past", date: date, info: `{"resetMs":1}`},
		{name: "a reset in ages", date: date, info: `{"resetMs":900000000000000}`, want: 24 * time.Hour},
		{name: "no date", info: fmt.Sprintf(`{"resetMs":%d}`, reset.UnixMilli())},
		{name: "a reset that is no number", date: date, info: `{"resetMs":"soon"}`},
		{name: "no reset", date: date, info: `{}`},
	}
	for _, tt := range tests {
		_, err := misskey.New().Describe().Classify("post 1", network.Reply{
			Status: 429, Header: map[string]string{"Date": tt.date, "Retry-After": tt.retry},
			Body: []byte(`{"error":{"message":"Slow.","code":"RATE_LIMIT_EXCEEDED","info":` + tt.info + `}}`),
		})
		if got := network.WaitOf(err); got != tt.want || !is(err, network.Throttled) {
			t.Errorf("%s: %v, wait %v, want %v", tt.name, err, got, tt.want)
		}
	}
}

func TestAServersWordsAreSafeToShow(t *testing.T) {
	_, err := misskey.New().Describe().Classify("post 1", network.Reply{
		Status: 400, Body: []byte(`{"error":{"code":"INVALID_PARAM","message":"no\u202e\n\u0007` + strings.Repeat("x", 5000) + `"}}`),
	})
	if m := err.Error(); len(m) > 400 || strings.ContainsAny(m, "\n\a\u202e") {
		t.Errorf("%q", m)
	}
}
