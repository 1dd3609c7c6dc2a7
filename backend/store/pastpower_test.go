package store

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"postbag/backend/prooftest"
	"postbag/backend/store/disktest"
)

// pack does what a program does beside publishing: it packs the log, then the journals, then writes the
// file anew.
func pack(t *testing.T, db *DB) error {
	t.Helper()
	for {
		more, err := db.packOldest(t.Context(), 50, 1)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if _, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), 0); err != nil {
		return err
	}
	err := db.Write(t.Context(), func(tx *Tx) error { return must(tx.exec("UPDATE local_packed SET since = ?", pastHoles)) })
	if err != nil {
		return err
	}
	_, err = db.Compact(t.Context(), 1<<30)
	return err
}

// The power goes at each change of the disk while what is old is packed, or the disk is full from there on:
// afterwards every delivery tells the same story, and the packing goes on to its end.
func TestNothingIsLostWhenThePowerGoesOrTheDiskFillsWhilePacking(t *testing.T) {
	const n = 16
	folder := t.TempDir()
	path := filepath.Join(folder, "postbag.db")
	disk := disktest.New(t, folder)
	boot := func() *DB {
		t.Helper()
		db, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	db := fill(t, boot(), n)
	publishAll(t, db, func(i int) bool { return i == 5 })
	before := tellAll(t, db, n)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	original := disk.Files()
	restore := func(luck *rand.Rand) {
		disk.Restart(luck)
		for name := range disk.Files() {
			disk.Write(name, nil)
		}
		for name, content := range original {
			disk.Write(name, content)
		}
	}

	restore(rand.New(rand.NewPCG(0, 0)))
	from := disk.Ops()
	db = boot()
	if err := pack(t, db); err != nil {
		t.Fatal(err)
	}
	points := disk.Ops() - from
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	size, cuts, full, lost := prooftest.Size(t, 40, 12), 0, 0, 0
	for _, seed := range prooftest.Seeds(t) {
		luck := rand.New(rand.NewPCG(seed, 11))
		for range size {
			point := 1 + luck.Int64N(points)
			restore(luck)
			if luck.IntN(3) == 0 {
				full++
				at := disk.Ops() + point
				disk.Fail(func(o disktest.Op) int32 {
					if o.Number >= at && o.What == "write" {
						return sqlite3.SQLITE_FULL
					}
					return 0
				})
			} else {
				cuts++
				disk.CutAt(point)
			}
			db, err := Open(t.Context(), path, Options{})
			if err == nil {
				err = pack(t, db)
				if closed := db.Close(); err == nil {
					err = closed
				}
			}
			if errors.Is(err, ErrDamaged) {
				prooftest.Errorf(t, seed, "point %d of %d: %v", point, points, err)
			}
			disk.Restart(luck)
			db = boot()
			if after := tellAll(t, db, n); !reflect.DeepEqual(before, after) {
				lost++
				prooftest.Errorf(t, seed, "point %d of %d: another story is told", point, points)
			}
			if err := pack(t, db); err != nil {
				prooftest.Errorf(t, seed, "point %d of %d: packing does not go on: %v", point, points, err)
			}
			if after := tellAll(t, db, n); !reflect.DeepEqual(before, after) {
				lost++
				prooftest.Errorf(t, seed, "point %d of %d: another story is told in the end", point, points)
			}
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Logf("figure: %d power cuts, %d full disks, %d lost", cuts, full, lost)
}
