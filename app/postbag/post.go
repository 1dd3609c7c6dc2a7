package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type postJSON struct {
	ID         string         `json:"id"`
	Text       string         `json:"text"`
	Parts      []string       `json:"parts"`
	State      string         `json:"state"`
	Channels   []string       `json:"channels"`
	Media      []postMedia    `json:"media"`
	Updated    *string        `json:"updated"`
	Created    *string        `json:"created"`
	Version    int            `json:"version"`
	Link       string         `json:"link"`
	Language   string         `json:"language"`
	Warning    string         `json:"warning"`
	Visibility string         `json:"visibility"`
	Deliveries []deliveryJSON `json:"deliveries,omitempty"`
	Checks     []checkJSON    `json:"checks,omitempty"`
}

type postMedia struct {
	Asset string `json:"asset"`
	Alt   string `json:"alt"`
	Part  int    `json:"part"`
}

func postOf(p api.Post) postJSON {
	out := postJSON{
		ID: p.ID, Text: p.Content.Text, Parts: p.Content.Parts, State: p.State, Channels: []string{}, Media: []postMedia{},
		Updated: stamp(p.UpdatedMs), Created: stamp(p.CreatedMs), Version: p.Version, Link: p.Content.Link, Language: p.Content.Language,
		Warning: p.Content.Warning, Visibility: p.Content.Visibility,
	}
	for _, v := range p.Variants {
		out.Channels = append(out.Channels, v.Channel)
	}
	for _, m := range p.Content.Media {
		out.Media = append(out.Media, postMedia{Asset: m.Asset, Alt: m.Alt, Part: m.Part})
	}
	return out
}

type addedJSON struct {
	ID         string         `json:"id"`
	Deliveries []deliveryJSON `json:"deliveries"`
}

type postAddOptions struct {
	*cli
	words
	media, alts, to []string
	at              string
	now, slot       bool
	draft           bool
	zone            string
	stagger         time.Duration
}

func newPost(c *cli) *cobra.Command {
	return group("post", "Posts and drafts",
		newPostAdd(c), newPostList(c), newPostShow(c), newPostEdit(c), newPostRemove(c), newPostExport(c), newPostImport(c))
}

func newPostAdd(c *cli) *cobra.Command {
	o := &postAddOptions{cli: c}
	cmd := &cobra.Command{
		Use: "add (--text T | --text-file F|-) [--part F]... [--media ASSET|FILE]... [--alt T]... --to CHANNEL... " +
			"(--at TIME | --now | --slot | --draft)",
		Short: "Write a post and plan it",
		Long: "Writes a post and plans it for each channel, all or none; --draft only writes it. A file given with --media is\n" +
			"brought into the library first. The first --alt describes the first --media, and so on. A channel is named by its\n" +
			"id, its handle, or its network if only one channel is on it. TIME is RFC 3339 (2026-12-24T18:00:00+01:00), or\n" +
			"2026-12-24 18:00 in this machine's time zone, or in --zone: then it stays that time there if the zone's rules change.\n" +
			"With --slot it goes out in its channels' next free slots (postbag slot set). With --stagger 30m\n" +
			"each channel follows the one before half an hour later.\n\n" +
			"Planned posts go out while postbag queue run is running.",
		Args: cobra.NoArgs,
		RunE: c.does(o.run),
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringArrayVar(&o.media, "media", nil, "an asset's `id` or a file; may be repeated")
	f.StringArrayVar(&o.alts, "alt", nil, "the `description` of the medium at the same place; may be repeated")
	f.StringArrayVar(&o.to, "to", nil, "a `channel`; may be repeated")
	f.StringVar(&o.at, "at", "", "when it goes out, a `time`")
	f.BoolVar(&o.now, "now", false, "it goes out at once")
	f.BoolVar(&o.slot, "slot", false, "it goes out in the next free slot of each channel")
	f.StringVar(&o.zone, "zone", "", "the `zone` in which --at is meant, like Europe/Oslo")
	f.DurationVar(&o.stagger, "stagger", 0, "how much later each channel goes out than the one before, such as 30m")
	f.BoolVar(&o.draft, "draft", false, "only write it")
	cmd.MarkFlagsOneRequired("text", "text-file", "media")
	cmd.MarkFlagsOneRequired("at", "now", "slot", "draft")
	cmd.MarkFlagsMutuallyExclusive("at", "now", "slot", "draft")
	return cmd
}

func (o *postAddOptions) run(ctx context.Context, _ []string) error {
	due, err := o.due(time.Now())
	if err != nil {
		return err
	}
	if len(o.to) == 0 && !o.draft {
		return usagef("to", "say which channel it goes to: --to CHANNEL (postbag channel list)")
	}
	if len(o.alts) > len(o.media) {
		return usagef("alt", "there are %d descriptions for %d media", len(o.alts), len(o.media))
	}
	if err := o.read(o.cli); err != nil {
		return err
	}
	s, w, err := o.open(ctx)
	if err != nil {
		return err
	}
	said, err := o.inZone(s, due)
	if err != nil {
		return err
	}
	channels, err := o.channels(s, w, o.to)
	if err != nil {
		return err
	}
	media, err := o.attach(s, w, o.media, o.alts)
	if err != nil {
		return err
	}
	p, err := s.Posts.Create(api.CreatePost{Workspace: w.ID, Channels: channels, Content: api.Content{
		Text: o.text, Parts: o.parts, Media: media, Link: o.link, Language: o.language, Warning: o.warning, Visibility: o.visibility,
	}})
	if err != nil {
		return err
	}
	out := addedJSON{ID: p.ID, Deliveries: []deliveryJSON{}}
	if o.draft {
		return o.result(out, func() { o.say("Saved the draft %s.", p.ID) })
	}
	said.PostID, said.Slot, said.Offsets = p.ID, o.slot, o.offsets(channels)
	planned, err := s.Slots.Schedule(said)
	if err != nil {
		return keptAs(p.ID, err)
	}
	for _, d := range planned {
		out.Deliveries = append(out.Deliveries, deliveryOf(d))
	}
	return o.result(out, func() {
		o.say("Planned the post %s:", p.ID)
		for _, d := range planned {
			o.say("  %s  %s %s, goes out %s", d.ID, d.Network, d.Handle, clock(d.DueMs))
		}
	})
}

// keptAs tells that a post which could not be planned is a draft now, and which.
func keptAs(id string, err error) error {
	known := api.ErrorOf(err)
	told := *known
	told.Safe = "The text is saved as the draft " + id + "; nothing was planned."
	told.Actions = append(append([]string{}, known.Actions...), "Change it: postbag post edit "+id, "Throw it away: postbag post remove "+id)
	return &told
}

// lateness is how far in the past a time may lie: so late a post still goes out by itself.
const lateness = 15 * time.Minute

// due is when the post goes out.
func (o *postAddOptions) due(now time.Time) (time.Time, error) {
	if o.at == "" {
		return now, nil
	}
	at, err := parseTime(o.at)
	if err == nil && o.zone == "" && now.Sub(at) > lateness {
		err = usagef("at", "%s has passed; use --now, or a time to come", o.at)
	}
	return at, err
}

// offsets lets each channel follow the one before.
func (o *postAddOptions) offsets(channels []string) []api.ChannelOffset {
	list := []api.ChannelOffset{}
	for i, c := range channels {
		if after := time.Duration(i) * o.stagger; after != 0 {
			list = append(list, api.ChannelOffset{Channel: c, AfterMs: after.Milliseconds()})
		}
	}
	return list
}

// inZone gives a wall time its instant in the zone it is meant in: in the hour that the clocks skip
// it is moved forward, and of two it is the first. Where the zone was named the wall time stays with
// it, so that it is kept if the zone's rules change. An instant stays.
func (o *postAddOptions) inZone(s *api.Services, due time.Time) (said api.ScheduleAt, err error) {
	said.DueMs = due.UnixMilli()
	if _, err := time.Parse(time.RFC3339, o.at); o.at == "" || err == nil {
		if o.zone != "" {
			return said, usagef("zone", "it says what a time without a zone means: --at '2026-12-24 18:00' --zone Europe/Oslo")
		}
		return said, nil
	}
	wall, err := parseWall(o.at, time.UTC)
	if err != nil {
		return said, err
	}
	w, err := s.Slots.Resolve(wall.Format("2006-01-02T15:04"), o.zone, false)
	if err != nil {
		return said, err
	}
	at := time.UnixMilli(w.AtMs).Add(time.Duration(wall.Second()) * time.Second)
	said.DueMs = at.UnixMilli()
	if o.zone != "" {
		said.Wall, said.Zone = w.Wall, w.Zone
	}
	switch w.Rule {
	case "skipped":
		o.note("The clocks skip that time: it goes out at %s.", clock(at.UnixMilli()))
	case "first":
		o.note("The clocks show that time twice: the first counts.")
	}
	if time.Since(at) > lateness {
		return said, usagef("at", "%s has passed there; use --now, or a time to come", o.at)
	}
	return said, nil
}

// parseTime reads a time as people and scripts write it.
func parseTime(s string) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return parseWall(s, time.Local)
}

// parseWall reads a time without a zone.
func parseWall(s string, where *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, where); err == nil {
			return t, nil
		}
	}
	return time.Time{}, usagef("at", "%q is not a time: write 2026-12-24T18:00:00+01:00, or 2026-12-24 18:00 for this machine's zone", s)
}

// channels finds channels by what a person calls them, each once.
func (c *cli) channels(s *api.Services, w api.Workspace, wanted []string) ([]string, error) {
	list, err := s.Channels.List(w.ID)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	seen := map[string]bool{}
	for _, name := range wanted {
		ch, err := findChannel(list, name)
		if err != nil {
			return nil, err
		}
		if !seen[ch.ID] {
			seen[ch.ID] = true
			ids = append(ids, ch.ID)
		}
	}
	return ids, nil
}

// attach turns asset ids and files into media of the first part. Files are imported.
func (c *cli) attach(s *api.Services, w api.Workspace, media, alts []string) ([]api.Media, error) {
	out := []api.Media{}
	for i, name := range media {
		id := name
		if !isAsset(name) {
			r, err := s.Library.Import(api.ImportAssets{Workspace: w.ID, Paths: []string{name}})
			if err != nil {
				return nil, err
			}
			if len(r.Failed) > 0 {
				return nil, &api.Error{
					Code: api.CodeBadFile, Field: "media", Message: r.Failed[0].Path + ": " + r.Failed[0].Message,
					Safe: "The file is as it was; nothing was planned.",
				}
			}
			if len(r.Assets) != 1 {
				return nil, usagef("media", "%s has %s; name one file", name, plural(len(r.Assets), "picture", "pictures"))
			}
			id = r.Assets[0].Asset.ID
		}
		m := api.Media{Asset: id}
		if i < len(alts) {
			m.Alt = alts[i]
		}
		out = append(out, m)
	}
	return out, nil
}

func newPostList(c *cli) *cobra.Command {
	var r api.ListPosts
	cmd := &cobra.Command{
		Use: "list", Short: "List the posts, the newest first", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			if r.Limit < 0 {
				return usagef("limit", "the limit is a number from 1")
			}
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			r.Workspace = w.ID
			page, err := s.Posts.List(r)
			if err != nil {
				return err
			}
			out := []postJSON{}
			var rows [][]string
			for _, p := range page.Posts {
				out = append(out, postOf(p))
				rows = append(rows, []string{p.ID, p.State, fmt.Sprint(len(p.Variants)), fmt.Sprint(len(p.Content.Media)), clock(p.UpdatedMs), clip(p.Content.Text, 50)})
			}
			return c.result(out, func() {
				c.table([]string{"ID", "STATE", "CHANNELS", "MEDIA", "CHANGED", "TEXT"}, rows)
				if page.Next != "" {
					c.note("There are more: --after %s", page.Next)
				}
			})
		}),
	}
	f := cmd.Flags()
	f.StringVar(&r.Query, "query", "", "every `word` must be in the texts")
	f.StringSliceVar(&r.States, "state", nil, "only posts in this `state`; may be repeated")
	f.IntVar(&r.Limit, "limit", 0, "most of one page; 0 is 50")
	f.StringVar(&r.After, "after", "", "the `id` of the last post of the page before")
	f.BoolVar(&r.Bin, "bin", false, "what is in the bin")
	return cmd
}
