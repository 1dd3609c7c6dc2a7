// Package disktest is a disk in memory under SQLite that a test can pull the plug of.
//
// A real disk keeps what was written only after it was told to sync; what was written since may
// be there after a power cut, or not, or in part, and in any order. Killing a process shows none
// of that, because the system keeps its writes. So the files below a disk's folder live in this
// package: a Disk remembers what was synced and, apart, every write since. Cut stops everything
// as a power cut does, and Restart decides by luck, sector by sector, which of the unsynced
// writes had reached the platter.
//
// Every write, truncation, sync and deletion has a number, so that a test can die at each of
// them in turn; and each, and every read, can be made to fail with an error of SQLite's.
//
// The file system is registered with SQLite once for the process, as its default: a path below
// the folder of a Disk is on that disk, everything else is the system's as before. Nothing of
// this is in a program: only tests import it.
package disktest

import (
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
)

// sector is what a disk writes whole or not at all (512 bytes; larger sectors tear less).
const sector = 512

// Op is one thing SQLite asked of a disk.
type Op struct {
	Number int64  // from 1; reads and opening have the number of the last change before them
	What   string // "open", "read", "write", "truncate", "sync", "delete"
	File   string // the file's name without its folder
}

// Disk holds the files below one folder.
type Disk struct {
	folder string

	mu      sync.Mutex
	files   map[string]*file // by path
	removed map[string]*file // deletions that were not synced
	ops     int64
	cutAt   int64
	dead    bool
	fault   func(Op) int32
}

// file is one file: what SQLite sees, what is durable, and the writes between the two.
type file struct {
	disk    *Disk
	name    string
	data    []byte
	durable []byte
	listed  bool // its name survives a power cut
	pending []change
	gone    bool // belongs to an earlier life of the disk

	locks
	shm shared
}

// change is a write at an offset or, if data is nil, a new length.
type change struct {
	offset int64
	data   []byte
}

// New returns an empty disk for the files below a folder, which must be an absolute path.
func New(t testing.TB, folder string) *Disk {
	t.Helper()
	if err := register(); err != nil {
		t.Fatal(err)
	}
	d := &Disk{folder: filepath.Clean(folder), files: map[string]*file{}, removed: map[string]*file{}}
	mounts.Store(d.folder, d)
	t.Cleanup(func() { mounts.CompareAndDelete(d.folder, d) })
	return d
}

// Cut stops the disk now: from here on every request fails, as if nobody were there to ask.
func (d *Disk) Cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cut()
}

func (d *Disk) cut() {
	d.dead = true
}

// CutAt stops the disk right before the n-th change from now has its effect, or at the n-th
// Point; 0: never.
func (d *Disk) CutAt(n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutAt = 0
	if n > 0 {
		d.cutAt = d.ops + n
	}
}

// Point is a place outside the disk where the power can go, numbered like a change. It reports
// false if the power is off.
func (d *Disk) Point() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.count()
}

// Off reports whether the power is cut.
func (d *Disk) Off() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// Ops returns how many changes and points there were.
func (d *Disk) Ops() int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// Fail asks f, which must not use the disk itself, about every request; what it answers instead of 0 is the SQLite error code the
// request fails with, without effect. nil: nothing fails.
func (d *Disk) Fail(f func(Op) int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// count numbers a change and reports whether there is power for it. Callers hold the lock.
func (d *Disk) count() bool {
	if d.dead {
		return false
	}
	d.ops++
	if d.ops == d.cutAt {
		d.cut()
	}
	return !d.dead
}

// failure asks the test whether a request fails. Callers hold the lock.
func (d *Disk) failure(what string, f *file) int32 {
	if d.fault == nil {
		return 0
	}
	return d.fault(Op{Number: d.ops, What: what, File: filepath.Base(f.name)})
}

// Restart turns the power on again: what was synced is there, and of what was not, luck decides.
// Connections from before stay dead.
func (d *Disk) Restart(luck *rand.Rand) {
	d.mu.Lock()
	defer d.mu.Unlock()
	after := map[string]*file{}
	for name, old := range d.removed {
		if old.listed && luck.IntN(2) == 0 { // the deletion had not arrived
			after[name] = d.reborn(old, luck)
		}
	}
	for name, old := range d.files {
		if old.listed || luck.IntN(2) == 0 {
			after[name] = d.reborn(old, luck)
		} else {
			old.gone = true
		}
	}
	d.files, d.removed = after, map[string]*file{}
	d.dead, d.cutAt, d.fault = false, 0, nil
}

// reborn returns what a file is after the power came back.
func (d *Disk) reborn(old *file, luck *rand.Rand) *file {
	old.gone = true
	content := old.durable
	for _, c := range old.pending {
		content = survive(content, c, luck)
	}
	old.pending = nil
	return &file{disk: d, name: old.name, listed: true, data: content, durable: append([]byte(nil), content...)}
}

// survive applies what luck leaves of one unsynced change: each sector of it arrived, did not,
// or (rarely) was torn inside.
func survive(content []byte, c change, luck *rand.Rand) []byte {
	if c.data == nil {
		if luck.IntN(2) == 0 {
			return content
		}
		return resize(content, c.offset)
	}
	whole, none := luck.IntN(3) == 0, luck.IntN(3) == 0
	for from := int64(0); from < int64(len(c.data)); {
		to := min((c.offset+from)/sector*sector+sector-c.offset, int64(len(c.data)))
		piece := c.data[from:to]
		switch {
		case whole || (!none && luck.IntN(2) == 0):
			content = put(content, c.offset+from, piece)
		case !none && luck.IntN(16) == 0:
			content = put(content, c.offset+from, piece[:luck.IntN(len(piece))])
		}
		from = to
	}
	return content
}

func resize(b []byte, n int64) []byte {
	if n <= int64(len(b)) {
		return b[:n]
	}
	return append(b, make([]byte, n-int64(len(b)))...)
}

func put(b []byte, offset int64, data []byte) []byte {
	if end := offset + int64(len(data)); end > int64(len(b)) {
		b = resize(b, end)
	}
	copy(b[offset:], data)
	return b
}

// Files returns a copy of what SQLite would read now, by file name: to look at, or to damage and
// write back with Write.
func (d *Disk) Files() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := map[string][]byte{}
	for name, f := range d.files {
		list[filepath.Base(name)] = append([]byte(nil), f.data...)
	}
	return list
}

// Write replaces the durable content of a file by its name, as damage or a restored copy does.
// No connection may be open.
func (d *Disk) Write(name string, content []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	path := filepath.Join(d.folder, name)
	if old := d.files[path]; old != nil {
		old.gone = true
	}
	d.files[path] = &file{
		disk: d, name: path, listed: true,
		data: append([]byte(nil), content...), durable: append([]byte(nil), content...),
	}
}

// sync makes the content of a file durable, and its name. Callers hold the disk's lock.
func (f *file) sync() {
	for _, c := range f.pending {
		if c.data == nil {
			f.durable = resize(f.durable, c.offset)
		} else {
			f.durable = put(f.durable, c.offset, c.data)
		}
	}
	f.pending, f.listed = nil, true
}

// syncFolder makes every name durable, and every deletion. Callers hold the lock.
func (d *Disk) syncFolder() {
	for _, f := range d.files {
		f.listed = true
	}
	clear(d.removed)
}
