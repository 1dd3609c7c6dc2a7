package wiring

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// AddDemo makes a workspace that only takes channels which reach nobody: the one that publishes
// on this machine, and one rehearsal for each name.
func (a *App) AddDemo(ctx context.Context, name string, rehearsals ...string) (domain.Workspace, []domain.Channel, error) {
	w, err := a.DB.AddDemo(ctx, name)
	if err != nil {
		return w, nil, err
	}
	var channels []domain.Channel
	join := func(n network.Network, title, remoteID string) error {
		account, err := a.withDefaults(ctx, n, title)
		if err != nil {
			return fmt.Errorf("channel of workspace %q: %w", name, err)
		}
		account.RemoteID = remoteID // two workspaces may have channels of one name
		c, err := a.Accounts.Connected(ctx, w.ID, n.Describe().ID, account)
		channels = append(channels, c)
		return err
	}
	local, ok := a.Networks.Local()
	if !ok {
		return w, nil, errors.New("no network publishes on this machine")
	}
	if err := join(local, name, string(w.ID)); err != nil {
		return w, nil, err
	}
	for i, title := range rehearsals {
		n, ok := a.Networks.Rehearsal()
		if !ok {
			break
		}
		if err := join(n, title, string(w.ID)+" "+strconv.Itoa(i+1)); err != nil {
			return w, nil, err
		}
	}
	return w, channels, nil
}

// AddDemo makes a workspace of examples.
func (s accountsAndSpaces) AddDemo(ctx context.Context, name string, rehearsals ...string) (domain.Workspace, []domain.Channel, error) {
	return s.app.AddDemo(ctx, name, rehearsals...)
}
