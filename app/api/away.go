package api

import (
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// AwayItem is a delivery whose time passed, with what happens to it and when it could go out.
type AwayItem struct {
	Delivery Delivery `json:"delivery"`
	Title    string   `json:"title"`
	Picture  string   `json:"picture"`
	Rule     string   `json:"rule"`  // by itself: "go", "to_slot", "to_ask" or "discard"
	DueMs    int64    `json:"dueMs"` // when it goes out if it is published now: one account's posts are kept apart
}

// Away returns what should have gone out and did not, soonest first.
func (s *QueueService) Away(workspace string) (_ []AwayItem, err error) {
	defer s.done(&err)
	late, err := s.late(workspace)
	if err != nil {
		return nil, err
	}
	list := make([]domain.Delivery, len(late))
	ids := make([]domain.PostID, len(late))
	for i, l := range late {
		list[i], ids[i] = l.Delivery, l.Delivery.Post
	}
	converted, err := s.deliveries(list)
	if err != nil {
		return nil, err
	}
	pictures, err := s.DB.FirstMedia(s.ctx, ids)
	out := make([]AwayItem, len(late))
	for i, l := range late {
		out[i] = AwayItem{
			Delivery: converted[i], Title: titleOf(converted[i].Text), Picture: string(pictures[l.Delivery.Post]),
			Rule: string(l.Rule), DueMs: millis(l.Due),
		}
	}
	return out, err
}

func (s *QueueService) late(workspace string) ([]queue.LateItem, error) {
	list, err := s.DB.Board(s.ctx, domain.WorkspaceID(workspace), boardRows)
	if err != nil {
		return nil, err
	}
	return queue.LateOf(list, time.Now()), nil
}

// AwayChoice is a person's decision about one late delivery.
type AwayChoice struct {
	ID    string `json:"id"`
	Do    string `json:"do"`    // "publish", "move", "cancel" or "keep"
	DueMs int64  `json:"dueMs"` // for "move"
}

// ConfirmAway carries out decisions about late deliveries. What is published goes out one after
// the other: an account's posts ten minutes apart, and no more than three in an hour.
func (s *QueueService) ConfirmAway(choices []AwayChoice) (_ ChangeResult, err error) {
	defer s.done(&err)
	total := queue.Carried{Refused: map[domain.DeliveryID]error{}}
	wanted := []domain.Delivery{}
	for _, c := range choices {
		d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(c.ID))
		if err != nil {
			return ChangeResult{}, err
		}
		if c.Do == "publish" {
			wanted = append(wanted, d)
			continue
		}
		if c.Do == "keep" {
			continue
		}
		order := queue.Order{Do: queue.Action(c.Do)}
		if c.DueMs > 0 {
			order.Due = time.UnixMilli(c.DueMs)
		}
		if err := s.add(&total, d, order); err != nil {
			return ChangeResult{}, err
		}
	}
	slices.SortStableFunc(wanted, func(a, b domain.Delivery) int { return a.Due.Compare(b.Due) })
	for _, l := range queue.LateOf(wanted, time.Now()) {
		if err := s.add(&total, l.Delivery, queue.Order{Do: queue.ActionMove, Due: l.Due.Add(queue.Grace)}); err != nil {
			return ChangeResult{}, err
		}
	}
	return s.carried(total, queue.ActionMove)
}

func (s *QueueService) add(total *queue.Carried, d domain.Delivery, o queue.Order) error {
	c, err := s.Planner.Carry(s.ctx, []domain.DeliveryID{d.ID}, o)
	if err != nil {
		return err
	}
	total.Before = append(total.Before, c.Before...)
	for id, why := range c.Refused {
		total.Refused[id] = why
	}
	return nil
}
