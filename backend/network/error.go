package network

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what is known about a request that did not succeed.
type Kind string

// Every kind a network may return. Success is not one: it has a Receipt.
const (
	NotSent   Kind = "not_sent"  // failed before the first byte; nothing can have happened
	Rejected  Kind = "rejected"  // documented refusal of this content; Message is shown
	Throttled Kind = "throttled" // documented "not now"; Wait says how long
	Reauth    Kind = "reauth"    // documented: the account's permission is gone; nothing was created
	Ambiguous Kind = "ambiguous" // may have been posted; only proof or a person decides
)

// Error is the only error a Network returns from Publish.
type Error struct {
	Kind    Kind
	Code    string        // the network's own code, where it gave one
	Message string        // for people; never contains a secret
	Wait    time.Duration // for Throttled; zero lets the queue choose
	// Stale, with Throttled, says that what was prepared (uploads, the container) is documented to be
	// of no more use, and that nothing was published: the queue prepares everything anew.
	Stale bool
	Err   error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Kind, e.Message)
	}
	return fmt.Sprintf("%s: %s: %v", e.Kind, e.Message, e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf classifies err, "" for nil. What nobody classified is Ambiguous: posting twice is
// worse than asking.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Ambiguous
}

// AsError makes sure that err is a classified one: what nobody classified is Ambiguous, as a connection
// to where ("Slack", "the site") that failed.
func AsError(where string, err error) error {
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Kind: Ambiguous, Message: "the connection to " + where + " failed", Err: err}
}

// WaitOf returns how long the network asked to wait, or zero.
func WaitOf(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Wait
	}
	return 0
}

// Reject returns a Rejected error with a sentence for people.
func Reject(code, message string) *Error {
	return &Error{Kind: Rejected, Code: code, Message: message}
}

// CodeBuilding is the Code of a Throttled error that says that the network still works on what it
// was given (a video, a container). Such waits are counted: a stuck one comes before a person.
const CodeBuilding = "building"

// IsBuilding reports whether err says that the network still works on what it was given.
func IsBuilding(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == CodeBuilding && e.Kind == Throttled
}

// CodeTaken is the Code of an Ambiguous error that says that the network has everything it needs, and says
// only later what became of it (a video that it looks through first). It is doubt like any other until it is
// settled; but no server is at fault, and nobody needs to hear of it as long as nothing else is known.
//
// The Receipt that Classify returns beside it may have a RemoteID all the same: the name that the network gave
// what it has taken. It proves nothing. It is written down with the answer, and a Phaser is asked for it where
// the request had no Container.
const CodeTaken = "taken"

// IsTaken reports whether err says that the network has everything and says later what became of it.
func IsTaken(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == CodeTaken && e.Kind == Ambiguous
}

// CodeByHand is the Code of an Ambiguous error that says that everything lies ready for a person who posts
// it themselves (Descriptor.ByHand). Only they know whether it is public: nothing is at fault, nothing can
// be asked, and they are told that it is time and not that something is in doubt.
const CodeByHand = "by_hand"

// IsByHand reports whether err says that it is a person's turn.
func IsByHand(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == CodeByHand && e.Kind == Ambiguous
}

// IsStale reports whether err says that what was prepared is of no more use.
func IsStale(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Stale && e.Kind == Throttled
}
