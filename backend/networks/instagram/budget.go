package instagram

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The windows of an account, both over any 24 hours. What Instagram itself says of the first goes before
// the documents, which disagree: the guide says 100 posts, the reference 50.
const (
	windowPosts      = "posts"
	windowContainers = "containers"
)

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{
			{Name: windowPosts, Scope: network.ScopeAccount, Points: 50, Per: 24 * time.Hour, Source: "IG User Content Publishing Limit, as quoted on 2026-09-19: 50 a day; the guide says 100"},
			{Name: windowContainers, Scope: network.ScopeAccount, Points: 400, Per: 24 * time.Hour, Source: docGuide + ": 400 containers a day"},
		},
		Host:   "graph.instagram.com",
		Cost:   cost,
		Expect: expect,
		Read:   left,
	}
}

func cost(w network.Window, u network.Use) int {
	makes := u.Kind == network.UsePrepare && (u.Step == stepContainer || strings.HasPrefix(u.Step, stepItem))
	if w.Name == windowPosts && u.Kind == network.UsePublish && !strings.HasPrefix(u.Step, stepComment) || w.Name == windowContainers && makes {
		return 1
	}
	return 0
}

func expect(p network.Plan) []network.Use {
	list := []network.Use{{Step: stepQuota, Kind: network.UseRead}}
	var media []network.Media
	if len(p.Parts) > 0 {
		media = p.Parts[0].Media
	}
	for i := range media {
		list = append(list, network.Use{Step: stepFile + strconv.Itoa(i+1), Kind: network.UsePrepare})
		if len(media) > 1 {
			list = append(list,
				network.Use{Step: stepItem + strconv.Itoa(i+1), Kind: network.UsePrepare},
				network.Use{Step: stepItemState + strconv.Itoa(i+1), Kind: network.UseRead})
		}
	}
	list = append(list,
		network.Use{Step: stepContainer, Kind: network.UsePrepare},
		network.Use{Step: stepState, Kind: network.UseRead},
		network.Use{Step: stepPublish, Kind: network.UsePublish, Parts: 1})
	if len(p.Parts) > 1 {
		list = append(list, network.Use{Step: stepComment, Kind: network.UsePublish, Parts: 1})
	}
	return list
}

// quota is how many posts an account has published through applications, and may.
type quota struct {
	Data []struct {
		Used   *int `json:"quota_usage"`
		Config struct {
			Total   int   `json:"quota_total"`
			Seconds int64 `json:"quota_duration"`
		} `json:"config"`
	} `json:"data"`
}

// read returns what is left of the posts. It reports false if Instagram does not say.
func (q quota) read() (l network.Left, ok bool) {
	if len(q.Data) == 0 || q.Data[0].Used == nil || *q.Data[0].Used < 0 || q.Data[0].Config.Total <= 0 {
		return l, false
	}
	per := 24 * time.Hour
	if s := q.Data[0].Config.Seconds; s > 0 && s < int64(per/time.Second) {
		per = time.Duration(s) * time.Second
	}
	total := q.Data[0].Config.Total
	return network.Left{Window: windowPosts, Limit: total, Points: max(total-*q.Data[0].Used, 0), Opens: per}, true
}

// left reads what an answer says of the windows: only that to the question about them does.
func left(u network.Use, r network.Reply) []network.Left {
	var q quota
	if u.Step != stepQuota || r.Status != 200 || json.Unmarshal(r.Body, &q) != nil {
		return nil
	}
	if l, ok := q.read(); ok {
		return []network.Left{l}
	}
	return nil
}
