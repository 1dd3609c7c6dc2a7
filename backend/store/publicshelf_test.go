package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"postbag/backend/domain"
)

// sealedAs stands in for the seal: it says what it was made for.
func sealedAs(text string) func(domain.ShelfID, int) ([]byte, error) {
	return func(id domain.ShelfID, version int) ([]byte, error) {
		return fmt.Appendf(nil, "%s %s %d", text, id, version), nil
	}
}

func TestAWorkspaceHasOnePublicShelf(t *testing.T) {
	d := newDesk(t)
	if _, err := d.PublicShelf(t.Context(), d.space); !errors.Is(err, domain.ErrNotFound) {
		t.Fatalf("before there is one: %v", err)
	}
	first, err := d.SavePublicShelf(t.Context(), domain.PublicShelf{Workspace: d.space, Place: []byte(`{"kind":"s3"}`)}, sealedAs("a"))
	d.must(err)
	again := first
	again.Place = []byte(`{"kind":"s3","user":"other"}`)
	_, err = d.SavePublicShelf(t.Context(), again, sealedAs("b"))
	d.must(err)
	if has, err := d.HasSecrets(t.Context()); err != nil || !has {
		t.Errorf("there are secrets: %v, %v", has, err)
	}
	got, err := d.PublicShelf(t.Context(), d.space)
	if version, sealed, e := d.ShelfSecret(t.Context(), first.ID); err != nil || e != nil || got.ID != first.ID || string(got.Place) != string(again.Place) ||
		version != 2 || string(sealed) != "b "+string(first.ID)+" 2" {
		t.Errorf("it is %+v with %q, version %d (%v, %v)", got, sealed, version, err, e)
	}
	refused := errors.New("the keychain says no")
	if _, err := d.SavePublicShelf(t.Context(), domain.PublicShelf{Workspace: d.space, Place: []byte("{}")},
		func(domain.ShelfID, int) ([]byte, error) { return nil, refused }); !errors.Is(err, refused) {
		t.Errorf("without a seal: %v", err)
	}
	second, err := d.SavePublicShelf(t.Context(), domain.PublicShelf{Workspace: d.space, Place: []byte("{}")}, sealedAs("c"))
	d.must(err)
	if got, err = d.PublicShelf(t.Context(), d.space); err != nil || got.ID != second.ID {
		t.Errorf("after another one it is %+v (%v)", got, err)
	}
	if got, err = d.PublicShelfByID(t.Context(), first.ID); err != nil || !got.Left {
		t.Errorf("the one before is %+v (%v)", got, err)
	}
	d.must(d.LeavePublicShelf(t.Context(), d.space))
	if err := d.LeavePublicShelf(t.Context(), d.space); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := d.SavePublicShelf(t.Context(), got, sealedAs("d")); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("saved after it was left: %v", err)
	}
	d.must(d.ForgetShelfSecrets(t.Context()))
	for _, id := range []domain.ShelfID{first.ID, second.ID} {
		if _, _, err := d.ShelfSecret(t.Context(), id); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("the secret of a shelf that was left without files: %v", err)
		}
	}
	if has, err := d.HasSecrets(t.Context()); err != nil || has {
		t.Errorf("no secret is left: %v, %v", has, err)
	}
	if _, err := d.SavePublicShelf(t.Context(), domain.PublicShelf{Workspace: "nobody", Place: []byte("{}")}, sealedAs("")); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("of no workspace: %v", err)
	}
}

func TestAFileIsOverWhenItsDeliveryHasEnded(t *testing.T) {
	d := newDesk(t)
	s, err := d.SavePublicShelf(t.Context(), domain.PublicShelf{Workspace: d.space, Place: []byte("{}")}, sealedAs(""))
	d.must(err)
	for i, state := range domain.DeliveryStates() {
		p := d.wholePost()
		sent := d.deliver(p, p.Variants[0], domain.Planned)
		name := "file of " + string(state)
		d.must(d.NeedShelfFile(t.Context(), s.ID, p.Variants[0].Channel, sent.ID, name))
		if err := d.NeedShelfFile(t.Context(), s.ID, "another", sent.ID, "x"); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("a file for another channel: %v", err)
		}
		d.force(sent.ID, state)
		if err := d.NeedShelfFile(t.Context(), s.ID, p.Variants[0].Channel, sent.ID, "late"+fmt.Sprint(i)); errors.Is(err, domain.ErrNotFound) != state.Terminal() {
			t.Errorf("a file for one that is %s: %v", state, err)
		}
	}
	d.must(d.TryShelfFile(t.Context(), s.ID, "trial"))
	over := func() map[string]bool {
		list, err := d.ShelfFilesOver(t.Context())
		d.must(err)
		names := map[string]bool{}
		for _, f := range list {
			names[f.Name] = f.Settled
		}
		return names
	}
	want := "map[file of cancelled:false file of missed:true file of published:true file of rejected:true]"
	if got := fmt.Sprint(over()); got != want {
		t.Errorf("over are\n%s, want\n%s", got, want)
	}
	_, err = d.write.Exec("UPDATE local_shelved SET at_ms = at_ms - ?", (2 * stillPut).Milliseconds())
	d.must(err)
	want = "map[file of cancelled:true file of missed:true file of published:true file of rejected:true trial:true]"
	if got := fmt.Sprint(over()); got != want {
		t.Errorf("two hours later over are\n%s, want\n%s", got, want)
	}
	d.must(d.LeavePublicShelf(t.Context(), d.space))
	d.must(d.ForgetShelfSecrets(t.Context()))
	if _, _, err := d.ShelfSecret(t.Context(), s.ID); err != nil {
		t.Errorf("the secret of a shelf with files is gone: %v", err)
	}
	if n, err := d.CountShelfFiles(t.Context(), s.ID); err != nil || n < 10 {
		t.Errorf("%d files (%v)", n, err)
	}
	rows, err := d.ShelfFilesOver(t.Context())
	d.must(err)
	for _, f := range rows {
		if time.Since(f.At) < stillPut || f.Shelf != s.ID {
			t.Errorf("%+v", f)
		}
		d.must(d.ShelfFileGone(t.Context(), f.Name))
	}
	if left := over(); len(left) != 0 {
		t.Errorf("left are %v", left)
	}
}

// force gives a delivery a state, whatever the triggers say of the way to it.
func (d desk) force(id domain.DeliveryID, state domain.DeliveryState) {
	d.t.Helper()
	const ofDelivery = " FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'delivery' ORDER BY name"
	known, err := names(d.t.Context(), d.write, "SELECT name"+ofDelivery)
	d.must(err)
	texts, err := names(d.t.Context(), d.write, "SELECT sql"+ofDelivery)
	d.must(err)
	for _, name := range known {
		_, err := d.write.Exec("DROP TRIGGER " + name)
		d.must(err)
	}
	reason := any(nil)
	if state == domain.Held {
		reason = string(domain.HoldByPerson)
	}
	_, err = d.write.Exec("UPDATE delivery SET state = ?, hold_reason = ?, wake_at_ms = CASE WHEN ?1 IN ('planned', 'waiting', 'unknown') THEN 1 END, remote_url = 'x', claim_token = CASE WHEN ?1 IN ('preparing', 'sending') THEN 't' END, published_at_ms = CASE ?1 WHEN 'published' THEN 1 END WHERE id = ?3", state, reason, id)
	d.must(err)
	for _, text := range texts {
		_, err := d.write.Exec(text)
		d.must(err)
	}
}
