package threads

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The windows of an account, both over any 24 hours. What Threads itself says of them goes before the
// documents.
const (
	windowPosts   = "posts"
	windowReplies = "replies"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowPosts, Scope: network.ScopeAccount, Points: 250, Per: 24 * time.Hour, Source: docGuide + ": 250 posts a day"},
			{Name: windowReplies, Scope: network.ScopeAccount, Points: 1000, Per: 24 * time.Hour, Source: docGuide + ": 1,000 replies a day"},
		},
		Host:   "graph.threads.net",
		Cost:   cost,
		Expect: expect,
		Read:   left,
	}
}

func cost(w network.Window, u network.Use) int {
	reply := strings.HasPrefix(u.Step, stepReply)
	if u.Kind == network.UsePublish && (w.Name == windowReplies) == reply {
		return 1
	}
	return 0
}

func expect(p network.Plan) []network.Use {
	list := []network.Use{{Step: stepQuota, Kind: network.UseRead}}
	for i, part := range p.Parts {
		for j := range part.Media {
			list = append(list, network.Use{Step: at(stepFile, i, j), Kind: network.UsePrepare})
			if len(part.Media) > 1 {
				list = append(list,
					network.Use{Step: at(stepItem, i, j), Kind: network.UsePrepare},
					network.Use{Step: at(stepItemState, i, j), Kind: network.UseRead})
			}
		}
		step := stepPublish
		if i > 0 {
			step = stepReply
		}
		list = append(list,
			network.Use{Step: stepContainer + strconv.Itoa(i+1), Kind: network.UsePrepare},
			network.Use{Step: stepState + strconv.Itoa(i+1), Kind: network.UseRead},
			network.Use{Step: step, Kind: network.UsePublish, Parts: 1})
	}
	return list
}

// quota is how much an account has published through applications, and may.
type quota struct {
	Data []struct {
		Posts   *int  `json:"quota_usage"`
		Config  allow `json:"config"`
		Replies *int  `json:"reply_quota_usage"`
		Reply   allow `json:"reply_config"`
	} `json:"data"`
}

type allow struct {
	Total   int   `json:"quota_total"`
	Seconds int64 `json:"quota_duration"`
}

// left reads what an answer says of the windows: only that to the question about them does.
func left(u network.Use, r network.Reply) (list []network.Left) {
	var q quota
	if u.Step != stepQuota || r.Status != 200 || json.Unmarshal(r.Body, &q) != nil || len(q.Data) == 0 {
		return nil
	}
	d := q.Data[0]
	for _, w := range []struct {
		name string
		used *int
		allow
	}{{windowPosts, d.Posts, d.Config}, {windowReplies, d.Replies, d.Reply}} {
		if w.used == nil || *w.used < 0 || w.Total <= 0 {
			continue
		}
		per := 24 * time.Hour
		if w.Seconds > 0 && w.Seconds < int64(per/time.Second) {
			per = time.Duration(w.Seconds) * time.Second
		}
		list = append(list, network.Left{Window: w.name, Limit: w.Total, Points: max(w.Total-*w.used, 0), Opens: per})
	}
	return list
}
