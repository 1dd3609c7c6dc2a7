package main

import (
	"slices"
	"testing"

	"postbag/app/api"
)

func TestANoticeIsSaidWithoutAWordOfThePost(t *testing.T) {
	for _, test := range []struct{ code, count, want string }{
		{api.NoticeNeedsYou, "1", "1 post needs you."},
		{api.NoticeLate, "3", "3 posts are late and ask you."},
		{api.NoticeUnsure, "2", "2 posts could not be confirmed yet; Postbag makes sure."},
		{api.NoticePublished, "2", ""},
		{api.NoticeOnline, "1", "This computer is online again. You wanted to be reminded of 1 post."},
		{"of another day", "2", ""},
	} {
		if got := noticeWords(api.Notice{Code: test.code, Values: map[string]string{"count": test.count}}); got != test.want {
			t.Errorf("%s %s says %q, want %q", test.code, test.count, got, test.want)
		}
	}
	const text = `"; do shell script "x`
	for _, system := range []string{"linux", "darwin"} {
		if command := notifyCommand(system, text); command[len(command)-1] != text || slices.Contains(command[:len(command)-1], text) {
			t.Errorf("on %s the text is not an argument by itself: %q", system, command)
		}
	}
	if command := notifyCommand("plan9", text); command != nil {
		t.Errorf("%q", command)
	}
}
