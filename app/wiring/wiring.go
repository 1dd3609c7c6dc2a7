// Package wiring builds every part of Postbag and joins them: the data folder, the database,
// the vault, the carriers, the networks and the use cases. The window, the command line and
// the tests all start here, so they run the same program.
package wiring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

	"postbag/app/api"
	"postbag/backend/budget"
	"postbag/backend/clock"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/machine"
	"postbag/backend/network"
	"postbag/backend/network/filecall"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/nonecall"
	"postbag/backend/network/shelfcall"
	"postbag/backend/network/wscall"
	"postbag/backend/networks/all"
	"postbag/backend/posts"
	"postbag/backend/queue"
	"postbag/backend/render"
	"postbag/backend/secrets"
	"postbag/backend/shelves"
	"postbag/backend/slots"
	"postbag/backend/store"
	"postbag/backend/teams"
	"postbag/backend/twins"
	"postbag/backend/video"
)

// Config says how to build the program. The zero value opens the system's data folder with the
// system's keychain.
type Config struct {
	Data        string // the data folder, "" for the system's
	AnyPlace    bool   // open it on a network drive all the same
	Program     string // what other processes are told: "postbag", "postbag agent"
	Version     string
	Passphrase  []byte   // opens the key's file where there is no keychain; nil: none
	Interactive bool     // a person can answer the keychain's prompt
	Engine      string   // EngineImaging, or "" for the usual ones
	HEIC        []string // the command whose child process decodes HEIC; nil: HEIC is kept, not rendered
	Log         *slog.Logger

	Keepers  []secrets.Keeper  // tests: instead of the keychain
	Networks *network.Registry // tests: instead of the one list
	AtCommit func(after bool)  // crash tests

	State     string                     // where what is known of data folders is kept outside of them, "" for the system's place
	Machine   string                     // tests: instead of this machine's id
	Clocks    clock.Source               // tests: instead of this machine's clocks
	Addresses func() ([]net.Addr, error) // tests: instead of this machine's addresses

	AnyAddress bool // tests: public storage may be on this machine
}

// App is the program, joined.
type App struct {
	Config     Config
	Dir        *datadir.Dir
	DB         *store.DB
	Vault      *secrets.Vault
	Networks   *network.Registry
	Carriers   queue.Carriers
	Posts      *posts.Service
	Library    *library.Service
	Render     *render.Engine
	Planner    *queue.Planner
	Slots      *slots.Service
	Twins      *twins.Finder
	Shelves    *shelves.Service
	Videos     *video.Service
	VideoTools *video.Tools
	Changes    teams.Tail // what is committed, as it comes
	Accounts   *Accounts
	Log        *slog.Logger
	Shell      api.Shell // what is around the program; set before Services, or nil

	engine engine // who publishes, for the services
	ground *ground
	shared *datadir.Lock

	restoreLater string // the backup that another process kept from being restored
}

// Open builds the program on its data folder. It fails with what datadir.Open and store.Open
// fail with, and leaves nothing open then.
func Open(ctx context.Context, c Config) (_ *App, err error) {
	a := &App{Config: c, Log: c.Log, Networks: c.Networks}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Networks == nil {
		a.Networks = all.Networks()
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	a.ground = newGround(c, a.Log)
	a.engine.lines = &a.ground.lines
	report := a.restoreNext(ctx)
	if a.Dir, err = datadir.Open(ctx, c.Data, datadir.Options{Program: c.Program, AnyPlace: c.AnyPlace}); err != nil {
		return nil, err
	}
	if a.shared, err = a.Dir.LockData(datadir.Shared); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	a.DB, err = store.Open(ctx, a.Dir.Database(), store.Options{
		Backups: a.Dir.Backups(), Actor: host, BeforeMigrate: a.alone, AtCommit: c.AtCommit, Committed: a.Changes.Committed,
	})
	if err != nil {
		return nil, err
	}
	a.Changes.Log = a.DB
	if a.shared == nil { // another process slipped in after a migration
		return nil, datadir.ErrLocked
	}
	if err := a.keepReport(ctx, report); err != nil {
		return nil, err
	}
	a.Vault = secrets.New(secrets.Config{Keepers: a.keepers(), HaveSecrets: a.DB.HasSecrets, Exclusive: a.Dir.LockKey})
	files, err := filecall.New(a.Dir.Channels(), a.blobs())
	if err != nil {
		return nil, err
	}
	client := httpcall.New(a.blobs(), httpcall.Version(c.Version))
	web, sockets := hearing{client, a.ground}, hearing{wscall.New(client), a.ground}
	a.Carriers = queue.Carriers{
		"https": web, "http": web, wscall.Scheme: sockets, wscall.Loopback: sockets, "file": files, nonecall.Scheme: nonecall.New(),
	}
	a.Shelves = a.newShelves(web)
	a.Carriers[shelfcall.Scheme] = shelfcall.Carrier{Shelves: a.Shelves, Reachable: a.Shelves.Reachable}
	a.Render = newRender(c)
	a.Posts = posts.New(a.DB, a.Networks, a.house())
	a.VideoTools = &video.Tools{Chosen: a.chosenFFmpeg}
	a.Library = a.newLibrary()
	a.Videos = a.newVideos()
	a.Accounts = &Accounts{db: a.DB, vault: a.Vault, networks: a.Networks}
	a.Planner = &queue.Planner{PublishHere: a.PublishHere, Store: a.DB, Composer: looking{composer{a}, a}}
	a.Planner.Linked = a.Accounts.linked
	a.Twins = a.newTwins()
	a.Slots = &slots.Service{Store: a.DB, Posts: a.Posts, Planner: a.Planner, Zones: &slots.Zones{}}
	return a, nil
}

// alone keeps every other process out while the database is migrated.
func (a *App) alone() (release func(), err error) {
	publisher, err := a.Dir.LockPublisher()
	if err != nil {
		return nil, err
	}
	shared := a.shared
	a.shared = nil
	if err := shared.Unlock(); err != nil {
		return nil, errors.Join(err, publisher.Unlock())
	}
	exclusive, err := a.Dir.LockData(datadir.Exclusive)
	if err != nil {
		return nil, errors.Join(err, publisher.Unlock())
	}
	return func() {
		_ = exclusive.Unlock()
		if a.shared, err = a.Dir.LockData(datadir.Shared); err != nil {
			a.Log.Error("the data folder was taken by another process", "error", err)
		}
		_ = publisher.Unlock()
	}, nil
}

func (a *App) keepers() []secrets.Keeper {
	if a.Config.Keepers != nil {
		return a.Config.Keepers
	}
	limit := secrets.QuickLimit
	if a.Config.Interactive {
		limit = secrets.InteractiveLimit
	}
	id := a.Dir.Info().ID
	return []secrets.Keeper{
		secrets.NewKeychain(id, limit),
		secrets.NewPassphraseFile(a.Dir, id, a.Config.Passphrase),
	}
}

// Close ends everything. It may be called on a half-built App.
func (a *App) Close() error {
	var errs []error
	if a.Vault != nil {
		a.Vault.Close()
	}
	if a.DB != nil {
		errs = append(errs, a.DB.Close())
	}
	if a.shared != nil {
		errs = append(errs, a.shared.Unlock())
	}
	if a.Dir != nil {
		errs = append(errs, a.Dir.Close())
	}
	return errors.Join(errs...)
}

// Publisher takes the publisher lock and returns the queue that may then run, and what lets go of
// the lock again. It fails with datadir.ErrLocked while another process publishes from the data
// folder, or from a copy of it on this machine.
func (a *App) Publisher(ctx context.Context, changed func(domain.DeliveryID)) (*queue.Queue, func() error, error) {
	var mark *machine.Mark
	lead := a.coordinator()
	lead.Lock = func(ctx context.Context) (_ func() error, err error) {
		var release func() error
		release, mark, err = a.takeLock(ctx)
		return release, err
	}
	lease, err := lead.Lead(ctx)
	if err != nil {
		return nil, nil, err
	}
	changed, tidied := a.tidying(ctx, changed)
	end := func() error {
		tidied()
		return lease.End()
	}
	return queue.New(queue.Config{
		Store: a.DB, Accounts: a.Accounts, Sealer: a.Accounts, Carriers: a.Carriers, Files: a.blobs(), Lease: lease,
		Log: a.Log, Changed: changed, Slots: a.Slots.LateSlot, Guards: []queue.Guard{a.Twins}, Budgets: a.Budgets().Terms,
		Me:      a.ground.me(strconv.Itoa(os.Getpid())+" "+time.Now().UTC().Format(time.RFC3339), a.Config.Version),
		Grounds: a.grounds(), Boot: func() time.Duration { return a.ground.source().Boot }, Home: a.homeSince, Marked: a.marked(mark),
	}), end, nil
}

// Budgets finds what channels may take of their networks.
func (a *App) Budgets() budget.Book { return budget.Book{Channels: a.DB, Networks: a.Networks} }

// FirstWorkspace is the name of the workspace a new data folder gets.
const FirstWorkspace = "My workspace"

// Workspace finds a workspace by name, or the first one if name is "". A new data folder gets
// one. An unknown name is a domain.ErrNotFound.
func (a *App) Workspace(ctx context.Context, name string) (domain.Workspace, error) {
	list, err := a.DB.Workspaces(ctx)
	if err != nil {
		return domain.Workspace{}, err
	}
	for _, w := range list {
		if name == "" || w.Name == name {
			return w, nil
		}
	}
	if name != "" {
		return domain.Workspace{}, fmt.Errorf("workspace %q: %w", name, domain.ErrNotFound)
	}
	return a.AddWorkspace(ctx, FirstWorkspace)
}

// AddWorkspace makes a workspace with the channel every workspace has: the one that publishes
// on this machine alone.
func (a *App) AddWorkspace(ctx context.Context, name string) (domain.Workspace, error) {
	w, err := a.DB.AddWorkspace(ctx, name)
	if err != nil {
		return w, err
	}
	local, ok := a.Networks.Local()
	if !ok {
		return w, nil
	}
	account, err := a.withDefaults(ctx, local, w.Name)
	if err != nil {
		return w, fmt.Errorf("local channel of workspace %q: %w", name, err)
	}
	account.RemoteID = string(w.ID) // two workspaces may have feeds of one title
	_, err = a.Accounts.Connected(ctx, w.ID, local.Describe().ID, account)
	return w, err
}

// withDefaults holds the connect conversation of a network that asks for nothing but a name.
func (a *App) withDefaults(ctx context.Context, n network.Network, name string) (network.Account, error) {
	step := network.Step{}
	for range 5 {
		next, err := n.Connect(ctx, queue.Direct{Carriers: a.Carriers}, step)
		if err != nil {
			return network.Account{}, err
		}
		if next.Account != nil {
			return *next.Account, nil
		}
		answers := map[string]string{}
		for i, q := range next.Ask {
			answers[q.Key] = q.Default
			if i == 0 {
				answers[q.Key] = name
			}
		}
		step = network.Step{Name: next.Name, Answers: answers, Carry: next.Carry}
	}
	return network.Account{}, errors.New("the conversation does not end")
}
