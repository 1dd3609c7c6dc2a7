package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
	"postbag/app/samples"
)

type demoJSON struct {
	Workspace  string         `json:"workspace"`
	Data       string         `json:"data"`   // the data folder
	Folder     string         `json:"folder"` // where the sample photographs and the renditions are
	Assets     []assetJSON    `json:"assets"`
	Renditions []renderedJSON `json:"renditions"`
	Post       postJSON       `json:"post"`
	Deliveries []deliveryJSON `json:"deliveries"`
	Feed       feedJSON       `json:"feed"`
	Seconds    float64        `json:"seconds"`
}

const demoText = "Six pictures, one folder, no cloud: this post was written, planned and published on this machine alone."

func newDemo(c *cli) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "demo", Short: "Do the main job, start to end, with sample photographs", Args: cobra.NoArgs,
		Long: "Imports six sample photographs, makes every size of them, writes a post with descriptions, plans it, publishes it\n" +
			"to the local feed, and says where everything is. Nothing leaves this machine. Without --data it all happens in a\n" +
			"new folder for temporary files, which stays. With --data, whatever else is due there goes out as well.",
		RunE: c.does(func(ctx context.Context, _ []string) error {
			began := time.Now()
			d, feed, err := c.demo(ctx, out)
			if err != nil {
				return err
			}
			d.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
			return c.result(d, func() { c.showDemo(d, feed) })
		}),
	}
	cmd.Flags().StringVar(&out, "out", "", "the `folder` for the photographs and the renditions")
	return cmd
}

func (c *cli) demo(ctx context.Context, out string) (demoJSON, api.Feed, error) {
	var d demoJSON
	var none api.Feed
	if err := c.demoPlaces(&out); err != nil {
		return d, none, err
	}
	photos, err := unpackSamples(filepath.Join(out, "photographs"))
	if err != nil {
		return d, none, err
	}
	s, w, err := c.demoWorkspace(ctx)
	if err != nil {
		return d, none, err
	}
	d.Workspace, d.Data, d.Folder = w.Name, c.app.Dir.Path(), out

	c.note("Importing %d photographs", len(photos))
	imported, err := s.Library.Import(api.ImportAssets{Workspace: w.ID, Paths: photos})
	if err != nil {
		return d, none, err
	}
	if len(imported.Failed) > 0 {
		return d, none, fmt.Errorf("import %s: %s", imported.Failed[0].Path, imported.Failed[0].Message)
	}
	d.Assets = importOf(imported).Assets
	request := api.RenderRequest{All: true, Out: filepath.Join(out, "renditions")}
	content := api.Content{Text: demoText, Parts: []string{}, Language: "en"}
	for i, a := range imported.Assets {
		request.Assets = append(request.Assets, a.Asset.ID)
		content.Media = append(content.Media, api.Media{Asset: a.Asset.ID, Alt: samples.Alt(samples.Names()[i])})
	}

	c.note("Making every size of them")
	made, err := s.Presets.Render(request)
	if err != nil {
		return d, none, err
	}
	if len(made.Failed) > 0 {
		return d, none, fmt.Errorf("render %s as %s: %s", made.Failed[0].Source, made.Failed[0].Preset, made.Failed[0].Message)
	}
	d.Renditions = renderOf(made, 0).Files

	c.note("Writing, planning and publishing a post")
	feed, err := s.System.Feed(w.ID)
	if err != nil {
		return d, none, err
	}
	post, err := s.Posts.Create(api.CreatePost{Workspace: w.ID, Content: content, Channels: []string{feed.Channel}})
	if err != nil {
		return d, none, err
	}
	if _, err := s.Queue.Schedule(api.ScheduleRequest{PostID: post.ID, DueMs: time.Now().UnixMilli()}); err != nil {
		return d, none, err
	}
	t, err := c.runQueue(ctx, s, true)
	if err != nil {
		return d, none, err
	}
	if t.Held+t.Unknown+t.Rejected+t.Waiting > 0 {
		c.status = exitPerson
	}
	return c.demoResult(s, w, post.ID, d)
}

// demoResult asks how everything is now.
func (c *cli) demoResult(s *api.Services, w api.Workspace, post string, d demoJSON) (demoJSON, api.Feed, error) {
	p, err := s.Posts.Get(post)
	if err != nil {
		return d, api.Feed{}, err
	}
	deliveries, err := s.Queue.OfPost(post)
	if err != nil {
		return d, api.Feed{}, err
	}
	feed, err := s.System.Feed(w.ID)
	d.Post, d.Feed, d.Deliveries = postOf(p), feedOf(feed), []deliveryJSON{}
	for _, delivery := range deliveries {
		d.Deliveries = append(d.Deliveries, deliveryOf(delivery))
	}
	return d, feed, err
}

// demoPlaces chooses where the demonstration happens: a new folder for what was not given.
func (c *cli) demoPlaces(out *string) error {
	given := c.folder() != "" || c.workspace != ""
	if given && *out != "" {
		return nil
	}
	folder, err := os.MkdirTemp("", "postbag-demo-")
	if err != nil {
		return fmt.Errorf("make a folder for the demonstration: %w", err)
	}
	if !given {
		c.data = filepath.Join(folder, "data")
	}
	if *out == "" {
		*out = folder
	}
	return nil
}

// demoWorkspace opens the workspace, and makes it if it was named and is not there.
func (c *cli) demoWorkspace(ctx context.Context) (*api.Services, api.Workspace, error) {
	s, err := c.services(ctx)
	if err != nil {
		return nil, api.Workspace{}, err
	}
	if c.workspace != "" {
		list, err := s.System.Workspaces()
		if err != nil {
			return nil, api.Workspace{}, err
		}
		for _, w := range list {
			if w.Name == c.workspace {
				return s, w, nil
			}
		}
		w, err := s.System.AddWorkspace(c.workspace)
		return s, w, err
	}
	return c.open(ctx)
}

// unpackSamples writes the sample photographs into a folder and returns their paths in order.
func unpackSamples(folder string) ([]string, error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for the photographs: %w", err)
	}
	files := samples.Files()
	paths := []string{}
	for _, name := range append([]string{"README.md"}, samples.Names()...) {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("sample %s: %w", name, err)
		}
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return nil, fmt.Errorf("sample %s: %w", name, err)
		}
		if name != "README.md" {
			paths = append(paths, path)
		}
	}
	return paths, nil
}

func (c *cli) showDemo(d demoJSON, feed api.Feed) {
	c.say("Done in %.1f s: %s, %s, and a post that is live in the local feed.", d.Seconds,
		plural(len(d.Assets), "photograph", "photographs"), plural(len(d.Renditions), "rendition", "renditions"))
	c.say("  workspace   %s in %s", d.Workspace, d.Data)
	c.say("  renditions  %s", filepath.Join(d.Folder, "renditions"))
	for _, delivery := range d.Deliveries {
		c.say("  post        %s %s", delivery.State, delivery.RemoteURL)
	}
	c.showFeed(feed)
	c.say("Open the page in a browser, or go on with it: postbag --data %s post list", d.Data)
}
