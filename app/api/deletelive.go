package api

import (
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// Deletion is one part of a live post that a person wanted deleted at its network, and what became of it.
type Deletion struct {
	AtMs    int64 `json:"atMs"`
	EndedMs int64 `json:"endedMs"` // 0: not ended
	Part    int   `json:"part"`    // counted from 1
	// Outcome is "accepted" (it is gone), "ambiguous" (it may be gone: asking again is safe), "rejected",
	// "throttled", "reauth" or "not_sent"; "" while it is on its way.
	Outcome string `json:"outcome"`
	Code    string `json:"code"`
	Message string `json:"message"` // the network's words
}

// DeleteLive deletes a published delivery at its network, the last part of a thread first, and returns what
// became of each part that was asked for. The post stays in Postbag. A lost answer is no error; asking
// again goes on with what is left.
func (s *QueueService) DeleteLive(id string) (_ []Deletion, err error) {
	defer s.done(&err)
	out := []Deletion{}
	deleter := queue.Deleter{Store: s.DB, Accounts: s.Accounts, Carriers: s.Carriers}
	asked, err := deleter.Delete(s.ctx, domain.DeliveryID(id))
	for _, e := range asked {
		out = append(out, deletionOf(e))
	}
	if len(asked) > 0 {
		s.Events.Changed(TopicQueue, []string{id})
	}
	return out, err
}

func (s *QueueService) deletions(id string) ([]Deletion, error) {
	out := []Deletion{}
	list, err := s.DB.Deletions(s.ctx, domain.DeliveryID(id))
	for _, e := range list {
		out = append(out, deletionOf(e))
	}
	return out, err
}

func deletionOf(e domain.Deletion) Deletion {
	return Deletion{
		AtMs: millis(e.At), EndedMs: millis(e.OutcomeAt), Part: e.Segment + 1,
		Outcome: string(e.Outcome), Code: network.Printable(e.Code), Message: network.Printable(e.Message),
	}
}

// deletionMoments tells of the deletions in a delivery's time line.
func deletionMoments(list []Deletion) []Moment {
	out := make([]Moment, 0, len(list))
	for _, e := range list {
		m := Moment{AtMs: max(e.AtMs, e.EndedMs), N: e.Part, Detail: e.Message}
		switch domain.Outcome(e.Outcome) {
		case domain.OutcomeAccepted:
			m.Code, m.Tone = "deleted", "good"
		case domain.OutcomeAmbiguous:
			m.Code, m.Tone = "delete_doubt", "bad"
		case domain.OutcomeOpen:
			m.Code = "delete_asked"
		case domain.OutcomeNotSent:
			m.Code = "delete_off_line"
		case domain.OutcomeRejected, domain.OutcomeThrottled, domain.OutcomeReauth:
			m.Code, m.Tone = "delete_refused", "bad"
		}
		out = append(out, m)
	}
	return out
}
