package disktest_test

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"postbag/backend/store/disktest"
)

func open(t *testing.T, folder, synchronous string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(folder, "a.db"))+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous("+synchronous+")")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestWhatWasSyncedSurvivesAndWhatWasNotIsALottery(t *testing.T) {
	for _, mode := range []struct {
		synchronous string
		loses       bool
	}{{"FULL", false}, {"NORMAL", true}} {
		t.Run(mode.synchronous, func(t *testing.T) {
			folder := t.TempDir()
			disk := disktest.New(t, folder)
			luck := rand.New(rand.NewPCG(1, 2))
			lost, promised := 0, 0
			cycles := 150
			if testing.Short() {
				cycles = 15
			}
			for cycle := range cycles {
				db := open(t, folder, mode.synchronous)
				if _, err := db.Exec("CREATE TABLE IF NOT EXISTS a (n INTEGER PRIMARY KEY, text TEXT)"); err != nil {
					t.Fatal(err)
				}
				var sound string
				if err := db.QueryRow("PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
					t.Fatalf("cycle %d: %q, %v", cycle, sound, err)
				}
				there := 0
				if err := db.QueryRow("SELECT count(*) FROM a").Scan(&there); err != nil {
					t.Fatal(err)
				}
				if there < promised {
					lost += promised - there
				}
				promised = there
				disk.CutAt(1 + luck.Int64N(60))
				for {
					if _, err := db.Exec("INSERT INTO a (text) VALUES (?)", fmt.Sprintf("%0*d", luck.IntN(9000), cycle)); err != nil {
						break
					}
					promised++
				}
				if !disk.Off() {
					t.Fatal("writing failed with the power on")
				}
				_ = db.Close()
				disk.Restart(luck)
			}
			if (lost > 0) != mode.loses {
				t.Errorf("%d rows lost", lost)
			}
			t.Logf("%d rows lost", lost)
		})
	}
}

func TestARequestFailsWhereTheTestSays(t *testing.T) {
	folder := t.TempDir()
	disk := disktest.New(t, folder)
	db := open(t, folder, "FULL")
	if _, err := db.Exec("CREATE TABLE a (n INTEGER PRIMARY KEY, text TEXT)"); err != nil {
		t.Fatal(err)
	}
	disk.Fail(func(o disktest.Op) int32 {
		if o.What == "write" {
			return sqlite3.SQLITE_FULL
		}
		return 0
	})
	_, err := db.Exec("INSERT INTO a (text) VALUES ('x')")
	if e, ok := errors.AsType[*sqlite.Error](err); !ok || e.Code() != sqlite3.SQLITE_FULL {
		t.Fatalf("got %v", err)
	}
	disk.Fail(nil)
	if _, err := db.Exec("INSERT INTO a (text) VALUES ('y')"); err != nil {
		t.Fatal(err)
	}
}

func TestConnectionsShareAFileAsOnARealDisk(t *testing.T) {
	folder := t.TempDir()
	disktest.New(t, folder)
	a, b := open(t, folder, "FULL"), open(t, folder, "FULL")
	if _, err := a.Exec("CREATE TABLE a (n INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
	writing, err := a.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := writing.Exec("INSERT INTO a VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Exec("INSERT INTO a VALUES (2)"); err == nil {
		t.Error("two wrote at the same time")
	}
	var n int
	if err := b.QueryRow("SELECT count(*) FROM a").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows before the commit, %v", n, err)
	}
	if err := writing.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := b.QueryRow("SELECT count(*) FROM a").Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows after the commit, %v", n, err)
	}
}

func TestAFileOutsideADiskIsTheSystems(t *testing.T) {
	disktest.New(t, t.TempDir())
	db := open(t, t.TempDir(), "FULL")
	if _, err := db.Exec("CREATE TABLE a (n INTEGER PRIMARY KEY)"); err != nil {
		t.Fatal(err)
	}
}
