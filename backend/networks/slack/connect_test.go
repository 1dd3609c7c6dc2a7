package slack_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	for _, test := range []struct {
		key, value, says string
		reason           network.Reason
	}{
		{"token", "", "token of your app", network.ReasonMissing},
		{"token", "xoxb- a", "no spaces", network.ReasonMalformed},
		{"token", "xoxb-unknown", "does not know this token", network.ReasonRefused},
		{"token", "xapp-1-A0-1", "another kind of token", network.ReasonMalformed},
		{"token", "xoxe.xoxb-1-a", "token rotation", network.ReasonMalformed},
		{"token", "https://hooks.slack.com/services/T/B/X", "another kind of token", network.ReasonMalformed},
		{"channel", "", "link of the channel", network.ReasonMissing},
		{"channel", "#general", "no link of a channel", network.ReasonMalformed},
		{"channel", "https://square.slack.com.evil.example/archives/C0NEWS0001", "no link of a channel", network.ReasonMalformed},
		{"channel", "http://square.slack.com/archives/C0NEWS0001", "no link of a channel", network.ReasonMalformed},
		{"channel", "https://square.slack.com/archives/D0DIRECT01", "no link of a channel", network.ReasonMalformed},
		{"channel", "https://app.slack.com/client/T0SQUARE1", "no link of a channel", network.ReasonMalformed},
		{"channel", "C0UNKNOWN1", "does not see this channel", network.ReasonNotFound},
		{"channel", slacktest.Archived, "archived", network.ReasonWrongKind},
		{"channel", slacktest.Outside, "not in this channel yet", network.ReasonNotAllowed},
	} {
		s := slacktest.New(t)
		answers := s.Answers()
		answers[test.key] = test.value
		step, err := slack.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: answers})
		if err != nil || step.Account != nil || !strings.Contains(step.Message, test.says) || len(step.Ask) != 2 ||
			step.Reason != test.reason || step.About != test.key {
			t.Errorf("%s %q: %q, %q about %q, %v", test.key, test.value, step.Message, step.Reason, step.About, err)
		}
	}
}

func TestWhatTheTokenMayNotDoIsSaidAtOnce(t *testing.T) {
	s := slacktest.New(t)
	connect := func() network.Step {
		t.Helper()
		step, err := slack.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: s.Answers()})
		if err != nil {
			t.Fatal(err)
		}
		return step
	}
	s.Grant("chat:write,files:read")
	if step := connect(); step.Account != nil || !strings.Contains(step.Message, "files:write") {
		t.Errorf("without files:write: %q", step.Message)
	}
	s.Grant("")
	for method, body := range map[string]string{
		"conversations.info":    `{"ok":false,"error":"missing_scope","needed":"groups:read"}`,
		"conversations.history": `{"ok":false,"error":"missing_scope","needed":"groups:history"}`,
	} {
		s.Instead(method, slacktest.Answer{Status: 200, Body: body})
		if step := connect(); step.Account != nil || !strings.Contains(step.Message, "lacks the permission groups:") {
			t.Errorf("%s: %q", method, step.Message)
		}
	}
	s.Instead("conversations.history", slacktest.Answer{Status: 200, Body: `{"ok":false,"error":"not_in_channel"}`})
	if step := connect(); step.Account != nil || !strings.Contains(step.Message, "nothing is posted twice") {
		t.Errorf("a channel that cannot be read: %q", step.Message)
	}
	for _, answer := range []slacktest.Answer{{Status: 200, Body: "<html>"}, {Status: 500}, {Status: 200, Body: `{"ok":true,"team_id":"../","user_id":"U0","url":"https://a.slack.com/"}`}} {
		s.Instead("auth.test", answer)
		if step := connect(); step.Account != nil || !strings.Contains(step.Message, "cannot be understood") {
			t.Errorf("%+v: %q", answer, step.Message)
		}
	}
	step, err := slack.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "app", Answers: map[string]string{
		"token": " Bearer " + s.Answers()["token"] + "\n", "channel": "https://app.slack.com/client/" + slacktest.Team + "/" + slacktest.Channel + "/",
	}})
	if err != nil || step.Account == nil || step.Account.RemoteID != s.Account().RemoteID {
		t.Errorf("by the browser's address: %+v, %v", step.Account, err)
	}
	step = connect()
	if step.Account == nil || step.Account.RemoteID != s.Account().RemoteID || step.Account.Handle != "news" || step.Account.Name != "The square" ||
		step.Account.Options["workspace"] != slacktest.Workspace {
		t.Errorf("connected as %+v: %q", step.Account, step.Message)
	}
}

func TestVerifyAndDelete(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	a, err := slack.New().Verify(t.Context(), c, s.Account())
	if err != nil || a.Handle != "news" || a.Name != "The square" {
		t.Fatalf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = strings.Replace(other.RemoteID, slacktest.Bot, slacktest.Other, 1)
	if _, err := slack.New().Verify(t.Context(), c, other); kindOf(err) != network.Reauth {
		t.Errorf("another app's token: %v", err)
	}
	r := must(t, c, s.Account(), plan("a", network.Part{Text: "gone"}))
	for range 2 { // what is gone is success
		if err := slack.New().Delete(t.Context(), calls(nil), s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	s.Instead("chat.delete", slacktest.Answer{Status: 200, Body: `{"ok":false,"error":"cant_delete_message"}`})
	if err := slack.New().Delete(t.Context(), calls(nil), s.Account(), r); err == nil {
		t.Error("Slack refused, and it counts as deleted")
	}
}

func TestAMessageIsToldByItsAddress(t *testing.T) {
	a := slacktest.New(t).Account()
	const at = "https://" + slacktest.Workspace + "/archives/" + slacktest.Channel
	for link, want := range map[string]string{
		at + "/p1790000000000100": "1790000000.000100",
		" " + at + "/p1790000000000100?thread_ts=1780000000.000001&cid=C0NEWS0001 ":            "1790000000.000100",
		strings.ToUpper("https://square.slack.com") + "/archives/C0NEWS0001/p1790000000000100": "",
		at:                              "",
		at + "/p17900000000001":         "",
		at + "/p1790000000000100/extra": "",
		at + "/1790000000000100":        "",
		"https://other.slack.com/archives/C0NEWS0001/p1790000000000100":      "",
		"https://square.slack.com/archives/C0OTHER001/p1790000000000100":     "",
		"http://square.slack.com/archives/C0NEWS0001/p1790000000000100":      "",
		"https://a:b@square.slack.com/archives/C0NEWS0001/p1790000000000100": "",
		"https://square.example.com/archives/C0NEWS0001/p1790000000000100":   "",
	} {
		got, ok := slack.New().Linked(a, link)
		if strings.Contains(link, "SQUARE") { // a host has no case
			want = "1790000000.000100"
		}
		if ok != (want != "") || got.RemoteID != want || ok && got.URL == "" {
			t.Errorf("%q is %+v %t, want %q", link, got, ok, want)
		}
	}
	if got := slack.New().Profile(a); got != at {
		t.Errorf("the channel is at %q", got)
	}
}
