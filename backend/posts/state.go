package posts

import (
	"strings"

	"postbag/backend/domain"
)

// State is where a post as a whole stands: its worst delivery.
type State string

// Every state of a post, worst first.
const (
	StateNeedsYou   State = "needs_you"   // a person must decide or repair something
	StateMakingSure State = "making_sure" // it may be live; Postbag is looking
	StatePublishing State = "publishing"  // on its way now
	StateHeld       State = "held"        // stopped until something or somebody lets it go
	StateWaiting    State = "waiting"     // tried again by itself
	StateScheduled  State = "scheduled"   // goes out at its time
	StatePublished  State = "published"   // live wherever it was not called off
	StateMissed     State = "missed"      // its last possible time passed and nothing of it is live
	StateDraft      State = "draft"       // nothing of it is planned or live
)

// States lists every state, worst first.
func States() []State {
	return []State{
		StateNeedsYou, StateMakingSure, StatePublishing, StateHeld, StateWaiting, StateScheduled,
		StatePublished, StateMissed, StateDraft,
	}
}

// Standing sums up a post's deliveries.
type Standing struct {
	State     State
	Published int // deliveries that are live
	Of        int // deliveries that are live or still meant to be
}

// Stand computes where a post stands from its deliveries, oldest first. Of the one-off deliveries
// of one variant only the latest counts: an earlier one that was rejected or missed was answered
// by planning it again.
func Stand(deliveries []domain.Delivery) Standing {
	latest := map[domain.VariantID]int{}
	for i, d := range deliveries {
		if oneOff(d) {
			latest[d.Variant] = i
		}
	}
	rank := map[State]int{}
	for i, s := range States() {
		rank[s] = i
	}
	sum := Standing{State: StateDraft}
	for i, d := range deliveries {
		if oneOff(d) && latest[d.Variant] != i {
			continue
		}
		s := stateOf(d)
		if s == StatePublished {
			sum.Published++
		}
		if s != StateDraft {
			sum.Of++
		}
		if rank[s] < rank[sum.State] {
			sum.State = s
		}
	}
	return sum
}

func oneOff(d domain.Delivery) bool { return strings.HasPrefix(d.Occurrence, "once-") }

// stateOf says what one delivery makes of its post.
func stateOf(d domain.Delivery) State {
	switch d.State {
	case domain.Planned:
		return StateScheduled
	case domain.Preparing, domain.Sending:
		return StatePublishing
	case domain.Waiting:
		return StateWaiting
	case domain.Unknown:
		return StateMakingSure
	case domain.Held:
		return stateOfHold(d.HoldReason)
	case domain.Published:
		return StatePublished
	case domain.Rejected:
		return StateNeedsYou
	case domain.Missed:
		return StateMissed
	case domain.Cancelled:
		return StateDraft
	}
	return StateNeedsYou // a state of a newer program: a person should look
}

// stateOfHold tells holds that wait for a person's repair from holds that are a pause.
func stateOfHold(r domain.HoldReason) State {
	switch r {
	case domain.HoldAmbiguous, domain.HoldPartialThread, domain.HoldReauth, domain.HoldMediaMissing,
		domain.HoldDuplicateSuspect, domain.HoldPlanChanged, domain.HoldNetworkChanged:
		return StateNeedsYou
	case domain.HoldByPerson, domain.HoldApproval, domain.HoldLateAsk, domain.HoldClock,
		domain.HoldRestoredCopy, domain.HoldMovedProfile, domain.HoldBudget:
		return StateHeld
	}
	return StateNeedsYou
}
