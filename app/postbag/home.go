package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type homeJSON struct {
	Here     bool    `json:"here"`
	Computer string  `json:"computer"` // the one that publishes, "" if none did yet
	This     string  `json:"this"`     // the name of this one
	Since    *string `json:"since"`
}

func newHome(c *cli) *cobra.Command {
	here := false
	cmd := &cobra.Command{
		Use: "home", Short: "Which computer publishes from the data folder", Args: cobra.NoArgs,
		Long: "A data folder publishes from one computer. A copy of it on another one holds what comes due and says so. With\n" +
			"--here this computer becomes the one that publishes, and what was held for that is let go. The other computer\n" +
			"cannot know: stop Postbag there first.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			home, err := s.Queue.Home()
			if here && err == nil {
				home, err = s.Queue.PublishHere()
			}
			if err != nil {
				return err
			}
			return c.result(homeOf(home), func() {
				switch {
				case home.Name == "":
					c.say("No computer has published from this data folder yet.")
				case home.Here:
					c.say("This computer, %s, publishes from this data folder.", home.Name)
				default:
					c.say("Another computer, %s, publishes from this data folder. What comes due here is held.", home.Name)
					c.say("If it shall publish from here: stop Postbag there, then postbag home --here")
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&here, "here", false, "publish from this computer from now on")
	return cmd
}

func homeOf(h api.Home) homeJSON {
	return homeJSON{Here: h.Here, Computer: h.Name, This: h.Machine, Since: stamp(h.SinceMs)}
}
