package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type shelfJSON struct {
	Set         bool   `json:"set"`
	Kind        string `json:"kind"`
	Address     string `json:"address"`
	Region      string `json:"region"`
	Bucket      string `json:"bucket"`
	Folder      string `json:"folder"`
	User        string `json:"user"`
	Public      string `json:"public"`
	Fingerprint string `json:"fingerprint"` // of the key of an SFTP server
	Files       int64  `json:"files"`       // that stand there now
}

type shelfTrialJSON struct {
	Works   bool   `json:"works"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func newShelf(c *cli) *cobra.Command {
	return group("shelf", "Public storage, for networks that fetch pictures from the web",
		newShelfSet(c), newShelfShow(c), newShelfTest(c), newShelfRemove(c))
}

func shelfOf(s api.Shelf) shelfJSON {
	return shelfJSON{
		Set: s.Set, Kind: s.Kind, Address: s.Address, Region: s.Region, Bucket: s.Bucket, Folder: s.Folder,
		User: s.User, Public: s.Public, Fingerprint: s.Fingerprint, Files: s.Files,
	}
}

func (c *cli) sayShelf(s api.Shelf) {
	if !s.Set {
		c.say("This workspace has no public storage. See: postbag shelf set --help")
		return
	}
	c.say("%s at %s as %s, public at %s. %s there now.", s.Kind, s.Address, s.User, s.Public, plural(int(s.Files), "file", "files"))
	if s.Fingerprint != "" {
		c.say("The server's key is %s.", s.Fingerprint)
	}
}

func newShelfSet(c *cli) *cobra.Command {
	var r api.SetShelf
	var stdin bool
	cmd := &cobra.Command{
		Use: "set (s3|webdav|sftp)", Short: "Say where pictures are put for networks to fetch", Args: cobra.ExactArgs(1),
		Long: "Some networks take no files: they fetch a picture from a public address. Postbag puts it into a folder of your\n" +
			"own, under a name nobody guesses, and takes it away when the post is out. --public is the address under which\n" +
			"everybody can fetch what is in that folder.\n\n" +
			"The secret key or the password is never an argument. It comes from a prompt that does not show it, or with\n" +
			"--secret-stdin from standard input. Without one, the one that is known for the same folder is kept.",
		Example: "  postbag shelf set s3 --address https://s3.example.org --bucket press --user KEYID --public https://press.example.org\n" +
			"  postbag shelf set webdav --address https://cloud.example.org/dav/press --user me --public https://example.org/press\n" +
			"  postbag shelf set sftp --address example.org --folder www/press --user me --public https://example.org/press",
	}
	cmd.RunE = c.does(func(ctx context.Context, args []string) error {
		o := &connectOptions{cli: c, secretStdin: stdin}
		if err := o.readAnswers(); err != nil {
			return err
		}
		if o.secrets != nil {
			o.bare = o.secrets["secret"]
		}
		s, w, err := c.open(ctx)
		if err != nil {
			return err
		}
		if !stdin && c.asks {
			if o.bare, err = o.ask(api.Question{Key: "secret", Label: "Secret key or password", Help: "Nothing keeps the one that is known.", Secret: true}); err != nil {
				return err
			}
		}
		r.Workspace, r.Kind, r.Secret = w.ID, args[0], o.bare
		set, err := s.Settings.SetShelf(r)
		if err != nil {
			return err
		}
		return c.result(shelfOf(set), func() {
			c.sayShelf(set)
			c.say("Try it: postbag shelf test")
		})
	})
	f := cmd.Flags()
	f.StringVar(&r.Address, "address", "", "S3: the endpoint; WebDAV: the folder; SFTP: the `host`")
	f.StringVar(&r.Region, "region", "", "S3: the `region`, if the storage has some")
	f.StringVar(&r.Bucket, "bucket", "", "S3: the `bucket`")
	f.StringVar(&r.Folder, "folder", "", "S3: the `folder` in the bucket; SFTP: the folder on the server")
	f.StringVar(&r.User, "user", "", "who signs in; S3: the id of the access key")
	f.StringVar(&r.Public, "public", "", "the `address` where everybody fetches what is in the folder")
	f.StringVar(&r.HostKey, "host-key", "", "SFTP: the server's `key`, else the one it has now is trusted")
	f.BoolVar(&stdin, "secret-stdin", false, "read the secret from standard input")
	return cmd
}

func newShelfShow(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show the public storage of the workspace", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			found, err := s.Settings.Shelf(w.ID)
			if err != nil {
				return err
			}
			return c.result(shelfOf(found), func() { c.sayShelf(found) })
		}),
	}
}

func newShelfTest(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "test", Short: "Put a small picture there, fetch it as a network would, and take it away", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			found, err := s.Settings.TestShelf(w.ID)
			if err != nil {
				return err
			}
			if !found.Works {
				c.status = exitFailed
			}
			return c.result(shelfTrialJSON(found), func() {
				if found.Works {
					c.say("It works: networks can fetch what is put there.")
				} else {
					c.say("It does not work. %s", found.Message)
				}
			})
		}),
	}
}

func newShelfRemove(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "remove", Short: "Use no public storage any more", Args: cobra.NoArgs,
		Long: "The workspace has no public storage any more. What stands there is removed as soon as no post needs it.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			if err := s.Settings.RemoveShelf(w.ID); err != nil {
				return err
			}
			return c.result(shelfJSON{}, func() { c.say("This workspace has no public storage any more.") })
		}),
	}
}
