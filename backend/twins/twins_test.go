package twins_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/twins"
)

const (
	opening  = "We are opening our second shop in the old harbour this autumn, and you are all invited to the party."
	mended   = "We are opening our second shop in the old harbor this autumn, and you are all invited to the party!"
	somewhat = "Fresh rolls from six in the morning, and the coffee is on us until the end of the week."
)

func TestTheSameTextWaitsForAPerson(t *testing.T) {
	a := newApp(t)
	c, other := a.channel("me"), a.channel("you")
	first := a.wantSent("the first", a.send(c, text(opening)))
	a.wantHeld("the same again", a.send(c, text("  "+opening+" 🎉")), first, twins.SameText)
	a.wantHeld("nearly the same", a.send(c, text(mended)), first, twins.NearText)
	a.wantSent("another text", a.send(c, text(somewhat)))
	a.wantSent("the same on another channel", a.send(other, text(opening)))

	a.restart()
	a.wantHeld("the same after a restart", a.send(c, text(opening)), first, twins.SameText)
	a.rules.Window = 0
	a.wantSent("what nobody wants to be asked about", a.send(c, text(opening)))
}

func TestWhatWasPlannedTwiceGoesOutOnce(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	first, second := a.plan(c, text(opening)), a.plan(c, text(opening))
	a.run()
	a.wantHeld("the second", a.get(second), a.wantSent("the first", a.get(first)), twins.SameText)
}

func TestAPersonSaysItOnce(t *testing.T) {
	for name, say := range map[string]func(a *app, id domain.DeliveryID) error{
		"release": func(a *app, id domain.DeliveryID) error { return a.planner.Release(t.Context(), id) },
		"publish now": func(a *app, id domain.DeliveryID) error {
			done, err := a.planner.Carry(t.Context(), []domain.DeliveryID{id}, queue.Order{Do: queue.ActionPublishNow})
			if err == nil {
				err = done.Refused[id]
			}
			a.exec("UPDATE delivery SET wake_at_ms = due_at_ms - 10000 WHERE id = ?", id) // the time to take it back is over
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(t)
			c := a.channel("me")
			first := a.send(c, text(opening))
			held := a.wantHeld("the second", a.send(c, text(opening)), first, twins.SameText)
			if err := say(a, held.ID); err != nil {
				t.Fatal(err)
			}
			if name == "publish now" {
				if err := a.planner.Move(t.Context(), held.ID, time.Now()); err != nil { // another time asks nobody again
					t.Fatal(err)
				}
			}
			a.restart()
			a.run()
			a.wantSent("what a person let go", a.get(held.ID))
			var n int
			if err := a.raw.QueryRow("SELECT count(*) FROM send_anyway").Scan(&n); err != nil || n != 1 {
				t.Errorf("the word was kept %d times: %v", n, err)
			}
			third := a.send(c, text(opening))
			if third.State != domain.Held {
				t.Errorf("a third one is %s: one word is for one delivery", third.State)
			}
		})
	}
}

func TestAnEditedPostIsComparedAnew(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	a.send(c, text(opening))
	post := a.write(c, text(opening))
	list, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	a.run()
	held := a.get(list[0].ID)
	a.plans[post.ID] = text(somewhat)
	anew, err := a.planner.Renew(t.Context(), post, []domain.Delivery{held})
	if err != nil {
		t.Fatal(err)
	}
	a.run()
	a.wantSent("the other text", a.get(anew[0].ID))
}

func TestTheWindowEnds(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	first := a.send(c, text(opening))
	a.backdate(first.ID, 6*24*time.Hour)
	a.restart()
	a.wantHeld("six days later", a.send(c, text(opening)), first, twins.SameText)
	a.backdate(first.ID, 8*24*time.Hour)
	a.restart()
	a.wantSent("eight days later", a.send(c, text(opening)))
}

// backdate makes a delivery have gone out earlier.
func (a *app) backdate(id domain.DeliveryID, by time.Duration) {
	a.t.Helper()
	a.exec("DROP TRIGGER IF EXISTS delivery_stays_ended")
	a.exec("UPDATE delivery SET published_at_ms = ? WHERE id = ?", time.Now().Add(-by).UnixMilli(), id)
}

func TestTheTurnsOfARepeatAreNoTwins(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	post := a.write(c, text(opening))
	for _, occurrence := range []string{"2026-06-12T07:30", "2026-06-13T07:30"} {
		list, err := a.planner.Plan(t.Context(), post, queue.When{Due: time.Now(), Occurrence: occurrence})
		if err != nil {
			t.Fatal(err)
		}
		a.run()
		a.wantSent(occurrence, a.get(list[0].ID))
	}
	if d := a.send(c, text(opening)); d.State != domain.Held {
		t.Errorf("another post with the words of the repeat is %s", d.State)
	}
}

func TestPicturesSpeakWithTheWords(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	first := a.wantSent("the first", a.send(c, pictured("Fog over the fjord this morning", "a")))
	a.wantHeld("the picture with other words", a.send(c, pictured("Look at that sky", "a")), first, twins.SamePicture)
	a.wantHeld("the picture alone", a.send(c, pictured("", "a")), first, twins.SamePicture)
	a.wantSent("two pictures, one of them new", a.send(c, pictured("Two of them", "ab")))
	day := a.wantSent("picture of the day", a.send(c, pictured("Picture of the day", "c")))
	a.wantSent("picture of another day", a.send(c, pictured("Picture of the day", "d")))
	a.wantHeld("the same day again", a.send(c, pictured("Picture of the day!", "c")), day, twins.SameText)
	long := a.wantSent("a long text", a.send(c, pictured(opening, "e")))
	a.wantHeld("a long text with another picture", a.send(c, pictured(opening, "f")), long, twins.SameText)
	a.rules.Pictures = false
	a.wantSent("the picture with other words, where that is no matter", a.send(c, pictured("Once more, with feeling", "a")))
}

func TestAPictureThatComesAgainAndAgainIsAskedAboutOnce(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	a.wantSent("the first", a.send(c, pictured("We are hiring", "a")))
	held := a.send(c, pictured("Closed on Monday", "a"))
	if err := a.planner.Release(t.Context(), held.ID); err != nil {
		t.Fatal(err)
	}
	a.run()
	a.wantSent("what a person let go", a.get(held.ID))
	a.wantSent("the sign once more", a.send(c, pictured("Open again on Tuesday", "a")))
}

func TestPicturesThatLookAlikeAreOne(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	look := domain.Look{Colour: 0x336699, Hash: 0x0f0f3c3cf0f0c3c3}
	for name, l := range map[string]domain.Look{
		"a": look,
		"b": {Colour: 0x356899, Hash: look.Hash ^ 0b1001},         // the same, scaled
		"c": {Colour: 0x336699, Hash: look.Hash ^ 0xffff_0000},    // another
		"d": {Colour: 0x336699, Hash: 0}, "e": {Colour: 0x336699}, // sheets of paper
	} {
		a.asset(name, l)
	}
	first := a.wantSent("the first", a.send(c, pictured("", "a")))
	a.wantHeld("a copy", a.send(c, pictured("", "b")), first, twins.SamePicture)
	a.wantSent("another picture", a.send(c, pictured("", "c")))
	a.wantSent("a plain one", a.send(c, pictured("", "d")))
	a.wantSent("another plain one", a.send(c, pictured("", "e")))
}

// asset puts a picture into the library.
func (a *app) asset(name string, l domain.Look) {
	a.t.Helper()
	id := domain.NewID(time.Now())
	sha := pictured("", name).Parts[0].Media[0].SHA256
	a.exec(`INSERT INTO asset (id, workspace, sha256, kind, format, bytes, width, height, turn, duration_ms, frames, name, reference, alt,
		camera, warning, imported_at_ms) SELECT ?, row, ?, 'image', 'jpeg', 1000, 800, 600, 1, 0, 1, ?, '', '', '', '', 0 FROM workspace LIMIT 1`, id, sha, name)
	if err := a.db.PutLooks(a.t.Context(), map[domain.AssetID]domain.Look{domain.AssetID(id): l}); err != nil {
		a.t.Fatal(err)
	}
}

func TestWhatMayBeLiveCountsLikeWhatIs(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	first := a.plan(c, text(opening))
	claimed := a.get(first)
	me, _, err := a.db.Recover(t.Context(), domain.Publisher{Machine: "here", Process: "first", BootID: "boot"})
	if err != nil {
		t.Fatal(err)
	}
	claim := domain.Claim{Token: "token", By: me, Until: time.Now().Add(time.Hour)}
	if ok, err := a.db.Claim(t.Context(), claimed, claim); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := a.db.Intend(t.Context(), domain.Call{
		ID: domain.NewID(time.Now()), Delivery: first, ClaimToken: "token", Step: "post", Effect: domain.EffectPublic, ClientKey: queue.Keys(first, 1, 1)[0], RequestHash: "h", IntentAt: time.Now(),
	}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	a.restart() // the first process died here
	second := a.plan(c, text(mended))
	q, err := a.finder.Ask(t.Context(), a.get(second), text(mended))
	if err != nil || q.Hold != domain.HoldDuplicateSuspect {
		t.Fatalf("the guard says %+v, %v", q, err)
	}
	// The one that is on its way is not asked about itself, and neither is one that began.
	third := a.wantSent("another", a.send(a.channel("you"), text(opening)))
	if q, err := a.finder.Ask(t.Context(), third, text(opening)); err != nil || q.Hold != "" {
		t.Errorf("what is its own twin: %+v, %v", q, err)
	}
}

func TestADraftIsNoTwinOfItself(t *testing.T) {
	a := newApp(t)
	c := a.channel("me")
	d := a.send(c, text(opening))
	space := domain.Delivery{Workspace: d.Workspace, Channel: c}
	if twin, found, err := a.finder.Find(t.Context(), space, text(opening)); err != nil || !found || twin.ID != d.ID {
		t.Errorf("a draft with the words of a post finds %+v, %v, %v", twin, found, err)
	}
	space.Post = d.Post
	if twin, found, err := a.finder.Find(t.Context(), space, text(opening)); err != nil || found {
		t.Errorf("the post itself finds %+v, %v", twin, err)
	}
}

// BenchmarkTheGuard asks about a text that nobody sent and one that somebody did, of a channel
// that published all of 100,000 deliveries within the window.
func BenchmarkTheGuard(b *testing.B) {
	const sent = 100_000
	a := newApp(b)
	c := a.channel("me")
	post := a.write(c, text("x"))
	a.exec("DROP TRIGGER delivery_starts_planned")
	a.exec("DROP TRIGGER log_delivery_i")
	a.exec("DROP TRIGGER delivery_not_replaced")
	tx, err := a.raw.Begin()
	if err != nil {
		b.Fatal(err)
	}
	now := time.Now()
	for i := range sent {
		body, hash, err := queue.Freeze(text(fmt.Sprintf("Post %d of the harbour shop: %s, come and see number %d on the shelf by the door.", i, somewhat, i)))
		if err != nil {
			b.Fatal(err)
		}
		_, err = tx.Exec(`INSERT INTO delivery (id, workspace, post, variant, channel, occurrence_key, state, due_at_ms, late_policy,
			late_after_ms, plan_json, plan_hash, approved_hash, home_machine, hlc, actor_id, created_at_ms, updated_at_ms, remote_id, published_at_ms)
			SELECT ?, p.workspace, p.row, v.row, v.channel, ?, 'published', ?3, 'ask', 0, ?, ?, ?5, '', 0, '', 0, 0, 'r', ?3
			FROM variant v JOIN post p ON p.row = v.post WHERE p.id = ?6`,
			fmt.Sprint("d", i), fmt.Sprint("o", i), now.Add(-time.Duration(sent-i)*5*time.Second).UnixMilli(), string(body), hash, post.ID)
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		b.Fatal(err)
	}
	d := domain.Delivery{ID: "me", Channel: c}
	start := time.Now()
	if _, _, err := a.finder.Find(b.Context(), d, text("x")); err != nil {
		b.Fatal(err)
	}
	b.Logf("the first question read %d in %v; they were written in %v", sent, time.Since(start).Round(time.Millisecond), start.Sub(now).Round(time.Millisecond))
	for name, p := range map[string]network.Plan{
		"new":  text("Something nobody ever wrote about a cat, a hat and a flight of stairs to the attic."),
		"sent": text(fmt.Sprintf("Post %d of the harbour shop: %s, come and see number %d on the shelf by the door!", sent/2, somewhat, sent/2)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := a.finder.Find(b.Context(), d, p); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
