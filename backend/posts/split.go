package posts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Split proposes the parts of a thread for a text that is too long for some of the channels: every
// part fits all of them. It breaks at paragraphs, else at sentences, else between words, and never
// inside a link, a mention, a tag or a character; only what is longer than a whole part by itself is
// cut. With numbered, every part ends in " 1/3". Channels whose network has no threads, or no
// limit, have no say. A text that fits is one part. More parts than MaxParts are a
// *domain.FieldError.
func (s *Service) Split(ctx context.Context, text string, numbered bool, channels ...domain.ChannelID) ([]string, error) {
	text, err := cleanText(text)
	if err != nil {
		return nil, fmt.Errorf("split text: %w", err)
	}
	var rules []rule
	tags := map[domain.WorkspaceID]Tags{}
	people := map[domain.WorkspaceID][]Person{}
	for _, id := range channels {
		c, err := s.store.Channel(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("split text: channel %.40q: %w", id, err)
		}
		n, ok := s.networks.Get(c.Network)
		if !ok {
			continue
		}
		d := n.Describe()
		l, err := limitsOf(d, c)
		if err != nil {
			return nil, fmt.Errorf("split text: %w", err)
		}
		if l.Parts < 2 || l.Text.Max <= 0 && l.Text.MaxBytes <= 0 {
			continue
		}
		if _, known := tags[c.Workspace]; !known {
			if tags[c.Workspace], err = s.tags(ctx, c.Workspace); err != nil {
				return nil, fmt.Errorf("split text: %w", err)
			}
			if people[c.Workspace], err = s.people(ctx, c.Workspace); err != nil {
				return nil, fmt.Errorf("split text: %w", err)
			}
		}
		rules = append(rules, rule{d: d, l: l, tags: tags[c.Workspace].from(c.Network), names: namesOn(people[c.Workspace], c.Network)})
	}
	parts := splitText(text, rules, numbered)
	if len(parts) > MaxParts {
		return nil, &domain.FieldError{Field: "text", Message: fmt.Sprintf("a thread may have %d parts, this would need %d", MaxParts, len(parts))}
	}
	return parts, nil
}

func cleanText(text string) (string, error) {
	c, err := Clean(domain.Content{Text: text})
	return c.Text, err
}

// rule is what one network says about the length of a part.
type rule struct {
	d    network.Descriptor
	l    network.Limits
	tags Tags // that go on its links
	// What stands for people.
	names Names
}

func (r rule) fits(text string) bool {
	text, _ = r.names.text(text)
	text, _ = r.tags.text(text)
	if most := r.l.Text.MaxBytes; most > 0 && len(text) > most {
		return false
	}
	return r.l.Text.Max == 0 || r.d.Measure(r.l, text) <= r.l.Text.Max
}

func allFit(rules []rule, text string) bool {
	return !slices.ContainsFunc(rules, func(r rule) bool { return !r.fits(text) })
}

func splitText(text string, rules []rule, numbered bool) []string {
	whole := []string{strings.TrimRightFunc(text, unicode.IsSpace)}
	if len(rules) == 0 || allFit(rules, whole[0]) {
		return whole
	}
	if !numbered {
		return cut(text, rules, "")
	}
	// How many digits the numbers have is known only when the parts are counted.
	for digits := 1; ; digits++ {
		nines := strings.Repeat("9", digits)
		parts := cut(text, rules, " "+nines+"/"+nines)
		if len(fmt.Sprint(len(parts))) > digits {
			continue
		}
		for i := range parts {
			parts[i] += fmt.Sprintf(" %d/%d", i+1, len(parts))
		}
		return parts
	}
}

// cut divides a text into parts that fit with tail behind each.
func cut(text string, rules []rule, tail string) []string {
	stops := stopsOf(text)
	var parts []string
	from := 0
	for from < len(text) {
		at := nextPart(text, from, stops, rules, tail)
		if part := strings.TrimFunc(text[from:at], unicode.IsSpace); part != "" {
			parts = append(parts, part)
		}
		from = at
		if len(parts) > MaxParts {
			break
		}
	}
	return parts
}

// stop is a place where a text may be broken; the higher its grade, the better.
type stop struct {
	at    int
	grade int
}

const (
	gradeCharacter = iota
	gradeWord
	gradeLine
	gradeSentence
	gradeParagraph
)

// stopsOf finds every place between two characters where a text may be broken, in order. The places
// inside links, mentions and tags are not among them.
func stopsOf(text string) []stop {
	var list []stop
	marks := Marks(text)
	state := -1
	rest, at := text, 0
	for rest != "" {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		at += len(cluster)
		for len(marks) > 0 && marks[0].End <= at {
			if marks[0].End == at {
				break
			}
			marks = marks[1:]
		}
		if len(marks) > 0 && marks[0].Start < at && at < marks[0].End {
			continue
		}
		list = append(list, stop{at: at, grade: gradeOf(text, at, bounds)})
	}
	return list
}

func gradeOf(text string, at, bounds int) int {
	before := strings.TrimRight(text[:at], " \t")
	switch {
	case at == len(text), strings.HasSuffix(before, "\n\n"):
		return gradeParagraph
	case bounds&uniseg.MaskSentence != 0 && endsSentence(strings.TrimRight(before, "\n")):
		return gradeSentence
	case strings.HasSuffix(before, "\n"):
		return gradeLine
	case bounds&uniseg.MaskLine != uniseg.LineDontBreak:
		return gradeWord
	}
	return gradeCharacter
}

// endsSentence reports whether a text ends in what closes a sentence, quotes and brackets left aside.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, `"')]}»”’`)
	r, _ := utf8.DecodeLastRuneInString(s)
	return strings.ContainsRune(".!?…。！？", r)
}

// nextPart returns where the part that begins at from ends: at the best stop of the longest text
// that fits. A better stop counts only if the part is then at least half as long as it could be, so
// that one early paragraph does not make a part of three words.
func nextPart(text string, from int, stops []stop, rules []rule, tail string) int {
	first, _ := slices.BinarySearchFunc(stops, from+1, func(s stop, at int) int { return s.at - at })
	fits := func(i int) bool {
		return allFit(rules, strings.TrimFunc(text[from:stops[i].at], unicode.IsSpace)+tail)
	}
	lo, hi := first, len(stops) // the last that fits is in [lo, hi)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; fits(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	if lo == len(stops)-1 && fits(lo) {
		return stops[lo].at
	}
	if lo == first && !fits(lo) { // one link or character longer than a whole part
		return lastFitting(text, from, stops[lo].at, rules, tail)
	}
	half := from + (stops[lo].at-from)/2
	best := stop{at: stops[lo].at, grade: gradeCharacter}
	for i := lo; i >= first; i-- {
		s := stops[i]
		if s.at < half && best.grade > gradeCharacter {
			break
		}
		if s.grade > best.grade {
			best = s
		}
	}
	return best.at
}

// lastFitting cuts inside what cannot be kept whole, between two characters; at least one goes.
func lastFitting(text string, from, to int, rules []rule, tail string) int {
	state, rest, at := -1, text[from:to], from
	for rest != "" {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at > from && !allFit(rules, text[from:at+len(cluster)]+tail) {
			return at
		}
		at += len(cluster)
	}
	return at
}
