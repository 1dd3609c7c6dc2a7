package api

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/upkeep"
)

// SystemService is about the data folder as a whole.
type SystemService struct{ *base }

// Feed says where the files of a workspace's local channel are.
type Feed struct {
	Channel string `json:"channel"`
	Site    string `json:"site"` // paths on this machine
	RSS     string `json:"rss"`
	Atom    string `json:"atom"`
	JSON    string `json:"json"`
	Items   int    `json:"items"`
}

// Feed returns where a workspace publishes on this machine. The files are there after the first
// post.
func (s *SystemService) Feed(workspace string) (_ Feed, err error) {
	defer s.done(&err)
	channels, err := s.DB.Channels(s.ctx, domain.WorkspaceID(workspace))
	if err != nil {
		return Feed{}, err
	}
	for _, c := range channels {
		n, ok := s.Networks.Get(c.Network)
		if !ok || !n.Describe().Local {
			continue
		}
		shower, ok := n.(network.Shower)
		if !ok {
			continue
		}
		_, a, err := s.Accounts.Account(s.ctx, c.ID)
		if err != nil {
			return Feed{}, err
		}
		o, err := shower.Show(s.ctx, queue.Direct{Carriers: s.Carriers}, a)
		if err != nil {
			return Feed{}, err
		}
		return Feed{Channel: string(c.ID), Site: pathOf(o.Site), RSS: pathOf(o.RSS), Atom: pathOf(o.Atom), JSON: pathOf(o.JSON), Items: o.Items}, nil
	}
	return Feed{}, fmt.Errorf("a channel that publishes on this machine: %w", domain.ErrNotFound)
}

// pathOf is the path of a file: address on this system (RFC 8089, 2017-02).
func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "file" {
		return address
	}
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path)
}

// Backup says what is in a backup.
type Backup struct {
	Path      string   `json:"path"`
	Bytes     int64    `json:"bytes"`
	Files     int      `json:"files"`
	Rows      int64    `json:"rows"`
	CreatedMs int64    `json:"createdMs"`
	Problems  []string `json:"problems"` // files that were damaged already, and are in it as they are
}

// TaskBackup is the task name of a backup's progress, TaskDoctor that of an examination.
const (
	TaskBackup = "backup"
	TaskDoctor = "doctor"
)

// Backup writes everything but the key of the sign-ins to one file.
func (s *SystemService) Backup(path string, overwrite bool) (_ Backup, err error) {
	defer s.done(&err)
	summary, err := upkeep.Backup(s.ctx, s.Dir, s.DB, path, datadir.BackupOptions{
		Overwrite: overwrite, Progress: func(done, total int64) { s.Events.Progress(TaskBackup, done, total) },
	})
	if err != nil {
		return Backup{}, err
	}
	out := BackupOf(summary)
	if err := noteBackup(s.ctx, s.DB, out); err != nil {
		return out, err
	}
	s.Events.Changed(TopicSettings, []string{})
	return out, nil
}

// BackupOf says what is in a backup, for what happens outside of a service.
func BackupOf(summary datadir.Summary) Backup {
	out := Backup{
		Path: summary.Path, Bytes: summary.Bytes, Files: summary.Manifest.Files, CreatedMs: millis(summary.Manifest.Created), Problems: []string{},
	}
	for _, t := range summary.Manifest.Database.Tables {
		out.Rows += t.Rows
	}
	for _, p := range summary.Problems {
		out.Problems = append(out.Problems, network.Printable(fmt.Sprintf("%s: %s %s", p.Path, p.Kind, p.Detail)))
	}
	return out
}

// Finding is the result of one check.
type Finding struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Action  string `json:"action"`
}

// Doctor examines the data folder and changes nothing.
func (s *SystemService) Doctor() (_ []Finding, err error) {
	defer s.done(&err)
	calls := queue.Direct{Carriers: s.Carriers}
	list, err := upkeep.Examine(s.ctx, upkeep.Patient{
		Dir: s.Dir, DB: s.DB, Vault: s.Vault, Originals: s.Library, ClockOff: groundOf(s.Ground).ClockOff,
		Ask: func(ctx context.Context, r network.Request) (network.Reply, error) {
			return calls.Read(ctx, "clock", r)
		},
	}, func(done, total int64) { s.Events.Progress(TaskDoctor, done, total) })
	if err != nil {
		return nil, err
	}
	out := make([]Finding, len(list))
	for i, f := range list {
		out[i] = Finding(f)
	}
	return out, nil
}
