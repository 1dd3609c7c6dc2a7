package store

import (
	"strings"
	"testing"
)

// The poll must not depend on how much was ever published: it reads the index of what is open, and
// in it alone what it passes over.
func TestTheDuePollReadsTheIndexOfWhatIsOpen(t *testing.T) {
	db := open(t)
	for name, q := range map[string]struct {
		query string
		args  []any
	}{
		"due":        {selectDue + dueBut + dueOnly + dueSoon, []any{0, "[]", "[]", 1}},
		"due to any": {selectDue + dueSoon, []any{0, "[]", "[]", 1}},
		"next wake":  {selectNextWake, nil},
	} {
		var plan []string
		err := db.Read(t.Context(), func(tx *Tx) (err error) {
			plan, err = collect(tx, func(s scanner) (line string, err error) {
				var n int
				return line, s.Scan(&n, &n, &n, &line)
			}, "EXPLAIN QUERY PLAN "+q.query, q.args...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, line := range plan {
			found = found || strings.Contains(line, "d USING COVERING INDEX delivery_wake")
			if strings.Contains(line, "TEMP B-TREE") || strings.HasPrefix(line, "SCAN d") && !strings.Contains(line, "delivery_wake") || strings.Contains(line, "SCAN p") || strings.Contains(line, "SCAN v") {
				t.Errorf("%s reads a whole table: %s", name, line)
			}
		}
		if !found {
			t.Errorf("%s:\n%s", name, strings.Join(plan, "\n"))
		}
	}
}

// A page of what was published is found without reading or sorting all of it.
func TestHistoryIsReadFromItsIndex(t *testing.T) {
	db := open(t)
	err := db.Read(t.Context(), func(tx *Tx) error {
		plan, err := collect(tx, func(s scanner) (line string, err error) {
			var n int
			return line, s.Scan(&n, &n, &n, &line)
		}, "EXPLAIN QUERY PLAN "+selectHistory, "w", 1, 1, 1)
		all := strings.Join(plan, "\n")
		if !strings.Contains(all, "SEARCH d USING INDEX delivery_past (workspace=? AND <expr><?)") || strings.Contains(all, "TEMP B-TREE") ||
			strings.Contains(all, "SCAN n") {
			t.Error(all)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
