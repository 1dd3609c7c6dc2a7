package queue

import (
	"slices"

	"postbag/backend/domain"
)

// Action is something a person may do with a delivery.
type Action string

// Every action, in the order in which they are offered.
const (
	ActionPublishNow Action = "publish_now" // move it to now
	ActionTryNow     Action = "try_now"     // do not wait for the next try
	ActionRelease    Action = "release"     // let a held one go
	ActionHand       Action = "hand"        // copy the text, open the folder and the page: a person posts it
	ActionLook       Action = "look"        // open the network where it would be
	ActionLive       Action = "live"        // say that it is there, with its link
	ActionAbsent     Action = "absent"      // say that it is not there
	ActionSendAgain  Action = "send_again"  // publish what may be there already
	ActionCheck      Action = "check"       // ask the network again whether it is there
	ActionSignIn     Action = "sign_in"     // of its channel
	ActionMove       Action = "move"        // give it another time
	ActionEdit       Action = "edit"        // change the post
	ActionHold       Action = "hold"
	ActionPlanAgain  Action = "plan_again"  // plan an ended one anew
	ActionOpen       Action = "open"        // what is live
	ActionEditLive   Action = "edit_live"   // change what is live
	ActionDeleteLive Action = "delete_live" // delete what is live
	ActionDuplicate  Action = "duplicate"   // use its content again
	ActionCancel     Action = "cancel"      // take it out of the queue
	ActionPutAway    Action = "put_away"    // see it no more
)

// Footing is what, beside its own row, decides what may be done with a delivery.
type Footing struct {
	Touched bool // something of it is or may be public
	Doubt   bool // a call may have been accepted, and nothing settled that
	CanLook bool // its network can be asked whether a post is there
	Live    int  // parts that are proved live
	CanEdit bool // its network lets what is live be changed
	Parts   int  // of it
	Deleted int  // parts that were deleted at the network
	// CanDelete says that its network lets what is live be deleted.
	CanDelete bool
	ByHand    bool // a person posts it themselves
}

// Actions returns what a person may do with a delivery now, the most useful first. What is not in
// the list is refused. A delivery that is being sent has none: only its answer ends that.
func Actions(d domain.Delivery, f Footing) []Action {
	if !d.ClosedAt.IsZero() {
		return []Action{ActionDuplicate}
	}
	switch d.State {
	case domain.Planned:
		if f.Touched { // a thread's rest, or a request that is repeated under its key
			return []Action{ActionHold}
		}
		return []Action{ActionPublishNow, ActionMove, ActionEdit, ActionHold, ActionDuplicate, ActionCancel}
	case domain.Waiting:
		list := []Action{ActionHold}
		if !f.Touched {
			list = []Action{ActionMove, ActionEdit, ActionHold, ActionDuplicate, ActionCancel}
		}
		if d.ErrorClass != "throttled" { // the network asked to wait
			list = append([]Action{ActionTryNow}, list...)
		}
		return list
	case domain.Preparing:
		return []Action{ActionHold}
	case domain.Sending:
		return []Action{}
	case domain.Unknown:
		return looking(f, ActionLook)
	case domain.Held:
		return heldActions(d.HoldReason, f)
	case domain.Published:
		return liveActions(f)
	case domain.Rejected:
		return []Action{ActionEdit, ActionPlanAgain, ActionDuplicate, ActionPutAway}
	case domain.Missed:
		return []Action{ActionPlanAgain, ActionEdit, ActionDuplicate, ActionPutAway}
	case domain.Cancelled:
	}
	return []Action{ActionDuplicate}
}

func liveActions(f Footing) []Action {
	if f.Deleted > 0 && f.Deleted >= f.Parts {
		return []Action{ActionDuplicate}
	}
	list := []Action{ActionOpen}
	if f.CanEdit {
		list = append(list, ActionEditLive)
	}
	list = append(list, ActionDuplicate)
	if f.CanDelete {
		list = append(list, ActionDeleteLive)
	}
	return list
}

// looking adds asking the network, where that is possible.
func looking(f Footing, list ...Action) []Action {
	if f.CanLook {
		list = append(list, ActionCheck)
	}
	return list
}

func heldActions(r domain.HoldReason, f Footing) []Action {
	if f.Doubt && f.ByHand {
		return []Action{ActionHand, ActionLive, ActionAbsent, ActionPutAway}
	}
	if f.Doubt {
		return append(looking(f, ActionLook, ActionLive, ActionAbsent, ActionSendAgain), ActionPutAway)
	}
	if f.Live > 0 { // a thread of which some parts are there
		list := []Action{ActionLook, ActionRelease}
		if r == domain.HoldReauth {
			list = []Action{ActionSignIn, ActionLook}
		}
		if r == domain.HoldPartialThread {
			list = append(list, ActionPutAway)
		}
		return list
	}
	var list []Action
	switch r {
	case domain.HoldLateAsk:
		list = []Action{ActionPublishNow, ActionMove}
	case domain.HoldReauth:
		list = []Action{ActionSignIn, ActionMove}
	case domain.HoldDuplicateSuspect:
		list = []Action{ActionPublishNow, ActionLook}
	case domain.HoldRestoredCopy, domain.HoldMovedProfile:
		return []Action{ActionLook, ActionLive, ActionRelease, ActionCancel}
	case domain.HoldMediaMissing, domain.HoldPlanChanged, domain.HoldNetworkChanged:
		return []Action{ActionEdit, ActionRelease, ActionCancel}
	case domain.HoldClock:
		list = []Action{ActionRelease}
	case domain.HoldByPerson, domain.HoldApproval, domain.HoldBudget, domain.HoldAmbiguous, domain.HoldPartialThread:
		list = []Action{ActionRelease, ActionMove}
	}
	if f.Touched {
		return slices.DeleteFunc(list, func(a Action) bool { return a == ActionMove || a == ActionPublishNow })
	}
	return append(list, ActionEdit, ActionDuplicate, ActionCancel)
}
