package datadir

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// folderNeedsClosing says whether a folder can be renamed only while no file in it is open.
const folderNeedsClosing = true

// Rights on Windows are inherited from the person's own folder.
func narrowUmask()               {}
func tighten(string) error       { return nil }
func tooOpen(os.FileInfo) string { return "" }

// syncDir has nothing to do: NTFS journals names itself.
func syncDir(string) error { return nil }

func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL)
}

func isTooLarge(err error) bool { return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) }

// freeSpace is how many bytes a person may still write on the disk of path.
func freeSpace(path string) (int64, error) {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(p, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(free, 1<<62)), nil
}
