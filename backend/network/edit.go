package network

import (
	"context"
	"slices"
	"time"
)

// Editor changes words of a post that is live, in its place: it creates nothing.
type Editor interface {
	// Edit makes part number part, counted from 0, read as p says. p is the whole delivery with its new
	// words and p.Done has the receipts of all of its segments; pictures, poll and visibility are those
	// that were published, and p never differs in what the descriptor's Edit does not name.
	//
	// It asks with Read and changes with Prepare; it never publishes. The same content twice is the same,
	// so that a lost answer is followed by the same Edit. Its errors are those of Publish: whatever
	// is not Ambiguous proves that nothing was changed.
	Edit(ctx context.Context, c Calls, a Account, p Plan, part int) error
}

// EditField is something of a live post that can be changed.
type EditField string

// Every such thing. What is not among them (pictures, poll, visibility, how many parts) never is.
const (
	EditText EditField = "text"
	EditAlt  EditField = "alt" // descriptions of its pictures
)

// EditBar says why a live post cannot be changed.
type EditBar string

// Every reason.
const (
	EditNone   EditBar = ""        // it can be
	EditNever  EditBar = "never"   // the network changes no post, or not for programs like this one
	EditNotYet EditBar = "not_yet" // Postbag does not do that on this network
	EditOver   EditBar = "over"    // the network's time for it has passed
	EditPoll   EditBar = "poll"    // its votes would be lost
	EditMedia  EditBar = "media"   // with pictures or a video the network changes nothing
	EditLost   EditBar = "lost"    // it is not known which post it is: a person gave its address alone
	EditGone   EditBar = "gone"    // it was deleted at the network
)

// EditRule says what of a live post can be changed. The zero rule: Postbag changes nothing there.
type EditRule struct {
	Fields []EditField
	Within time.Duration // after it was published; 0: for good
	Never  bool          // without Fields: the network itself allows it to nobody, or to no program
	Polls  bool          // a post with a poll can be changed, and keeps its votes
	// WordsOnly says that a part with pictures or a video stays as it is.
	WordsOnly bool
	Source    string // document and date
}

// Can reports whether a field can be changed.
func (r EditRule) Can(f EditField) bool { return slices.Contains(r.Fields, f) }

// EditUntil returns until when a post that was published at at can be changed; zero: for good.
func (r EditRule) EditUntil(at time.Time) time.Time {
	if r.Within == 0 || at.IsZero() {
		return time.Time{}
	}
	return at.Add(r.Within)
}

// Editable says why a part of a plan that was published at at cannot be changed now, EditNone if it can.
func Editable(n Network, p Plan, part int, at, now time.Time) EditBar {
	rule := n.Describe().Edit
	_, edits := n.(Editor)
	until := rule.EditUntil(at)
	switch {
	case rule.Never:
		return EditNever
	case !edits || len(rule.Fields) == 0 || part < 0 || part >= len(p.Parts):
		return EditNotYet
	case !until.IsZero() && !now.Before(until):
		return EditOver
	case p.Poll != nil && part == 0 && !rule.Polls:
		return EditPoll
	case rule.WordsOnly && len(p.Parts[part].Media) > 0:
		return EditMedia
	}
	return EditNone
}
