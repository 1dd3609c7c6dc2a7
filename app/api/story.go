package api

import (
	"cmp"
	"slices"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/queue"
)

// DeliveryStory is a delivery with its journal.
type DeliveryStory struct {
	Delivery Delivery  `json:"delivery"`
	Parts    []Segment `json:"parts"`
	Attempts []Attempt `json:"attempts"`
	Timeline []Moment  `json:"timeline"` // the same in a few words, oldest first
	Turns    []Turn    `json:"turns"`    // how it stood, oldest first
	Proofs   []Proof   `json:"proofs"`   // what was found out or decided about what was in doubt, oldest first
	LookedMs int64     `json:"lookedMs"` // when the network was asked last whether it is there; 0: never
	Edits    []Edit    `json:"edits"`    // what was changed of it since it is live, oldest first
	// Deletions is what was to be deleted of it at its network, oldest first.
	Deletions []Deletion `json:"deletions"`
}

// Turn is one change of how a delivery stands.
type Turn struct {
	AtMs       int64  `json:"atMs"`
	State      string `json:"state"`
	Was        string `json:"was"`    // "" for the first
	Reason     string `json:"reason"` // why it is held
	DueMs      int64  `json:"dueMs"`
	Moved      bool   `json:"moved"`  // to another time
	WakeMs     int64  `json:"wakeMs"` // when it is looked at again; 0: it is not
	Text       string `json:"text"`   // what stands in its way
	URL        string `json:"url"`
	Generation int    `json:"generation"`
}

// Proof is what was found out, or what a person said, about a part in doubt.
type Proof struct {
	AtMs     int64  `json:"atMs"`
	Part     int    `json:"part"`    // counted from 1
	Verdict  string `json:"verdict"` // "live", "absent", "same_key", "send_again" or "undecided"
	ByPerson bool   `json:"byPerson"`
	Actor    string `json:"actor"`
	Evidence string `json:"evidence"`
	URL      string `json:"url"`
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
	Part      int    `json:"part"`    // of a thread, counted from 1
	Sends     Sends  `json:"sends"`   // what went with it
}

// Sends is what a call carries: the kinds and sizes, never the words.
type Sends struct {
	Characters int   `json:"characters"` // of its text, as people count
	Pictures   int   `json:"pictures"`   // pictures and videos that come with the text
	File       int   `json:"file"`       // which picture or video is sent, counted from 1; 0: none
	Files      int   `json:"files"`      // of how many
	Bytes      int64 `json:"bytes"`      // of that file
}

// Show returns a delivery with everything that was tried.
func (s *QueueService) Show(id string) (_ DeliveryStory, err error) {
	defer s.done(&err)
	story := DeliveryStory{Parts: []Segment{}, Attempts: []Attempt{}, Timeline: []Moment{}, Turns: []Turn{}, Proofs: []Proof{}, Edits: []Edit{}, Deletions: []Deletion{}}
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
	if err != nil {
		return story, err
	}
	if story.Edits, err = s.edits(id); err != nil {
		return story, err
	}
	if story.Deletions, err = s.deletions(id); err != nil {
		return story, err
	}
	since := append(editMoments(story.Edits), deletionMoments(story.Deletions)...) // all after it was published
	slices.SortStableFunc(since, func(a, b Moment) int { return cmp.Compare(a.AtMs, b.AtMs) })
	story.Timeline = append(timeline(d, attempts, found), since...)
	carried(d, attempts, story.Attempts)
	for _, f := range found {
		story.Proofs = append(story.Proofs, Proof{
			AtMs: millis(f.At), Part: f.Segment + 1, Verdict: string(f.Verdict), ByPerson: f.ByPerson, Actor: f.Actor,
			Evidence: network.Printable(f.Evidence), URL: f.RemoteURL,
		})
	}
	turns, err := s.DB.Turns(s.ctx, d.ID)
	for _, t := range turns {
		story.Turns = append(story.Turns, Turn{
			AtMs: millis(t.At), State: string(t.State), Was: string(t.Was), Reason: string(t.Reason), DueMs: millis(t.Due), Moved: t.Moved,
			WakeMs: millis(t.Wake), Text: network.Printable(t.Text), URL: t.RemoteURL, Generation: t.Generation,
		})
	}
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

// carried says what each call of a delivery carried, as far as the frozen plan tells.
func carried(d domain.Delivery, attempts []domain.Attempt, out []Attempt) {
	plan, err := queue.Thaw(d)
	if err != nil {
		return
	}
	var files []network.Media
	for _, p := range plan.Parts {
		files = append(files, p.Media...)
	}
	next := 0
	for i, a := range attempts {
		for j, c := range a.Calls {
			call := &out[i].Calls[j]
			call.Part = c.Segment + 1
			switch {
			case c.Effect == domain.EffectPublic && c.Segment < len(plan.Parts):
				call.Sends.Characters = posts.Characters(plan.Parts[c.Segment].Text)
				call.Sends.Pictures = len(plan.Parts[c.Segment].Media)
			case c.Effect == domain.EffectInvisible && carriesMedia(c.Step) && next < len(files):
				call.Sends.File, call.Sends.Files, call.Sends.Bytes = next+1, len(files), files[next].Bytes
				if c.Outcome == domain.OutcomeAccepted {
					next++
				}
			}
		}
	}
}
