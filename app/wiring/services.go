package wiring

import (
	"context"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/settings"
)

// Services returns what a shell binds or calls, for as long as ctx lasts.
func (a *App) Services(ctx context.Context, events api.Events) *api.Services {
	return api.New(ctx, api.Parts{
		DB: a.DB, Dir: a.Dir, Vault: a.Vault, Networks: a.Networks, Carriers: a.Carriers, Posts: a.Posts, Library: a.Library,
		Render: a.Render, Planner: a.Planner, Settings: &settings.Service{Store: a.DB}, Accounts: accountsAndSpaces{a.Accounts, a}, Log: a.Log, Version: a.Config.Version,
		Events: events, Shell: a.Shell,
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
