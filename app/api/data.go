package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/store"
)

// lastBackupName is where the last backup of this machine is noted, RestoreReportName where the
// report of a restore waits until it was read.
const (
	lastBackupName    = "last_backup"
	RestoreReportName = "restore_report"
)

// Data says where everything is and how much there is of it.
type Data struct {
	Folder      string `json:"folder"`
	Bytes       int64  `json:"bytes"`    // all files
	Database    int64  `json:"database"` // bytes of these
	Media       int64  `json:"media"`    // originals, sizes made of them, and frozen pictures
	Posts       int    `json:"posts"`
	Assets      int    `json:"assets"`
	Free        int64  `json:"free"`        // bytes on its disk; -1 if that cannot be told
	BackupPath  string `json:"backupPath"`  // the last one made here; "" if there is none
	BackupMs    int64  `json:"backupMs"`    // when; 0: never
	BackupName  string `json:"backupName"`  // a good name for one that is made now
	NextRestore string `json:"nextRestore"` // the backup that the next start brings back; "" none
}

// Data returns where everything is. It looks at every file, so it takes a moment.
func (s *SystemService) Data() (_ Data, err error) {
	defer s.done(&err)
	out := Data{Folder: s.Dir.Path(), BackupName: datadir.BackupName(time.Now()), NextRestore: s.Dir.NextRestore(), Free: -1}
	if free, err := s.Dir.Free(); err == nil {
		out.Free = free
	}
	if err := s.weigh(&out); err != nil {
		return out, err
	}
	if out.Posts, out.Assets, err = s.DB.Holdings(s.ctx); err != nil {
		return out, err
	}
	body, err := s.DB.Setting(s.ctx, lastBackupName)
	if err != nil || body == "" {
		return out, err
	}
	var last Backup
	if json.Unmarshal([]byte(body), &last) == nil {
		out.BackupPath, out.BackupMs = last.Path, last.CreatedMs
	}
	return out, nil
}

func (s *SystemService) weigh(out *Data) error {
	return filepath.WalkDir(out.Folder, func(path string, e fs.DirEntry, err error) error {
		if s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err != nil || e.IsDir() {
			return nil //nolint:nilerr // what went away meanwhile weighs nothing
		}
		info, err := e.Info()
		if err != nil {
			return nil //nolint:nilerr // as above
		}
		out.Bytes += info.Size()
		name, _ := filepath.Rel(out.Folder, path)
		switch first, _, _ := strings.Cut(filepath.ToSlash(name), "/"); {
		case strings.HasPrefix(first, filepath.Base(s.Dir.Database())):
			out.Database += info.Size()
		case first == "media" || first == "thumbs":
			out.Media += info.Size()
		}
		return nil
	})
}

// ReadBackup proves that a file is a whole backup and says what is in it. It changes nothing.
func (s *SystemService) ReadBackup(path string) (_ Backup, err error) {
	defer s.done(&err)
	summary, err := s.Dir.Prove(s.ctx, path, func(done, total int64) { s.Events.Progress(TaskRestore, done, total) })
	if err != nil {
		return Backup{}, err
	}
	out := BackupOf(summary)
	out.Path = path
	return out, nil
}

// RestoreAtStart has the next start of Postbag bring a backup back, which ReadBackup should have
// proved. What is in the folder then is moved aside, never deleted, and what was still to be
// published is held. path "" calls it off.
func (s *SystemService) RestoreAtStart(path string) (err error) {
	defer s.done(&err)
	if path != "" {
		if path, err = filepath.Abs(path); err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("backup: %w", err)
		}
		if !info.Mode().IsRegular() {
			return datadir.ErrNotBackup
		}
	}
	if err := s.Dir.SetNextRestore(path); err != nil {
		return err
	}
	s.Events.Changed(TopicSettings, []string{})
	return nil
}

// RestoreReport says what became of a restore at the start.
type RestoreReport struct {
	Backup  string `json:"backup"`  // "" : there was none
	MadeMs  int64  `json:"madeMs"`  // when the backup was made
	Done    bool   `json:"done"`    // else everything is as it was
	Message string `json:"message"` // why not, unless Done
	Aside   string `json:"aside"`   // where the folder is that was there before
	Held    int    `json:"held"`    // deliveries that wait for a person
}

// RestoreReport returns what became of a restore at the last start, until it is forgotten.
func (s *SystemService) RestoreReport() (out RestoreReport, err error) {
	defer s.done(&err)
	body, err := s.DB.Setting(s.ctx, RestoreReportName)
	if err == nil && body != "" {
		err = json.Unmarshal([]byte(body), &out)
	}
	return out, err
}

// ForgetRestoreReport ends the showing of RestoreReport.
func (s *SystemService) ForgetRestoreReport() (err error) {
	defer s.done(&err)
	if err := s.DB.SetSetting(s.ctx, RestoreReportName, ""); err != nil {
		return err
	}
	s.Events.Changed(TopicSettings, []string{})
	return nil
}

// Diagnostics returns a text for a report of a problem: versions, sizes, counts, and what an
// examination found. It has no text of a post, no name of an account, and no secret.
func (s *SystemService) Diagnostics() (_ string, err error) {
	defer s.done(&err)
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s "+format+"\n", append([]any{name}, args...)...)
	}
	line("postbag", "%s", s.Version)
	line("system", "%s %s, %s", runtime.GOOS, runtime.GOARCH, runtime.Version())
	engine, err := store.Engine(s.ctx)
	if err != nil {
		return "", err
	}
	schema, err := s.DB.Schema(s.ctx)
	if err != nil {
		return "", err
	}
	line("database", "sqlite %s, schema %d", engine, schema)
	data, err := s.Data()
	if err != nil {
		return "", err
	}
	line("size", "%d bytes, database %d, media %d, free %d", data.Bytes, data.Database, data.Media, data.Free)
	line("content", "%d posts, %d assets", data.Posts, data.Assets)
	states, err := s.DB.CountStates(s.ctx)
	if err != nil {
		return "", err
	}
	for _, state := range domain.DeliveryStates() {
		if n := states[state]; n > 0 {
			line("queue", "%d %s", n, state)
		}
	}
	if err := s.diagnoseChannels(line); err != nil {
		return "", err
	}
	findings, err := s.Doctor()
	if err != nil {
		return "", err
	}
	for _, f := range findings {
		word := "ok"
		if !f.OK {
			word = "WRONG"
		}
		line("check", "%s %s: %s", word, f.Name, s.anonymous(f.Message))
	}
	return b.String(), nil
}

func (s *SystemService) diagnoseChannels(line func(name, format string, args ...any)) error {
	spaces, err := s.DB.Workspaces(s.ctx)
	if err != nil {
		return err
	}
	for _, w := range spaces {
		channels, err := s.DB.Channels(s.ctx, w.ID)
		if err != nil {
			return err
		}
		for _, c := range channels {
			words := []string{string(c.State)}
			if !c.PausedAt.IsZero() {
				words = append(words, "paused")
			}
			line("channel", "%s %s", c.Network, strings.Join(words, " "))
		}
	}
	return nil
}

// anonymous takes the places that name a person out of a sentence.
func (s *SystemService) anonymous(text string) string {
	text = strings.ReplaceAll(text, s.Dir.Path(), "<data folder>")
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		text = strings.ReplaceAll(text, home, "<home>")
	}
	return network.Printable(text)
}

// TaskExport and TaskRestore are task names of progress.
const (
	TaskExport  = "export"
	TaskRestore = "restore"
)

// Exported says what was written where.
type Exported struct {
	Folder  string   `json:"folder"`
	Posts   int      `json:"posts"`
	Files   int      `json:"files"`
	Bytes   int64    `json:"bytes"`
	Missing []string `json:"missing"` // names of originals that could not be read
}

// Export writes everything a person made into a new folder inside folder, for programs other
// than Postbag: each workspace's posts as JSON, its originals under their own names, and what
// went out when. Sign-ins are not in it. A backup is what brings Postbag back.
func (s *SystemService) Export(folder string) (_ Exported, err error) {
	defer s.done(&err)
	if folder == "" {
		return Exported{}, &domain.FieldError{Field: "folder", Message: "choose a folder"}
	}
	target := filepath.Join(folder, "postbag-export-"+time.Now().Format("2006-01-02-150405"))
	if err := os.Mkdir(target, 0o700); err != nil {
		return Exported{}, fmt.Errorf("export: %w", err)
	}
	e := exporter{SystemService: s, out: Exported{Folder: target, Missing: []string{}}}
	if err := e.all(s.ctx); err != nil {
		return e.out, errors.Join(err, os.RemoveAll(target)) // half an export would pass for a whole one
	}
	slices.Sort(e.out.Missing)
	return e.out, nil
}

func noteBackup(ctx context.Context, db *store.DB, b Backup) error {
	b.Problems = []string{}
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("note the backup: %w", err)
	}
	return db.SetSetting(ctx, lastBackupName, string(body))
}
