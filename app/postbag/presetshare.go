package main

import (
	"context"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type presetFileJSON struct {
	Path  string `json:"path"`
	Count int    `json:"count"`
}

func newPresetExport(c *cli) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "export [ID]... --out FILE.json", Short: "Write sizes to a file that others import and render reads",
		Long: "Writes sizes, with the pictures of their watermarks, to a file: those named, or all of your own.",
		RunE: c.does(func(ctx context.Context, ids []string) error {
			s, err := c.sizes(ctx)
			if err != nil {
				return err
			}
			got, err := s.Presets.Export(api.ExportPresets{Presets: ids, Out: out})
			if err != nil {
				return err
			}
			return c.result(presetFileJSON{Path: got.Path, Count: got.Count}, func() { c.say("Wrote %s to %s.", plural(got.Count, "size", "sizes"), got.Path) })
		}),
	}
	cmd.Flags().StringVar(&out, "out", "", "the `file` to write")
	_ = cmd.MarkFlagRequired("out")
	return cmd
}

type presetsImportedJSON struct {
	Added    int               `json:"added"`
	Replaced int               `json:"replaced"`
	Same     int               `json:"same"`
	Wrong    []presetWrongJSON `json:"wrong"`
	Presets  []string          `json:"presets"`
}

type presetWrongJSON struct {
	Line    int    `json:"line"`
	ID      string `json:"id"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

func newPresetImport(c *cli) *cobra.Command {
	var replace, partial bool
	cmd := &cobra.Command{
		Use: "import FILE.json [--replace] [--partial]", Short: "Take in sizes that somebody shared",
		Long: "Takes in the sizes of a file, all or none. Where a size of yours has the same id and is another, both are kept.",
		Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			text, err := c.input(args[0])
			if err != nil {
				return err
			}
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			got, err := s.Presets.Import(api.ImportPresets{File: api.PresetFile{Text: text}, All: replace, Partial: partial})
			if err != nil {
				return err
			}
			out := presetsImportedJSON{Added: got.Added, Replaced: got.Replaced, Same: got.Same, Wrong: []presetWrongJSON{}, Presets: got.Presets}
			for _, w := range got.Wrong {
				out.Wrong = append(out.Wrong, presetWrongJSON{Line: w.Line, ID: w.ID, Field: w.Field, Message: w.Message})
			}
			if len(out.Wrong) > 0 {
				c.status = exitFailed
			}
			return c.result(out, func() {
				for _, w := range out.Wrong {
					c.note("%s:%d: %s", args[0], w.Line, w.Message)
				}
				if len(out.Wrong) > 0 && !partial {
					c.note("Nothing was taken in. --partial takes in the others.")
					return
				}
				c.say("%d new, %d replaced, %d here already.", out.Added, out.Replaced, out.Same)
			})
		}),
	}
	cmd.Flags().BoolVar(&replace, "replace", false, "replace sizes of yours that have the same id")
	cmd.Flags().BoolVar(&partial, "partial", false, "leave out what is wrong and take in the rest")
	return cmd
}
