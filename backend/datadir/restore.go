package datadir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// RestoreOptions change how a backup is restored.
type RestoreOptions struct {
	Options
	// Check is given the restored database before it is put in place, with what the manifest
	// says of it: the store opens it and compares every table. An error stops the restore.
	Check    func(ctx context.Context, database string, want Database) error
	Progress Progress
}

// Restore brings the backup src back as the data folder at path ("" for the default). A data
// folder that is there is moved aside, never deleted: Summary.Aside says where. Everything
// is unpacked beside it and proved first, so a backup that is cut, altered or hostile leaves
// path as it was.
//
// It fails with ErrLocked while anybody uses the folder, ErrNotBackup, ErrNewer,
// ErrDamagedBackup, ErrDiskFull, ErrNotDataFolder or a *PlaceError.
func Restore(ctx context.Context, src, path string, o RestoreOptions) (Summary, error) {
	path, err := resolve(path, o.Options)
	if err != nil {
		return Summary{}, fmt.Errorf("restore: %w", err)
	}
	s, err := restore(ctx, src, path, o)
	if err != nil {
		return Summary{}, fmt.Errorf("restore %s to %s: %w", src, path, err)
	}
	return s, nil
}

func restore(ctx context.Context, src, path string, o RestoreOptions) (_ Summary, err error) {
	narrowUmask()
	in, err := os.Open(src)
	if err != nil {
		return Summary{}, err
	}
	defer func() { _ = in.Close() }()
	i, err := in.Stat()
	if err != nil {
		return Summary{}, err
	}
	if !i.Mode().IsRegular() {
		return Summary{}, ErrNotBackup
	}
	if err := finishRestore(path); err != nil {
		return Summary{}, err
	}
	release, err := claim(path)
	if err != nil {
		return Summary{}, err
	}
	defer func() { err = errors.Join(err, release()) }()

	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return Summary{}, err
	}
	if err := roomFor(path, i.Size()); err != nil {
		return Summary{}, err
	}
	removeAbandoned(filepath.Dir(path), restorePrefix)
	stage, err := os.MkdirTemp(filepath.Dir(path), restorePrefix+"*")
	if err != nil {
		return Summary{}, diskError(path, i.Size(), 0, err)
	}
	defer func() { _ = os.RemoveAll(stage) }()
	r, err := unpack(ctx, in, i.Size(), stage, o)
	if err != nil {
		return Summary{}, diskError(stage, i.Size(), 0, err)
	}
	s := Summary{Path: path, Bytes: i.Size(), Manifest: r.manifest, Folder: r.head.Folder.ID}
	if folderNeedsClosing {
		if err := release(); err != nil {
			return Summary{}, err
		}
	}
	s.Aside, err = swap(stage, path)
	return s, err
}

// claim makes sure that nobody uses the folder at path, or that it can become one.
func claim(path string) (release func() error, err error) {
	nothing := func() error { return nil }
	if _, err := os.Lstat(filepath.Join(path, infoName)); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return nothing, nil
		}
		return nothing, ours(path)
	} else if err != nil {
		return nil, err
	}
	l, err := lockData(path, Exclusive)
	if err != nil {
		return nil, err
	}
	held := true
	return func() error {
		if !held {
			return nil
		}
		held = false
		return l.Unlock()
	}, nil
}

// unpack fills the folder stage from a backup and proves it.
func unpack(ctx context.Context, in io.Reader, size int64, stage string, o RestoreOptions) (_ *archiveReader, err error) {
	// Nothing opened through a root leaves it, whatever names and links there are.
	root, err := os.OpenRoot(stage)
	if err != nil {
		return nil, err
	}
	defer func() { _ = root.Close() }()
	for _, name := range folders {
		if err := root.Mkdir(name, 0o700); err != nil {
			return nil, err
		}
	}
	scratch, err := os.Create(filepath.Join(stage, tempName, listName))
	if err != nil {
		return nil, err
	}
	defer func() { _ = scratch.Close() }()
	made := ""
	sink := func(name string) (io.WriteCloser, error) {
		if dir := path.Dir(name); dir != made {
			if err := root.MkdirAll(dir, 0o700); err != nil {
				return nil, &BackupError{Member: name, Reason: "it cannot be unpacked here", Err: err}
			}
			made = dir
		}
		f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) { // two names that only differ by case, where that is none
			return nil, &BackupError{Member: name, Reason: "it comes twice"}
		}
		if err != nil {
			return nil, err
		}
		return durableFile{f}, nil
	}
	r, err := readArchive(ctx, in, size, scratch, sink, o.Progress)
	if err != nil {
		return nil, err
	}
	if o.Check != nil {
		if err := o.Check(ctx, filepath.Join(stage, databaseName), r.manifest.Database); err != nil {
			return nil, fmt.Errorf("check the database: %w", err)
		}
	}
	if err := scratch.Close(); err != nil {
		return nil, err
	}
	if err := root.Remove(path.Join(tempName, listName)); err != nil {
		return nil, err
	}
	info := r.head.Folder
	now, backedUp := time.Now().UTC().Truncate(time.Millisecond), r.head.Created
	info.Restored, info.Backup = &now, &backedUp
	if err := writeInfo(stage, info); err != nil {
		return nil, err
	}
	return r, syncTree(stage)
}

// durableFile is a file that is on the disk when it is closed.
type durableFile struct{ *os.File }

func (f durableFile) Close() error { return errors.Join(f.Sync(), f.File.Close()) }

func syncTree(root string) error {
	return filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		return syncDir(path)
	})
}

// readyName is where a proved restore waits for its place. A process that is killed between
// the two renames of swap leaves it there, and the next Open takes the last step.
func readyName(path string) string { return path + ".restored" }

// swap puts the proved folder stage at path and returns where the old one went.
func swap(stage, path string) (aside string, err error) {
	ready := readyName(path)
	if err := os.RemoveAll(ready); err != nil { // proved once, but never put in place: a copy of a backup
		return "", err
	}
	if err := os.Rename(stage, ready); err != nil {
		return "", err
	}
	entries, err := os.ReadDir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return "", err
	case len(entries) == 0:
		if err := os.Remove(path); err != nil {
			return "", err
		}
	default:
		aside = path + ".before-restore-" + time.Now().UTC().Format("20060102T150405.000Z")
		if err := os.Rename(path, aside); err != nil {
			return "", errors.Join(err, os.RemoveAll(ready))
		}
	}
	return aside, finishRestore(path)
}

// finishRestore takes the last step of a restore, if it was cut short: the old folder is out
// of the way and the new one waits.
func finishRestore(path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // whoever opens it meets the same error
	}
	ready := readyName(path)
	if _, err := readInfo(ready); err != nil {
		return nil //nolint:nilerr // there is no restore to finish
	}
	if err := os.Rename(ready, path); err != nil {
		return fmt.Errorf("finish a restore: %w", err)
	}
	return syncDir(filepath.Dir(path))
}
