// Package typed reads times as people type them: "fri 7:30", "i morgen 9", "demain 7h30",
// "утре 9", "明天9点", "in 2 hours".
//
// Each language is a lexicon: words and what they mean. A text is understood only if every
// piece of it is; half of a time is worse than none. The person's own language is tried first,
// then the others, so that any of the six can be typed anywhere. Nothing here knows zones: the
// answer is a wall time, or an instant where the text counts from now.
package typed

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"postbag/backend/domain"
)

// Result is what a text means.
type Result struct {
	Wall domain.Wall
	// Instant is set where the text counts hours or minutes from now; then Wall is what it shows there.
	Instant time.Time
	// Guessed says that the text names a day alone, so the time is this package's.
	Guessed  bool
	Language string // of the words, as a BCP 47 tag
}

// Errors of a text. Compare with errors.Is.
var (
	ErrUnknown = errors.New("the text is no time that can be read")
	ErrPassed  = errors.New("that time has passed")
	ErrNoDay   = errors.New("that day does not exist")
)

// maxText bounds what is read; a time is short.
const maxText = 120

// Default hours of what people say without one.
const (
	morning   = 9 * 60
	noon      = 12 * 60
	afternoon = 14 * 60
	evening   = 19 * 60
)

// Reader knows the words of every language.
type Reader struct{ lexicons []lexicon }

// NewReader returns a reader, which several may use at once.
func NewReader() *Reader { return &Reader{lexicons()} }

// Parse reads a text. now is shown in the zone that is meant; locale is the language tried first.
func (x *Reader) Parse(text, locale string, now time.Time) (Result, error) {
	if len(text) > maxText || strings.TrimSpace(text) == "" {
		return Result{}, ErrUnknown
	}
	first := ErrUnknown
	for _, l := range x.inOrder(locale) {
		tokens, ok := l.scan(fold(text))
		if !ok {
			continue
		}
		r, err := meaning(tokens, l, now)
		if err == nil {
			r.Language = l.tag
			return r, nil
		}
		if first == ErrUnknown { //nolint:errorlint // never wrapped here
			first = err
		}
	}
	return Result{}, first
}

// inOrder returns the lexicons, that of the locale first.
func (x *Reader) inOrder(locale string) []lexicon {
	list := slices.Clone(x.lexicons)
	primary, _, _ := strings.Cut(strings.ToLower(locale), "-")
	if primary == "no" || primary == "nn" {
		primary = "nb"
	}
	slices.SortStableFunc(list, func(a, b lexicon) int {
		switch {
		case strings.HasPrefix(a.tag, primary) == strings.HasPrefix(b.tag, primary):
			return 0
		case strings.HasPrefix(a.tag, primary):
			return -1
		}
		return 1
	})
	if locale == "en-US" {
		list[0].monthFirst = true
	}
	return list
}

// folds are the letters that people type in more than one way.
var folds = strings.NewReplacer(
	"é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "ç", "c", "û", "u", "ù", "u", "ü", "u", "ô", "o", "ö", "o", "î", "i", "ï", "i",
	"ø", "o", "å", "a", "æ", "ae", "ä", "ae", "’", "'", "：", ":", "，", " ", "。", " ", "、", " ", "\u00a0", " ", "\u202f", " ", "點", "点", "時", "时", "後", "后", "週", "周",
)

// fold makes the ways to type one text equal.
func fold(s string) string {
	s = folds.Replace(strings.ToLower(s))
	s = strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, strings.TrimSpace(s))
	return hanNumber.ReplaceAllStringFunc(s, digitsOf)
}

// hanNumber finds a number in Chinese characters, with what makes it part of a weekday's name.
var hanNumber = regexp.MustCompile(`(?:周|星期|礼拜)?[一二两三四五六七八九十]+|点半|点一刻|点三刻`)

const hanDigits = "一二三四五六七八九"

// digitsOf writes a number up to 99 in digits. A weekday's name stays.
func digitsOf(s string) string {
	switch s {
	case "点半":
		return "点30分"
	case "点一刻":
		return "点15分"
	case "点三刻":
		return "点45分"
	}
	total, last := 0, 0
	for _, r := range s {
		at := strings.IndexRune(hanDigits, r)
		switch {
		case r == '十':
			total, last = max(last, 1)*10, 0
		case r == '两':
			last = 2
		case at >= 0:
			last = at/len("一") + 1
		default:
			return s
		}
	}
	return strconv.Itoa(total + last)
}

// kind says what a token is.
type kind int

const (
	skip     kind = iota
	number        // a plain number
	clock         // a time of day: n is the minute
	date          // a full date, or one without a year
	weekday       // n from 1
	month         // n from 1
	dayAway       // n days from today
	next          // of the following week
	within        // counts from now: "in", "om", "dans", "след"
	unit          // d is its length
	after         // "后": what stands before it counts from now
	dayPart       // n is its usual minute
	half          // "halv 8" is 7:30
	halfMore      // "7 et demie", "7点半"
	quarter       // "quarter"
	past          // "quarter past"
	to            // "quarter to"
	weekAway      // "next week" in one word
	instant       // now
)

type token struct {
	kind kind
	n    int
	d    time.Duration
	date domain.Date // of kind date; Year 0 for the next such day
	day  bool        // of a number: it is written as a day of the month
}

// scan cuts a text into tokens. It fails at the first piece it does not know.
func (l lexicon) scan(s string) ([]token, bool) {
	var list []token
	for s != "" {
		r := []rune(s)[0]
		if unicode.IsSpace(r) || strings.ContainsRune(",.;'-–·@", r) {
			s = s[len(string(r)):]
			continue
		}
		t, n := scanNumber(s, l)
		if n == 0 {
			t, n = l.word(s)
		}
		if n == 0 {
			return nil, false
		}
		if t.kind != skip {
			list = append(list, t)
		}
		s = s[n:]
	}
	return list, len(list) > 0
}

// word finds the longest known word that s begins with.
func (l lexicon) word(s string) (best token, length int) {
	for word, t := range l.words {
		if len(word) <= length || !strings.HasPrefix(s, word) {
			continue
		}
		if !l.unspaced {
			if rest := []rune(s[len(word):]); len(rest) > 0 && (unicode.IsLetter(rest[0]) || unicode.IsDigit(rest[0])) {
				continue
			}
		}
		best, length = t, len(word)
	}
	return best, length
}
