package wiring_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/feed"
	"postbag/backend/queue"
	"postbag/backend/secrets"
	"postbag/backend/shelf/shelftest"
)

// The names by which a child of a test is told what to do.
const (
	childData = "POSTBAG_TEST_SHELF_DATA"
	childDies = "POSTBAG_TEST_SHELF_DIES"
)

// pot is a keychain that outlives a process.
type pot struct{ path string }

func (p pot) Name() string { return "a pot" }

func (p pot) Load(context.Context) (string, error) {
	b, err := os.ReadFile(p.path)
	if os.IsNotExist(err) {
		return "", secrets.ErrNotFound
	}
	return string(b), err
}

func (p pot) Save(_ context.Context, text string) error {
	return os.WriteFile(p.path, []byte(text), 0o600)
}

func openPotted(t *testing.T, root string) (*bench, *fetching) {
	t.Helper()
	f := &fetching{}
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: filepath.Join(root, "data"), Program: "test", Version: "test", Keepers: []secrets.Keeper{pot{filepath.Join(root, "key")}}, AnyAddress: true,
		Networks: network.NewRegistry(f, feed.New()),
	}))
	return &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{})}, f
}

// TestShelfChild is the process that is killed; without a parent it does nothing.
func TestShelfChild(t *testing.T) {
	root := os.Getenv(childData)
	if root == "" {
		return // it is the child of another test
	}
	b, f := openPotted(t, root)
	if os.Getenv(childDies) == "after" {
		f.put = func() {
			self := must[*os.Process](t)(os.FindProcess(os.Getpid()))
			_ = self.Kill()
			select {}
		}
	}
	_ = b.Publish(t.Context(), true, nil)
}

// A process that is killed while a file is being proved, or after it was put, leaves a file that is written
// down: the next one goes on, publishes once, and removes what stands there.
func TestAKilledProcessLeavesNothingOnTheShelf(t *testing.T) {
	for _, when := range []string{"while", "after"} {
		server, root := shelftest.WebDAV(t), t.TempDir()
		b, _ := openPotted(t, root)
		b.settle()
		w := domain.WorkspaceID(b.space.ID)
		must[any](t)(b.Shelves.Set(t.Context(), w, server.Place, server.Secret))
		must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), b.draft(), queue.When{Due: time.Now()}))
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestShelfChild$") //nolint:gosec // this very test
		child.Env = append(os.Environ(), childData+"="+root, childDies+"="+when)
		started := make(chan struct{})
		if when == "while" {
			server.Lie(func(http.ResponseWriter, *http.Request) {
				<-started
				_ = child.Process.Kill()
				time.Sleep(100 * time.Millisecond)
			})
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		close(started)
		if err := child.Wait(); err == nil {
			t.Fatalf("%s: the child was not killed", when)
		}
		server.Lie(nil)
		if n := len(server.Files()); n != 1 {
			t.Fatalf("%s: after the kill %d files stand there", when, n)
		}
		b, f := openPotted(t, root)
		if state := must[[]domain.ShelfFile](t)(b.DB.ShelfFilesOver(t.Context())); len(state) != 0 {
			t.Errorf("%s: nothing is over, and %+v is", when, state)
		}
		if n := must[int64](t)(b.DB.CountShelfFiles(t.Context(), must[domain.PublicShelf](t)(b.DB.PublicShelf(t.Context(), w)).ID)); n != 1 {
			t.Errorf("%s: %d files are written down", when, n)
		}
		for until := time.Now().Add(time.Minute); f.fetched == 0 && time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			if err := b.Publish(t.Context(), true, nil); err != nil {
				t.Fatal(err)
			}
		}
		if n := len(server.Files()); n != 0 || f.fetched != 1 {
			t.Errorf("%s: at the end %d files stand there, %d were fetched", when, n, f.fetched)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
