package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"postbag/backend/domain"
)

// packAll packs the log in small packs, proves that it reads as before, and returns how many were made.
func packAll(t *testing.T, db *DB, size, keep int) (packs int) {
	t.Helper()
	before := wholeLog(t, db)
	for {
		more, err := db.packOldest(t.Context(), size, keep)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		packs++
	}
	var left int
	if err := db.read.QueryRow("SELECT count(*) FROM change_log").Scan(&left); err != nil {
		t.Fatal(err)
	}
	if left < min(keep, len(before)) || left >= size+keep {
		t.Fatalf("%d of %d changes are not packed, with packs of %d and %d kept", left, len(before), size, keep)
	}
	if after := wholeLog(t, db); !slices.Equal(before, after) {
		t.Fatalf("the log reads otherwise when it is packed: %d changes, %d before", len(after), len(before))
	}
	return packs
}

// wholeLog reads the log in pieces that do not fit packs.
func wholeLog(t *testing.T, db *DB) (list []string) {
	t.Helper()
	for last := int64(0); ; {
		some, err := db.Changes(t.Context(), last, 23)
		if err != nil {
			t.Fatal(err)
		}
		if len(some) == 0 {
			return list
		}
		if len(some) > 23 {
			t.Fatalf("%d changes where 23 were asked for", len(some))
		}
		for _, c := range some {
			list, last = append(list, fmt.Sprintf("%+v", c)), c.Row
		}
	}
}

// busy makes a database with a workspace that was renamed and rows of deliveries that came and moved.
func busy(t *testing.T, deliveries int) *DB {
	t.Helper()
	return fill(t, open(t), deliveries)
}

func fill(t *testing.T, db *DB, deliveries int) *DB {
	t.Helper()
	w, err := db.AddWorkspace(t.Context(), "One")
	if err != nil {
		t.Fatal(err)
	}
	channel, err := db.SaveChannel(t.Context(), domain.Channel{Workspace: w.ID, Network: "n", RemoteID: "me"}, "", 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range deliveries {
		p, err := db.AddPost(t.Context(), domain.Post{
			Workspace: w.ID, Content: domain.Content{Text: fmt.Sprint("post ", i)},
			Variants: []domain.Variant{{Channel: channel.ID}},
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := db.AddDeliveries(t.Context(), []domain.Delivery{{
			ID: domain.DeliveryID(fmt.Sprint("delivery ", i)), Variant: p.Variants[0].ID, Due: p.CreatedAt, Late: domain.DefaultLate(),
			Plan: fmt.Appendf(nil, `{"parts":[{"text":"Post %d, as it was first."}]}`, i), PlanHash: fmt.Sprint("first ", i), ApprovedHash: fmt.Sprint("first ", i),
		}}, func(d domain.Delivery) []string {
			if i%4 == 1 { // as a program of another time may have made them
				return []string{fmt.Sprint("key ", i)}
			}
			return []string{domain.ClientKey(d.ID, 1, 0)}
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 2 { // a person wrote it anew
			d, err := db.Delivery(t.Context(), list[0].ID)
			if err != nil {
				t.Fatal(err)
			}
			d.Plan, d.PlanHash = fmt.Appendf(nil, `{"parts":[{"text":"Post %d, “as it is”."}]}`, i), fmt.Sprint("second ", i)
			d.ApprovedHash = d.PlanHash
			if err := db.PutBack(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range []domain.DeliveryState{domain.Held, domain.Planned} {
			c := domain.Change{State: s, WakeAt: p.CreatedAt}
			if s == domain.Held {
				c.Reason = domain.HoldByPerson
			}
			if err := db.Decide(t.Context(), list[0].ID, c, domain.Planned, domain.Held); err != nil {
				t.Fatal(err)
			}
		}
	}
	return db
}

func TestADeliverysTurnsAreReadFromPacks(t *testing.T) {
	db := busy(t, 20)
	turns := func() (list []string) {
		for i := range 20 {
			all, err := db.Turns(t.Context(), domain.DeliveryID(fmt.Sprint("delivery ", i)))
			if err != nil || len(all) != 3 {
				t.Fatalf("delivery %d has the turns %+v, %v", i, all, err)
			}
			list = append(list, fmt.Sprintf("%+v", all))
		}
		return list
	}
	before := turns()
	if packs := packAll(t, db, 10, 4); packs < 8 {
		t.Fatalf("only %d packs", packs)
	}
	if after := turns(); !slices.Equal(before, after) {
		t.Errorf("packed, the turns are\n%s\nand were\n%s", after, before)
	}
}

func TestWhatChangedLongAgoIsFoundInPacks(t *testing.T) {
	db := busy(t, 20)
	row := func(id string) (n int64) {
		if err := db.read.QueryRow("SELECT min(row) FROM change_log WHERE tbl = 'delivery' AND key = (SELECT row FROM delivery WHERE id = ?)", id).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	long, lately := domain.Position{Clock: 1, Change: row("delivery 7") - 1}, domain.Position{Clock: 1, Change: row("delivery 19") - 1}
	packAll(t, db, 10, 10)
	ids, _, err := db.ChangedDeliveries(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if id := domain.DeliveryID(fmt.Sprint("delivery ", i)); slices.Contains(ids, id) != (i >= 7) && i != 6 { // 6 shares a pack with 7
			t.Errorf("%s among what changed: %v", id, i < 7)
		}
	}
	if ids, _, err := db.ChangedDeliveries(t.Context(), lately); err != nil || len(ids) != 1 || ids[0] != "delivery 19" {
		t.Errorf("lately %v changed, %v", ids, err)
	}
}

func TestTheLogIsKept(t *testing.T) {
	db := busy(t, 10)
	packAll(t, db, 20, 4)
	for _, change := range []string{
		"DELETE FROM change_log", "DELETE FROM change_pack", "UPDATE change_pack SET packed = x'00'", "UPDATE change_log SET cols = '{}'",
		"INSERT INTO change_pack SELECT row + 1, first, until_hlc, deliveries, packed FROM change_pack LIMIT 1",
		"INSERT OR REPLACE INTO change_pack SELECT row, first, until_hlc, deliveries, x'00' FROM change_pack LIMIT 1",
	} {
		if _, err := db.write.Exec(change); !errors.Is(known(err), domain.ErrNotAllowed) {
			t.Errorf("%s: %v", change, err)
		}
	}
	again := filepath.Join(t.TempDir(), "again.db")
	if err := db.CopyTo(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	if facts, err := Inspect(context.Background(), again); err != nil || !slices.ContainsFunc(facts.Tables, func(f TableFacts) bool {
		return f.Name == "change_pack" && f.Rows > 0
	}) {
		t.Errorf("a copy has no packs: %+v, %v", facts, err)
	}
}

func TestADamagedPackIsNotBelieved(t *testing.T) {
	db := busy(t, 10)
	packAll(t, db, 20, 4)
	if _, err := db.write.Exec("DROP TRIGGER change_pack_fixed"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.write.Exec("UPDATE change_pack SET packed = CAST (substr(packed, 1, length(packed) - 9) || x'010203040506070809' AS BLOB) WHERE row = (SELECT min(row) FROM change_pack)"); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Changes(t.Context(), 0, 10); !errors.Is(err, ErrDamaged) {
		t.Errorf("it was read: %v", err)
	}
	if err := db.Replay(t.Context(), filepath.Join(t.TempDir(), "b.db")); !errors.Is(err, ErrDamaged) {
		t.Errorf("it was replayed: %v", err)
	}
}

func TestALargeLogIsPackedInPieces(t *testing.T) {
	db := open(t)
	w, err := db.AddWorkspace(t.Context(), "One")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		text := strings.Repeat(fmt.Sprintf("long %d ", i), packBytes/20)
		if _, err := db.AddPost(t.Context(), domain.Post{Workspace: w.ID, Content: domain.Content{Text: text}}); err != nil {
			t.Fatal(err)
		}
	}
	before := wholeLog(t, db)
	if more, err := db.packOldest(t.Context(), 10, 1); err != nil || !more {
		t.Fatal(more, err)
	}
	var size int
	if err := db.read.QueryRow("SELECT row - first + 1 FROM change_pack").Scan(&size); err != nil || size >= 10 {
		t.Errorf("%d changes in one pack, %v", size, err)
	}
	if !slices.Equal(before, wholeLog(t, db)) {
		t.Error("the log reads otherwise")
	}
}

func FuzzALogIsPackedAsItWas(f *testing.F) {
	f.Add(`{"row":1,"id":"x","n":null}`, `{"row":2,"id":"xylophone","n":-9007199254740993}`, int64(3), int64(1)<<57)
	f.Add(`{}`, `{"a":"\"}{,\\"}`, int64(-1), int64(0))
	f.Add(`{"a":[1,2]}`, `not JSON`, int64(1)<<62, int64(-5))
	f.Add(`{}`, `0`, int64(-1), int64(-43)) // no column, and the one that stands for the whole
	f.Add(`{"a":01,"b":1e3,"c":-0}`, `{"a":"01","b":1000,"c":0.1}`, int64(0), int64(65536))
	f.Fuzz(func(t *testing.T, one, two string, key, hlc int64) {
		list := []entry{
			{1, hlc, "a", "delivery", key, "i", one},
			{2, hlc + 1, "a", "delivery", key + 1, "u", two},
			{5, hlc, "", "post", key, "i", one},
			{6, hlc, "b", "delivery", key, "i", two},
			{7, hlc, "b", "delivery", key, "i", one},
		}
		packed, err := packEntries(list)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := unpackEntries(packed); err != nil || !slices.Equal(again, list) {
			t.Fatalf("%+v\nbecame\n%+v, %v", list, again, err)
		}
		if keys, err := readKeys(deliveriesIn(list)); err != nil || !slices.Contains(keys, key) || !slices.Contains(keys, key+1) {
			t.Fatalf("keys %v, %v", keys, err)
		}
	})
}

func FuzzADamagedPackIsRefused(f *testing.F) {
	good := []entry{{1, 1, "a", "delivery", 1, "i", `{"row":1,"id":"something long"}`}, {2, 2, "a", "delivery", 2, "i", `{"row":2,"id":"something long"}`}}
	packed, err := packEntries(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add([]byte{packVersion})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := unpackEntries(b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		r := unpacker{in: b} // what a checksum would have kept away
		if list := r.entries(); !r.bad && len(list) > len(b) {
			t.Fatalf("%d bytes became %d changes", len(b), len(list))
		}
		if _, err := readKeys(b); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}
