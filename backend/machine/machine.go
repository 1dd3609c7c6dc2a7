// Package machine knows which computer this is, and how far the data folders on it have come.
//
// A data folder can be copied, and a backup of it restored. The copy holds deliveries that the
// original has published since, and nothing inside the copy tells. So two things are kept outside
// of every data folder, in the system's place for a user's state:
//
// The machine's id. It is made of what the system itself is known by, so it does not travel with
// a copied home folder. A data folder remembers the machine that publishes from it; on another
// one it publishes nothing until a person says so.
//
// The mark of each data folder: the last request to publish that was about to leave from it, by
// the id it has in the folder's journal. It is written when the journal already has the request
// on the disk and the first byte of it has not left. So the mark can lag only for a request that
// never left, and it never leads. A journal that does not know the marked request belongs to an
// older state of the folder, or to a copy that went its own way: nothing of it may be sent blindly.
package machine

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/uuid"
)

// Machine is this computer, for this user.
type Machine struct {
	ID   string // stays the same as long as the system is not set up anew
	Name string // as people call it
	dir  string
}

// Open finds out which computer this is. dir is where the state of all data folders is kept, ""
// for Default(). Where that place cannot be made, Kept says why, and marks cannot be written.
func Open(dir string) (*Machine, error) {
	name, err := os.Hostname()
	if err != nil || name == "" {
		name = "this computer"
	}
	m := &Machine{Name: name, dir: dir}
	if m.dir == "" {
		if m.dir, err = Default(); err != nil {
			return m.known(systemID()), fmt.Errorf("keep the state of this machine: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Join(m.dir, marksName), 0o700); err != nil {
		return m.known(systemID()), fmt.Errorf("keep the state of this machine: %w", err)
	}
	if m.known(systemID()).ID != "" {
		return m, nil
	}
	if m.ID, err = ownID(filepath.Join(m.dir, idName)); err != nil {
		return m, fmt.Errorf("keep the id of this machine: %w", err)
	}
	return m, nil
}

const (
	marksName = "marks"
	idName    = "machine"
)

// known makes the machine's id of the system's own. That one is not shown to anybody
// (machine-id(5), systemd 257: hash it with a key of the application's).
func (m *Machine) known(system string) *Machine {
	if system != "" {
		h := hmac.New(sha256.New, []byte(system))
		_, _ = h.Write([]byte("postbag machine"))
		m.ID = hex.EncodeToString(h.Sum(nil)[:16])
	}
	return m
}

// ownID keeps an id in a file, for systems without one.
func ownID(path string) (string, error) {
	for range 3 {
		b, err := os.ReadFile(path)
		if err == nil && uuid.Validate(strings.TrimSpace(string(b))) == nil {
			return strings.TrimSpace(string(b)), nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
		if err == nil { // cut short by a power loss
			if err := os.Remove(path); err != nil {
				return "", err
			}
		}
		id, err := uuid.NewRandom()
		if err != nil {
			return "", err
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if errors.Is(err, fs.ErrExist) {
			continue // another process was first
		}
		if err != nil {
			return "", err
		}
		_, err = f.WriteString(id.String() + "\n")
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return "", err
		}
		return id.String(), nil
	}
	return "", errors.New("another process keeps changing it")
}

// Default is where the system keeps the state of programs: $XDG_STATE_HOME/postbag or
// ~/.local/state/postbag (XDG Base Directory Specification 0.8, May 2021), a folder of its own
// beside the data folder's default on macOS and Windows, which have no such place.
func Default() (string, error) {
	switch runtime.GOOS {
	case "windows":
		if local := os.Getenv("LocalAppData"); filepath.IsAbs(local) {
			return filepath.Join(local, "Postbag State"), nil
		}
		return "", errors.New("%LocalAppData% is not set")
	case "darwin":
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		return filepath.Join(home, "Library", "Application Support", "Postbag State"), nil
	default:
		if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
			return filepath.Join(state, "postbag"), nil
		}
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		return filepath.Join(home, ".local", "state", "postbag"), nil
	}
}
