package bluesky

import (
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const rates = "Bluesky documentation, advanced-guides/rate-limits, as noted 2026-11"

// The windows of Bluesky's own servers. A person's own server may have others, or none.
const (
	windowRequests = "requests"
	windowHour     = "writes an hour"
	windowDay      = "writes a day"

	perCreate = 3 // points of a write that makes a record
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowRequests, Scope: network.ScopeHost, Points: 3000, Per: 5 * time.Minute, Source: rates},
			{Name: windowHour, Scope: network.ScopeAccount, Points: 5000, Per: time.Hour, Source: rates},
			{Name: windowDay, Scope: network.ScopeAccount, Points: 35000, Per: 24 * time.Hour, Source: rates},
		},
		Cost: func(w network.Window, u network.Use) int {
			switch {
			case w.Name == windowRequests:
				return 1
			case u.Kind == network.UsePublish:
				return perCreate * (max(u.Parts, 1) + gatesIn(u.Step))
			}
			return 0
		},
		Expect: expected,
		Read:   readLeft,
	}
}

// gatesIn reads from a step's name how many records it writes besides the posts.
func gatesIn(step string) int {
	_, n, _ := strings.Cut(step, gatesMark)
	count, err := strconv.Atoi(n)
	if err != nil {
		return 0
	}
	return max(count, 0)
}

// expected counts what an account of a sign-in in the browser asks in between, an upload for every picture, what a video needs where it needs most, a question for
// every person named, and one write.
func expected(p network.Plan) []network.Use {
	var list []network.Use
	prepare := func(step string) { list = append(list, network.Use{Step: step, Kind: network.UsePrepare}) }
	read := func(step string) { list = append(list, network.Use{Step: step, Kind: network.UseRead}) }
	for range 2 {
		read(firstReady)
		if long(p) {
			read(lastReady)
		}
	}
	for _, part := range p.Parts {
		for range part.Media {
			prepare("blob")
		}
		if isVideo(part) { // its server's name, a permission and the job
			read("video server")
			read("video token")
			read("video job")
		}
		for _, f := range findFacets(part.Text) {
			if f.kind == mentionFeature {
				prepare("mention")
			}
		}
	}
	if p.Link != nil && p.Link.Thumb != nil {
		prepare("thumb")
	}
	return append(list, network.Use{Step: stepOf(p), Kind: network.UsePublish, Parts: len(p.Parts)})
}

// readLeft reads the RateLimit headers. They are of the tightest limit of the request; the policy
// says which, by its length in seconds ("5000;w=3600"; bluesky-social/atproto,
// packages/xrpc-server/src/rate-limiter.ts, 2026-11). The time at which it opens is a Unix time,
// rounded down, and is counted from the answer's own Date.
func readLeft(_ network.Use, r network.Reply) []network.Left {
	limit, err := strconv.Atoi(strings.TrimSpace(r.Header["Ratelimit-Limit"]))
	if err != nil || limit <= 0 {
		return nil
	}
	points, err := strconv.Atoi(strings.TrimSpace(r.Header["Ratelimit-Remaining"]))
	if err != nil {
		return nil
	}
	_, w, _ := strings.Cut(r.Header["Ratelimit-Policy"], ";w=")
	seconds, err := strconv.Atoi(strings.TrimSpace(w))
	if err != nil {
		return nil
	}
	if _, dated := network.ParseDate(r.Header["Date"]); !dated || r.Header["Ratelimit-Reset"] == "" {
		return nil
	}
	for _, known := range budgets().Windows {
		if known.Per == time.Duration(seconds)*time.Second {
			return []network.Left{{
				Window: known.Name, Limit: limit, Points: max(points, 0), Opens: untilReset(r) + time.Second,
			}}
		}
	}
	return nil
}
