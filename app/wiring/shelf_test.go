package wiring_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/practice"
	"postbag/backend/posts"
	"postbag/backend/queue"
	"postbag/backend/secrets"
	"postbag/backend/secrets/secretstest"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
)

// fetching is a network that takes an address of a picture and no bytes.
type fetching struct {
	practice.Network
	mu      sync.Mutex
	fetched int
	fails   error  // what publishing ends with
	put     func() // told after the picture was put
}

func (f *fetching) Describe() network.Descriptor {
	d := f.Network.Describe()
	d.ID, d.Name = "fetching", "Fetching"
	d.Limits.Media.PublicURL = true
	return d
}

func (f *fetching) Publish(ctx context.Context, calls network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	m := p.Parts[0].Media[0]
	reply, err := calls.Prepare(ctx, "picture", network.Request{
		Method: "PUT", URL: "shelf:///" + a.Folder + "/" + p.Delivery, Header: map[string]string{"Content-Type": m.Type},
		Body: network.Body{{File: m.File()}},
	})
	if err != nil {
		return network.Receipt{}, err
	}
	if f.put != nil {
		f.put()
	}
	if f.fails != nil {
		return network.Receipt{}, f.fails
	}
	want := shelf.Want{Bytes: m.Bytes, Type: m.Type, SHA256: m.SHA256}
	if err := (shelf.Reach{}).Fetch(ctx, reply.Header["Location"], want); err != nil { // as the network would
		return network.Receipt{}, err
	}
	f.mu.Lock()
	f.fetched++
	f.mu.Unlock()
	p.Parts[0].Media = nil
	return f.Network.Publish(ctx, calls, a, p)
}

// newFetcher is a bench with a channel of a network that fetches.
func newFetcher(t *testing.T, dir string) (*bench, *fetching) {
	t.Helper()
	f := &fetching{}
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: dir, Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}}, AnyAddress: true,
		Networks: network.NewRegistry(f, feed.New()),
	}))
	t.Cleanup(func() { _ = app.Close() })
	return &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{})}, f
}

func (b *bench) settle() {
	b.t.Helper()
	b.space = must[api.Workspace](b.t)(b.api.System.AddWorkspace("Mine"))
	b.channel = must[domain.Channel](b.t)(b.Accounts.Connected(b.t.Context(), domain.WorkspaceID(b.space.ID), "fetching", network.Account{RemoteID: "1", Handle: "me", Name: "Me"}))
	b.picture = b.asset("window.jpg")
}

// haveShelf gives the workspace a shelf that nobody can reach, for tests whose files stand on another one.
func (b *bench) haveShelf() {
	b.t.Helper()
	must[any](b.t)(b.Shelves.Set(b.t.Context(), domain.WorkspaceID(b.space.ID), shelf.Place{
		Kind: shelf.KindWebDAV, Address: "https://dav.example/press", User: "me", Public: "https://press.example",
	}, network.NewSecret("nobody's secret")))
}

func (b *bench) draft() domain.Post {
	b.t.Helper()
	p := must[api.Post](b.t)(b.api.Posts.Create(api.CreatePost{
		Workspace: b.space.ID, Channels: []string{string(b.channel.ID)},
		Content: api.Content{Text: "Look", Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window"}}},
	}))
	return must[domain.Post](b.t)(b.Posts.Get(b.t.Context(), domain.PostID(p.ID)))
}

// A picture goes to a network by way of a real server, and is taken away when the post is published. Before
// there is a shelf the check says so, and nothing is planned.
func TestAPictureStandsOnTheShelfForAsLongAsItIsNeeded(t *testing.T) {
	shelftest.Each(t, func(t *testing.T, server *shelftest.Server) {
		b, f := newFetcher(t, t.TempDir())
		b.settle()
		w := domain.WorkspaceID(b.space.ID)
		post := b.draft()
		report := must[[]posts.Report](t)(b.Posts.Check(t.Context(), post))
		if report[0].Valid || !slices.ContainsFunc(report[0].Problems, func(i network.Issue) bool { return i.Code == network.IssueNoShelf }) {
			t.Errorf("without a shelf the check says %+v", report[0])
		}
		if _, err := b.Planner.Plan(t.Context(), post, queue.When{Due: time.Now()}); err == nil {
			t.Error("it was planned without a shelf")
		}
		must[any](t)(b.Shelves.Set(t.Context(), w, server.Place, server.Secret))
		if err := b.Shelves.Test(t.Context(), w); err != nil {
			t.Fatalf("the test: %v", err)
		}
		if left := server.Files(); len(left) != 0 {
			t.Errorf("the test leaves %d files", len(left))
		}
		var stood int
		f.put = func() { stood = len(server.Files()) }
		must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), post, queue.When{Due: time.Now()}))
		if err := b.Publish(t.Context(), true, nil); err != nil {
			t.Fatal(err)
		}
		done := must[[]api.Delivery](t)(b.api.Queue.List(b.space.ID, []string{"published"}))
		if len(done) != 1 || f.fetched != 1 || stood != 1 {
			t.Errorf("published %d, fetched %d, stood %d", len(done), f.fetched, stood)
		}
		state, err := b.Shelves.Show(t.Context(), w)
		if left := server.Files(); len(left) != 0 || err != nil || state.Files != 0 {
			t.Errorf("%d files are left, %d written down (%v)", len(left), state.Files, err)
		}
		secretstest.Scan(t, b.Dir.Path(), server.Secret.Reveal())
	})
}

// What stands on a shelf that another took the place of is removed with the sign-in of the old one.
func TestAShelfThatWasLeftIsTidiedWhenItsDeliveryEnds(t *testing.T) {
	server, other := shelftest.WebDAV(t), shelftest.WebDAV(t)
	b, f := newFetcher(t, t.TempDir())
	b.settle()
	w := domain.WorkspaceID(b.space.ID)
	must[any](t)(b.Shelves.Set(t.Context(), w, server.Place, server.Secret))
	f.fails = &network.Error{Kind: network.Reauth, Message: "sign in again"}
	d := must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), b.draft(), queue.When{Due: time.Now()}))[0]
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if now := must[domain.Delivery](t)(b.DB.Delivery(t.Context(), d.ID)); now.State != domain.Held || len(server.Files()) != 1 {
		t.Fatalf("it is %s, with %d files", now.State, len(server.Files()))
	}
	must[any](t)(b.Shelves.Set(t.Context(), w, other.Place, other.Secret))
	if left, err := b.Shelves.Tidy(t.Context()); left != 0 || err != nil || len(server.Files()) != 1 {
		t.Fatalf("what a held delivery needs: %d left, %v, %d files", left, err, len(server.Files()))
	}
	if err := b.Shelves.Remove(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.Queue.Cancel(string(d.ID)); err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if left := server.Files(); len(left) != 0 {
		t.Errorf("%d files are left on the shelf that was left", len(left))
	}
	if _, err := b.Shelves.Show(t.Context(), w); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("a shelf that was removed: %v", err)
	}
}
