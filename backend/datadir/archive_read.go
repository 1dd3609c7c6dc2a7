package datadir

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// archiveReader reads a backup once, trusting nothing in it.
type archiveReader struct {
	tar  *tar.Reader
	size int64    // of the whole file: no sum of sizes may be above it
	mine *os.File // the list as it should be, made from what was read
	sum  hash.Hash

	head     head
	manifest Manifest
	files    int
	media    int
	bytes    int64
	last     string
}

// readArchive reads a backup from front to back. It gives every file to sink, which returns
// where its bytes go (io.Discard to look only), and fails with ErrNotBackup, ErrNewer or
// ErrDamagedBackup. scratch is an empty temporary file.
func readArchive(ctx context.Context, src io.Reader, size int64, scratch *os.File, sink func(name string) (io.WriteCloser, error), p Progress) (*archiveReader, error) {
	r := &archiveReader{size: size, mine: scratch, sum: sha256.New()}
	var done int64
	r.tar = tar.NewReader(io.TeeReader(bufio.NewReaderSize(src, 64<<10), teller(func(n int64) {
		done += n
		p.tell(done, size)
	})))
	if err := r.begin(); err != nil {
		return nil, err
	}
	for {
		h, err := r.next()
		if err != nil {
			return nil, err
		}
		if h.Name == listName {
			break
		}
		if err := r.file(ctx, h, sink); err != nil {
			return nil, err
		}
	}
	if err := r.compare(); err != nil {
		return nil, err
	}
	return r, r.end()
}

func (r *archiveReader) begin() error {
	h, err := r.tar.Next()
	if err != nil || h.Name != headName || h.Typeflag != tar.TypeReg {
		return ErrNotBackup
	}
	if err := r.decode(h, maxHead, &r.head); err != nil || r.head.Format != backupFormat || r.head.Version < 1 {
		return ErrNotBackup
	}
	if r.head.Version > backupVersion || r.head.Folder.Format > FormatVersion {
		return fmt.Errorf("this backup: %w", ErrNewer)
	}
	if uuid.Validate(r.head.Folder.ID) != nil {
		return &BackupError{Member: headName, Reason: "it has no folder id"}
	}
	return nil
}

// next returns the next member if it is a plain file that the archive has room for.
func (r *archiveReader) next() (*tar.Header, error) {
	h, err := r.tar.Next()
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &BackupError{Reason: "it is cut off"}
	case err != nil:
		return nil, &BackupError{Reason: "its structure is broken", Err: err}
	case h.Typeflag != tar.TypeReg:
		return nil, &BackupError{Member: h.Name, Reason: "it is not a plain file"}
	case slices.ContainsFunc(keys(h.PAXRecords), func(k string) bool { return strings.HasPrefix(k, "GNU.sparse") }):
		return nil, &BackupError{Member: h.Name, Reason: "it is sparse"}
	case h.Size < 0 || h.Size > r.size-r.bytes:
		return nil, &BackupError{Member: h.Name, Reason: "it claims more bytes than the backup has"}
	}
	return h, nil
}

func keys(m map[string]string) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	return list
}

func (r *archiveReader) file(ctx context.Context, h *tar.Header, sink func(name string) (io.WriteCloser, error)) error {
	if reason := badMember(h.Name); reason != "" {
		return &BackupError{Member: h.Name, Reason: reason}
	}
	if r.last != "" && !pathLess(r.last, h.Name) {
		return &BackupError{Member: h.Name, Reason: "it comes twice or out of order"}
	}
	r.last = h.Name
	w, err := sink(h.Name)
	if err != nil {
		return err
	}
	sum := sha256.New()
	n, err := transfer(ctx, io.MultiWriter(sum, w), r.tar, func(_ int64, err error) error { return &sinkError{err} })
	if cerr := w.Close(); err == nil && cerr != nil {
		err = &sinkError{cerr}
	}
	if s, ok := errors.AsType[*sinkError](err); ok {
		return s.err
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &BackupError{Member: h.Name, Reason: "it is cut off", Err: err}
	}
	l := line{Path: h.Name, Size: n, SHA256: hex.EncodeToString(sum.Sum(nil))}.bytes()
	_, _ = r.sum.Write(l)
	if _, err := r.mine.Write(l); err != nil {
		return fmt.Errorf("note what was read: %w", err)
	}
	r.files++
	r.bytes += n
	if strings.HasPrefix(h.Name, mediaName+"/") {
		r.media++
	}
	return nil
}

// sinkError marks an error of where bytes go, which is not the backup's fault.
type sinkError struct{ err error }

func (e *sinkError) Error() string { return e.err.Error() }

// badMember says why a name cannot be a member, or returns "".
func badMember(name string) string {
	if len(name) > maxPath || !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) || name == "." {
		return "its name leaves the data folder"
	}
	if !utf8.ValidString(name) || strings.ContainsAny(name, `\:`) || strings.ContainsFunc(name, unicode.IsControl) {
		return "its name is not allowed on every system"
	}
	parts := strings.Split(name, "/")
	switch parts[0] {
	case databaseName:
		if len(parts) == 1 {
			return ""
		}
	case mediaName:
		if len(parts) == 3 && isSHA256(parts[2]) && parts[2][:2] == parts[1] {
			return ""
		}
	case channelsName:
		if len(parts) >= 3 && len(parts) <= 32 {
			return ""
		}
	}
	return "it does not belong in a backup"
}

// pathLess orders paths as a walk through folders meets them.
func pathLess(a, b string) bool {
	return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) < 0
}

// compare reads the list, where the tar reader stands now, beside the one that was made while
// reading, and names the first file that is not as it was when the backup was made.
func (r *archiveReader) compare() error {
	if r.last != databaseName {
		return &BackupError{Member: databaseName, Reason: "it is missing"}
	}
	if _, err := r.mine.Seek(0, io.SeekStart); err != nil {
		return err
	}
	theirs, mine := bufio.NewReaderSize(r.tar, maxLine), bufio.NewReaderSize(r.mine, maxLine)
	for {
		want, err := theirs.ReadSlice('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return &BackupError{Member: listName, Reason: "it is cut off or not a list", Err: err}
		}
		got, merr := mine.ReadSlice('\n')
		if merr != nil && !errors.Is(merr, io.EOF) {
			return merr
		}
		if !bytes.Equal(want, got) {
			return &BackupError{Member: differs(want, got), Reason: "it is not what was backed up"}
		}
		if len(want) == 0 {
			return nil
		}
	}
}

func differs(want, got []byte) string {
	for _, b := range [][]byte{got, want} {
		var l line
		if json.Unmarshal(b, &l) == nil && l.Path != "" {
			return l.Path
		}
	}
	return listName
}

func (r *archiveReader) end() error {
	h, err := r.next()
	if err != nil {
		return err
	}
	if h.Name != manifestName {
		return &BackupError{Member: h.Name, Reason: "the manifest should be here"}
	}
	if err := r.decode(h, maxManifest, &r.manifest); err != nil {
		return &BackupError{Member: manifestName, Reason: "it cannot be read", Err: err}
	}
	m := r.manifest
	if m.List != hex.EncodeToString(r.sum.Sum(nil)) || m.Files != r.files || m.Media != r.media || m.Bytes != r.bytes {
		return &BackupError{Member: manifestName, Reason: "it is about other files"}
	}
	if _, err := r.tar.Next(); !errors.Is(err, io.EOF) {
		return &BackupError{Reason: "something follows its end", Err: err}
	}
	return nil
}

func (r *archiveReader) decode(h *tar.Header, most int64, v any) error {
	if h.Size > most {
		return fmt.Errorf("%d bytes, at most %d", h.Size, most)
	}
	b, err := io.ReadAll(io.LimitReader(r.tar, most))
	if err != nil {
		return err
	}
	return json.Unmarshal(b, v)
}
