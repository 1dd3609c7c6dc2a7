package datadir

import (
	"bufio"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The test binary is also the second process of the tests of locks and kills.
func TestMain(m *testing.M) {
	if task := os.Getenv("DATADIR_TEST_TASK"); task != "" {
		secondProcess(task, os.Getenv("DATADIR_TEST_PATH"))
		return
	}
	os.Exit(m.Run())
}

// secondProcess does its task, prints a line when it is where the test wants it, and waits
// to be killed or for its standard input to end.
func secondProcess(task, path string) {
	d, err := Open(context.Background(), path, Options{Program: "second", AnyPlace: true})
	if err != nil {
		_, _ = os.Stdout.WriteString("error " + err.Error() + "\n")
		return
	}
	switch task {
	case "publish":
		_, err = d.LockPublisher()
	case "share":
		_, err = d.LockData(Shared)
	case "put": // stores what comes, which never ends
		_, err = d.Media().Put(context.Background(), &announce{f: os.Stdin})
	case "open":
	}
	if err != nil {
		_, _ = os.Stdout.WriteString("error " + err.Error() + "\n")
		return
	}
	_, _ = os.Stdout.WriteString(d.Info().ID + "\n")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// announce says when something has been read.
type announce struct {
	f    *os.File
	said int
}

func (a *announce) Read(p []byte) (int, error) {
	if a.said++; a.said == 4 { // three blocks are written
		_, _ = os.Stdout.WriteString("midway\n")
	}
	return a.f.Read(p)
}

type process struct {
	*exec.Cmd
	in    *os.File
	lines *bufio.Reader
}

func start(t *testing.T, task, path string) *process {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DATADIR_TEST_TASK="+task, "DATADIR_TEST_PATH="+path)
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	p := &process{cmd, w, bufio.NewReader(out)}
	t.Cleanup(p.kill)
	return p
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	s, err := p.lines.ReadString('\n')
	if err != nil || strings.HasPrefix(s, "error") {
		t.Fatalf("second process: %q, %v", s, err)
	}
	return strings.TrimSpace(s)
}

func (p *process) kill() {
	_ = p.Process.Kill()
	_ = p.Wait()
	_ = p.in.Close()
}

func openAt(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(t.Context(), path, Options{Program: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func newDir(t *testing.T) *Dir {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "data"))
}

func TestAFolderKeepsItsID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "data")
	a := openAt(t, path)
	b := openAt(t, path)
	if a.Info().ID == "" || a.Info().ID != b.Info().ID {
		t.Errorf("%q, then %q", a.Info().ID, b.Info().ID)
	}
	if c := newDir(t); c.Info().ID == a.Info().ID {
		t.Error("two folders with one id")
	}
}

func TestFirstStartsAtOnceAgreeOnOneID(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	var started []*process
	for range 6 {
		started = append(started, start(t, "open", path))
	}
	ids := map[string]bool{}
	for _, p := range started {
		ids[p.line(t)] = true
	}
	if len(ids) != 1 {
		t.Errorf("%d ids", len(ids))
	}
}

func TestEverythingIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows inherits rights from the person's own folder")
	}
	path := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(path, 0o755); err != nil {
		t.Fatal(err)
	}
	d := openAt(t, path)
	put(t, d, "a picture")
	if err := d.WriteFile("key.json", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Channel("feed"); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(d.Database(), os.O_CREATE|os.O_WRONLY, 0o666) // as a driver would
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	err = filepath.WalkDir(d.Path(), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		i, err := e.Info()
		if err != nil {
			return err
		}
		if i.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", path, i.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := d.Check(t.Context()); err != nil || len(found) != 0 {
		t.Errorf("check: %v, %v", found, err)
	}
}

func TestAFolderWithOtherFilesIsLeftAlone(t *testing.T) {
	path := t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "thesis.odt"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, ErrNotDataFolder) {
		t.Errorf("open: %v", err)
	}
	entries, err := os.ReadDir(path)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
	if i, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && i.Mode().Perm() != 0o755 {
		t.Errorf("its rights were changed: %v, %v", i.Mode(), err)
	}
}

func TestADamagedOrNewerFolderIsNotGuessedAt(t *testing.T) {
	for name, content := range map[string]string{
		"empty":  "",
		"cut":    `{"id": "0190`,
		"no id":  `{"format": 1}`,
		"newer":  `{"id": "0190a1b2-0000-7000-8000-000000000000", "format": 2}`,
		"an odd": `{"id": "../../etc", "format": 1}`,
	} {
		t.Run(name, func(t *testing.T) {
			path := t.TempDir()
			if err := os.WriteFile(filepath.Join(path, infoName), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), path, Options{})
			if err == nil || (name == "newer") != errors.Is(err, ErrNewer) {
				t.Errorf("open: %v", err)
			}
			if b, err := os.ReadFile(filepath.Join(path, infoName)); err != nil || string(b) != content {
				t.Error("it was overwritten")
			}
		})
	}
	t.Run("a database alone", func(t *testing.T) {
		path := t.TempDir()
		if err := os.WriteFile(filepath.Join(path, databaseName), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if d, err := Open(t.Context(), path, Options{}); err == nil {
			t.Errorf("opened with the new id %s", d.Info().ID)
		}
	})
}

func TestSharedPlacesAreRefusedUnlessAllowed(t *testing.T) {
	for _, name := range []string{"Dropbox", "OneDrive - Example Ltd", "Nextcloud", "Google Drive", "iCloud Drive", "Library/CloudStorage/Anything"} {
		path := filepath.Join(t.TempDir(), filepath.FromSlash(name), "brand", "data")
		_, err := Open(t.Context(), path, Options{})
		if place, ok := errors.AsType[*PlaceError](err); !ok || place.Path != path {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was made", name)
		}
		d, err := Open(t.Context(), path, Options{AnyPlace: true})
		if err != nil {
			t.Errorf("%s, allowed: %v", name, err)
			continue
		}
		_ = d.Close()
	}
	t.Run("behind a link", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, "Dropbox", "x"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(dir, "Dropbox", "x"), filepath.Join(dir, "mine")); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
		if err := suitable(filepath.Join(dir, "mine", "data")); err == nil {
			t.Error("not noticed")
		}
	})
	t.Run("by what a program left there", func(t *testing.T) {
		dir := t.TempDir()
		if err := os.Mkdir(filepath.Join(dir, ".stfolder"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := suitable(filepath.Join(dir, "a", "b")); err == nil {
			t.Error("not noticed")
		}
	})
	if err := suitable(filepath.Join(t.TempDir(), "dropbox-export")); err != nil {
		t.Errorf("a harmless name: %v", err)
	}
}

func TestTheDefaultIsTheSystemsPlace(t *testing.T) {
	switch runtime.GOOS {
	case "windows", "darwin":
		path, err := Default()
		if err != nil || filepath.Base(path) != "Postbag" {
			t.Errorf("%s, %v", path, err)
		}
	default:
		t.Setenv("HOME", "/home/someone")
		for value, want := range map[string]string{
			"":         "/home/someone/.local/share/postbag",
			"relative": "/home/someone/.local/share/postbag",
			"/data":    "/data/postbag",
		} {
			t.Setenv("XDG_DATA_HOME", value)
			if path, err := Default(); err != nil || path != want {
				t.Errorf("%q: %s, %v", value, path, err)
			}
		}
	}
}

func TestWriteFileReplacesAllOrNothing(t *testing.T) {
	d := newDir(t)
	for _, content := range []string{"old", "new and longer", ""} {
		if err := d.WriteFile("channels/a/feed.xml", []byte(content)); err != nil {
			t.Fatal(err)
		}
		if b, err := d.ReadFile("channels/a/feed.xml"); err != nil || string(b) != content {
			t.Errorf("%q, %v", b, err)
		}
	}
	for _, name := range []string{"", ".", "..", "../x", "/etc/x", "a/../../x", "a//b", "x\x00/../y"} {
		if err := d.WriteFile(name, nil); err == nil {
			t.Errorf("%q was written", name)
		}
		if _, err := d.ReadFile(name); err == nil {
			t.Errorf("%q was read", name)
		}
	}
	if left := unfinished(t, d.Path()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func unfinished(t *testing.T, root string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if isTemp(e.Name()) {
			list = append(list, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestOneProcessPublishesAndOthersAreToldWhich(t *testing.T) {
	d := newDir(t)
	p := start(t, "publish", d.Path())
	p.line(t)

	_, err := d.LockPublisher()
	locked, ok := errors.AsType[*LockedError](err)
	if !ok || !errors.Is(err, ErrLocked) || len(locked.By) != 1 {
		t.Fatalf("lock: %v", err)
	}
	if h := locked.By[0]; h.PID != p.Process.Pid || h.Program != "second" || time.Since(h.Since) > time.Hour {
		t.Errorf("held by %+v", h)
	}
	p.kill() // nothing is released by hand
	l, err := d.LockPublisher()
	if err != nil {
		t.Fatalf("after the other was killed: %v", err)
	}
	if _, err := openAt(t, d.Path()).LockPublisher(); !errors.Is(err, ErrLocked) {
		t.Errorf("twice in one process: %v", err)
	}
	if err := l.Unlock(); err != nil {
		t.Fatal(err)
	}
	if l, err = d.LockPublisher(); err != nil {
		t.Fatalf("after it was released: %v", err)
	}
	_ = l.Unlock()
}

func TestExclusiveMeansNobodyElse(t *testing.T) {
	d := newDir(t)
	p := start(t, "share", d.Path())
	p.line(t)
	shared, err := d.LockData(Shared)
	if err != nil {
		t.Fatalf("two share: %v", err)
	}
	_ = shared.Unlock()

	_, err = d.LockData(Exclusive)
	locked, ok := errors.AsType[*LockedError](err)
	if !ok || len(locked.By) != 1 || locked.By[0].PID != p.Process.Pid {
		t.Fatalf("exclusive beside another: %v", err)
	}
	if !strings.Contains(err.Error(), "second") {
		t.Errorf("does not say who: %v", err)
	}
	p.kill()
	alone, err := d.LockData(Exclusive)
	if err != nil {
		t.Fatalf("after the other was killed: %v", err)
	}
	if _, err := d.LockData(Shared); !errors.Is(err, ErrLocked) {
		t.Errorf("shared beside exclusive: %v", err)
	}
	_ = alone.Unlock()
}

func TestTheKeyLockWaitsItsTurn(t *testing.T) {
	d := newDir(t)
	release, err := d.LockKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := d.LockKey(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it is held: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if release, err = d.LockKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = release()
}

func TestUnfinishedFilesOfTheDeadGoAndThoseOfTheLivingStay(t *testing.T) {
	d := newDir(t)
	mine, err := d.Temp()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mine.Close() }()
	p := start(t, "put", d.Path())
	feed(t, p)

	openAt(t, d.Path())
	if left := unfinished(t, d.Path()); len(left) != 2 {
		t.Errorf("while both live: %v", left)
	}
	p.kill()
	if found, err := d.Check(t.Context()); err != nil || len(found) != 1 || found[0].Kind != Stale {
		t.Errorf("check: %v, %v", found, err)
	}
	openAt(t, d.Path())
	if left := unfinished(t, d.Path()); len(left) != 1 || left[0] != mine.Name() {
		t.Errorf("after one was killed: %v", left)
	}
}

func TestAReadOnlyPlaceIsAClearError(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("rights do not bind this user")
	}
	parent := t.TempDir()
	if err := os.Chmod(parent, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(parent, "data"), Options{}); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("open: %v", err)
	}
}

func TestCheckNamesWhatIsWrongAndRepairNarrowsRights(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows inherits rights from the person's own folder")
	}
	d := newDir(t)
	f := put(t, d, "a picture")
	path, err := d.Media().Path(f.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.Path(), mediaName, f.SHA256[:2], "holiday.jpg"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	found, err := d.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[ProblemKind]int{}
	for _, p := range found {
		kinds[p.Kind]++
	}
	if kinds[TooOpen] != 1 || kinds[Stray] != 1 || len(found) != 2 {
		t.Errorf("found: %v", found)
	}
	if err := d.Repair(found); err != nil {
		t.Fatal(err)
	}
	if i, err := os.Stat(path); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("after repair: %v, %v", i.Mode(), err)
	}
}
