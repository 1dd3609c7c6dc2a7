package main

import (
	"context"

	"github.com/spf13/cobra"
)

// agentStatusJSON says who publishes from a data folder.
type agentStatusJSON struct {
	Publishing bool    `json:"publishing"` // some process does
	Since      *string `json:"since"`      // when it began, or the last one did; null: there never was one
	Heartbeat  *string `json:"heartbeat"`  // when it said last that it lives
	Silent     bool    `json:"silent"`     // it publishes, and has said nothing for some minutes
	HeldAll    bool    `json:"held_all"`   // everything is held
	Unsure     int     `json:"unsure"`     // posts of which nobody knows whether they are live
	NeedsYou   int     `json:"needs_you"`  // posts that wait for a person
}

func newAgentStatus(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show who publishes, and whether it lives", Args: cobra.NoArgs,
		Long: "Shows whether an agent, a window or another process publishes from the data folder, and when it said last that it\n" +
			"lives. One that is silent for some minutes hangs, or its computer sleeps; then this ends with status 3. Nothing is\n" +
			"done about it: a process that hangs may still send. End it, and another one takes over.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			e, err := s.Queue.Engine("")
			if err != nil {
				return err
			}
			out := agentStatusJSON{
				Publishing: e.Publisher != "nobody", Since: stamp(e.SinceMs), Heartbeat: stamp(e.BeatMs), Silent: e.Silent,
				HeldAll: e.HeldAll, Unsure: e.Unsure, NeedsYou: e.NeedsYou,
			}
			if e.Silent {
				c.status = exitPerson
			}
			return c.result(out, func() {
				switch {
				case e.Silent:
					c.say("A process publishes since %s, but was heard last at %s: it hangs, or its computer sleeps.", clock(e.SinceMs), clock(e.BeatMs))
					c.note("End it; whatever it was sending is looked for on the network, and nothing is sent twice.")
				case out.Publishing:
					c.say("A process publishes since %s; it was heard last at %s.", clock(e.SinceMs), clock(e.BeatMs))
				case e.SinceMs == 0:
					c.say("Nobody ever published from this data folder.")
				default:
					c.say("Nobody publishes. The last one began at %s and was heard last at %s.", clock(e.SinceMs), clock(e.BeatMs))
				}
				if e.HeldAll {
					c.say("Everything is held.")
				}
			})
		}),
	}
}
