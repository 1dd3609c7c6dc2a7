package domain

import "time"

// Home is the one machine that publishes from a data folder.
type Home struct {
	Machine string    // its id
	Name    string    // as people call it
	Since   time.Time // when it became the one
}

// ActorPublisher is who settled what no person did.
const ActorPublisher = "publisher"

// Adoption says that parts of a delivery are live although this database never sent them.
type Adoption struct {
	Delivery DeliveryID
	Parts    []Segment // their remote ids and addresses
	Evidence string    // how that was found out
}

// ClockMark is something that was learnt about a machine's clock.
type ClockMark struct {
	Kind    string        // "date", "certificate", "step", "sleep", "suspect" or "trusted"
	Host    string        // who said it, "" for what the machine noticed itself
	Offset  time.Duration // of the true time from the wall clock; of a sleep how long it was
	At      time.Time     // by the wall clock
	Boot    time.Duration // since the start of the machine
	BootID  string
	Machine string
}
