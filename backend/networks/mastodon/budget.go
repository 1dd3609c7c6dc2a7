package mastodon

import (
	"strconv"
	"time"

	"postbag/backend/network"
)

// The windows of a stock Mastodon. Other servers say their own numbers in their answers.
const (
	windowRequests = "requests"
	windowUploads  = "uploads"
	windowPosts    = "posts"
)

const (
	requestsPer = 5 * time.Minute
	uploadsPer  = 30 * time.Minute
	postsPer    = 3 * time.Hour

	docPosts = "mastodon/mastodon, app/lib/rate_limiter.rb, family statuses, 2026-11"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowRequests, Scope: network.ScopeAccount, Points: 300, Per: requestsPer, Source: docRates},
			{Name: windowUploads, Scope: network.ScopeAccount, Points: 30, Per: uploadsPer, Source: docRates},
			{Name: windowPosts, Scope: network.ScopeAccount, Points: 300, Per: postsPer, Source: docPosts},
		},
		Cost: func(w network.Window, u network.Use) int {
			if w.Name == windowUploads && u.Kind != network.UsePrepare || w.Name == windowPosts && u.Kind != network.UsePublish {
				return 0
			}
			return 1
		},
		Expect: expected,
		Read:   readLeft,
	}
}

// expected counts an upload for every medium and the question whether the server is done with it.
func expected(p network.Plan) []network.Use {
	var list []network.Use
	for _, part := range p.Parts {
		for range part.Media {
			list = append(list, network.Use{Step: "media", Kind: network.UsePrepare}, network.Use{Step: "media ready", Kind: network.UseRead})
		}
	}
	for range p.Parts {
		list = append(list, network.Use{Step: "post", Kind: network.UsePublish, Parts: 1})
	}
	return list
}

// readLeft reads the X-RateLimit headers. A server says them once, of the limit that is nearest to
// its end among those that apply to the request (mastodon/mastodon,
// app/controllers/concerns/api/rate_limit_headers.rb, 2026-11); which one it is shows in when it opens
// and in how large it is. Where that leaves two, both have at least as much left as it says.
func readLeft(u network.Use, r network.Reply) []network.Left {
	limit, err := strconv.Atoi(header(r, "X-RateLimit-Limit"))
	if err != nil || limit <= 0 {
		return nil
	}
	points, err := strconv.Atoi(header(r, "X-RateLimit-Remaining"))
	if err != nil {
		return nil
	}
	opens := untilReset(r)
	if opens <= 0 {
		return nil
	}
	left := func(windows ...string) (list []network.Left) {
		for _, w := range windows {
			list = append(list, network.Left{Window: w, Limit: limit, Points: max(points, 0), Opens: opens})
		}
		return list
	}
	const slack = 2 * time.Second // two clocks read one after the other
	switch {
	case u.Kind == network.UsePrepare && (opens > requestsPer+slack || limit < 100):
		return left(windowUploads)
	case u.Kind == network.UsePublish && opens > requestsPer+slack:
		return left(windowPosts)
	case u.Kind == network.UsePublish && opensWith(r, postsPer):
		return left(windowRequests, windowPosts)
	}
	return left(windowRequests)
}

// opensWith reports whether the reset time is one at which windows of this length open: they are
// counted from the beginning of Unix time.
func opensWith(r network.Reply, per time.Duration) bool {
	reset, err := time.Parse(time.RFC3339Nano, header(r, "X-RateLimit-Reset"))
	if err != nil {
		return false
	}
	off := reset.Unix() % int64(per/time.Second)
	return off <= 2 || off >= int64(per/time.Second)-2
}
