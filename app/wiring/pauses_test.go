package wiring_test

import (
	"database/sql"
	"net/url"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
)

func TestWhatWaitsForAServerOrALimitIsNamed(t *testing.T) {
	b := newBench(t)
	w := domain.WorkspaceID(b.space.ID)
	pauses := func() []api.Pause {
		t.Helper()
		return must[[]api.Pause](t)(b.api.Queue.Pauses(b.space.ID))
	}
	if got := pauses(); len(got) != 0 {
		t.Fatalf("nothing happened, and %+v", got)
	}
	account := b.server.Account()
	other := account
	other.RemoteID, other.Handle, other.Name = "2", "second", "Second"
	second := must[domain.Channel](t)(b.Accounts.Connected(t.Context(), w, "mastodon", other))
	plan := func(due time.Time, channels ...domain.Channel) {
		t.Helper()
		ids := []string{}
		for _, c := range channels {
			ids = append(ids, string(c.ID))
		}
		p := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Channels: ids, Content: api.Content{Text: due.String(), Parts: []string{}}}))
		must[[]api.Delivery](t)(b.api.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: due.UnixMilli()}))
	}
	now := time.Now()
	plan(now.Add(time.Minute), b.channel, second) // one post for two channels
	plan(now.Add(2*time.Minute), second)
	plan(now.Add(time.Hour), b.channel)

	raw, err := sql.Open("sqlite", b.Dir.Database()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := raw.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	host := must[*url.URL](t)(url.Parse(account.Server)).Host
	until := now.Add(5 * time.Minute).UnixMilli()
	exec("INSERT INTO local_breaker (host, until_ms) VALUES (?, ?), ('elsewhere.example', ?)", host, until, until)
	got := pauses()
	if len(got) != 1 || got[0].Reason != "server" || got[0].Host != host || got[0].UntilMs != until || got[0].Waiting != 2 || len(got[0].Channels) != 2 {
		t.Fatalf("a server that failed: %+v", got)
	}

	terms, err := b.Budgets().Terms(t.Context(), second.ID)
	ok(t, err)
	opens := now.Add(90 * time.Second).UnixMilli()
	for _, spend := range terms.Plan(network.Plan{Parts: []network.Part{{}}}, nil) {
		exec("INSERT INTO local_budget (key, per_ms, said_limit, said_left, opens_at_ms) VALUES (?, ?, 300, 0, ?)", spend.Key, spend.Per.Milliseconds(), opens)
		break // the account's own
	}
	got = pauses()
	if len(got) != 2 || got[0].Reason != "limit" || got[0].UntilMs != opens || got[0].Waiting != 1 || got[0].Network != "Mastodon" ||
		len(got[0].Channels) != 1 || got[0].Channels[0] != (api.PauseChannel{ID: string(second.ID), Name: "Second"}) {
		t.Errorf("a limit: %+v", got)
	}
	elsewhere := must[api.Workspace](t)(b.api.System.AddWorkspace("Another"))
	if got := must[[]api.Pause](t)(b.api.Queue.Pauses(elsewhere.ID)); len(got) != 0 {
		t.Errorf("another workspace waits too: %+v", got)
	}
}
