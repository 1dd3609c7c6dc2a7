package domain

import "time"

// Deletion is a person's wish that one segment of a published delivery be deleted at its network, and
// what became of it. What was published stays in the delivery's plan, and the post stays in Postbag.
type Deletion struct {
	ID        string
	Delivery  DeliveryID
	Segment   int // counted from 0
	Actor     string
	At        time.Time
	Outcome   Outcome // OutcomeOpen: it is on its way, or the program ended before its answer came
	Code      string  // the network's own
	Message   string  // for people; never a secret
	OutcomeAt time.Time
}
