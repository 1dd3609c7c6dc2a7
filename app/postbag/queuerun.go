package main

import (
	"context"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

// tally counts where deliveries ended: those that changed in this run, and those that are due
// and still not settled.
type tally struct {
	Published int `json:"published"`
	Waiting   int `json:"waiting"`
	Unknown   int `json:"unknown"`
	Held      int `json:"held"`
	Rejected  int `json:"rejected"`
}

func newQueueRun(c *cli) *cobra.Command {
	var untilIdle bool
	var long time.Duration
	cmd := &cobra.Command{
		Use: "run (--until-idle | --for DURATION)", Short: "Publish what is due, then end", Args: cobra.NoArgs,
		Long: "Publishes what is due from every workspace of the data folder. Only one process at a time publishes from it;\n" +
			"if another one does, this ends with status 4. It ends with status 3 if a person is needed: something is held,\n" +
			"unknown or rejected. It may be stopped, or killed, at any moment: nothing is lost and nothing is sent twice.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			if !untilIdle && long <= 0 {
				return usagef("for", "the duration must be longer than nothing, such as 10m")
			}
			return c.publish(ctx, untilIdle, long)
		}),
	}
	cmd.Flags().BoolVar(&untilIdle, "until-idle", false, "end when nothing is due")
	cmd.Flags().DurationVar(&long, "for", 0, "end after this `duration`, such as 90s or 8h")
	cmd.MarkFlagsOneRequired("until-idle", "for")
	cmd.MarkFlagsMutuallyExclusive("until-idle", "for")
	return cmd
}

func (c *cli) publish(ctx context.Context, untilIdle bool, long time.Duration) error {
	// Being stopped ends the publishing, not the telling of what it did.
	s, err := c.services(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	if !untilIdle {
		var end context.CancelFunc
		ctx, end = context.WithTimeout(ctx, long)
		defer end()
	}
	t, err := c.runQueue(ctx, s, untilIdle)
	if err != nil {
		return err
	}
	if t.Held+t.Unknown+t.Rejected > 0 {
		c.status = exitPerson
	}
	return c.result(t, func() {
		c.say("Published %d, waiting %d, unknown %d, held %d, rejected %d.", t.Published, t.Waiting, t.Unknown, t.Held, t.Rejected)
		if c.status == exitPerson {
			c.note("Some need you: postbag queue list --state held,unknown,rejected")
		}
	})
}

// runQueue publishes and counts.
func (c *cli) runQueue(ctx context.Context, s *api.Services, untilIdle bool) (tally, error) {
	var mu sync.Mutex
	touched := map[string]bool{}
	err := c.app.Publish(ctx, untilIdle, func(id string) {
		mu.Lock()
		defer mu.Unlock()
		touched[id] = true
	})
	if err != nil {
		return tally{}, err
	}
	return count(s, touched, time.Now())
}

func count(s *api.Services, touched map[string]bool, now time.Time) (tally, error) {
	var t tally
	spaces, err := s.System.Workspaces()
	if err != nil {
		return t, err
	}
	for _, w := range spaces {
		open, err := s.Queue.List(w.ID, []string{"planned", "preparing", "waiting", "sending", "unknown", "held"})
		if err != nil {
			return t, err
		}
		for _, d := range open {
			if touched[d.ID] || d.DueMs <= now.UnixMilli() {
				t.add(d.State)
			}
			delete(touched, d.ID)
		}
	}
	for id := range touched {
		story, err := s.Queue.Show(id)
		if err != nil {
			return t, err
		}
		t.add(story.Delivery.State)
	}
	return t, nil
}

func (t *tally) add(state string) {
	switch state {
	case "published":
		t.Published++
	case "planned", "preparing", "waiting":
		t.Waiting++
	case "unknown", "sending":
		t.Unknown++
	case "held":
		t.Held++
	case "rejected":
		t.Rejected++
	}
}
