package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// rewording is a network whose answers to an edit are given, one after the other; after the last, success.
type rewording struct {
	network.Network
	rule    network.EditRule
	answers []error
	asked   []network.Plan
	renewed int
}

func (s *rewording) Describe() network.Descriptor {
	return network.Descriptor{
		ID: "script", Name: "Script", Edit: s.rule,
		Limits:  network.Limits{Text: network.TextLimit{Max: 20}, Media: network.MediaLimit{Max: 4}, Alt: network.AltLimit{Max: 20}, Parts: 5},
		Measure: func(_ network.Limits, text string) int { return len(text) },
	}
}

func (s *rewording) Edit(ctx context.Context, c network.Calls, _ network.Account, p network.Plan, _ int) error {
	s.asked = append(s.asked, p)
	if _, err := c.Publish(ctx, "post", network.Request{}); network.KindOf(err) != network.NotSent {
		panic("an edit could publish")
	}
	if len(s.answers) == 0 {
		return nil
	}
	err := s.answers[0]
	s.answers = s.answers[1:]
	if err != nil && err.Error() == "panic" {
		panic(err)
	}
	return err
}

// renewingToo is a rewording network that renews its secret.
type renewingToo struct{ *rewording }

func (r renewingToo) Refresh(_ context.Context, _ network.Calls, a network.Account) (network.Account, error) {
	r.renewed++
	a.Secret, a.Expires = network.NewSecret("fresh"), time.Time{}
	return a, nil
}

// bookkeeping is what the editor remembers and whom it asks, in memory.
type bookkeeping struct {
	d       domain.Delivery
	list    []domain.Edit
	network network.Network
	account network.Account
	out     bool
}

func (b *bookkeeping) Delivery(context.Context, domain.DeliveryID) (domain.Delivery, error) {
	return b.d, nil
}

func (b *bookkeeping) Segments(context.Context, domain.DeliveryID) ([]domain.Segment, error) {
	return []domain.Segment{
		{State: domain.SegmentPublished, RemoteID: "1", ClientKey: "k", PublishedAt: b.d.PublishedAt},
		{Index: 1, State: domain.SegmentPublished, RemoteURL: "https://script.example/2"},
	}, nil
}

func (b *bookkeeping) Edits(context.Context, domain.DeliveryID) ([]domain.Edit, error) {
	return b.list, nil
}

func (b *bookkeeping) Deletions(context.Context, domain.DeliveryID) ([]domain.Deletion, error) {
	return nil, nil
}

func (b *bookkeeping) BeginEdit(_ context.Context, e domain.Edit) (domain.Edit, error) {
	e.ID, e.At = "e", time.Now()
	b.list = append(b.list, e)
	return e, nil
}

func (b *bookkeeping) EndEdit(_ context.Context, e domain.Edit) error {
	b.list[len(b.list)-1] = e
	return nil
}

func (b *bookkeeping) Account(context.Context, domain.ChannelID) (network.Network, network.Account, error) {
	return b.network, b.account, nil
}

func (b *bookkeeping) Renewing(context.Context, domain.ChannelID) (func(), error) {
	return func() {}, nil
}

func (b *bookkeeping) Renewed(_ context.Context, _ domain.ChannelID, a network.Account) error {
	b.account = a
	return nil
}

func (b *bookkeeping) SignedOut(context.Context, domain.ChannelID) error {
	b.out = true
	return nil
}

func anyField() network.EditRule {
	return network.EditRule{Fields: []network.EditField{network.EditText, network.EditAlt}, Source: "test"}
}

// liveThread is a thread of two parts that is live, the second known by its address alone.
func liveThread(t *testing.T, n network.Network, change func(*network.Plan)) (*bookkeeping, *queue.Editor) {
	t.Helper()
	plan := network.Plan{Delivery: "d", Parts: []network.Part{{Text: "one", Media: []network.Media{{Kind: network.Image, Alt: "fog"}}}, {Text: "two"}}}
	if change != nil {
		change(&plan)
	}
	body, hash, err := queue.Freeze(plan)
	if err != nil {
		t.Fatal(err)
	}
	b := &bookkeeping{network: n, d: domain.Delivery{
		ID: "d", State: domain.Published, PublishedAt: time.Now().Add(-time.Hour), Plan: body, PlanHash: hash, ApprovedHash: hash,
	}}
	return b, &queue.Editor{Store: b, Accounts: b}
}

func says(text string) domain.EditContent { return domain.EditContent{Text: text} }

func TestAnEditIsARowAndThePlanStays(t *testing.T) {
	n := &rewording{rule: anyField()}
	b, e := liveThread(t, n, nil)
	before := string(b.d.Plan)
	done, err := e.Edit(t.Context(), "d", 0, says("mended"))
	if err != nil || done.Outcome != domain.OutcomeAccepted || done.Content.Alts[0] != "fog" {
		t.Fatalf("%+v, %v", done, err)
	}
	p := n.asked[0]
	if p.Parts[0].Text != "mended" || p.Parts[1].Text != "two" || p.Parts[0].Media[0].Alt != "fog" || p.Done[0].RemoteID != "1" || string(b.d.Plan) != before {
		t.Errorf("asked for %+v", p)
	}
	if _, err := e.Edit(t.Context(), "d", 0, says("mended")); !errors.Is(err, domain.ErrInvalid) {
		t.Errorf("the same again: %v", err)
	}
	if done, err = e.Edit(t.Context(), "d", 0, domain.EditContent{Text: "mended", Alts: []string{"a harbour"}}); err != nil || n.asked[1].Parts[0].Media[0].Alt != "a harbour" {
		t.Errorf("a description: %+v, %v", done, err)
	}
}

func TestALostAnswerIsAskedForOnceMoreAndStaysInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lost := &network.Error{Kind: network.Ambiguous, Message: "the connection was cut"}
		for _, c := range []struct {
			name    string
			answers []error
			want    domain.Outcome
			asked   int
		}{
			{"the second comes", []error{lost}, domain.OutcomeAccepted, 2},
			{"none comes", []error{lost, lost}, domain.OutcomeAmbiguous, 2},
			{"a refusal proves nothing of the first", []error{lost, network.Reject("", "no")}, domain.OutcomeAmbiguous, 2},
			{"a panic is doubt", []error{errors.New("panic"), errors.New("panic")}, domain.OutcomeAmbiguous, 2},
			{"a refusal", []error{network.Reject("c", "no")}, domain.OutcomeRejected, 1},
			{"not now", []error{&network.Error{Kind: network.Throttled, Message: "later"}}, domain.OutcomeThrottled, 1},
			{"off line", []error{&network.Error{Kind: network.NotSent, Message: "no route"}}, domain.OutcomeNotSent, 1},
		} {
			n := &rewording{rule: anyField(), answers: c.answers}
			b, e := liveThread(t, n, nil)
			done, err := e.Edit(t.Context(), "d", 0, says("mended"))
			if err != nil || done.Outcome != c.want || len(n.asked) != c.asked || b.list[0].Outcome != c.want {
				t.Errorf("%s: %s after %d, %v", c.name, done.Outcome, len(n.asked), err)
			}
			if c.want == domain.OutcomeAmbiguous {
				n.answers = nil
				if done, err := e.Edit(t.Context(), "d", 0, says("mended")); err != nil || done.Outcome != domain.OutcomeAccepted {
					t.Errorf("%s, and the same again: %s, %v", c.name, done.Outcome, err)
				}
			}
		}
	})
}

func TestASignInThatRanOutIsRenewedOrSaidToBeGone(t *testing.T) {
	gone := &network.Error{Kind: network.Reauth, Message: "signed out"}
	n := &rewording{rule: anyField(), answers: []error{gone}}
	b, e := liveThread(t, renewingToo{n}, nil)
	b.account.Secret = network.NewSecret("old")
	if done, err := e.Edit(t.Context(), "d", 0, says("mended")); err != nil || done.Outcome != domain.OutcomeAccepted || n.renewed != 1 || b.out {
		t.Errorf("renewed %d times, signed out %t: %s, %v", n.renewed, b.out, done.Outcome, err)
	}
	b, e = liveThread(t, &rewording{rule: anyField(), answers: []error{gone}}, nil)
	if done, err := e.Edit(t.Context(), "d", 0, says("mended")); err != nil || done.Outcome != domain.OutcomeReauth || !b.out {
		t.Errorf("signed out %t: %s, %v", b.out, done.Outcome, err)
	}
}

func TestWhatCannotBeChangedSaysSo(t *testing.T) {
	for _, c := range []struct {
		name  string
		rule  network.EditRule
		plan  func(*network.Plan)
		part  int
		words domain.EditContent
		want  string
	}{
		{"the network never", network.EditRule{Never: true, Source: "test"}, nil, 0, says("x"), "does not let posts be changed"},
		{"Postbag does not", network.EditRule{}, nil, 0, says("x"), "cannot change"},
		{"its time is over", network.EditRule{Fields: []network.EditField{network.EditText}, Within: time.Minute}, nil, 0, says("x"), "has passed"},
		{"a poll", anyField(), func(p *network.Plan) { p.Poll = &network.Poll{} }, 0, says("x"), "poll"},
		{"pictures", network.EditRule{Fields: []network.EditField{network.EditText}, WordsOnly: true}, nil, 0, says("x"), "pictures"},
		{"only its address is known", anyField(), nil, 1, says("x"), "only its address"},
		{"no such part", anyField(), nil, 7, says("x"), "no part 8"},
		{"too long", anyField(), nil, 0, says(strings.Repeat("x", 21)), "1 over"},
		{"nothing left", anyField(), func(p *network.Plan) { p.Parts[0].Media = nil }, 0, says(" "), "nothing to publish"},
		{"descriptions of other pictures", anyField(), nil, 0, domain.EditContent{Text: "one", Alts: []string{"a", "b"}}, "1 pictures"},
		{"no descriptions there", network.EditRule{Fields: []network.EditField{network.EditText}}, nil, 0, domain.EditContent{Text: "one", Alts: []string{"a"}}, "descriptions"},
		{"no words there", network.EditRule{Fields: []network.EditField{network.EditAlt}}, nil, 0, says("x"), "change the text"},
	} {
		n := &rewording{rule: c.rule}
		b, e := liveThread(t, n, c.plan)
		_, err := e.Edit(t.Context(), "d", c.part, c.words)
		if err == nil || !strings.Contains(err.Error(), c.want) || len(n.asked) > 0 || len(b.list) > 0 {
			t.Errorf("%s: %v, %d requests, %d rows", c.name, err, len(n.asked), len(b.list))
		}
		if !errors.Is(err, domain.ErrNotAllowed) && !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("%s: %v is no known error", c.name, err)
		}
	}
	b, e := liveThread(t, &rewording{rule: anyField()}, nil)
	b.d.State = domain.Held
	if _, err := e.Edit(t.Context(), "d", 0, says("x")); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("a held one: %v", err)
	}
}

func TestTheDatabaseKeepsEdits(t *testing.T) {
	h := newShaped(t, network.ShapeKey, network.Reconcile{})
	planned := h.plan(h.channel("other"), time.Now().Add(time.Hour), "not yet")
	id := h.plan(h.channel("me"), time.Now(), "live")
	h.run()
	h.want(id, domain.Published, "")
	if _, err := h.db.BeginEdit(t.Context(), domain.Edit{Delivery: planned, Content: says("x")}); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("an edit of what is not live: %v", err)
	}
	edit, err := h.db.BeginEdit(t.Context(), domain.Edit{Delivery: id, Content: domain.EditContent{Text: "mended", Alts: []string{"fog"}}, Actor: "person"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.BeginEdit(t.Context(), domain.Edit{Delivery: id, Content: says("y")}); !errors.Is(err, domain.ErrConflict) {
		t.Errorf("two at a time: %v", err)
	}
	edit.Outcome, edit.Message = domain.OutcomeAccepted, "fine"
	if err := h.db.EndEdit(t.Context(), edit); err != nil {
		t.Fatal(err)
	}
	if err := h.db.EndEdit(t.Context(), edit); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("an outcome written twice: %v", err)
	}
	list, err := h.db.Edits(t.Context(), id)
	if err != nil || len(list) != 1 || list[0].Content.Text != "mended" || list[0].Content.Alts[0] != "fog" || list[0].Outcome != domain.OutcomeAccepted || list[0].OutcomeAt.IsZero() {
		t.Errorf("the list is %+v, %v", list, err)
	}
	for _, forbidden := range []string{
		"DELETE FROM edit", "UPDATE edit SET content_json = '{}'", "UPDATE edit SET outcome = 'rejected'",
		"INSERT OR REPLACE INTO edit (row, id, delivery, part, content_json, actor_id, at_ms) SELECT row, id, delivery, 0, '{}', 'me', 1 FROM edit",
		"INSERT INTO edit (id, delivery, part, content_json, actor_id, at_ms) SELECT 'x', row, 0, '{}', 'me', 1 FROM delivery WHERE state = 'planned'",
		"INSERT INTO edit (id, delivery, part, content_json, actor_id, at_ms, outcome, outcome_at_ms) SELECT 'x', row, 0, '{}', 'me', 1, 'accepted', 1 FROM delivery WHERE state = 'published'",
	} {
		if _, err := h.raw.ExecContext(t.Context(), forbidden); err == nil {
			t.Errorf("allowed: %s", forbidden)
		}
	}
	// One whose program ended is doubt before the next begins.
	if _, err := h.raw.ExecContext(t.Context(), "INSERT INTO edit (id, delivery, part, content_json, actor_id, at_ms) SELECT 'old', row, 0, '{}', 'me', 1 FROM delivery WHERE id = ?", id); err != nil {
		t.Fatal(err)
	}
	if _, err := h.db.BeginEdit(t.Context(), domain.Edit{Delivery: id, Content: says("z")}); err != nil {
		t.Fatal(err)
	}
	if list, err = h.db.Edits(t.Context(), id); err != nil || len(list) != 3 || list[1].Outcome != domain.OutcomeAmbiguous || list[2].Outcome != domain.OutcomeOpen {
		t.Errorf("the list is %+v, %v", list, err)
	}
}
