package wiring

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"postbag/app/api"
	"postbag/backend/datadir"
	"postbag/backend/machine"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/nonecall"
	"postbag/backend/network/wscall"
	"postbag/backend/networks/all"
	"postbag/backend/queue"
	"postbag/backend/render"
	"postbag/backend/store"
	"postbag/backend/upkeep"
)

// Bare builds the part of the program that needs no data folder: the networks, what asks their
// servers, and the picture pipeline. Its services for posts, queue and library must not be used.
func Bare(c Config) *App {
	a := &App{Config: c, Log: c.Log, Networks: c.Networks}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.Networks == nil {
		a.Networks = all.Networks()
	}
	web := httpcall.New(noFiles{}, httpcall.Version(c.Version))
	sockets := wscall.New(web)
	a.Carriers = queue.Carriers{"https": web, "http": web, wscall.Scheme: sockets, wscall.Loopback: sockets, nonecall.Scheme: nonecall.New()}
	a.Render = newRender(c)
	return a
}

// noFiles is the content store of a program without a data folder.
type noFiles struct{}

func (noFiles) Open(string) (io.ReadSeekCloser, error) {
	return nil, &fs.PathError{Op: "open", Path: "content", Err: errors.ErrUnsupported}
}

func newRender(c Config) *render.Engine {
	var heic render.HEICDecoder
	if len(c.HEIC) > 0 {
		heic = render.ChildDecoder{Command: c.HEIC}
	}
	return render.New(render.Options{HEIC: heic, General: c.Engine == EngineImaging})
}

// EngineImaging as Config.Engine sends every picture through the imaging library, photographs too: slower, and to
// compare with. Any other name means nothing.
const EngineImaging = "imaging"

// DecodeHEIC is the whole life of the child process named by Config.HEIC; it returns the exit status.
func DecodeHEIC() int { return render.RunHEICChild(render.Limits{}) }

// Restored says what a backup brought back.
type Restored struct {
	api.Backup        // of the file that was restored
	Folder     string // the data folder
	Aside      string // where the folder is that was there before, "" if there was none
	Held       int    // deliveries that wait for a person, because they may have been published since
}

// Restore brings a backup back as the data folder of c, which nobody may be using.
func Restore(ctx context.Context, c Config, backup string, progress func(done, total int64)) (Restored, error) {
	r, err := upkeep.Restore(ctx, backup, c.Data, datadir.RestoreOptions{
		Options: datadir.Options{Program: c.Program, AnyPlace: c.AnyPlace}, Progress: progress,
	})
	if err != nil {
		return Restored{}, api.ErrorOf(err)
	}
	acknowledge(c, r)
	out := Restored{Backup: api.BackupOf(r.Summary), Folder: r.Path, Aside: r.Aside, Held: r.Held}
	out.Path = backup
	return out, nil
}

// acknowledge notes that everything of a restored folder is held already: the next publisher need
// not find out that the folder is older than what was published from it, and hold again what a
// person let go meanwhile. If it cannot be noted, that is what happens.
func acknowledge(c Config, r upkeep.Restored) {
	m, err := machine.Open(c.State)
	if err != nil {
		return
	}
	mark, err := m.Mark(r.Folder)
	if err != nil {
		return
	}
	_ = mark.Advance(machine.Point{Call: r.LastIntent, At: time.Now()})
	_ = mark.Close()
}

// SQLite returns the version of the database engine in this program.
func SQLite(ctx context.Context) (string, error) { return store.Engine(ctx) }
