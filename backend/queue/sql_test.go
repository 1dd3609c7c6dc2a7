package queue_test

import (
	"testing"
	"time"

	"postbag/backend/domain"
)

// lawless runs work with the queue's triggers gone, then puts them back.
func (a *app) lawless(work func()) {
	a.t.Helper()
	rows, err := a.raw.Query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND name NOT LIKE 'log_%'")
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	laws := map[string]string{}
	for rows.Next() {
		var name, body string
		if err := rows.Scan(&name, &body); err != nil {
			a.t.Fatal(err)
		}
		laws[name] = body
	}
	if err := rows.Err(); err != nil {
		a.t.Fatal(err)
	}
	for name := range laws {
		a.exec("DROP TRIGGER " + name)
	}
	work()
	for _, body := range laws {
		a.exec(body)
	}
}

// put forces the one delivery into a state, with the fields that go with it.
func (a *app) put(state domain.DeliveryState) {
	a.t.Helper()
	a.lawless(func() {
		a.exec(`UPDATE delivery SET state = ?1, hold_reason = CASE WHEN ?1 = 'held' THEN 'by_person' END,
			claim_token = CASE WHEN ?1 IN ('preparing', 'sending') THEN 'token' END, wake_at_ms = 1, remote_id = 'r', published_at_ms = 1`, state)
	})
}

func (a *app) refuses(what, query string, args ...any) {
	a.t.Helper()
	if _, err := a.raw.Exec(query, args...); err == nil {
		a.t.Errorf("%s was allowed", what)
	}
}

const becomeIn = `UPDATE delivery SET state = ?1, hold_reason = CASE WHEN ?1 = 'held' THEN 'by_person' END,
	claim_token = CASE WHEN ?1 IN ('preparing', 'sending') THEN 'token' END, wake_at_ms = 1`

// Q1: every change of state that the contract does not list fails in plain SQL.
func TestNoForbiddenTransitionIsPossibleInSQL(t *testing.T) {
	a := newPractice(t)
	a.plan(a.channel("me"), time.Now(), "hello")
	tried, allowed := 0, 0
	for _, from := range domain.DeliveryStates() {
		a.put(from) // what is refused leaves it there
		for _, to := range domain.DeliveryStates() {
			if from == to {
				continue
			}
			if from.CanBecome(to) {
				allowed++
				continue
			}
			tried++
			a.refuses(string(from)+" to "+string(to), becomeIn, to)
		}
	}
	t.Logf("figure: Q1: %d forbidden transitions refused, %d exist", tried, allowed)
	if tried+allowed != 90 {
		t.Errorf("%d pairs", tried+allowed)
	}
}

func TestTheDatabaseItselfKeepsTheRules(t *testing.T) {
	t.Parallel()
	const intent = `INSERT INTO call (id, attempt, delivery, generation, segment_idx, seq, step, effect, claim_token, owner_epoch,
		client_key, key_until_ms, request_hash, intent_at_ms, intent_boot_ms, boot_id, outcome, remote_id)
		SELECT ?1, a.row, d.row, 1, 0, 1 + (SELECT count(*) FROM call), 'post', 'public', ?2, 1, ?3, ?4, ?5, 100, 0, '', ?6, 'r'
		FROM attempt a, delivery d LIMIT 1`
	begin := func(t *testing.T) *app {
		a := newPractice(t)
		a.plan(a.channel("me"), time.Now(), "hello")
		a.exec(`INSERT INTO attempt (delivery, no, claim_token, machine, process, app_version, boot_id, started_at_ms)
			SELECT row, 1, 'token', '', '', '', '', 1 FROM delivery`)
		a.put(domain.Preparing)
		return a
	}
	doubt := func(a *app, verdict string) {
		a.exec(intent, "one", "token", "key", 1000, "hash", nil)
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		if verdict != "" {
			a.exec(`INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, remote_id, at_ms)
				SELECT ?1, delivery, 1, 0, row, ?1, 'person', '', '', 'r', 1 FROM call`, verdict)
		}
	}
	t.Run("sending needs an intent", func(t *testing.T) {
		a := begin(t)
		a.refuses("sending without an intent", becomeIn, "sending")
	})
	t.Run("an intent needs the claim", func(t *testing.T) {
		a := begin(t)
		a.refuses("an intent with another token", intent, "one", "other", "key", 0, "hash", nil)
		a.put(domain.Waiting)
		a.refuses("an intent without a claim", intent, "one", "token", "key", 0, "hash", nil)
	})
	t.Run("one open intent a delivery", func(t *testing.T) {
		a := begin(t)
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.refuses("a second open intent", intent, "two", "token", "key", 0, "hash", nil)
	})
	t.Run("an intent is born without an outcome", func(t *testing.T) {
		a := begin(t)
		a.refuses("an accepted intent", intent, "one", "token", "key", 0, "hash", "accepted")
	})
	t.Run("sending does not end by a time-out", func(t *testing.T) {
		a := begin(t)
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.exec(becomeIn, "sending")
		for _, to := range []string{"waiting", "unknown", "rejected", "held", "preparing"} {
			a.refuses("sending to "+to+" with an open intent", becomeIn, to)
		}
	})
	t.Run("doubt leads to unknown", func(t *testing.T) {
		a := begin(t)
		doubt(a, "")
		a.put(domain.Sending)
		for _, to := range []string{"waiting", "rejected", "held", "preparing"} {
			a.refuses("sending to "+to+" in doubt", becomeIn, to)
		}
		a.exec(becomeIn, "unknown")
		for _, to := range []string{"waiting", "held", "preparing"} {
			a.refuses("unknown to "+to+" without a resolution", becomeIn, to)
		}
	})
	t.Run("doubt forbids another intent", func(t *testing.T) {
		for verdict, again := range map[string]struct{ same, other bool }{
			"": {}, "undecided": {}, "live": {}, "send_again": {}, "same_key": {same: true}, "absent": {same: true, other: true},
		} {
			a := begin(t)
			doubt(a, verdict)
			if !again.other {
				a.refuses("another request after "+verdict, intent, "two", "token", "key", 1000, "other hash", nil)
				a.refuses("another key after "+verdict, intent, "two", "token", "other key", 1000, "hash", nil)
			}
			if !again.same {
				a.refuses("the same request after "+verdict, intent, "two", "token", "key", 1000, "hash", nil)
			} else {
				a.exec(intent, "two", "token", "key", 1000, "hash", nil)
			}
		}
	})
	t.Run("an ended key forbids another intent", func(t *testing.T) {
		a := begin(t)
		a.exec(intent, "one", "token", "key", 100, "hash", nil)
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		a.exec(`INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, at_ms)
			SELECT 'r', delivery, 1, 0, row, 'same_key', 'proof', '', '', 1 FROM call`)
		a.refuses("a key at its end", intent, "two", "token", "key", 100, "hash", nil)
	})
	t.Run("published means proved", func(t *testing.T) {
		a := begin(t)
		a.refuses("a segment published without proof", "UPDATE segment SET state = 'published', remote_id = 'r'")
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.exec("UPDATE call SET outcome = 'accepted'")
		a.put(domain.Sending)
		a.refuses("published before its segments", becomeIn, "published")
		a.exec("UPDATE segment SET state = 'published', remote_id = 'r'")
		a.exec(becomeIn, "published")
		a.refuses("a published segment becoming pending", "UPDATE segment SET state = 'pending'")
		a.refuses("a published delivery getting another time", "UPDATE delivery SET due_at_ms = 1")
	})
	t.Run("one acceptance a segment", func(t *testing.T) {
		a := begin(t)
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.exec("UPDATE call SET outcome = 'accepted'")
		a.refuses("an intent after an acceptance", intent, "two", "token", "key", 0, "hash", nil)
		a.lawless(func() { a.exec(intent, "two", "token", "key", 0, "hash", nil) })
		a.refuses("a second acceptance", "UPDATE call SET outcome = 'accepted' WHERE id = 'two'")
		a.refuses("an acceptance in the place of another", "UPDATE OR REPLACE call SET outcome = 'accepted' WHERE id = 'two'")
	})
	t.Run("outcomes are written once and nothing is deleted", func(t *testing.T) {
		a := begin(t)
		doubt(a, "absent")
		a.refuses("a second outcome", "UPDATE call SET outcome = 'accepted'")
		a.refuses("taking an outcome back", "UPDATE call SET outcome = NULL")
		for _, table := range []string{"call", "attempt", "resolution", "delivery"} {
			a.refuses("deleting from "+table, "DELETE FROM "+table)
		}
		a.refuses("editing a resolution", "UPDATE resolution SET verdict = 'live'")
		a.refuses("editing the change log", "UPDATE change_log SET cols = '{}'")
		a.refuses("deleting from the change log", "DELETE FROM change_log")
	})
	t.Run("only a person raises the generation", func(t *testing.T) {
		a := begin(t)
		doubt(a, "undecided")
		a.put(domain.Held)
		a.refuses("a generation without a person's word", "UPDATE delivery SET generation = 2")
		a.refuses("a machine's send-again", `INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source,
			actor_id, evidence, at_ms) SELECT 'x', delivery, 1, 0, row, 'send_again', 'proof', '', '', 1 FROM call`)
		a.exec(`INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, at_ms)
			SELECT 'x', delivery, 1, 0, row, 'send_again', 'person', '', '', 1 FROM call`)
		a.refuses("two generations at once", "UPDATE delivery SET generation = 3")
		a.exec("UPDATE delivery SET generation = 2")
	})
	t.Run("only an approved plan is claimed", func(t *testing.T) {
		a := begin(t)
		a.put(domain.Planned)
		a.exec("UPDATE delivery SET approved_hash = NULL")
		a.refuses("claiming without approval", becomeIn, "preparing")
	})
	t.Run("what may be live is not cancelled or rejected", func(t *testing.T) {
		for _, verdict := range []string{"undecided", "same_key", "live"} {
			a := begin(t)
			doubt(a, verdict)
			a.put(domain.Held)
			a.refuses("cancelling after "+verdict, becomeIn, "cancelled")
			a.put(domain.Preparing)
			a.refuses("rejecting after "+verdict, becomeIn, "rejected")
		}
	})
	t.Run("nothing is replaced", func(t *testing.T) {
		a := begin(t)
		a.exec("PRAGMA foreign_keys = 0") // another program need not ask for them
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.refuses("an intent in the place of another", "INSERT OR REPLACE"+intent[len("INSERT"):], "two", "token", "key", 0, "hash", nil)
		a.refuses("a call in the place of another", "INSERT OR REPLACE"+intent[len("INSERT"):], "one", "token", "key", 0, "hash", nil)
		for _, table := range []string{"call", "attempt", "segment", "delivery"} {
			a.refuses("replacing in "+table, "REPLACE INTO "+table+" SELECT * FROM "+table)
		}
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		a.exec(`INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, at_ms)
			SELECT 'r', delivery, 1, 0, row, 'undecided', 'proof', '', '', 1 FROM call`)
		a.refuses("replacing in resolution", "REPLACE INTO resolution SELECT * FROM resolution")
	})
	t.Run("segments keep their place, and begin pending", func(t *testing.T) {
		a := begin(t)
		a.refuses("deleting a segment", "DELETE FROM segment")
		a.refuses("another key", "UPDATE segment SET client_key = 'other'")
		a.refuses("another place", "UPDATE segment SET idx = 1")
		a.refuses("a segment born published", `INSERT INTO segment (delivery, generation, idx, plan_hash, state, client_key, remote_id)
			SELECT delivery, generation, 1, plan_hash, 'published', 'k', 'r' FROM segment`)
		a.refuses("an intent for a segment that is not there", `INSERT INTO call (id, attempt, delivery, generation, segment_idx, seq, step,
			effect, claim_token, owner_epoch, client_key, key_until_ms, request_hash, intent_at_ms, intent_boot_ms, boot_id)
			SELECT 'x', a.row, d.row, 1, 7, 1, 'post', 'public', 'token', 1, 'k', 0, 'h', 1, 0, '' FROM attempt a, delivery d`)
	})
	t.Run("only doubt is resolved, and once", func(t *testing.T) {
		const resolve = `INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, remote_id, at_ms)
			SELECT ?1, d.row, 1, 0, (SELECT max(row) FROM call), ?2, 'proof', '', '', 'r', 1 FROM delivery d`
		a := begin(t)
		a.refuses("a proof of nothing", resolve, "x", "live")
		a.exec(intent, "one", "token", "key", 0, "hash", nil)
		a.refuses("a proof about an open intent", resolve, "x", "live")
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		a.exec(resolve, "one", "live")
		a.refuses("absent after live", resolve, "two", "absent")
	})
	t.Run("what may be live stays what was approved", func(t *testing.T) {
		for _, change := range []string{"plan_json = '{}'", "plan_hash = 'x', approved_hash = 'x'", "due_at_ms = 5"} {
			a := begin(t)
			a.refuses("while it is prepared, "+change, "UPDATE delivery SET "+change)
			doubt(a, "same_key")
			a.put(domain.Held)
			a.refuses("in doubt, "+change, "UPDATE delivery SET "+change)
		}
	})
	t.Run("what waits is looked at", func(t *testing.T) {
		a := begin(t)
		a.refuses("waiting without an hour", "UPDATE delivery SET state = 'waiting', claim_token = NULL, wake_at_ms = NULL")
	})
	t.Run("a delivery starts planned", func(t *testing.T) {
		a := begin(t)
		a.refuses("a delivery born published", `INSERT INTO delivery SELECT row + 1, 'x', workspace, post, variant, channel, 'k', 1, 'published',
			NULL, due_at_ms, NULL, NULL, NULL, late_policy, late_after_ms, NULL, NULL, plan_json, plan_hash, approved_hash, approved_by,
			home_machine, 0, NULL, NULL, NULL, NULL, 0, 0, '', '', 'r', NULL, 1, NULL, 1, hlc, actor_id, 1, 1, NULL FROM delivery`)
	})
}
