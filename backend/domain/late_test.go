package domain_test

import (
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestALateDeliveryDoesWhatItsRuleSays(t *testing.T) {
	due := time.Date(2026, 6, 12, 7, 30, 0, 0, time.UTC)
	quarter := 15 * time.Minute
	for _, c := range []struct {
		why      string
		late     time.Duration
		deadline time.Duration // 0: none
		then     domain.LateThen
		want     domain.LateDecision
	}{
		{"a millisecond early", -time.Millisecond, 0, domain.LatePublish, domain.LateTooEarly},
		{"early, with a deadline that has passed already", -time.Hour, -2 * time.Hour, domain.LatePublish, domain.LateTooEarly},
		{"in time", 0, 0, domain.LateAsk, domain.LateGo},
		{"just within the tolerance", quarter, 0, domain.LateSkip, domain.LateGo},
		{"just past it, ask", quarter + 1, 0, domain.LateAsk, domain.LateToAsk},
		{"just past it, skip", quarter + 1, 0, domain.LateSkip, domain.LateToDiscard},
		{"just past it, next slot", quarter + 1, 0, domain.LateNextSlot, domain.LateToSlot},
		{"a week late, publish all the same", 7 * 24 * time.Hour, 0, domain.LatePublish, domain.LateGo},
		{"the deadline ends what may be published", time.Hour, 59 * time.Minute, domain.LatePublish, domain.LateToDiscard},
		{"the deadline counts within the tolerance too", 10 * time.Minute, 5 * time.Minute, domain.LateAsk, domain.LateToDiscard},
		{"at the deadline it still goes", 5 * time.Minute, 5 * time.Minute, domain.LateAsk, domain.LateGo},
		{"a rule nobody knows asks", time.Hour, 0, "shrug", domain.LateToAsk},
		{"no rule asks", time.Hour, 0, "", domain.LateToAsk},
	} {
		var deadline time.Time
		if c.deadline != 0 {
			deadline = due.Add(c.deadline)
		}
		got := domain.Late(due.Add(c.late), due, deadline, domain.LatePolicy{Then: c.then, After: quarter})
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestTheMostSpecificLateRuleCounts(t *testing.T) {
	rule := func(then domain.LateThen) *domain.LateRule {
		return &domain.LateRule{LatePolicy: domain.LatePolicy{Then: then}}
	}
	post, channel, workspace := rule(domain.LateSkip), rule(domain.LatePublish), rule(domain.LateNextSlot)
	for _, c := range []struct {
		rules []*domain.LateRule
		want  domain.LateThen
	}{
		{[]*domain.LateRule{post, channel, workspace}, domain.LateSkip},
		{[]*domain.LateRule{nil, channel, workspace}, domain.LatePublish},
		{[]*domain.LateRule{nil, nil, workspace}, domain.LateNextSlot},
		{[]*domain.LateRule{nil, nil, nil}, domain.LateAsk},
	} {
		if got := domain.ChooseLate(c.rules...).Then; got != c.want {
			t.Errorf("%v: %s, want %s", c.rules, got, c.want)
		}
	}
}

func TestTheEarlierEndIsTheDeadline(t *testing.T) {
	due := time.Date(2026, 6, 12, 7, 30, 0, 0, time.UTC)
	hour := domain.LateRule{GiveUp: time.Hour}
	for _, c := range []struct {
		rule           domain.LateRule
		notAfter, want time.Time
	}{
		{domain.LateRule{}, time.Time{}, time.Time{}},
		{domain.LateRule{}, due.Add(time.Minute), due.Add(time.Minute)},
		{hour, time.Time{}, due.Add(time.Hour)},
		{hour, due.Add(time.Minute), due.Add(time.Minute)},
		{hour, due.Add(2 * time.Hour), due.Add(time.Hour)},
	} {
		if got := c.rule.Deadline(due, c.notAfter); !got.Equal(c.want) {
			t.Errorf("%+v not after %s: %s, want %s", c.rule, c.notAfter, got, c.want)
		}
	}
}

func TestARuleOfNonsenseIsNotValid(t *testing.T) {
	for _, p := range []domain.LatePolicy{{}, {Then: "shrug"}, {Then: domain.LateAsk, After: -1}, {Then: domain.LateAsk, After: 400 * 24 * time.Hour}} {
		if p.Valid() {
			t.Errorf("%+v is valid", p)
		}
	}
	if !domain.DefaultLate().Valid() {
		t.Error("the default is not valid")
	}
}
