package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type checkJSON struct {
	Network    string      `json:"network"`
	Channel    string      `json:"channel,omitempty"`
	Length     int         `json:"length"`
	Limit      int         `json:"limit"`
	Remaining  int         `json:"remaining"`
	Unit       string      `json:"unit"`
	Valid      bool        `json:"valid"`
	OverflowAt *int        `json:"overflow_at"` // code points before the first character that does not fit
	Problems   []issueJSON `json:"problems"`
	Parts      []partJSON  `json:"parts"`
}

type issueJSON struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"`
	Part    int    `json:"part"`
	Warning bool   `json:"warning"` // it can be published all the same
}

type partJSON struct {
	Length     int  `json:"length"`
	Remaining  int  `json:"remaining"`
	OverflowAt *int `json:"overflow_at"`
}

func checkOf(r api.Report) checkJSON {
	out := checkJSON{
		Network: r.Network, Channel: r.Channel, Length: r.Length, Limit: r.Limit, Remaining: r.Remaining, Unit: r.Unit, Valid: r.Valid,
		OverflowAt: place(r.OverflowAt), Problems: []issueJSON{}, Parts: []partJSON{},
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, issueJSON{Code: p.Code, Message: p.Message, Field: p.Field, Part: p.Part, Warning: p.Warning})
	}
	for _, p := range r.Parts {
		out.Parts = append(out.Parts, partJSON{Length: p.Length, Remaining: p.Remaining, OverflowAt: place(p.OverflowAt)})
	}
	return out
}

func place(at int) *int {
	if at < 0 {
		return nil
	}
	return &at
}

type checkOptions struct {
	*cli
	words
	network, server string
	media, alts     []string
	campaign        string
	source, medium  string
}

func newCheck(c *cli) *cobra.Command {
	o := &checkOptions{cli: c}
	cmd := &cobra.Command{
		Use:   "check --network ID (--text T | --text-file F|-) [--media FILE]... [--server URL]",
		Short: "Say what a network would say, before it is asked",
		Long: "Counts a text by a network's own rule and says what would not arrive as written. Nothing is stored and no\n" +
			"workspace is needed. With --server the server is asked for its own limits; without it nothing leaves this machine.",
		Args: cobra.NoArgs,
		RunE: c.does(o.run),
	}
	o.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&o.network, "network", "", "the `id` of the network (postbag networks)")
	f.StringVar(&o.server, "server", "", "the `address` of a server, to be asked for its own limits")
	f.StringArrayVar(&o.media, "media", nil, "a picture or video `file` that goes with it; may be repeated")
	f.StringArrayVar(&o.alts, "alt", nil, "the description of the medium at the same place; may be repeated")
	f.StringVar(&o.campaign, "campaign", "", "the `name` that is put on links as utm_campaign, as a workspace does")
	f.StringVar(&o.source, "source", "", "with --campaign: the utm_source, instead of the network's `id`")
	f.StringVar(&o.medium, "medium", "social", "with --campaign: the utm_medium")
	_ = cmd.MarkFlagRequired("network")
	cmd.MarkFlagsOneRequired("text", "text-file", "media")
	return cmd
}

func (o *checkOptions) run(ctx context.Context, _ []string) error {
	if err := o.read(o.cli); err != nil {
		return err
	}
	if len(o.alts) > len(o.media) {
		return usagef("alt", "there are %d descriptions for %d media", len(o.alts), len(o.media))
	}
	request := api.CheckRequest{
		Network: o.network, Server: o.server, Text: o.text, Parts: o.parts, Link: o.link, Language: o.language,
		Warning: o.warning, Visibility: o.visibility, Campaign: o.campaign, Source: o.source, Medium: o.medium,
	}
	for i, path := range o.media {
		m := api.CheckMedia{Path: path}
		if i < len(o.alts) {
			m.Alt = o.alts[i]
		}
		request.Media = append(request.Media, m)
	}
	report, err := o.bare(ctx).Networks.Check(request)
	if err != nil {
		return err
	}
	return o.result(checkOf(report), func() { o.report(report) })
}

// report says in words what a network or channel would say.
func (c *cli) report(r api.Report) {
	name := r.Network
	if r.Handle != "" {
		name += " " + r.Handle
	}
	switch {
	case r.Limit == 0:
		c.say("%s: %d %s, no limit", name, r.Length, r.Unit)
	case r.Remaining < 0:
		c.say("%s: %d of %d %s, %d too many", name, r.Length, r.Limit, r.Unit, -r.Remaining)
	default:
		c.say("%s: %d of %d %s, %d left", name, r.Length, r.Limit, r.Unit, r.Remaining)
	}
	for _, p := range r.Problems {
		word := "problem"
		if p.Warning {
			word = "note"
		}
		where := p.Field
		if p.Part > 0 {
			where = fmt.Sprintf("part %d, %s", p.Part+1, p.Field)
		}
		c.say("  %s (%s): %s", word, where, p.Message)
	}
}
