package store

import (
	"slices"
	"testing"

	"postbag/backend/domain"
)

func TestAReminderOutlivesARestartAndIsGivenOnce(t *testing.T) {
	d := newDesk(t)
	a, b, binned, gone := d.post("a"), d.post("b"), d.post("c"), d.post("d")
	for _, p := range []domain.Post{b, a, b, binned, gone} {
		d.must(d.Remind(t.Context(), p.ID, true))
	}
	d.must(d.Remind(t.Context(), gone.ID, false))
	d.must(d.Remind(t.Context(), "nobody", true))
	d.must(d.BinPost(t.Context(), binned.ID))
	var file string
	d.must(d.Read(t.Context(), func(tx *Tx) error {
		return tx.row("SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file)
	}))
	again, err := Open(t.Context(), file, Options{})
	d.must(err)
	defer func() { _ = again.Close() }()
	want := []domain.PostID{a.ID, b.ID}
	if list, err := again.Reminders(t.Context()); err != nil || !slices.Equal(list, want) {
		t.Errorf("after a restart the reminders are %q (%v), want %q", list, err, want)
	}
	if list, err := again.TakeReminders(t.Context()); err != nil || !slices.Equal(list, want) {
		t.Errorf("the first that asks gets %q (%v), want %q", list, err, want)
	}
	if list, err := d.TakeReminders(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("the second that asks gets %q (%v)", list, err)
	}
}
