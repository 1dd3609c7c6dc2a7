package domain

import "time"

// LateDecision says what becomes of a delivery whose turn it is.
type LateDecision string

// Every decision.
const (
	LateTooEarly  LateDecision = "too_early" // its time has not come
	LateGo        LateDecision = "go"        // it goes out: in time, or late by no more than its rule allows
	LateToSlot    LateDecision = "to_slot"   // it moves to its channel's next free slot; it asks if there is none
	LateToAsk     LateDecision = "to_ask"    // a person decides
	LateToDiscard LateDecision = "discard"   // it is missed: nothing goes out
)

// Late applies a lateness rule to a delivery that was due at due and may go out until deadline
// (zero: for ever). After a deadline nothing goes out by itself, whatever the rule says. A rule
// that is not known asks: doubt belongs before a person.
func Late(now, due, deadline time.Time, rule LatePolicy) LateDecision {
	switch {
	case now.Before(due):
		return LateTooEarly
	case !deadline.IsZero() && now.After(deadline):
		return LateToDiscard
	case now.Sub(due) <= rule.After:
		return LateGo
	}
	switch rule.Then {
	case LatePublish:
		return LateGo
	case LateNextSlot:
		return LateToSlot
	case LateSkip:
		return LateToDiscard
	case LateAsk:
	}
	return LateToAsk
}

// Valid reports whether a rule is one of those that exist, with a tolerance from 0 to a year.
func (p LatePolicy) Valid() bool {
	switch p.Then {
	case LatePublish, LateNextSlot, LateAsk, LateSkip:
		return p.After >= 0 && p.After <= 366*24*time.Hour
	}
	return false
}

// LateRule is what a person chose about lateness for a workspace, a channel or a post.
type LateRule struct {
	LatePolicy
	// GiveUp is how long after its time a delivery may still go out, whoever lets it go; 0 for ever.
	GiveUp time.Duration
}

// DefaultLateRule is what holds where nobody chose: DefaultLate, and no end.
func DefaultLateRule() LateRule { return LateRule{LatePolicy: DefaultLate()} }

// ChooseLate returns the rule that counts: the most specific one that was chosen. Give them from
// the most specific to the least, nil where nobody chose.
func ChooseLate(rules ...*LateRule) LateRule {
	for _, r := range rules {
		if r != nil {
			return *r
		}
	}
	return DefaultLateRule()
}

// Deadline returns when a delivery due at due may not go out any more: the earlier of what the
// rule allows and the post's own last time (zero: none), zero for never.
func (r LateRule) Deadline(due, notAfter time.Time) time.Time {
	if r.GiveUp <= 0 {
		return notAfter
	}
	end := due.Add(r.GiveUp)
	if notAfter.IsZero() || end.Before(notAfter) {
		return end
	}
	return notAfter
}
