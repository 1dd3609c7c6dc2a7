package datadir

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// PlaceError says why a folder is no safe place for a database.
type PlaceError struct {
	Path   string
	Reason string // "is on a network drive (nfs)"
}

func (e *PlaceError) Error() string {
	return fmt.Sprintf("%s %s, where a database is damaged sooner or later; "+
		"choose a folder on this machine's own disk, or allow this place explicitly", e.Path, e.Reason)
}

// suitable refuses places that are shared, as far as that can be told. The folder itself
// need not exist yet.
func suitable(path string) error {
	if name := synced(path); name != "" {
		return &PlaceError{Path: path, Reason: "is in a folder that " + name + " synchronises"}
	}
	there := existing(path)
	if name := synced(there); name != "" {
		return &PlaceError{Path: path, Reason: "is in a folder that " + name + " synchronises"}
	}
	if name := networkMount(there); name != "" {
		return &PlaceError{Path: path, Reason: "is on a network drive (" + name + ")"}
	}
	return nil
}

// existing is the deepest part of path that is there, with symbolic links resolved.
func existing(path string) string {
	for {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real
		}
		up := filepath.Dir(path)
		if up == path {
			return path
		}
		path = up
	}
}

// syncedNames are the folders that synchronising programs make, in lower case, as their
// documentation named them in November 2026.
var syncedNames = map[string]string{
	"dropbox":             "Dropbox",
	"onedrive":            "OneDrive",
	"icloud drive":        "iCloud",
	"iclouddrive":         "iCloud",
	"com~apple~clouddocs": "iCloud",
	"mobile documents":    "iCloud",
	"google drive":        "Google Drive",
	"googledrive":         "Google Drive",
	"nextcloud":           "Nextcloud",
	"owncloud":            "ownCloud",
	"pcloud drive":        "pCloud",
	"pclouddrive":         "pCloud",
	"box sync":            "Box",
	"proton drive":        "Proton Drive",
	"megasync":            "MEGA",
}

// syncedMarks are files such programs leave in the top folder they look after.
var syncedMarks = map[string]string{
	".dropbox.cache":                        "Dropbox",
	".stfolder":                             "Syncthing",
	".nextcloudsync.log":                    "Nextcloud",
	".owncloudsync.log":                     "ownCloud",
	".tmp.drivedownload":                    "Google Drive",
	".tmp.driveupload":                      "Google Drive",
	".849c9593-d756-4e56-8d6e-42412f2a707b": "OneDrive",
}

// synced names the program that synchronises path, or returns "".
func synced(path string) string {
	for dir := path; ; {
		base := strings.ToLower(filepath.Base(dir))
		if name := syncedNames[base]; name != "" {
			return name
		}
		if strings.HasPrefix(base, "onedrive - ") { // "OneDrive - Example Ltd"
			return "OneDrive"
		}
		up := filepath.Dir(dir)
		if base == "cloudstorage" && strings.EqualFold(filepath.Base(up), "library") { // macOS 12.3 and later
			return "a cloud provider"
		}
		for mark, name := range syncedMarks {
			if _, err := os.Lstat(filepath.Join(dir, mark)); err == nil {
				return name
			}
		}
		if up == dir {
			return ""
		}
		dir = up
	}
}
