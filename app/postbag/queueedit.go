package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

// editJSON is one change of a post that is live.
type editJSON struct {
	At      *string  `json:"at"`
	Ended   *string  `json:"ended"`
	Part    int      `json:"part"` // of a thread, counted from 1
	Text    string   `json:"text"`
	Alts    []string `json:"alts"`
	Outcome string   `json:"outcome"` // "" while it is on its way
	Code    string   `json:"code"`
	Message string   `json:"message"`
}

func editJSONOf(e api.Edit) editJSON {
	return editJSON{stamp(e.AtMs), stamp(e.EndedMs), e.Part, e.Text, e.Alts, e.Outcome, e.Code, e.Message}
}

type queueEditOptions struct {
	*cli
	text, file string
	alts       []string
	part       int
}

func newQueueEdit(c *cli) *cobra.Command {
	o := &queueEditOptions{cli: c}
	cmd := &cobra.Command{
		Use:   "edit ID [--text T | --text-file F|-] [--alt T]... [--part N]",
		Short: "Change the words of a post that is live, where its network allows that",
		Long: "Changes a published delivery in its place: nothing is posted, and the post in Postbag keeps what it says. What\n" +
			"was published first and every change stay in the journal (postbag queue show). If no answer comes, the status is\n" +
			"3 and the same command again is safe.",
		Args: cobra.ExactArgs(1),
	}
	cmd.RunE = c.does(func(ctx context.Context, args []string) error { return o.run(ctx, args[0], cmd.Flags().Changed) })
	f := cmd.Flags()
	f.StringVar(&o.text, "text", "", "the `text` that it has afterwards")
	f.StringVar(&o.file, "text-file", "", "read the text from a `file`, or - for standard input")
	f.StringArrayVar(&o.alts, "alt", nil, "the `description` of the medium at the same place; may be repeated")
	f.IntVar(&o.part, "part", 1, "which `part` of a thread, counted from 1")
	cmd.MarkFlagsMutuallyExclusive("text", "text-file")
	cmd.MarkFlagsOneRequired("text", "text-file", "alt")
	return cmd
}

func (o *queueEditOptions) run(ctx context.Context, id string, given func(string) bool) error {
	if o.file != "" {
		text, err := o.input(o.file)
		if err != nil {
			return err
		}
		o.text = oneNewlineLess(text)
	}
	s, err := o.services(ctx)
	if err != nil {
		return err
	}
	live, err := s.Queue.Live(id)
	if err != nil {
		return err
	}
	if o.part < 1 || o.part > len(live.Parts) {
		return usagef("part", "it has %s", plural(len(live.Parts), "part", "parts"))
	}
	if !given("text") && !given("text-file") {
		o.text = live.Parts[o.part-1].Text
	}
	done, err := s.Queue.EditLive(api.EditRequest{ID: id, Part: o.part - 1, Text: o.text, Alts: o.alts})
	if err != nil {
		return err
	}
	if done.Outcome != "accepted" {
		o.status = exitPerson
	}
	return o.result(editJSONOf(done), func() { o.say("%s", editWords(done, len(live.Parts))) })
}

// editWords says what became of a change of what is live.
func editWords(e api.Edit, parts int) string {
	part := ""
	if parts > 1 {
		part = fmt.Sprintf(" of part %d", e.Part)
	}
	why := prefixed(" ", sentenceEnd(e.Message))
	switch e.Outcome {
	case "accepted":
		return fmt.Sprintf("Changed what is live%s; it now reads: %s", part, clip(e.Text, 60))
	case "":
		return "Asks the network to change what is live" + part + "."
	case "ambiguous":
		return "It is not known whether the change" + part + " arrived. The post is there once, in its old words or the new ones; asking for the same again is safe." + why
	case "not_sent":
		return "The change" + part + " was not sent. The post is as it was." + why
	case "throttled":
		return "The network takes no change" + part + " now. The post is as it was." + why
	case "reauth":
		return "The network asks you to sign in again before the change" + part + ". The post is as it was." + why
	}
	return "The network refused the change" + part + ". The post is as it was." + why
}
