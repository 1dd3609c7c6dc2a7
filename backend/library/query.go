package library

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
)

// query is a search, read. All must say yes.
type query struct {
	bin   bool // what is in the bin, instead of what is not
	wide  bool // what it says of an asset may depend on others
	words []sought
	tests []test
}

// sought is a folded word that a text must have, or must not.
type sought struct {
	text string
	not  bool
}

// test decides about one asset, the i-th of the list.
type test func(v *stock, a *domain.Shelved, i int) bool

func (q *query) takes(v *stock, i int) bool {
	for _, w := range q.words {
		if strings.Contains(v.words().at(i), w.text) == w.not {
			return false
		}
	}
	return v.binned[i] == q.bin && q.passes(v, i)
}

func (q *query) passes(v *stock, i int) bool {
	for _, t := range q.tests {
		if !t(v, v.list[i], i) {
			return false
		}
	}
	return true
}

// parseQuery reads a search as people type it: words, and these tokens, each of which a "-" before
// it turns round. Values with blanks stand in double quotes.
//
//	tag:morning  tag:"still life"   has the tag
//	used:yes  used:no               a post uses it
//	alt:yes  alt:no                 it is described; "no" leaves videos out
//	kind:image|animation|video      what it is
//	shape:portrait|landscape|square how it stands
//	fits:4:5                        cut to this shape, nine tenths of it stay
//	>2000px  <800px                 its longer side
//	colour:blue                     its average colour (color: too)
//	camera:pentax  name:harbour     words in one place
//	format:png                      the file's format
//	added:2026-06  taken:2025       when, by year, month or day
//	batch:last  is:alike  is:bin  is:focused
//
// What is no token is a word. A token whose value makes no sense finds nothing, so that a mistyped
// search is not taken for an answer.
func parseQuery(text string) query {
	q := query{}
	for _, part := range split(text) {
		word, not := part, false
		if rest, ok := strings.CutPrefix(part, "-"); ok && rest != "" {
			word, not = rest, true
		}
		if word == "is:bin" {
			q.bin = !not
			continue
		}
		name, _, _ := strings.Cut(fold(word), ":")
		q.wide = q.wide || name == "batch" || name == "is"
		t := testOf(word)
		switch {
		case t == nil:
			q.words = append(q.words, sought{fold(word), not})
		case not:
			q.tests = append(q.tests, func(v *stock, a *domain.Shelved, i int) bool { return !t(v, a, i) })
		default:
			q.tests = append(q.tests, t)
		}
	}
	return q
}

// split cuts at blanks outside of double quotes, and takes the quotes away.
func split(text string) []string {
	var parts []string
	var b strings.Builder
	quoted, some := false, false
	flush := func() {
		if some {
			parts = append(parts, b.String())
		}
		b.Reset()
		some = false
	}
	for _, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
			some = true
		case !quoted && (r == ' ' || r == '\t' || r == '\n' || r == '\u3000'):
			flush()
		default:
			b.WriteRune(r)
			some = true
		}
	}
	flush()
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

func nothing(*stock, *domain.Shelved, int) bool { return false }

// testOf reads a token; nil is a word.
func testOf(part string) test {
	if t := pixels(part); t != nil {
		return t
	}
	name, value, ok := strings.Cut(part, ":")
	if !ok || value == "" {
		return nil
	}
	folded := fold(value)
	switch fold(name) {
	case "tag":
		is := remembered(func(tag string) bool { return tag == value || fold(tag) == folded })
		return func(_ *stock, a *domain.Shelved, _ int) bool { return slices.ContainsFunc(a.Tags, is) }
	case "used":
		return yesNo(folded, func(a *domain.Shelved) bool { return len(a.Posts) > 0 })
	case "alt":
		if folded == "no" {
			return func(_ *stock, a *domain.Shelved, _ int) bool { return needsAlt(a) }
		}
		return yesNo(folded, func(a *domain.Shelved) bool { return a.Alt != "" })
	case "kind":
		return func(_ *stock, a *domain.Shelved, _ int) bool { return string(a.Kind) == folded }
	case "format":
		return func(_ *stock, a *domain.Shelved, _ int) bool {
			return a.Format == folded || folded == "jpg" && a.Format == "jpeg"
		}
	case "shape":
		return func(_ *stock, a *domain.Shelved, _ int) bool { return shapeOf(a.Width, a.Height) == folded }
	case "fits":
		return fits(value)
	case "colour", "color":
		return func(_ *stock, a *domain.Shelved, _ int) bool {
			return a.Look != nil && a.Look.Colour >= 0 && colourName(a.Look.Colour) == strings.Replace(folded, "gray", "grey", 1)
		}
	case "camera":
		is := remembered(func(camera string) bool { return strings.Contains(fold(camera), folded) })
		return func(_ *stock, a *domain.Shelved, _ int) bool { return is(a.Camera) }
	case "name":
		return func(_ *stock, a *domain.Shelved, _ int) bool { return strings.Contains(fold(a.Name), folded) }
	case "added":
		return when(value, func(a *domain.Shelved) time.Time { return a.ImportedAt })
	case "taken":
		return when(value, func(a *domain.Shelved) time.Time { return a.TakenAt })
	case "batch":
		return func(v *stock, a *domain.Shelved, _ int) bool {
			return a.Batch != "" && (folded == "last" && a.Batch == v.batch || a.Batch == value)
		}
	case "is":
		switch folded {
		case "alike":
			return func(v *stock, _ *domain.Shelved, i int) bool { return v.kin.group[i] >= 0 }
		case "focused":
			return func(_ *stock, a *domain.Shelved, _ int) bool { return a.Focused }
		}
		return nothing
	}
	return nil
}

// remembered answers the same question once: thousands of pictures have few tags and fewer cameras.
func remembered(is func(string) bool) func(string) bool {
	known := map[string]bool{}
	return func(s string) bool {
		answer, ok := known[s]
		if !ok {
			answer = is(s)
			known[s] = answer
		}
		return answer
	}
}

func yesNo(value string, is func(*domain.Shelved) bool) test {
	switch value {
	case "yes":
		return func(_ *stock, a *domain.Shelved, _ int) bool { return is(a) }
	case "no":
		return func(_ *stock, a *domain.Shelved, _ int) bool { return !is(a) }
	}
	return nothing
}

// pixels reads ">2000px" and "<800px"; nil if a part is neither.
func pixels(part string) test {
	if len(part) < 2 || part[0] != '<' && part[0] != '>' {
		return nil
	}
	n, err := strconv.Atoi(strings.TrimSuffix(strings.ToLower(part[1:]), "px"))
	if err != nil {
		return nil
	}
	if part[0] == '>' {
		return func(_ *stock, a *domain.Shelved, _ int) bool { return max(a.Width, a.Height) > n }
	}
	return func(_ *stock, a *domain.Shelved, _ int) bool { return max(a.Width, a.Height) < n }
}

// fits reads "4:5" and keeps what loses at most a tenth when it is cut to that shape.
func fits(value string) test {
	left, right, ok := strings.Cut(value, ":")
	x, errX := strconv.ParseFloat(left, 64)
	y, errY := strconv.ParseFloat(right, 64)
	if !ok || errX != nil || errY != nil || !(x > 0) || !(y > 0) {
		return nothing
	}
	return func(_ *stock, a *domain.Shelved, _ int) bool {
		if a.Width == 0 || a.Height == 0 {
			return false
		}
		share := float64(a.Width) * y / (float64(a.Height) * x)
		return min(share, 1/share) >= 0.9
	}
}

func shapeOf(width, height int) string {
	switch {
	case width*20 > height*21:
		return "landscape"
	case height*20 > width*21:
		return "portrait"
	}
	return "square"
}

// when reads a year, a month or a day, in the time zone of this machine.
func when(value string, of func(*domain.Shelved) time.Time) test {
	for layout, next := range map[string][3]int{"2006": {1, 0, 0}, "2006-01": {0, 1, 0}, time.DateOnly: {0, 0, 1}} {
		from, err := time.ParseInLocation(layout, value, time.Local)
		if err != nil {
			continue
		}
		to := from.AddDate(next[0], next[1], next[2])
		return func(_ *stock, a *domain.Shelved, _ int) bool {
			t := of(a)
			return !t.IsZero() && !t.Before(from) && t.Before(to)
		}
	}
	return nothing
}

// colourName names an average colour: a plain word that people search for. Averages are dull, so
// little saturation counts as a colour already.
func colourName(rgb int) string {
	r, g, b := rgb>>16&0xff, rgb>>8&0xff, rgb&0xff
	high, low := max(r, g, b), min(r, g, b)
	spread := high - low
	if spread*10 < high || spread < 12 {
		switch {
		case high > 215:
			return "white"
		case high < 50:
			return "black"
		}
		return "grey"
	}
	hue := 0
	switch high {
	case r:
		hue = (60*(g-b)/spread + 360) % 360
	case g:
		hue = 60*(b-r)/spread + 120
	default:
		hue = 60*(r-g)/spread + 240
	}
	switch {
	case hue < 15 || hue >= 345:
		return "red"
	case hue < 45 && high < 150:
		return "brown"
	case hue < 45:
		return "orange"
	case hue < 70:
		return "yellow"
	case hue < 160:
		return "green"
	case hue < 195:
		return "teal"
	case hue < 255:
		return "blue"
	case hue < 295:
		return "purple"
	}
	return "pink"
}
