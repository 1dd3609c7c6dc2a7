package disktest

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// locks is who holds what of a file (SQLite's documentation, "File Locking And Concurrency",
// read 2026-11-22). The disk's lock guards it.
type locks struct {
	shared    int
	reserved  *handle
	next      *handle // waits for the readers to end, and lets no new one in
	exclusive *handle
}

func xLock(_ *libc.TLS, p uintptr, level int32) int32 {
	h := of(p)
	f := h.file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	switch {
	case h.level >= level:
		return sqlite3.SQLITE_OK
	case !f.live():
		return sqlite3.SQLITE_IOERR_LOCK
	}
	if h.level == sqlite3.SQLITE_LOCK_NONE {
		if f.next != nil || f.exclusive != nil {
			return sqlite3.SQLITE_BUSY
		}
		f.shared++
		h.level = sqlite3.SQLITE_LOCK_SHARED
	}
	if level == sqlite3.SQLITE_LOCK_SHARED {
		return sqlite3.SQLITE_OK
	}
	if f.reserved != nil && f.reserved != h {
		return sqlite3.SQLITE_BUSY
	}
	f.reserved, h.level = h, max(h.level, sqlite3.SQLITE_LOCK_RESERVED)
	if level == sqlite3.SQLITE_LOCK_RESERVED {
		return sqlite3.SQLITE_OK
	}
	f.next, h.level = h, sqlite3.SQLITE_LOCK_PENDING
	if f.shared > 1 {
		return sqlite3.SQLITE_BUSY
	}
	f.exclusive, h.level = h, sqlite3.SQLITE_LOCK_EXCLUSIVE
	return sqlite3.SQLITE_OK
}

func xUnlock(_ *libc.TLS, p uintptr, level int32) int32 {
	h := of(p)
	h.file.disk.mu.Lock()
	defer h.file.disk.mu.Unlock()
	h.unlock(level)
	return sqlite3.SQLITE_OK
}

// unlock goes down to a level. Callers hold the disk's lock.
func (h *handle) unlock(level int32) {
	if h.level <= level {
		return
	}
	f := h.file
	for _, holder := range []**handle{&f.reserved, &f.next, &f.exclusive} {
		if *holder == h {
			*holder = nil
		}
	}
	if level == sqlite3.SQLITE_LOCK_NONE {
		f.shared--
	}
	h.level = level
}

func xCheckReservedLock(_ *libc.TLS, p, out uintptr) int32 {
	f := of(p).file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	number(out, 0)
	if f.reserved != nil {
		number(out, 1)
	}
	return sqlite3.SQLITE_OK
}

// hold is what one connection holds of one lock of the shared memory.
type hold int

const (
	free hold = iota
	holdsShared
	holdsAlone
)

// shared is the memory that connections to a WAL share, and its eight locks.
type shared struct {
	regions []uintptr
	readers [8]int
	alone   [8]bool
	users   map[*handle]bool
}

func xShmMap(tls *libc.TLS, p uintptr, region, size, extend int32, out uintptr) int32 {
	h := of(p)
	f := h.file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	*(*uintptr)(at(out)) = 0
	if !f.live() {
		return sqlite3.SQLITE_IOERR_SHMMAP
	}
	if f.shm.users == nil {
		f.shm.users = map[*handle]bool{}
	}
	f.shm.users[h] = true
	for int(region) >= len(f.shm.regions) {
		if extend == 0 {
			return sqlite3.SQLITE_OK
		}
		memory := libc.Xcalloc(tls, 1, libc.Tsize_t(size))
		if memory == 0 {
			return sqlite3.SQLITE_NOMEM
		}
		f.shm.regions = append(f.shm.regions, memory)
	}
	*(*uintptr)(at(out)) = f.shm.regions[region]
	return sqlite3.SQLITE_OK
}

func xShmLock(_ *libc.TLS, p uintptr, offset, n, flags int32) int32 {
	h := of(p)
	f := h.file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	from, to := int(offset), int(offset+n)
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 {
		for i := from; i < to; i++ {
			h.release(i)
		}
		return sqlite3.SQLITE_OK
	}
	if !f.live() {
		return sqlite3.SQLITE_IOERR_SHMLOCK
	}
	for i := from; i < to; i++ {
		readers := f.shm.readers[i]
		if h.mine[i] == holdsShared {
			readers--
		}
		if (f.shm.alone[i] && h.mine[i] != holdsAlone) || (flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0 && readers > 0) {
			return sqlite3.SQLITE_BUSY
		}
	}
	for i := from; i < to; i++ {
		if h.mine[i] != free {
			continue
		}
		if flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0 {
			f.shm.alone[i], h.mine[i] = true, holdsAlone
		} else {
			f.shm.readers[i]++
			h.mine[i] = holdsShared
		}
	}
	return sqlite3.SQLITE_OK
}

func (h *handle) release(i int) {
	switch h.mine[i] {
	case holdsShared:
		h.file.shm.readers[i]--
	case holdsAlone:
		h.file.shm.alone[i] = false
	case free:
	}
	h.mine[i] = free
}

func xShmBarrier(_ *libc.TLS, p uintptr) {
	f := of(p).file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
}

func xShmUnmap(tls *libc.TLS, p uintptr, _ int32) int32 {
	h := of(p)
	h.file.disk.mu.Lock()
	defer h.file.disk.mu.Unlock()
	h.leave(tls)
	return sqlite3.SQLITE_OK
}

// leave gives up the shared memory; the last one frees it. Callers hold the disk's lock.
func (h *handle) leave(tls *libc.TLS) {
	s := &h.file.shm
	for i := range h.mine {
		h.release(i)
	}
	if !s.users[h] {
		return
	}
	delete(s.users, h)
	if len(s.users) > 0 {
		return
	}
	for _, memory := range s.regions {
		libc.Xfree(tls, memory)
	}
	s.regions = nil
}
