package api

import (
	"strconv"

	"postbag/backend/domain"
	"postbag/backend/store"
)

// TaskDelivery begins the task name of a delivery's progress: its id follows. Done and total count
// pictures and videos.
const TaskDelivery = "delivery:"

// Codes of notices about the queue. Their values are "count", and "post" and "delivery" of the first.
const (
	NoticeNeedsYou  = "queue_needs_you" // posts that a person must decide about or repair
	NoticeLate      = "queue_late"      // posts whose time passed
	NoticeClock     = "clock_suspect"   // the clock of this computer is wrong; its value is "minutes"
	NoticePublished = "queue_published" // posts that went live
	NoticeUnsure    = "queue_unsure"    // posts that may be live; Postbag is making sure
	NoticeTurn      = "queue_turn"      // posts that lie ready for a person, who posts them themselves
	NoticeOnline    = "online_again"    // there is a way to the servers, and a person asked to hear of that for posts
)

// NoticesOf returns what to tell a person of what happened in the queue: one notice a kind, whatever
// their number.
func NoticesOf(list []store.News) []Notice {
	var out []Notice
	for _, kind := range []struct {
		kind  store.NewsKind
		code  string
		route string
	}{
		{store.NewsNeeds, NoticeNeedsYou, "#/queue/needs-you"},
		{store.NewsTurn, NoticeTurn, "#/queue/needs-you"},
		{store.NewsLate, NoticeLate, "#/queue/upcoming"},
		{store.NewsUnsure, NoticeUnsure, "#/queue/needs-you"},
		{store.NewsPublished, NoticePublished, "#/queue/published"},
	} {
		posts := map[domain.PostID]bool{}
		values := map[string]string{}
		for _, n := range list {
			if n.Kind != kind.kind {
				continue
			}
			if len(posts) == 0 {
				values["post"], values["delivery"] = string(n.Post), string(n.Delivery)
			}
			posts[n.Post] = true
		}
		if len(posts) == 0 {
			continue
		}
		values["count"] = strconv.Itoa(len(posts))
		out = append(out, Notice{Code: kind.code, Values: values, Route: kind.route})
	}
	return out
}
