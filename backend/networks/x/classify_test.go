package x_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/x"
	"postbag/backend/networks/x/xtest"
)

func classify(r network.Reply) (network.Receipt, error) {
	return x.New().Describe().Classify("post 1", r)
}

func said(kind, title, detail string) []byte {
	return fmt.Appendf(nil, `{"type":%q,"title":%q,"detail":%q}`, kind, title, detail)
}

// What each answer proves, written from the documentation and not from the table
// (x-api/fundamentals/response-codes-and-errors, 2026-09). The prefix of a type has changed once.
func TestEveryDocumentedAnswerHasItsKind(t *testing.T) {
	for _, c := range []struct {
		status int
		kind   string
		want   network.Kind
	}{
		{400, "invalid-request", network.Rejected},
		{401, "", network.Reauth},
		{403, "client-forbidden", network.Reauth},
		{403, "unsupported-authentication", network.Reauth},
		{403, "not-authorized-for-resource", network.Rejected},
		{403, "usage-capped", network.Rejected},
		{429, "usage-capped", network.Rejected},
		{429, "rate-limit-exceeded", network.Throttled},
		{429, "", network.Throttled},
	} {
		for _, prefix := range []string{"https://api.x.com/2/problems/", "https://api.twitter.com/2/problems/"} {
			body := said(prefix+c.kind, "No", "Some words")
			if c.kind == "" {
				body = said("about:blank", "No", "Some words")
			}
			if r, err := classify(network.Reply{Status: c.status, Body: body}); network.KindOf(err) != c.want || r.RemoteID != "" {
				t.Errorf("%d %s: %+v, %v; want %s", c.status, c.kind, r, err, c.want)
			}
		}
	}
}

func TestOnlyACreatedPostIsOne(t *testing.T) {
	const good = `{"data":{"id":"1990000000000000001","text":"\ud800","edit_history_post_ids":["1"]}}`
	r, err := classify(network.Reply{Status: 201, Body: []byte(good)})
	if err != nil || r.RemoteID != "1990000000000000001" || r.URL != "https://x.com/i/web/status/1990000000000000001" {
		t.Fatalf("%+v, %v", r, err)
	}
	invalid := said("https://api.x.com/2/problems/invalid-request", "Invalid Request", "no")
	for name, reply := range map[string]network.Reply{
		"another success":            {Status: 200, Body: []byte(good)},
		"an id that is a number":     {Status: 201, Body: []byte(`{"data":{"id":1990000000000000001}}`)},
		"an id that is none":         {Status: 201, Body: []byte(`{"data":{"id":"../1"}}`)},
		"an id that is too long":     {Status: 201, Body: []byte(`{"data":{"id":"12345678901234567890"}}`)},
		"no data":                    {Status: 201, Body: []byte(`{"errors":[]}`)},
		"a list":                     {Status: 201, Body: []byte(`{"data":[{"id":"1"}]}`)},
		"cut":                        {Status: 201, Body: []byte(good[:20])},
		"a page":                     {Status: 201, Body: []byte("<html>Please sign in</html>")},
		"a redirect":                 {Status: 302, Body: []byte(good)},
		"a server that fails":        {Status: 503, Body: invalid},
		"a 400 of a proxy":           {Status: 400, Body: []byte("<html>Bad request</html>")},
		"a 400 of no type":           {Status: 400, Body: []byte(`{"title":"Invalid Request"}`)},
		"a 403 of no type":           {Status: 403, Body: said("about:blank", "Forbidden", "You are not permitted to perform this action.")},
		"a 403 with another's type":  {Status: 403, Body: invalid},
		"a type in capitals":         {Status: 400, Body: said("https://api.x.com/2/problems/INVALID-REQUEST", "", "")},
		"a type nobody knows":        {Status: 400, Body: said("https://api.x.com/2/problems/new-one", "", "")},
		"no credits":                 {Status: 402, Body: said("https://api.x.com/2/problems/credits", "CreditsDepleted", "Your account does not have any credits.")},
		"a post that is not there":   {Status: 404, Body: said("https://api.x.com/2/problems/resource-not-found", "Not Found", "")},
		"a time-out":                 {Status: 408},
		"a conflict":                 {Status: 409},
		"types of the wrong kind":    {Status: 400, Body: []byte(`{"type":["invalid-request"],"detail":{}}`)},
		"much of nothing":            {Status: 201, Body: []byte(strings.Repeat("[", 100_000))},
		"words that nobody can show": {Status: 403, Body: []byte("{\"type\":\"about:blank\",\"detail\":\"\\u202e\\u0000\\ud800\"}")},
	} {
		r, err := classify(reply)
		e, ok := errors.AsType[*network.Error](err)
		if !ok || e.Kind != network.Ambiguous || e.Message == "" || r.RemoteID != "" || network.Printable(e.Message) != e.Message {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// A duplicate proves that this request made nothing, and nothing of an earlier one: the post that is there
// may be the very one. So it is in doubt, and looked for.
func TestATextThatIsThereAlreadyIsInDoubtAndFound(t *testing.T) {
	s, c := xtest.New(t), calls(nil)
	p, begun := plan(network.Part{Text: "We open at seven."}), time.Now()
	first := must(t, c, s.Account(), p)
	_, err := x.New().Publish(t.Context(), c, s.Account(), p)
	e, ok := errors.AsType[*network.Error](err)
	if !ok || e.Kind != network.Ambiguous || e.Code != "duplicate" || !strings.Contains(e.Message, "may be this very post") {
		t.Fatalf("the same text again: %v", err)
	}
	found, _, _ := exact(t, c, s.Account(), p, begun)
	if len(found) != 1 || found[0].Receipt != first || len(s.Saved()) != 1 {
		t.Errorf("found %+v, want %+v; %d posts", found, first, len(s.Saved()))
	}
	// A post of last month with the same words is refused alike, and is not taken for this one.
	old := xtest.New(t)
	old.Write(xtest.Post{By: xtest.User, Text: "We open at seven.", At: begun.AddDate(0, -1, 0)})
	if _, err := x.New().Publish(t.Context(), c, old.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Errorf("an old text: %v", err)
	}
	if found, near, complete := exact(t, c, old.Account(), p, begun); len(found)+len(near) != 0 || !complete {
		t.Errorf("an old post is found as %+v, %+v", found, near)
	}
}

func TestAWaitIsAsLongAsXSays(t *testing.T) {
	date := "Sun, 22 Nov 2026 10:00:00 GMT" // 1795341600
	for name, c := range map[string]struct {
		header map[string]string
		want   time.Duration
	}{
		"by reset":        {map[string]string{"Date": date, "X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1795342200"}, 10 * time.Minute},
		"by Retry-After":  {map[string]string{"Date": date, "Retry-After": "30", "X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1795342200"}, 30 * time.Second},
		"a reset gone by": {map[string]string{"Date": date, "X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1795341500"}, 0},
		"no date":         {map[string]string{"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": "1795342200"}, 0},
		"nothing":         {nil, 0},
	} {
		if _, err := classify(network.Reply{Status: 429, Header: c.header}); network.KindOf(err) != network.Throttled || network.WaitOf(err) != c.want {
			t.Errorf("%s: %v, wait %v, want %v", name, err, network.WaitOf(err), c.want)
		}
	}
}
