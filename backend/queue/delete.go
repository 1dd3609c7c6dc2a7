package queue

import (
	"context"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// DeleteStore is what deleting needs of the durable memory.
type DeleteStore interface {
	LiveStore
	BeginDeletion(ctx context.Context, e domain.Deletion) (domain.Deletion, error)
	EndDeletion(ctx context.Context, e domain.Deletion) error
}

// Deleter deletes posts that are live at their network, because a person wants it: the queue never does. Like
// an Editor it cannot publish, and asks once more after a lost answer: what is gone already is success.
type Deleter struct {
	Store    DeleteStore
	Accounts Accounts
	Carriers Carriers
}

// DeleteBar says why what is live cannot be deleted.
type DeleteBar string

// Every reason.
const (
	DeleteNone  DeleteBar = ""      // it can be
	DeleteNever DeleteBar = "never" // the network lets no program delete, or Postbag does not do that there
	DeleteLost  DeleteBar = "lost"  // it is not known which post it is: a person gave its address alone
	DeleteGone  DeleteBar = "gone"  // it is deleted already
)

// Deletable says why nothing of what is live can be deleted, DeleteNone if it can.
func (l Live) Deletable(n network.Network) DeleteBar {
	_, deletes := n.(network.Deleter)
	switch {
	case !deletes:
		return DeleteNever
	case !slices.Contains(l.Gone, false):
		return DeleteGone
	}
	for i, r := range l.Plan.Done {
		if !l.Gone[i] && r.RemoteID == "" {
			return DeleteLost
		}
	}
	return DeleteNone
}

// NotDeletableError says why what is live cannot be deleted. It is a domain.ErrNotAllowed.
type NotDeletableError struct {
	Network string
	Bar     DeleteBar
}

func (e *NotDeletableError) Error() string {
	switch e.Bar {
	case DeleteLost:
		return "it is not known which post on " + e.Network + " it is: only its address was given"
	case DeleteGone:
		return "it was deleted on " + e.Network + " already"
	case DeleteNone, DeleteNever:
	}
	return "Postbag cannot delete posts on " + e.Network
}

// Is makes a NotDeletableError a domain.ErrNotAllowed.
func (e *NotDeletableError) Is(target error) bool { return target == domain.ErrNotAllowed }

// Delete deletes every part of a published delivery that is not gone yet, the last one first, and returns
// what became of each that was asked for: it ends with the first that is not certainly gone. An error is about what
// never began. Asking again goes on with the rest.
func (e *Deleter) Delete(ctx context.Context, id domain.DeliveryID) (asked []domain.Deletion, err error) {
	d, err := e.Store.Delivery(ctx, id)
	if err != nil {
		return nil, err
	}
	live, err := ReadLive(ctx, e.Store, d)
	if err != nil {
		return nil, err
	}
	n, account, err := e.Accounts.Account(ctx, d.Channel)
	if err != nil {
		return nil, err
	}
	if bar := live.Deletable(n); bar != DeleteNone {
		return nil, &NotDeletableError{Network: n.Describe().Name, Bar: bar}
	}
	for i, r := range slices.Backward(live.Plan.Done) {
		if live.Gone[i] {
			continue
		}
		if len(asked) > 0 { // a renewal of the part before may have another secret
			if _, account, err = e.Accounts.Account(ctx, d.Channel); err != nil {
				return asked, err
			}
		}
		begun, err := e.Store.BeginDeletion(ctx, domain.Deletion{Delivery: id, Segment: i, Actor: "person"})
		if err != nil {
			return asked, err
		}
		ask := func(ctx context.Context, c network.Calls, a network.Account) error {
			return n.(network.Deleter).Delete(ctx, c, a, r) //nolint:forcetypeassert // Deletable asked
		}
		begun.Outcome, begun.Code, begun.Message = outcomeOf(asker{e.Accounts, e.Carriers}.ask(ctx, d.Channel, n, account, ask))
		begun.OutcomeAt = time.Now()
		asked = append(asked, begun)
		if err := e.Store.EndDeletion(context.WithoutCancel(ctx), begun); err != nil {
			return asked, err
		}
		if begun.Outcome != domain.OutcomeAccepted {
			break
		}
	}
	return asked, nil
}
