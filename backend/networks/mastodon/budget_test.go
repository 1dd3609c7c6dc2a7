package mastodon

import (
	"testing"
	"time"

	"postbag/backend/network"
)

func TestWhatAnAnswerSaysOfItsLimitsIsReadByItsOwnClock(t *testing.T) {
	for _, c := range []struct {
		name                    string
		kind                    network.UseKind
		limit, remaining, reset string
		want                    []string
		opens                   time.Duration
	}{
		{"a question", network.UseRead, "300", "299", "2026-11-22T10:05:00.000000Z", []string{windowRequests}, 4 * time.Minute},
		{"an upload, by how long", network.UsePrepare, "300", "20", "2026-11-22T10:30:00Z", []string{windowUploads}, 29 * time.Minute},
		{"an upload, by how few", network.UsePrepare, "30", "2", "2026-11-22T10:05:00Z", []string{windowUploads}, 4 * time.Minute},
		{"an upload, the requests are nearer their end", network.UsePrepare, "300", "1", "2026-11-22T10:05:00Z", []string{windowRequests}, 4 * time.Minute},
		{"a post", network.UsePublish, "300", "120", "2026-11-22T12:00:00Z", []string{windowPosts}, 119 * time.Minute},
		{"a post, the requests are nearer their end", network.UsePublish, "300", "5", "2026-11-22T10:05:00Z", []string{windowRequests}, 4 * time.Minute},
		{"no reset", network.UseRead, "300", "5", "", nil, 0},
		{"a reset in the past", network.UseRead, "300", "5", "2026-11-22T09:00:00Z", nil, 0},
		{"no number", network.UseRead, "many", "5", "2026-11-22T10:05:00Z", nil, 0},
	} {
		r := network.Reply{Status: 200, Header: map[string]string{
			"Date": "Sun, 22 Nov 2026 10:01:00 GMT", "X-Ratelimit-Limit": c.limit, "X-Ratelimit-Remaining": c.remaining, "X-Ratelimit-Reset": c.reset,
		}}
		got := readLeft(network.Use{Kind: c.kind}, r)
		if len(got) != len(c.want) {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		for i, l := range got {
			if l.Window != c.want[i] || l.Opens != c.opens {
				t.Errorf("%s: %+v, want %s in %v", c.name, l, c.want[i], c.opens)
			}
		}
	}
	// In the last minutes before both open it cannot be told which is meant: both have at least as much left.
	r := network.Reply{Header: map[string]string{
		"Date": "Sun, 22 Nov 2026 11:58:00 GMT", "X-Ratelimit-Limit": "300", "X-Ratelimit-Remaining": "7", "X-Ratelimit-Reset": "2026-11-22T12:00:00Z",
	}}
	if got := readLeft(network.Use{Kind: network.UsePublish}, r); len(got) != 2 || got[0].Points != 7 || got[1].Points != 7 {
		t.Errorf("%+v", got)
	}
}
