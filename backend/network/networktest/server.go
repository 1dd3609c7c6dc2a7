// Package networktest is the suite every network must pass, and what its stand-in servers share.
//
// A network's whole test is one line beside a stand-in server written from the service's
// documentation: networktest.Run(t, mynetwork.New(), newServer).
package networktest

import "postbag/backend/network"

// Failure is something the stand-in does to the next request that publishes (once).
type Failure string

// Every failure a stand-in can play.
const (
	Unauthorized Failure = "unauthorized"
	RateLimited  Failure = "rate limited"    // asks to wait 7 seconds
	Refused      Failure = "refused"         // a documented refusal of the content
	ServerError  Failure = "server error"    // a 5xx, nothing saved
	DropAfter    Failure = "drop after save" // saves the post, then cuts the connection
	Garbage      Failure = "garbage"         // saves the post, answers with success and nonsense
)

// Server is a stand-in for the service. It reads requests the way the service documents
// them and remembers what it saved.
type Server interface {
	// Account returns a connected account with a secret the stand-in accepts.
	Account() network.Account
	// Fail makes the next publishing request fail. It panics on a failure it cannot play.
	Fail(Failure)
	// Posts returns what was saved, oldest first; one Post a segment, an atomic thread's parts each one.
	Posts() []Post
}

// Carried is a Server that brings its own carrier (a network that is not HTTP).
type Carried interface{ Carrier() network.Carrier }

// Limited is a Server that cannot play some failures (a folder has no sign-in).
type Limited interface{ Plays(Failure) bool }

// Keyed is a Server that promises one post for one key.
type Keyed interface{ KeyHonoured() bool }

// Connector is a Server that can be connected to: the good answers by Question.Key, and one
// wrong answer that must ask again with a message.
type Connector interface {
	Answers() map[string]string
	WrongAnswer() (key, value string)
}

// Post is what the server saved.
type Post struct {
	ID     string
	Text   string
	Alts   []string
	Images [][]byte
	Parent string // the ID it answers to, "" for the first
}
