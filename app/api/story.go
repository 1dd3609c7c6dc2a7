package api

import (
	"postbag/backend/domain"
	"postbag/backend/network"
)

// DeliveryStory is a delivery with its journal.
type DeliveryStory struct {
	Delivery Delivery  `json:"delivery"`
	Parts    []Segment `json:"parts"`
	Attempts []Attempt `json:"attempts"`
	Timeline []Moment  `json:"timeline"` // the same in a few words, oldest first
	LookedMs int64     `json:"lookedMs"` // when the network was asked last whether it is there; 0: never
}

// Segment is one visible part of a delivery.
type Segment struct {
	Index     int    `json:"index"`
	State     string `json:"state"`
	RemoteID  string `json:"remoteId"`
	RemoteURL string `json:"remoteUrl"`
}

// Attempt is one run of a delivery or of a look-up.
type Attempt struct {
	No        int    `json:"no"`
	StartedMs int64  `json:"startedMs"`
	EndedMs   int64  `json:"endedMs"` // 0: not ended
	End       string `json:"end"`
	Calls     []Call `json:"calls"`
}

// Call is one journalled request.
type Call struct {
	Step      string `json:"step"`
	Effect    string `json:"effect"` // "none", "invisible" or "public"
	StartedMs int64  `json:"startedMs"`
	EndedMs   int64  `json:"endedMs"` // 0: no answer was recorded
	Outcome   string `json:"outcome"` // "" : it may be on its way
	Status    int    `json:"status"`
	Code      string `json:"code"`
	Message   string `json:"message"`
	RemoteID  string `json:"remoteId"`
	Verdict   string `json:"verdict"` // what was found out about a call in doubt
}

// Show returns a delivery with everything that was tried.
func (s *QueueService) Show(id string) (_ DeliveryStory, err error) {
	defer s.done(&err)
	story := DeliveryStory{Parts: []Segment{}, Attempts: []Attempt{}, Timeline: []Moment{}}
	if story.Delivery, err = s.one(id); err != nil {
		return story, err
	}
	segments, err := s.DB.Segments(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return story, err
	}
	for _, g := range segments {
		story.Parts = append(story.Parts, Segment{Index: g.Index, State: string(g.State), RemoteID: g.RemoteID, RemoteURL: g.RemoteURL})
	}
	attempts, err := s.DB.Attempts(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return story, err
	}
	for _, a := range attempts {
		story.Attempts = append(story.Attempts, attemptOf(a))
		if a.EndClass == domain.NoAnswer || a.EndClass == "absent" || a.EndClass == "found" {
			story.LookedMs = millis(a.EndedAt)
		}
	}
	found, err := s.DB.Findings(s.ctx, domain.DeliveryID(id))
	if err != nil {
		return story, err
	}
	d, err := s.DB.Delivery(s.ctx, domain.DeliveryID(id))
	story.Timeline = timeline(d, attempts, found)
	return story, err
}

func attemptOf(a domain.Attempt) Attempt {
	out := Attempt{No: a.No, StartedMs: millis(a.StartedAt), EndedMs: millis(a.EndedAt), End: a.EndClass, Calls: []Call{}}
	for _, c := range a.Calls {
		out.Calls = append(out.Calls, Call{
			Step: c.Step, Effect: string(c.Effect), StartedMs: millis(c.IntentAt), EndedMs: millis(c.OutcomeAt), Outcome: string(c.Outcome),
			Status: c.Status, Code: c.Code, Message: network.Printable(c.Message), RemoteID: c.RemoteID, Verdict: string(c.Verdict),
		})
	}
	return out
}
