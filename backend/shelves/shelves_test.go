package shelves_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
	"postbag/backend/shelves"
	"postbag/backend/store"
)

// plainly seals nothing; a test can make it refuse.
type plainly struct{ err error }

func (p *plainly) Unlock(context.Context) error { return p.err }

func (p *plainly) SealShelf(_ context.Context, _ domain.ShelfID, _ int, plain []byte) ([]byte, error) {
	return append([]byte{}, plain...), p.err
}

func (p *plainly) OpenShelf(_ context.Context, _ domain.ShelfID, _ int, sealed []byte) ([]byte, error) {
	return append([]byte{}, sealed...), p.err
}

// desk is a service on a real database with one channel.
type desk struct {
	*shelves.Service
	t       *testing.T
	db      *store.DB
	seal    *plainly
	space   domain.WorkspaceID
	channel domain.ChannelID
}

func newDesk(t *testing.T) desk {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "postbag.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	files := networktest.NewFiles()
	seal := &plainly{}
	d := desk{t: t, db: db, seal: seal, Service: &shelves.Service{
		Store: db, Sealer: seal, Parts: shelf.Parts{Web: httpcall.New(files), Files: files}, Reachable: shelf.Reach{}.Fetch,
	}}
	w, err := db.AddWorkspace(t.Context(), "Bakery")
	d.must(err)
	c, err := db.SaveChannel(t.Context(), domain.Channel{Workspace: w.ID, Network: "n", RemoteID: "1"}, "", 0, nil)
	d.must(err)
	d.space, d.channel = w.ID, c.ID
	return d
}

func (d desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// deliver plans something for the channel.
func (d desk) deliver() domain.DeliveryID {
	d.t.Helper()
	p, err := d.db.AddPost(d.t.Context(), domain.Post{
		Workspace: d.space, Content: domain.Content{Text: "Bread"}, Variants: []domain.Variant{{Channel: d.channel}},
	})
	d.must(err)
	list, err := d.db.AddDeliveries(d.t.Context(), []domain.Delivery{{
		ID: domain.DeliveryID(domain.NewID(time.Now())), Variant: p.Variants[0].ID, Post: p.ID, Due: time.Now(), Late: domain.DefaultLate(),
		Plan: []byte("{}"), PlanHash: "h",
	}}, func(domain.Delivery) []string { return []string{"key"} })
	d.must(err)
	return list[0].ID
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

func fieldOf(err error) string {
	if e, ok := errors.AsType[*domain.FieldError](err); ok {
		return e.Field
	}
	return ""
}

func TestAShelfIsSetTriedAndRemoved(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		d := newDesk(t)
		if err := d.Test(t.Context(), d.space); codeOf(err) != shelf.CodeNone || network.KindOf(err) != network.NotSent {
			t.Errorf("without one: %v", err)
		}
		if _, err := d.Set(t.Context(), d.space, server.Place, network.Secret{}); fieldOf(err) != "secret" {
			t.Errorf("without a secret: %v", err)
		}
		place := server.Place
		place.HostKey = "" // is looked at
		state, err := d.Set(t.Context(), d.space, place, server.Secret)
		d.must(err)
		if state.Place.HostKey != server.Place.HostKey || (state.Fingerprint != "") != (place.Kind == shelf.KindSFTP) {
			t.Errorf("it is %+v", state)
		}
		d.must(d.Test(t.Context(), d.space))
		if n := len(server.Files()); n != 0 {
			t.Errorf("the test leaves %d files", n)
		}
		if _, err := d.Set(t.Context(), d.space, place, network.Secret{}); err != nil {
			t.Errorf("the same place with the known secret: %v", err)
		}
		d.must(d.Test(t.Context(), d.space))
		wrong, err := d.Set(t.Context(), d.space, place, network.NewSecret("another"))
		d.must(err)
		if err := d.Test(t.Context(), d.space); codeOf(err) != shelf.CodeRefused || wrong.Place != state.Place {
			t.Errorf("with a wrong secret: %v", err)
		}
		if has, err := d.Has(t.Context(), d.space); !has || err != nil {
			t.Errorf("it has one: %v, %v", has, err)
		}
		d.must(d.Remove(t.Context(), d.space))
		if has, err := d.Has(t.Context(), d.space); has || err != nil {
			t.Errorf("it has none: %v, %v", has, err)
		}
		if err := d.Remove(t.Context(), d.space); !errors.Is(err, domain.ErrNotFound) {
			t.Errorf("removed twice: %v", err)
		}
	})
}

func TestWhatCannotBeIsRefusedAndChangesNothing(t *testing.T) {
	d, server := newDesk(t), shelftest.WebDAV(t)
	if _, err := d.Set(t.Context(), d.space, shelf.Place{Kind: "ftp"}, server.Secret); fieldOf(err) == "" {
		t.Errorf("no place: %v", err)
	}
	d.seal.err = errors.New("locked")
	if _, err := d.Set(t.Context(), d.space, server.Place, server.Secret); !errors.Is(err, d.seal.err) {
		t.Errorf("with a locked keychain: %v", err)
	}
	d.seal.err = nil
	if _, err := d.Show(t.Context(), d.space); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("after that there is one: %v", err)
	}
	if _, err := d.Shelf(t.Context(), "nobody"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("of no channel: %v", err)
	}
	if err := d.Needed(t.Context(), "nobody", "x", "y"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("of no channel: %v", err)
	}
	if err := d.Needed(t.Context(), string(d.channel), "x", "y"); codeOf(err) != shelf.CodeNone {
		t.Errorf("without a shelf: %v", err)
	}
}

func TestAFileIsRemovedWhenNothingNeedsItAndNotBefore(t *testing.T) {
	d, server := newDesk(t), shelftest.S3(t)
	_, err := d.Set(t.Context(), d.space, server.Place, server.Secret)
	d.must(err)
	id := d.deliver()
	open, err := d.Shelf(t.Context(), string(d.channel))
	d.must(err)
	name, err := open.Names.New("image/jpeg")
	d.must(err)
	if err := d.Needed(t.Context(), string(d.channel), string(id), "postbag-other.jpg"); err == nil {
		t.Error("a name of another shelf was written down")
	}
	if err := d.Needed(t.Context(), string(d.channel), "nobody", name); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("for no delivery: %v", err)
	}
	d.must(d.Needed(t.Context(), string(d.channel), string(id), name))
	server.Plant(name, []byte("a picture"))
	tidy := func(wantLeft, wantFiles int, wantErr bool) {
		t.Helper()
		left, err := d.Tidy(t.Context())
		if left != wantLeft || (err != nil) != wantErr || len(server.Files()) != wantFiles {
			t.Errorf("%d left (%v), %d files; want %d and %d", left, err, len(server.Files()), wantLeft, wantFiles)
		}
	}
	tidy(0, 1, false)
	_, err = d.Set(t.Context(), d.space, server.Place, network.NewSecret("another"))
	d.must(err)
	d.must(d.db.Decide(t.Context(), id, domain.Change{State: domain.Cancelled}, domain.Planned))
	tidy(1, 1, true)
	d.seal.err = errors.New("locked")
	tidy(1, 1, true)
	d.seal.err = nil
	_, err = d.Set(t.Context(), d.space, server.Place, server.Secret)
	d.must(err)
	tidy(1, 0, false) // it may be on its way still: it is looked for again
	if state, err := d.Show(t.Context(), d.space); err != nil || state.Files != 1 {
		t.Errorf("written down are %d (%v)", state.Files, err)
	}
	d.must(d.Gone(t.Context(), string(d.channel), name))
	tidy(0, 0, false)
}

// published says of every file that its delivery was published at a time on a network.
type published struct {
	shelves.Store
	at      time.Time
	network string
}

func (p published) ShelfFilesOver(ctx context.Context) ([]domain.ShelfFile, error) {
	list, err := p.Store.ShelfFilesOver(ctx)
	for i := range list {
		list[i].State, list[i].Network, list[i].Published, list[i].Settled = domain.Published, p.network, p.at, true
	}
	return list, err
}

// A network that may fetch files after it accepted a post finds them for its time, and no longer.
func TestAFileStaysWhileItsNetworkMayStillFetchIt(t *testing.T) {
	d, server := newDesk(t), shelftest.S3(t)
	_, err := d.Set(t.Context(), d.space, server.Place, server.Secret)
	d.must(err)
	id := d.deliver()
	open, err := d.Shelf(t.Context(), string(d.channel))
	d.must(err)
	name, err := open.Names.New("image/jpeg")
	d.must(err)
	d.must(d.Needed(t.Context(), string(d.channel), string(id), name))
	server.Plant(name, []byte("a picture"))
	d.must(d.db.Decide(t.Context(), id, domain.Change{State: domain.Cancelled}, domain.Planned))
	d.Rest = func(network string) time.Duration {
		if network == "late" {
			return time.Hour
		}
		return 0
	}
	for _, c := range []struct {
		network     string
		ago         time.Duration
		left, files int
	}{{"late", 0, 1, 1}, {"late", 59 * time.Minute, 1, 1}, {"late", 61 * time.Minute, 0, 0}} {
		d.Store = published{d.db, time.Now().Add(-c.ago), c.network}
		if left, err := d.Tidy(t.Context()); left != c.left || err != nil || len(server.Files()) != c.files {
			t.Errorf("%v after it was published: %d left (%v), %d files", c.ago, left, err, len(server.Files()))
		}
	}
}
