package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type presetJSON struct {
	ID       string   `json:"id"`
	Network  string   `json:"network"`
	Title    string   `json:"title"`
	Width    int      `json:"width"`
	Height   int      `json:"height"`
	Fit      string   `json:"fit"`
	Format   string   `json:"format"` // the preferred one of formats
	MaxBytes int64    `json:"max_bytes"`
	Kind     string   `json:"kind"`
	Formats  []string `json:"formats"`
}

func newPreset(c *cli) *cobra.Command {
	return group("preset", "Sizes that networks show pictures in",
		&cobra.Command{
			Use: "list", Short: "List the sizes", Args: cobra.NoArgs,
			RunE: c.does(func(ctx context.Context, _ []string) error {
				s, err := c.sizes(ctx)
				if err != nil {
					return err
				}
				list, err := s.Presets.List()
				if err != nil {
					return err
				}
				out := make([]presetJSON, len(list))
				rows := make([][]string, len(list))
				for i, p := range list {
					out[i] = presetJSON{
						ID: p.ID, Network: p.Network, Title: p.Title, Width: p.Width, Height: p.Height, Fit: p.Fit, MaxBytes: p.MaxBytes,
						Kind: p.Kind, Formats: p.Formats, Format: p.Formats[0],
					}
					rows[i] = []string{p.ID, p.Kind, fmt.Sprintf("%d×%d", p.Width, p.Height), p.Fit, p.Formats[0], p.Title}
				}
				return c.result(out, func() { c.table([]string{"ID", "KIND", "PIXELS", "FIT", "FORMAT", "TITLE"}, rows) })
			}),
		},
		newPresetExport(c), newPresetImport(c),
	)
}

// sizes are the services that know sizes: one's own too, where there is a data folder.
func (c *cli) sizes(ctx context.Context) (*api.Services, error) {
	if _, err := os.Stat(c.folder()); err != nil {
		return c.bare(ctx), nil //nolint:nilerr // there are none of one's own, and nothing is made for them
	}
	return c.services(ctx)
}
