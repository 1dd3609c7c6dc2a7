package tumblr_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/tumblr/tumblrtest"
)

const step = "post to geraniums"

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	for _, test := range []struct {
		status, code int
		want         network.Kind
		wait         time.Duration
	}{
		{400, 0, network.Rejected, 0},
		{400, 8001, network.Rejected, 0},
		{400, 8002, network.Ambiguous, 0}, // of reblogs: what it means here nobody says
		{400, 8005, network.Rejected, 0},
		{400, 8016, network.Rejected, 0},
		{401, 0, network.Reauth, 0},
		{401, 1013, network.Reauth, 0},
		{401, 5004, network.Reauth, 0},
		{403, 0, network.Ambiguous, 0},
		{403, 8004, network.Throttled, time.Hour},
		{403, 8008, network.Ambiguous, 0},
		{403, 8010, network.Throttled, 2 * time.Minute},
		{403, 8011, network.Throttled, time.Hour},
		{403, 8022, network.Ambiguous, 0}, // of the queue, which is not used
		{403, 8023, network.Throttled, time.Hour},
		{404, 0, network.Rejected, 0},
		{409, 0, network.Ambiguous, 0},
		{429, 0, network.Throttled, 0},
		{500, 8006, network.Ambiguous, 0},
		{500, 8009, network.Ambiguous, 0},
		{503, 0, network.Ambiguous, 0},
	} {
		body := fmt.Sprintf(`{"meta":{"status":%d,"msg":"No"},"response":[],"errors":[{"title":"No","code":%d,"detail":"Not like this\u202e"}]}`, test.status, test.code)
		r, err := tumblr.New().Describe().Classify(step, network.Reply{Status: test.status, Body: []byte(body)})
		if !is(err, test.want) || network.WaitOf(err) != test.wait || r.RemoteID != "" {
			t.Errorf("%d.%d: %v, wait %v; want %s, %v", test.status, test.code, err, network.WaitOf(err), test.want, test.wait)
		}
		if err == nil || !strings.Contains(err.Error(), "Tumblr answered: Not like this") || strings.Contains(err.Error(), "\u202e") {
			t.Errorf("%d.%d reads %v", test.status, test.code, err)
		}
	}
}

func TestReasonsOfAnotherFormAreReadOver(t *testing.T) {
	for _, reasons := range []string{`{"state":"no"}`, `"no"`, `[]`, `[7]`, `[{"code":"8023"}]`, `[{"code":1e99}]`, `null`} {
		for status, want := range map[int]network.Kind{400: network.Rejected, 401: network.Reauth, 403: network.Ambiguous} {
			body := fmt.Sprintf(`{"meta":{"status":%d,"msg":"No way"},"response":[],"errors":%s}`, status, reasons)
			if _, err := tumblr.New().Describe().Classify(step, network.Reply{Status: status, Body: []byte(body)}); !is(err, want) || !strings.Contains(err.Error(), "No way") {
				t.Errorf("%d %s: %v", status, reasons, err)
			}
		}
	}
}

func TestARefusalThatIsNotTumblrsProvesNothing(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404} {
		for _, body := range []string{
			"", "<html>blocked</html>", "{}", `{"errors":[{"code":8001}]}`, `{"meta":{"status":200}}`, `{"meta":{"status":"400"}}`,
			`{"meta":{"status":429},"errors":[{"code":8023}]}`, `{"error":"invalid_grant"}`, `{"meta":`,
		} {
			if _, err := tumblr.New().Describe().Classify(step, network.Reply{Status: status, Body: []byte(body)}); !is(err, network.Ambiguous) {
				t.Errorf("%d %q: %v", status, body, err)
			}
		}
	}
}

func TestOnlyAPostWithAnIdIsAnAcceptance(t *testing.T) {
	d := tumblr.New().Describe()
	good := `{"meta":{"status":201,"msg":"Created"},"response":{"id":"745612345678901234","display_text":"Posted to geraniums"}}`
	r, err := d.Classify(step, network.Reply{Status: 201, Body: []byte(good)})
	if err != nil || r.RemoteID != "745612345678901234" || r.URL != "https://geraniums.tumblr.com/post/745612345678901234" {
		t.Fatalf("%+v, %v", r, err)
	}
	for state, accepted := range map[string]bool{"published": true, "transcoding": true, "draft": false, "queued": false, "unapproved": false, "\u202e": false} {
		body := fmt.Sprintf(`{"meta":{"status":201},"response":{"id":"7","state":%q}}`, state)
		if _, err := d.Classify(step, network.Reply{Status: 201, Body: []byte(body)}); (err == nil) != accepted || err != nil && network.KindOf(err) != network.Ambiguous {
			t.Errorf("the state %q: %v", state, err)
		}
	}
	for _, body := range []string{
		`{"meta":{"status":201},"response":{"id":""}}`, `{"meta":{"status":201},"response":{"id":"../7"}}`, `{"meta":{"status":201},"response":{"id":7}}`,
		`{"meta":{"status":201},"response":{"id":"\ud800"}}`, `{"meta":{"status":201},"response":{"id":"0"}}`, `{"meta":{"status":201},"response":[]}`,
		`{"meta":{"status":400},"response":{"id":"7"}}`, `{"response":{"id":"7"}}`, `{"meta":{"status":201},"response":{"id":"123456789012345678901"}}`,
	} {
		if r, err := d.Classify(step, network.Reply{Status: 201, Body: []byte(body)}); !is(err, network.Ambiguous) {
			t.Errorf("%s is %+v, %v", body, r, err)
		}
	}
	if _, err := d.Classify(step, network.Reply{Status: 200, Body: []byte(good)}); !is(err, network.Ambiguous) {
		t.Errorf("200 is documented for edits alone: %v", err)
	}
}

func TestTheDaysLimitsAreWaitedFor(t *testing.T) {
	s := tumblrtest.New(t)
	s.Refuse(403, 8023)
	_, err := tumblr.New().Publish(t.Context(), calls(nil), s.Account(), plan("a", network.Part{Text: "hello"}))
	if !is(err, network.Throttled) || network.WaitOf(err) != time.Hour || len(s.Saved()) != 0 {
		t.Errorf("%v, wait %v", err, network.WaitOf(err))
	}
}

func TestWhatIsLeftIsReadFromTheHeaders(t *testing.T) {
	b := tumblr.New().Describe().Budgets
	header := func(limit, left, reset string) map[string]string {
		return map[string]string{"X-Ratelimit-Perhour-Limit": limit, "X-Ratelimit-Perhour-Remaining": left, "X-Ratelimit-Perhour-Reset": reset}
	}
	got := b.Read(network.Use{}, network.Reply{Header: header("1000", "990", "1800")})
	if len(got) != 1 || got[0] != (network.Left{Window: "hour", Limit: 1000, Points: 990, Opens: 30 * time.Minute}) {
		t.Errorf("read as %+v", got)
	}
	day := header("1000", "0", "60")
	day["X-Ratelimit-Perday-Limit"], day["X-Ratelimit-Perday-Remaining"], day["X-Ratelimit-Perday-Reset"] = "5000", "0", "7200"
	_, err := tumblr.New().Describe().Classify(step, network.Reply{Status: 429, Header: day})
	if !is(err, network.Throttled) || network.WaitOf(err) != 2*time.Hour {
		t.Errorf("with both used up: %v, wait %v", err, network.WaitOf(err))
	}
	for _, odd := range [][3]string{{"", "", ""}, {"1000", "-1", "60"}, {"0", "0", "60"}, {"1000", "5", "99999999"}, {"1000", "5", "x"}, {"1e3", "5", "60"}} {
		if got := b.Read(network.Use{}, network.Reply{Header: header(odd[0], odd[1], odd[2])}); len(got) != 0 {
			t.Errorf("%q was read as %+v", odd, got)
		}
	}
	if app := b.App(tumblrtest.New(t).Account()); app != tumblrtest.Client {
		t.Errorf("the windows count for the application %q", app)
	}
	for _, w := range b.Windows {
		if cost := b.CostOf(w, network.Use{Kind: network.UseRead}); (cost == 0) != (w.Name == "posts") {
			t.Errorf("a look-up takes %d from %s", cost, w.Name)
		}
	}
}
