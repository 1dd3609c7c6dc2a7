package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postbag/app/api"
)

// line is one sentence of a delivery's story.
type line struct {
	at   int64
	rank int // of what happened in one millisecond: in this order
	deep bool
	text string
}

const (
	rankProof   = iota // what was found out, of a try before
	rankPlanned        // it may go: it was planned, let go or moved
	rankAttempt
	rankCall
	rankStanding // what it became
)

// tellStory returns a delivery's story in plain words, a sentence a line, oldest first.
func tellStory(s api.DeliveryStory) []string {
	var list []line
	for _, t := range s.Turns {
		text := turnWords(t)
		if s.Delivery.ByHand && t.State == "held" && t.Reason == "ambiguous" {
			text = yourTurn
		} else if s.Delivery.ByHand && t.State == "unknown" && t.Was != "held" {
			text = "" // the next turn says it
		}
		if text != "" {
			rank := rankStanding
			if t.State == "planned" && t.Was != "preparing" || t.State == "waiting" && t.Was == "unknown" {
				rank = rankPlanned
			}
			list = append(list, line{t.AtMs, rank, false, text})
		}
	}
	for _, a := range s.Attempts {
		list = append(list, line{a.StartedMs, rankAttempt, false, fmt.Sprintf("Try %d begins.", a.No)})
		for _, c := range a.Calls {
			list = append(list, callLines(c, s.Delivery)...)
		}
		if text := endWords(a); text != "" {
			list = append(list, line{a.EndedMs, rankCall, true, text})
		}
	}
	for _, e := range s.Edits {
		list = append(list, line{max(e.AtMs, e.EndedMs), rankStanding, false, editWords(e, s.Delivery.Parts)})
	}
	for _, e := range s.Deletions {
		list = append(list, line{max(e.AtMs, e.EndedMs), rankStanding, false, deletionWords(e, s.Delivery.Parts)})
	}
	for _, p := range s.Proofs {
		list = append(list, line{p.AtMs, rankProof, false, proofWords(p, s.Delivery)})
	}
	slices.SortStableFunc(list, func(a, b line) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.rank, b.rank)) })
	list = slices.Compact(list) // one word of a person settles every request that is in doubt
	out := make([]string, len(list))
	for i, l := range list {
		indent := ""
		if l.deep {
			indent = "  "
		}
		out[i] = exactly(l.at) + "  " + indent + l.text
	}
	return out
}

// exactly is a time to the second, in this machine's zone: what happened within a minute counts.
func exactly(ms int64) string { return time.UnixMilli(ms).Format("2006-01-02 15:04:05") }

// yourTurn is what is said of a delivery that a person posts themselves.
const yourTurn = "It lies ready for you to post. Then say where it is: postbag queue resolve."

// held says for each reason what a person is asked, in one sentence.
var held = map[string]string{
	"by_person":         "Held by a person until it is let go.",
	"ambiguous":         "Held: nobody can prove whether it is live. Look, then say so: postbag queue resolve.",
	"partial_thread":    "Held: only a part of it is live.",
	"approval":          "Held: it waits for somebody's yes.",
	"reauth":            "Held: the network asks you to sign in again.",
	"late_ask":          "Held: its time passed, and its rule says to ask.",
	"clock":             "Held: this computer's clock is wrong.",
	"duplicate_suspect": "Held: much the same went out a short time ago.",
	"restored_copy":     "Held: another copy of this data folder may have published it.",
	"moved_profile":     "Held: this data folder publishes from another computer.",
	"media_missing":     "Held: a picture or video of it is gone.",
	"plan_changed":      "Held: it is not what was approved any more.",
	"network_changed":   "Held: the network changed a rule.",
	"budget":            "Held: the network takes no more for now.",
}

// turnWords says what a delivery became; "" where a call says it already.
func turnWords(t api.Turn) string {
	why := sentenceEnd(t.Text)
	switch t.State {
	case "planned":
		switch {
		case t.Was == "":
			return "Planned for " + clock(t.DueMs) + "."
		case t.Generation > 1 && t.Was == "held" && t.Moved:
			return "A person has it published once more, as a new post."
		case t.Was == "held" && t.Moved:
			return "Let go, for " + clock(t.DueMs) + "."
		case t.Was == "held":
			return "Let go."
		case t.Moved:
			return "Moved to " + clock(t.DueMs) + "."
		case t.Was == "planned" && why != "":
			return "Not begun yet. " + why + " It is looked at again at " + exactly(t.WakeMs) + "."
		case t.Was == "preparing":
			return "Stopped before anything was published; it is planned as before."
		}
	case "waiting":
		if t.Was == "unknown" {
			return "It is tried again: nothing can appear twice."
		}
		return strings.TrimSpace("Waits, and is tried again by itself at " + exactly(t.WakeMs) + ". " + why)
	case "unknown":
		if t.Was == "held" {
			return "A person has the network asked again."
		}
		return "It may be live. Postbag makes sure, and does not send it again on a guess; it looks at " + exactly(t.WakeMs) + "."
	case "held":
		return strings.TrimSpace(held[t.Reason] + " " + why)
	case "published":
		return strings.TrimSpace("Published. " + t.URL)
	case "rejected":
		return "Refused for good; it needs an edit. " + why
	case "missed":
		return "Missed: it was too late by its rule, and is not sent any more."
	case "cancelled":
		if t.Text != "" {
			return "Taken out of the queue. " + why
		}
		return "Taken out of the queue."
	}
	return ""
}

func callLines(c api.Call, d api.Delivery) []line {
	name := c.Step
	if d.Parts > 1 && c.Effect == "public" {
		name = fmt.Sprintf("part %d of %d", c.Part, d.Parts)
	}
	what := ""
	switch c.Effect {
	case "none":
		what = fmt.Sprintf("Asks the network (%s)", name)
	case "invisible":
		what = fmt.Sprintf("Prepares (%s); nobody sees that", name)
		if c.Sends.File > 0 {
			what = fmt.Sprintf("Sends picture or video %d of %d, %s (%s); nobody sees it yet", c.Sends.File, c.Sends.Files, size(c.Sends.Bytes), name)
		}
	case "public":
		if d.ByHand {
			what = "Hands it over to you (" + name + ")"
			break
		}
		what = fmt.Sprintf("Asks the network to publish (%s): a text of %s", name, plural(c.Sends.Characters, "character", "characters"))
		if c.Sends.Pictures > 0 {
			what += " with " + plural(c.Sends.Pictures, "picture or video", "pictures and videos")
		}
	}
	lines := []line{{c.StartedMs, rankCall, true, what + "."}}
	if c.Outcome == "" {
		return append(lines, line{c.StartedMs, rankCall, true, "There is no answer yet, or the program ended before it came."})
	}
	return append(lines, line{c.EndedMs, rankCall, true, answerWords(c)})
}

// answerWords says what came back and what that means.
func answerWords(c api.Call) string {
	status := ""
	if c.Status > 0 {
		status = fmt.Sprintf(" (%d%s)", c.Status, prefixed(" ", c.Code))
	}
	why := prefixed(" ", sentenceEnd(c.Message))
	switch c.Outcome {
	case "accepted":
		if c.Effect == "public" {
			return "Answer" + status + ": it is live, as " + c.RemoteID + "."
		}
		return "Answer" + status + ": done." + why
	case "not_sent":
		return "Nothing was sent." + why
	case "rejected":
		switch {
		case c.Effect == "none" && (c.Status == 404 || c.Status == 410):
			return "Answer" + status + ": there is no such thing." + why
		case c.Effect == "none":
			return "Answer" + status + ": it does not say." + why
		}
		return "Answer" + status + ": refused. Nothing was published." + why
	case "throttled":
		return "Answer" + status + ": not now. Nothing was published." + why
	case "reauth":
		return "Answer" + status + ": sign in again. Nothing was published." + why
	}
	if c.Code == api.CodeByHand {
		return "Written" + status + "." + why
	}
	if c.Effect == "public" {
		return "No answer that can be relied on" + status + ": it may be live or not." + why
	}
	return "No use" + status + "." + why
}

// endWords says how a look-up ended; other tries end with what the delivery became.
func endWords(a api.Attempt) string {
	switch a.End {
	case "found":
		return "It is there."
	case "absent":
		return "It is not there."
	case "no answer":
		return "The network did not say whether it is there."
	case "died":
		return "The program ended in the middle."
	case "taken back":
		return "A person took it back meanwhile."
	}
	return ""
}

func proofWords(p api.Proof, d api.Delivery) string {
	part := ""
	if d.Parts > 1 {
		part = fmt.Sprintf(" of part %d", p.Part)
	}
	if p.ByPerson {
		switch p.Verdict {
		case "live":
			return "A person says" + part + ": it is there. " + p.URL
		case "absent":
			return "A person says" + part + ": it is not there."
		}
		return "A person says" + part + ": publish it again, whatever is there."
	}
	because := prefixed(" ", sentenceEnd(p.Evidence))
	switch p.Verdict {
	case "live":
		return "Proved" + part + ": it is live." + because + prefixed(" ", p.URL)
	case "absent":
		return "Proved" + part + ": it is not there." + because
	case "same_key":
		return "Concluded" + part + ": the very same request may be made again under its key; the network makes one post of both." + because
	}
	return "It cannot be proved" + part + "." + because
}

func prefixed(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

// sentenceEnd makes a sentence of what somebody said.
func sentenceEnd(s string) string {
	s = strings.TrimSpace(printable(s))
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:] + "."
}
