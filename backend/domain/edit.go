package domain

import "time"

// Edit is a change that a person made, or tried to make, to a part of a post that is live. What was
// published stays in the delivery's plan.
type Edit struct {
	ID        string
	Delivery  DeliveryID
	Part      int // counted from 0
	Content   EditContent
	Actor     string
	At        time.Time
	Outcome   Outcome // OutcomeOpen: it is on its way, or the program ended before its answer came
	Code      string  // the network's own
	Message   string  // for people; never a secret
	OutcomeAt time.Time
}

// EditContent is how a part reads after an edit.
type EditContent struct {
	Text string   `json:"text"`
	Alts []string `json:"alts,omitempty"` // descriptions of its pictures, in order
}
