package typed

import (
	"regexp"
	"strconv"
	"strings"

	"postbag/backend/domain"
)

// Ways to write dates and times with digits, tried in order at the beginning of a text.
var (
	isoDate   = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:t(?:\d)|\b)`)
	longDate  = regexp.MustCompile(`^(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?`)
	dotDate   = regexp.MustCompile(`^(\d{1,2})\. ?(\d{1,2})\.(?: ?(\d{4})\b|(\d{2})(?:$| ))?`)
	slashDate = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?`)
	twelve    = regexp.MustCompile(`^(\d{1,2})(?:[:.](\d{2}))? ?([ap])\.?m\b\.?`)
	colonTime = regexp.MustCompile(`^(\d{1,2}) ?[:h] ?(\d{2})(?: ?(?:часа|ч|min\b)\.?)?`)
	dotTime   = regexp.MustCompile(`^(\d{1,2})\.(\d{2})(?: ?(?:часа|ч)\.?)?`)
	hanTime   = regexp.MustCompile(`^(\d{1,2}) ?[点时](?: ?(\d{1,2}) ?分?)?`)
	hourTime  = regexp.MustCompile(`^(\d{1,2}) ?(?:h|ч)\.?(?:$|[^\pL\d])`)
	ordinal   = regexp.MustCompile(`^(\d{1,2}) ?(?:st|nd|rd|th|er|e|ти|ви|ри|ми)(?:$|[^\pL\d])`)
	dotDay    = regexp.MustCompile(`^(\d{1,2})\.(?:$| )`)
	plain     = regexp.MustCompile(`^\d{1,4}`)
)

// scanNumber reads a date, a time or a number at the beginning of s; its length is 0 if there is none.
func scanNumber(s string, l lexicon) (token, int) {
	if s[0] < '0' || s[0] > '9' {
		return token{}, 0
	}
	if m := isoDate.FindStringSubmatch(s); m != nil {
		whole := strings.TrimRight(m[0], "0123456789")
		if !strings.HasSuffix(whole, "t") {
			whole = m[0]
		}
		return dateToken(m[1], m[2], m[3]), len(whole)
	}
	if m := longDate.FindStringSubmatch(s); m != nil {
		return dateToken(m[1], m[2], m[3]), len(m[0])
	}
	if m := twelve.FindStringSubmatch(s); m != nil {
		h := atoi(m[1])
		if h < 1 || h > 12 {
			return token{}, 0
		}
		h %= 12
		if m[3] == "p" {
			h += 12
		}
		return clockToken(h, atoi(m[2]), len(m[0]))
	}
	for _, form := range []*regexp.Regexp{colonTime, hanTime} {
		if m := form.FindStringSubmatch(s); m != nil {
			return clockToken(atoi(m[1]), atoi(m[2]), len(m[0]))
		}
	}
	if m := dotDate.FindStringSubmatch(s); m != nil {
		return dateToken(m[3]+m[4], m[2], m[1]), len(m[0])
	}
	if m := slashDate.FindStringSubmatch(s); m != nil {
		d, mo := m[1], m[2]
		if l.monthFirst && atoi(m[1]) <= 12 || atoi(m[2]) > 12 {
			d, mo = mo, d
		}
		return dateToken(m[3], mo, d), len(m[0])
	}
	if m := dotTime.FindStringSubmatch(s); m != nil {
		return clockToken(atoi(m[1]), atoi(m[2]), len(m[0]))
	}
	if m := hourTime.FindStringSubmatch(s); m != nil {
		return clockToken(atoi(m[1]), 0, len(strings.TrimRight(m[0], " ,;")))
	}
	for _, form := range []*regexp.Regexp{ordinal, dotDay} {
		if m := form.FindStringSubmatch(s); m != nil {
			return token{kind: number, n: atoi(m[1]), day: true}, len(m[0])
		}
	}
	digits := plain.FindString(s)
	return token{kind: number, n: atoi(digits)}, len(digits)
}

// clockToken is a time of day; 24:00 is midnight.
func clockToken(hour, minute, length int) (token, int) {
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return token{}, 0
	}
	return token{kind: clock, n: hour*60 + minute}, length
}

func dateToken(year, mo, d string) token {
	y := atoi(year)
	if year != "" && y < 100 {
		y += 2000
	}
	return token{kind: date, date: domain.Date{Year: y, Month: monthOf(atoi(mo)), Day: atoi(d)}}
}

// atoi reads digits that a pattern found; none are 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
