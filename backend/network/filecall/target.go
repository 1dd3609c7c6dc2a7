package filecall

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// target is what a request is about: one file, or a set of which the last one counts.
type target struct {
	folder string
	path   string // of the one file, "" for a set
	files  []network.FilePut
}

const (
	mostFiles = 1000 // in one set
	mostDepth = 8
)

// validName is what every element of a path must be: plain enough for every file system, and
// never hidden, so that a name of the staging area cannot be asked for.
var validName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$`)

// reserved are names Windows keeps for devices, with any ending (Naming Files, Paths, and
// Namespaces, Microsoft, 2024-08-28).
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)`)

// parse reads the address of r and checks every name in it.
func parse(r network.Request) (target, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "file" || u.Host != "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return target{}, errors.New("not an address in a channel's folder")
	}
	folder, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if err := checkName(folder); err != nil {
		return target{}, err
	}
	t := target{folder: folder, path: rest, files: r.Files}
	if r.Method != "PUT" || len(r.Files) == 0 {
		t.files = []network.FilePut{{Path: rest, Body: r.Body}}
		return t, checkPath(rest)
	}
	if rest != "" {
		return target{}, errors.New("a set of files is put to the folder itself")
	}
	if len(r.Files) > mostFiles {
		return target{}, fmt.Errorf("%d files in one set, at most %d", len(r.Files), mostFiles)
	}
	seen := map[string]bool{}
	for _, f := range r.Files {
		if err := checkPath(f.Path); err != nil {
			return target{}, err
		}
		same := strings.ToLower(f.Path) // some file systems know no case
		if seen[same] {
			return target{}, fmt.Errorf("%s is twice in one set", f.Path)
		}
		seen[same] = true
	}
	return t, nil
}

// last is the path of the file that counts.
func (t target) last() string { return t.files[len(t.files)-1].Path }

func checkPath(p string) error {
	names := strings.Split(p, "/")
	if len(names) > mostDepth || path.Clean(p) != p {
		return errors.New("not a path in a channel's folder")
	}
	for _, name := range names {
		if err := checkName(name); err != nil {
			return err
		}
	}
	return nil
}

func checkName(name string) error {
	if !validName.MatchString(name) || reserved.MatchString(name) || strings.HasSuffix(name, ".") {
		return fmt.Errorf("not a name for a file: %.60q", name)
	}
	return nil
}
