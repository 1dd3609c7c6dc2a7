// Package datadir is the one folder that holds everything a person made.
//
//	postbag.db            the database, for all workspaces (package store opens it)
//	media/ab/<sha256>     originals, renditions and frozen files, named by their content
//	thumbs/               small pictures, made again when they are missing
//	channels/<folder>/    what networks of the file: carrier publish
//	backups/ logs/        copies before a migration; logs
//	tmp/<session>/        unfinished files, one folder for each running process
//	folder.json           the folder's id, and what it was restored from
//	window/               of the window: its place on the screen, and how a second start finds it
//	publish.lock          held by the one process that publishes
//	data.lock             shared by everybody; exclusive for restoring and migrating
//
// Its rules: the folder is readable for its owner alone. A file appears under its name
// whole and on the disk, or not at all: it is written under tmp, synced, renamed, and its
// folder is synced. Locks are the operating system's, so they end with the process that held
// them, however it ended. A folder that a network or a synchronising program shares is
// refused, because SQLite's locks and our renames promise nothing there.
package datadir

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Errors a caller can tell apart with errors.Is.
var (
	// ErrNotDataFolder says that a folder holds other things and is no data folder.
	ErrNotDataFolder = errors.New("this folder holds other files and is not a data folder of Postbag")
	// ErrNewer says that a newer Postbag made this.
	ErrNewer = errors.New("this was made by a newer Postbag: install that one")
	// ErrMissing says that a content is not in the media store. It is also fs.ErrNotExist.
	ErrMissing = fmt.Errorf("the file is missing from the data folder: %w", fs.ErrNotExist)
	// ErrAltered says that a stored file no longer has the content it is named by.
	ErrAltered = errors.New("the file was altered in the data folder")
)

// FormatVersion is the version of the layout this program writes.
const FormatVersion = 1

const (
	databaseName = "postbag.db"
	infoName     = "folder.json"
	mediaName    = "media"
	channelsName = "channels"
	tempName     = "tmp"

	publishLock = "publish.lock"
	publishInfo = "publish.json"
	dataLock    = "data.lock"
	keyLock     = "key.lock"
)

var folders = []string{mediaName, "thumbs", channelsName, "backups", "logs", tempName}

// Options change how a folder is opened.
type Options struct {
	// Program is what other processes are told holds a lock: "postbag agent".
	Program string
	// AnyPlace opens a folder on a network mount or in a synchronised folder all the same.
	AnyPlace bool
}

// Info is what folder.json says.
type Info struct {
	ID       string     `json:"id"` // UUIDv7, kept by backups; the user of the keychain's entry
	Format   int        `json:"format"`
	Created  time.Time  `json:"created"`
	Restored *time.Time `json:"restored,omitempty"` // when it was last restored from a backup
	Backup   *time.Time `json:"backup,omitempty"`   // and when that backup was made
}

// Dir is an open data folder. It is safe for use from several goroutines.
type Dir struct {
	path    string
	info    Info
	program string
	session *session
	media   *Media
}

// Open opens the data folder at path, which it makes if it is not there. An empty path means
// Default(). It removes what processes that were killed left half-written.
//
// It fails with a *PlaceError, ErrNotDataFolder, ErrNewer, or as the file system does. On Unix
// it narrows the umask of the whole process to 077, so that what the database's driver makes
// is private too.
func Open(ctx context.Context, path string, o Options) (*Dir, error) {
	path, err := resolve(path, o)
	if err != nil {
		return nil, fmt.Errorf("open data folder: %w", err)
	}
	d, err := open(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", path, err)
	}
	return d, nil
}

// resolve makes path absolute and refuses unsuitable places.
func resolve(path string, o Options) (string, error) {
	if path == "" {
		var err error
		if path, err = Default(); err != nil {
			return "", err
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if o.AnyPlace {
		return path, nil
	}
	return path, suitable(path)
}

func open(ctx context.Context, path string, o Options) (_ *Dir, err error) {
	narrowUmask()
	if err := finishRestore(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	d := &Dir{path: path, program: o.Program}
	d.media = &Media{dir: d}
	if d.info, err = readInfo(path); errors.Is(err, fs.ErrNotExist) {
		d.info, err = create(ctx, path)
	}
	if err != nil {
		return nil, err
	}
	if err := tighten(path); err != nil {
		return nil, err
	}
	for _, name := range folders {
		if err := os.MkdirAll(filepath.Join(path, name), 0o700); err != nil {
			return nil, err
		}
	}
	removeStale(path)
	if d.session, err = startSession(path, o.Program); err != nil {
		return nil, err
	}
	return d, nil
}

// Close ends this process's use of the folder and removes its unfinished files. Locks are
// released apart.
func (d *Dir) Close() error { return d.session.end() }

// Path is the folder itself.
func (d *Dir) Path() string { return d.path }

// Info says what folder.json said when the folder was opened.
func (d *Dir) Info() Info { return d.info }

// Database is the path of the database.
func (d *Dir) Database() string { return filepath.Join(d.path, databaseName) }

// Thumbs is the folder of small pictures.
func (d *Dir) Thumbs() string { return filepath.Join(d.path, "thumbs") }

// Backups is the folder of the copies Postbag makes by itself.
func (d *Dir) Backups() string { return filepath.Join(d.path, "backups") }

// Logs is the folder of the logs.
func (d *Dir) Logs() string { return filepath.Join(d.path, "logs") }

// Channels is the folder of the channels' folders.
func (d *Dir) Channels() string { return filepath.Join(d.path, channelsName) }

// Media is the store of files named by their content.
func (d *Dir) Media() *Media { return d.media }

// Channel returns the folder of a channel, made if it is not there. name is one path
// element that SafeName would not change.
func (d *Dir) Channel(name string) (string, error) {
	if name != SafeName(name) {
		return "", fmt.Errorf("channel folder %q: not a safe name", name)
	}
	path := filepath.Join(d.path, channelsName, name)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return "", fmt.Errorf("make channel folder: %w", err)
	}
	return path, nil
}

func readInfo(path string) (Info, error) {
	b, err := os.ReadFile(filepath.Join(path, infoName))
	if err != nil {
		return Info{}, err
	}
	var i Info
	if err := json.Unmarshal(b, &i); err != nil {
		return Info{}, fmt.Errorf("%s is damaged: %w", infoName, err)
	}
	if i.Format > FormatVersion {
		return Info{}, fmt.Errorf("%s: format %d: %w", infoName, i.Format, ErrNewer)
	}
	if uuid.Validate(i.ID) != nil || i.Format < 1 {
		return Info{}, fmt.Errorf("%s is damaged: it has no id", infoName)
	}
	return i, nil
}

// create makes folder.json in an empty folder. Two first starts at once agree on one id: the
// second waits for the first.
func create(ctx context.Context, path string) (Info, error) {
	if err := ours(path); err != nil {
		return Info{}, err
	}
	l, err := waitLock(ctx, filepath.Join(path, dataLock))
	if err != nil {
		return Info{}, err
	}
	defer func() { _ = l.Unlock() }()
	if i, err := readInfo(path); !errors.Is(err, fs.ErrNotExist) {
		return i, err
	}
	// A database without its folder.json is somebody's work: an id of its own would lose the
	// key to the sign-ins in it.
	if _, err := os.Lstat(filepath.Join(path, databaseName)); err == nil {
		return Info{}, fmt.Errorf("%s is missing beside a database: restore a backup, or put the file back", infoName)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Info{}, err
	}
	i := Info{ID: id.String(), Format: FormatVersion, Created: time.Now().UTC().Truncate(time.Millisecond)}
	return i, writeInfo(path, i)
}

func writeInfo(path string, i Info) error {
	b, err := json.MarshalIndent(i, "", "\t")
	if err != nil {
		return err
	}
	return writeFile(path, filepath.Join(path, infoName), append(b, '\n'))
}

// ours refuses a folder with anything in it that Postbag does not make.
func ours(path string) error {
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	known := append([]string{databaseName, windowName, dataLock, publishLock, publishInfo, keyLock, ".DS_Store", "desktop.ini"}, folders...)
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) && !isTemp(e.Name()) {
			return fmt.Errorf("%w (it has %q)", ErrNotDataFolder, e.Name())
		}
	}
	return nil
}
