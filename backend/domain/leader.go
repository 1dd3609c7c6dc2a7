package domain

import "time"

// Position is a place in the history of a data folder.
type Position struct {
	Change int64 // the last number of the change log
	Clock  int64 // rises with every write, of this machine's own tables too
}

// Leader is the process that publishes, or did last.
type Leader struct {
	Machine string // its id, "" if nobody ever published
	Process string
	Epoch   int64     // one higher for each publisher
	Since   time.Time // when it began
	Beat    time.Time // when it said last that it lives
}
