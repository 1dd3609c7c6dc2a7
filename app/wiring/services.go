package wiring

import (
	"context"

	"postbag/app/api"
	"postbag/app/samples"
	"postbag/backend/domain"
	"postbag/backend/settings"
)

// Services returns what a shell binds or calls, for as long as ctx lasts.
func (a *App) Services(ctx context.Context, events api.Events) *api.Services {
	a.engine.probe = a.publishedElsewhere
	return api.New(ctx, api.Parts{
		DB: a.DB, Dir: a.Dir, Vault: a.Vault, Networks: a.Networks, Carriers: a.Carriers, Posts: a.Posts, Pages: a.pages(), Library: a.Library,
		Render: a.Render, Planner: a.Planner, Slots: a.Slots, Twins: a.Twins, Settings: &settings.Service{Store: a.DB}, Shelves: a.Shelves, Videos: a.Videos, VideoTools: a.VideoTools,
		Samples: api.Samples{Files: samples.Files(), Names: samples.Names(), Alt: samples.Alt}, Accounts: accountsAndSpaces{a.Accounts, a}, Log: a.Log, Version: a.Config.Version,
		Events: events, Engine: &a.engine, Ground: a, Shell: a.Shell,
	})
}

// accountsAndSpaces is what the services need to make channels and workspaces.
type accountsAndSpaces struct {
	*Accounts
	app *App
}

// AddWorkspace makes a workspace with its local channel.
func (s accountsAndSpaces) AddWorkspace(ctx context.Context, name string) (domain.Workspace, error) {
	return s.app.AddWorkspace(ctx, name)
}
