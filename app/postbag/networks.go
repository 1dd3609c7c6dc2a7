package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type networkJSON struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Shape     string    `json:"shape"`
	Text      textJSON  `json:"text"`
	Media     mediaJSON `json:"media"`
	Abilities []string  `json:"abilities"`
	About     string    `json:"about"`
	Parts     int       `json:"parts"`
	AltMax    int       `json:"alt_max"`
	Options   []string  `json:"options"`
}

type textJSON struct {
	Limit    int    `json:"limit"`
	Unit     string `json:"unit"`
	MaxBytes int    `json:"max_bytes"`
	URL      int    `json:"url"`
}

type mediaJSON struct {
	Max        int      `json:"max"`
	Videos     int      `json:"videos"`
	Types      []string `json:"types"`
	ImageBytes int64    `json:"image_bytes"`
	VideoBytes int64    `json:"video_bytes"`
	VideoMs    int64    `json:"video_ms"`
}

func networkOf(n api.Network) networkJSON {
	out := networkJSON{
		ID: n.ID, Name: n.Name, Shape: n.Shape, About: n.About, Parts: n.Parts, AltMax: n.AltMax, Abilities: n.Abilities, Options: []string{},
		Text: textJSON{Limit: n.Text.Limit, Unit: n.Text.Unit, MaxBytes: n.Text.MaxBytes, URL: n.Text.URL},
		Media: mediaJSON{
			Max: n.Media.Max, Videos: n.Media.Videos, Types: n.Media.Types, ImageBytes: n.Media.ImageBytes,
			VideoBytes: n.Media.VideoBytes, VideoMs: n.Media.VideoMs,
		},
	}
	for _, o := range n.Options {
		out.Options = append(out.Options, o.Key)
	}
	return out
}

type explainedJSON struct {
	Network string     `json:"network"`
	Name    string     `json:"name"`
	Facts   []factJSON `json:"facts"`
}

type factJSON struct {
	About  string `json:"about"`
	Value  string `json:"value"`
	Source string `json:"source"`
	Date   string `json:"date"`
	Doubt  string `json:"doubt"`
}

func newNetworks(c *cli) *cobra.Command {
	var explain string
	cmd := &cobra.Command{
		Use: "networks", Short: "List the networks and what they take", Args: cobra.NoArgs,
		Long: "List the networks and what they take. With --explain, say of one which document each of its\n" +
			"limits is known from, of which date, and where documents disagree.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			if explain != "" {
				return c.sources(ctx, explain)
			}
			list, err := c.bare(ctx).Networks.List()
			if err != nil {
				return err
			}
			out := make([]networkJSON, len(list))
			rows := make([][]string, len(list))
			for i, n := range list {
				out[i] = networkOf(n)
				text := "any"
				if n.Text.Limit > 0 {
					text = fmt.Sprintf("%d %s", n.Text.Limit, n.Text.Unit)
				}
				rows[i] = []string{n.ID, n.Name, text, fmt.Sprint(n.Media.Max), n.Shape, strings.Join(n.Abilities, " ")}
			}
			return c.result(out, func() {
				c.table([]string{"ID", "NAME", "TEXT", "MEDIA", "SHAPE", "ABILITIES"}, rows)
			})
		}),
	}
	cmd.Flags().StringVar(&explain, "explain", "", "what the limits of the network `ID` are known from")
	return cmd
}

// sources shows what the limits of a network are known from.
func (c *cli) sources(ctx context.Context, id string) error {
	known, err := c.bare(ctx).Networks.Explain(id)
	if err != nil {
		return err
	}
	out := explainedJSON{Network: known.Network, Name: known.Name, Facts: []factJSON{}}
	rows := make([][]string, len(known.Facts))
	for i, f := range known.Facts {
		out.Facts = append(out.Facts, factJSON{About: f.About, Value: f.Value, Source: f.Source, Date: f.Date, Doubt: f.Doubt})
		rows[i] = []string{f.About, f.Value, f.Source, f.Doubt}
	}
	return c.result(out, func() { c.table([]string{"ABOUT", "VALUE", "SOURCE", "DOUBT"}, rows) })
}
