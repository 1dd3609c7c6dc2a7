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
	NoticeNeedsYou = "queue_needs_you" // deliveries that a person must decide about or repair
	NoticeLate     = "queue_late"      // posts whose time passed
)

// NoticesOf returns what to tell a person of deliveries that came to need them: one notice a
// kind, whatever their number.
func NoticesOf(list []store.Needy) []Notice {
	var out []Notice
	for _, kind := range []struct {
		late  bool
		code  string
		route string
	}{
		{false, NoticeNeedsYou, "#/queue/needs-you"},
		{true, NoticeLate, "#/queue/upcoming"},
	} {
		posts := map[domain.PostID]bool{}
		values := map[string]string{}
		for _, n := range list {
			if n.Late != kind.late {
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
