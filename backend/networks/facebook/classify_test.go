package facebook_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

func TestEveryAnswerToAPost(t *testing.T) {
	body := func(code string) string { return `{"error":{"message":"why","code":` + code + `}}` }
	for _, c := range []struct {
		step   string
		status int
		body   string
		want   network.Kind // "" for an acceptance
	}{
		{"post 1", 200, `{"id":"104200000000001_12345"}`, ""},
		{"post 1", 200, `{"id":"12345"}`, network.Ambiguous},
		{"post 1", 200, `{"success":true}`, network.Ambiguous},
		{"post 1", 201, `{"id":"104200000000001_12345"}`, network.Ambiguous},
		{"video 777", 200, `{"success":true}`, ""},
		{"video 777", 200, `{"success":false}`, network.Ambiguous},
		{"video x", 200, `{"success":true}`, network.Ambiguous},
		{"post 1", 400, body("100"), network.Rejected},
		{"post 1", 400, `{"error":{"message":"why","code":100,"error_subcode":33}}`, network.Ambiguous},
		{"post 1", 400, body("1609005"), network.Rejected},
		{"video 777", 400, body("352"), network.Rejected},
		{"video 777", 400, `{"error":{"code":100,"error_subcode":1363023}}`, network.Rejected},
		{"video 777", 400, `{"error":{"code":200,"error_subcode":1363042}}`, network.Reauth},
		{"video 777", 400, `{"error":{"code":100,"error_subcode":1363019}}`, network.Ambiguous},
		{"post 1", 400, body("190"), network.Reauth},
		{"post 1", 401, body("102"), network.Reauth},
		{"post 1", 403, body("10"), network.Reauth},
		{"post 1", 403, body("200"), network.Reauth},
		{"post 1", 403, body("283"), network.Reauth},
		{"post 1", 403, body("300"), network.Ambiguous},
		{"post 1", 400, body("4"), network.Throttled},
		{"post 1", 403, body("32"), network.Throttled},
		{"post 1", 400, body("613"), network.Throttled},
		{"post 1", 400, body("80001"), network.Throttled},
		{"post 1", 400, body("368"), network.Throttled},
		{"post 1", 429, "", network.Throttled},
		{"post 1", 400, body("506"), network.Ambiguous},
		{"post 1", 400, body("1"), network.Ambiguous},
		{"post 1", 400, body("2"), network.Ambiguous},
		{"post 1", 400, body(`"x"`), network.Ambiguous},
		{"post 1", 400, "<html>", network.Ambiguous},
		{"post 1", 404, "", network.Ambiguous},
		{"post 1", 500, body("190"), network.Ambiguous},
	} {
		r, err := facebook.New().Describe().Classify(c.step, network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want || (err == nil) != (r.RemoteID != "") {
			t.Errorf("%s: %d %s gives %+v, %v, want %q", c.step, c.status, c.body, r, err, c.want)
		}
	}
}

func TestHowLongToWaitIsReadFromTheHeader(t *testing.T) {
	for header, want := range map[string]time.Duration{
		`{"104200000000001":[{"type":"pages","estimated_time_to_regain_access":19}]}`: 19 * time.Minute,
		`{"1":[{"estimated_time_to_regain_access":999999}]}`:                          24 * time.Hour,
		`{"1":[{"estimated_time_to_regain_access":-5}]}`:                              0,
		`nonsense`: 0,
	} {
		_, err := facebook.New().Describe().Classify("post 1", network.Reply{
			Status: 400, Body: []byte(`{"error":{"code":32}}`), Header: map[string]string{"X-Business-Use-Case-Usage": header},
		})
		if network.WaitOf(err) != want {
			t.Errorf("%s: wait %v, want %v", header, network.WaitOf(err), want)
		}
	}
	_, err := facebook.New().Describe().Classify("post 1", network.Reply{Status: 400, Body: []byte(`{"error":{"code":368}}`)})
	if network.WaitOf(err) != time.Hour {
		t.Errorf("a Page that is blocked waits %v", network.WaitOf(err))
	}
}

func TestARepeatedPostIsDoubt(t *testing.T) {
	s := facebooktest.New(t)
	s.Strict()
	must(t, calls(networktest.NewFiles()), s.Account(), plan("again"))
	if _, err := facebook.New().Publish(t.Context(), calls(networktest.NewFiles()), s.Account(), plan("again")); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 1 {
		t.Errorf("it gives %v", err)
	}
}
