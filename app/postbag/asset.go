package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type assetJSON struct {
	ID         string     `json:"id"`
	SHA256     string     `json:"sha256"`
	Kind       string     `json:"kind"`
	Format     string     `json:"format"`
	Width      int        `json:"width"`
	Height     int        `json:"height"`
	Bytes      int64      `json:"bytes"`
	TakenAt    *string    `json:"taken_at"`
	Path       string     `json:"path"` // where it was imported from, or its file name
	Name       string     `json:"name"`
	DurationMs int64      `json:"duration_ms"`
	Frames     int        `json:"frames"`
	Alt        string     `json:"alt"`
	Focus      *pointJSON `json:"focus"`
	Tags       []string   `json:"tags"`
	Camera     string     `json:"camera"`
	Place      *placeJSON `json:"place"` // never published
	Reference  string     `json:"reference"`
	Warning    string     `json:"warning"`
	ImportedAt *string    `json:"imported_at"`
	Duplicate  bool       `json:"duplicate"`
	UsedBy     []string   `json:"used_by"`
}

type pointJSON struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

type placeJSON struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
}

type failureJSON struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type importJSON struct {
	Imported   int           `json:"imported"`
	Duplicates int           `json:"duplicates"`
	Failed     []failureJSON `json:"failed"`
	Assets     []assetJSON   `json:"assets"`
}

type assetPageJSON struct {
	Assets []assetJSON `json:"assets"`
	Next   string      `json:"next"`
}

func assetOf(a api.Asset) assetJSON {
	out := assetJSON{
		ID: a.ID, SHA256: a.SHA256, Kind: a.Kind, Format: a.Format, Width: a.Width, Height: a.Height, Bytes: a.Bytes,
		TakenAt: stamp(a.TakenMs), Path: a.Name, Name: a.Name, DurationMs: a.DurationMs, Frames: a.Frames, Alt: a.Alt, Tags: a.Tags,
		Camera: a.Camera, Reference: a.Reference, Warning: a.Warning, ImportedAt: stamp(a.ImportedMs), UsedBy: a.UsedBy,
	}
	if a.Reference != "" {
		out.Path = a.Reference
	}
	if a.Focus != nil {
		out.Focus = &pointJSON{X: a.Focus.X, Y: a.Focus.Y}
	}
	if a.Place != nil {
		out.Place = &placeJSON{Latitude: a.Place.Latitude, Longitude: a.Place.Longitude}
	}
	return out
}

func importOf(r api.ImportedAssets) importJSON {
	out := importJSON{Imported: r.Imported, Duplicates: r.Duplicates, Failed: []failureJSON{}, Assets: []assetJSON{}}
	for _, f := range r.Failed {
		out.Failed = append(out.Failed, failureJSON(f))
	}
	for _, a := range r.Assets {
		dto := assetOf(a.Asset)
		dto.Path, dto.Duplicate = a.Path, a.Duplicate
		out.Assets = append(out.Assets, dto)
	}
	return out
}

func newAsset(c *cli) *cobra.Command {
	return group("asset", "Pictures and videos in the library",
		newAssetImport(c), newAssetList(c), newAssetTag(c),
		c.assetCommand("show ID", "Show one and where it is used", cobra.ExactArgs(1), func(s *api.Services, args []string) (api.Asset, error) {
			return s.Library.Show(args[0])
		}),
		c.assetCommand("alt ID TEXT", "Describe one for people who cannot see it", cobra.ExactArgs(2), func(s *api.Services, args []string) (api.Asset, error) {
			return s.Library.SetAlt(args[0], args[1])
		}),
		c.assetCommand("focus ID X Y", "Say what must stay in view; 0 0 is the top left, 1 1 the bottom right", cobra.ExactArgs(3), focusAsset),
		c.assetCommand("locate ID PATH", "Say where the original of a reference is now", cobra.ExactArgs(2), func(s *api.Services, args []string) (api.Asset, error) {
			return s.Library.Locate(args[0], args[1])
		}),
		c.assetCommand("remove ID", "Move one to the bin; posts that use it keep it", cobra.ExactArgs(1), func(s *api.Services, args []string) (api.Asset, error) {
			if err := s.Library.Remove(args[0]); err != nil {
				return api.Asset{}, err
			}
			return s.Library.Show(args[0])
		}),
	)
}

func focusAsset(s *api.Services, args []string) (api.Asset, error) {
	x, errX := strconv.ParseFloat(args[1], 64)
	y, errY := strconv.ParseFloat(args[2], 64)
	if errX != nil || errY != nil {
		return api.Asset{}, usagef("focus", "X and Y are numbers from 0 to 1, such as 0.5")
	}
	return s.Library.SetFocus(api.SetFocus{ID: args[0], Focus: &api.Point{X: x, Y: y}})
}

// assetCommand is a command about one asset, which it prints.
func (c *cli) assetCommand(use, short string, args cobra.PositionalArgs, do func(*api.Services, []string) (api.Asset, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			a, err := do(s, args)
			if err != nil {
				return err
			}
			return c.result(assetOf(a), func() { c.showAsset(a) })
		}),
	}
}

func (c *cli) showAsset(a api.Asset) {
	c.say("%s  %s  %s %d×%d, %s", a.ID, a.Name, a.Format, a.Width, a.Height, size(a.Bytes))
	for _, line := range []struct{ name, value string }{
		{"description", a.Alt}, {"camera", a.Camera}, {"original", a.Reference}, {"note", a.Warning},
	} {
		if line.value != "" {
			c.say("  %s: %s", line.name, line.value)
		}
	}
	if a.TakenMs != 0 {
		c.say("  taken: %s", clock(a.TakenMs))
	}
	for _, tag := range a.Tags {
		c.say("  tag: %s", tag)
	}
	for _, post := range a.UsedBy {
		c.say("  used by post %s", post)
	}
}

func newAssetImport(c *cli) *cobra.Command {
	var recursive, reference bool
	cmd := &cobra.Command{
		Use: "import PATH...", Short: "Bring files and folders into the library", Args: cobra.MinimumNArgs(1),
		Long: "Files are judged by their content, and the same content is one asset whatever its name. A bad file is\n" +
			"reported and the rest goes on; an import that was stopped goes on where it was when it is repeated.",
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			r, err := s.Library.Import(api.ImportAssets{Workspace: w.ID, Paths: args, Recursive: recursive, Reference: reference})
			if err != nil {
				return err
			}
			if len(r.Failed) > 0 {
				c.status = exitFailed
			}
			return c.result(importOf(r), func() {
				c.say("Imported %d, already there %d, failed %d.", r.Imported, r.Duplicates, len(r.Failed))
				for _, a := range r.Assets {
					c.say("  %s  %s", a.Asset.ID, a.Path)
				}
				for _, f := range r.Failed {
					c.note("%s: %s", f.Path, f.Message)
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&recursive, "recursive", false, "folders in folders too")
	cmd.Flags().BoolVar(&reference, "reference", false, "leave the originals where they are, and keep no copy")
	return cmd
}

func newAssetList(c *cli) *cobra.Command {
	var r api.ListAssets
	cmd := &cobra.Command{
		Use: "list", Short: "List the library, the last imported first", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			if r.Limit < 0 {
				return usagef("limit", "the limit is a number from 1")
			}
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			r.Workspace = w.ID
			page, err := s.Library.List(r)
			if err != nil {
				return err
			}
			out := assetPageJSON{Assets: []assetJSON{}, Next: page.Next}
			var rows [][]string
			for _, a := range page.Assets {
				out.Assets = append(out.Assets, assetOf(a))
				rows = append(rows, []string{a.ID, a.Format, fmt.Sprintf("%d×%d", a.Width, a.Height), size(a.Bytes), clip(a.Name, 40), clip(a.Alt, 40)})
			}
			return c.result(out, func() {
				c.table([]string{"ID", "FORMAT", "PIXELS", "SIZE", "NAME", "DESCRIPTION"}, rows)
				if page.Next != "" {
					c.note("There are more: --after %s", page.Next)
				}
			})
		}),
	}
	f := cmd.Flags()
	f.StringVar(&r.Query, "query", "", "every `word` must be in name, tags, description or camera")
	f.IntVar(&r.Limit, "limit", 0, "most of one page; 0 is 100")
	f.StringVar(&r.After, "after", "", "the `cursor` of the next page")
	f.BoolVar(&r.Bin, "bin", false, "what is in the bin")
	return cmd
}

func newAssetTag(c *cli) *cobra.Command {
	var remove []string
	cmd := c.assetCommand("tag ID [TAG...]", "Add tags, or take them off with --remove", cobra.MinimumNArgs(1),
		func(s *api.Services, args []string) (api.Asset, error) {
			if len(args) == 1 && len(remove) == 0 {
				return api.Asset{}, usagef("tag", "say which tag")
			}
			return s.Library.Tag(api.TagAsset{ID: args[0], Add: args[1:], Remove: remove})
		})
	cmd.Flags().StringArrayVar(&remove, "remove", nil, "a `tag` to take off; may be repeated")
	return cmd
}
