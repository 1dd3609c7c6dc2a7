package datadir

import (
	"path/filepath"
	"strings"

	"golang.org/x/sys/windows"
)

// networkMount names the kind of network drive path is on, or returns "".
func networkMount(path string) string {
	volume := filepath.VolumeName(path)
	if strings.HasPrefix(volume, `\\`) && !strings.HasPrefix(volume, `\\?\`) && !strings.HasPrefix(volume, `\\.\`) {
		return "a shared folder"
	}
	root, err := windows.UTF16PtrFromString(volume + `\`)
	if err == nil && windows.GetDriveType(root) == windows.DRIVE_REMOTE {
		return "a mapped drive"
	}
	return ""
}
