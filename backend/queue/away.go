package queue

import (
	"time"

	"postbag/backend/domain"
)

// How late posts of one account are spread when they go out after all.
const (
	lateGap     = 10 * time.Minute
	latePerHour = 3
)

// LateItem is a delivery whose time passed, with what its rule makes of it by itself.
type LateItem struct {
	Delivery domain.Delivery
	Rule     domain.LateDecision
	Due      time.Time // when it would go out if it is let go with the others
}

// LateOf returns the deliveries of which the time passed at least a minute ago and that wait, ask
// or were dropped for that, soonest first, each with a time that keeps one account's posts apart:
// ten minutes, and no more than three in an hour.
func LateOf(list []domain.Delivery, now time.Time) []LateItem {
	late := []LateItem{}
	next := map[domain.ChannelID]int{}
	for _, d := range list {
		if now.Sub(d.Due) < time.Minute {
			continue
		}
		rule := domain.LateToAsk
		switch {
		case d.State == domain.Held && d.HoldReason == domain.HoldLateAsk:
		case d.State == domain.Planned || d.State == domain.Waiting:
			rule = domain.Late(now, d.Due, d.Deadline, d.Late)
		case d.State == domain.Missed:
			rule = domain.LateToDiscard
		default:
			continue
		}
		late = append(late, LateItem{Delivery: d, Rule: rule, Due: spaced(now, next[d.Channel])})
		next[d.Channel]++
	}
	return late
}

// spaced returns when the n-th late post of an account goes out, counted from 0.
func spaced(now time.Time, n int) time.Time {
	return now.Add(time.Duration(n/latePerHour)*time.Hour + time.Duration(n%latePerHour)*lateGap)
}
