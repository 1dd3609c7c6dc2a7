package domain

import "time"

// Sent is what a channel published, or may have published: what another delivery is compared with.
type Sent struct {
	ID         DeliveryID
	Post       PostID
	Occurrence string
	Plan       []byte    // frozen
	At         time.Time // when it was published, or when the request that may have done it left
	URL        string    // where it can be seen, "" if that is not known
	Doubt      bool      // it may be there: nothing proved that it is, or that it is not
	Anyway     bool      // a person let it go although it was like another
}

// Repeats reports whether a delivery is one turn of a post that goes out again and again: its
// occurrence is a wall time and not a number.
func (d Delivery) Repeats() bool { return repeats(d.Occurrence) }

// Repeats reports the same of what was sent.
func (s Sent) Repeats() bool { return repeats(s.Occurrence) }

func repeats(occurrence string) bool {
	return len(occurrence) > 4 && occurrence[0] >= '0' && occurrence[0] <= '9'
}
