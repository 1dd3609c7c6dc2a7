package machine

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

// Errors a caller can tell apart with errors.Is.
var (
	// ErrInUse says that another process publishes from a copy of the same data folder.
	ErrInUse = errors.New("a copy of this data folder publishes on this machine")
	// ErrDamaged says that a mark cannot be read: nothing is known of the folder.
	ErrDamaged = errors.New("the mark of the data folder is damaged")
)

// slotSize is a record's place. A file has two of them, written in turn: the one that is not being
// written is always whole.
const slotSize = 256

// Point is how far a data folder has come.
type Point struct {
	Call string    // the last request to publish that was about to leave; "" for none
	At   time.Time // when, by the wall clock
}

// Mark is the mark of one data folder. It may be used by many goroutines.
type Mark struct {
	mu   sync.Mutex
	file *os.File
	lock *flock.Flock
	seq  uint64
	last Point
	known,
	damaged bool
}

// Mark opens the mark of a data folder, by the folder's id, and keeps every other process from
// publishing from a copy of that folder until Close. It fails with ErrInUse if one does.
func (m *Machine) Mark(folder string) (_ *Mark, err error) {
	if uuid.Validate(folder) != nil {
		return nil, fmt.Errorf("mark of data folder %q: not an id", folder)
	}
	if m.dir == "" {
		return nil, errors.New("there is no place for the marks of data folders")
	}
	path := filepath.Join(m.dir, marksName, folder)
	lock := flock.New(path + ".lock")
	ok, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("mark of data folder %s: %w", folder, err)
	}
	if !ok {
		return nil, ErrInUse
	}
	k := &Mark{lock: lock}
	_, missing := os.Lstat(path)
	if k.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("mark of data folder %s: %w", folder, err), lock.Unlock())
	}
	if errors.Is(missing, fs.ErrNotExist) {
		syncFolder(filepath.Dir(path))
	}
	if err := k.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("mark of data folder %s: %w", folder, err), k.Close())
	}
	return k, nil
}

// Last returns how far the folder has come. It reports false if nothing was ever marked, and
// fails with ErrDamaged if it was and cannot be read.
func (k *Mark) Last() (Point, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.damaged {
		return Point{}, false, ErrDamaged
	}
	return k.last, k.known, nil
}

// Advance moves the mark, and returns when it is on the disk. Call it when the journal has the
// request and before the first byte of it leaves.
func (k *Mark) Advance(p Point) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.seq++
	body := fmt.Sprintf("%d %s %d", k.seq, orDash(p.Call), p.At.UnixMilli())
	line := fmt.Sprintf("%s %08x\n", body, crc32.ChecksumIEEE([]byte(body)))
	if len(line) > slotSize {
		return fmt.Errorf("mark: the id %q is too long", p.Call)
	}
	slot := line + strings.Repeat(" ", slotSize-len(line))
	if _, err := k.file.WriteAt([]byte(slot), int64((k.seq+1)%2)*slotSize); err != nil {
		return fmt.Errorf("write the mark: %w", err)
	}
	if err := k.file.Sync(); err != nil {
		return fmt.Errorf("write the mark: %w", err)
	}
	k.last, k.known, k.damaged = Point{Call: p.Call, At: time.UnixMilli(p.At.UnixMilli()).UTC()}, true, false
	return nil
}

// Close lets another process publish.
func (k *Mark) Close() error { return errors.Join(k.file.Close(), k.lock.Unlock()) }

func (k *Mark) read() error {
	b, err := io.ReadAll(io.LimitReader(k.file, 2*slotSize))
	if err != nil {
		return err
	}
	for at := 0; at < len(b); at += slotSize {
		line, _, whole := strings.Cut(string(b[at:min(at+slotSize, len(b))]), "\n")
		seq, p, ok := parse(line)
		if whole && ok && (!k.known || seq > k.seq) {
			k.seq, k.last, k.known = seq, p, true
		}
	}
	// A first record that was cut short belongs to a request that never left.
	k.damaged = !k.known && len(b) > slotSize
	return nil
}

func parse(line string) (seq uint64, p Point, ok bool) {
	body, sum, found := cutLast(line)
	if !found || fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(body))) != sum {
		return 0, p, false
	}
	fields := strings.Split(body, " ")
	if len(fields) != 3 {
		return 0, p, false
	}
	seq, errSeq := strconv.ParseUint(fields[0], 10, 64)
	at, errAt := strconv.ParseInt(fields[2], 10, 64)
	if fields[1] != "-" {
		p.Call = fields[1]
	}
	p.At = time.UnixMilli(at).UTC()
	return seq, p, errSeq == nil && errAt == nil
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// syncFolder makes a new file's name durable where the system can. Where it cannot, a mark that
// is lost with the power belongs to a folder that published nothing before.
func syncFolder(path string) {
	if d, err := os.Open(path); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}
