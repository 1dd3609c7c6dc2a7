package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	machineclock "postbag/backend/clock"
	"postbag/backend/network"
	"postbag/backend/network/nonecall"
)

var update = flag.Bool("update", false, "write the golden files anew")

// scripted is a carrier whose public calls end as a script says; the rest works.
type scripted struct {
	nonecall.Carrier
	ends []string
}

func (c *scripted) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if intent == nil || len(c.ends) == 0 {
		return c.Carrier.Send(ctx, r, intent)
	}
	end := c.ends[0]
	c.ends = c.ends[1:]
	switch end {
	case "accept":
		return c.Carrier.Send(ctx, r, intent)
	case "offline":
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "there is no way to the server"}
	}
	if err := intent(); err != nil {
		return network.Reply{}, err
	}
	if end == "reset" {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the connection was reset", Err: errors.New("reset")}
	}
	status, err := strconv.Atoi(end)
	return network.Reply{
		Status: status, Header: map[string]string{"Retry-After": "120"}, Body: []byte(`{"error": "the answer of ` + end + `"}`),
	}, err
}

// TestADeliverysStoryIsToldInPlainWords lives through every kind of story in virtual time and
// compares what queue show says with testdata/story.
func TestADeliverysStoryIsToldInPlainWords(t *testing.T) {
	here := time.Local
	time.Local = time.UTC
	t.Cleanup(func() { time.Local = here })
	for name, story := range map[string]struct {
		parts []string
		ends  []string // of the public calls
		due   time.Duration
		then  func(t *testing.T, s *api.Services, id string) // a person, after an hour
	}{
		"published":      {},
		"rejected":       {ends: []string{"422"}},
		"throttled":      {ends: []string{"429", "accept"}},
		"offline":        {ends: []string{"offline", "offline", "accept"}},
		"thread_partial": {parts: []string{"Second part", "Third part"}, ends: []string{"accept", "422"}},
		"same_key":       {ends: []string{"reset", "accept"}},
		"person_live": {ends: []string{"reset", "reset", "reset", "reset", "reset", "reset"}, then: func(t *testing.T, s *api.Services, id string) {
			said(t)(s.Queue.Resolve(api.ResolveRequest{ID: id, LiveURL: "https://example.com/@me/1"}))
		}},
		"person_again": {ends: []string{"reset", "reset", "reset", "reset", "accept"}, then: func(t *testing.T, s *api.Services, id string) {
			said(t)(s.Queue.Resolve(api.ResolveRequest{ID: id, SendAgain: true}))
		}},
		"late": {due: -time.Hour, then: func(t *testing.T, s *api.Services, id string) {
			said(t)(s.Queue.Release(id))
		}},
		"held": {due: 30 * time.Minute, then: func(t *testing.T, s *api.Services, id string) {
			said(t)(s.Queue.Cancel(id))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				app, err := wiring.Open(t.Context(), wiring.Config{Data: filepath.Join(folder, "data"), State: filepath.Join(folder, "state"), Program: "test", Version: "test", Clocks: virtual()})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = app.Close() }()
				app.Carriers[nonecall.Scheme] = &scripted{ends: story.ends}
				s := app.Services(t.Context(), api.Events{})
				w, err := app.Workspace(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				c, err := app.Accounts.Connected(t.Context(), w.ID, "practice", network.Account{RemoteID: "me", Handle: "me", Name: "me"})
				if err != nil {
					t.Fatal(err)
				}
				p, err := s.Posts.Create(api.CreatePost{Workspace: string(w.ID), Channels: []string{string(c.ID)}, Content: api.Content{
					Text: "The shop opens at nine", Parts: append([]string{}, story.parts...), Media: []api.Media{},
				}})
				if err != nil {
					t.Fatal(err)
				}
				planned, err := s.Queue.Schedule(api.ScheduleRequest{PostID: p.ID, DueMs: time.Now().Add(story.due).UnixMilli()})
				if err != nil {
					t.Fatal(err)
				}
				id := planned[0].ID
				if name == "held" {
					said(t)(s.Queue.Move(id, time.Now().Add(2*time.Hour).UnixMilli()))
					said(t)(s.Queue.Hold(id))
				}
				time.Sleep(time.Second)
				ctx, stop := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { app.KeepPublishing(ctx, api.Events{}); close(done) }()
				time.Sleep(time.Hour)
				if story.then != nil {
					story.then(t, s, id)
					time.Sleep(time.Minute)
				}
				synctest.Wait()
				shown, err := s.Queue.Show(id)
				if err != nil {
					t.Fatal(err)
				}
				stop()
				<-done
				told := strings.Join(tellStory(shown), "\n") + "\n"
				if name == "offline" { // how long it waits is drawn from its id
					told = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(told, "TIME")
				}
				golden(t, name, regexp.MustCompile(`[0-9a-f]{32}`).ReplaceAllString(told, "KEY"))
			})
		})
	}
}

// virtual reads the clocks of a machine that never sleeps, in a bubble.
func virtual() machineclock.Source {
	begin := time.Now()
	return func() machineclock.Reading {
		ran := time.Since(begin)
		return machineclock.Reading{Wall: time.Now().Round(0).UTC(), Ran: ran, Boot: ran + time.Hour}
	}
}

func said(t *testing.T) func(api.Delivery, error) {
	return func(_ api.Delivery, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "story", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

func TestAQuestionThatFindsNothingIsNoRefusalOfThePost(t *testing.T) {
	for want, c := range map[string]api.Call{
		"Answer (404 RecordNotFound): there is no such thing.": {Effect: "none", Outcome: "rejected", Status: 404, Code: "RecordNotFound"},
		"Answer (422): it does not say.":                       {Effect: "none", Outcome: "rejected", Status: 422},
		"Answer (404): refused. Nothing was published.":        {Effect: "public", Outcome: "rejected", Status: 404},
	} {
		if got := answerWords(c); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
