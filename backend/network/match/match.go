// Package match compares what was sent with what a network lists of an account's own posts.
//
// Two mistakes are possible. To take somebody else's post for ours loses the one that was to be
// published; to overlook ours publishes it twice. So there are three answers: a post is exactly
// what was sent, or it might be, or it is certainly another. Only the first is ever adopted, and
// only if no post is of the second kind can anything be said to be absent.
package match

import (
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

// Slack is how much earlier than the first request a post may be dated: servers' clocks differ.
const Slack = 10 * time.Minute

// Want is what was sent.
type Want struct {
	Text   string
	Media  int
	Parent string    // remote id of the post it answers, "" if none
	Since  time.Time // when it was first sent
	Until  time.Time // the present: nothing of ours is dated later, but for the slack
}

// Of returns what is wanted of a plan's segment. A network that sends a thread as one segment is
// compared by its first part.
func Of(p network.Plan, segment int) Want {
	w := Want{}
	if segment < len(p.Parts) {
		w.Text, w.Media = p.Parts[segment].Text, len(p.Parts[segment].Media)
	}
	if segment > 0 && segment <= len(p.Done) {
		w.Parent = p.Done[segment-1].RemoteID
	}
	return w
}

// Same reports whether two wants cannot be told apart by what a network shows of them.
func Same(a, b Want) bool { return Normal(a.Text) == Normal(b.Text) && a.Media == b.Media }

// Posts sorts a list: what is exactly what was sent, and what might be it all the same. A post
// without an id is never exact.
func Posts(w Want, list []network.Seen) (exact, near []network.Seen) {
	text := Normal(w.Text)
	bones := shingles(text)
	for _, s := range list {
		seen := Normal(s.Text)
		timely := s.At.IsZero() || !s.At.Before(w.Since.Add(-Slack)) && !s.At.After(w.Until.Add(Slack))
		equal := seen == text && s.Media == w.Media
		switch {
		case equal && timely && s.Parent == w.Parent && s.Receipt.RemoteID != "":
			exact = append(exact, s)
		case equal && (s.Parent == w.Parent || s.Parent == "" || w.Parent == ""):
			near = append(near, s) // another time, or an answer to nobody knows what
		case timely && (text == "" && s.Media == w.Media || alike(bones, shingles(seen))):
			near = append(near, s)
		}
	}
	return exact, near
}

// Normal is a text without what servers change: composed characters, no invisible ones, one
// space for any white space, no space around.
func Normal(text string) string {
	var b strings.Builder
	space := false
	for _, r := range norm.NFC.String(strings.ToValidUTF8(text, "\uFFFD")) {
		switch {
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return norm.NFC.String(b.String())
}

// shingles are the overlapping runs of letters and digits in a text, three at a time.
func shingles(text string) map[string]bool {
	var bones []rune
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			bones = append(bones, unicode.ToLower(r))
		}
	}
	set := map[string]bool{}
	if len(bones) > 0 && len(bones) < 3 {
		set[string(bones)] = true
	}
	for i := 0; i+3 <= len(bones); i++ {
		set[string(bones[i:i+3])] = true
	}
	return set
}

// alike reports whether half of the shorter text's runs are in the other: a network that cuts a
// text or dresses it up leaves that much.
func alike(a, b map[string]bool) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(a) == 0 {
		return len(b) == 0
	}
	shared := 0
	for s := range a {
		if b[s] {
			shared++
		}
	}
	return 2*shared >= len(a)
}
