package datadir

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"time"
)

// A backup is one uncompressed tar file (POSIX.1-2001 pax format): pictures and videos do
// not compress, any system can look inside, it is written and read from front to back in
// little memory, and it cannot unpack to more than its own size. Its members, in this order:
//
//	backup.json     what this is: format, folder, time
//	channels/… media/… postbag.db    each path greater than the one before it
//	files.jsonl     a line for each of them: path, size, SHA-256
//	manifest.json   counts, the database's tables, and the SHA-256 of files.jsonl
//
// The list comes last because only then every hash is known; a backup that was cut has none.
const (
	headName     = "backup.json"
	listName     = "files.jsonl"
	manifestName = "manifest.json"

	backupFormat  = "postbag-backup"
	backupVersion = 1

	maxHead     = 64 << 10
	maxManifest = 4 << 20
	maxLine     = 16 << 10
	maxPath     = 1024
)

// Errors of reading a backup.
var (
	// ErrNotBackup says that a file is no backup of Postbag.
	ErrNotBackup = errors.New("this file is not a backup of Postbag")
	// ErrDamagedBackup says that a backup was cut or altered. The error also is a *BackupError.
	ErrDamagedBackup = errors.New("the backup is damaged")
)

// BackupError says what is wrong with which part of a backup.
type BackupError struct {
	Member string // "" if it is about the whole file
	Reason string
	Err    error
}

func (e *BackupError) Error() string {
	text := ErrDamagedBackup.Error() + ": "
	if e.Member != "" {
		text += fmt.Sprintf("%q: ", clip(e.Member))
	}
	text += e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Is reports ErrDamagedBackup.
func (e *BackupError) Is(target error) bool { return target == ErrDamagedBackup }

func (e *BackupError) Unwrap() error { return e.Err }

type head struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Created time.Time `json:"created"`
	Folder  Info      `json:"folder"`
	Note    string    `json:"note"`
}

// Manifest is the last member of a backup.
type Manifest struct {
	Created  time.Time `json:"created"`
	Files    int       `json:"files"`
	Media    int       `json:"media"`
	Bytes    int64     `json:"bytes"`
	List     string    `json:"list_sha256"`
	Database Database  `json:"database"`
}

// Database is what the caller knows about the copy of the database.
type Database struct {
	Schema int     `json:"schema"` // version of the schema
	Tables []Table `json:"tables"`
}

// Table proves after a restore that every row is back.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Hash string `json:"hash"` // of all rows, as the caller computes it
}

// line is a line of files.jsonl.
type line struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

func (l line) bytes() []byte {
	b, err := json.Marshal(l)
	if err != nil { // strings and a number always marshal
		panic(err)
	}
	return append(b, '\n')
}

// archiveWriter writes the members in their order.
type archiveWriter struct {
	tar      *tar.Writer
	list     *os.File
	listHash hash.Hash
	manifest Manifest
}

func (w *archiveWriter) small(name string, v any) error {
	b, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if err := w.tar.WriteHeader(w.header(name, int64(len(b)))); err != nil {
		return err
	}
	_, err = w.tar.Write(b)
	return err
}

func (w *archiveWriter) header(name string, size int64) *tar.Header {
	return &tar.Header{
		Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: w.manifest.Created, Format: tar.FormatPAX,
	}
}

// file adds an open file and returns the hash of what it gave.
func (w *archiveWriter) file(ctx context.Context, name string, f *os.File, tell func(n int64)) (string, error) {
	i, err := f.Stat()
	if err != nil {
		return "", err
	}
	if err := w.tar.WriteHeader(w.header(name, i.Size())); err != nil {
		return "", err
	}
	h := sha256.New()
	src := io.TeeReader(io.LimitReader(f, i.Size()), io.MultiWriter(h, teller(tell)))
	n, err := transfer(ctx, w.tar, src, func(_ int64, err error) error { return err })
	if err != nil {
		return "", err
	}
	if n != i.Size() {
		return "", fmt.Errorf("%s became shorter while it was copied", name)
	}
	sum := hex.EncodeToString(h.Sum(nil))
	l := line{Path: name, Size: n, SHA256: sum}.bytes()
	_, _ = w.listHash.Write(l)
	if _, err := w.list.Write(l); err != nil {
		return "", err
	}
	w.manifest.Files++
	w.manifest.Bytes += n
	if strings.HasPrefix(name, mediaName+"/") {
		w.manifest.Media++
	}
	return sum, nil
}

// finish adds the list and the manifest.
func (w *archiveWriter) finish(ctx context.Context) error {
	size, err := w.list.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = w.list.Seek(0, io.SeekStart)
	}
	if err == nil {
		err = w.tar.WriteHeader(w.header(listName, size))
	}
	if err != nil {
		return err
	}
	if _, err := transfer(ctx, w.tar, w.list, func(_ int64, err error) error { return err }); err != nil {
		return err
	}
	w.manifest.List = hex.EncodeToString(w.listHash.Sum(nil))
	if err := w.small(manifestName, w.manifest); err != nil {
		return err
	}
	return w.tar.Close()
}

type teller func(n int64)

func (t teller) Write(p []byte) (int, error) {
	if t != nil {
		t(int64(len(p)))
	}
	return len(p), nil
}
