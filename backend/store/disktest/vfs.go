package disktest

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// SQLite has one registry of file systems for a process, and hands its C structures to the
// methods by address: this state is as wide as that.
var (
	mounts  sync.Map // folder → *Disk
	handles sync.Map // uintptr → *handle
	lastID  atomic.Uint64
	system  sqlite3.Tsqlite3_vfs // the system's own
	ours    sqlite3.Tsqlite3_vfs
	methods sqlite3.Tsqlite3_io_methods
)

// register makes this package's file system SQLite's default, once.
var register = sync.OnceValue(func() error {
	tls := libc.NewTLS()
	defer tls.Close()
	found := sqlite3.Xsqlite3_vfs_find(tls, 0)
	if found == 0 {
		return errors.New("SQLite has no file system")
	}
	name, err := libc.CString("postbag-disktest")
	if err != nil {
		return fmt.Errorf("register the disk: %w", err)
	}
	system = *(*sqlite3.Tsqlite3_vfs)(at(found))
	ours = system // sizes, paths, randomness and clocks stay the system's
	ours.FpNext, ours.FzName = 0, name
	set(&ours.FxOpen, xOpen)
	set(&ours.FxDelete, xDelete)
	set(&ours.FxAccess, xAccess)
	methods.FiVersion = 2 // with shared memory, without mapped files
	set(&methods.FxClose, xClose)
	set(&methods.FxRead, xRead)
	set(&methods.FxWrite, xWrite)
	set(&methods.FxTruncate, xTruncate)
	set(&methods.FxSync, xSync)
	set(&methods.FxFileSize, xFileSize)
	set(&methods.FxLock, xLock)
	set(&methods.FxUnlock, xUnlock)
	set(&methods.FxCheckReservedLock, xCheckReservedLock)
	set(&methods.FxFileControl, xFileControl)
	set(&methods.FxSectorSize, xSectorSize)
	set(&methods.FxDeviceCharacteristics, xDeviceCharacteristics)
	set(&methods.FxShmMap, xShmMap)
	set(&methods.FxShmLock, xShmLock)
	set(&methods.FxShmBarrier, xShmBarrier)
	set(&methods.FxShmUnmap, xShmUnmap)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&ours)), 1); rc != sqlite3.SQLITE_OK {
		return fmt.Errorf("register the disk: SQLite error %d", rc)
	}
	return nil
})

// at turns an address of SQLite's memory into a pointer. That memory is not Go's: nothing moves it.
func at(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// set stores a function where SQLite, translated to Go, calls it from.
func set[F any](field *uintptr, f F) { *(*F)(unsafe.Pointer(field)) = f }

// number writes an int32 to an address of SQLite's memory.
func number(address uintptr, n int32) { *(*int32)(at(address)) = n }

// cFile is how SQLite sees an open file: its methods, then our own.
type cFile struct {
	methods uintptr
	id      uintptr
}

// handle is one open file of one connection.
type handle struct {
	file   *file
	folder bool  // the first sync syncs the folder too
	level  int32 // of the lock on the file
	mine   [8]hold
}

func of(p uintptr) *handle {
	h, ok := handles.Load((*cFile)(at(p)).id)
	if !ok {
		panic("a file that is not open")
	}
	return h.(*handle)
}

func diskOf(name uintptr) (*Disk, string) {
	if name == 0 {
		return nil, ""
	}
	path := libc.GoString(name)
	if d, ok := mounts.Load(filepath.Dir(path)); ok {
		return d.(*Disk), path
	}
	return nil, ""
}

func xOpen(tls *libc.TLS, vfs, name, p uintptr, flags int32, out uintptr) int32 {
	d, path := diskOf(name)
	if d == nil {
		open := system.FxOpen
		return (*(*func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32)(unsafe.Pointer(&open)))(tls, vfs, name, p, flags, out)
	}
	*(*cFile)(at(p)) = cFile{}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return sqlite3.SQLITE_CANTOPEN
	}
	f := d.files[path]
	if rc := d.failure("open", &file{name: path}); rc != 0 {
		return rc
	}
	if f == nil {
		if flags&sqlite3.SQLITE_OPEN_CREATE == 0 {
			return sqlite3.SQLITE_CANTOPEN
		}
		f = &file{disk: d, name: path}
		d.files[path] = f
	}
	id := uintptr(lastID.Add(1))
	// Like SQLite's own file systems: the first sync of a journal that may be new syncs its folder.
	const journals = sqlite3.SQLITE_OPEN_MAIN_JOURNAL | sqlite3.SQLITE_OPEN_SUPER_JOURNAL | sqlite3.SQLITE_OPEN_WAL
	handles.Store(id, &handle{file: f, folder: flags&journals != 0 && flags&sqlite3.SQLITE_OPEN_CREATE != 0})
	*(*cFile)(at(p)) = cFile{uintptr(unsafe.Pointer(&methods)), id}
	if out != 0 {
		number(out, flags)
	}
	return sqlite3.SQLITE_OK
}

func xDelete(tls *libc.TLS, vfs, name uintptr, synced int32) int32 {
	d, path := diskOf(name)
	if d == nil {
		remove := system.FxDelete
		return (*(*func(*libc.TLS, uintptr, uintptr, int32) int32)(unsafe.Pointer(&remove)))(tls, vfs, name, synced)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.files[path]
	if f == nil {
		return sqlite3.SQLITE_IOERR_DELETE_NOENT
	}
	if !d.count() {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	if rc := d.failure("delete", f); rc != 0 {
		return rc
	}
	delete(d.files, path)
	d.removed[path] = f
	if synced != 0 {
		d.syncFolder()
	}
	return sqlite3.SQLITE_OK
}

func xAccess(tls *libc.TLS, vfs, name uintptr, flags int32, out uintptr) int32 {
	d, path := diskOf(name)
	if d == nil {
		access := system.FxAccess
		return (*(*func(*libc.TLS, uintptr, uintptr, int32, uintptr) int32)(unsafe.Pointer(&access)))(tls, vfs, name, flags, out)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	number(out, 0)
	if f := d.files[path]; f != nil && (flags != sqlite3.SQLITE_ACCESS_EXISTS || len(f.data) > 0) {
		number(out, 1)
	}
	return sqlite3.SQLITE_OK
}

func xClose(tls *libc.TLS, p uintptr) int32 {
	h := of(p)
	h.file.disk.mu.Lock()
	defer h.file.disk.mu.Unlock()
	h.unlock(sqlite3.SQLITE_LOCK_NONE)
	h.leave(tls)
	handles.Delete((*cFile)(at(p)).id)
	return sqlite3.SQLITE_OK
}

// live reports whether a request reaches the disk. Callers hold the lock.
func (f *file) live() bool { return !f.gone && !f.disk.dead }

func xRead(_ *libc.TLS, p, buffer uintptr, n int32, offset int64) int32 {
	f := of(p).file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if !f.live() {
		return sqlite3.SQLITE_IOERR_READ
	}
	if rc := f.disk.failure("read", f); rc != 0 {
		return rc
	}
	to := unsafe.Slice((*byte)(at(buffer)), n)
	got := 0
	if offset < int64(len(f.data)) {
		got = copy(to, f.data[offset:])
	}
	if got < len(to) {
		clear(to[got:])
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

// change counts a change of a file and asks whether it happens. A write at which the power goes
// still reaches the platter in part: it is pending like those before it.
func (f *file) change(what string, code int32, apply func()) int32 {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if !f.live() {
		return code
	}
	on := f.disk.count()
	if rc := f.disk.failure(what, f); rc != 0 && on {
		return rc
	}
	if on || what != "sync" {
		apply()
	}
	if !on {
		return code
	}
	return sqlite3.SQLITE_OK
}

func xWrite(_ *libc.TLS, p, buffer uintptr, n int32, offset int64) int32 {
	f := of(p).file
	data := append([]byte(nil), unsafe.Slice((*byte)(at(buffer)), n)...)
	return f.change("write", sqlite3.SQLITE_IOERR_WRITE, func() {
		f.data = put(f.data, offset, data)
		f.pending = append(f.pending, change{offset, data})
	})
}

func xTruncate(_ *libc.TLS, p uintptr, size int64) int32 {
	f := of(p).file
	return f.change("truncate", sqlite3.SQLITE_IOERR_TRUNCATE, func() {
		f.data = resize(f.data, size)
		f.pending = append(f.pending, change{offset: size})
	})
}

func xSync(_ *libc.TLS, p uintptr, _ int32) int32 {
	h := of(p)
	return h.file.change("sync", sqlite3.SQLITE_IOERR_FSYNC, func() {
		h.file.sync()
		if h.folder {
			h.file.disk.syncFolder()
			h.folder = false
		}
	})
}

func xFileSize(_ *libc.TLS, p, out uintptr) int32 {
	f := of(p).file
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	if !f.live() {
		return sqlite3.SQLITE_IOERR_FSTAT
	}
	*(*int64)(at(out)) = int64(len(f.data))
	return sqlite3.SQLITE_OK
}

func xFileControl(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND }

func xSectorSize(*libc.TLS, uintptr) int32 { return sector }

// xDeviceCharacteristics promises what SQLite assumes of every disk: a write that is torn by a
// power cut leaves the bytes beside it alone.
func xDeviceCharacteristics(*libc.TLS, uintptr) int32 {
	return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE
}
