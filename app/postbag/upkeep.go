package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
	"postbag/app/wiring"
)

type backupJSON struct {
	Path     string   `json:"path"`
	Bytes    int64    `json:"bytes"`
	Files    int      `json:"files"`
	Rows     int64    `json:"rows"`
	Created  *string  `json:"created"`
	Problems []string `json:"problems"`
}

type restoreJSON struct {
	backupJSON
	Folder string `json:"folder"`
	Aside  string `json:"aside"` // where the folder is that was there before
	Held   int    `json:"held"`
}

func backupOf(b api.Backup) backupJSON {
	return backupJSON{Path: b.Path, Bytes: b.Bytes, Files: b.Files, Rows: b.Rows, Created: stamp(b.CreatedMs), Problems: b.Problems}
}

func newBackup(c *cli) *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write everything to one file", Args: cobra.ExactArgs(1),
		Long: "Writes the database, all pictures and the local feeds to one file, and reads it back to prove it. The key of the\n" +
			"sign-ins is not in it: on another machine you sign in again.",
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			b, err := s.System.Backup(args[0], overwrite)
			if err != nil {
				return err
			}
			if len(b.Problems) > 0 {
				c.status = exitFailed
			}
			return c.result(backupOf(b), func() {
				c.say("Wrote and read back %s (%s, %s, %d rows).", b.Path, size(b.Bytes), plural(b.Files, "file", "files"), b.Rows)
				for _, p := range b.Problems {
					c.note("Damaged already, backed up as it is: %s", p)
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a file that is there")
	return cmd
}

func newRestore(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "restore FILE", Short: "Bring a backup back as the data folder", Args: cobra.ExactArgs(1),
		Long: "Proves every row and every picture of a backup, then puts it in place of the data folder, which nobody may be\n" +
			"using. The folder that was there is moved aside, never deleted. What was still to be published is held, because\n" +
			"it may have gone out since the backup was made.",
		RunE: c.does(func(ctx context.Context, args []string) error {
			show := c.events().Progress
			if show == nil {
				show = func(string, int64, int64) {}
			}
			r, err := wiring.Restore(ctx, c.config(), args[0], func(done, total int64) { show("restore", done, total) })
			if err != nil {
				return err
			}
			out := restoreJSON{backupJSON: backupOf(r.Backup), Folder: r.Folder, Aside: r.Aside, Held: r.Held}
			return c.result(out, func() {
				c.say("Restored %s (%s, %d rows).", r.Folder, plural(r.Files, "file", "files"), r.Rows)
				if r.Aside != "" {
					c.say("What was there before is in %s.", r.Aside)
				}
				if r.Held > 0 {
					c.say("%s held: look whether they went out, then release or cancel them (postbag queue list --state held).", plural(r.Held, "delivery is", "deliveries are"))
				}
			})
		}),
	}
}

type doctorJSON struct {
	OK     bool          `json:"ok"`
	Checks []findingJSON `json:"checks"`
}

type findingJSON struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Message string `json:"message"`
	Action  string `json:"action"`
}

func newDoctor(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Examine the data folder", Args: cobra.NoArgs,
		Long: "Checks the database, every picture, the rights of the folder, the free space, the keychain and the clock, and\n" +
			"changes nothing. It ends with status 1 if anything is wrong.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			list, err := c.examine(ctx)
			if err != nil {
				return err
			}
			out := doctorJSON{OK: true, Checks: []findingJSON{}}
			for _, f := range list {
				out.OK = out.OK && f.OK
				out.Checks = append(out.Checks, findingJSON(f))
			}
			if !out.OK {
				c.status = exitFailed
			}
			return c.result(out, func() {
				for _, f := range list {
					word := "ok"
					if !f.OK {
						word = "WRONG"
					}
					c.say("%-5s  %-9s %s", word, f.Name, f.Message)
					if f.Action != "" {
						c.say("       → %s", f.Action)
					}
				}
			})
		}),
	}
}

// examine is the doctor's visit. A folder that is too damaged to open is a finding, too.
func (c *cli) examine(ctx context.Context) ([]api.Finding, error) {
	s, err := c.services(ctx)
	if err == nil {
		return s.System.Doctor()
	}
	e := api.ErrorOf(err)
	if e.Code != api.CodeDamaged {
		return nil, err
	}
	f := api.Finding{Name: "database", Message: e.Message}
	if len(e.Actions) > 0 {
		f.Action = e.Actions[len(e.Actions)-1]
	}
	return []api.Finding{f}, nil
}
