// Package api is what the window, the command line and scripts may ask of Postbag.
//
// Each service is a thin façade: convert in, call the use case, convert out. Types are plain
// (strings, numbers, milliseconds, slices that are never nil), so that they mean the same in
// Go, in JSON and in TypeScript. Every method returns *Error or nothing, also when something
// panics: a page that waits for a promise would wait for ever. What is exported here is
// callable from the page, so nothing else is exported.
//
// The package does not know Wails. Shells (the window, `postbag serve`) bind the services; the
// command line calls them.
package api

import (
	"context"
	"fmt"
	"log/slog"
	"reflect"
	"runtime/debug"
	"time"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/queue"
	"postbag/backend/render"
	"postbag/backend/secrets"
	"postbag/backend/settings"
	"postbag/backend/shelves"
	"postbag/backend/slots"
	"postbag/backend/slots/typed"
	"postbag/backend/store"
	"postbag/backend/twins"
	"postbag/backend/video"
)

// Parts are what the services stand on. wiring makes them.
type Parts struct {
	DB         *store.DB
	Dir        *datadir.Dir
	Vault      *secrets.Vault
	Networks   *network.Registry
	Carriers   queue.Carriers
	Posts      *posts.Service
	Pages      Pages // looks at pages for the cards of links
	Library    *library.Service
	Render     *render.Engine
	Planner    *queue.Planner
	Slots      *slots.Service
	Twins      *twins.Finder // knows what was sent lately
	Settings   *settings.Service
	Shelves    *shelves.Service // public storage
	Videos     *video.Service
	VideoTools *video.Tools
	Samples    Samples
	Accounts   Accounts
	Log        *slog.Logger
	Version    string
	Events     Events
	Engine     Publisher // nil: this process does not publish
	Ground     Ground    // nil: nothing is known of the machine
	Shell      Shell     // nil: nothing is around the services, as on the command line
}

// Accounts stores and opens the sign-ins behind channels.
type Accounts interface {
	queue.Accounts
	Connected(ctx context.Context, w domain.WorkspaceID, network string, a network.Account) (domain.Channel, error)
	AddWorkspace(ctx context.Context, name string) (domain.Workspace, error)
	// AddDemo makes a workspace with channels that reach nobody, and returns them in the order
	// local channel, rehearsals.
	AddDemo(ctx context.Context, name string, rehearsals ...string) (domain.Workspace, []domain.Channel, error)
	// Expires returns when a channel's sign-in ends, zero if that is not known.
	Expires(ctx context.Context, id domain.ChannelID) (time.Time, error)
}

// Services are all services, made for one context: when it ends, what they do ends.
type Services struct {
	Posts    *PostService
	Queue    *QueueService
	Slots    *SlotService
	Library  *LibraryService
	Presets  *PresetService
	Channels *ChannelService
	Networks *NetworkService
	System   *SystemService
	Settings *SettingsService
	Shell    *ShellService
	Videos   *VideoService
}

// Bound returns every service, as a shell binds them for its page. Of a zero Services they are
// empty ones, good for asking what methods there are.
func (s *Services) Bound() []any {
	fields := reflect.ValueOf(*s)
	list := make([]any, fields.NumField())
	for i := range list {
		field := fields.Field(i)
		if field.IsNil() {
			field = reflect.New(field.Type().Elem())
		}
		list[i] = field.Interface()
	}
	return list
}

// New returns the services.
func New(ctx context.Context, p Parts) *Services {
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	if p.Events.Changed == nil {
		p.Events.Changed = func(Topic, []string) {}
	}
	if p.Events.Progress == nil {
		p.Events.Progress = func(string, int64, int64) {}
	}
	if p.Events.Notice == nil {
		p.Events.Notice = func(Notice) {}
	}
	if p.Engine == nil {
		p.Engine = nobody{}
	}
	b := &base{ctx: ctx, Parts: p}
	return &Services{
		Posts: &PostService{b}, Queue: &QueueService{base: b}, Slots: &SlotService{base: b, reader: typed.NewReader()}, Library: &LibraryService{base: b, jobs: newImports(), background: newUnhurried()}, Presets: &PresetService{base: b, renders: &renders{stops: map[string]context.CancelFunc{}}},
		Channels: &ChannelService{base: b}, Networks: &NetworkService{b}, System: &SystemService{b},
		Settings: &SettingsService{b},
		Shell:    &ShellService{b},
		Videos:   &VideoService{b},
	}
}

// base is what every service has. It is unexported so that the page cannot reach it.
type base struct {
	ctx context.Context //nolint:containedctx // a bound method has no context parameter
	Parts
}

// done turns whatever ended a method into an *Error, a panic included. Every method defers it.
func (b *base) done(err *error) {
	if p := recover(); p != nil {
		b.Log.Error("a service panicked", "panic", p, "stack", string(debug.Stack()))
		*err = fmt.Errorf("panic: %v", p)
	}
	if *err != nil {
		*err = b.errorOf(*err)
	}
}
