// Package teams is the seam at which the machines of several people will meet: who publishes,
// what was changed, and where frozen media come from. The publisher asks these three questions
// through the interfaces below; the answers of this package are those of one machine by itself.
//
//	Coordinator   who publishes        here: the publisher's lock, then the lease in the database
//	Replicator    what was committed   here: the change log, read on by who shows it
//	BlobStore     frozen media         here: the data folder's content store
//
// The lock decides. The lease is second: it says who has the lock, and whether that process still
// lives, and it stops one that runs on although another took over. Nobody becomes the publisher
// because another was silent for a while: a process that hangs may still send.
package teams

import (
	"context"
	"io"
	"time"

	"postbag/backend/domain"
)

// Coordinator says which machine and which process publish.
type Coordinator interface {
	// Lead makes this process the publisher. Whoever publishes already keeps on: then it fails with
	// what says so.
	Lead(ctx context.Context) (Lease, error)
	// Home returns which machine publishes, and whether it is this one.
	Home(ctx context.Context) (home domain.Home, here bool, err error)
	// Leader returns who publishes or did last.
	Leader(ctx context.Context) (domain.Leader, error)
}

// Lease is a publisher's right to publish.
type Lease interface {
	// Beat says that the publisher lives. It fails with domain.ErrConflict once another process has
	// published: then nothing may be begun any more.
	Beat(ctx context.Context, me domain.Publisher) error
	// End gives the right back. A process that dies need not.
	End() error
}

// Replicator is told of what was committed.
type Replicator interface {
	// Committed says that there are changes which are durable now. It must return at once.
	Committed()
}

// BlobStore holds what was frozen, by its SHA-256 in hexadecimal.
type BlobStore interface {
	// Has reports whether a content can be had now.
	Has(sha256 string) bool
	// Open returns a content from its beginning; it proves that it is the one asked for.
	Open(sha256 string) (io.ReadSeekCloser, error)
}

// BeatEvery is how often a publisher says that it lives; after Silent without a word it is shown
// as silent. Nothing else follows from silence.
const (
	BeatEvery = time.Minute
	Silent    = 3 * BeatEvery
)
