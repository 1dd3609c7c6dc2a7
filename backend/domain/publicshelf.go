package domain

import "time"

// ShelfID identifies a public shelf.
type ShelfID string

// PublicShelf is a folder of a workspace that networks fetch media from.
type PublicShelf struct {
	ID        ShelfID
	Workspace WorkspaceID
	Place     []byte // JSON; no secret is in it
	Left      bool   // it is the workspace's no more; what stands there is still to be removed
}

// ShelfFile is a file that stands on a public shelf, or may.
type ShelfFile struct {
	Shelf   ShelfID
	Name    string
	At      time.Time     // when it was written down
	State   DeliveryState // of the delivery that it is for, "" for a trial
	Settled bool          // nobody can be putting it any more
	// Network is the one whose delivery it is for, and Published when that was published; zero values if it was not.
	Network   string
	Published time.Time
}
