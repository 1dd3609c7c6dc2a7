package main

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type renderJSON struct {
	Files   []renderedJSON      `json:"files"`
	Failed  []renderFailureJSON `json:"failed"`
	Seconds float64             `json:"seconds"`
	Skipped int                 `json:"skipped"` // files that were there already
	Bytes   int64               `json:"bytes"`   // of what was written
	Sheet   string              `json:"contact_sheet"`
	Zip     string              `json:"zip"`
}

type renderedJSON struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Path    string `json:"path"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Bytes   int64  `json:"bytes"`
	Quality int    `json:"quality"`
	Smaller bool   `json:"smaller"` // the picture is smaller than the size asked for: nothing is enlarged
	Passed  bool   `json:"passed"`  // the original itself, its metadata taken away
	There   bool   `json:"there"`   // it was there already, and was not touched
	Damaged bool   `json:"damaged"` // only a part of the picture could be read
}

type renderFailureJSON struct {
	Source  string `json:"source"`
	Preset  string `json:"preset"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

type renderOptions struct {
	*cli
	presets, out  string
	name, zip     string
	sheet         bool
	jobs, quality int
	damaged       bool
	resume        bool

	credit, copyright string
}

func newRender(c *cli) *cobra.Command {
	o := &renderOptions{cli: c}
	cmd := &cobra.Command{
		Use:   "render (FILE|FOLDER|ASSET)... --presets all|ID,...|FILE.json (--out DIR | --zip FILE) [--name PATTERN] [--contact-sheet] [--jobs N] [--quality N] [--resume] [--damaged] [--credit NAME] [--copyright TEXT]",
		Short: "Make pictures in many sizes",
		Long: "Makes every picture in every size, into one folder or zip. Files need no workspace; a folder stands for the\n" +
			"pictures in it, not for those in its folders. FILE.json is a list such as\n" +
			`[{"id": "banner", "width": 1500, "height": 500, "fit": "cover"}], with fit cover, contain (padded) or inside.` + "\n" +
			"Nothing is enlarged. Outputs are named SOURCE-PRESET.EXT, or by a pattern such as \"{network}/{n:3}-{name}\" of {name},\n" +
			"{preset}, {network}, {title}, {width}, {height}, {n}, {date} and {tag}. Files of the same names are replaced;\n" +
			"with --resume the same again makes only what is missing or out of date, also after it was stopped, and replaces nothing\n" +
			"else. What cannot be made is reported, the rest goes on.\n" +
			"What is made says nothing of where, when and with what it was taken. With --credit or --copyright, JPEG files say\n" +
			"that, and nothing else.",
		Args: cobra.MinimumNArgs(1),
		RunE: c.does(o.run),
	}
	f := cmd.Flags()
	f.StringVar(&o.presets, "presets", "", "all, `ids` with commas, or a file of your own sizes")
	f.StringVar(&o.out, "out", "", "the `folder` for the outputs")
	f.StringVar(&o.zip, "zip", "", "one `file` for all outputs, instead of a folder")
	f.StringVar(&o.name, "name", "", "what outputs are called, a `pattern`; else {name}-{preset}")
	f.BoolVar(&o.sheet, "contact-sheet", false, "add a page with all pictures, to look at or print")
	f.IntVar(&o.jobs, "jobs", 0, "pictures at once; 0 is the number of processors")
	f.IntVar(&o.quality, "quality", 0, "of JPEG, 1 to 100; 0 is each size's own")
	f.BoolVar(&o.resume, "resume", false, "go on from what the same left in the folder, by a list that is kept there; a zip always does")
	f.BoolVar(&o.damaged, "damaged", false, "make what there is of a damaged photograph, too, and say so")
	f.StringVar(&o.credit, "credit", "", "who made the pictures, a `name` to be written into JPEG files")
	f.StringVar(&o.copyright, "copyright", "", "whose they are, a line of `text` to be written into JPEG files")
	_ = cmd.MarkFlagRequired("presets")
	cmd.MarkFlagsOneRequired("out", "zip")
	cmd.MarkFlagsMutuallyExclusive("out", "zip")
	return cmd
}

func (o *renderOptions) run(ctx context.Context, args []string) error {
	if o.jobs < 0 {
		return usagef("jobs", "%d pictures at once is not possible", o.jobs)
	}
	if o.quality < 0 || o.quality > 100 {
		return usagef("quality", "quality is between 1 and 100, not %d", o.quality)
	}
	request := api.RenderRequest{
		Out: o.out, Jobs: o.jobs, Quality: o.quality, Pattern: o.name, Zip: o.zip, Damaged: o.damaged, Resume: o.resume,
		Credit: o.credit, Copyright: o.copyright,
	}
	if o.sheet {
		request.Sheet = &api.Sheet{}
	}
	if err := o.readSizes(&request); err != nil {
		return err
	}
	for _, arg := range args {
		if isAsset(arg) {
			request.Assets = append(request.Assets, arg)
			continue
		}
		files, err := picturesIn(arg)
		if err != nil {
			return err
		}
		request.Files = append(request.Files, files...)
	}
	services, err := o.servicesFor(ctx, request)
	if err != nil {
		return err
	}
	began := time.Now()
	made, err := services.Presets.Render(request)
	if err != nil {
		return err
	}
	out := renderOf(made, time.Since(began))
	if len(out.Failed) > 0 {
		o.status = exitFailed
	}
	return o.result(out, func() {
		o.say("Made %s in %.1f s in %s.", plural(len(out.Files)-out.Skipped, "file", "files"), out.Seconds, cmp.Or(out.Zip, o.out, o.zip))
		if out.Skipped > 0 {
			o.say("%s already there.", plural(out.Skipped, "was", "were"))
		}
		if out.Sheet != "" {
			o.say("The contact sheet is %s.", out.Sheet)
		}
		for _, f := range out.Files {
			if f.Damaged {
				o.note("%s %s: the picture is damaged; what could not be read is grey", f.Source, f.Preset)
			}
		}
		for _, f := range out.Failed {
			o.note("%s %s: %s", f.Source, f.Preset, f.Message)
		}
	})
}

// servicesFor opens the data folder only for what is in it: pictures of the library, and sizes of one's own.
func (o *renderOptions) servicesFor(ctx context.Context, r api.RenderRequest) (*api.Services, error) {
	own := slices.ContainsFunc(r.Presets, func(id string) bool { return strings.HasPrefix(strings.ToLower(strings.TrimSpace(id)), "own/") })
	switch {
	case len(r.Assets) > 0:
		return o.services(ctx)
	case own:
		return o.sizes(ctx)
	}
	return o.bare(ctx), nil
}

// readSizes reads --presets.
func (o *renderOptions) readSizes(r *api.RenderRequest) error {
	switch {
	case o.presets == "all":
		r.All = true
	case strings.HasSuffix(strings.ToLower(o.presets), ".json"):
		text, err := o.input(o.presets)
		if err != nil {
			return err
		}
		if r.Own = text; strings.TrimSpace(text) == "" {
			return usagef("presets", "%s is empty", o.presets)
		}
	default:
		r.Presets = strings.Split(o.presets, ",")
	}
	return nil
}

func renderOf(r api.Rendered, took time.Duration) renderJSON {
	out := renderJSON{
		Files: []renderedJSON{}, Failed: []renderFailureJSON{}, Seconds: took.Round(time.Millisecond).Seconds(),
		Skipped: r.Skipped, Bytes: r.Bytes, Sheet: r.Sheet, Zip: r.Zip,
	}
	for _, f := range r.Files {
		out.Files = append(out.Files, renderedJSON(f))
	}
	for _, f := range r.Failed {
		out.Failed = append(out.Failed, renderFailureJSON(f))
	}
	return out
}

// isAsset tells an asset's id from a file: by its form, unless there is a file of that name.
func isAsset(arg string) bool {
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(arg) {
		return false
	}
	_, err := os.Lstat(arg)
	return err != nil
}

// picturesIn lists the pictures of a folder by name, and a file as itself. Which files are pictures is
// told by their names, as a person means it: what is in them is found out when they are read.
func picturesIn(arg string) ([]string, error) {
	info, err := os.Stat(arg)
	if err != nil || !info.IsDir() {
		return []string{arg}, nil //nolint:nilerr // a file that cannot be read is reported with the others
	}
	entries, err := os.ReadDir(arg)
	if err != nil {
		return nil, err
	}
	files := []string{}
	for _, e := range entries {
		kind := strings.ToLower(strings.TrimPrefix(filepath.Ext(e.Name()), "."))
		if slices.Contains([]string{"jpg", "jpeg", "png", "gif", "webp", "tif", "tiff", "bmp", "heic", "heif"}, kind) && !e.IsDir() &&
			!strings.HasPrefix(e.Name(), ".") {
			files = append(files, filepath.Join(arg, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, usagef("files", "there are no pictures in %s", arg)
	}
	return files, nil
}
