package upkeep

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"postbag/backend/clock"
	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/secrets"
	"postbag/backend/store"
)

// Finding is the result of one check.
type Finding struct {
	Name    string // "database", "media", "folder", "space", "keychain", "clock": stable
	OK      bool
	Message string // what was found
	Action  string // what to do about it, "" if nothing
}

// Patient is what Examine looks at.
type Patient struct {
	Dir       *datadir.Dir
	DB        *store.DB
	Vault     *secrets.Vault
	Originals interface { // opens an original and proves that it is the one that was imported
		Open(ctx context.Context, a domain.Asset) (io.ReadSeekCloser, error)
	}
	// ClockOff returns how far off the clock was found while publishing, 0 while it is believed. nil:
	// nobody publishes.
	ClockOff func() time.Duration
	// Ask makes one request of a connected server, for the time of day it tells.
	Ask func(ctx context.Context, r network.Request) (network.Reply, error)
}

const (
	littleSpace = 200 << 20       // bytes; a few photographs and the database's journal
	askTime     = 5 * time.Second // for one server's answer
	askServers  = 3
	mostNamed   = 3 // problems named in one message
)

// released is a day before the first release: no right clock shows an earlier one.
var released = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)

// Examine checks everything it can without changing anything. It fails only if ctx ends; what
// is broken is a Finding.
func Examine(ctx context.Context, p Patient, progress datadir.Progress) ([]Finding, error) {
	list := []Finding{p.database(ctx)}
	list = append(list, p.media(ctx, progress), p.folder(ctx), p.space(), p.keychain(ctx), p.clock(ctx))
	return list, ctx.Err()
}

func bad(name, message, action string) Finding {
	return Finding{Name: name, Message: message, Action: action}
}

func good(name, format string, args ...any) Finding {
	return Finding{Name: name, OK: true, Message: fmt.Sprintf(format, args...)}
}

func (p Patient) database(ctx context.Context) Finding {
	const name = "database"
	if err := p.DB.Check(ctx); err != nil {
		return bad(name, "The database is damaged: "+network.Printable(err.Error())+".",
			"Restore the latest backup; this folder is kept beside it. Copies from before upgrades are in "+p.Dir.Backups()+".")
	}
	return good(name, "The database is whole.")
}

func (p Patient) media(ctx context.Context, progress datadir.Progress) Finding {
	const name = "media"
	needed, err := p.DB.NeededContents(ctx)
	if err != nil {
		return bad(name, "The list of pictures cannot be read: "+network.Printable(err.Error())+".", "Look at the database first.")
	}
	problems, err := p.Dir.Media().CheckMedia(ctx, slices.Values(needed), progress)
	if err != nil {
		return bad(name, "Stopped.", "")
	}
	var found []string
	for _, problem := range problems {
		found = append(found, fmt.Sprintf("%s (%s)", problem.Path, kindWord(problem.Kind)))
	}
	lost, referenced, err := p.references(ctx)
	if err != nil {
		return bad(name, "The list of pictures cannot be read: "+network.Printable(err.Error())+".", "Look at the database first.")
	}
	found = append(found, lost...)
	if len(found) > 0 {
		return bad(name, fmt.Sprintf("%d of %d originals and frozen pictures are not as they were: %s.", len(found), len(needed)+referenced, some(found)),
			"Import the same files again, or restore a backup; posts that need them are held, not sent.")
	}
	return good(name, "All %d originals and frozen pictures are whole.", len(needed)+referenced)
}

func kindWord(k datadir.ProblemKind) string {
	switch k {
	case datadir.MediaMissing:
		return "missing"
	case datadir.MediaAltered:
		return "altered"
	case datadir.Unreadable:
		return "unreadable"
	case datadir.TooOpen, datadir.Stray, datadir.Stale:
	}
	return string(k)
}

// references proves the originals that stay where they are.
func (p Patient) references(ctx context.Context) (lost []string, count int, err error) {
	spaces, err := p.DB.AllWorkspaces(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, w := range spaces {
		for after := domain.AssetID(""); ; {
			page, err := p.DB.Assets(ctx, w.ID, false, "", after, 500)
			if err != nil {
				return nil, 0, err
			}
			for _, a := range page {
				after = a.ID
				if a.Reference == "" {
					continue
				}
				count++
				f, err := p.Originals.Open(ctx, a)
				if err != nil {
					lost = append(lost, network.Printable(a.Reference)+" (missing or altered)")
					continue
				}
				_ = f.Close()
			}
			if len(page) < 500 {
				break
			}
		}
	}
	return lost, count, nil
}

func (p Patient) folder(ctx context.Context) Finding {
	const name = "folder"
	problems, err := p.Dir.Check(ctx)
	if err != nil {
		return bad(name, "The data folder cannot be read: "+network.Printable(err.Error())+".", "")
	}
	var open, odd []string
	for _, problem := range problems {
		switch problem.Kind {
		case datadir.TooOpen:
			if strings.HasPrefix(problem.Path, "channels/") {
				continue // made to be copied or served; the folder around it is private
			}
			open = append(open, network.Printable(problem.Path))
		case datadir.Unreadable, datadir.MediaMissing, datadir.MediaAltered:
			odd = append(odd, network.Printable(problem.Path)+" ("+network.Printable(problem.Detail)+")")
		case datadir.Stray, datadir.Stale: // untidy, not broken
		}
	}
	switch {
	case len(open) > 0:
		return bad(name, fmt.Sprintf("Others on this machine may read %d files or folders: %s.", len(open), some(open)),
			"Take the rights of others away: chmod -R go= "+p.Dir.Path())
	case len(odd) > 0:
		return bad(name, fmt.Sprintf("%d files cannot be read: %s.", len(odd), some(odd)), "Look at their owner and rights.")
	}
	return good(name, "The data folder %s is private.", network.Printable(p.Dir.Path()))
}

func some(list []string) string {
	if len(list) <= mostNamed {
		return strings.Join(list, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(list[:mostNamed], ", "), len(list)-mostNamed)
}

func (p Patient) space() Finding {
	const name = "space"
	free, err := p.Dir.Free()
	switch {
	case err != nil:
		return bad(name, "The free space cannot be read: "+network.Printable(err.Error())+".", "")
	case free < littleSpace:
		return bad(name, fmt.Sprintf("Only %d MB are free on the disk of the data folder.", free>>20), "Make room before the next import.")
	}
	return good(name, "%d MB are free.", free>>20)
}

func (p Patient) keychain(ctx context.Context) Finding {
	const (
		name   = "keychain"
		action = "Unlock or install the system's keychain, or set POSTBAG_PASSPHRASE: the key is then kept in an encrypted file."
	)
	health := p.Vault.Check(ctx)
	needed, err := p.DB.HasSecrets(ctx)
	switch {
	case err != nil:
		return bad(name, "Whether there are sign-ins cannot be read: "+network.Printable(err.Error())+".", "Look at the database first.")
	case health.Err != nil:
		return bad(name, "The key of the sign-ins cannot be read: "+network.Printable(health.Err.Error())+".", action)
	case health.Keeper == "" && needed:
		return bad(name, "The key of the sign-ins is gone.", "Sign in to the channels again.")
	case health.Keeper != "":
		return good(name, "The key of the sign-ins is in %s.", health.Keeper)
	case health.Probe != nil:
		f := good(name, "The system's keychain does not answer: %s. No sign-in is stored, so nothing is lost.", network.Printable(health.Probe.Error()))
		f.Action = action
		return f
	}
	return good(name, "The keychain answers; no sign-in is stored yet.")
}

func (p Patient) clock(ctx context.Context) Finding {
	const (
		name   = "clock"
		action = "Let the system set its clock, and check again."
	)
	now := time.Now()
	if now.Before(released) {
		return bad(name, fmt.Sprintf("This machine says it is %s, which is before this program was made.", now.UTC().Format(time.DateOnly)), action)
	}
	last, err := p.DB.LastWrite(ctx)
	if err != nil {
		return bad(name, "The time of the last change cannot be read: "+network.Printable(err.Error())+".", "Look at the database first.")
	}
	if behind := last.Sub(now); behind > clock.Off {
		return bad(name, fmt.Sprintf("The clock was set back: the last change was %s in the future.", behind.Round(time.Second)), action)
	}
	if off := p.suspicion(); off != 0 {
		return bad(name, fmt.Sprintf("This machine's clock is %s off by the time of its servers. Nothing is published until it is right.", off.Abs().Round(time.Second)), action)
	}
	servers, err := p.servers(ctx)
	if err != nil {
		return bad(name, "The list of channels cannot be read: "+network.Printable(err.Error())+".", "Look at the database first.")
	}
	for _, server := range servers {
		off, ok := p.offset(ctx, server)
		if !ok {
			continue
		}
		if off.Abs() > clock.Off {
			return bad(name, fmt.Sprintf("This machine's clock is %s off by the time of %s.", off.Abs().Round(time.Second), network.Printable(server)), action)
		}
		return good(name, "The clock agrees with %s.", network.Printable(server))
	}
	return good(name, "The clock is plausible; no connected server answered to compare it with.")
}

// suspicion returns how far off the publisher's part of this process finds the clock.
func (p Patient) suspicion() time.Duration {
	if p.ClockOff == nil {
		return 0
	}
	return p.ClockOff()
}

// servers returns the addresses of a few servers that channels are on.
func (p Patient) servers(ctx context.Context) ([]string, error) {
	spaces, err := p.DB.AllWorkspaces(ctx)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, w := range spaces {
		channels, err := p.DB.Channels(ctx, w.ID)
		if err != nil {
			return nil, err
		}
		for _, c := range channels {
			if strings.HasPrefix(c.Server, "http") && !slices.Contains(list, c.Server) && len(list) < askServers {
				list = append(list, c.Server)
			}
		}
	}
	return list, nil
}

// offset returns how far a server's time is from this machine's clock.
func (p Patient) offset(ctx context.Context, server string) (time.Duration, bool) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	began := time.Now()
	reply, err := p.Ask(ctx, network.Request{Method: http.MethodGet, URL: strings.TrimSuffix(server, "/") + "/"})
	if err != nil {
		return 0, false
	}
	took := time.Since(began)
	return clock.Offset(reply.Header["Date"], clock.Reading{Wall: began}, clock.Reading{Wall: began.Add(took), Boot: took})
}
