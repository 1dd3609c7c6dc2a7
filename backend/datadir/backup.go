package datadir

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrExists says that a backup would overwrite a file.
var ErrExists = fmt.Errorf("the file is already there: %w", fs.ErrExist)

// Snapshot writes a consistent copy of the database to the new file path and says what is in
// it. The store makes it (VACUUM INTO, or the online backup).
type Snapshot func(ctx context.Context, path string) (Database, error)

// BackupOptions change how a backup is made.
type BackupOptions struct {
	Overwrite bool // replace a file that is there
	Progress  Progress
}

// Summary says what is in a backup, or what a restore brought back.
type Summary struct {
	Path     string // of the backup, or of the restored folder
	Bytes    int64  // of the backup
	Manifest Manifest
	Problems []Problem // Backup: files that were already damaged, and are in it as they are, or could not be taken
	Aside    string    // Restore: where the folder that was there is now
	Folder   string    // Restore: the id of the data folder
}

// Backup writes everything to the one file dst: the database, all media and all channels'
// folders. The key of the sign-ins is not in it: on another machine one signs in again.
//
// The file appears under its name only after it was read back and found whole. It fails
// with ErrExists, with ErrDiskFull before it begins where that can be told, and leaves
// nothing behind then.
func (d *Dir) Backup(ctx context.Context, dst string, snapshot Snapshot, o BackupOptions) (Summary, error) {
	s, err := d.backup(ctx, dst, snapshot, o)
	if err != nil {
		return Summary{}, fmt.Errorf("back up to %s: %w", dst, err)
	}
	return s, nil
}

func (d *Dir) backup(ctx context.Context, dst string, snapshot Snapshot, o BackupOptions) (_ Summary, err error) {
	if dst, err = d.destination(dst, o.Overwrite); err != nil {
		return Summary{}, err
	}
	work, err := d.TempDir()
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = os.RemoveAll(work) }()

	// The database comes first: a media file is stored before the row that names it, so all
	// that the copy names is there to be taken after it.
	copied := filepath.Join(work, databaseName)
	w := &archiveWriter{listHash: sha256.New(), manifest: Manifest{Created: time.Now().UTC().Truncate(time.Millisecond)}}
	if w.manifest.Database, err = snapshot(ctx, copied); err != nil {
		return Summary{}, fmt.Errorf("copy the database: %w", diskError(copied, 0, 0, err))
	}
	total, err := d.weigh(copied)
	if err != nil {
		return Summary{}, err
	}
	if err := roomFor(filepath.Dir(dst), total); err != nil {
		return Summary{}, err
	}
	if w.list, err = os.Create(filepath.Join(work, listName)); err != nil {
		return Summary{}, err
	}
	defer func() { _ = w.list.Close() }()

	removeAbandoned(filepath.Dir(dst), backupPrefix)
	out, err := os.CreateTemp(filepath.Dir(dst), backupPrefix+"*")
	if err != nil {
		return Summary{}, diskError(dst, total, 0, err)
	}
	finished := false
	defer func() {
		if !finished {
			discard(out)
		}
	}()
	problems, err := d.archive(ctx, w, out, copied, total, o.Progress)
	if err != nil {
		return Summary{}, diskError(dst, total, 0, err)
	}
	size, err := readBack(ctx, out, work, w.manifest, total, o.Progress)
	if err != nil {
		return Summary{}, fmt.Errorf("read back: %w", err)
	}
	if dst, err = d.destination(dst, o.Overwrite); err != nil { // hours may have gone by
		return Summary{}, err
	}
	finished = true // settle removes it if it fails
	if err := settle(out, dst, nil); err != nil {
		return Summary{}, diskError(dst, size, size, err)
	}
	return Summary{Path: dst, Bytes: size, Manifest: w.manifest, Problems: problems}, nil
}

// destination refuses to write over a file, and into what is being backed up.
func (d *Dir) destination(dst string, overwrite bool) (string, error) {
	dst, err := filepath.Abs(dst)
	if err != nil {
		return "", err
	}
	in := filepath.Join(existing(filepath.Dir(dst)), filepath.Base(dst))
	root := existing(d.path)
	for _, name := range []string{mediaName, channelsName, "thumbs", tempName} {
		if rel, err := filepath.Rel(filepath.Join(root, name), in); err == nil && filepath.IsLocal(rel) {
			return "", fmt.Errorf("it would be inside the %s folder that is backed up", name)
		}
	}
	if filepath.Dir(in) == root {
		return "", errors.New("it would be among Postbag's own files; its folder backups is a better place")
	}
	i, err := os.Lstat(dst)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return dst, nil
	case err != nil:
		return "", err
	case !overwrite:
		return "", ErrExists
	case !i.Mode().IsRegular():
		return "", errors.New("it is not a regular file")
	}
	return dst, nil
}

// weigh is about how large the backup will be.
func (d *Dir) weigh(database string) (int64, error) {
	i, err := os.Stat(database)
	if err != nil {
		return 0, fmt.Errorf("copy the database: %w", err)
	}
	total := i.Size() + 16<<10
	for f, err := range d.media.Walk() {
		if err == nil { // what cannot be read is reported when it is
			total += f.Bytes + 2048 // header, padding, line
		}
	}
	err = filepath.WalkDir(d.Channels(), func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil //nolint:nilerr // it is reported when it is read
		}
		if i, err := e.Info(); err == nil {
			total += i.Size() + 2048
		}
		return nil
	})
	return total, err
}

// archive writes all members in their order.
func (d *Dir) archive(ctx context.Context, w *archiveWriter, out io.Writer, database string, total int64, p Progress) ([]Problem, error) {
	buffered := bufio.NewWriterSize(out, 1<<20)
	w.tar = tar.NewWriter(buffered)
	err := w.small(headName, head{
		Format: backupFormat, Version: backupVersion, Created: w.manifest.Created, Folder: d.info,
		Note: "The key of the sign-ins is not in this backup. Where the keychain does not have it, sign in to each channel again.",
	})
	if err != nil {
		return nil, err
	}
	var done int64
	tell := func(n int64) {
		done += n
		p.tell(min(done, total), 2*total) // reading it back is the other half
	}
	var problems []Problem
	for _, root := range []string{channelsName, mediaName} {
		found, err := d.tree(ctx, w, root, tell)
		if err != nil {
			return nil, err
		}
		problems = append(problems, found...)
	}
	f, err := os.Open(database)
	if err != nil {
		return nil, err
	}
	_, err = w.file(ctx, databaseName, f, tell)
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, err
	}
	if err := w.finish(ctx); err != nil {
		return nil, err
	}
	return problems, buffered.Flush()
}

// tree adds a folder. One bad file is a problem to report and keeps nobody from a backup of
// the rest.
func (d *Dir) tree(ctx context.Context, w *archiveWriter, root string, tell func(int64)) ([]Problem, error) {
	var problems []Problem
	err := filepath.WalkDir(filepath.Join(d.path, root), func(path string, e fs.DirEntry, err error) error {
		rel, rerr := filepath.Rel(d.path, path)
		if rerr != nil {
			return rerr
		}
		name := filepath.ToSlash(rel)
		bad := func(kind ProblemKind, detail string) { problems = append(problems, Problem{kind, name, detail}) }
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != root:
			return nil // removed meanwhile
		case err != nil && name != root:
			bad(Unreadable, err.Error())
			return nil
		case err != nil:
			return err
		case e.IsDir():
			return nil
		case !e.Type().IsRegular():
			bad(Stray, "not a plain file; left out")
			return nil
		}
		if reason := badMember(name); reason != "" {
			bad(Stray, reason+"; left out")
			return nil
		}
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			bad(Unreadable, err.Error())
			return nil
		}
		sum, err := w.file(ctx, name, f, tell)
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if root == mediaName && sum != e.Name() {
			bad(MediaAltered, "backed up as it is")
		}
		return nil
	})
	return problems, err
}

// readBack reads the written file as a restore would.
func readBack(ctx context.Context, out *os.File, work string, want Manifest, total int64, p Progress) (int64, error) {
	if err := out.Sync(); err != nil {
		return 0, err
	}
	size, err := out.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = out.Seek(0, io.SeekStart)
	}
	if err != nil {
		return 0, err
	}
	scratch, err := os.Create(filepath.Join(work, "read-back"))
	if err != nil {
		return 0, err
	}
	defer func() { _ = scratch.Close() }()
	look := func(string) (io.WriteCloser, error) { return nowhere{}, nil }
	half := Progress(func(done, _ int64) { p.tell(total+min(done, total), 2*total) })
	r, err := readArchive(ctx, out, size, scratch, look, half)
	if err != nil {
		return 0, err
	}
	if r.manifest.List != want.List || !slices.Equal(r.manifest.Database.Tables, want.Database.Tables) {
		return 0, &BackupError{Member: manifestName, Reason: "it does not read back as it was written"}
	}
	return size, nil
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }

// BackupName is a name for a backup made at t: it sorts by time and needs no quoting.
func BackupName(t time.Time) string {
	return "postbag-" + strings.ReplaceAll(t.UTC().Format("20060102-150405.000"), ".", "-") + ".tar"
}
