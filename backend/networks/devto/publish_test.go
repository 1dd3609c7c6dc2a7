package devto_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/devto"
	"postbag/backend/networks/devto/devtotest"
)

func publish(t *testing.T, s *devtotest.Server, p network.Plan) network.Receipt {
	t.Helper()
	r, err := devto.New().Publish(t.Context(), calls(), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnArticleArrivesWithAllThatBelongsToIt(t *testing.T) {
	s := devtotest.New(t)
	p := plan("# Opening hours\n\nWe open at **seven**.\n", "tags", "#Go, sqlite go", "series", " Our week ", "canonical", "https://example.com/hours")
	p.Link = &network.Link{URL: "https://example.com/map"}
	r := publish(t, s, p)
	a := s.Saved()[0]
	if a.Title != "Opening hours" || a.Body != "We open at **seven**.\n\nhttps://example.com/map" || !a.Published {
		t.Errorf("arrived as %+v", a)
	}
	if !slices.Equal(a.Tags, []string{"go", "sqlite"}) || a.Series != "Our week" || a.Canonical != "https://example.com/hours" {
		t.Errorf("arrived with %+v", a)
	}
	if r.RemoteID != s.Posts()[0].ID || !strings.HasPrefix(r.URL, s.URL+"/"+devtotest.Name+"/") {
		t.Errorf("the receipt is %+v", r)
	}
	publish(t, s, plan("A first line that stays.\nAnd a second.", "title", "A title of its own"))
	if a := s.Saved()[1]; a.Title != "A title of its own" || a.Body != "A first line that stays.\nAnd a second." || a.Tags != nil || a.Series != "" {
		t.Errorf("arrived as %+v", a)
	}
}

func TestWhatIsWrongIsSaidBefore(t *testing.T) {
	d := devto.New().Describe()
	picture := plan("Title\n\ntext")
	picture.Parts[0].Media = []network.Media{{Kind: network.Image, Type: "image/png", Bytes: 1, Width: 1, Height: 1}}
	card := plan("Only a title")
	card.Link = &network.Link{URL: "https://example.com"}
	for name, test := range map[string]struct {
		plan network.Plan
		code string
	}{
		"fine":              {plan("Title\n\ntext", "tags", "a, b, c, d"), ""},
		"a link is a text":  {card, ""},
		"a rule further on": {plan("Title\n\ntext\n\n---\n\nmore"), ""},
		"no text":           {plan("Only a title"), network.IssueEmpty},
		"a long first line": {plan(strings.Repeat("x", 129) + "\n\ntext"), network.IssueOption},
		"a long title":      {plan("text", "title", strings.Repeat("é", 129)), network.IssueOption},
		"two lines":         {plan("text", "title", "one\ntwo"), network.IssueOption},
		"settings":          {plan("---\npublished: false\n---\ntext", "title", "One"), "front_matter"},
		"settings below":    {plan("Title\n\n---\ntitle: Other\n---\ntext"), "front_matter"},
		"settings indented": {plan(" \n\t---\ntext", "title", "One"), "front_matter"},
		"five tags":         {plan("Title\ntext", "tags", "a b c d e"), network.IssueOption},
		"an odd tag":        {plan("Title\ntext", "tags", "c++"), network.IssueOption},
		"a long tag":        {plan("Title\ntext", "tags", strings.Repeat("x", 31)), network.IssueOption},
		"an odd address":    {plan("Title\ntext", "canonical", "javascript:alert(1)"), network.IssueOption},
		"an odd series":     {plan("Title\ntext", "series", "one\ntwo"), network.IssueOption},
		"a picture":         {picture, network.IssueTooMany},
		"too long":          {plan("Title\n" + strings.Repeat("x", 800_000)), network.IssueTooLong},
	} {
		issue, _ := network.Blocking(network.Check(d, d.Limits, test.plan))
		if issue.Code != test.code {
			t.Errorf("%s: %+v", name, issue)
		}
	}
}

func TestAnswersAreJudged(t *testing.T) {
	classify := devto.New().Describe().Classify
	for _, test := range []struct {
		status int
		body   string
		want   network.Kind // "" for accepted
	}{
		{201, `{"type_of":"article","id":251,"url":"https://dev.to/ana/one"}`, ""},
		{201, `{"id":251,"url":"javascript:alert(1)"}`, ""},
		{200, `{"id":251}`, network.Ambiguous},
		{201, `{"id":"251"}`, network.Ambiguous},
		{201, `{"id":-251}`, network.Ambiguous},
		{201, `{"id":2.5}`, network.Ambiguous},
		{201, `{"id":251`, network.Ambiguous},
		{201, `[{"id":251}]`, network.Ambiguous},
		{201, `{"id":251,"url":["https://dev.to/a"]}`, network.Ambiguous},
		{201, `<html>`, network.Ambiguous},
		{302, `{"id":251}`, network.Ambiguous},
		{401, `{"error":"unauthorized","status":401}`, network.Reauth},
		{401, `{"error":"something else","status":401}`, network.Ambiguous},
		{401, `<html>`, network.Ambiguous},
		{403, `{"error":"forbidden","status":403}`, network.Ambiguous},
		{404, `{"error":"not found","status":404}`, network.Ambiguous},
		{422, `{"error":"param is missing or the value is empty: article","status":422}`, network.Rejected},
		{422, `{"error":"Validation failed: Tag \ud800","status":422}`, network.Rejected},
		{422, `{"error":"Validation failed: Title has already been used in the last five minutes","status":422}`, network.Ambiguous},
		{422, `{"error":"Canonical url has ALREADY been taken","status":422}`, network.Ambiguous},
		{422, `{"error":{"title":["no"]}}`, network.Ambiguous},
		{422, ``, network.Ambiguous},
		{429, ``, network.Throttled},
		{429, `{"error":"Rate limit reached","status":429}`, network.Throttled},
		{500, `{"error":"unauthorized","status":401}`, network.Ambiguous},
		{503, ``, network.Ambiguous},
	} {
		r, err := classify("post 1", network.Reply{Status: test.status, Body: []byte(test.body)})
		if network.KindOf(err) != test.want || test.want == "" && r.RemoteID != "251" {
			t.Errorf("%d %s is %q %+v", test.status, test.body, network.KindOf(err), r)
		}
		if r.URL != "" && r.URL != "https://dev.to/ana/one" {
			t.Errorf("%s is at %s", test.body, r.URL)
		}
	}
	_, err := classify("post 1", network.Reply{Status: 429, Header: map[string]string{"Retry-After": "31"}})
	if network.WaitOf(err) != 31*time.Second {
		t.Errorf("the wait is %v", network.WaitOf(err))
	}
}

func TestAnArticleThatMayBeThereAlreadyIsInDoubt(t *testing.T) {
	s := devtotest.New(t)
	s.Fail(networktest.DropAfter)
	for range 2 { // the second answer says that the title was used a moment ago
		if _, err := devto.New().Publish(t.Context(), calls(), s.Account(), plan("Title\n\ntext")); network.KindOf(err) != network.Ambiguous {
			t.Errorf("published: %v", err)
		}
	}
	if n := len(s.Saved()); n != 1 {
		t.Errorf("%d articles are there", n)
	}
}

func TestTakingAnArticleBackLeavesADraft(t *testing.T) {
	s := devtotest.New(t)
	r := publish(t, s, plan("Title\n\ntext"))
	for range 2 { // what is gone is success
		if err := devto.New().Delete(t.Context(), calls(), s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if a := s.Saved()[0]; a.Published || a.Title != "Title" || a.Body != "text" {
		t.Errorf("left is %+v", a)
	}
	if err := devto.New().Delete(t.Context(), calls(), s.Account(), network.Receipt{RemoteID: "99"}); err != nil {
		t.Errorf("what was never there: %v", err)
	}
	for _, id := range []string{"", "x", "-1", "1/2", "0"} {
		if err := devto.New().Delete(t.Context(), calls(), s.Account(), network.Receipt{RemoteID: id}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%q: %v", id, err)
		}
	}
	for said, want := range map[string]network.Kind{
		`200 {"id":7}`: network.Ambiguous, `200 <html>`: network.Ambiguous, `404 <html>`: network.Ambiguous,
		`401 {"error":"unauthorized"}`: network.Reauth, `500 `: network.Ambiguous, `404 {"error":"not found"}`: "",
	} {
		if err := devto.New().Delete(t.Context(), answers(said), s.Account(), network.Receipt{RemoteID: "8"}); network.KindOf(err) != want {
			t.Errorf("%s: %v", said, err)
		}
	}
}
