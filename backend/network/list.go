package network

import (
	"context"
	"time"
)

// Lister is a network of ShapeLookUp: the account's own posts can be listed and compared with
// what was sent. It only reads pages and parses them; the queue compares.
type Lister interface {
	// List reads the account's own posts, newest first, as far back as since. Whatever of them is
	// about the segment at index len(p.Done) must be among them: replies too, if that is one.
	// An unusable page is an error.
	List(ctx context.Context, c Calls, a Account, p Plan, since time.Time) (Listing, error)
}

// CanLook reports whether a network can be asked what became of a post: by what makes it
// findable, in a list, or by its container.
func CanLook(n Network) bool {
	_, finds := n.(Finder)
	_, lists := n.(Lister)
	_, asks := n.(Phaser)
	return finds || lists || asks
}

// Listing is what a look-up saw.
type Listing struct {
	Posts []Seen
	// Complete says that the pages reach back to since, so that no post of the time is missing.
	Complete bool
}

// Seen is one post of an account's own list.
type Seen struct {
	Receipt Receipt
	Text    string    // as a Part's text is written: markup undone, shortened links written out
	Media   int       // pictures and videos
	At      time.Time // when the network says it was published; zero if it does not
	Parent  string    // RemoteID of the post it answers, "" if none
}
