package queue

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// flipLife is how long a container without an end of its own may be made visible again after
// its first try. A person is asked about what is older.
const flipLife = 30 * 24 * time.Hour

// askContainer settles doubt by asking the invisible object, which was written down before it was
// made visible. One container is one post, so it can be flipped again; never is another one made
// while this one may be visible. An object that only the network's own answer named is asked as
// well, and never flipped: nothing but the request that made it could.
func (a *attempt) askContainer(ctx context.Context) error {
	phaser, ok := a.network.(network.Phaser)
	id := cmp.Or(a.doubt.Container, a.doubt.Given)
	if !ok || id == "" {
		return a.giveUp(ctx, "it is not known which object was to be made visible")
	}
	var box network.Container
	err := a.asking(ctx, func(ctx context.Context) (end string, err error) {
		if box, err = phaser.Container(ctx, reads{a}, a.account, a.plan, id); err != nil {
			return "", err
		}
		switch box.State {
		case network.ContainerPublished:
			if box.Receipt.RemoteID == "" {
				return "", noWord("it is published, and which post it became is not known yet", box)
			}
			return wasFound, nil
		case network.ContainerBuilding:
			return "", noWord("the network still works on it", box)
		case network.ContainerReady, network.ContainerFailed, network.ContainerExpired:
			return domain.NotThere, nil
		}
		return "", noWord(fmt.Sprintf("its state is %q", box.State), box)
	})
	if err != nil {
		return a.unanswered(ctx, err)
	}
	return a.contained(ctx, box)
}

// contained acts on what a container said.
func (a *attempt) contained(ctx context.Context, box network.Container) error {
	again := a.doubt.Count < maxSameKey
	gone := box.State == network.ContainerExpired && a.recon.ExpiredAbsent || box.State == network.ContainerFailed && a.recon.FailedAbsent
	switch {
	case box.State == network.ContainerPublished:
		taken, err := a.q.Store.Taken(ctx, a.d.ID, box.Receipt.RemoteID, box.Receipt.URL)
		if err != nil {
			return err
		}
		if taken {
			return a.giveUp(ctx, "the network says it became a post that belongs to another delivery")
		}
		return a.adopt(ctx, box.Receipt, "the network says it is published")
	case box.State == network.ContainerReady && again && a.keyLives(time.Now()):
		return a.conclude(ctx, domain.Resolution{
			Verdict:  domain.VerdictSameKey,
			Evidence: "the network has it and has not made it visible; asked for again, the same one makes no second post",
			Change:   domain.Change{State: domain.Waiting, WakeAt: time.Now()},
		})
	case gone && again:
		return a.absent(ctx, fmt.Sprintf("the network says it has %s; such a one was never visible and cannot become so", box.State))
	}
	return a.giveUp(ctx, fmt.Sprintf("the network says of it: %s", said(box)))
}

func said(box network.Container) string {
	if box.Detail == "" {
		return string(box.State)
	}
	return fmt.Sprintf("%s (%s)", box.State, network.Printable(box.Detail))
}

func noWord(message string, box network.Container) error {
	if box.Detail != "" {
		message += " (" + network.Printable(box.Detail) + ")"
	}
	return &network.Error{Kind: network.Ambiguous, Message: message, Err: errNoWord}
}

// containerOf reads the id of the invisible object from a reply, "" if it made none.
func (a *attempt) containerOf(step string, reply network.Reply) string {
	if a.desc.Container == nil || a.recon.Shape != network.ShapePhase {
		return ""
	}
	return a.desc.Container(step, reply)
}

// holds reports whether a container is the one of a segment, and can still be made visible.
func (a *attempt) holds(segment int, id string, now time.Time) bool {
	if segment < 0 || segment >= len(a.segments) || a.segments[segment].Container != id {
		return false
	}
	until := a.segments[segment].ContainerUntil
	return until.IsZero() || now.Add(min(keyMargin, a.recon.ContainerLife/10)).Before(until)
}

// inDoubt reports whether an earlier call of a segment may have been accepted.
func (a *attempt) inDoubt(segment int) bool { return a.doubted && a.doubt.Segment == segment }
