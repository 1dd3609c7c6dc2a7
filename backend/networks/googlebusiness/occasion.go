package googlebusiness

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
)

// The choices of optionTopic, and Google's words for them (docPost, LocalPostTopicType).
const (
	topicUpdate = "update"
	topicEvent  = "event"
	topicOffer  = "offer"

	kindEvent = "EVENT"
	kindOffer = "OFFER"
)

// topicOf is what kind of post Google makes.
func topicOf(p network.Plan) string {
	switch p.Options[optionTopic] {
	case topicEvent:
		return kindEvent
	case topicOffer:
		return kindOffer
	}
	return topicStandard
}

// eventOf is the title and the time of an event or an offer: "required for topic types EVENT and OFFER"
// (docPost).
func eventOf(p network.Plan) *event {
	if topicOf(p) == topicStandard {
		return nil
	}
	from, _ := momentOf(p, optionStart) // also has seen to both
	to, _ := momentOf(p, optionEnd)
	e := event{Title: optionOf(p, optionTitle), Schedule: schedule{StartDate: from.date(), EndDate: to.date()}}
	if from.timed && to.timed {
		e.Schedule.StartTime, e.Schedule.EndTime = from.clock(), to.clock()
	}
	return &e
}

// offerOf is what an offer has besides.
func offerOf(p network.Plan) *offer {
	if topicOf(p) != kindOffer {
		return nil
	}
	return &offer{Coupon: optionOf(p, optionCoupon), Redeem: linkOf(p), Terms: optionOf(p, optionTerms)}
}

func optionOf(p network.Plan, key string) string { return strings.TrimSpace(p.Options[key]) }

// moment is a day, or a minute of one, as the clock on the wall at the location shows it: Google's dates have
// no time zone.
type moment struct {
	time.Time
	timed bool
}

// momentOf reads an option. An end that is not said is the day of the beginning.
func momentOf(p network.Plan, key string) (moment, bool) {
	text := optionOf(p, key)
	if text == "" && key == optionEnd {
		from, ok := momentOf(p, optionStart)
		from.timed = false
		return from, ok
	}
	if t, err := time.Parse("2006-01-02 15:04", strings.Join(strings.Fields(text), " ")); err == nil {
		return moment{t, true}, true
	}
	t, err := time.Parse("2006-01-02", text)
	return moment{t, false}, err == nil
}

func (m moment) date() date {
	return date{Year: m.Year(), Month: int(m.Month()), Day: m.Day()}
}

func (m moment) clock() *clock { return &clock{Hours: m.Hour(), Minutes: m.Minute()} }

// occasionIssues is what is wrong with an event or an offer.
func occasionIssues(p network.Plan) (issues []network.Issue) {
	add := func(label, key, message string) {
		issues = append(issues, network.Issue{
			Code: network.IssueOption, Field: "options", Media: -1, OverflowAt: -1, Message: message,
			Values: map[string]string{"option": label, "value": network.Printable(p.Options[key])},
		})
	}
	if topicOf(p) == topicStandard {
		return nil
	}
	title := optionOf(p, optionTitle)
	switch {
	case title == "":
		add("Title", optionTitle, "an event or offer needs a title")
	case !oneLine(title) || utf8.RuneCountInString(title) > mostTitle:
		add("Title", optionTitle, "the title is one line of at most 58 characters")
	}
	from, okFrom := momentOf(p, optionStart)
	to, okTo := momentOf(p, optionEnd)
	switch {
	case !okFrom:
		add("Begins", optionStart, "an event or offer needs a day when it begins, as 2026-12-01 or 2026-12-01 09:00")
	case !okTo:
		add("Ends", optionEnd, "the end is a day, as 2026-12-01 or 2026-12-01 17:00")
	case to.date() != from.date() && to.Before(from.Time), from.timed && to.timed && !to.After(from.Time):
		add("Ends", optionEnd, "the end is before the beginning")
	case from.timed != to.timed:
		add("Ends", optionEnd, "the beginning and the end both have a time of day, or neither has")
	}
	if topicOf(p) == kindOffer {
		if code := optionOf(p, optionCoupon); code != "" && (!oneLine(code) || utf8.RuneCountInString(code) > mostTitle) {
			add("Coupon", optionCoupon, "the coupon code is one line of at most 58 characters")
		}
		if terms := optionOf(p, optionTerms); !utf8.ValidString(terms) || utf8.RuneCountInString(terms) > mostText {
			add("Terms", optionTerms, "the terms have at most 1500 characters")
		}
	}
	return issues
}

func oneLine(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}
