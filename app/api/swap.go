package api

import (
	"errors"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// SwapRequest names the deliveries of two posts that are planned.
type SwapRequest struct {
	First  []string `json:"first"`
	Second []string `json:"second"`
}

// Swap gives two posts each other's times; the channels of each stay as far apart as they were. It is
// done wholly or not at all, and Undo takes it back.
func (s *QueueService) Swap(r SwapRequest) (_ ChangeResult, err error) {
	defer s.done(&err)
	first, err := s.planned(r.First)
	if err != nil {
		return ChangeResult{}, err
	}
	second, err := s.planned(r.Second)
	if err != nil {
		return ChangeResult{}, err
	}
	both := queue.Carried{Refused: map[domain.DeliveryID]error{}}
	for _, half := range []struct{ moved, to []domain.Delivery }{{first, second}, {second, first}} {
		ids := make([]domain.DeliveryID, len(half.moved))
		for i, d := range half.moved {
			ids[i] = d.ID
		}
		c, err := s.Planner.Carry(s.ctx, ids, queue.Order{Do: queue.ActionMove, Due: half.to[0].Due, Gaps: true})
		both.Before = append(both.Before, c.Before...)
		for id, why := range c.Refused {
			both.Refused[id] = why
			err = errors.Join(err, why)
		}
		if err != nil {
			back := s.Planner.Revert(s.ctx, both.Before)
			s.changed(both.Before...)
			return ChangeResult{}, errors.Join(err, back)
		}
	}
	return s.carried(both, queue.ActionMove)
}

// planned reads deliveries that can change their times, the first that goes out at the beginning.
func (s *QueueService) planned(ids []string) ([]domain.Delivery, error) {
	list := make([]domain.Delivery, len(ids))
	for i, id := range ids {
		d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
		if err != nil {
			return nil, err
		}
		if d.State != domain.Planned {
			return nil, &domain.FieldError{Field: "first", Message: "only posts that are planned change places"}
		}
		list[i] = d
		if d.Due.Before(list[0].Due) {
			list[0], list[i] = list[i], list[0]
		}
	}
	if len(list) == 0 {
		return nil, &domain.FieldError{Field: "first", Message: "say which posts change places"}
	}
	return list, nil
}
