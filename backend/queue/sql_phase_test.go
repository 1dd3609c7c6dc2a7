package queue_test

import (
	"testing"
	"time"

	"postbag/backend/domain"
)

// One container is one post, and only because the database keeps these rules.
func TestTheDatabaseItselfKeepsContainers(t *testing.T) {
	t.Parallel()
	const intent = `INSERT INTO call (id, attempt, delivery, generation, segment_idx, seq, step, effect, claim_token, owner_epoch,
		client_key, key_until_ms, request_hash, intent_at_ms, intent_boot_ms, boot_id, container_id)
		SELECT ?1, a.row, d.row, 1, 0, 1 + (SELECT count(*) FROM call), 'post', 'public', 'token', 1, 'key', 1000, 'hash', ?3, 0, '', ?2
		FROM attempt a, delivery d LIMIT 1`
	const verdict = `INSERT INTO resolution (id, delivery, generation, segment_idx, call, verdict, source, actor_id, evidence, remote_id, at_ms)
		SELECT ?1, delivery, 1, 0, row, ?2, 'proof', '', '', 'r', 1 FROM call ORDER BY row DESC LIMIT 1`
	const contain = "UPDATE segment SET container_id = ?1"
	begin := func(t *testing.T) *app {
		t.Helper()
		a := newPractice(t)
		a.plan(a.channel("me"), time.Now(), "hello")
		a.exec(`INSERT INTO attempt (delivery, no, claim_token, machine, process, app_version, boot_id, started_at_ms)
			SELECT row, 1, 'token', '', '', '', '', 1 FROM delivery`)
		a.put(domain.Preparing)
		return a
	}
	doubted := func(t *testing.T, what string) *app {
		t.Helper()
		a := begin(t)
		a.exec(contain, "box")
		a.exec(intent, "one", "box", 100)
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		if what != "" {
			a.exec(verdict, "v", what)
		}
		return a
	}
	t.Run("a container is written down before it is made visible", func(t *testing.T) {
		a := begin(t)
		a.refuses("a container that nobody wrote down", intent, "one", "box", 100)
		a.exec(contain, "other")
		a.refuses("another container than the one written down", intent, "one", "box", 100)
		a.exec(contain, "box") // nothing was asked of the other one
		a.exec(intent, "one", "box", 100)
	})
	t.Run("the same container again, and no other", func(t *testing.T) {
		a := doubted(t, "same_key")
		a.refuses("another container", contain, "other")
		a.refuses("no container", contain, nil)
		a.refuses("the same request without its container", intent, "two", nil, 100)
		a.refuses("the same container after its end", intent, "two", "box", 1000)
		a.exec(intent, "two", "box", 999)
	})
	t.Run("another container beside one in doubt", func(t *testing.T) {
		for _, what := range []string{"", "undecided", "same_key", "live", "send_again"} {
			if what == "send_again" {
				continue // only a person says so, and then the generation is another
			}
			a := doubted(t, what)
			a.refuses("another container after "+what, contain, "other")
			a.refuses("another end after "+what, "UPDATE segment SET container_expires_ms = 7")
		}
	})
	t.Run("while it is on its way, and once it is accepted", func(t *testing.T) {
		a := begin(t)
		a.exec(contain, "box")
		a.exec(intent, "one", "box", 100)
		a.refuses("another container for an open intent", contain, "other")
		a.refuses("another container in the journal", "UPDATE call SET container_id = 'other', outcome = 'ambiguous'")
		a.exec("UPDATE call SET outcome = 'accepted', remote_id = 'r'")
		a.refuses("another container for what is live", contain, "other")
	})
	t.Run("a proof of absence ends it", func(t *testing.T) {
		a := doubted(t, "absent")
		a.exec(contain, "other")
		a.exec("UPDATE segment SET state = 'pending'")
		a.exec(intent, "two", "other", 100)
	})
	t.Run("a refused one may be replaced", func(t *testing.T) {
		a := begin(t)
		a.exec(contain, "box")
		a.exec(intent, "one", "box", 100)
		a.exec("UPDATE call SET outcome = 'throttled'")
		a.exec(contain, "other")
	})
	t.Run("what was never keyed is never repeated", func(t *testing.T) {
		a := begin(t)
		a.exec(intent, "one", nil, 100)
		a.exec("UPDATE call SET outcome = 'ambiguous'")
		a.lawless(func() { a.exec("UPDATE call SET key_until_ms = 0") })
		a.exec(verdict, "v", "same_key")
		a.refuses("a request without key and container", intent, "two", nil, 100)
	})
}

func TestWhatIsLiveHasAnIDOrAnAddress(t *testing.T) {
	a := newPractice(t)
	a.plan(a.channel("me"), time.Now(), "hello")
	a.lawless(func() {
		a.refuses("a part without either", "UPDATE segment SET state = 'published'")
		a.exec("UPDATE segment SET state = 'published', remote_url = 'https://x.example/1'")
		a.refuses("a delivery without either", "UPDATE delivery SET state = 'published', published_at_ms = 1")
		a.exec("UPDATE delivery SET state = 'published', published_at_ms = 1, remote_url = 'https://x.example/1'")
	})
}
