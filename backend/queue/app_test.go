package queue_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/nonecall"
	"postbag/backend/networks/practice"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// app is a queue on a real database, with one workspace, some channels and posts as short as
// they can be.
type app struct {
	t       testing.TB
	db      *store.DB
	raw     *sql.DB // for what no store method does: looking, and breaking things
	network network.Network
	queue   *queue.Queue
	planner *queue.Planner
	account network.Account
	posts   int
	media   []network.Media      // of the first part of what is planned
	ready   map[string]*sql.Stmt // compiled queries of raw that come again
	aged    time.Duration        // by which the boot clock was moved on
}

func newApp(t testing.TB, n network.Network, carriers queue.Carriers) *app {
	t.Helper()
	return openApp(t, filepath.Join(t.TempDir(), "postbag.db"), n, carriers)
}

// inMemory returns a folder that needs no disk, where the system has one: what is proved there is
// killed, but keeps its power.
func inMemory(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "postbag")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

func newPractice(t testing.TB) *app {
	t.Helper()
	return newApp(t, practice.New(), queue.Carriers{nonecall.Scheme: nonecall.New()})
}

func openApp(t testing.TB, path string, n network.Network, carriers queue.Carriers) *app {
	t.Helper()
	db, err := store.Open(t.Context(), path, store.Options{})
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
	a := &app{t: t, db: db, raw: raw, network: n, account: network.Account{RemoteID: "me", Handle: "me"}}
	a.queue = queue.New(queue.Config{
		NoPauses: true,
		Store:    db, Accounts: a, Sealer: clear{}, Carriers: carriers,
		Me:  domain.Publisher{Machine: "here", Process: "test", Version: "test", BootID: "boot"},
		Log: slog.New(slog.DiscardHandler),
	})
	boot := a.queue.Boot
	a.queue.Boot = func() time.Duration { return boot() + a.aged }
	a.planner = &queue.Planner{Store: db, Composer: a, Linked: func(_ context.Context, _ domain.ChannelID, link string) (network.Receipt, bool, error) {
		linker, ok := a.network.(network.Linker)
		if !ok {
			return network.Receipt{URL: link}, true, nil
		}
		receipt, ok := linker.Linked(a.account, link)
		return receipt, ok, nil
	}}
	return a
}

// Account gives every channel the same account.
func (a *app) Account(context.Context, domain.ChannelID) (network.Network, network.Account, error) {
	return a.network, a.account, nil
}

func (a *app) Renewed(_ context.Context, _ domain.ChannelID, fresh network.Account) error {
	a.account = fresh
	return nil
}

func (a *app) Renewing(context.Context, domain.ChannelID) (func(), error) { return func() {}, nil }

func (a *app) SignedOut(ctx context.Context, id domain.ChannelID) error {
	return a.db.SetChannelState(ctx, id, domain.ChannelReauth)
}

// Compose makes a part of each text; these posts have no media of their own.
func (a *app) Compose(_ context.Context, p domain.Post, v domain.Variant, _ domain.Channel) (network.Plan, network.Descriptor, network.Limits, error) {
	c := v.Resolve(p.Content)
	plan := network.Plan{Parts: []network.Part{{Text: c.Text, Media: a.media}}}
	for _, text := range c.Parts {
		plan.Parts = append(plan.Parts, network.Part{Text: text})
	}
	d := a.network.Describe()
	return plan, d, d.Limits, nil
}

// clear keeps replies as they are; these accounts have no secrets.
type clear struct{}

func (clear) SealReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return b, nil
}

func (clear) OpenReply(_ context.Context, _ domain.ChannelID, b []byte) ([]byte, error) {
	return b, nil
}

func (a *app) exec(query string, args ...any) {
	a.t.Helper()
	var err error
	if len(args) == 0 {
		_, err = a.raw.Exec(query)
	} else {
		_, err = a.compiled(query).Exec(args...) //nolint:sqlclosecheck // it is kept, and ends with the database
	}
	if err != nil {
		a.t.Fatalf("%s: %v", query, err)
	}
}

// compiled keeps a query: compiling one with its triggers takes longer than running it.
func (a *app) compiled(query string) *sql.Stmt {
	a.t.Helper()
	if a.ready == nil {
		a.ready = map[string]*sql.Stmt{}
	}
	if a.ready[query] == nil {
		stmt, err := a.raw.Prepare(query) //nolint:sqlclosecheck // it is kept, and ends with the database
		if err != nil {
			a.t.Fatalf("%s: %v", query, err)
		}
		a.ready[query] = stmt
	}
	return a.ready[query]
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

// post writes a post of some parts for a channel.
func (a *app) post(c domain.ChannelID, texts ...string) domain.Post {
	a.t.Helper()
	a.posts++
	now := time.Now().UnixMilli()
	id, variant := domain.NewID(time.Now()), domain.NewID(time.Now())
	a.exec(`INSERT INTO post (id, workspace, text, link, language, warning, visibility, version, created_at_ms, updated_at_ms)
		SELECT ?, row, ?, '', '', '', '', 1, ?, ? FROM workspace LIMIT 1`, id, texts[0], now, now)
	a.exec(`INSERT INTO variant (id, post, channel, own_parts, own_media, options_json)
		SELECT ?, p.row, c.row, 0, 0, '{}' FROM post p, channel c WHERE p.id = ? AND c.id = ?`, variant, id, c)
	return domain.Post{
		ID: domain.PostID(id), Content: domain.Content{Text: texts[0], Parts: texts[1:]},
		Variants: []domain.Variant{{ID: domain.VariantID(variant), Channel: c}},
	}
}

func (a *app) plan(c domain.ChannelID, due time.Time, texts ...string) domain.DeliveryID {
	a.t.Helper()
	list, err := a.planner.Plan(a.t.Context(), a.post(c, texts...), queue.When{Due: due})
	if err != nil {
		a.t.Fatal(err)
	}
	return list[0].ID
}

// age lets time pass for every call that was made: the quarantines of doubt, but not the life of keys.
func (a *app) age(d time.Duration) {
	a.aged += d
	a.lawless(func() {
		a.exec("UPDATE call SET intent_at_ms = intent_at_ms - ?1, key_until_ms = iif(key_until_ms > 0, key_until_ms + ?1, 0)", d.Milliseconds())
	})
}

func (a *app) run() {
	a.t.Helper()
	if err := a.queue.RunUntilIdle(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

func (a *app) get(id domain.DeliveryID) domain.Delivery {
	a.t.Helper()
	d, err := a.db.Delivery(context.WithoutCancel(a.t.Context()), id)
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

func (a *app) want(id domain.DeliveryID, state domain.DeliveryState, reason domain.HoldReason) domain.Delivery {
	a.t.Helper()
	d := a.get(id)
	if d.State != state || d.HoldReason != reason {
		a.t.Fatalf("delivery is %s %s (%s), want %s %s", d.State, d.HoldReason, d.ErrorText, state, reason)
	}
	return d
}

func (a *app) count(state domain.DeliveryState) (n int) {
	a.t.Helper()
	if err := a.raw.QueryRow("SELECT count(*) FROM delivery WHERE state = ?", state).Scan(&n); err != nil {
		a.t.Fatal(err)
	}
	return n
}

func numbered(format string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf(format, i+1)
	}
	return list
}
