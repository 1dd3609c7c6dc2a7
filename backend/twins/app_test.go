package twins_test

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/nonecall"
	"postbag/backend/networks/practice"
	"postbag/backend/queue"
	"postbag/backend/store"
	"postbag/backend/twins"
)

// app is a queue with the guard on a real database; its posts go to a network that reaches nobody.
type app struct {
	t       testing.TB
	db      *store.DB
	raw     *sql.DB
	network network.Network
	finder  *twins.Finder
	rules   twins.Rules
	queue   *queue.Queue
	planner *queue.Planner
	plans   map[domain.PostID]network.Plan
}

func newApp(t testing.TB) *app {
	t.Helper()
	path := filepath.Join(t.TempDir(), "postbag.db")
	db, err := store.Open(context.Background(), path, store.Options{Actor: "here"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	raw, err := sql.Open("sqlite", path+"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = raw.Close() })
	a := &app{
		t: t, db: db, raw: raw, network: practice.New(), plans: map[domain.PostID]network.Plan{},
		rules: twins.Rules{Window: 7 * 24 * time.Hour, Pictures: true},
	}
	a.restart()
	a.planner = &queue.Planner{Store: db, Composer: a}
	return a
}

// restart forgets what the guard knows, as a new process does.
func (a *app) restart() {
	a.finder = twins.New(a.db, func(context.Context, domain.WorkspaceID) (twins.Rules, error) { return a.rules, nil })
	a.queue = queue.New(queue.Config{
		Store: a.db, Accounts: a, Sealer: a, Carriers: queue.Carriers{nonecall.Scheme: nonecall.New()}, Guards: []queue.Guard{a.finder},
		Me: domain.Publisher{Machine: "here", Process: "test", BootID: "boot"}, Log: slog.New(slog.DiscardHandler),
	})
}

func (a *app) Account(context.Context, domain.ChannelID) (network.Network, network.Account, error) {
	return a.network, network.Account{RemoteID: "me", Handle: "me"}, nil
}
func (a *app) Renewed(context.Context, domain.ChannelID, network.Account) error { return nil }
func (a *app) Renewing(context.Context, domain.ChannelID) (func(), error)       { return func() {}, nil }
func (a *app) SignedOut(context.Context, domain.ChannelID) error                { return nil }
func (a *app) SealReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return b, nil
}

func (a *app) OpenReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return b, nil
}

func (a *app) Compose(_ context.Context, p domain.Post, _ domain.Variant, _ domain.Channel) (network.Plan, network.Descriptor, network.Limits, error) {
	d := a.network.Describe()
	return a.plans[p.ID], d, d.Limits, nil
}

func (a *app) channel(handle string) domain.ChannelID {
	a.t.Helper()
	spaces, err := a.db.Workspaces(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	if len(spaces) == 0 {
		w, err := a.db.AddWorkspace(a.t.Context(), "Test")
		if err != nil {
			a.t.Fatal(err)
		}
		spaces = append(spaces, w)
	}
	c, err := a.db.SaveChannel(a.t.Context(), domain.Channel{
		Workspace: spaces[0].ID, Network: a.network.Describe().ID, RemoteID: handle, Handle: handle,
	}, "", 0, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return c.ID
}

// write makes a post whose plan is p.
func (a *app) write(c domain.ChannelID, p network.Plan) domain.Post {
	a.t.Helper()
	id, variant, now := domain.NewID(time.Now()), domain.NewID(time.Now()), time.Now().UnixMilli()
	a.exec(`INSERT INTO post (id, workspace, text, link, language, warning, visibility, version, created_at_ms, updated_at_ms)
		SELECT ?, row, ?, '', '', '', '', 1, ?, ? FROM workspace LIMIT 1`, id, p.Parts[0].Text, now, now)
	a.exec(`INSERT INTO variant (id, post, channel, own_parts, own_media, options_json)
		SELECT ?, p.row, c.row, 0, 0, '{}' FROM post p, channel c WHERE p.id = ? AND c.id = ?`, variant, id, c)
	a.plans[domain.PostID(id)] = p
	return domain.Post{ID: domain.PostID(id), Variants: []domain.Variant{{ID: domain.VariantID(variant), Channel: c}}}
}

func (a *app) exec(query string, args ...any) {
	a.t.Helper()
	if _, err := a.raw.Exec(query, args...); err != nil {
		a.t.Fatalf("%s: %v", query, err)
	}
}

// plan writes a post and plans it for now.
func (a *app) plan(c domain.ChannelID, p network.Plan) domain.DeliveryID {
	a.t.Helper()
	list, err := a.planner.Plan(a.t.Context(), a.write(c, p), queue.When{Due: time.Now()})
	if err != nil {
		a.t.Fatal(err)
	}
	return list[0].ID
}

// send plans a post for now and lets the queue run.
func (a *app) send(c domain.ChannelID, p network.Plan) domain.Delivery {
	a.t.Helper()
	id := a.plan(c, p)
	a.run()
	return a.get(id)
}

func (a *app) run() {
	a.t.Helper()
	if err := a.queue.RunUntilIdle(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *app) get(id domain.DeliveryID) domain.Delivery {
	a.t.Helper()
	d, err := a.db.Delivery(a.t.Context(), id)
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

func (a *app) wantSent(what string, d domain.Delivery) domain.Delivery {
	a.t.Helper()
	if d.State != domain.Published {
		a.t.Fatalf("%s is %s %s (%s), want published", what, d.State, d.HoldReason, d.ErrorText)
	}
	return d
}

// wantHeld wants d to be held for being like twin.
func (a *app) wantHeld(what string, d, twin domain.Delivery, kind twins.Kind) domain.Delivery {
	a.t.Helper()
	k, id, ok := twins.Of(d)
	if !ok || k != kind || id != twin.ID {
		a.t.Fatalf("%s is %s %s (%s: %s), want held for being %s as %s", what, d.State, d.HoldReason, d.ErrorClass, d.ErrorText, kind, twin.ID)
	}
	if twin.RemoteURL != "" && !strings.Contains(d.ErrorText, twin.RemoteURL) {
		a.t.Errorf("%s does not say where the other is: %s", what, d.ErrorText)
	}
	return d
}

func text(s string) network.Plan { return network.Plan{Parts: []network.Part{{Text: s}}} }

// pictured is a text with pictures, each named by a letter.
func pictured(s, names string) network.Plan {
	p := text(s)
	for _, name := range names {
		p.Parts[0].Media = append(p.Parts[0].Media, network.Media{
			Kind: network.Image, Type: "image/jpeg", SHA256: strings.Repeat(string(name), 64), Bytes: 1000, Width: 800, Height: 600,
		})
	}
	return p
}
