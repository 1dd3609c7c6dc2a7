package wiring

import (
	"context"
	"encoding/json"
	"errors"

	"postbag/app/api"
	"postbag/backend/datadir"
)

// restoreNext brings back the backup that was chosen while the folder was open, and returns a
// report for the person, "" if there was nothing to do. While another process uses the folder
// the restore waits for a later start.
func (a *App) restoreNext(ctx context.Context) (report string) {
	o := datadir.Options{Program: a.Config.Program, AnyPlace: a.Config.AnyPlace}
	backup, err := datadir.TakeNextRestore(a.Config.Data, o)
	if backup == "" {
		if err != nil {
			a.Log.Error("a restore that was asked for is not possible", "error", err)
		}
		return ""
	}
	r, err := Restore(ctx, a.Config, backup, nil)
	out := api.RestoreReport{Backup: backup, Aside: r.Aside, Held: r.Held, MadeMs: r.CreatedMs, Done: err == nil}
	if errors.Is(err, datadir.ErrLocked) {
		a.restoreLater = backup
		return ""
	}
	if err != nil {
		out.Message = err.Error()
		a.Log.Error("a backup could not be restored", "error", err)
	}
	body, err := json.Marshal(out)
	if err != nil {
		a.Log.Error("the report of a restore is lost", "error", err)
		return ""
	}
	return string(body)
}

// keepReport stores what restoreNext said where the page finds it.
func (a *App) keepReport(ctx context.Context, report string) error {
	if a.restoreLater != "" {
		return a.Dir.SetNextRestore(a.restoreLater)
	}
	if report == "" {
		return nil
	}
	return a.DB.SetSetting(ctx, api.RestoreReportName, report)
}
