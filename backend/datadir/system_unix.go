//go:build unix

package datadir

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// folderNeedsClosing says whether a folder can be renamed only while no file in it is open.
const folderNeedsClosing = false

func narrowUmask() { unix.Umask(0o077) }

// tighten takes everybody else's rights to the folder away.
func tighten(path string) error {
	i, err := os.Stat(path)
	if err != nil || i.Mode().Perm()&0o077 == 0 {
		return err
	}
	return os.Chmod(path, 0o700)
}

// syncDir makes the names in a folder durable.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	// Some file systems cannot sync a folder and say so (fsync(2): EINVAL).
	if err := f.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) {
		return fmt.Errorf("sync folder: %w", err)
	}
	return nil
}

func isFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

func isTooLarge(err error) bool { return errors.Is(err, unix.EFBIG) }

// freeSpace is how many bytes a person may still write on the disk of path.
func freeSpace(path string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil //nolint:unconvert // the types differ between systems
}

// tooOpen says what is wrong with the rights to a file or folder, or "".
func tooOpen(i os.FileInfo) string {
	if i.Mode()&os.ModeSymlink == 0 && i.Mode().Perm()&0o077 != 0 {
		return fmt.Sprintf("others may reach it (%#o)", i.Mode().Perm())
	}
	return ""
}
