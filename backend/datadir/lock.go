package datadir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// ErrLocked says that another process is in the way. The error also is a *LockedError.
var ErrLocked = errors.New("another process is using the data folder")

// LockedError says who holds a lock, as far as that is known.
type LockedError struct {
	What string   // "publishes from this data folder"
	By   []Holder // may be empty
}

func (e *LockedError) Error() string {
	if len(e.By) == 0 {
		return "another program " + e.What
	}
	names := make([]string, len(e.By))
	for i, h := range e.By {
		names[i] = h.String()
	}
	return strings.Join(names, ", ") + " " + e.What
}

// Is reports ErrLocked.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// Lock is a held lock. The system releases it when the process ends, however that comes.
type Lock struct {
	f    *flock.Flock
	side string // who holds it, for others; "" for none
}

// Unlock releases the lock.
func (l *Lock) Unlock() error {
	if l.side != "" {
		_ = os.Remove(l.side) // before the lock goes, lest it be the next holder's
	}
	if err := l.f.Unlock(); err != nil {
		return fmt.Errorf("release %s: %w", filepath.Base(l.f.Path()), err)
	}
	return nil
}

// LockPublisher makes this process the one that publishes, or fails at once with ErrLocked.
func (d *Dir) LockPublisher() (*Lock, error) {
	f := flock.New(filepath.Join(d.path, publishLock))
	side := filepath.Join(d.path, publishInfo)
	ok, err := f.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the publisher: %w", err)
	}
	if !ok {
		e := &LockedError{What: "publishes from this data folder"}
		if h := readHolder(side); h.PID != 0 {
			e.By = []Holder{h}
		}
		return nil, e
	}
	l := &Lock{f: f, side: side}
	b, err := json.Marshal(holder(d.program))
	if err == nil {
		err = writeFile(d.session.path, side, b)
	}
	if err != nil { // a full disk: nobody else could publish safely either
		return nil, errors.Join(fmt.Errorf("lock the publisher: %w", err), l.Unlock())
	}
	return l, nil
}

// Sharing says how the data is to be held.
type Sharing string

// The two ways.
const (
	Shared    Sharing = "shared"    // ordinary work; any number of processes
	Exclusive Sharing = "exclusive" // restoring, migrating, changing the key; nobody else
)

// LockData holds the data, or fails at once with ErrLocked. Every process holds it shared
// while it works with the folder; one that held it shared releases that before it asks for
// it exclusively.
func (d *Dir) LockData(s Sharing) (*Lock, error) {
	l, err := lockData(d.path, s)
	if errors.Is(err, ErrLocked) {
		err = &LockedError{What: busyWith(s), By: d.Holders()}
	}
	return l, err
}

func lockData(root string, s Sharing) (*Lock, error) {
	f := flock.New(filepath.Join(root, dataLock))
	try := f.TryRLock
	if s == Exclusive {
		try = f.TryLock
	}
	ok, err := try()
	if err != nil {
		return nil, fmt.Errorf("lock the data: %w", err)
	}
	if !ok {
		return nil, &LockedError{What: busyWith(s), By: holders(root)}
	}
	return &Lock{f: f}, nil
}

func busyWith(s Sharing) string {
	if s == Exclusive {
		return "is using this data folder"
	}
	return "is changing this data folder"
}

// LockKey waits for the right to make or change the key of the secrets, and returns what
// gives it back.
func (d *Dir) LockKey(ctx context.Context) (release func() error, err error) {
	f, err := waitLock(ctx, filepath.Join(d.path, keyLock))
	if err != nil {
		return nil, fmt.Errorf("lock the key: %w", err)
	}
	return f.Unlock, nil
}

// waitLock takes a lock that is only ever held for a moment.
func waitLock(ctx context.Context, path string) (*flock.Flock, error) {
	f := flock.New(path)
	ok, err := f.TryLockContext(ctx, 20*time.Millisecond)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, &LockedError{What: "is using this data folder"}
	}
	return f, nil
}
