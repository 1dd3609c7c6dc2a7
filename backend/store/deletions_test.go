package store

import (
	"errors"
	"slices"
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestADeletionIsWrittenOnceAndKept(t *testing.T) {
	db := busy(t, 3)
	ctx := t.Context()
	id := domain.DeliveryID("delivery 0")
	if _, err := db.BeginDeletion(ctx, domain.Deletion{Delivery: id, Actor: "person"}); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("what is planned was to be deleted: %v", err)
	}
	publishAll(t, db, func(int) bool { return false })
	e, err := db.BeginDeletion(ctx, domain.Deletion{Delivery: id, Actor: "person"})
	if err != nil || e.ID == "" || e.At.IsZero() {
		t.Fatal(e, err)
	}
	if _, err := db.BeginDeletion(ctx, domain.Deletion{Delivery: id, Actor: "person"}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("a second one beside it: %v", err)
	}
	if _, err := db.BeginEdit(ctx, domain.Edit{Delivery: id, Actor: "person"}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("an edit beside it: %v", err)
	}
	e.Outcome = domain.OutcomeAmbiguous
	if err := db.EndDeletion(ctx, e); err != nil {
		t.Fatal(err)
	}
	if e, err = db.BeginDeletion(ctx, domain.Deletion{Delivery: id, Actor: "person"}); err != nil {
		t.Fatal(err)
	}
	e.Outcome = domain.OutcomeAccepted
	if err := db.EndDeletion(ctx, e); err != nil {
		t.Fatal(err)
	}
	if list, err := db.Deletions(ctx, id); err != nil || len(list) != 2 || list[1].Outcome != domain.OutcomeAccepted || list[1].OutcomeAt.IsZero() {
		t.Errorf("kept is %+v, %v", list, err)
	}
	for what, query := range map[string]string{
		"another outcome":             "UPDATE deletion SET outcome = 'rejected' WHERE outcome = 'accepted'",
		"no outcome":                  "UPDATE deletion SET outcome = NULL, outcome_at_ms = NULL",
		"taking one away":             "DELETE FROM deletion",
		"one with an outcome":         "INSERT INTO deletion (id, delivery, segment_idx, actor_id, at_ms, outcome, outcome_at_ms) SELECT 'x', row, 0, 'p', 1, 'accepted', 1 FROM delivery LIMIT 1",
		"one of a part that is not":   "INSERT INTO deletion (id, delivery, segment_idx, actor_id, at_ms) SELECT 'x', row, 7, 'p', 1 FROM delivery LIMIT 1",
		"one in the place of another": "INSERT OR REPLACE INTO deletion (id, delivery, segment_idx, actor_id, at_ms) SELECT id, delivery, 0, 'p', 1 FROM deletion LIMIT 1",
	} {
		if _, err := db.write.Exec(query); err == nil {
			t.Errorf("SQL allows %s", what)
		}
	}
	if gone, err := db.Deleted(ctx, channelOf(t, db, id)); err != nil || !slices.Equal(gone, []domain.DeliveryID{id}) {
		t.Errorf("deleted are %q, %v", gone, err)
	}
}

// TestADeletionThatAProgramLeftBehindIsInDoubt begins one and lets the program end.
func TestADeletionThatAProgramLeftBehindIsInDoubt(t *testing.T) {
	db := busy(t, 1)
	ctx := t.Context()
	publishAll(t, db, func(int) bool { return false })
	if _, err := db.write.Exec("INSERT INTO deletion (id, delivery, segment_idx, actor_id, at_ms) SELECT 'old', row, 0, 'person', ? FROM delivery",
		time.Now().Add(-editLost-time.Second).UnixMilli()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.BeginDeletion(ctx, domain.Deletion{Delivery: "delivery 0", Actor: "person"}); err != nil {
		t.Fatal(err)
	}
	if list, err := db.Deletions(ctx, "delivery 0"); err != nil || len(list) != 2 || list[0].Outcome != domain.OutcomeAmbiguous {
		t.Errorf("kept is %+v, %v", list, err)
	}
}

func channelOf(t *testing.T, db *DB, id domain.DeliveryID) domain.ChannelID {
	t.Helper()
	d, err := db.Delivery(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d.Channel
}
