package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type workspaceJSON struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Created *string `json:"created"`
}

func workspaceOf(w api.Workspace) workspaceJSON {
	return workspaceJSON{ID: w.ID, Name: w.Name, Created: stamp(w.CreatedMs)}
}

func newWorkspace(c *cli) *cobra.Command {
	return group("workspace", "Brands or clients in this data folder",
		&cobra.Command{
			Use: "list", Short: "List the workspaces", Args: cobra.NoArgs,
			RunE: c.does(func(ctx context.Context, _ []string) error {
				s, err := c.services(ctx)
				if err != nil {
					return err
				}
				list, err := s.System.Workspaces()
				if err != nil {
					return err
				}
				out := make([]workspaceJSON, len(list))
				rows := make([][]string, len(list))
				for i, w := range list {
					out[i] = workspaceOf(w)
					rows[i] = []string{w.ID, w.Name, clock(w.CreatedMs)}
				}
				return c.result(out, func() { c.table([]string{"ID", "NAME", "SINCE"}, rows) })
			}),
		},
		&cobra.Command{
			Use: "add NAME", Short: "Make a workspace with a local feed of its own", Args: cobra.ExactArgs(1),
			RunE: c.does(func(ctx context.Context, args []string) error {
				s, err := c.services(ctx)
				if err != nil {
					return err
				}
				w, err := s.System.AddWorkspace(args[0])
				if err != nil {
					return err
				}
				return c.result(workspaceOf(w), func() { c.say("Made the workspace %q.", w.Name) })
			}),
		},
	)
}
