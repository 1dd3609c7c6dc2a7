package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type channelJSON struct {
	ID      string `json:"id"`
	Network string `json:"network"`
	Handle  string `json:"handle"`
	Server  string `json:"server"`
	State   string `json:"state"`
	Name    string `json:"name"`
	Local   bool   `json:"local"`
}

func channelOf(ch api.Channel) channelJSON {
	return channelJSON{ID: ch.ID, Network: ch.Network, Handle: ch.Handle, Server: ch.Server, State: ch.State, Name: ch.Name, Local: ch.Local}
}

func newChannel(c *cli) *cobra.Command {
	return group("channel", "Accounts on networks", newChannelAdd(c),
		&cobra.Command{
			Use: "list", Short: "List the channels", Args: cobra.NoArgs,
			RunE: c.does(func(ctx context.Context, _ []string) error {
				s, w, err := c.open(ctx)
				if err != nil {
					return err
				}
				list, err := s.Channels.List(w.ID)
				if err != nil {
					return err
				}
				out := make([]channelJSON, len(list))
				rows := make([][]string, len(list))
				for i, ch := range list {
					out[i] = channelOf(ch)
					rows[i] = []string{ch.ID, ch.Network, ch.Handle, ch.Server, ch.State}
				}
				return c.result(out, func() { c.table([]string{"ID", "NETWORK", "HANDLE", "SERVER", "STATE"}, rows) })
			}),
		},
		&cobra.Command{
			Use: "test ID", Short: "Ask the network whether a channel still works", Args: cobra.ExactArgs(1),
			RunE: c.does(func(ctx context.Context, args []string) error {
				s, ch, err := c.channel(ctx, args[0])
				if err != nil {
					return err
				}
				if ch, err = s.Channels.Test(ch.ID); err != nil {
					return err
				}
				if ch.State != "ready" {
					c.status = exitPerson
				}
				return c.result(channelOf(ch), func() { c.say("%s %s: %s", ch.Network, ch.Handle, ch.State) })
			}),
		},
		&cobra.Command{
			Use: "remove ID", Short: "Forget a channel's sign-in and take its posts out of the queue", Args: cobra.ExactArgs(1),
			RunE: c.does(func(ctx context.Context, args []string) error {
				s, ch, err := c.channel(ctx, args[0])
				if err != nil {
					return err
				}
				if err := s.Channels.Remove(ch.ID); err != nil {
					return err
				}
				ch.State = "removed"
				return c.result(channelOf(ch), func() { c.say("Removed %s %s. What was published stays in the history.", ch.Network, ch.Handle) })
			}),
		},
	)
}

// channel opens the workspace and finds one of its channels.
func (c *cli) channel(ctx context.Context, name string) (*api.Services, api.Channel, error) {
	s, w, err := c.open(ctx)
	if err != nil {
		return nil, api.Channel{}, err
	}
	list, err := s.Channels.List(w.ID)
	if err != nil {
		return nil, api.Channel{}, err
	}
	ch, err := findChannel(list, name)
	return s, ch, err
}

// findChannel finds a channel by id, by handle, by network and handle ("id:handle"), or by a
// network's id. What fits two channels is refused.
func findChannel(list []api.Channel, name string) (api.Channel, error) {
	want := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(name), "@"))
	for _, fits := range []func(api.Channel) bool{
		func(ch api.Channel) bool { return ch.ID == want },
		func(ch api.Channel) bool { return strings.ToLower(ch.Handle) == want },
		func(ch api.Channel) bool { return ch.Network+":"+strings.ToLower(ch.Handle) == want },
		func(ch api.Channel) bool { return ch.Network == want },
	} {
		var found []api.Channel
		for _, ch := range list {
			if fits(ch) {
				found = append(found, ch)
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			ids := make([]string, len(found))
			for i, ch := range found {
				ids[i] = ch.Network + " " + ch.Handle + " = " + ch.ID
			}
			return api.Channel{}, &api.Error{
				Code: api.CodeInvalid, Field: "channel", Message: "More than one channel is called " + name + ".", Safe: "Nothing was changed.",
				Actions: append([]string{"Name it by its id:"}, ids...),
			}
		}
	}
	return api.Channel{}, &api.Error{
		Code: api.CodeNotFound, Field: "channel", Message: "There is no channel " + name + " in this workspace.", Safe: "Nothing was changed.",
		Actions: []string{"See them: postbag channel list.", "Connect one: postbag channel add NETWORK."},
	}
}
