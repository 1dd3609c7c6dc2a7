package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type feedJSON struct {
	RSS   string `json:"rss"`
	Atom  string `json:"atom"`
	JSON  string `json:"json"`
	Site  string `json:"site"`
	Items int    `json:"items"`
}

func feedOf(f api.Feed) feedJSON {
	return feedJSON{RSS: f.RSS, Atom: f.Atom, JSON: f.JSON, Site: f.Site, Items: f.Items}
}

func newFeed(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "feed", Short: "Say where the local feed's files are", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			f, err := s.System.Feed(w.ID)
			if err != nil {
				return err
			}
			return c.result(feedOf(f), func() { c.showFeed(f) })
		}),
	}
}

func (c *cli) showFeed(f api.Feed) {
	c.say("The local feed has %s.", plural(f.Items, "post", "posts"))
	c.say("  page  %s", f.Site)
	c.say("  RSS   %s", f.RSS)
	c.say("  Atom  %s", f.Atom)
	c.say("  JSON  %s", f.JSON)
}
