package api

import (
	"testing"

	"postbag/backend/store"
)

func TestANoticeIsToldOnceAKindAndCountsPosts(t *testing.T) {
	list := []store.News{
		{Delivery: "d1", Post: "a", Kind: store.NewsPublished},
		{Delivery: "d2", Post: "a", Kind: store.NewsPublished}, // the same post on another channel
		{Delivery: "d3", Post: "b", Kind: store.NewsPublished},
		{Delivery: "d4", Post: "c", Kind: store.NewsNeeds},
	}
	got := NoticesOf(list)
	if len(got) != 2 {
		t.Fatalf("%d notices, want 2: %+v", len(got), got)
	}
	needs, live := got[0], got[1]
	if needs.Code != NoticeNeedsYou || needs.Values["count"] != "1" || needs.Route != "#/queue/needs-you" {
		t.Errorf("what needs a person: %+v", needs)
	}
	if live.Code != NoticePublished || live.Values["count"] != "2" || live.Values["post"] != "a" || live.Values["delivery"] != "d1" {
		t.Errorf("what is live: %+v", live)
	}
	if rest := NoticesOf(nil); len(rest) != 0 {
		t.Errorf("nothing happened, and it is told: %+v", rest)
	}
}
