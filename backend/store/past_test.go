package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
)

// publishAll publishes every delivery that busy planned: each in two attempts, of which the first waits,
// and with an upload before the post. Those in doubt are published by a proof.
func publishAll(t *testing.T, db *DB, doubt func(i int) bool) {
	t.Helper()
	ctx := t.Context()
	me, _, err := db.Recover(ctx, domain.Publisher{Machine: "m", Process: "p", Version: "1", BootID: "b"})
	if err != nil {
		t.Fatal(err)
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	list, err := db.Due(ctx, time.Now().Add(time.Hour), 1000, nil, domain.Planned)
	must(err)
	for i, d := range list {
		for n, token := range []string{fmt.Sprint("first ", i), fmt.Sprint("second ", i)} {
			d, err := db.Delivery(ctx, d.ID)
			must(err)
			if ok, err := db.Claim(ctx, d, domain.Claim{Token: token, By: me, Until: time.Now()}); !ok || err != nil {
				t.Fatal(ok, err)
			}
			call := domain.Call{
				ID: fmt.Sprintf("upload %d %d", i, n), Delivery: d.ID, Step: "image 1", Effect: domain.EffectInvisible, ClaimToken: token,
				RequestHash: "hash", IntentAt: time.Now(), Outcome: domain.OutcomeAccepted, Status: 200, OutcomeAt: time.Now(),
			}
			must(db.Note(ctx, call))
			call = domain.Call{
				ID: fmt.Sprintf("post %d %d", i, n), Delivery: d.ID, Step: "post 1", Effect: domain.EffectPublic, ClaimToken: token,
				ClientKey: fmt.Sprint("key ", i), RequestHash: "hash", IntentAt: time.Now(),
			}
			must(db.Intend(ctx, call, time.Time{}))
			s := domain.Settlement{Delivery: d.ID, ClaimToken: token, CallID: call.ID, Outcome: domain.OutcomeThrottled, Status: 429, Code: "slow", Message: "Wait a moment."}
			s.Change = domain.Change{State: domain.Waiting, WakeAt: time.Now()}
			switch {
			case n == 1 && doubt(i):
				s.Outcome, s.Change = domain.OutcomeAmbiguous, domain.Change{State: domain.Unknown, WakeAt: time.Now()}
			case n == 1:
				s.Outcome, s.Status, s.RemoteID, s.Change = domain.OutcomeAccepted, 200, fmt.Sprint("remote ", i), domain.Change{State: domain.Published}
			}
			must(db.Settle(ctx, s))
			if s.Outcome == domain.OutcomeAmbiguous {
				must(db.Resolve(ctx, domain.Resolution{
					Delivery: d.ID, Verdict: domain.VerdictLive, Epoch: me.Epoch, Actor: domain.ActorPublisher, Evidence: "seen",
					RemoteID: fmt.Sprint("remote ", i), Change: domain.Change{State: domain.Published},
				}, domain.Unknown))
			}
		}
	}
}

// story is what can be read of a delivery.
type story struct {
	Attempts []domain.Attempt
	Turns    []Turn
	Delivery domain.Delivery
	Facts    map[domain.DeliveryID]DeliveryFacts
	Segments []domain.Segment
}

// tellAll reads what publishAll published.
func tellAll(t *testing.T, db *DB, n int) (all []story) {
	t.Helper()
	for i := range n {
		id := domain.DeliveryID(fmt.Sprint("delivery ", i))
		attempts, err := db.Attempts(t.Context(), id)
		if err != nil || len(attempts) != 2 || len(attempts[1].Calls) != 2 {
			t.Fatalf("delivery %d was attempted %d times: %v", i, len(attempts), err)
		}
		turns, err := db.Turns(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		d, err := db.Delivery(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := db.DeliveryFacts(t.Context(), []domain.DeliveryID{id})
		if err != nil {
			t.Fatal(err)
		}
		segments, err := db.Segments(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, story{attempts, turns, d, facts, segments})
	}
	return all
}

func TestTheJournalOfWhatWasPublishedLongAgoIsReadFromTheLog(t *testing.T) {
	const n = 40
	db := busy(t, n)
	publishAll(t, db, func(i int) bool { return i == 5 })
	lists := func() (all []any) {
		w, err := db.Workspaces(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		list, err := db.Deliveries(t.Context(), w[0].ID, domain.Published)
		if err != nil || len(list) != n {
			t.Fatalf("%d deliveries are listed: %v", len(list), err)
		}
		of, err := db.DeliveriesOf(t.Context(), list[7].Post)
		if err != nil || len(of) != 1 {
			t.Fatalf("%d are of one post: %v", len(of), err)
		}
		sent, err := db.SentTo(t.Context(), list[0].Channel, time.Time{})
		if err != nil || len(sent) != n {
			t.Fatalf("%d were sent: %v", len(sent), err)
		}
		return append(all, list, of, sent)
	}
	before, listed := tellAll(t, db, n), lists()
	if moved, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), 0); moved != 0 || err != nil {
		t.Fatalf("%d journals moved to a log that is not packed: %v", moved, err)
	}
	packAll(t, db, 50, 1)
	if moved, err := db.PackJournals(t.Context(), time.Now().Add(-time.Hour), 0); moved != 0 || err != nil {
		t.Fatalf("%d journals moved an hour before they were written: %v", moved, err)
	}
	const keep = 7 * 4
	moved, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), keep)
	if want := n - keep/4 - 1; moved != want || err != nil {
		t.Fatalf("the journals of %d deliveries moved, not %d: %v", moved, want, err)
	}
	if after := tellAll(t, db, n); !reflect.DeepEqual(before, after) {
		for i := range after {
			if !reflect.DeepEqual(before[i], after[i]) {
				t.Fatalf("of delivery %d is told\n%+v\nand was\n%+v", i, after[i], before[i])
			}
		}
	}
	if after := lists(); !reflect.DeepEqual(listed, after) {
		t.Errorf("listed are\n%+v\nand were\n%+v", after, listed)
	}
	var plans, keys int
	if err := db.read.QueryRow("SELECT count(plan_from), (SELECT count(*) FROM segment WHERE client_key = '') FROM delivery").Scan(&plans, &keys); err != nil {
		t.Fatal(err)
	}
	if plans != moved || keys < moved/2 || keys >= moved {
		t.Errorf("%d plans and %d keys are in the log alone, of %d deliveries", plans, keys, moved)
	}
	var rows, holes int
	if err := db.read.QueryRow("SELECT count(DISTINCT delivery), (SELECT since FROM local_packed) FROM call").Scan(&rows, &holes); err != nil {
		t.Fatal(err)
	}
	if rows != n-moved || holes != moved {
		t.Errorf("%d deliveries have calls as rows after %d of %d moved, and %d holes are counted", rows, moved, n, holes)
	}
	if last, err := db.LastIntent(t.Context()); err != nil || last != fmt.Sprintf("post %d 1", n-1) {
		t.Errorf("the last intent is %q: %v", last, err)
	}
	if again, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), keep); again != 0 || err != nil {
		t.Errorf("%d journals moved twice: %v", again, err)
	}
	if err := db.Replay(t.Context(), filepath.Join(t.TempDir(), "again.db")); err != nil {
		t.Error(err)
	}
	packAll(t, db, 50, 1)
	if after := tellAll(t, db, n); !reflect.DeepEqual(before, after) {
		t.Error("the story is another once the rest of the log is packed")
	}
}

func TestAJournalThatTheLogTellsOtherwiseStays(t *testing.T) {
	db := busy(t, 20)
	publishAll(t, db, func(int) bool { return false })
	packAll(t, db, 50, 1)
	for _, q := range []string{
		"DROP TRIGGER log_call_u", "DROP TRIGGER call_outcome_once", // a program that the log knows nothing of
		"UPDATE call SET detail = 'another story' WHERE id = 'post 3 1'",
	} {
		if _, err := db.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	moved, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), 0)
	if !errors.Is(err, ErrDamaged) || moved < 10 {
		t.Errorf("%d moved: %v", moved, err)
	}
	all, err := db.Attempts(t.Context(), "delivery 3")
	if err != nil || all[1].Calls[1].Message != "another story" {
		t.Errorf("delivery 3 lost what its row said: %+v, %v", all, err)
	}
}

func TestNoJournalMovesInSQLThatIsNotBeyondDoubt(t *testing.T) {
	db := busy(t, 12)
	publishAll(t, db, func(i int) bool { return i == 1 })
	packAll(t, db, 50, 1)
	refused := func(what, query string) {
		t.Helper()
		if _, err := db.write.Exec(query); err == nil {
			t.Errorf("%s was allowed", what)
		}
	}
	const one = " WHERE id = 'delivery 0'"
	refused("losing the plan", "UPDATE delivery SET plan_json = '{}', plan_hash = ''"+one)
	refused("moving the plan before the journal", "UPDATE delivery SET plan_json = '{}', plan_hash = '', plan_from = 1"+one)
	refused("losing the key", "UPDATE segment SET client_key = '' WHERE delivery = (SELECT row FROM delivery"+one+")")
	refused("taking away calls", "DELETE FROM call WHERE id = 'post 0 1'")
	refused("taking away an attempt", "DELETE FROM attempt WHERE claim_token = 'first 0'")
	refused("moving to what is not packed", "UPDATE delivery SET journal_first = 1, journal_last = (SELECT max(row) FROM change_log)"+one)
	refused("moving to nowhere", "UPDATE delivery SET journal_last = 2"+one)
	refused("moving backwards", "UPDATE delivery SET journal_first = 3, journal_last = 2"+one)
	refused("moving what was in doubt", "UPDATE delivery SET journal_first = 1, journal_last = 2 WHERE id = 'delivery 1'")
	if _, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), 0); err != nil {
		t.Fatal(err)
	}
	refused("another plan", `UPDATE delivery SET plan_json = '{"parts":[]}'`+one)
	refused("another hash", "UPDATE delivery SET plan_hash = 'x'"+one)
	refused("another approval", "UPDATE delivery SET approved_hash = 'x'"+one)
	refused("taking the plan from elsewhere", "UPDATE delivery SET plan_from = 1"+one)
	refused("taking the plan from nowhere", "UPDATE delivery SET plan_from = NULL"+one)
	refused("another key", "UPDATE segment SET client_key = 'x' WHERE delivery = (SELECT row FROM delivery"+one+")")
	refused("moving back", "UPDATE delivery SET journal_first = NULL, journal_last = NULL"+one)
	refused("moving twice", "UPDATE delivery SET journal_last = journal_last - 1"+one)
	refused("another attempt", `INSERT INTO attempt (delivery, no, claim_token, machine, process, app_version, boot_id, started_at_ms)
		SELECT row, 3, 'third', '', '', '', '', 1 FROM delivery`+one)
	refused("taking away the delivery", "DELETE FROM delivery"+one)
}

// What the log does not tell stays where it is, and a log that was damaged later says so instead of telling a
// plan that nobody approved.
func TestAPlanThatTheLogTellsOtherwiseStays(t *testing.T) {
	db := busy(t, 20)
	for _, q := range []string{
		"DROP TRIGGER log_delivery_u",
		`UPDATE delivery SET plan_json = '{"parts":[{"text":"Nobody logged this."}]}' WHERE id = 'delivery 4'`,
	} {
		if _, err := db.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	publishAll(t, db, func(int) bool { return false })
	packAll(t, db, 50, 1)
	if moved, err := db.PackJournals(t.Context(), time.Now().Add(time.Hour), 0); moved < 10 || err != nil {
		t.Fatalf("%d moved: %v", moved, err)
	}
	d, err := db.Delivery(t.Context(), "delivery 4")
	if err != nil || !strings.Contains(string(d.Plan), "Nobody logged this.") || d.PlanHash == "" || d.ApprovedHash != d.PlanHash {
		t.Errorf("delivery 4 lost its plan: %+v, %v", d, err)
	}
	for _, q := range []string{"DROP TRIGGER change_pack_fixed", "UPDATE change_pack SET packed = substr(packed, 1, length(packed) / 2)"} {
		if _, err := db.write.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if d, err := db.Delivery(t.Context(), "delivery 0"); !errors.Is(err, ErrDamaged) {
		t.Errorf("from a damaged log comes %+v, %v", d, err)
	}
	d, err = db.Delivery(t.Context(), "delivery 4")
	if err != nil || d.State != domain.Published {
		t.Errorf("a plan that is at hand needs no log: %+v, %v", d, err)
	}
	if list, err := db.Deliveries(t.Context(), d.Workspace); err != nil || len(list) != 20 || list[0].PlanHash != "" || len(list[0].Plan) > 2 {
		t.Errorf("a damaged log takes lists away: %d, %v", len(list), err)
	}
}

func TestTheFileIsWrittenAnewWhenThereAreHoles(t *testing.T) {
	db := busy(t, 3)
	if done, err := db.Compact(t.Context(), 1<<30); done || err != nil {
		t.Errorf("written anew without a hole: %v, %v", done, err)
	}
	if _, err := db.write.Exec("UPDATE local_packed SET since = ?", pastHoles); err != nil {
		t.Fatal(err)
	}
	if done, err := db.Compact(t.Context(), 100); done || err != nil {
		t.Errorf("written anew although it is too large: %v, %v", done, err)
	}
	before, err := db.Hashes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if done, err := db.Compact(t.Context(), 1<<30); !done || err != nil {
		t.Fatalf("not written anew: %v", err)
	}
	after, err := db.Hashes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, hash := range before {
		if after[table] != hash && table != "local_packed" && table != "local_clock" {
			t.Errorf("table %s has other rows", table)
		}
	}
	if done, err := db.Compact(t.Context(), 1<<30); done || err != nil {
		t.Errorf("written anew twice: %v", err)
	}
}
