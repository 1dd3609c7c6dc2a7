package wiring

import (
	"context"
	"strconv"

	"postbag/app/api"
	"postbag/backend/domain"
)

// remind tells a person of the way back to the servers, who asked for that: once, and not before a
// server was reached. Where no channel has a server an address is all that can be known.
func (w *watch) remind(ctx context.Context) {
	list, err := w.DB.Reminders(ctx)
	if err != nil {
		if ctx.Err() == nil {
			w.Log.Error("whom to remind is not known", "error", err)
		}
		return
	}
	w.awaited = len(list) > 0 && w.online != nil
	if !w.awaited || !w.reached(ctx) {
		return
	}
	if list, err = w.DB.TakeReminders(ctx); err != nil {
		w.Log.Error("a reminder was not given", "error", err)
		return
	}
	w.awaited = false
	if len(list) > 0 { // another process may have been first
		w.online(list)
	}
}

func (w *watch) reached(ctx context.Context) bool {
	if w.ground.lines.Online() {
		return true
	}
	return len(w.ground.lines.Lost()) == 0 && w.ground.address.Any() && len(w.servers(ctx)) == 0
}

// online tells a person who asked for it that there is a way to the servers again.
func (k *keeper) online(list []domain.PostID) {
	n := api.Notice{
		Code: api.NoticeOnline, Values: map[string]string{"count": strconv.Itoa(len(list)), "post": string(list[0])}, Route: "#/queue/upcoming",
	}
	if len(list) == 1 {
		n.Route = "#/posts/" + string(list[0])
	}
	k.events.Notice(n)
	k.changed()
}
