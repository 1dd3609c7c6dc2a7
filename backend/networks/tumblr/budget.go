package tumblr

import (
	"strconv"
	"time"

	"postbag/backend/network"
)

// The windows of Tumblr (docLimits). Its 250 pictures and 20 videos a day are not among them: they are
// counted by user, whatever was uploaded elsewhere, and what is over is refused before anything is made.
const (
	windowPosts  = "posts"
	windowHour   = "hour"
	windowDay    = "day"
	windowMinute = "minute"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowPosts, Scope: network.ScopeAccount, Points: 250, Per: 24 * time.Hour, Source: docLimits},
			{Name: windowHour, Scope: network.ScopeApp, Points: 1000, Per: time.Hour, Source: docLimits},
			{Name: windowDay, Scope: network.ScopeApp, Points: 5000, Per: 24 * time.Hour, Source: docLimits},
			{Name: windowMinute, Scope: network.ScopeHost, Points: 300, Per: time.Minute, Source: docLimits},
		},
		Host: "api.tumblr.com",
		Cost: func(w network.Window, u network.Use) int {
			if w.Name == windowPosts && u.Kind != network.UsePublish {
				return 0
			}
			return 1
		},
		Expect: func(network.Plan) []network.Use {
			return []network.Use{{Step: "post", Kind: network.UsePublish, Parts: 1}}
		},
		Read: func(_ network.Use, r network.Reply) (list []network.Left) {
			for _, w := range []struct{ window, header string }{{windowHour, perHour}, {windowDay, perDay}} {
				limit, points, opens, ok := leftOf(r, w.header)
				if ok {
					list = append(list, network.Left{Window: w.window, Limit: limit, Points: points, Opens: opens})
				}
			}
			return list
		},
		App: func(a network.Account) string { return a.Options[clientOption] },
	}
}

// The beginnings of the headers that say what is left of an application's requests. They are not in the
// documentation; clients agree on them, and on seconds in "Reset" (mikf/gallery-dl and
// bbolli/tumblr-utils, read 2026-11). What they do not say is not believed.
const (
	perHour = "X-Ratelimit-Perhour-"
	perDay  = "X-Ratelimit-Perday-"
)

func leftOf(r network.Reply, header string) (limit, points int, opens time.Duration, ok bool) {
	number := func(name string) int {
		n, err := strconv.ParseInt(r.Header[header+name], 10, 32)
		if err != nil || n < 0 {
			return -1
		}
		return int(n)
	}
	limit, points = number("Limit"), number("Remaining")
	seconds := number("Reset")
	if limit <= 0 || points < 0 || seconds < 0 || seconds > 24*3600 {
		return 0, 0, 0, false
	}
	return limit, points, time.Duration(seconds) * time.Second, true
}

// untilReset reads how long an application has to wait whose requests are used up, zero if it is not said.
func untilReset(r network.Reply) (wait time.Duration) {
	for _, header := range []string{perHour, perDay} {
		if _, points, opens, ok := leftOf(r, header); ok && points == 0 {
			wait = max(wait, opens)
		}
	}
	return wait
}
