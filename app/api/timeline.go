package api

import (
	"slices"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
	"postbag/backend/store"
)

// Moment is one entry of a delivery's time line. Its code says what happened; the page has the
// words: planned, prepared, sent_media, asked, accepted, taken, no_answer, refused, throttled, sign_in,
// off_line, failed, looked, looked_in_vain, found, absent, same_key, undecided, person_live,
// person_absent, person_again, held_ with its reason, time_reached, missed, cancelled, closed; of a change
// to what is live: edited, edit_asked, edit_doubt, edit_refused, edit_off_line, deleted, delete_asked,
// delete_doubt, delete_refused, delete_off_line.
type Moment struct {
	AtMs   int64  `json:"atMs"`
	Code   string `json:"code"`
	Tone   string `json:"tone"`   // "good", "bad" or "" for neither
	N      int    `json:"n"`      // which picture or part, counted from 1; 0: it has no number
	Of     int    `json:"of"`     // of how many; 0: not known
	Detail string `json:"detail"` // the network's or a person's own words, "" if there are none
	Step   string `json:"step"`   // the journal's name of a call, "" if it is none
	Status int    `json:"status"` // of its answer, 0 if there was none
}

// timeline tells a delivery's story in order: what was planned, every request that changed
// something, what was found out, and how it stands.
func timeline(d domain.Delivery, attempts []domain.Attempt, found []store.Finding) []Moment {
	list := []Moment{{AtMs: millis(d.CreatedAt), Code: "planned", Tone: "good"}}
	pictures := 0
	if plan, err := queue.Thaw(d); err == nil {
		for _, p := range plan.Parts {
			pictures += len(p.Media)
		}
	}
	sent := 0
	for _, a := range attempts {
		for _, c := range a.Calls {
			m := momentOf(c, d, pictures, &sent)
			if m.Code != "" {
				list = append(list, m)
			}
		}
		if a.EndClass == domain.NoAnswer || a.EndClass == "absent" || a.EndClass == "not sent" {
			code := map[string]string{domain.NoAnswer: "looked_in_vain", "absent": "looked", "not sent": "off_line"}[a.EndClass]
			list = append(list, Moment{AtMs: millis(a.EndedAt), Code: code})
		}
	}
	for _, f := range found {
		list = append(list, findingOf(f))
	}
	list = append(list, endOf(d)...)
	slices.SortStableFunc(list, func(a, b Moment) int { return int(a.AtMs - b.AtMs) })
	return list
}

// momentOf tells of a call that changed something; reading is no news.
func momentOf(c domain.Call, d domain.Delivery, pictures int, sent *int) Moment {
	m := Moment{AtMs: millis(c.IntentAt), Step: c.Step, Status: c.Status, Detail: network.Printable(c.Message)}
	if c.Effect == domain.EffectNone && (c.Outcome == domain.OutcomeAccepted || c.Outcome == domain.OutcomeRejected) {
		return Moment{} // what was found, or not, is told as a finding
	}
	switch c.Outcome {
	case domain.OutcomeAccepted:
		m.Tone = "good"
		switch {
		case c.Effect == domain.EffectPublic:
			m.Code, m.AtMs = "accepted", millis(c.OutcomeAt)
			m.N = c.Segment + 1
		case pictures > 0 && *sent < pictures && carriesMedia(c.Step):
			*sent++
			m.Code, m.N, m.Of = "sent_media", *sent, pictures
		default:
			m.Code = "prepared"
		}
	case domain.OutcomeOpen:
		m.Code = "asked"
	case domain.OutcomeNotSent:
		m.Code = "off_line"
	case domain.OutcomeThrottled:
		m.Code = "throttled"
	case domain.OutcomeReauth:
		m.Code, m.Tone = "sign_in", "bad"
	case domain.OutcomeRejected:
		m.Code, m.Tone = "refused", "bad"
	case domain.OutcomeAmbiguous:
		m.Code, m.Tone, m.AtMs = "no_answer", "bad", millis(c.OutcomeAt)
		switch {
		case c.Effect != domain.EffectPublic:
			m.Code, m.Tone = "failed", ""
		case c.Code == network.CodeTaken:
			m.Code, m.Tone = "taken", ""
		case c.Code == network.CodeByHand:
			m.Code, m.Tone = "handed", ""
		}
	}
	return m
}

// carriesMedia reports whether a step's name says that it uploads: networks name those by what
// they send.
func carriesMedia(step string) bool {
	for _, word := range []string{"media", "image", "picture", "video", "blob", "upload"} {
		if strings.Contains(step, word) {
			return true
		}
	}
	return false
}

func findingOf(f store.Finding) Moment {
	m := Moment{AtMs: millis(f.At), N: f.Segment + 1}
	switch {
	case f.ByPerson && f.Verdict == domain.VerdictLive:
		m.Code, m.Tone, m.Detail = "person_live", "good", f.RemoteURL
	case f.ByPerson && f.Verdict == domain.VerdictAbsent:
		m.Code = "person_absent"
	case f.Verdict == domain.VerdictSendAgain:
		m.Code = "person_again"
	case f.Verdict == domain.VerdictLive:
		m.Code, m.Tone = "found", "good"
	case f.Verdict == domain.VerdictAbsent:
		m.Code = "absent"
	case f.Verdict == domain.VerdictSameKey:
		m.Code = "same_key"
	default:
		m.Code = "undecided"
	}
	return m
}

// endOf tells how a delivery stands, where no call or finding said so.
func endOf(d domain.Delivery) []Moment {
	var list []Moment
	switch d.State {
	case domain.Held:
		if d.HoldReason != domain.HoldAmbiguous {
			list = append(list, Moment{AtMs: millis(d.UpdatedAt), Code: "held_" + string(d.HoldReason)})
		}
	case domain.Missed, domain.Cancelled:
		list = append(list, Moment{AtMs: millis(d.UpdatedAt), Code: string(d.State)})
	case domain.Planned, domain.Waiting:
		if d.Due.After(d.CreatedAt) && time.Now().After(d.Due) && d.Attempts == 0 {
			list = append(list, Moment{AtMs: millis(d.Due), Code: "time_reached"})
		}
	case domain.Preparing, domain.Sending, domain.Unknown, domain.Published, domain.Rejected:
	}
	if !d.ClosedAt.IsZero() {
		list = append(list, Moment{AtMs: millis(d.ClosedAt), Code: "closed"})
	}
	return list
}
