package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"

	"github.com/spf13/cobra"

	"postbag/app/api"
	"postbag/backend/autostart"
)

// agentID names the agent where the system keeps what starts at log-in.
const agentID = "postbag-agent"

// agentLine is one thing an agent tells, a line each.
type agentLine struct {
	Event      string `json:"event"`              // "started", "publishing", "standing_by", "delivery", "notice", "stopped"
	Delivery   string `json:"delivery,omitempty"` // with "delivery"
	State      string `json:"state,omitempty"`    // with "delivery"
	HoldReason string `json:"hold_reason,omitempty"`
	URL        string `json:"url,omitempty"`
	Code       string `json:"code,omitempty"`  // with "notice"
	Count      string `json:"count,omitempty"` // with "notice"
}

func newAgent(c *cli) *cobra.Command {
	cmd := &cobra.Command{
		Use: "agent", Short: "Publish in the background until it is stopped", Args: cobra.NoArgs,
		Long: "Publishes what is due from every workspace of the data folder until it is stopped (Ctrl-C, or the system's own way).\n" +
			"Beside a window or another process that publishes it stands by, and takes over when that one ends. Every line it\n" +
			"writes is one JSON value. It may be killed at any moment: nothing is lost and nothing is sent twice.",
		RunE: c.does(func(ctx context.Context, _ []string) error { return c.runAgent(ctx) }),
	}
	cmd.AddCommand(newAgentInstall(c), newAgentUninstall(c), newAgentStatus(c))
	return cmd
}

// agent tells what happens while it publishes.
type agent struct {
	*cli
	mu   sync.Mutex
	who  string            // who publishes, as was told last
	last map[string]string // the state told last, by delivery
}

func (c *cli) runAgent(ctx context.Context) error {
	// Being stopped ends the publishing, not the telling of what it did.
	services, err := c.services(context.WithoutCancel(ctx))
	if err != nil {
		return err
	}
	a := &agent{cli: c, last: map[string]string{}}
	a.tell(agentLine{Event: "started"})
	c.app.KeepPublishing(ctx, api.Events{
		Changed: func(_ api.Topic, ids []string) { a.changed(services, ids) },
		Notice: func(n api.Notice) {
			a.tell(agentLine{Event: "notice", Code: n.Code, Count: n.Values["count"]})
			go a.notify(services, n) // a desktop may be slow to answer; nothing waits for it
		},
	})
	a.tell(agentLine{Event: "stopped"})
	return nil
}

// changed tells who publishes, if that changed, and the new states of deliveries.
func (a *agent) changed(services *api.Services, ids []string) {
	if who := a.app.Who(); who != "nobody" {
		a.mu.Lock()
		news := who != a.who
		a.who = who
		a.mu.Unlock()
		if news {
			a.tell(agentLine{Event: map[string]string{"here": "publishing", "elsewhere": "standing_by"}[who]})
		}
	}
	for _, id := range ids {
		story, err := services.Queue.Show(id)
		if err != nil {
			continue // the log has it; the next change tells
		}
		d := story.Delivery
		a.mu.Lock()
		news := a.last[id] != d.State+d.HoldReason
		a.last[id] = d.State + d.HoldReason
		a.mu.Unlock()
		if news {
			a.tell(agentLine{Event: "delivery", Delivery: id, State: d.State, HoldReason: d.HoldReason, URL: d.RemoteURL})
		}
	}
}

// tell writes a line at once: whoever reads waits for it.
func (a *agent) tell(line agentLine) {
	text, err := json.Marshal(line)
	if err != nil {
		return // strings alone always marshal
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	_, _ = a.out.Write(append(text, '\n'))
	_ = a.out.Flush()
}

type agentPlaceJSON struct {
	Path    string `json:"path"`
	Running bool   `json:"running"`
}

func newAgentInstall(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "install", Short: "Start the agent whenever you log in", Args: cobra.NoArgs,
		Long: "Makes the system start the agent for this data folder whenever you log in: a systemd user unit or an autostart\n" +
			"entry on Linux, a LaunchAgent on macOS, a Run entry on Windows. It asks for no administrator's rights.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			program, err := os.Executable()
			if err != nil {
				return err
			}
			// The folder is opened once, so that a mistake in its name is told now and not at log-in.
			if _, err := c.services(ctx); err != nil {
				return err
			}
			args := []string{"agent"}
			if folder := c.folder(); folder != "" {
				if folder, err = filepath.Abs(folder); err != nil {
					return err
				}
				args = append(args, "--data", folder)
			}
			place, err := autostart.Install(ctx, autostart.Entry{ID: agentID, Title: "Postbag agent", Program: program, Args: args})
			if err != nil {
				return autostartError(err)
			}
			return c.result(agentPlaceJSON{Path: place.Path, Running: place.Running}, func() {
				c.say("The agent starts whenever you log in (%s).", place.Path)
				if !place.Running {
					c.note("It starts at the next log-in; until then: postbag agent")
				}
			})
		}),
	}
}

func newAgentUninstall(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "uninstall", Short: "Start the agent at log-in no more, and stop it", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			there, err := autostart.Uninstall(ctx, agentID)
			if err != nil {
				return autostartError(err)
			}
			return c.result(struct {
				Removed bool `json:"removed"`
			}{there}, func() {
				if there {
					c.say("The agent no longer starts when you log in.")
				} else {
					c.say("The agent did not start when you log in; nothing was changed.")
				}
			})
		}),
	}
}

func autostartError(err error) error {
	return &api.Error{
		Code: api.CodeNotAllowed, Message: "The system did not do it: " + err.Error() + ".",
		Safe:    "Posts and settings are untouched.",
		Actions: []string{"Run it yourself for as long as you are logged in: postbag agent"},
	}
}
