package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type slotSetJSON struct {
	ID      string   `json:"id"`
	Channel string   `json:"channel"`
	Name    string   `json:"name"`
	Zone    string   `json:"zone"`
	Slots   []string `json:"slots"` // "fri 07:30"
	Paused  bool     `json:"paused"`
	SpreadS int64    `json:"spread_s"`
}

type slotTimeJSON struct {
	Channel string  `json:"channel"`
	At      *string `json:"at"`
	Wall    string  `json:"wall"`
	Zone    string  `json:"zone"`
	Rule    string  `json:"rule"`
	Name    string  `json:"name"`
	Post    string  `json:"post"` // "" where it is free
}

// weekdays are what a slot's day is called on the command line, from Monday.
var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func newSlot(c *cli) *cobra.Command {
	return group("slot", "When posts go out that are only put in line", newSlotSet(c), newSlotList(c), newSlotNext(c), newSlotRemove(c))
}

func slotSetOf(s api.SlotSet) slotSetJSON {
	out := slotSetJSON{ID: s.ID, Channel: s.Channel, Name: s.Name, Zone: s.Zone, Paused: s.Paused, SpreadS: s.SpreadMs / 1000, Slots: []string{}}
	for _, slot := range s.Slots {
		out.Slots = append(out.Slots, fmt.Sprintf("%s %02d:%02d", weekdays[slot.Weekday-1], slot.Minute/60, slot.Minute%60))
	}
	return out
}

func newSlotSet(c *cli) *cobra.Command {
	var name, zone string
	var spread time.Duration
	var paused bool
	cmd := &cobra.Command{
		Use: "set CHANNEL [DAY,TIME]...", Short: "Set a channel's slots, in place of those of the same name",
		Long: "Sets a channel's slots. Each is a day and a time of the week: fri,07:30, or daily,18:00, or weekdays,09:00. They are\n" +
			"meant in --zone, else in the channel's zone. With --spread each post goes out up to so much before or after its slot.",
		Example: "  postbag slot set feed mon,09:00 fri,07:30 --zone Europe/Oslo",
		Args:    cobra.MinimumNArgs(1),
	}
	cmd.RunE = c.does(func(ctx context.Context, args []string) error {
		list, err := parseSlots(args[1:])
		if err != nil {
			return err
		}
		s, w, err := c.open(ctx)
		if err != nil {
			return err
		}
		ids, err := c.channels(s, w, args[:1])
		if err != nil {
			return err
		}
		have, err := s.Slots.Sets(ids[0])
		if err != nil {
			return err
		}
		set := api.SlotSet{Channel: ids[0], Name: name, Zone: zone, SpreadMs: spread.Milliseconds(), Paused: paused, Slots: list}
		for _, old := range have {
			if strings.EqualFold(old.Name, strings.TrimSpace(name)) {
				set.ID = old.ID
				if zone == "" {
					set.Zone = old.Zone
				}
			}
		}
		saved, err := s.Slots.SaveSet(set)
		if err != nil {
			return err
		}
		out := slotSetOf(saved)
		return c.result(out, func() {
			c.say("%s has %s, in %s: %s.", out.Name, plural(len(out.Slots), "slot", "slots"), out.Zone, strings.Join(out.Slots, ", "))
		})
	})
	f := cmd.Flags()
	f.StringVar(&name, "name", "Posting times", "what these slots are called")
	f.StringVar(&zone, "zone", "", "the `zone` the times are meant in, like Europe/Oslo")
	f.DurationVar(&spread, "spread", 0, "go out up to so much before or after, at most 1h")
	f.BoolVar(&paused, "paused", false, "keep them, but offer none of them")
	return cmd
}

// parseSlots reads "fri,07:30", "daily,18:00" and "weekdays,09:00".
func parseSlots(args []string) ([]api.Slot, error) {
	list := []api.Slot{}
	for _, arg := range args {
		day, at, ok := strings.Cut(strings.ToLower(arg), ",")
		t, err := time.Parse("15:04", strings.TrimSpace(at))
		if !ok || err != nil {
			return nil, usagef("slots", "%q is no slot: write fri,07:30 or daily,18:00 or weekdays,09:00", arg)
		}
		days, known := []int{}, strings.TrimSpace(day)
		for i, name := range weekdays {
			if known == "daily" || known == "weekdays" && i < 5 || len(known) >= 3 && strings.HasPrefix(known, name) {
				days = append(days, i+1)
			}
		}
		if len(days) == 0 {
			return nil, usagef("slots", "%q is no day: write one of %s, daily or weekdays", day, strings.Join(weekdays, ", "))
		}
		for _, d := range days {
			list = append(list, api.Slot{Weekday: d, Minute: t.Hour()*60 + t.Minute()})
		}
	}
	return list, nil
}

func newSlotList(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "list [CHANNEL]...", Short: "List the slots of channels, all if none is named",
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			ids, err := c.someChannels(s, w, args)
			if err != nil {
				return err
			}
			out := []slotSetJSON{}
			var rows [][]string
			for _, id := range ids {
				sets, err := s.Slots.Sets(id)
				if err != nil {
					return err
				}
				for _, set := range sets {
					one := slotSetOf(set)
					out = append(out, one)
					rows = append(rows, []string{one.ID, one.Name, one.Zone, strconv.Itoa(len(one.Slots)), strings.Join(one.Slots, ", ")})
				}
			}
			return c.result(out, func() { c.table([]string{"ID", "NAME", "ZONE", "SLOTS", "WHEN"}, rows) })
		}),
	}
}

func newSlotNext(c *cli) *cobra.Command {
	var days int
	var all bool
	cmd := &cobra.Command{
		Use: "next [CHANNEL]...", Short: "Show when the next slots come round",
		RunE: c.does(func(ctx context.Context, args []string) error {
			if days < 1 || days > 60 {
				return usagef("days", "slots are known from 1 to 60 days ahead")
			}
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			ids, err := c.someChannels(s, w, args)
			if err != nil {
				return err
			}
			list, err := s.Slots.Preview(api.PreviewSlots{Channels: ids, Days: days})
			if err != nil {
				return err
			}
			out := []slotTimeJSON{}
			var rows [][]string
			for _, t := range list {
				if t.Post != "" && !all {
					continue
				}
				out = append(out, slotTimeJSON{
					Channel: t.Channel, At: stamp(t.When.AtMs), Wall: t.When.Wall, Zone: t.When.Zone, Rule: t.When.Rule, Name: t.Name, Post: t.Post,
				})
				rows = append(rows, []string{clock(t.When.AtMs), t.When.Wall + " " + t.When.Zone, t.Name, t.Channel, t.Post})
			}
			return c.result(out, func() { c.table([]string{"GOES OUT", "MEANT", "SLOTS", "CHANNEL", "POST"}, rows) })
		}),
	}
	cmd.Flags().IntVar(&days, "days", 14, "how many `days` ahead, at most 60")
	cmd.Flags().BoolVar(&all, "all", false, "taken ones too, with their post")
	return cmd
}

func newSlotRemove(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "remove ID", Short: "Remove slots; what is planned in them stays planned", Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, _, err := c.open(ctx)
			if err != nil {
				return err
			}
			if err := s.Slots.RemoveSet(args[0]); err != nil {
				return err
			}
			return c.result(struct {
				Removed string `json:"removed"`
			}{args[0]}, func() { c.say("Removed. What is planned stays planned.") })
		}),
	}
}

// someChannels finds the named channels, all of the workspace if none are.
func (c *cli) someChannels(s *api.Services, w api.Workspace, names []string) ([]string, error) {
	if len(names) > 0 {
		return c.channels(s, w, names)
	}
	list, err := s.Channels.List(w.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, ch := range list {
		ids[i] = ch.ID
	}
	return ids, nil
}
