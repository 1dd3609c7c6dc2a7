package googlebusinesstest

import (
	"fmt"
	"time"
)

// occasion is the part of a new post that events and offers have (reference v4, LocalPostEvent, TimeInterval,
// LocalPostOffer).
type occasion struct {
	Event *struct {
		Title    string `json:"title"`
		Schedule struct {
			StartDate *date  `json:"startDate"`
			StartTime *clock `json:"startTime"`
			EndDate   *date  `json:"endDate"`
			EndTime   *clock `json:"endTime"`
		} `json:"schedule"`
	} `json:"event"`
	Offer *struct {
		Coupon string `json:"couponCode"`
		Redeem string `json:"redeemOnlineUrl"`
		Terms  string `json:"termsConditions"`
	} `json:"offer"`
}

type date struct{ Year, Month, Day int }

type clock struct{ Hours, Minutes int }

// at is a date and a time as text, and whether it is one.
func at(d *date, c *clock) (string, bool) {
	if d == nil {
		return "", false
	}
	text := fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
	if c == nil {
		_, err := time.Parse("2006-01-02", text)
		return text, err == nil
	}
	text += fmt.Sprintf(" %02d:%02d", c.Hours, c.Minutes)
	_, err := time.Parse("2006-01-02 15:04", text)
	return text, err == nil
}

// fits reports whether a post of a topic has what that topic needs, and no more.
func (o occasion) fits(topic string, button bool) bool {
	switch topic {
	case "STANDARD":
		return o.Event == nil && o.Offer == nil
	case "EVENT":
		return o.dated() && o.Offer == nil
	case "OFFER":
		return o.dated() && !button
	}
	return false
}

func (o occasion) dated() bool {
	if o.Event == nil || o.Event.Title == "" {
		return false
	}
	s := o.Event.Schedule
	from, ok := at(s.StartDate, s.StartTime)
	to, also := at(s.EndDate, s.EndTime)
	return ok && also && from <= to && (s.StartTime == nil) == (s.EndTime == nil)
}

// keep notes what was said.
func (o occasion) keep(p *Post) {
	if o.Event != nil {
		p.Event.Title = o.Event.Title
		p.Event.Start, _ = at(o.Event.Schedule.StartDate, o.Event.Schedule.StartTime)
		p.Event.End, _ = at(o.Event.Schedule.EndDate, o.Event.Schedule.EndTime)
	}
	if o.Offer != nil {
		p.Coupon, p.Redeem, p.Terms = o.Offer.Coupon, o.Offer.Redeem, o.Offer.Terms
	}
}

// day is a date as the reference has it, of a text that at made.
func day(text string) map[string]any {
	var d date
	_, _ = fmt.Sscanf(text, "%d-%d-%d", &d.Year, &d.Month, &d.Day) // an event that a test saved may have none
	return map[string]any{"year": d.Year, "month": d.Month, "day": d.Day}
}
