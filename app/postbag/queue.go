package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"postbag/app/api"
)

type deliveryJSON struct {
	ID         string  `json:"id"`
	Post       string  `json:"post"`
	Channel    string  `json:"channel"`
	Network    string  `json:"network"`
	State      string  `json:"state"`
	HoldReason string  `json:"hold_reason"`
	Due        *string `json:"due"`
	DueWall    string  `json:"due_wall"` // the time on the clocks of due_zone that counts, "" where the instant does
	DueZone    string  `json:"due_zone"`
	RemoteID   string  `json:"remote_id"`
	RemoteURL  string  `json:"remote_url"`
	Attempts   int     `json:"attempts"`
	Handle     string  `json:"handle"`
	Published  *string `json:"published"`
	Next       *string `json:"next"` // when the publisher looks at it next
	ErrorClass string  `json:"error_class"`
	ErrorText  string  `json:"error_text"`
	Generation int     `json:"generation"`
	Text       string  `json:"text"`
}

func deliveryOf(d api.Delivery) deliveryJSON {
	return deliveryJSON{
		ID: d.ID, Post: d.Post, Channel: d.Channel, Network: d.Network, State: d.State, HoldReason: d.HoldReason, Due: stamp(d.DueMs),
		DueWall: d.DueWall, DueZone: d.DueZone,
		RemoteID: d.RemoteID, RemoteURL: d.RemoteURL, Attempts: d.Attempts, Handle: d.Handle, Published: stamp(d.PublishedMs),
		Next: stamp(d.WakeMs), ErrorClass: d.ErrorClass, ErrorText: d.ErrorText, Generation: d.Generation, Text: d.Text,
	}
}

type storyJSON struct {
	deliveryJSON
	Parts   []segmentJSON `json:"parts"`
	Journal []attemptJSON `json:"journal"`
	Proofs  []proofJSON   `json:"proofs"`
	Turns   []turnJSON    `json:"turns"`
	Edits   []editJSON    `json:"edits"`
	// Deletions is what was to be deleted of it at its network.
	Deletions []deletionJSON `json:"deletions"`
}

type segmentJSON struct {
	Index     int    `json:"index"`
	State     string `json:"state"`
	RemoteID  string `json:"remote_id"`
	RemoteURL string `json:"remote_url"`
}

type attemptJSON struct {
	No      int        `json:"no"`
	Started *string    `json:"started"`
	Ended   *string    `json:"ended"`
	End     string     `json:"end"`
	Calls   []callJSON `json:"calls"`
}

type callJSON struct {
	Step     string  `json:"step"`
	Effect   string  `json:"effect"`
	Started  *string `json:"started"`
	Ended    *string `json:"ended"`
	Outcome  string  `json:"outcome"`
	Status   int     `json:"status"`
	Code     string  `json:"code"`
	Message  string  `json:"message"`
	RemoteID string  `json:"remote_id"`
	Verdict  string  `json:"verdict"`
	Part     int     `json:"part"`  // of a thread, counted from 1
	Bytes    int64   `json:"bytes"` // of the file it carries, 0 for none
}

// proofJSON is what was found out, or said by a person, about a part in doubt.
type proofJSON struct {
	At       *string `json:"at"`
	Part     int     `json:"part"`
	Verdict  string  `json:"verdict"`
	ByPerson bool    `json:"by_person"`
	Evidence string  `json:"evidence"`
	URL      string  `json:"url"`
}

// turnJSON is one change of how a delivery stands.
type turnJSON struct {
	At         *string `json:"at"`
	State      string  `json:"state"`
	HoldReason string  `json:"hold_reason"`
	Due        *string `json:"due"`
	Text       string  `json:"text"`
}

func storyOf(s api.DeliveryStory) storyJSON {
	out := storyJSON{deliveryJSON: deliveryOf(s.Delivery), Parts: []segmentJSON{}, Journal: []attemptJSON{}, Proofs: []proofJSON{}, Turns: []turnJSON{}, Edits: []editJSON{}, Deletions: []deletionJSON{}}
	for _, p := range s.Proofs {
		out.Proofs = append(out.Proofs, proofJSON{stamp(p.AtMs), p.Part, p.Verdict, p.ByPerson, p.Evidence, p.URL})
	}
	for _, t := range s.Turns {
		out.Turns = append(out.Turns, turnJSON{stamp(t.AtMs), t.State, t.Reason, stamp(t.DueMs), t.Text})
	}
	for _, e := range s.Edits {
		out.Edits = append(out.Edits, editJSONOf(e))
	}
	for _, e := range s.Deletions {
		out.Deletions = append(out.Deletions, deletionJSONOf(e))
	}
	for _, p := range s.Parts {
		out.Parts = append(out.Parts, segmentJSON(p))
	}
	for _, a := range s.Attempts {
		attempt := attemptJSON{No: a.No, Started: stamp(a.StartedMs), Ended: stamp(a.EndedMs), End: a.End, Calls: []callJSON{}}
		for _, call := range a.Calls {
			attempt.Calls = append(attempt.Calls, callJSON{
				Step: call.Step, Effect: call.Effect, Started: stamp(call.StartedMs), Ended: stamp(call.EndedMs), Outcome: call.Outcome,
				Status: call.Status, Code: call.Code, Message: call.Message, RemoteID: call.RemoteID, Verdict: call.Verdict,
				Part: call.Part, Bytes: call.Sends.Bytes,
			})
		}
		out.Journal = append(out.Journal, attempt)
	}
	return out
}

func newQueue(c *cli) *cobra.Command {
	var at, live string
	var absent, again bool
	move := c.decision("move ID --at TIME", "Give a delivery another time", func(s *api.Services, id string) (api.Delivery, error) {
		due, err := parseTime(at)
		if err != nil {
			return api.Delivery{}, err
		}
		return s.Queue.Move(id, due.UnixMilli())
	})
	move.Flags().StringVar(&at, "at", "", "the `time`: RFC 3339, or 2026-12-24 18:00 in this machine's zone")
	_ = move.MarkFlagRequired("at")
	resolve := c.decision("resolve ID (--live URL | --absent | --send-again)", "Answer for a delivery that may be live",
		func(s *api.Services, id string) (api.Delivery, error) {
			return s.Queue.Resolve(api.ResolveRequest{ID: id, LiveURL: live, Absent: absent, SendAgain: again})
		})
	f := resolve.Flags()
	f.StringVar(&live, "live", "", "it is there, at this `address`")
	f.BoolVar(&absent, "absent", false, "it is not there; it waits until it is let go")
	f.BoolVar(&again, "send-again", false, "publish it again, whatever may be there")
	resolve.MarkFlagsOneRequired("live", "absent", "send-again")
	resolve.MarkFlagsMutuallyExclusive("live", "absent", "send-again")
	return group("queue", "What goes out, and when",
		newQueueList(c), newQueueShow(c), newQueueRun(c), move, resolve, newQueueEdit(c), newQueueDelete(c),
		c.orAll("hold", "Keep a delivery from going out; --all keeps everything", true, func(s *api.Services, id string) (api.Delivery, error) {
			return s.Queue.Hold(id)
		}),
		c.orAll("release", "Let a held delivery go; --all ends hold --all", false, func(s *api.Services, id string) (api.Delivery, error) {
			return s.Queue.Release(id)
		}),
		c.decision("cancel ID", "Take a delivery out of the queue", func(s *api.Services, id string) (api.Delivery, error) {
			return s.Queue.Cancel(id)
		}),
	)
}

// decision is a command that decides about one delivery and prints it.
func (c *cli) decision(use, short string, do func(*api.Services, string) (api.Delivery, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error { return c.decide(ctx, args[0], do) }),
	}
}

func (c *cli) decide(ctx context.Context, id string, do func(*api.Services, string) (api.Delivery, error)) error {
	s, err := c.services(ctx)
	if err != nil {
		return err
	}
	d, err := do(s, id)
	if err != nil {
		return err
	}
	return c.result(deliveryOf(d), func() {
		c.say("%s  %s %s: %s, due %s", d.ID, d.Network, d.Handle, stateWords(d), clock(d.DueMs))
	})
}

// orAll is a decision about one delivery, or with --all about everything.
func (c *cli) orAll(name, short string, on bool, do func(*api.Services, string) (api.Delivery, error)) *cobra.Command {
	var all bool
	cmd := &cobra.Command{
		Use: name + " (ID | --all)", Short: short, Args: cobra.MaximumNArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			if all == (len(args) == 1) {
				return usagef("", "name one delivery, or say --all")
			}
			if !all {
				return c.decide(ctx, args[0], do)
			}
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			if err := s.Queue.HoldAll(on); err != nil {
				return err
			}
			return c.result(heldAllJSON{HeldAll: on}, func() {
				if on {
					c.say("Nothing goes out until postbag queue release --all.")
				} else {
					c.say("What is due goes out again.")
				}
			})
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "everything at once")
	return cmd
}

type heldAllJSON struct {
	HeldAll bool `json:"held_all"`
}

func stateWords(d api.Delivery) string {
	if d.HoldReason != "" {
		return d.State + " (" + d.HoldReason + ")"
	}
	return d.State
}

func newQueueList(c *cli) *cobra.Command {
	var states []string
	cmd := &cobra.Command{
		Use: "list", Short: "List the deliveries, the soonest first", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			for _, state := range states {
				if !strings.Contains(" planned preparing waiting sending unknown held published rejected missed cancelled ", " "+state+" ") {
					return usagef("state", "there is no state %q", state)
				}
			}
			s, w, err := c.open(ctx)
			if err != nil {
				return err
			}
			list, err := s.Queue.List(w.ID, states)
			if err != nil {
				return err
			}
			out := make([]deliveryJSON, len(list))
			rows := make([][]string, len(list))
			for i, d := range list {
				out[i] = deliveryOf(d)
				rows[i] = []string{d.ID, d.Network, d.Handle, stateWords(d), clock(d.DueMs), fmt.Sprint(d.Attempts), clip(d.Text, 30), d.RemoteURL}
			}
			return c.result(out, func() {
				c.table([]string{"ID", "NETWORK", "HANDLE", "STATE", "DUE", "TRIES", "TEXT", "ADDRESS"}, rows)
			})
		}),
	}
	cmd.Flags().StringSliceVar(&states, "state", nil, "only deliveries in this `state`; may be repeated")
	return cmd
}

func newQueueShow(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a delivery with its whole journal of calls", Args: cobra.ExactArgs(1),
		RunE: c.does(func(ctx context.Context, args []string) error {
			s, err := c.services(ctx)
			if err != nil {
				return err
			}
			story, err := s.Queue.Show(args[0])
			if err != nil {
				return err
			}
			d := story.Delivery
			return c.result(storyOf(story), func() {
				c.say("%s  %s %s: %s, due %s", d.ID, d.Network, d.Handle, stateWords(d), clock(d.DueMs))
				if d.ErrorText != "" {
					c.say("  %s", d.ErrorText)
				}
				if d.RemoteURL != "" {
					c.say("  %s", d.RemoteURL)
				}
				for _, sentence := range tellStory(story) {
					c.say("  %s", sentence)
				}
			})
		}),
	}
}
