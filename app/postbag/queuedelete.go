package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

// deletionJSON is one part of a live post that was to be deleted.
type deletionJSON struct {
	At      *string `json:"at"`
	Ended   *string `json:"ended"`
	Part    int     `json:"part"`    // of a thread, counted from 1
	Outcome string  `json:"outcome"` // "" while it is on its way
	Code    string  `json:"code"`
	Message string  `json:"message"`
}

func deletionJSONOf(e api.Deletion) deletionJSON {
	return deletionJSON{stamp(e.AtMs), stamp(e.EndedMs), e.Part, e.Outcome, e.Code, e.Message}
}

func newQueueDelete(c *cli) *cobra.Command {
	var sure bool
	cmd := &cobra.Command{
		Use:   "delete ID --yes",
		Short: "Delete a post that is live at its network, where that allows it",
		Long: "Deletes a published delivery at its network, with its likes and replies; a thread from its last part on. That cannot be\n" +
			"undone, so it asks for --yes. The post stays in Postbag, and the journal keeps what was published. If no answer\n" +
			"comes, or a part is left, the status is 3 and the same command again is safe: it goes on with the rest.",
		Args: cobra.ExactArgs(1),
	}
	cmd.Flags().BoolVar(&sure, "yes", false, "do it: likes and replies go with it, and nothing brings it back")
	cmd.RunE = c.does(func(ctx context.Context, args []string) error {
		if !sure {
			return usagef("yes", "this cannot be undone at the network; say --yes to do it")
		}
		s, err := c.services(ctx)
		if err != nil {
			return err
		}
		live, err := s.Queue.Live(args[0])
		if err != nil {
			return err
		}
		asked, err := s.Queue.DeleteLive(args[0])
		if err != nil && len(asked) == 0 {
			return err
		}
		list := make([]deletionJSON, 0, len(asked))
		for _, e := range asked {
			list = append(list, deletionJSONOf(e))
			if e.Outcome != "accepted" {
				c.status = exitPerson
			}
		}
		if err != nil {
			return err
		}
		return c.result(map[string]any{"deletions": list}, func() {
			for _, e := range asked {
				c.say("%s", deletionWords(e, len(live.Parts)))
			}
		})
	})
	return cmd
}

// deletionWords says what became of a part that was to be deleted.
func deletionWords(e api.Deletion, parts int) string {
	what := "the post"
	if parts > 1 {
		what = fmt.Sprintf("part %d", e.Part)
	}
	why := prefixed(" ", sentenceEnd(e.Message))
	switch e.Outcome {
	case "accepted":
		return "Deleted " + what + " at the network. It stays in Postbag."
	case "":
		return "Asks the network to delete " + what + "."
	case "ambiguous":
		return "It is not known whether " + what + " is gone at the network; asking again is safe." + why
	case "not_sent":
		return "The wish to delete " + what + " was not sent. It is still live." + why
	case "throttled":
		return "The network deletes nothing now; " + what + " is still live." + why
	case "reauth":
		return "The network asks you to sign in again before it deletes " + what + ". It is still live." + why
	}
	return "The network refused to delete " + what + ". It is still live." + why
}
