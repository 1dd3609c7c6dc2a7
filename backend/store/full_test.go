package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestAPanicInAWriteLeavesTheDatabaseUsable(t *testing.T) {
	db := open(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic was swallowed")
			}
		}()
		_ = db.Write(t.Context(), func(tx *Tx) error {
			if _, err := tx.exec("INSERT INTO local_setting (name, value) VALUES ('a', 'b')"); err != nil {
				t.Error(err)
			}
			panic("a mistake")
		})
	}()
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	if err := db.SetSetting(ctx, "c", "d"); err != nil {
		t.Fatal(err)
	}
	if v, err := db.Setting(ctx, "a"); err != nil || v != "" {
		t.Errorf("half a write was kept: %q %v", v, err)
	}
}

func TestAFullDiskEndsOneWriteAndNotTheNext(t *testing.T) {
	db := open(t)
	var pages int
	if err := db.write.QueryRowContext(t.Context(), "PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	limit := func(n int) {
		if _, err := db.write.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	limit(pages)
	if err := db.SetSetting(t.Context(), "large", strings.Repeat("x", 1<<20)); !errors.Is(err, ErrFull) {
		t.Fatalf("a full disk is %v", err)
	}
	limit(1 << 30)
	for range 3 {
		if err := db.SetSetting(t.Context(), "large", strings.Repeat("x", 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACancelledWriteLeavesNothingAndTheNextGoesOn(t *testing.T) {
	db := open(t)
	ctx, stop := context.WithCancel(t.Context())
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.exec("INSERT INTO local_setting (name, value) VALUES ('a', 'b')")
		stop()
		return err
	})
	if err == nil {
		t.Fatal("a cancelled write was committed")
	}
	if v, err := db.Setting(t.Context(), "a"); err != nil || v != "" {
		t.Errorf("it was kept: %q %v", v, err)
	}
	if err := db.SetSetting(t.Context(), "a", "c"); err != nil {
		t.Fatal(err)
	}
}

func TestACallWithoutItsAttemptIsAnError(t *testing.T) {
	db := open(t)
	now := time.Now()
	err := db.Note(t.Context(), domain.Call{
		ID: "x", ClaimToken: "nobody's", Step: "media", Effect: domain.EffectInvisible,
		IntentAt: now, OutcomeAt: now, Outcome: domain.OutcomeAccepted, Reply: []byte("p{}"),
	})
	if !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
