package datadir

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Holder is a process that uses the folder.
type Holder struct {
	PID     int       `json:"pid"`
	Program string    `json:"program"`
	Since   time.Time `json:"since"`
}

func (h Holder) String() string {
	name := h.Program
	if name == "" {
		name = "another program"
	}
	if h.PID == 0 {
		return name
	}
	return fmt.Sprintf("%s (process %d, since %s)", name, h.PID, h.Since.Format(time.RFC3339))
}

// session is this process's own folder under tmp. Its lock tells it from one that was left
// behind: the system lets go of the lock whenever and however the process ends.
type session struct {
	path string
	lock *flock.Flock
}

const (
	sessionLock = "lock"
	sessionInfo = "holder.json"
)

func startSession(root, program string) (*session, error) {
	var last error
	for range 20 {
		s := &session{path: filepath.Join(root, tempName, fmt.Sprintf("%d-%s", os.Getpid(), rand.Text()[:12]))}
		if err := os.Mkdir(s.path, 0o700); err != nil {
			return nil, diskError(s.path, 0, 0, err)
		}
		s.lock = flock.New(filepath.Join(s.path, sessionLock))
		ok, err := s.lock.TryLock()
		if last = err; ok {
			// Between the two lines above another process may have taken the folder for a
			// stale one and removed it.
			if _, last = os.Lstat(s.lock.Path()); last == nil {
				return s, s.introduce(program)
			}
			_ = s.lock.Unlock()
		}
	}
	return nil, fmt.Errorf("start a session: %w", errors.Join(last, errors.New("another process keeps removing it")))
}

func (s *session) introduce(program string) error {
	b, err := json.Marshal(holder(program))
	if err == nil {
		err = writeFile(s.path, filepath.Join(s.path, sessionInfo), b)
	}
	if err != nil {
		_ = s.end()
	}
	return err
}

func holder(program string) Holder {
	return Holder{PID: os.Getpid(), Program: program, Since: time.Now().UTC().Truncate(time.Second)}
}

func (s *session) end() error {
	if folderNeedsClosing {
		_ = s.lock.Unlock()
	}
	err := os.RemoveAll(s.path)
	return errors.Join(err, s.lock.Unlock())
}

// sessions calls each for every session of the folder, with its lock if it is a stale one.
func sessions(root string, each func(path string, stale *flock.Flock)) {
	entries, err := os.ReadDir(filepath.Join(root, tempName))
	if err != nil {
		return
	}
	for _, e := range entries {
		path := filepath.Join(root, tempName, e.Name())
		if !e.IsDir() {
			continue
		}
		l := flock.New(filepath.Join(path, sessionLock))
		ok, err := l.TryLock()
		switch {
		case err != nil: // gone meanwhile
		case ok:
			each(path, l)
			_ = l.Unlock()
		default:
			each(path, nil)
		}
	}
}

// removeStale removes what processes left that are no more. What cannot be removed now is
// doctor's.
func removeStale(root string) {
	sessions(root, func(path string, stale *flock.Flock) {
		if stale == nil {
			return
		}
		if folderNeedsClosing {
			_ = stale.Unlock()
		}
		_ = os.RemoveAll(path)
	})
	for _, dir := range []string{root, filepath.Join(root, tempName)} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if isTemp(e.Name()) && e.Type().IsRegular() && old(e) {
				_ = os.Remove(filepath.Join(dir, e.Name()))
			}
		}
	}
}

// old keeps a first start from removing the folder.json another first start is writing.
func old(e os.DirEntry) bool {
	i, err := e.Info()
	return err == nil && time.Since(i.ModTime()) > time.Hour
}

// Holders are the other processes that use the folder now.
func (d *Dir) Holders() []Holder {
	var others []Holder
	for _, h := range holders(d.path) {
		if h.PID != os.Getpid() {
			others = append(others, h)
		}
	}
	return others
}

func holders(root string) []Holder {
	var list []Holder
	sessions(root, func(path string, stale *flock.Flock) {
		if stale == nil {
			list = append(list, readHolder(filepath.Join(path, sessionInfo)))
		}
	})
	return list
}

func readHolder(path string) Holder {
	var h Holder
	if b, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(b, &h) // what cannot be read is "another program"
	}
	return h
}

func staleSessions(root string) []string {
	var list []string
	sessions(root, func(path string, stale *flock.Flock) {
		if stale != nil {
			list = append(list, path)
		}
	})
	return list
}
