package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

func newPostShow(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a post, its deliveries, and what each channel would say", Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			p, err := s.Posts.Get(args[0])
			if err != nil {
				return err
			}
			deliveries, err := s.Queue.OfPost(p.ID)
			if err != nil {
				return err
			}
			reports, err := s.Posts.Check(p.ID)
			if err != nil {
				return err
			}
			out := postOf(p)
			for _, d := range deliveries {
				out.Deliveries = append(out.Deliveries, deliveryOf(d))
			}
			for _, r := range reports {
				out.Checks = append(out.Checks, checkOf(r))
			}
			return c.result(out, func() {
				c.say("%s  %s, version %d, changed %s", p.ID, p.State, p.Version, clock(p.UpdatedMs))
				for _, text := range append([]string{p.Content.Text}, p.Content.Parts...) {
					c.say("\n%s", text)
				}
				c.say("")
				for _, m := range p.Content.Media {
					c.say("  %s  %s", m.Asset, m.Alt)
				}
				for _, d := range deliveries {
					c.say("  %s  %s %s: %s %s", d.ID, d.Network, d.Handle, d.State, d.HoldReason)
				}
				for _, r := range reports {
					c.report(r)
				}
			})
		}),
	}
}

type postEditOptions struct {
	*cli
	words
	media, alts, to []string
	only            string
	noMedia         bool
}

func newPostEdit(c *cli) *cobra.Command {
	o := &postEditOptions{cli: c}
	cmd := &cobra.Command{
		Use:   "edit ID [--text T | --text-file F|-] [--part T]... [--media M]... [--alt T]... [--to CHANNEL]... [--only CHANNEL]",
		Short: "Change a post",
		Long: "Changes what is given and keeps the rest, as a new version. With --only the change is for one channel and the\n" +
			"others keep the shared content. The coming times of a post that repeats go out with the change. What is planned\n" +
			"once goes out as it was planned: take it out of the queue (postbag queue cancel) and plan it again to change it.",
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = c.does(func(ctx context.Context, args []string) error { return o.run(ctx, args[0], cmd.Flags().Changed) })
	o.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.media, "media", nil, "the media instead of the present ones: an asset's `id` or a file; may be repeated")
	f.StringArrayVar(&o.alts, "alt", nil, "the `description` of the medium at the same place; may be repeated")
	f.BoolVar(&o.noMedia, "no-media", false, "take all media off")
	f.StringArrayVar(&o.to, "to", nil, "the `channels` instead of the present ones; may be repeated")
	f.StringVar(&o.only, "only", "", "change it for this `channel` alone")
	cmd.MarkFlagsMutuallyExclusive("media", "no-media")
	cmd.MarkFlagsMutuallyExclusive("to", "only")
	return cmd
}

func (o *postEditOptions) run(ctx context.Context, id string, given func(string) bool) error {
	if err := o.read(o.cli); err != nil {
		return err
	}
	s, w, err := o.open(ctx)
	if err != nil {
		return err
	}
	p, err := s.Posts.Get(id)
	if err != nil {
		return err
	}
	media, err := o.newMedia(s, w, p)
	if err != nil {
		return err
	}
	text := given("text") || given("text-file")
	if o.only != "" {
		err = o.override(s, w, &p, given, text, media)
	} else {
		err = o.shared(s, w, &p, given, text, media)
	}
	if err != nil {
		return err
	}
	saved, err := s.Posts.Save(api.SavePost{ID: p.ID, Content: p.Content, Variants: p.Variants, Version: p.Version})
	if err != nil {
		return err
	}
	repeats, err := o.refresh(s, saved.ID)
	if err != nil {
		return err
	}
	return o.result(postOf(saved), func() {
		o.say("Saved %s as version %d.", saved.ID, saved.Version)
		if repeats {
			o.say("It repeats: its coming times go out like this.")
		}
	})
}

// refresh lets the coming times of a repeated post go out with what it says now.
func (o *postEditOptions) refresh(s *api.Services, post string) (bool, error) {
	err := s.Slots.RefreshRepeat(post)
	if err != nil && api.ErrorOf(err).Code == api.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}

// newMedia returns the media the post gets, nil if they stay. Descriptions alone change those of
// the present media.
func (o *postEditOptions) newMedia(s *api.Services, w api.Workspace, p api.Post) (*[]api.Media, error) {
	switch {
	case o.noMedia:
		return &[]api.Media{}, nil
	case len(o.media) > 0:
		if len(o.alts) > len(o.media) {
			return nil, usagef("alt", "there are %d descriptions for %d media", len(o.alts), len(o.media))
		}
		media, err := o.attach(s, w, o.media, o.alts)
		return &media, err
	case len(o.alts) > 0:
		media := append([]api.Media{}, p.Content.Media...)
		if len(o.alts) > len(media) {
			return nil, usagef("alt", "there are %d descriptions for %d media", len(o.alts), len(media))
		}
		for i, alt := range o.alts {
			media[i].Alt = alt
		}
		return &media, nil
	}
	return nil, nil
}

// shared changes the content that all channels follow.
func (o *postEditOptions) shared(s *api.Services, w api.Workspace, p *api.Post, given func(string) bool, text bool, media *[]api.Media) error {
	for _, field := range []struct {
		given bool
		at    *string
		value string
	}{
		{text, &p.Content.Text, o.text},
		{given("link"), &p.Content.Link, o.link},
		{given("language"), &p.Content.Language, o.language},
		{given("warning"), &p.Content.Warning, o.warning},
		{given("visibility"), &p.Content.Visibility, o.visibility},
	} {
		if field.given {
			*field.at = field.value
		}
	}
	if given("part") {
		p.Content.Parts = o.parts
	}
	if media != nil {
		p.Content.Media = *media
	}
	if len(o.to) == 0 {
		return nil
	}
	ids, err := o.channels(s, w, o.to)
	if err != nil {
		return err
	}
	variants := make([]api.Variant, len(ids))
	for i, id := range ids {
		variants[i] = api.Variant{Channel: id, Options: map[string]string{}}
		for _, v := range p.Variants {
			if v.Channel == id {
				variants[i] = v
			}
		}
	}
	p.Variants = variants
	return nil
}

// override changes what one channel gets.
func (o *postEditOptions) override(s *api.Services, w api.Workspace, p *api.Post, given func(string) bool, text bool, media *[]api.Media) error {
	ids, err := o.channels(s, w, []string{o.only})
	if err != nil {
		return err
	}
	for i := range p.Variants {
		v := &p.Variants[i]
		if v.Channel != ids[0] {
			continue
		}
		for _, field := range []struct {
			given bool
			at    **string
			value string
		}{
			{text, &v.Text, o.text},
			{given("link"), &v.Link, o.link},
			{given("language"), &v.Language, o.language},
			{given("warning"), &v.Warning, o.warning},
			{given("visibility"), &v.Visibility, o.visibility},
		} {
			if field.given {
				*field.at = &field.value
			}
		}
		if given("part") {
			v.Parts = &o.parts
		}
		if media != nil {
			v.Media = media
		}
		return nil
	}
	return &api.Error{
		Code: api.CodeNotFound, Field: "only", Message: "The post does not go to " + o.only + ".", Safe: "Nothing was changed.",
		Actions: []string{"Add the channel with --to first."},
	}
}

func newPostRemove(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "Move a post to the bin", Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			if err := s.Posts.Remove(args[0]); err != nil {
				return err
			}
			p, err := s.Posts.Get(args[0])
			if err != nil {
				return err
			}
			return c.result(postOf(p), func() { c.say("Moved %s to the bin.", p.ID) })
		}),
	}
}

func newPostExport(c *cli) *cobra.Command {
	var to string
	cmd := &cobra.Command{
		Use: "export [ID...]", Short: "Write posts as one JSON document; all of the workspace if none is named", Args: cobra.ArbitraryArgs,
		RunE: c.does(func(ctx context.Context, ids []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			if len(ids) == 0 {
				if ids, err = everyPost(s, w); err != nil {
					return err
				}
			}
			document, err := s.Posts.Export(ids)
			if err != nil {
				return err
			}
			if to == "" || to == "-" {
				_, err := c.out.WriteString(document)
				return err
			}
			f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_, err = f.WriteString(document)
			if closed := f.Close(); err == nil {
				err = closed
			}
			if err != nil {
				_ = os.Remove(to) // half a document is none
				return err
			}
			return c.result(exportedJSON{Path: to, Posts: len(ids)}, func() { c.say("Wrote %s to %s.", plural(len(ids), "post", "posts"), to) })
		}),
	}
	cmd.Flags().StringVar(&to, "out", "", "the new `file`; standard output if it is not given")
	return cmd
}

type exportedJSON struct {
	Path  string `json:"path"`
	Posts int    `json:"posts"`
}

func everyPost(s *api.Services, w api.Workspace) ([]string, error) {
	ids := []string{}
	for after := ""; ; {
		page, err := s.Posts.List(api.ListPosts{Workspace: w.ID, After: after, Limit: 500})
		if err != nil {
			return nil, err
		}
		for _, p := range page.Posts {
			ids = append(ids, p.ID)
		}
		if after = page.Next; after == "" {
			return ids, nil
		}
	}
}

type postImportJSON struct {
	Posts    []postJSON        `json:"posts"`
	Failed   []postFailureJSON `json:"failed"`
	Channels []string          `json:"channels"` // accounts that this workspace has no channel for
}

type postFailureJSON struct {
	Index   int      `json:"index"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Missing []string `json:"missing"`
}

func newPostImport(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Make drafts of a document of posts; - reads standard input", Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			document, err := c.input(args[0])
			if err != nil {
				return err
			}
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			r, err := s.Posts.Import(w.ID, document)
			if err != nil {
				return err
			}
			out := postImportJSON{Posts: []postJSON{}, Failed: []postFailureJSON{}, Channels: r.Channels}
			for _, p := range r.Posts {
				out.Posts = append(out.Posts, postOf(p))
			}
			for _, f := range r.Failed {
				out.Failed = append(out.Failed, postFailureJSON(f))
			}
			if len(r.Failed) > 0 {
				c.status = exitFailed
			}
			return c.result(out, func() {
				c.say("Imported %s.", plural(len(r.Posts), "post", "posts"))
				for _, f := range r.Failed {
					c.note("Post %d: %s", f.Index+1, f.Message)
				}
				for _, name := range r.Channels {
					c.note("There is no channel for %s here; what was its own did not come along.", name)
				}
			})
		}),
	}
}
