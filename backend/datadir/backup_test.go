package datadir

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var tables = []Table{{Name: "post", Rows: 3, Hash: "aa"}, {Name: "channel", Rows: 1, Hash: "bb"}}

func snapshot(_ context.Context, path string) (Database, error) {
	return Database{Schema: 7, Tables: tables}, os.WriteFile(path, []byte("database"), 0o600)
}

// fullDir is a data folder with something of everything.
func fullDir(t *testing.T) *Dir {
	t.Helper()
	d := newDir(t)
	for _, s := range []string{"", "one", "two", strings.Repeat("three", 100_000)} {
		put(t, d, s)
	}
	for _, name := range []string{"channels/feed/a.xml", "channels/feed/a/index.html", "channels/feed/Grüße 1.html", "channels/b/x"} {
		if err := d.WriteFile(name, []byte("content of "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(d.Database(), []byte("database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := d.WriteFile("key.json", []byte("the encrypted key")); err != nil {
		t.Fatal(err)
	}
	return d
}

func backup(t *testing.T, d *Dir) (string, Summary) {
	t.Helper()
	dst := filepath.Join(t.TempDir(), "all.tar")
	s, err := d.Backup(t.Context(), dst, snapshot, BackupOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return dst, s
}

// contents maps the name of every file of a folder that a backup holds to its bytes.
func contents(t *testing.T, root string) map[string]string {
	t.Helper()
	m := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if name := filepath.ToSlash(rel); badMember(name) == "" {
			b, err := os.ReadFile(path)
			m[name] = string(b)
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func same(t *testing.T, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if g, ok := got[name]; !ok || g != want[name] {
			t.Errorf("%s: there %v, as it was %v", name, ok, g == want[name])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestABackupBringsEverythingBack(t *testing.T) {
	d := fullDir(t)
	var done, total int64
	dst := filepath.Join(t.TempDir(), "all.tar")
	s, err := d.Backup(t.Context(), dst, snapshot, BackupOptions{Progress: func(a, b int64) {
		if a < done || a > b {
			t.Errorf("progress went from %d to %d of %d", done, a, b)
		}
		done, total = a, b
	}})
	if err != nil {
		t.Fatal(err)
	}
	if s.Manifest.Media != 4 || s.Manifest.Files != 9 || len(s.Problems) != 0 || total == 0 {
		t.Errorf("%+v, %d of %d", s, done, total)
	}
	if i, err := os.Stat(dst); err != nil || i.Size() != s.Bytes || tooOpen(i) != "" {
		t.Errorf("%v, %v", i, err)
	}

	path := filepath.Join(t.TempDir(), "new", "data")
	checked := false
	r, err := Restore(t.Context(), dst, path, RestoreOptions{Check: func(_ context.Context, database string, want Database) error {
		b, err := os.ReadFile(database)
		checked = string(b) == "database" && want.Schema == 7 && slices.Equal(want.Tables, tables)
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !checked || r.Aside != "" || r.Path != path {
		t.Errorf("checked %v, %+v", checked, r)
	}
	same(t, contents(t, path), contents(t, d.Path()))
	back := openAt(t, path)
	info := back.Info()
	if info.ID != d.Info().ID || info.Restored == nil || info.Backup == nil || !info.Backup.Equal(s.Manifest.Created) {
		t.Errorf("folder: %+v", info)
	}
	if found, err := back.Check(t.Context()); err != nil || len(found) != 0 {
		t.Errorf("check: %v, %v", found, err)
	}
	if _, err := back.ReadFile("key.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the key was in the backup: %v", err)
	}
}

func TestRestoringMovesTheOldFolderAside(t *testing.T) {
	d := fullDir(t)
	src, _ := backup(t, d)
	late := put(t, d, "made after the backup")
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, d.Path())
	s, err := Restore(t.Context(), src, d.Path(), RestoreOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, contents(t, s.Aside), before)
	if _, err := openAt(t, d.Path()).Media().Stat(late.SHA256); !errors.Is(err, ErrMissing) {
		t.Errorf("the restored folder: %v", err)
	}
}

func TestNothingIsRestoredUnderSomebodysFeet(t *testing.T) {
	d := fullDir(t)
	src, _ := backup(t, d)
	p := start(t, "share", d.Path())
	p.line(t)
	if _, err := Restore(t.Context(), src, d.Path(), RestoreOptions{}); !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "second") {
		t.Errorf("restore: %v", err)
	}
	p.kill()
	if _, err := Restore(t.Context(), src, d.Path(), RestoreOptions{}); err != nil {
		t.Errorf("after the other was killed: %v", err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.odt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Restore(t.Context(), src, foreign, RestoreOptions{}); !errors.Is(err, ErrNotDataFolder) {
		t.Errorf("into somebody's documents: %v", err)
	}
}

func TestARestoreKilledBetweenItsTwoRenamesIsFinishedByTheNextStart(t *testing.T) {
	d := fullDir(t)
	src, _ := backup(t, d)
	want := contents(t, d.Path())
	path := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), src, path, RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	// As it is after the kill: the old folder is aside, the new one is not yet in place.
	if err := os.Rename(path, readyName(path)); err != nil {
		t.Fatal(err)
	}
	if id := openAt(t, path).Info().ID; id != d.Info().ID {
		t.Errorf("a new folder %s was made", id)
	}
	same(t, contents(t, path), want)
}

func TestAFailedCheckLeavesTheTargetAsItWas(t *testing.T) {
	d := fullDir(t)
	src, _ := backup(t, d)
	want := contents(t, d.Path())
	broken := errors.New("integrity_check: row 7 missing")
	_, err := Restore(t.Context(), src, d.Path(), RestoreOptions{Check: func(context.Context, string, Database) error { return broken }})
	if !errors.Is(err, broken) {
		t.Errorf("restore: %v", err)
	}
	same(t, contents(t, d.Path()), want)
	alone(t, d.Path())
}

// alone fails if anything stands beside path.
func alone(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != filepath.Base(path) {
			t.Errorf("left beside it: %s", e.Name())
		}
	}
}

func TestABackupOverwritesOnlyWhenAsked(t *testing.T) {
	d := fullDir(t)
	dst := filepath.Join(t.TempDir(), "all.tar")
	if err := os.WriteFile(dst, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Backup(t.Context(), dst, snapshot, BackupOptions{}); !errors.Is(err, ErrExists) {
		t.Errorf("backup: %v", err)
	}
	if b, err := os.ReadFile(dst); err != nil || string(b) != "precious" {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := d.Backup(t.Context(), dst, snapshot, BackupOptions{Overwrite: true}); err != nil {
		t.Errorf("when asked: %v", err)
	}
	for _, inside := range []string{"media/all.tar", "channels/feed/all.tar", "tmp/x", "postbag.db", "all.tar"} {
		if _, err := d.Backup(t.Context(), filepath.Join(d.Path(), filepath.FromSlash(inside)), snapshot, BackupOptions{Overwrite: true}); err == nil {
			t.Errorf("written to %s", inside)
		}
	}
	if _, err := d.Backup(t.Context(), filepath.Join(d.Backups(), BackupName(time.Now())), snapshot, BackupOptions{}); err != nil {
		t.Errorf("into the folder of backups: %v", err)
	}
}

func TestABackupThatFailsLeavesNothing(t *testing.T) {
	d := fullDir(t)
	dst := filepath.Join(t.TempDir(), "all.tar")
	broken := errors.New("database is malformed")
	_, err := d.Backup(t.Context(), dst, func(context.Context, string) (Database, error) { return Database{}, broken }, BackupOptions{})
	if !errors.Is(err, broken) {
		t.Errorf("backup: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err = d.Backup(ctx, dst, func(ctx context.Context, path string) (Database, error) {
		cancel()
		return snapshot(ctx, path)
	}, BackupOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("backup: %v", err)
	}
	entries, err := os.ReadDir(filepath.Dir(dst))
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	if left := unfinished(t, d.Path()); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestADamagedFileIsReportedAndTheRestIsBackedUp(t *testing.T) {
	d := fullDir(t)
	alter(t, d, hashOf("one"), "uno")
	if err := os.Symlink("/etc/passwd", filepath.Join(d.Channels(), "feed", "link")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	src, s := backup(t, d)
	if len(s.Problems) != 2 || s.Problems[0].Kind != Stray || s.Problems[1].Kind != MediaAltered || s.Manifest.Media != 4 {
		t.Errorf("%+v", s)
	}
	path := filepath.Join(t.TempDir(), "data")
	if _, err := Restore(t.Context(), src, path, RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	found, err := openAt(t, path).Media().Verify(t.Context(), nil)
	if err != nil || len(found) != 1 {
		t.Errorf("verify: %v, %v", found, err)
	}
}
