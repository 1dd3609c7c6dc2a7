package tiktok_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

func TestNoAnswerToTheLastPartIsAnAcceptance(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   network.Kind
		says   string
	}{
		{201, "", network.Ambiguous, "whole video"},
		{201, `{"data":{"publish_id":"1"},"error":{"code":"ok"}}`, network.Ambiguous, "whole video"},
		{200, `{"error":{"code":"ok"}}`, network.Ambiguous, ""},
		{206, "", network.Ambiguous, ""},
		{204, "", network.Ambiguous, ""},
		{403, "", network.Throttled, "hour"},
		{404, "", network.Throttled, "hour"},
		{400, "", network.Ambiguous, ""},
		{401, `{"error":{"code":"access_token_invalid"}}`, network.Ambiguous, ""},
		{416, "", network.Ambiguous, "another part"},
		{429, "", network.Ambiguous, ""},
		{302, "", network.Ambiguous, ""},
		{502, "", network.Ambiguous, ""},
	} {
		r, err := tiktok.New().Describe().Classify("last piece of v_pub_file~v2-1.1", network.Reply{Status: c.status, Body: []byte(c.body)})
		if err == nil || network.KindOf(err) != c.want || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %s: %+v, %v", c.status, c.body, r, err)
		}
		if stale := c.status == 403 || c.status == 404; network.IsStale(err) != stale {
			t.Errorf("%d: stale is %t", c.status, !stale)
		}
	}
}

func said(code string) string {
	return fmt.Sprintf(`{"data":{},"error":{"code":%q,"message":"Said so.","log_id":"1"}}`, code)
}

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	for _, c := range []struct {
		path   string
		status int
		body   string
		want   network.Kind
		says   string
		wait   time.Duration
	}{
		{"video/init/", 400, said("invalid_param"), network.Rejected, "Said so", 0},
		{"video/init/", 400, said("invalid_params"), network.Rejected, "Said so", 0},
		{"video/init/", 400, said("scope_permission_missed"), network.Reauth, "ticked", 0},
		{"video/init/", 401, said("access_token_invalid"), network.Reauth, "sign-in", 0},
		{"video/init/", 401, said("scope_not_authorized"), network.Reauth, "ticked", 0},
		{"video/init/", 403, said("spam_risk_too_many_posts"), network.Throttled, "today", 6 * time.Hour},
		{"video/init/", 403, said("spam_risk_too_many_pending_share"), network.Throttled, "inbox", time.Hour},
		{"video/init/", 403, said("reached_active_user_cap"), network.Throttled, "accounts", 6 * time.Hour},
		{"video/init/", 403, said("spam_risk_user_banned_from_posting"), network.Rejected, "does not let", 0},
		{"video/init/", 403, said("unaudited_client_can_only_post_to_private_accounts"), network.Rejected, "audited", 0},
		{"video/init/", 403, said("privacy_level_option_mismatch"), network.Rejected, "who sees", 0},
		{"video/init/", 429, said("rate_limit_exceeded"), network.Throttled, "Said so", time.Minute},
		{"creator_info/query/", 200, said("spam_risk_too_many_posts"), network.Throttled, "today", 6 * time.Hour},
		{"creator_info/query/", 200, said("spam_risk_user_banned_from_posting"), network.Rejected, "does not let", 0},
		// Nobody documented these.
		{"creator_info/query/", 200, said("something_new"), network.Ambiguous, "", 0},
		{"creator_info/query/", 200, `{"data":{"privacy_level_options":[]},"error":{"code":"ok"}}`, network.Ambiguous, "", 0},
		{"creator_info/query/", 200, `{"data":null,"error":{"code":"ok"}}`, network.Ambiguous, "", 0},
		{"creator_info/query/", 200, `{"data":{"privacy_level_options":["PUBLIC_TO_EVERYONE"]}}`, network.Ambiguous, "", 0},
		{"creator_info/query/", 201, `{"data":{"privacy_level_options":["PUBLIC_TO_EVERYONE"]},"error":{"code":"ok"}}`, network.Ambiguous, "", 0},
		{"video/init/", 200, said(""), network.Ambiguous, "", 0},
		{"video/init/", 200, strings.Repeat("[", 100_000), network.Ambiguous, "", 0},
		{"video/init/", 200, `{"data":{"publish_id":"../../x","upload_url":"https://open-upload.tiktokapis.com/"},"error":{"code":"ok"}}`, network.Ambiguous, "", 0},
		{"video/init/", 200, `{"data":{"publish_id":7},"error":{"code":"ok"}}`, network.Ambiguous, "", 0},
		{"video/init/", 400, said("something_new"), network.Ambiguous, "", 0},
		{"video/init/", 401, "<html>", network.Ambiguous, "", 0},
		{"video/init/", 403, said("invalid_param"), network.Ambiguous, "", 0},
		{"video/init/", 404, "", network.Ambiguous, "", 0},
		{"video/init/", 500, said("spam_risk_user_banned_from_posting"), network.Ambiguous, "", 0},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		s.Instead("POST /v2/post/publish/"+c.path, tiktoktest.Answer{Status: c.status, Body: c.body})
		_, err := tiktok.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "The boat"))
		if err == nil || network.KindOf(err) != c.want || !strings.Contains(err.Error(), c.says) || network.WaitOf(err) != c.wait {
			t.Errorf("%s %d %.80s: %v, a wait of %v", c.path, c.status, c.body, err, network.WaitOf(err))
		}
		if len(s.Whole()) != 0 {
			t.Errorf("%s %d %.80s: a video was sent", c.path, c.status, c.body)
		}
	}
}

// What TikTok says of an upload is believed only in its own words.
func TestAStateThatNobodyDocumentedProvesNothing(t *testing.T) {
	const public = `"publicaly_available_post_id"` //nolint:misspell // TikTok spells it so
	ok := func(data string) string { return `{"data":` + data + `,"error":{"code":"ok"}}` }
	for body, want := range map[string]network.ContainerState{
		ok(`{"status":"PUBLISH_COMPLETE"}`):                                 network.ContainerPublished,
		ok(`{"status":"PUBLISH_COMPLETE",` + public + `:["../x",{},null]}`): network.ContainerPublished,
		ok(`{"status":"PROCESSING_UPLOAD","uploaded_bytes":100000}`):        network.ContainerBuilding,
		ok(`{"status":"PROCESSING_UPLOAD","uploaded_bytes":99999}`):         network.ContainerReady,
		ok(`{"status":"PROCESSING_UPLOAD","uploaded_bytes":-1}`):            network.ContainerBuilding,
		ok(`{"status":"PROCESSING_UPLOAD"}`):                                network.ContainerBuilding,
		ok(`{"status":"PROCESSING_DOWNLOAD"}`):                              "",
		ok(`{"status":"SEND_TO_USER_INBOX"}`):                               "",
		ok(`{"status":"publish_complete"}`):                                 "",
		ok(`{"status":"PUBLISH_COMPLETE",` + public + `:7}`):                "",
		ok(`{}`):                                 "",
		`{"data":{"status":"PUBLISH_COMPLETE"}}`: "",
		`{"data":{"status":"PUBLISH_COMPLETE"},"error":{"code":"internal_error"}}`:       "",
		`{"data":{"status":"PUBLISH_COMPLETE"},"error":{"code":"access_token_invalid"}}`: "",
		"<html>": "",
		`{"data":{"status":"PUBLISH_COMPLETE"},"er`: "",
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		s.Instead("POST /v2/post/publish/status/fetch/", tiktoktest.Answer{Status: 200, Body: body})
		box, err := tiktok.New().Container(t.Context(), calls(files), s.Account(), plan(files, "The boat"), "v_pub_file~v2-1.1")
		if box.State != want || (err == nil) != (want != "") {
			t.Errorf("%s: %+v, %v", body, box, err)
		}
		if want == network.ContainerPublished && (box.Receipt.RemoteID != "v_pub_file~v2-1.1" || box.Receipt.URL != "https://www.tiktok.com/@karibakes") {
			t.Errorf("%s: %+v", body, box.Receipt)
		}
	}
	s, files := tiktoktest.New(t), networktest.NewFiles()
	if _, err := tiktok.New().Container(t.Context(), calls(files), s.Account(), plan(files, "The boat"), "../x"); err == nil {
		t.Error("an id that is none was asked for")
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	files := networktest.NewFiles()
	set := func(pairs ...string) func(p *network.Plan) {
		return func(p *network.Plan) {
			for i := 0; i < len(pairs); i += 2 {
				p.Options[pairs[i]] = pairs[i+1]
			}
		}
	}
	d := tiktok.New().Describe()
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"no word on who sees it", network.IssueOption, func(p *network.Plan) { delete(p.Options, "privacy") }},
		{"still no word on who sees it", network.IssueOption, set("privacy", "unsaid")},
		{"a paid partnership for oneself", network.IssueOption, set("privacy", "self", "paid", "true")},
		{"a cover that is none", network.IssueOption, set("cover", "the third")},
		{"a cover before the beginning", network.IssueOption, set("cover", "-1")},
		{"a cover after the end", network.IssueOption, set("cover", "601")},
		{"a text too long", network.IssueTooLong, func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("😀", 1101) }},
		{"a text too long with its link", network.IssueTooLong, func(p *network.Plan) {
			p.Parts[0].Text = strings.Repeat("é", 2190)
			p.Link = &network.Link{URL: "https://example.com/"}
		}},
		{"no video", network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0].Media = nil }},
		{"a picture beside the video", network.IssueMixed, func(p *network.Plan) { p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/jpeg", 1, 0)) }},
		{"a video too long", network.IssueMediaLength, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 600_001 }},
		{"a video too large", network.IssueMediaBytes, func(p *network.Plan) { p.Parts[0].Media[0].Bytes = 4_000_000_001 }},
		{"a video too small to see", network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media[0].Width = 359 }},
		{"a video too high", network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media[0].Height = 4097 }},
		{"a visibility", network.IssueVisibility, func(p *network.Plan) { p.Visibility = "private" }},
	} {
		p := plan(files, "The boat")
		c.change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	warned := func(p network.Plan) (codes []string) {
		for _, i := range network.Check(d, d.Limits, p) {
			if !i.Warning {
				t.Errorf("%v is blocked: %+v", p.Options, i)
			}
			codes = append(codes, i.Code)
		}
		return codes
	}
	p := plan(files, strings.Repeat("😀", 1100))
	if got := warned(p); len(got) != 1 || got[0] != "unaudited" {
		t.Errorf("a public post: %q", got)
	}
	p.Options["privacy"] = "self"
	if got := warned(p); len(got) != 0 {
		t.Errorf("a post for oneself: %q", got)
	}
	p.Options = map[string]string{"way": "inbox"}
	if got := warned(p); len(got) != 1 || got[0] != "caption_lost" {
		t.Errorf("a text in the inbox: %q", got)
	}
	p.Parts[0].Text = ""
	if got := warned(p); len(got) != 0 {
		t.Errorf("a video alone in the inbox: %q", got)
	}
}

// What a post takes of the windows of a minute: one request of each kind, and the parts of a video nothing.
func TestWhatAPostTakesOfTheWindows(t *testing.T) {
	d := tiktok.New().Describe()
	p := plan(networktest.NewFiles(), "The boat")
	p.Parts[0].Media[0].Bytes = 50_000_123
	sum := map[string]int{}
	uses := d.ExpectOf(p)
	for _, u := range uses {
		for _, w := range d.Budgets.Windows {
			sum[w.Name] += d.Budgets.CostOf(w, u)
		}
	}
	if len(uses) != 8 || sum["begin"] != 1 || sum["creator"] != 1 || sum["status"] != 1 {
		t.Errorf("%d requests take %v", len(uses), sum)
	}
}

func TestThePageOfAnAccount(t *testing.T) {
	for handle, want := range map[string]string{"karibakes": "https://www.tiktok.com/@karibakes", "kari.bakes_1": "https://www.tiktok.com/@kari.bakes_1", "": "", "../x": "", "a b": ""} {
		if got := tiktok.New().Profile(network.Account{Handle: handle}); got != want {
			t.Errorf("the page of %q is %q", handle, got)
		}
	}
	s, files := tiktoktest.New(t), networktest.NewFiles()
	p := plan(files, "The boat")
	id := sent(t, calls(files), s, p)
	a := s.Account()
	a.Handle = ""
	if box, err := tiktok.New().Container(t.Context(), calls(nil), a, p, id); err != nil || box.Receipt.URL != "https://www.tiktok.com/" {
		t.Errorf("without a name it is %+v, %v", box, err)
	}
}
