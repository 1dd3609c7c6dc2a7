package datadir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// nextName is where a program that has the folder open leaves word of a restore: it cannot
// swap the folder under its own feet, so the next start does.
const nextName = "restore-next.json"

type next struct {
	Backup string `json:"backup"`
}

// Prove reads a whole backup as a restore would, every file against its hash, and changes
// nothing. It fails with ErrNotBackup, ErrNewer, ErrDamagedBackup, or as the file system does.
func (d *Dir) Prove(ctx context.Context, src string, p Progress) (_ Summary, err error) {
	s := Summary{Path: src}
	in, err := os.Open(src)
	if err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	defer func() { _ = in.Close() }()
	i, err := in.Stat()
	if err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	if !i.Mode().IsRegular() {
		return s, ErrNotBackup
	}
	scratch, err := d.Temp()
	if err != nil {
		return s, err
	}
	defer func() {
		_ = scratch.Close()
		_ = os.Remove(scratch.Name())
	}()
	r, err := readArchive(ctx, in, i.Size(), scratch, func(string) (io.WriteCloser, error) { return nowhere{}, nil }, p)
	if err != nil {
		return s, fmt.Errorf("read backup %s: %w", filepath.Base(src), err)
	}
	s.Bytes, s.Manifest = i.Size(), r.manifest
	return s, nil
}

// SetNextRestore has the next start bring a backup back; "" calls it off.
func (d *Dir) SetNextRestore(backup string) error {
	if backup == "" {
		if err := os.Remove(filepath.Join(d.path, nextName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("call the restore off: %w", err)
		}
		return nil
	}
	b, err := json.Marshal(next{Backup: backup})
	if err != nil {
		return fmt.Errorf("leave word of a restore: %w", err)
	}
	return d.WriteFile(nextName, b)
}

// NextRestore returns the backup that the next start brings back, "" if there is none.
func (d *Dir) NextRestore() string {
	n, _ := readNext(d.path)
	return n
}

// TakeNextRestore returns what SetNextRestore left for the folder at path ("" for the default),
// "" if nothing, and forgets it: a restore that fails is not tried again by itself.
func TakeNextRestore(path string, o Options) (string, error) {
	path, err := resolve(path, o)
	if err != nil {
		return "", nil //nolint:nilerr // Open says it better
	}
	backup, err := readNext(path)
	if backup == "" {
		return "", err
	}
	if err := os.Remove(filepath.Join(path, nextName)); err != nil {
		return "", fmt.Errorf("begin the restore: %w", err)
	}
	return backup, nil
}

func readNext(path string) (string, error) {
	b, err := os.ReadFile(filepath.Join(path, nextName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	var n next
	if err == nil {
		err = json.Unmarshal(b, &n)
	}
	if err != nil {
		return "", fmt.Errorf("read %s: %w", nextName, err)
	}
	return n.Backup, nil
}
